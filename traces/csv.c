/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/csv.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { CSV_MAX_MIB = 256, CSV_MAX_COLUMNS = 1000 };

struct parser {
    struct sbs_csv *csv;
    const char *name;
    char *at, *end; /* the text ends with a NUL at `end` */
    size_t line, n_cells, room_cells, room_rows;
    struct sbs_error *err;
};

static int no_memory(struct parser *p)
{
    return sbs_fail(p->err, SBS_EMEMORY, "%s: out of memory", p->name);
}

static int add_cell(struct parser *p, const char *cell)
{
    if (p->n_cells == p->room_cells) {
        size_t room = p->room_cells ? 2 * p->room_cells : 256;
        const char **grown = realloc(p->csv->cells, room * sizeof *grown);
        if (!grown)
            return no_memory(p);
        p->csv->cells = grown;
        p->room_cells = room;
    }
    p->csv->cells[p->n_cells++] = cell;
    return 0;
}

/* A quoted cell, unquoted in place; p->at is behind the first quote. */
static int take_quoted(struct parser *p)
{
    char *to = p->at, *cell = p->at;
    size_t begun = p->line;
    for (;; p->at++) {
        if (p->at == p->end)
            return sbs_fail(p->err, SBS_EINPUT, "%s:%zu: quote without end",
                            p->name, begun);
        if (*p->at == '\n')
            p->line++;
        if (*p->at == '"') {
            if (p->at[1] != '"')
                break;
            p->at++;
        }
        *to++ = *p->at;
    }
    p->at++;
    if (p->at < p->end && *p->at != ',' && *p->at != '\n' && *p->at != '\r')
        return sbs_fail(p->err, SBS_EINPUT, "%s:%zu: text behind a closing "
                        "quote", p->name, p->line);
    *to = '\0';
    return add_cell(p, cell);
}

static int take_plain(struct parser *p)
{
    char *cell = p->at;
    while (p->at < p->end && *p->at != ',' && *p->at != '\n' &&
           *p->at != '\r') {
        if (*p->at == '"')
            return sbs_fail(p->err, SBS_EINPUT, "%s:%zu: quote inside a cell",
                            p->name, p->line);
        p->at++;
    }
    return add_cell(p, cell);
}

/* Cells up to the end of the line. The separator behind a cell becomes its
 * NUL, after it was looked at. */
static int take_row(struct parser *p)
{
    for (;;) {
        int status;
        if (p->at < p->end && *p->at == '"') {
            p->at++;
            status = take_quoted(p);
        } else {
            status = take_plain(p);
        }
        if (status)
            return -1;
        char stop = p->at < p->end ? *p->at : '\n';
        if (p->at < p->end)
            *p->at++ = '\0';
        if (stop == ',')
            continue;
        if (stop == '\r' && p->at < p->end && *p->at == '\n')
            p->at++;
        p->line++;
        return 0;
    }
}

static int add_row(struct parser *p, size_t line)
{
    struct sbs_csv *csv = p->csv;
    if (csv->n_rows == p->room_rows) {
        size_t room = p->room_rows ? 2 * p->room_rows : 64;
        size_t *grown = realloc(csv->lines, room * sizeof *grown);
        if (!grown)
            return no_memory(p);
        csv->lines = grown;
        p->room_rows = room;
    }
    csv->lines[csv->n_rows++] = line;
    return 0;
}

static int parse_rows(struct parser *p)
{
    while (p->at < p->end) {
        if (*p->at == '\n' || (*p->at == '\r' && p->at[1] == '\n')) {
            p->at += *p->at == '\r' ? 2 : 1;
            p->line++;
            continue;
        }
        size_t line = p->line, before = p->n_cells;
        if (take_row(p) || add_row(p, line))
            return -1;
        size_t n = p->n_cells - before;
        if (p->csv->n_rows == 1)
            p->csv->n_columns = n;
        if (n != p->csv->n_columns || n > CSV_MAX_COLUMNS)
            return sbs_fail(p->err, SBS_EINPUT, "%s:%zu: %zu cells (the "
                            "header has %zu, allowed [1, %d])", p->name, line,
                            n, p->csv->n_columns, CSV_MAX_COLUMNS);
    }
    if (p->csv->n_rows == 0)
        return sbs_fail(p->err, SBS_EINPUT, "%s: is empty (a header is "
                        "needed)", p->name);
    return 0;
}

/* Parse csv->text, which is already there. */
static int parse_own(struct sbs_csv *csv, size_t length, const char *name,
                     struct sbs_error *err)
{
    struct parser p = { csv, name, csv->text, csv->text + length, 1, 0, 0, 0,
                        err };
    if (length >= 3 && memcmp(csv->text, "\xef\xbb\xbf", 3) == 0)
        p.at += 3; /* a byte order mark, as spreadsheets write it */
    if (memchr(csv->text, '\0', length))
        sbs_fail(err, SBS_EINPUT, "%s: has a NUL byte", name);
    else if (parse_rows(&p) == 0)
        return 0;
    sbs_csv_fini(csv);
    return -1;
}

int sbs_csv_parse(struct sbs_csv *csv, const char *text, size_t length,
                  const char *name, struct sbs_error *err)
{
    *csv = (struct sbs_csv){ .text = malloc(length + 1) };
    if (!csv->text)
        return sbs_fail(err, SBS_EMEMORY, "%s: out of memory", name);
    if (length)
        memcpy(csv->text, text, length);
    csv->text[length] = '\0';
    return parse_own(csv, length, name, err);
}

int sbs_csv_read(struct sbs_csv *csv, const char *path, struct sbs_error *err)
{
    size_t length;
    *csv = (struct sbs_csv){ 0 };
    csv->text = sbs_file_read(path, (size_t)CSV_MAX_MIB << 20, &length, err);
    return csv->text ? parse_own(csv, length, path, err) : -1;
}

void sbs_csv_fini(struct sbs_csv *csv)
{
    free(csv->text);
    free(csv->cells);
    free(csv->lines);
    *csv = (struct sbs_csv){ 0 };
}

const char *sbs_csv_cell(const struct sbs_csv *csv, size_t row, size_t column)
{
    return csv->cells[row * csv->n_columns + column];
}

void sbs_csv_write(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}
