/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a calibration. */
#include "config.h"

#include "calibrate/rows.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"

#define WIDTH 100
#define SHARP 1.5 /* a 95% interval narrower than this factor is measured */

int sbs_rows_add(struct sbs_rows *rows, const char *path, const char *unit,
                 double value, double lo, double hi, double n,
                 enum sbs_known known, struct sbs_error *err,
                 const char *source, ...)
{
    struct sbs_row *row;
    size_t room;
    va_list ap;

    if (rows->n == rows->room) {
        room = rows->room ? 2 * rows->room : 32;
        row = realloc(rows->row, room * sizeof *row);
        if (!row)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        rows->row = row;
        rows->room = room;
    }
    row = &rows->row[rows->n++];
    memset(row, 0, sizeof *row);
    snprintf(row->path, sizeof row->path, "%s", path);
    snprintf(row->unit, sizeof row->unit, "%s", unit);
    row->value = value;
    row->lo = lo;
    row->hi = hi;
    row->n = n;
    row->known = known;
    va_start(ap, source);
    vsnprintf(row->source, sizeof row->source, source, ap);
    va_end(ap);
    return 0;
}

void sbs_rows_note(struct sbs_rows *rows, const char *fmt, ...)
{
    struct sbs_row *row;
    size_t at;
    va_list ap;

    if (rows->n == 0)
        return;
    row = &rows->row[rows->n - 1];
    at = strlen(row->source);
    va_start(ap, fmt);
    vsnprintf(row->source + at, sizeof row->source - at, fmt, ap);
    va_end(ap);
}

void sbs_rows_fini(struct sbs_rows *rows)
{
    if (!rows)
        return;
    free(rows->row);
    memset(rows, 0, sizeof *rows);
}

const struct sbs_row *sbs_rows_find(const struct sbs_rows *rows,
                                    const char *path)
{
    size_t i;

    for (i = 0; i < rows->n; i++)
        if (!strcmp(rows->row[i].path, path))
            return &rows->row[i];
    return NULL;
}

enum sbs_known sbs_rows_known(double lo, double hi)
{
    return lo > 0 && hi < SHARP * lo ? SBS_KNOWN_MEASURED
                                     : SBS_KNOWN_WEAKLY;
}

const char *sbs_rows_known_name(enum sbs_known known)
{
    static const char *const names[] = {
#define SBS_KNOWN_NAME(id, name) name,
        SBS_KNOWN(SBS_KNOWN_NAME)
#undef SBS_KNOWN_NAME
    };

    return names[known];
}

double sbs_rows_round(double x)
{
    char text[32];

    if (!isfinite(x))
        return x;
    snprintf(text, sizeof text, "%.4g", x);
    return strtod(text, NULL);
}

void sbs_rows_wrap(FILE *out, const char *text, int at, int indent)
{
    const char *word = text;
    int length, blanks = 0;

    while (*word) {
        length = (int)strcspn(word, " ");
        if (blanks && at + blanks + length > WIDTH) {
            putc('\n', out);
            at = 0;
            blanks = indent;
        }
        at += fprintf(out, "%*s%.*s", blanks, "", length, word);
        word += length;
        word += strspn(word, " ");
        blanks = 1;
    }
    putc('\n', out);
}

static void print_number(FILE *out, double x, int width)
{
    if (isnan(x))
        fprintf(out, " %*s", width, "-");
    else
        fprintf(out, " %*.4g", width, x);
}

void sbs_rows_print(const struct sbs_rows *rows, FILE *out)
{
    const struct sbs_row *r;
    char interval[40];
    size_t i;

    fprintf(out, "%-34s %10s %-6s %6s  %-21s %s\n", "parameter", "value", "",
            "n", "95% interval", "determined");
    for (i = 0; i < rows->n; i++) {
        r = &rows->row[i];
        if (isnan(r->lo) || isnan(r->hi))
            snprintf(interval, sizeof interval, "-");
        else
            snprintf(interval, sizeof interval, "%.4g to %.4g", r->lo, r->hi);
        fprintf(out, "%-34s", r->path);
        print_number(out, r->value, 10);
        fprintf(out, " %-6s", r->unit);
        print_number(out, r->n, 6);
        fprintf(out, "  %-21s %s\n", interval,
                sbs_rows_known_name(r->known));
        fputs("    ", out);
        sbs_rows_wrap(out, r->source, 4, 4);
    }
}

void sbs_rows_json(const struct sbs_rows *rows, struct sbs_jsonw *w)
{
    const struct sbs_row *r;
    size_t i;

    sbs_jsonw_array(w);
    for (i = 0; i < rows->n; i++) {
        r = &rows->row[i];
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "parameter");
        sbs_jsonw_string(w, r->path);
        sbs_jsonw_key(w, "value");
        sbs_jsonw_real(w, sbs_rows_round(r->value));
        sbs_jsonw_key(w, "unit");
        sbs_jsonw_string(w, r->unit);
        sbs_jsonw_key(w, "n");
        sbs_jsonw_real(w, r->n);
        sbs_jsonw_key(w, "lo");
        sbs_jsonw_real(w, sbs_rows_round(r->lo));
        sbs_jsonw_key(w, "hi");
        sbs_jsonw_real(w, sbs_rows_round(r->hi));
        sbs_jsonw_key(w, "determined");
        sbs_jsonw_string(w, sbs_rows_known_name(r->known));
        sbs_jsonw_key(w, "source");
        sbs_jsonw_string(w, r->source);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}
