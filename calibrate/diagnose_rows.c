/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace to comparable task times. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/diagnose.h"
#include "traces/query.h"

#define HOUR_S 3600.0

static bool selected(const struct sbs_trace *trace, size_t i, int64_t run)
{
    return run < 0 || trace->tasks.run_index[i] == run;
}

/* Done with a result (outcome 0, or not said and user code ended). */
static bool is_done(const struct sbs_trace_tasks *t, size_t i)
{
    return t->outcome[i] <= 0 && t->compute_end[i] > t->compute_start[i];
}

/* Whole tasks of a run that states the work of one. */
static double run_ref_s(const struct sbs_trace *trace, size_t i)
{
    const struct sbs_trace_tasks *t = &trace->tasks;

    if (t->run_index[i] < 0 || t->n_units[i] >= 0 || t->first_unit[i] > 0)
        return NAN;
    return trace->runs.task_ref_s[t->run_index[i]];
}

static double relative_work(const struct sbs_trace *trace, size_t i)
{
    const struct sbs_trace_tasks *t = &trace->tasks;

    if (t->workload_index[i] < 0 || t->n_units[i] >= 0 ||
        t->first_unit[i] > 0)
        return NAN;
    return trace->workload.relative_work[t->workload_index[i]];
}

static double work_of(const struct sbs_trace *trace, size_t i, int rule)
{
    switch (rule) {
    case 0: return sbs_trace_task_ref_s(trace, i);
    case 1: return run_ref_s(trace, i);
    case 2: return (double)trace->tasks.paths[i];
    case 3: return relative_work(trace, i);
    default: return 1;
    }
}

static const char *const rules[] = {
    "time over the reference time of each task",
    "time over the run's reference time of one task",
    "time a Monte Carlo path (reference times are not recorded)",
    "time over relative work (reference times are not recorded)",
    "times as they are: the tasks are alike (one item, one chunk size)"};

/* The first rule that knows the work of every row; -1: none. */
static int choose_rule(const struct sbs_trace *trace, const size_t *task,
                       size_t n)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    bool alike = true;
    size_t i;
    int rule;

    for (rule = 0; rule < 4; rule++) {
        for (i = 0; i < n && work_of(trace, task[i], rule) > 0;)
            i++;
        if (i == n)
            return rule;
    }
    for (i = 0; i < n; i++) {
        alike &= t->workload_index[task[i]] == t->workload_index[task[0]] &&
                 t->n_units[task[i]] == t->n_units[task[0]] &&
                 t->paths[task[i]] == t->paths[task[0]] &&
                 isnan(sbs_trace_task_ref_s(trace, task[i]));
    }
    return alike ? 4 : -1;
}

/* Why no rule fits. */
static void explain_refusal(const struct sbs_trace *trace,
                            struct sbs_diagnose_rows *r, size_t n)
{
    size_t known = 0, i;

    for (i = 0; i < n; i++)
        known += sbs_trace_task_ref_s(trace, r->task[i]) > 0;
    snprintf(r->work, sizeof r->work,
             "of %zu task times the reference work is known for %zu, and the "
             "tasks are not alike: their times cannot be compared "
             "(record ref_s or item_ref_s)", n, known);
    r->refused = true;
}

/* Position of x in list[0..*n), added when new. */
static size_t place(int64_t *list, size_t *n, int64_t x)
{
    size_t k;

    for (k = 0; k < *n; k++)
        if (list[k] == x)
            return k;
    list[*n] = x;
    return (*n)++;
}

static size_t place_name(const char **list, size_t *n, const char *x)
{
    size_t k;

    for (k = 0; k < *n; k++)
        if (strcmp(list[k], x) == 0)
            return k;
    list[*n] = x;
    return (*n)++;
}

/* The rows that count into r->task, the others counted. */
static size_t pick_rows(const struct sbs_trace *trace, int64_t run,
                        struct sbs_diagnose_rows *r)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    size_t i, n = 0;

    for (i = 0; i < t->rows.n; i++) {
        if (!selected(trace, i, run))
            continue;
        r->n_failed += t->outcome[i] == 1;
        r->n_censored += t->compute_start[i] >= 0 && t->outcome[i] != 1 &&
                         !is_done(t, i);
        if (!is_done(t, i))
            continue;
        if (t->worker_index[i] < 0)
            r->n_without_worker++;
        else
            r->task[n++] = i;
    }
    return n;
}

/* When each worker was ready: its own stamp, else its first task's. */
static void find_ready(const struct sbs_trace *trace,
                       const struct sbs_diagnose_rows *r, size_t n,
                       double *ready)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    double x;
    size_t k;

    for (k = 0; k < trace->workers.rows.n; k++)
        ready[k] = trace->workers.ready[k];
    for (k = 0; k < n; k++) {
        x = t->worker_boot_end[r->task[k]];
        x = isnan(x) ? t->compute_start[r->task[k]] : x;
        if (isnan(trace->workers.ready[t->worker_index[r->task[k]]]))
            ready[t->worker_index[r->task[k]]] =
                fmin(ready[t->worker_index[r->task[k]]], x);
    }
}

