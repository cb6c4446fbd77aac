/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command-line flags from a table: one static const table per command gives
 * the parser, --help and the option part of the man page.
 *
 *     struct options { int64_t reps; const char *trace, *json; bool quiet; };
 *     static const struct sbs_flag flags[] = {
 *         SBS_FLAG_TITLE("Inputs"),
 *         SBS_FLAG_TEXT(struct options, trace, "trace", "F.h5", "the data"),
 *         SBS_FLAG_COUNT(struct options, reps, "reps", "N", 2000, 1, 1e9,
 *                        "replications"),
 *         SBS_FLAG_FILE_OUT(struct options, json, "json", "write JSON"),
 *         SBS_FLAG_SWITCH(struct options, quiet, "quiet", "no table"),
 *         SBS_FLAG_END };
 *     static const struct sbs_flags table = { "run", "--trace F.h5 [options]",
 *                                             "what it does", flags, NULL };
 *     struct options o = { 0 };
 *     int status;
 *     if (!sbs_flags_start(&table, argc, argv, &o, &status))
 *         return status;
 *     ...
 *     sbs_flags_fini(&table, &o);
 *
 * `--flag value` and `--flag=value`; `--` ends the flags. No abbreviations. A
 * scalar flag given twice is an error. Numbers are decimal, without trailing
 * text. Strings are borrowed from argv and never empty.
 */
#ifndef SBS_CLI_FLAGS_H
#define SBS_CLI_FLAGS_H

#include "base/error.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum sbs_flag_kind {
    SBS_KIND_END = 0,
    SBS_KIND_TITLE,   /* a heading in --help */
    SBS_KIND_SWITCH,  /* bool: present or not */
    SBS_KIND_COUNT,   /* int64_t, exact up to 2^53-1 */
    SBS_KIND_REAL,    /* double, finite */
    SBS_KIND_TEXT,    /* const char * */
    SBS_KIND_OUT,     /* const char *; without a value "-" */
    SBS_KIND_CHOICE,  /* int: position in "a|b|c" */
    SBS_KIND_LIST,    /* struct sbs_words: one value each time it is given */
    SBS_KIND_MANY,    /* struct sbs_words: all words up to the next flag */
    SBS_KIND_WORDS    /* struct sbs_words: the words that are not flags */
};

/* Values of a flag that may be given more than once; `item` is owned. */
struct sbs_words {
    size_t n;
    const char **item;
};

/* The largest integer a double and JSON keep exactly. */
#define SBS_FLAG_MAX_COUNT 9007199254740991.0
/* As `min` of a real: the value must be above 0. */
#define SBS_FLAG_ABOVE_0 DBL_TRUE_MIN

struct sbs_flag {
    enum sbs_flag_kind kind;
    char letter;         /* short form: 'o' for -o, 0 = none */
    const char *name;    /* without the dashes */
    const char *arg;     /* what stands for the value in --help */
    const char *help;    /* wrapped as needed */
    const char *choices; /* "a|b|c" */
    double def;          /* numbers: printed when inside [min, max] */
    double min, max;     /* numbers: range; SBS_KIND_WORDS: how many */
    size_t offset;       /* of the target in the options struct */
};

#define SBS_FLAG_OFF_(T, field, type) \
    (offsetof(T, field) + 0 * sizeof(_Generic(((T *)0)->field, type: 1)))

#define SBS_FLAG_TITLE(text) { .kind = SBS_KIND_TITLE, .help = (text) }
#define SBS_FLAG_SWITCH(T, field, flag, text)                               \
    { .kind = SBS_KIND_SWITCH, .name = (flag), .help = (text),              \
      .offset = SBS_FLAG_OFF_(T, field, bool) }
/* A default outside [lo, hi] (such as 0 or -1) means "not given". */
#define SBS_FLAG_COUNT(T, field, flag, a, d, lo, hi, text)                  \
    { .kind = SBS_KIND_COUNT, .name = (flag), .arg = (a), .help = (text),   \
      .def = (d), .min = (lo), .max = (hi),                                 \
      .offset = SBS_FLAG_OFF_(T, field, int64_t) }
#define SBS_FLAG_REAL(T, field, flag, a, d, lo, hi, text)                   \
    { .kind = SBS_KIND_REAL, .name = (flag), .arg = (a), .help = (text),    \
      .def = (d), .min = (lo), .max = (hi),                                 \
      .offset = SBS_FLAG_OFF_(T, field, double) }
