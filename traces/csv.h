/* SPDX-License-Identifier: Apache-2.0 */
/* CSV after RFC 4180: commas, quotes doubled inside quotes, LF or CRLF. */
#ifndef SBS_TRACES_CSV_H
#define SBS_TRACES_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

/* A table of cells as read: cell (row, column), row 0 is the header. Every
 * row has as many cells as the header. */
struct sbs_csv {
    char *text;         /* owned; the cells are cut out of it */
    const char **cells; /* n_rows x n_columns */
    size_t *lines;      /* line a row begins on, from 1 */
    size_t n_rows, n_columns;
};

/* Read a file (at most 256 MiB); blank lines are passed over. */
int sbs_csv_read(struct sbs_csv *csv, const char *path,
                 struct sbs_error *err);
/* The same from bytes in memory. `name` stands in messages. */
int sbs_csv_parse(struct sbs_csv *csv, const char *text, size_t length,
                  const char *name, struct sbs_error *err);
void sbs_csv_fini(struct sbs_csv *csv);

const char *sbs_csv_cell(const struct sbs_csv *csv, size_t row,
                         size_t column);

/* One cell, quoted when needed. */
void sbs_csv_write(FILE *out, const char *text);

#endif
