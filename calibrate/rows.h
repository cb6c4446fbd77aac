/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a calibration: one row a parameter, with what is known of it.
 * How well the data determine a parameter (one rule for all):
 *   measured        from data of this trace, 95% interval narrower than a
 *                   factor 1.5
 *   weakly          from data, wider interval
 *   assumed         a documented or stated figure, or a choice; no data here
 *   not identified  the data tell next to nothing */
#ifndef SBS_CALIBRATE_ROWS_H
#define SBS_CALIBRATE_ROWS_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct sbs_jsonw;

#define SBS_KNOWN(X)                 \
    X(MEASURED, "measured")          \
    X(WEAKLY, "weakly")              \
    X(ASSUMED, "assumed")            \
    X(UNIDENTIFIED, "not identified")

enum sbs_known {
#define SBS_KNOWN_ID(id, name) SBS_KNOWN_##id,
    SBS_KNOWN(SBS_KNOWN_ID)
#undef SBS_KNOWN_ID
};

struct sbs_row {
    char path[48];    /* key of the model file, or "(derived)" text */
    char unit[8];
    double value;     /* NaN: absent from the model */
    double lo, hi;    /* 95% interval; NaN: none */
    double n;         /* observations behind it; NaN: not a sample */
    enum sbs_known known;
    char source[400]; /* data, law, method, caveat */
};

struct sbs_rows {
    struct sbs_row *row;
    size_t n, room;
};

/* Append a row with the source text formatted; n NaN, lo and hi NaN where
 * they do not apply. -1 when out of memory. */
int sbs_rows_add(struct sbs_rows *rows, const char *path, const char *unit,
                 double value, double lo, double hi, double n,
                 enum sbs_known known, struct sbs_error *err,
                 const char *source, ...)
    __attribute__((format(printf, 10, 11)));
/* Add to the source text of the last row. */
void sbs_rows_note(struct sbs_rows *rows, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void sbs_rows_fini(struct sbs_rows *rows);

/* The row of a path, or NULL. */
const struct sbs_row *sbs_rows_find(const struct sbs_rows *rows,
                                    const char *path);

/* MEASURED or WEAKLY by the width of a 95% interval of a positive value. */
enum sbs_known sbs_rows_known(double lo, double hi);
const char *sbs_rows_known_name(enum sbs_known known);

/* The table as text, at most 100 columns. */
void sbs_rows_print(const struct sbs_rows *rows, FILE *out);
/* An array of objects. */
void sbs_rows_json(const struct sbs_rows *rows, struct sbs_jsonw *w);

/* Print `text` in lines of at most 100 columns, all but the first after
 * `indent` blanks; the cursor is at column `at` (0-based). */
void sbs_rows_wrap(FILE *out, const char *text, int at, int indent);

/* x to 4 significant digits: what is written, so that a model file reads
 * well and has the same bytes with every compiler. */
double sbs_rows_round(double x);

#endif