#define SBS_FLAG_TEXT(T, field, flag, a, text)                              \
    { .kind = SBS_KIND_TEXT, .name = (flag), .arg = (a), .help = (text),    \
      .offset = SBS_FLAG_OFF_(T, field, const char *) }
#define SBS_FLAG_FILE_OUT(T, field, flag, text)                             \
    { .kind = SBS_KIND_OUT, .name = (flag), .arg = "F|-", .help = (text),   \
      .offset = SBS_FLAG_OFF_(T, field, const char *) }
#define SBS_FLAG_CHOICE(T, field, flag, list, d, text)                      \
    { .kind = SBS_KIND_CHOICE, .name = (flag), .arg = (list),               \
      .help = (text), .choices = (list), .def = (d), .min = 0, .max = 255,  \
      .offset = SBS_FLAG_OFF_(T, field, int) }
#define SBS_FLAG_LIST(T, field, flag, a, text)                              \
    { .kind = SBS_KIND_LIST, .name = (flag), .arg = (a), .help = (text),    \
      .offset = SBS_FLAG_OFF_(T, field, struct sbs_words) }
#define SBS_FLAG_MANY(T, field, flag, a, text)                              \
    { .kind = SBS_KIND_MANY, .name = (flag), .arg = (a), .help = (text),    \
      .offset = SBS_FLAG_OFF_(T, field, struct sbs_words) }
/* The positional words, between lo and hi of them; at most one such row.
 * A table without it accepts none. */
#define SBS_FLAG_WORDS(T, field, a, lo, hi, text)                           \
    { .kind = SBS_KIND_WORDS, .arg = (a), .help = (text),                   \
      .min = (lo), .max = (hi),                                             \
      .offset = SBS_FLAG_OFF_(T, field, struct sbs_words) }
/* A text flag that also has a short form, such as -o. */
#define SBS_FLAG_TEXT_LETTER(T, field, flag, c, a, text)                    \
    { .kind = SBS_KIND_TEXT, .letter = (c), .name = (flag), .arg = (a),     \
      .help = (text), .offset = SBS_FLAG_OFF_(T, field, const char *) }
#define SBS_FLAG_END { .kind = SBS_KIND_END }

/* A command's table. At most 64 rows. */
struct sbs_flags {
    const char *command;  /* "run", "trace import" */
    const char *synopsis; /* what follows "sbsim COMMAND " in the usage line */
    const char *summary;  /* what the command does, one or more sentences */
    const struct sbs_flag *flags; /* ends with SBS_FLAG_END; may be NULL */
    const char *examples; /* whole lines, or NULL */
};

/* Fill `options` with defaults, then with the flags in argv[1..]. Returns 0,
 * 1 when --help (or -h) is among them, 2 for --help-man, -1 with
 * SBS_EUSAGE (or SBS_EMEMORY) in err and nothing left to free. */
int sbs_flags_parse(const struct sbs_flags *table, int argc, char **argv,
                    void *options, struct sbs_error *err);

/* The same for a command: prints --help and errors itself. True = go on;
 * false = return *status (0 after --help, 2 after a usage error). */
bool sbs_flags_start(const struct sbs_flags *table, int argc, char **argv,
                     void *options, int *status);

/* Free the word lists in `options`. */
void sbs_flags_fini(const struct sbs_flags *table, void *options);

/* --help, at most 80 columns; and the same as a man page fragment (roff). */
void sbs_flags_help(const struct sbs_flags *table, FILE *out);
void sbs_flags_help_man(const struct sbs_flags *table, FILE *out);

/* Text for roff: no escapes, no line that begins with a control character,
 * dashes that copy as dashes. */
void sbs_flags_roff(const char *text, FILE *out);

/* Print `text` wrapped: the cursor is at column `at`; every further line
 * begins at column `indent` (0-based); no line passes column 79. Ends the
 * last line. A newline in the text is kept. */
void sbs_flags_wrap(FILE *out, const char *text, int at, int indent);

/* Report an error as commands do, "sbsim: text" on stderr, with a hint at
 * --help for SBS_EUSAGE; returns the exit status, 2 for SBS_EUSAGE, else 1.
 * A reader of standard output that went away is no news to anybody: 1, and
 * nothing is said.
 * `command` as in struct sbs_flags, or NULL. */
int sbs_flags_report(const char *command, const struct sbs_error *err);

#endif
