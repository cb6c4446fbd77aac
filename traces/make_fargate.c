/* SPDX-License-Identifier: Apache-2.0 */
/* Builds fargate.h5 from the tables of facts: make_fargate FOLDER OUT. It
 * reads no clock and no host name, so that every build gives the same file. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "traces/cell.h"
#include "traces/csv.h"
#include "traces/stamp.h"
#include "traces/store.h"
#include "traces/table.h"

/* One task of the Ultra workload alone on the reference core
 * (starburst f099e29, ULTIMATE_SHOWDOWN_RESULTS.md, 2026-02-04). */
static const double ultra_task_s = 695;

struct maker {
    struct sbs_trace *trace;
    const char *folder;
    struct sbs_hash *hash; /* over all files read, in order */
    char path[4096];
    struct sbs_csv csv;
    struct sbs_error err;
};

static int open_csv(struct maker *m, const char *name)
{
    size_t length;
    snprintf(m->path, sizeof m->path, "%s/%s", m->folder, name);
    char *text = sbs_file_read(m->path, (size_t)1 << 24, &length, &m->err);
    if (!text)
        return -1;
    sbs_hash_add(m->hash, text, length);
    int status = sbs_csv_parse(&m->csv, text, length, m->path, &m->err);
    free(text);
    return status;
}

/* Put every cell of a row into the column of the same name. Names that end
 * as a table's do not (mem_mib and the like) are for the caller: `skip` lists
 * them, ending with NULL. */
static int put_row(struct maker *m, const struct sbs_table_def *def,
                   struct sbs_table *table, size_t csv_row,
                   const char *const *skip)
{
    for (size_t i = 0; i < m->csv.n_columns; i++) {
        const char *name = sbs_csv_cell(&m->csv, 0, i);
        const char *text = sbs_csv_cell(&m->csv, csv_row, i);
        bool skipped = false;
        for (const char *const *s = skip; *s; s++)
            skipped = skipped || strcmp(name, *s) == 0;
        if (skipped || !text[0])
            continue;
        const struct sbs_column *column = sbs_table_column(def, name);
        if (!column)
            return sbs_fail(&m->err, SBS_EINPUT, "%s:1: no column %s in %s",
                            m->path, name, def->name);
        if (sbs_cell_put(m->trace, table, column, table->n - 1, text,
                         &m->err)) {
            char place[sizeof m->path + 32];
            snprintf(place, sizeof place, "%s:%zu", m->path,
                     m->csv.lines[csv_row]);
            return sbs_fail_at(&m->err, place);
        }
    }
    return 0;
}

/* Text of a cell by the name of its column, "" when there is no such. */
static const char *cell(const struct maker *m, size_t row, const char *name)
{
    for (size_t i = 0; i < m->csv.n_columns; i++)
        if (strcmp(sbs_csv_cell(&m->csv, 0, i), name) == 0)
            return sbs_csv_cell(&m->csv, row, i);
    return "";
}

static const char *keep(struct maker *m, const char *text)
{
    const char *own = sbs_trace_keep(m->trace, text, strlen(text));
    if (!own)
        sbs_fail(&m->err, SBS_EMEMORY, "out of memory");
    return own;
}

static int read_mem(struct maker *m, size_t row, int64_t *bytes)
{
    double mib;
    const char *text = cell(m, row, "mem_mib");
    if (!text[0])
        return 0;
    if (sbs_cell_number(text, &mib))
        return sbs_fail(&m->err, SBS_EINPUT, "%s:%zu: mem_mib: not a number",
                        m->path, m->csv.lines[row]);
    *bytes = (int64_t)(mib * 1048576);
    return 0;
}

static int add_runs(struct maker *m)
{
    static const char *const skip[] = { "mem_mib", NULL };
    struct sbs_trace_runs *runs = &m->trace->runs;
    if (open_csv(m, "runs.csv"))
        return -1;
    for (size_t row = 1; row < m->csv.n_rows; row++) {
        if (sbs_trace_add_row(m->trace, &runs->rows, &m->err) ||
            put_row(m, &sbs_table_defs[SBS_TABLE_runs], &runs->rows, row,
                    skip) ||
            read_mem(m, row, &runs->mem_bytes[row - 1]))
            return -1;
        if (!isnan(runs->cost_reported[row - 1]))
            runs->cost_currency[row - 1] = "USD";
    }
    return 0;
}