/* A dense index for every worker of the trace, SIZE_MAX: none yet. */
static void number_rows(const struct sbs_trace *trace,
                        struct sbs_diagnose_rows *r, size_t n, int rule,
                        const double *ready, size_t *dense)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    struct sbs_variance_data *d = &r->data;
    size_t k, i, w;

    for (k = 0; k < n; k++) {
        i = r->task[k];
        w = (size_t)t->worker_index[i];
        if (dense[w] == SIZE_MAX) {
            dense[w] = d->n_workers;
            r->worker[d->n_workers++] = (int64_t)w;
        }
        r->log_time[k] = sbs_log((t->compute_end[i] - t->compute_start[i]) /
                                 work_of(trace, i, rule));
        d->row[k] = (struct sbs_variance_row){
            r->log_time[k],
            ((t->compute_start[i] + t->compute_end[i]) / 2 - ready[w]) /
                HOUR_S,
            dense[w],
            place_name(r->processor, &d->n_processors,
                       trace->workers.cpu_model[w]),
            place(r->run, &d->n_runs, t->run_index[i])};
        r->first_s = fmin(r->first_s, t->compute_start[i]);
        r->last_s = fmax(r->last_s, t->compute_end[i]);
    }
    d->n = r->n = n;
}

/* Pulled: counts of tasks differ by more than a static division has. */
static void guess_pulled(struct sbs_diagnose_rows *r)
{
    size_t k, *count = calloc(r->data.n_workers + 1, sizeof *count);
    size_t least = SIZE_MAX, most = 0;

    for (k = 0; count && k < r->n; k++)
        count[r->data.row[k].worker]++;
    for (k = 0; count && k < r->data.n_workers; k++) {
        least = count[k] < least ? count[k] : least;
        most = count[k] > most ? count[k] : most;
    }
    r->data.pulled = r->data.n_workers > 1 && most > least + 1;
    free(count);
}

/* Each run and each model is a column of normal equations. */
#define MOST_LEVELS 100

static void refuse_too_many(struct sbs_diagnose_rows *r)
{
    if (r->data.n_runs + r->data.n_processors <= MOST_LEVELS)
        return;
    snprintf(r->work, sizeof r->work,
             "%zu runs and %zu processor models are more than the %d that "
             "are taken apart at once (--run picks one run)", r->data.n_runs,
             r->data.n_processors, MOST_LEVELS);
    r->refused = true;
    r->n = r->data.n = r->data.n_workers = 0;
    r->data.n_runs = r->data.n_processors = 0;
}

static int allocate(const struct sbs_trace *trace,
                    struct sbs_diagnose_rows *r, struct sbs_error *err)
{
    size_t n = trace->tasks.rows.n + 1;

    r->data.row = malloc(n * sizeof *r->data.row);
    r->task = malloc(n * sizeof *r->task);
    r->log_time = malloc(n * sizeof *r->log_time);
    r->worker = malloc(n * sizeof *r->worker);
    r->run = malloc(n * sizeof *r->run);
    r->processor = malloc(n * sizeof *r->processor);
    if (r->data.row && r->task && r->log_time && r->worker && r->run &&
        r->processor)
        return 0;
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

int sbs_diagnose_read(const struct sbs_trace *trace, int64_t run,
                      struct sbs_diagnose_rows *out, struct sbs_error *err)
{
    struct sbs_diagnose_rows r = {.first_s = INFINITY, .last_s = -INFINITY};
    size_t m = trace->workers.rows.n + 1, n, k;
    double *ready = malloc(m * sizeof *ready);
    size_t *dense = malloc(m * sizeof *dense);
    int rule, status = -1;

    if (!ready || !dense) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (allocate(trace, &r, err))
        goto out;
    for (k = 0; k < m; k++)
        dense[k] = SIZE_MAX;
    n = pick_rows(trace, run, &r);
    rule = n > 0 ? choose_rule(trace, r.task, n) : 4;
    if (rule < 0) {
        explain_refusal(trace, &r, n);
    } else if (n > 0) {
        snprintf(r.work, sizeof r.work, "%s", rules[rule]);
        find_ready(trace, &r, n, ready);
        number_rows(trace, &r, n, rule, ready, dense);
        guess_pulled(&r);
        refuse_too_many(&r);
    }
    *out = r;
    memset(&r, 0, sizeof r);
    status = 0;
out:
    sbs_diagnose_rows_fini(&r);
    free(ready);
    free(dense);
    return status;
}

void sbs_diagnose_rows_fini(struct sbs_diagnose_rows *rows)
{
    free(rows->data.row);
    free(rows->task);
    free(rows->log_time);
    free(rows->worker);
    free(rows->run);
    free(rows->processor);
    memset(rows, 0, sizeof *rows);
}
