/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/export.h"

#include <string.h>

#include "base/jsonw.h"
#include "traces/csv.h"
#include "traces/import.h"
#include "traces/stamp.h"
#include "traces/table.h"

/* One cell: text, number, stamp, or nothing. */
static void write_cell(FILE *out, const struct sbs_table *table,
                       const struct sbs_column *column, size_t row,
                       double epoch_s)
{
    char text[SBS_STAMP_TEXT + SBS_JSONW_NUMBER];
    if (sbs_table_missing(table, column, row))
        return;
    if (sbs_column_is_text(column)) {
        sbs_csv_write(out, sbs_table_text(table, column, row));
        return;
    }
    double value = sbs_table_number(table, column, row);
    if (column->kind == SBS_COLUMN_TIME)
        fputs(sbs_stamp_format(text, epoch_s + value), out);
    else
        fputs(sbs_jsonw_format(text, value), out);
}

static double epoch_of(const struct sbs_trace *trace)
{
    double epoch_s;
    const char *text = trace->epoch_utc;
    return sbs_stamp_parse(text, strlen(text), &epoch_s) ? 0 : epoch_s;
}

/* One column of the joined form: a column of some table, the row of which is
 * found through a task's index. */
struct joined {
    const struct sbs_table *table;
    const struct sbs_column *column;
    const int64_t *index; /* NULL: the task's own row */
    const char *prefix;
};

enum { JOINED_MAX = 128 };

/* Row of a joined column for a task, or -1. */
static int64_t joined_row(const struct joined *j, size_t task)
{
    return j->index ? j->index[task] : (int64_t)task;
}

/* Add a column to the list, unless nothing of it is known of any task. */
static size_t add_joined(const struct sbs_trace *trace, struct joined *list,
                         size_t n, struct joined one)
{
    if (n == JOINED_MAX)
        return n;
    for (size_t task = 0; task < trace->tasks.rows.n; task++) {
        int64_t row = joined_row(&one, task);
        if (row < 0 ||
            sbs_table_missing(one.table, one.column, (size_t)row))
            continue;
        list[n++] = one;
        break;
    }
    return n;
}

static size_t join(const struct sbs_trace *trace, int table,
                   const int64_t *index, struct joined *list, size_t n)
{
    const struct sbs_table_def *def = &sbs_table_defs[table];
    const struct sbs_table_def *own = &sbs_table_defs[SBS_TABLE_tasks];
    for (size_t i = 0; i < def->n_columns; i++) {
        const struct sbs_column *column = &def->columns[i];
        bool taken = index && sbs_table_column(own, column->name);
        struct joined one = { sbs_table_const(trace, (size_t)table), column,
                              index, taken ? "worker_" : "" };
        if (!strstr(column->name, "_index"))
            n = add_joined(trace, list, n, one);
    }
    return n;
}

static size_t join_one(const struct sbs_trace *trace, int table,
                       const char *name, const int64_t *index,
                       const char *prefix, struct joined *list, size_t n)
{
    struct joined one = { sbs_table_const(trace, (size_t)table),
                          sbs_table_column(&sbs_table_defs[table], name),
                          index, prefix };
    return add_joined(trace, list, n, one);
}

void sbs_trace_export(const struct sbs_trace *trace, FILE *out)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    struct joined list[JOINED_MAX];
    double epoch_s = epoch_of(trace);
    size_t n = join_one(trace, SBS_TABLE_runs, "name", t->run_index, "run",
                        list, 0);
    n = join_one(trace, SBS_TABLE_workload, "task_id", t->workload_index, "",
                 list, n);
    n = join_one(trace, SBS_TABLE_workload, "ref_seconds",
                 t->workload_index, "", list, n);
    n = join(trace, SBS_TABLE_workers, t->worker_index, list, n);
    n = join(trace, SBS_TABLE_tasks, NULL, list, n);
    for (size_t i = 0; i < n; i++) {
        const struct joined *j = &list[i];
        bool run = strcmp(j->prefix, "run") == 0;
        fprintf(out, "%s%s%s", i ? "," : "", j->prefix,
                run ? "" : j->column->name);
    }
    putc('\n', out);
    for (size_t row = 0; row < t->rows.n; row++) {
        for (size_t i = 0; i < n; i++) {
            const struct joined *j = &list[i];
            int64_t at = joined_row(j, row);
            if (i)
                putc(',', out);
            if (at >= 0)
                write_cell(out, j->table, j->column, (size_t)at, epoch_s);
        }
        putc('\n', out);
    }
}

static void export_header(const struct sbs_table_def *def, const char *first,
                          FILE *out)
{
    fputs(first, out);
    for (size_t i = 0; i < def->n_columns; i++)
        fprintf(out, "%s%s", i || first[0] ? "," : "", def->columns[i].name);
    putc('\n', out);
}

static void export_row(const struct sbs_table_def *def,
                       const struct sbs_table *table, size_t row,
                       double epoch_s, FILE *out)
{
    for (size_t i = 0; i < def->n_columns; i++) {
        if (i)
            putc(',', out);
        write_cell(out, table, &def->columns[i], row, epoch_s);
    }
    putc('\n', out);
}

static void export_samples(const struct sbs_trace *trace, FILE *out)
{
    export_header(&sbs_table_sample_def, "figure,unit", out);
    for (size_t i = 0; i < trace->n_samples; i++) {
        const struct sbs_sample *s = &trace->samples[i];
        for (size_t row = 0; row < s->col.rows.n; row++) {
            sbs_csv_write(out, s->name);
            putc(',', out);
            sbs_csv_write(out, s->units);
            putc(',', out);
            export_row(&sbs_table_sample_def, &s->col.rows, row, 0, out);
        }
    }
}

int sbs_trace_export_table(const struct sbs_trace *trace, const char *table,
                           FILE *out, struct sbs_error *err)
{
    if (strcmp(table, "samples") == 0) {
        export_samples(trace, out);
        return 0;
    }
    for (size_t k = 0; k < SBS_TABLE_COUNT; k++) {
        const struct sbs_table_def *def = &sbs_table_defs[k];
        const struct sbs_table *rows = sbs_table_const(trace, k);
        if (strcmp(def->name, table) != 0)
            continue;
        export_header(def, "", out);
        for (size_t row = 0; row < rows->n; row++)
            export_row(def, rows, row, epoch_of(trace), out);
        return 0;
    }
    return sbs_fail(err, SBS_EUSAGE, "--table: unknown (\"%.40s\", allowed: "
                    "runs, workload, workers, tasks, events, intervals, "
                    "samples)", table);
}
