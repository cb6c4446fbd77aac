/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/flags.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

enum { FLAGS_MAX_ROWS = 64, FLAGS_HELP = 1, FLAGS_HELP_MAN = 2 };

/* Where the parser is. */
struct flags_scan {
    const struct sbs_flags *table;
    int argc, at;       /* next word to look at */
    char **argv;
    void *options;
    bool given[FLAGS_MAX_ROWS];
};

static const struct sbs_flag *flags_rows(const struct sbs_flags *table)
{
    static const struct sbs_flag none = SBS_FLAG_END;
    return table->flags ? table->flags : &none;
}

static void *flags_target(const struct sbs_flag *f, void *options)
{
    return (char *)options + f->offset;
}

static bool flags_has_words(const struct sbs_flag *f)
{
    return f->kind == SBS_KIND_LIST || f->kind == SBS_KIND_MANY ||
           f->kind == SBS_KIND_WORDS;
}

/* "--name" */
static const char *flags_label(const struct sbs_flag *f, char buf[static 80])
{
    snprintf(buf, 80, "--%s", f->name);
    return buf;
}

static int flags_set_defaults(const struct sbs_flags *table, int argc,
                              void *options, struct sbs_error *err)
{
    const struct sbs_flag *rows = flags_rows(table);
    for (const struct sbs_flag *f = rows; f->kind; f++) {
        SBS_ASSERT(f - rows < FLAGS_MAX_ROWS);
        void *target = flags_target(f, options);
        if (f->kind == SBS_KIND_SWITCH)
            *(bool *)target = false;
        else if (f->kind == SBS_KIND_COUNT)
            *(int64_t *)target = (int64_t)f->def;
        else if (f->kind == SBS_KIND_REAL)
            *(double *)target = f->def;
        else if (f->kind == SBS_KIND_CHOICE)
            *(int *)target = (int)f->def;
        else if (f->kind == SBS_KIND_TEXT || f->kind == SBS_KIND_OUT)
            *(const char **)target = NULL;
        else if (flags_has_words(f))
            *(struct sbs_words *)target = (struct sbs_words){ 0 };
    }
    /* Separate loop: a failure here leaves every other list NULL. */
    for (const struct sbs_flag *f = rows; f->kind; f++) {
        if (!flags_has_words(f))
            continue;
        struct sbs_words *w = flags_target(f, options);
        w->item = calloc((size_t)argc + 1, sizeof *w->item);
        if (!w->item)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    return 0;
}

void sbs_flags_fini(const struct sbs_flags *table, void *options)
{
    for (const struct sbs_flag *f = flags_rows(table); f->kind; f++) {
        if (!flags_has_words(f))
            continue;
        struct sbs_words *w = flags_target(f, options);
        free(w->item);
        *w = (struct sbs_words){ 0 };
    }
}

/* [+-] digits [. digits] [e [+-] digits], nothing else. */
static bool flags_is_number(const char *s, bool integer)
{
    const char *digits = "0123456789";
    s += *s == '+' || *s == '-';
    size_t n = strspn(s, digits);
    s += n;
    if (!integer && *s == '.') {
        size_t m = strspn(++s, digits);
        s += m;
        n += m;
    }
    if (n == 0)
        return false;
    if (!integer && (*s == 'e' || *s == 'E')) {
        s++;
        s += *s == '+' || *s == '-';
        n = strspn(s, digits);
        s += n;
    }
    return n > 0 && *s == '\0';
}

/* A bound as a person writes it: 1000000000 as 1e9, 2^53-1 as that. */
static const char *flags_bound(double x, char buf[static 32])
{
    if (x == SBS_FLAG_MAX_COUNT)
        return "2^53-1";
    int zeros = 0;
    double m = x;
    while (fabs(m) >= 10 && fmod(m, 10) == 0 && zeros < 300) {
        m /= 10;
        zeros++;
    }
    if (zeros >= 5 && fabs(m) < 10)
        snprintf(buf, 32, "%.0fe%d", m, zeros);
    else
        snprintf(buf, 32, "%.10g", x);
    return buf;
}

static void flags_range(const struct sbs_flag *f, char *buf, size_t size)
{
    char lo[32], hi[32];
    bool above_0 = f->min == SBS_FLAG_ABOVE_0;
    if (isinf(f->max) && isinf(f->min))
        snprintf(buf, size, "finite");
    else if (isinf(f->max))
        snprintf(buf, size, above_0 ? "above 0" : "at least %s",
                 flags_bound(f->min, lo));
    else
        snprintf(buf, size, "in %s%s, %s]", above_0 ? "(" : "[",
                 above_0 ? "0" : flags_bound(f->min, lo),
                 flags_bound(f->max, hi));
}

static int flags_set_number(const struct sbs_flag *f, const char *value,
                            void *target, struct sbs_error *err)
{
    bool integer = f->kind == SBS_KIND_COUNT;
    if (flags_is_number(value, integer)) {
        errno = 0;
        if (integer) {
            long long n = strtoll(value, NULL, 10);
            if (!errno && (double)n >= f->min && (double)n <= f->max &&
                n <= (long long)SBS_FLAG_MAX_COUNT &&
                n >= -(long long)SBS_FLAG_MAX_COUNT) {
                *(int64_t *)target = n;
                return 0;
            }
        } else {
            double x = strtod(value, NULL);
            if (isfinite(x) && x >= f->min && x <= f->max) {
                *(double *)target = x;
                return 0;
            }
        }
    }
    char label[80], range[80];
    flags_range(f, range, sizeof range);
    bool power = integer && flags_is_number(value, false) &&
                 strpbrk(value, "eE");
    return sbs_fail(err, SBS_EUSAGE, "%s: must be %s %s%s (got \"%s\")",
                    flags_label(f, label), integer ? "an integer" : "a number",
                    range, power ? ", in digits" : "", value);
}

static int flags_set_choice(const struct sbs_flag *f, const char *value,
                            void *target, struct sbs_error *err)
{
    size_t length = strlen(value);
    int i = 0;
    for (const char *c = f->choices; c; i++) {
        const char *end = strchr(c, '|');
        size_t n = end ? (size_t)(end - c) : strlen(c);
        if (n == length && memcmp(c, value, n) == 0) {
            *(int *)target = i;
            return 0;
        }
        c = end ? end + 1 : NULL;
    }
    char label[80];
    return sbs_fail(err, SBS_EUSAGE, "%s: must be one of %s (got \"%s\")",
                    flags_label(f, label), f->choices, value);
}

static int flags_set(const struct sbs_flag *f, const char *value,
                     void *options, struct sbs_error *err)
{
    void *target = flags_target(f, options);
    char label[80];
    if (f->kind == SBS_KIND_COUNT || f->kind == SBS_KIND_REAL)
        return flags_set_number(f, value, target, err);
    if (f->kind == SBS_KIND_CHOICE)
        return flags_set_choice(f, value, target, err);
    if (!*value)
        return sbs_fail(err, SBS_EUSAGE, "%s: must not be empty",
                        flags_label(f, label));
    if (flags_has_words(f)) {
        struct sbs_words *w = target;
        w->item[w->n++] = value;
    } else {
        *(const char **)target = value;
    }
    return 0;
}

/* A word that is a flag: "-x..." but not "-" (standard input or output). */
static bool flags_is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

/* "--reps: unknown flag; did you mean --rep?" */
static int flags_unknown(const struct sbs_flags *table, const char *word,
                         size_t length, struct sbs_error *err)
{
    const char *names[FLAGS_MAX_ROWS];
    size_t n = 0;
    for (const struct sbs_flag *f = flags_rows(table); f->kind; f++)
        if (f->name)
            names[n++] = f->name;
    char name[40];
    snprintf(name, sizeof name, "%.*s", (int)length - 1,
             word + strspn(word, "-"));
    name[strcspn(name, "=")] = '\0';
    const char *near = sbs_nearest(name, names, n);
    return sbs_fail(err, SBS_EUSAGE, "%.*s: unknown flag%s%s%s", (int)length,
                    word, near ? " (did you mean --" : "", near ? near : "",
                    near ? "?)" : "");
}

/* The row of a word such as --name=value, -o; NULL = unknown. */
static const struct sbs_flag *flags_find(const struct sbs_flags *table,
                                         const char *word, size_t length)
{
    for (const struct sbs_flag *f = flags_rows(table); f->kind; f++) {
        if (!f->name)
            continue;
        if (length == 2 && f->letter && word[1] == f->letter)
            return f;
        if (length > 2 && word[1] == '-' && strlen(f->name) == length - 2 &&
            memcmp(f->name, word + 2, length - 2) == 0)
            return f;
    }
    return NULL;
}

/* The value of flag `f`, typed as --flag=value or in the next words. */
static int flags_take_value(struct flags_scan *scan, const struct sbs_flag *f,
                            const char *equals, struct sbs_error *err)
{
    char label[80];
    if (f->kind == SBS_KIND_SWITCH) {
        if (equals)
            return sbs_fail(err, SBS_EUSAGE, "%s: takes no value (got \"%s\")",
                            flags_label(f, label), equals + 1);
        *(bool *)flags_target(f, scan->options) = true;
        return 0;
    }
    if (equals)
        return flags_set(f, equals + 1, scan->options, err);
    const char *next = scan->at < scan->argc ? scan->argv[scan->at] : NULL;
    if (f->kind == SBS_KIND_OUT && (!next || flags_is_flag(next)))
        return flags_set(f, "-", scan->options, err);
    /* "-5" is a value (out of range, perhaps); "--reps" is not. */
    if (!next || (next[0] == '-' && next[1] == '-'))
        return sbs_fail(err, SBS_EUSAGE, "%s: needs a value (%s)",
                        flags_label(f, label), f->arg);
    do {
        if (flags_set(f, scan->argv[scan->at++], scan->options, err))
            return -1;
    } while (f->kind == SBS_KIND_MANY && scan->at < scan->argc &&
             !flags_is_flag(scan->argv[scan->at]));
    return 0;
}

static int flags_take_flag(struct flags_scan *scan, struct sbs_error *err)
{
    const char *word = scan->argv[scan->at++];
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const struct sbs_flag *f = flags_find(scan->table, word, length);
    if (!f)
        return flags_unknown(scan->table, word, length, err);
    bool *given = &scan->given[f - flags_rows(scan->table)];
    char label[80];
    if (*given && f->kind != SBS_KIND_LIST && f->kind != SBS_KIND_MANY)
        return sbs_fail(err, SBS_EUSAGE, "%s: given twice",
                        flags_label(f, label));
    *given = true;
    return flags_take_value(scan, f, equals, err);
}

static int flags_take_word(struct flags_scan *scan, struct sbs_error *err)
{
    const char *word = scan->argv[scan->at++];
    for (const struct sbs_flag *f = flags_rows(scan->table); f->kind; f++) {
        if (f->kind != SBS_KIND_WORDS)
            continue;
        struct sbs_words *w = flags_target(f, scan->options);
        if ((double)w->n >= f->max)
            break;
        w->item[w->n++] = word;
        return 0;
    }
    return sbs_fail(err, SBS_EUSAGE, "unexpected word \"%s\"", word);
}

static int flags_check_words(const struct flags_scan *scan,
                             struct sbs_error *err)
{
    for (const struct sbs_flag *f = flags_rows(scan->table); f->kind; f++) {
        if (f->kind != SBS_KIND_WORDS)
            continue;
        const struct sbs_words *w = flags_target(f, scan->options);
        if ((double)w->n < f->min)
            return sbs_fail(err, SBS_EUSAGE, "%s is missing (%s)", f->arg,
                            f->help);
    }
    return 0;
}

/* --help wins over every mistake beside it. */
static int flags_wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return FLAGS_HELP;
        if (strcmp(argv[i], "--help-man") == 0)
            return FLAGS_HELP_MAN;
    }
    return 0;
}

