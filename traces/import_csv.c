/* SPDX-License-Identifier: Apache-2.0 */
/* One row a task: columns of /tasks, /workers, /workload and /runs by name
 * (doc/trace-format.md, "--csv"). */
#include "config.h"

#include "traces/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "traces/cell.h"
#include "traces/csv.h"

enum target_kind { TARGET_TASK, TARGET_WORKER, TARGET_ITEM, TARGET_RUN,
                   TARGET_CYCLE };

/* Where a column of the file goes. */
struct target {
    enum target_kind kind;
    const struct sbs_column *column; /* of that table (CYCLE: of /workers) */
};

struct importer {
    struct sbs_import *im;
    struct sbs_csv csv;
    struct target *targets; /* one a column */
    struct sbs_index seen;  /* rows of /tasks written by this file */
    char prefix[16];        /* of names for containers without one */
    size_t row;             /* of the file, being taken */
    struct sbs_error *err;
};

static const struct sbs_column *in_table(int table, const char *name)
{
    return sbs_table_column(&sbs_table_defs[table], name);
}

/* Index columns are ours, not the user's. */
static bool is_index(const char *name)
{
    size_t n = strlen(name);
    return n > 6 && strcmp(name + n - 6, "_index") == 0;
}

/* A stamp of the container's life cycle, by its name in either table, with
 * or without "worker_". NULL when it is none. */
static const struct sbs_column *find_cycle(const char *name)
{
    static const char *const cycle[] = {
        "created", "network_ready", "pull_start", "pull_end",
        "container_start", "boot_start", "ready", "stopping",
        "container_exit", "stopped" };
    const char *bare = strncmp(name, "worker_", 7) == 0 ? name + 7 : name;
    for (size_t i = 0; i < sizeof cycle / sizeof cycle[0]; i++)
        if (strcmp(name, sbs_import_cycle_in_tasks(cycle[i])) == 0 ||
            strcmp(bare, cycle[i]) == 0)
            return in_table(SBS_TABLE_workers, cycle[i]);
    return NULL;
}

static bool find_target(const char *name, struct target *target)
{
    enum target_kind kind = TARGET_CYCLE;
    const struct sbs_column *column = find_cycle(name);
    if (strcmp(name, "run") == 0) {
        kind = TARGET_RUN;
        column = in_table(SBS_TABLE_runs, "name");
    } else if (strcmp(name, "task_id") == 0 ||
               strcmp(name, "ref_seconds") == 0) {
        kind = TARGET_ITEM;
        column = in_table(SBS_TABLE_workload, name);
    }
    if (!column && !is_index(name)) {
        kind = TARGET_TASK;
        column = in_table(SBS_TABLE_tasks, name);
    }
    if (!column) {
        kind = TARGET_WORKER;
        column = in_table(SBS_TABLE_workers, name);
    }
    if (!column && strncmp(name, "worker_", 7) == 0)
        column = in_table(SBS_TABLE_workers, name + 7);
    *target = (struct target){ kind, column };
    return column != NULL;
}

static int unknown_column(struct importer *p, const char *name)
{
    const char *known[200];
    size_t n = 0;
    const int tables[] = { SBS_TABLE_tasks, SBS_TABLE_workers };
    known[n++] = "run";
    known[n++] = "task_id";
    known[n++] = "ref_seconds";
    for (size_t k = 0; k < 2; k++) {
        const struct sbs_table_def *def = &sbs_table_defs[tables[k]];
        for (size_t i = 0; i < def->n_columns && n < 200; i++)
            if (!is_index(def->columns[i].name))
                known[n++] = def->columns[i].name;
    }
    const char *near = sbs_nearest(name, known, n);
    return sbs_fail(p->err, SBS_EINPUT, "%s:1: unknown column \"%.60s\"%s%s%s",
                    p->im->name, name, near ? " (did you mean " : "",
                    near ? near : "", near ? "?)" : "");
}

static int read_header(struct importer *p)
{
    p->targets = calloc(p->csv.n_columns, sizeof *p->targets);
    if (!p->targets)
        return sbs_fail(p->err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < p->csv.n_columns; i++) {
        const char *name = sbs_csv_cell(&p->csv, 0, i);
        for (size_t j = 0; j < i; j++)
            if (strcmp(name, sbs_csv_cell(&p->csv, 0, j)) == 0)
                return sbs_fail(p->err, SBS_EINPUT, "%s:1: column \"%.60s\" "
                                "twice", p->im->name, name);
        if (!find_target(name, &p->targets[i]))
            return unknown_column(p, name);
    }
    return 0;
}

/* The cell of the column called `name`, "" when there is no such. */
static const char *cell(const struct importer *p, const char *name)
{
    for (size_t i = 0; i < p->csv.n_columns; i++)
        if (strcmp(sbs_csv_cell(&p->csv, 0, i), name) == 0)
            return sbs_csv_cell(&p->csv, p->row, i);
    return "";
}

/* "file:line: " before what is wrong. */
static int at_line(struct importer *p)
{
    char place[600];
    snprintf(place, sizeof place, "%.560s:%zu", p->im->name,
             p->csv.lines[p->row]);
    return sbs_fail_at(p->err, place);
}

/* A small integer that tells attempts apart, -1 when the cell is empty. */
static int read_key(struct importer *p, const char *name, int64_t *value)
{
    const char *text = cell(p, name);
    const struct sbs_column *column = in_table(SBS_TABLE_tasks, name);
    double x;
    *value = -1;
    if (!text[0])
        return 0;
    if (sbs_cell_number(text, &x) || x != floor(x) || x < 0 ||
        x > column->high)
        return sbs_fail(p->err, SBS_EINPUT, "%s: must be an integer in [0, "
                        "%g] (\"%.40s\")", name, column->high, text);
    *value = (int64_t)x;
    return 0;
}

