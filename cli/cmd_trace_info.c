/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim trace info: what is in a trace, and what is not. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/trace.h"
#include "stats/quantile.h"
#include "traces/check.h"
#include "traces/query.h"
#include "traces/stamp.h"
#include "traces/table.h"

struct options {
    struct sbs_words file;
    bool json;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_WORDS(struct options, file, "F.h5", 1, 1, "the trace"),
    SBS_FLAG_SWITCH(struct options, json, "json",
                    "as JSON on standard output, schema sbsim-trace-info"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "trace info", "F.h5 [--json]",
    "Says what is in a trace: how many rows, how long each phase took "
    "(tasks of services apart, they wait for their load balancer), what was "
    "not observed, and where it is from. Provision is from the creation of "
    "the task to the start of the pull.",
    flags,
    "  sbsim trace info fargate.h5\n"
};

/* One phase for one way of starting. */
struct quantiles {
    size_t n, n_negative;
    double min, p10, p50, p90, max;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(const struct sbs_trace *trace, enum sbs_phase phase,
                   enum sbs_starts starts, struct quantiles *q,
                   struct sbs_error *err)
{
    struct sbs_phase_row *rows;
    *q = (struct quantiles){ 0, 0, NAN, NAN, NAN, NAN, NAN };
    if (sbs_trace_phase(trace, phase, starts, &rows, &q->n, &q->n_negative,
                        err))
        return -1;
    if (q->n == 0)
        return 0;
    double *s = malloc(q->n * sizeof *s);
    if (!s) {
        free(rows);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    for (size_t i = 0; i < q->n; i++)
        s[i] = rows[i].seconds;
    free(rows);
    qsort(s, q->n, sizeof *s, by_value);
    q->min = s[0];
    q->p10 = sbs_quantile7(s, q->n, 0.1);
    q->p50 = sbs_quantile7(s, q->n, 0.5);
    q->p90 = sbs_quantile7(s, q->n, 0.9);
    q->max = s[q->n - 1];
    free(s);
    return 0;
}

/* ------------------------------------------------------------- text */

static void print_rows(const struct sbs_trace *t)
{
    size_t values = 0;
    for (size_t i = 0; i < t->n_samples; i++)
        values += t->samples[i].col.rows.n;
    printf("\n%zu tasks on %zu containers, %zu runs, work of %zu items, "
           "%zu figures in %zu rows\n", t->tasks.rows.n, t->workers.rows.n,
           t->runs.rows.n, t->workload.rows.n, t->n_samples, values);
    if (t->n_unknown)
        printf("%zu columns or groups this version does not know\n",
               t->n_unknown);
}

/* Days of the first and the last stamp of creation. */
static void print_dates(const struct sbs_trace *t)
{
    char first[SBS_STAMP_TEXT], last[SBS_STAMP_TEXT];
    double epoch_s, low = INFINITY, high = -INFINITY;
    if (sbs_stamp_parse(t->epoch_utc, strlen(t->epoch_utc), &epoch_s))
        return;
    for (size_t i = 0; i < t->tasks.rows.n; i++) {
        double s = t->tasks.provision_start[i];
        if (isnan(s))
            s = t->tasks.compute_start[i];
        low = s < low ? s : low;
        high = s > high ? s : high;
    }
    if (low > high)
        return;
    printf("tasks of %.10s to %.10s\n",
           sbs_stamp_format(first, epoch_s + low),
           sbs_stamp_format(last, epoch_s + high));
}

static int print_phases(const struct sbs_trace *t, struct sbs_error *err)
{
    printf("\n%-12s%-12s%6s%9s%9s%9s%9s%9s\n", "phase (s)", "starts", "n",
           "min", "p10", "p50", "p90", "max");
    for (int p = 0; p < SBS_PHASE_COUNT; p++) {
        const char *name = sbs_phase_name((enum sbs_phase)p);
        for (int s = 0; s < SBS_STARTS_COUNT; s++) {
            struct quantiles q;
            if (measure(t, (enum sbs_phase)p, (enum sbs_starts)s, &q, err))
                return -1;
            if (q.n == 0)
                continue;
            printf("%-12s%-12s%6zu%9.1f%9.1f%9.1f%9.1f%9.1f", name,
                   sbs_starts_name((enum sbs_starts)s), q.n, q.min, q.p10,
                   q.p50, q.p90, q.max);
            if (q.n_negative)
                printf("  (%zu negative)", q.n_negative);
            putchar('\n');
            name = "";
        }
    }
    return 0;
}

static size_t count_missing(const struct sbs_table *rows,
                            const struct sbs_column *column)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        n += sbs_table_missing(rows, column, i);
    return n;
}

/* Columns of a table with holes, and how many. */
static void print_holes(const struct sbs_trace *t, size_t k)
{
    const struct sbs_table_def *def = &sbs_table_defs[k];
    const struct sbs_table *rows = sbs_table_const(t, k);
    char line[4000] = "", one[80];
    if (rows->n == 0)
        return;
    for (size_t i = 0; i < def->n_columns; i++) {
        size_t n = count_missing(rows, &def->columns[i]);
        if (n == 0)
            continue;
        if (n == rows->n)
            snprintf(one, sizeof one, "%s%s", line[0] ? ", " : "",
                     def->columns[i].name);
        else
            snprintf(one, sizeof one, "%s%s (%zu)", line[0] ? ", " : "",
                     def->columns[i].name, n);
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s", one);
    }
    if (!line[0])
        return;
    int at = printf("  %s: ", def->name);
    sbs_flags_wrap(stdout, line, at, 4);
}

static void print_runs(const struct sbs_trace *t)
{
    const struct sbs_trace_runs *r = &t->runs;
    if (r->rows.n == 0)
        return;
    printf("\n%-22s%-12s%-14s%7s%9s%10s%10s\n", "run", "date", "launch type",
           "tasks", "workers", "first_s", "wall_s");
    for (size_t i = 0; i < r->rows.n; i++) {
        char first[32] = "", wall[32] = "";
        if (!isnan(r->first_s[i]))
            snprintf(first, sizeof first, "%.1f", r->first_s[i]);
        if (!isnan(r->wall_s[i]))
            snprintf(wall, sizeof wall, "%.1f", r->wall_s[i]);
        printf("%-21.21s %-12.11s%-14.13s%7lld%9lld%10s%10s\n", r->name[i],
               r->date[i], r->launch_type[i], (long long)r->n_tasks[i],
               (long long)r->n_workers[i], first, wall);
    }
}

static void print_figures(const struct sbs_trace *t)
{
    char line[8000] = "";
    for (size_t i = 0; i < t->n_samples; i++) {
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s%s (%zu)",
                 i ? ", " : "", t->samples[i].name,
                 t->samples[i].col.rows.n);
    }
    if (line[0]) {
        fputs("\nFigures: ", stdout);
        sbs_flags_wrap(stdout, line, 9, 2);
    }
}

static void print_sources(const struct sbs_trace *t)
{
    struct {
        const char *name, *text;
    } rows[] = {
#define INFO_ROW(name) { #name, t->provenance.name },
        SBS_PROVENANCE(INFO_ROW)
#undef INFO_ROW
    };
    puts("\nFrom:");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].text[0])
            continue;
        int at = printf("  %s: ", rows[i].name);
        sbs_flags_wrap(stdout, rows[i].text, at, 4);
    }
    if (t->model_json[0])
        printf("  fitted model: stored, for %.64s\n", t->model_key);
    else
        puts("  fitted model: none stored");
}