/* A stamp given in seconds after the row's zero. */
static int put_stamp(struct maker *m, size_t row, double zero,
                     const char *name, double *target)
{
    const char *text = cell(m, row, name);
    double after;
    if (!text[0])
        return 0;
    if (sbs_cell_number(text, &after))
        return sbs_fail(&m->err, SBS_EINPUT, "%s:%zu: %s: not a number",
                        m->path, m->csv.lines[row], name);
    *target = zero + after;
    return 0;
}

static int add_task_stamps(struct maker *m, size_t row)
{
    struct sbs_trace_tasks *t = &m->trace->tasks;
    size_t i = row - 1;
    const char *text = cell(m, row, "zero_utc");
    double zero;
    if (sbs_stamp_parse(text, strlen(text), &zero))
        return sbs_fail(&m->err, SBS_EINPUT, "%s:%zu: zero_utc: not a time",
                        m->path, m->csv.lines[row]);
    if (put_stamp(m, row, zero, "created_s", &t->provision_start[i]) ||
        put_stamp(m, row, zero, "network_ready_s", &t->network_ready[i]) ||
        put_stamp(m, row, zero, "pull_start_s", &t->pull_start[i]) ||
        put_stamp(m, row, zero, "pull_end_s", &t->pull_end[i]) ||
        put_stamp(m, row, zero, "container_start_s",
                  &t->container_start[i]) ||
        put_stamp(m, row, zero, "stopping_s", &t->stopping[i]) ||
        put_stamp(m, row, zero, "container_exit_s", &t->container_exit[i]) ||
        put_stamp(m, row, zero, "stopped_s", &t->stopped[i]))
        return -1;
    t->worker_index[i] = (int64_t)i;
    return 0;
}

static int add_ecs_tasks(struct maker *m)
{
    static const char *const skip[] = {
        "id", "date", "mem_mib", "zero_utc", "created_s", "network_ready_s",
        "pull_start_s", "pull_end_s", "container_start_s", "stopping_s",
        "container_exit_s", "stopped_s", NULL };
    struct sbs_trace_workers *w = &m->trace->workers;
    if (open_csv(m, "ecs_tasks.csv"))
        return -1;
    for (size_t row = 1; row < m->csv.n_rows; row++) {
        size_t i = row - 1;
        if (sbs_trace_add_row(m->trace, &w->rows, &m->err) ||
            sbs_trace_add_row(m->trace, &m->trace->tasks.rows, &m->err) ||
            put_row(m, &sbs_table_defs[SBS_TABLE_workers], &w->rows, row,
                    skip) ||
            read_mem(m, row, &w->mem_bytes[i]) || add_task_stamps(m, row))
            return -1;
        w->worker_id[i] = keep(m, cell(m, row, "id"));
        if (!w->worker_id[i])
            return -1;
        w->spot[i] = strcmp(w->launch_type[i], "FARGATE_SPOT") == 0;
    }
    return 0;
}

static int add_workload(struct maker *m)
{
    struct sbs_trace_workload *w = &m->trace->workload;
    if (open_csv(m, "scenario_work.csv"))
        return -1;
    for (size_t row = 1; row < m->csv.n_rows; row++) {
        char id[40];
        size_t i = row - 1;
        double work;
        if (sbs_trace_add_row(m->trace, &w->rows, &m->err))
            return -1;
        snprintf(id, sizeof id, "scenario-%.20s", cell(m, row, "scenario"));
        w->task_id[i] = keep(m, id);
        if (!w->task_id[i] ||
            sbs_cell_number(cell(m, row, "relative_work"), &work))
            return sbs_fail(&m->err, SBS_EINPUT, "%s:%zu: relative_work: not "
                            "a number", m->path, m->csv.lines[row]);
        w->relative_work[i] = work;
        w->ref_seconds[i] = ultra_task_s * work;
        w->bound[i] = 1;
    }
    m->trace->work.reference_core = "Apple M4 Pro P-core";
    m->trace->work.reference_score = "3550";
    m->trace->work.reference_benchmark = "Geekbench 6 single";
    m->trace->work.origin = "derived";
    return 0;
}