/* Rows this line is about; the same attempt twice in one file is an error,
 * because one of the two would be lost. */
static int find_rows(struct importer *p, int64_t *worker, int64_t *task,
                     int64_t *item)
{
    char own[64], key[32];
    const char *id = sbs_import_short_id(cell(p, "worker_id"));
    int64_t unit, attempt;
    *item = -1;
    if (read_key(p, "first_unit", &unit) || read_key(p, "attempt", &attempt))
        return -1;
    if (!id[0]) {
        snprintf(own, sizeof own, "csv-%s-%zu", p->prefix,
                 p->csv.lines[p->row]);
        id = own;
    }
    if (strlen(id) > 200)
        return sbs_fail(p->err, SBS_EINPUT, "worker_id: too long");
    *worker = sbs_import_worker(p->im, id, p->err);
    if (*worker < 0)
        return -1;
    if (cell(p, "task_id")[0]) {
        *item = sbs_import_item(p->im, cell(p, "task_id"), p->err);
        if (*item < 0)
            return -1;
    }
    *task = sbs_import_attempt(p->im, *worker, *item, unit, attempt, p->err);
    if (*task < 0)
        return -1;
    snprintf(key, sizeof key, "%lld", (long long)*task);
    int64_t before = sbs_index_find(&p->seen, key);
    if (before >= 0)
        return sbs_fail(p->err, SBS_EINPUT, "the same attempt as line %lld "
                        "(tell them apart by worker_id, task_id, first_unit "
                        "or attempt)", (long long)before);
    if (sbs_index_put(&p->seen, key, (int64_t)p->csv.lines[p->row]))
        return sbs_fail(p->err, SBS_EMEMORY, "out of memory");
    return 0;
}

static int put_cycle(struct importer *p, int64_t worker,
                     const struct sbs_column *column, const char *text)
{
    double seconds;
    if (sbs_cell_stamp(p->im->trace, text, &seconds, p->err))
        return sbs_fail_at(p->err, column->name);
    return sbs_import_cycle(p->im, worker, column->name, seconds, false,
                            p->err);
}

/* One cell that is not empty to where it belongs. */
static int take_cell(struct importer *p, const struct target *target,
                     const char *text, int64_t worker, int64_t task,
                     int64_t item)
{
    struct sbs_trace *trace = p->im->trace;
    const struct sbs_column *column = target->column;
    int64_t run;
    switch (target->kind) {
    case TARGET_TASK:
        return sbs_cell_put(trace, &trace->tasks.rows, column, (size_t)task,
                            text, p->err);
    case TARGET_WORKER:
        return sbs_cell_put(trace, &trace->workers.rows, column,
                            (size_t)worker, text, p->err);
    case TARGET_CYCLE:
        return put_cycle(p, worker, column, text);
    case TARGET_ITEM:
        if (item < 0)
            return sbs_fail(p->err, SBS_EINPUT, "ref_seconds: needs task_id");
        return sbs_cell_put(trace, &trace->workload.rows, column,
                            (size_t)item, text, p->err);
    case TARGET_RUN:
        break;
    }
    run = sbs_import_run(p->im, text, p->err);
    trace->tasks.run_index[task] = run;
    return run < 0 ? -1 : 0;
}

static int take_row(struct importer *p)
{
    int64_t worker = -1, task = -1, item = -1;
    if (find_rows(p, &worker, &task, &item))
        return -1;
    for (size_t i = 0; i < p->csv.n_columns; i++) {
        const char *text = sbs_csv_cell(&p->csv, p->row, i);
        const char *name = p->targets[i].column->name;
        bool found = strcmp(name, "worker_id") == 0 ||
                     strcmp(name, "task_id") == 0;
        if (text[0] && !found &&
            take_cell(p, &p->targets[i], text, worker, task, item))
            return -1;
    }
    p->im->n_read++;
    return 0;
}

static int take_rows(struct importer *p, const char *text, size_t length)
{
    char hash[SBS_HASH_TEXT];
    sbs_hash_buffer(text, length, hash);
    snprintf(p->prefix, sizeof p->prefix, "%.8s", hash);
    if (sbs_csv_parse(&p->csv, text, length, p->im->name, p->err) ||
        read_header(p))
        return -1;
    if (p->csv.n_rows < 2)
        return sbs_fail(p->err, SBS_EINPUT, "%s: no row below the header",
                        p->im->name);
    for (p->row = 1; p->row < p->csv.n_rows; p->row++)
        if (take_row(p))
            return at_line(p);
    return 0;
}

int sbs_import_csv_text(struct sbs_import *im, const char *text,
                        size_t length, const char *name,
                        struct sbs_error *err)
{
    struct importer p = { .im = im, .err = err };
    im->name = name;
    im->n_read = 0;
    int status = take_rows(&p, text, length);
    sbs_csv_fini(&p.csv);
    sbs_index_fini(&p.seen);
    free(p.targets);
    return status;
}

int sbs_import_csv(struct sbs_import *im, const char *path,
                   struct sbs_error *err)
{
    size_t length;
    char *text = sbs_file_read(path, (size_t)256 << 20, &length, err);
    if (!text)
        return -1;
    int status = sbs_import_csv_text(im, text, length, path, err);
    free(text);
    return status ? -1 : sbs_import_note(im, "--csv", path, err);
}