static int print_text(const struct sbs_trace *t, const char *name,
                      struct sbs_error *err)
{
    static const char *const kinds[] = { "measured", "simulated", "mixed" };
    printf("%s: %s, made by %s\n", name, kinds[t->kind],
           t->created_by[0] ? t->created_by : "(not said)");
    print_rows(t);
    print_dates(t);
    if (print_phases(t, err))
        return -1;
    puts("\nNot observed (in how many rows; without a number: in none at "
         "all):");
    print_holes(t, SBS_TABLE_tasks);
    print_holes(t, SBS_TABLE_workers);
    print_runs(t);
    print_figures(t);
    print_sources(t);
    size_t bad = sbs_trace_check(t, NULL, NULL);
    if (bad)
        printf("\n%zu violations: see `sbsim trace check`\n", bad);
    return 0;
}

/* ------------------------------------------------------------- JSON */

static void text_field(struct sbs_jsonw *w, const char *key, const char *text)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, text);
}

static void count_field(struct sbs_jsonw *w, const char *key, size_t n)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, n);
}

/* One decimal, as the table has. */
static void tenth_field(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, round(10 * value) / 10);
}

static void write_quantiles(struct sbs_jsonw *w, const struct quantiles *q)
{
    count_field(w, "n", q->n);
    tenth_field(w, "min", q->min);
    tenth_field(w, "p10", q->p10);
    tenth_field(w, "p50", q->p50);
    tenth_field(w, "p90", q->p90);
    tenth_field(w, "max", q->max);
    if (q->n_negative)
        count_field(w, "negative", q->n_negative);
}