int sbs_flags_parse(const struct sbs_flags *table, int argc, char **argv,
                    void *options, struct sbs_error *err)
{
    struct flags_scan scan = { .table = table, .argc = argc, .at = 1,
                               .argv = argv, .options = options };
    int status = -1;
    if (flags_set_defaults(table, argc, options, err))
        goto out;
    status = flags_wants_help(argc, argv);
    if (status)
        goto out;
    bool flags_ended = false;
    while (scan.at < argc && status == 0) {
        const char *word = argv[scan.at];
        if (!flags_ended && strcmp(word, "--") == 0) {
            flags_ended = true;
            scan.at++;
        } else if (!flags_ended && flags_is_flag(word)) {
            status = flags_take_flag(&scan, err);
        } else {
            status = flags_take_word(&scan, err);
        }
    }
    if (status == 0)
        status = flags_check_words(&scan, err);
out:
    if (status)
        sbs_flags_fini(table, options);
    return status;
}

/* A reader of standard output that went away, as in `sbsim ... | head`. */
static bool reader_is_gone(const struct sbs_error *err)
{
    static const char place[] = "standard output: ";
    return err->code == SBS_EIO &&
           strncmp(err->text, place, sizeof place - 1) == 0 &&
           strstr(err->text, strerror(EPIPE)) != NULL;
}

int sbs_flags_report(const char *command, const struct sbs_error *err)
{
    fflush(stdout);
    if (reader_is_gone(err))
        return 1;
    fprintf(stderr, "sbsim: %s\n", err->text);
    if (err->code != SBS_EUSAGE)
        return 1;
    fprintf(stderr, "Try: sbsim%s%s --help\n", command ? " " : "",
            command ? command : "");
    return 2;
}

bool sbs_flags_start(const struct sbs_flags *table, int argc, char **argv,
                     void *options, int *status)
{
    struct sbs_error err = { 0 };
    int rc = sbs_flags_parse(table, argc, argv, options, &err);
    *status = 0;
    if (rc == 0)
        return true;
    if (rc == FLAGS_HELP)
        sbs_flags_help(table, stdout);
    else if (rc == FLAGS_HELP_MAN)
        sbs_flags_help_man(table, stdout);
    else
        *status = sbs_flags_report(table->command, &err);
    return false;
}
