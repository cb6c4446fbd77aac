/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define TABLE_COLUMN(table, type, member, in_units, lo, hi, none, text) \
    { .name = #member, .units = (in_units), .long_name = (text),        \
      .kind = SBS_COLUMN_##type, .low = (lo), .high = (hi),             \
      .missing = (none),                                                \
      .offset = offsetof(struct sbs_trace_##table, member) },

#define RUNS_COLUMN(...) TABLE_COLUMN(runs, __VA_ARGS__)
#define WORKLOAD_COLUMN(...) TABLE_COLUMN(workload, __VA_ARGS__)
#define WORKERS_COLUMN(...) TABLE_COLUMN(workers, __VA_ARGS__)
#define TASKS_COLUMN(...) TABLE_COLUMN(tasks, __VA_ARGS__)
#define EVENTS_COLUMN(...) TABLE_COLUMN(events, __VA_ARGS__)
#define INTERVALS_COLUMN(...) TABLE_COLUMN(intervals, __VA_ARGS__)
#define SAMPLES_COLUMN(...) TABLE_COLUMN(samples, __VA_ARGS__)

static const struct sbs_column runs_columns[] = {
    SBS_RUN_COLUMNS(RUNS_COLUMN) };
static const struct sbs_column workload_columns[] = {
    SBS_WORKLOAD_COLUMNS(WORKLOAD_COLUMN) };
static const struct sbs_column workers_columns[] = {
    SBS_WORKER_COLUMNS(WORKERS_COLUMN) };
static const struct sbs_column tasks_columns[] = {
    SBS_TASK_COLUMNS(TASKS_COLUMN) };
static const struct sbs_column events_columns[] = {
    SBS_EVENT_COLUMNS(EVENTS_COLUMN) };
static const struct sbs_column intervals_columns[] = {
    SBS_INTERVAL_COLUMNS(INTERVALS_COLUMN) };
static const struct sbs_column samples_columns[] = {
    SBS_SAMPLE_COLUMNS(SAMPLES_COLUMN) };

#define TABLE_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define TABLE_DEF(table, COLUMNS)                                   \
    { #table, table##_columns, TABLE_LENGTH(table##_columns),       \
      offsetof(struct sbs_trace, table) },

const struct sbs_table_def sbs_table_defs[SBS_TABLE_COUNT] = {
    SBS_TRACE_TABLES(TABLE_DEF) };
const struct sbs_table_def sbs_table_sample_def = {
    "samples", samples_columns, TABLE_LENGTH(samples_columns), 0 };

struct sbs_table *sbs_table_of(struct sbs_trace *trace, size_t table)
{
    return (void *)((char *)trace + sbs_table_defs[table].offset);
}

const struct sbs_table *sbs_table_const(const struct sbs_trace *trace,
                                        size_t table)
{
    return (const void *)((const char *)trace + sbs_table_defs[table].offset);
}

const struct sbs_column *sbs_table_column(const struct sbs_table_def *def,
                                          const char *name)
{
    for (size_t i = 0; i < def->n_columns; i++)
        if (strcmp(def->columns[i].name, name) == 0)
            return &def->columns[i];
    return NULL;
}

bool sbs_column_is_text(const struct sbs_column *column)
{
    return column->kind == SBS_COLUMN_STR;
}

bool sbs_column_is_integer(const struct sbs_column *column)
{
    return column->kind >= SBS_COLUMN_I1 && column->kind <= SBS_COLUMN_I8;
}

/* The array of a column; its element type follows from the kind. Pointers
 * of different types are copied as bytes, never read through one another. */
static void *table_array(const struct sbs_table *table,
                         const struct sbs_column *column)
{
    const char *at = (const char *)table + column->offset;
    void *array;
    memcpy(&array, at, sizeof array);
    return array;
}

double sbs_table_number(const struct sbs_table *table,
                        const struct sbs_column *column, size_t row)
{
    SBS_DASSERT(row < table->n && !sbs_column_is_text(column));
    if (sbs_column_is_integer(column))
        return (double)((int64_t *)table_array(table, column))[row];
    return ((double *)table_array(table, column))[row];
}

const char *sbs_table_text(const struct sbs_table *table,
                           const struct sbs_column *column, size_t row)
{
    SBS_DASSERT(row < table->n && sbs_column_is_text(column));
    return ((const char **)table_array(table, column))[row];
}

void sbs_table_set_number(struct sbs_table *table,
                          const struct sbs_column *column, size_t row,
                          double value)
{
    SBS_DASSERT(row < table->n && !sbs_column_is_text(column));
    if (sbs_column_is_integer(column))
        ((int64_t *)table_array(table, column))[row] = (int64_t)value;
    else
        ((double *)table_array(table, column))[row] = value;
}

void sbs_table_set_text(struct sbs_table *table,
                        const struct sbs_column *column, size_t row,
                        const char *text)
{
    SBS_DASSERT(row < table->n && sbs_column_is_text(column));
    ((const char **)table_array(table, column))[row] = text;
}

static bool number_missing(const struct sbs_column *column, double value)
{
    if (isnan(column->missing))
        return isnan(value);
    return value == column->missing;
}

bool sbs_table_missing(const struct sbs_table *table,
                       const struct sbs_column *column, size_t row)
{
    if (sbs_column_is_text(column))
        return sbs_table_text(table, column, row)[0] == '\0';
    return number_missing(column, sbs_table_number(table, column, row));
}

bool sbs_table_blank(const struct sbs_table *table,
                     const struct sbs_column *column)
{
    for (size_t row = 0; row < table->n; row++)
        if (!sbs_table_missing(table, column, row))
            return false;
    return true;
}

bool sbs_column_allows(const struct sbs_column *column, double value)
{
    return number_missing(column, value) ||
           (value >= column->low && value <= column->high);
}

static void clear_cell(struct sbs_table *table,
                       const struct sbs_column *column, size_t row)
{
    if (sbs_column_is_text(column))
        sbs_table_set_text(table, column, row, "");
    else
        sbs_table_set_number(table, column, row, column->missing);
}

int sbs_table_grow(const struct sbs_table_def *def, struct sbs_table *table,
                   size_t n, struct sbs_error *err)
{
    size_t want = table->n + n, room = table->room ? table->room : 16;
    if (want < n || want > SIZE_MAX / 32)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    while (room < want)
        room *= 2;
    for (size_t i = 0; room > table->room && i < def->n_columns; i++) {
        const struct sbs_column *column = &def->columns[i];
        size_t size = sbs_column_is_text(column) ? sizeof(char *) : 8;
        void *array = realloc(table_array(table, column), room * size);
        if (!array)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        memcpy((char *)table + column->offset, &array, sizeof array);
    }
    table->room = room;
    for (size_t row = table->n; row < want; row++) {
        table->n = row + 1;
        for (size_t i = 0; i < def->n_columns; i++)
            clear_cell(table, &def->columns[i], row);
    }
    return 0;
}

void sbs_table_fini(const struct sbs_table_def *def, struct sbs_table *table)
{
    for (size_t i = 0; i < def->n_columns; i++)
        free(table_array(table, &def->columns[i]));
}

/* A control character at p[0 .. length) of `length` bytes, a valid sequence:
 * a terminal obeys those of one byte and U+0080 to U+009F. */
static bool is_control(const char *p, size_t length)
{
    unsigned char a = (unsigned char)p[0];
    if (length == 1)
        return a < 0x20 || a == 0x7f;
    return length == 2 && a == 0xc2 && (unsigned char)p[1] < 0xa0;
}

bool sbs_trace_text_ok(const char *text, size_t length, bool lines)
{
    size_t step;
    for (size_t i = 0; i < length; i += step) {
        step = sbs_utf8_length(text + i, length - i);
        if (step == 0)
            return false;
        bool space = text[i] == '\n' || text[i] == '\t';
        if (is_control(text + i, step) && !(lines && space))
            return false;
    }
    return true;
}