static int add_figures(struct maker *m, const char *name)
{
    static const char *const skip[] = { "figure", "unit", NULL };
    if (open_csv(m, name))
        return -1;
    for (size_t row = 1; row < m->csv.n_rows; row++) {
        const char *unit = cell(m, row, "unit");
        struct sbs_sample *sample = sbs_trace_add_sample(
            m->trace, cell(m, row, "figure"), unit, &m->err);
        if (!sample)
            return -1;
        if (strcmp(sample->units, unit) != 0)
            return sbs_fail(&m->err, SBS_EINPUT, "%s:%zu: unit %s, elsewhere "
                            "%s", m->path, m->csv.lines[row], unit,
                            sample->units);
        if (sbs_trace_add_row(m->trace, &sample->col.rows, &m->err) ||
            put_row(m, &sbs_table_sample_def, &sample->col.rows, row, skip))
            return -1;
    }
    return 0;
}

/* Where all rows of a figure are measured, or all derived, it is said; what is
 * stated, estimated or read in code has no origin of that kind. */
static void set_origins(struct sbs_trace *t)
{
    static const char *const origins[] = { "measured", "derived" };
    for (size_t i = 0; i < t->n_samples; i++)
        for (size_t k = 0; k < 2; k++) {
            struct sbs_sample *s = &t->samples[i];
            bool all = true;
            for (size_t row = 0; row < s->col.rows.n; row++)
                all = all && strcmp(s->col.kind[row], origins[k]) == 0;
            if (all)
                s->origin = origins[k];
        }
}

static int make(struct maker *m)
{
    static const char *const figures[] = {
        "pull.csv", "processors.csv", "processors_seen.csv",
        "machine_noise.csv", "limits.csv", "prices.csv", "client.csv",
        "ec2.csv", "priors.csv" };
    int status = add_runs(m);
    sbs_csv_fini(&m->csv);
    if (status == 0)
        status = add_ecs_tasks(m);
    sbs_csv_fini(&m->csv);
    if (status == 0)
        status = add_workload(m);
    sbs_csv_fini(&m->csv);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        if (status == 0)
            status = add_figures(m, figures[i]);
        sbs_csv_fini(&m->csv);
    }
    set_origins(m->trace);
    return status;
}

static int describe(struct maker *m)
{
    char hex[SBS_HASH_TEXT];
    sbs_hash_finish(m->hash, hex);
    m->hash = NULL;
    struct sbs_trace *t = m->trace;
    t->created_by = "sbsim make_fargate";
    t->provenance.source = "published measurements, written down in "
                           "traces/facts/ with the source of each figure";
    t->provenance.licence =
        "facts; tables processors.csv and ec2.csv under CC BY-SA 4.0 "
        "(SpareCores); machine_noise.csv after Azure data, CC-BY 4.0";
    t->provenance.notes =
        "No task of a staRburst run was ever recorded: runs are totals, and "
        "phases are of other people's ECS tasks. Machine noise is Azure's.";
    t->provenance.sbsim_version = PACKAGE_VERSION;
    t->provenance.sha256 = keep(m, hex);
    return t->provenance.sha256 ? 0 : -1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: make_fargate FACTS-FOLDER OUT.h5\n", stderr);
        return 2;
    }
    struct maker m = { .folder = argv[1], .trace = sbs_trace_create(),
                       .hash = sbs_hash_create() };
    int status = -1;
    if (!m.trace || !m.hash) {
        sbs_fail(&m.err, SBS_EMEMORY, "out of memory");
    } else {
        m.trace->name = argv[2];
        status = make(&m);
        if (status == 0)
            status = describe(&m);
        if (status == 0)
            status = sbs_trace_write(m.trace, argv[2], &m.err);
    }
    char unused[SBS_HASH_TEXT];
    sbs_hash_finish(m.hash, unused);
    sbs_trace_destroy(m.trace);
    if (status)
        fprintf(stderr, "make_fargate: %s\n", m.err.text);
    return status ? 1 : 0;
}
