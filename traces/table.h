/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a trace as data: what reading, writing, checking, import and
 * export loop over, made from the lists in traces/columns.h. */
#ifndef SBS_TRACES_TABLE_H
#define SBS_TRACES_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "traces/store.h"

enum sbs_column_kind {
    SBS_COLUMN_TIME, SBS_COLUMN_F8, SBS_COLUMN_F4, SBS_COLUMN_I1,
    SBS_COLUMN_I2, SBS_COLUMN_I4, SBS_COLUMN_I8, SBS_COLUMN_STR
};

struct sbs_column {
    const char *name, *units, *long_name;
    enum sbs_column_kind kind;
    double low, high, missing;
    size_t offset; /* of the array in the table's struct */
};

struct sbs_table_def {
    const char *name;
    const struct sbs_column *columns;
    size_t n_columns;
    size_t offset; /* of the table in struct sbs_trace */
};

enum {
#define SBS_TABLE_ID(table, COLUMNS) SBS_TABLE_##table,
    SBS_TRACE_TABLES(SBS_TABLE_ID)
#undef SBS_TABLE_ID
    SBS_TABLE_COUNT
};
extern const struct sbs_table_def sbs_table_defs[SBS_TABLE_COUNT];
extern const struct sbs_table_def sbs_table_sample_def;

/* A table of a trace. */
struct sbs_table *sbs_table_of(struct sbs_trace *trace, size_t table);
const struct sbs_table *sbs_table_const(const struct sbs_trace *trace,
                                        size_t table);

/* Column called `name`, or NULL. */
const struct sbs_column *sbs_table_column(const struct sbs_table_def *def,
                                          const char *name);

bool sbs_column_is_text(const struct sbs_column *column);
bool sbs_column_is_integer(const struct sbs_column *column);

/* A cell as a number (integers are exact up to 2^53) or as text. The kind
 * must fit. */
double sbs_table_number(const struct sbs_table *table,
                        const struct sbs_column *column, size_t row);
const char *sbs_table_text(const struct sbs_table *table,
                           const struct sbs_column *column, size_t row);
void sbs_table_set_number(struct sbs_table *table,
                          const struct sbs_column *column, size_t row,
                          double value);
/* `text` must live as long as the trace (sbs_trace_keep). */
void sbs_table_set_text(struct sbs_table *table,
                        const struct sbs_column *column, size_t row,
                        const char *text);
bool sbs_table_missing(const struct sbs_table *table,
                       const struct sbs_column *column, size_t row);
/* Is nothing known in the whole column? */
bool sbs_table_blank(const struct sbs_table *table,
                     const struct sbs_column *column);

/* Is this number allowed there (missing values are)? */
bool sbs_column_allows(const struct sbs_column *column, double value);

/* Room for `n` rows and n rows of missing values appended. */
int sbs_table_grow(const struct sbs_table_def *def, struct sbs_table *table,
                   size_t n, struct sbs_error *err);
void sbs_table_fini(const struct sbs_table_def *def, struct sbs_table *table);

/* Text the trace may hold: UTF-8 without control characters (newline and tab
 * allowed with `lines`). */
bool sbs_trace_text_ok(const char *text, size_t length, bool lines);

#endif