static int write_phases(struct sbs_jsonw *w, const struct sbs_trace *t,
                        struct sbs_error *err)
{
    sbs_jsonw_key(w, "phases");
    sbs_jsonw_object(w);
    for (int p = 0; p < SBS_PHASE_COUNT; p++) {
        struct quantiles q[SBS_STARTS_COUNT];
        size_t n = 0;
        for (int s = 0; s < SBS_STARTS_COUNT; s++) {
            if (measure(t, (enum sbs_phase)p, (enum sbs_starts)s, &q[s],
                        err))
                return -1;
            n += q[s].n;
        }
        if (n == 0)
            continue;
        sbs_jsonw_key(w, sbs_phase_name((enum sbs_phase)p));
        sbs_jsonw_object(w);
        write_quantiles(w, &q[SBS_STARTS_FARGATE]);
        for (int s = SBS_STARTS_FARGATE + 1; s < SBS_STARTS_COUNT; s++) {
            if (q[s].n == 0)
                continue;
            sbs_jsonw_key(w, sbs_starts_name((enum sbs_starts)s));
            sbs_jsonw_flat_object(w);
            write_quantiles(w, &q[s]);
            sbs_jsonw_close(w);
        }
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    return 0;
}

static void write_rows(struct sbs_jsonw *w, const struct sbs_trace *t)
{
    sbs_jsonw_key(w, "rows");
    sbs_jsonw_flat_object(w);
    for (size_t k = 0; k < SBS_TABLE_COUNT; k++)
        count_field(w, sbs_table_defs[k].name, sbs_table_const(t, k)->n);
    count_field(w, "samples", t->n_samples);
    count_field(w, "unknown", t->n_unknown);
    sbs_jsonw_close(w);
}

static void write_holes(struct sbs_jsonw *w, const struct sbs_trace *t)
{
    sbs_jsonw_key(w, "missing");
    sbs_jsonw_object(w);
    for (size_t k = 0; k < SBS_TABLE_COUNT; k++) {
        const struct sbs_table_def *def = &sbs_table_defs[k];
        const struct sbs_table *rows = sbs_table_const(t, k);
        if (rows->n == 0)
            continue;
        sbs_jsonw_key(w, def->name);
        sbs_jsonw_object(w);
        for (size_t i = 0; i < def->n_columns; i++) {
            size_t n = count_missing(rows, &def->columns[i]);
            if (n)
                count_field(w, def->columns[i].name, n);
        }
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void write_runs(struct sbs_jsonw *w, const struct sbs_trace *t)
{
    const struct sbs_trace_runs *r = &t->runs;
    sbs_jsonw_key(w, "runs");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < r->rows.n; i++) {
        sbs_jsonw_flat_object(w);
        text_field(w, "name", r->name[i]);
        text_field(w, "date", r->date[i]);
        text_field(w, "launch_type", r->launch_type[i]);
        sbs_jsonw_key(w, "n_tasks");
        sbs_jsonw_integer(w, r->n_tasks[i]);
        sbs_jsonw_key(w, "n_workers");
        sbs_jsonw_integer(w, r->n_workers[i]);
        sbs_jsonw_key(w, "first_s");
        sbs_jsonw_real(w, r->first_s[i]);
        sbs_jsonw_key(w, "wall_s");
        sbs_jsonw_real(w, r->wall_s[i]);
        text_field(w, "source", r->source[i]);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void write_samples(struct sbs_jsonw *w, const struct sbs_trace *t)
{
    sbs_jsonw_key(w, "samples");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < t->n_samples; i++) {
        sbs_jsonw_flat_object(w);
        text_field(w, "name", t->samples[i].name);
        text_field(w, "units", t->samples[i].units);
        count_field(w, "n", t->samples[i].col.rows.n);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static int write_json(const struct sbs_trace *t, const char *name,
                      struct sbs_error *err)
{
    static const char *const kinds[] = { "measured", "simulated", "mixed" };
    char hash[65];
    struct sbs_jsonw w;
    if (sbs_trace_data_hash(t, hash, err))
        return -1;
    sbs_jsonw_init(&w, stdout);
    sbs_jsonw_object(&w);
    text_field(&w, "schema", "sbsim-trace-info");
    count_field(&w, "schema_version", 1);
    text_field(&w, "file", name);
    text_field(&w, "data_hash", hash);
    text_field(&w, "kind", kinds[t->kind]);
    text_field(&w, "created_by", t->created_by);
    text_field(&w, "epoch_utc", t->epoch_utc);
    write_rows(&w, t);
    int status = write_phases(&w, t, err);
    write_holes(&w, t);
    write_runs(&w, t);
    write_samples(&w, t);
    sbs_jsonw_key(&w, "provenance");
    sbs_jsonw_object(&w);
#define INFO_FIELD(name) \
    if (t->provenance.name[0]) \
        text_field(&w, #name, t->provenance.name);
    SBS_PROVENANCE(INFO_FIELD)
#undef INFO_FIELD
    sbs_jsonw_close(&w);
    sbs_jsonw_key(&w, "model_key");
    sbs_jsonw_string(&w, t->model_json[0] ? t->model_key : NULL);
    count_field(&w, "violations", sbs_trace_check(t, NULL, NULL));
    sbs_jsonw_close(&w);
    if (status == 0)
        status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}

int sbs_trace_cmd_info(int argc, char **argv)
{
    struct options o = { 0 };
    struct sbs_error err = { 0 };
    struct sbs_trace *trace = NULL;
    int status;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    const char *name = o.file.item[0];
    status = sbs_trace_open(name, SBS_TRACE_STRICT, &trace, &err);
    if (status == 0)
        status = o.json ? write_json(trace, name, &err)
                        : print_text(trace, name, &err);
    sbs_trace_destroy(trace);
    sbs_flags_fini(&table, &o);
    return status ? sbs_flags_report("trace info", &err) : 0;
}
