/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace tells of slow workers and tasks. */
#include "config.h"

#include "calibrate/diagnose.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/design.h"

#define LEVEL 0.95
#define SEED 1
#define SIGNIFICANT 0.05

const char *sbs_verdict_name(enum sbs_verdict_kind v)
{
    static const char *const names[] = {
#define VERDICT_NAME(id, name) name,
        SBS_VERDICTS(VERDICT_NAME)
#undef VERDICT_NAME
    };

    return names[v];
}

static int compare_reals(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;

    return (a > b) - (a < b);
}

static double median(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(x, n, sizeof *x, compare_reals);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

/* Tasks a worker, hours covered. */
static int count_tasks(struct sbs_diagnosis *d, struct sbs_error *err)
{
    const struct sbs_variance_data *data = &d->rows.data;
    double *count = calloc(data->n_workers + 1, sizeof *count);
    size_t k;

    if (!count)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (k = 0; k < data->n; k++)
        count[data->row[k].worker] += 1;
    d->tasks_median = median(count, data->n_workers);
    if (data->n_workers > 0) { /* median sorts */
        d->tasks_least = (size_t)count[0];
        d->tasks_most = (size_t)count[data->n_workers - 1];
        d->hours = (d->rows.last_s - d->rows.first_s) / 3600;
    }
    free(count);
    return 0;
}

/* Containers asked for, started, and stopped without ever starting. */
static int count_starts(struct sbs_diagnosis *d, struct sbs_error *err)
{
    enum { CREATED = 1, STARTED = 2, STOPPED = 4, OURS = 8 };
    const struct sbs_trace_workers *w = &d->trace->workers;
    const struct sbs_trace_tasks *t = &d->trace->tasks;
    unsigned char *seen = calloc(w->rows.n + 1, 1);
    unsigned all;
    size_t i;

    if (!seen)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (i = 0; i < w->rows.n; i++)
        seen[i] = (unsigned char)(
            (isnan(w->created[i]) ? 0 : CREATED) |
            (isnan(w->container_start[i]) && isnan(w->ready[i]) ? 0
                                                                : STARTED) |
            (isnan(w->stopped[i]) ? 0 : STOPPED));
    for (i = 0; i < t->rows.n; i++) {
        if (t->worker_index[i] < 0)
            continue;
        all = seen[t->worker_index[i]];
        all |= isnan(t->provision_start[i]) ? 0 : CREATED;
        all |= isnan(t->container_start[i]) && isnan(t->compute_start[i]) &&
                       isnan(t->worker_boot_end[i]) ? 0 : STARTED;
        all |= isnan(t->stopped[i]) ? 0 : STOPPED;
        all |= t->run_index[i] == d->only_run ? OURS : 0;
        seen[t->worker_index[i]] = (unsigned char)all;
    }
    for (i = 0; i < w->rows.n; i++) {
        if (d->only_run >= 0 && !(seen[i] & OURS))
            continue;
        d->n_containers++;
        d->n_started += (seen[i] & STARTED) != 0;
        d->n_never += (seen[i] & STOPPED) && !(seen[i] & STARTED);
    }
    free(seen);
    /* Beta(1, 1) prior: SCIENCE.md C.1 */
    d->never_hi = gsl_cdf_beta_Pinv(LEVEL, 1 + (double)d->n_never,
                                    1 + (double)d->n_started);
    return 0;
}

/* Rows of /runs that concern us: all, or the one. */
static void count_runs(struct sbs_diagnosis *d)
{
    const struct sbs_trace_workers *w = &d->trace->workers;
    size_t i, k;

    d->n_runs = d->only_run >= 0 ? 1 : d->trace->runs.rows.n;
    for (i = 0; i < w->rows.n; i++) {
        for (k = 0; k < i && strcmp(w->source[k], w->source[i]) != 0;)
            k++;
        d->n_sources += k == i;
    }
}

/* The least time an attempt without result has already taken: to its stop. */
static double cut_after_s(const struct sbs_trace_tasks *t, size_t i)
{
    double stop = fmin(fmin(t->compute_end[i], t->stopping[i]),
                       fmin(t->container_exit[i], t->stopped[i]));

    return t->outcome[i] > 1 ? stop - t->compute_start[i] : NAN;
}

static void add_straggler(struct sbs_diagnosis *d, size_t task, double ratio,
                          bool cut)
{
    if (ratio >= SBS_STRAGGLER)
        d->straggler[d->n_stragglers++] =
            (struct sbs_straggler){task, ratio, cut};
}

static int by_ratio(const void *pa, const void *pb)
{
    const struct sbs_straggler *a = pa, *b = pb;

    if (a->ratio != b->ratio)
        return a->ratio < b->ratio ? 1 : -1;
    return (a->task > b->task) - (a->task < b->task);
}

/* Attempts that were cut are only held against the median when all work is
 * compared by one known measure: the time over ref_s. */
static void add_cut(struct sbs_diagnosis *d, const double *run_median)
{
    const struct sbs_diagnose_rows *r = &d->rows;
    const struct sbs_trace_tasks *t = &d->trace->tasks;
    double ref;
    size_t i, k;

    for (i = 0; i < t->rows.n; i++) {
        for (k = 0; k < r->data.n_runs && r->run[k] != t->run_index[i];)
            k++;
        ref = d->trace->tasks.ref_s[i];
        if (k < r->data.n_runs && ref > 0 && t->worker_index[i] >= 0 &&
            !isnan(cut_after_s(t, i)) && !strncmp(r->work, "time over the "
                                                  "reference", 23))
            add_straggler(d, i, cut_after_s(t, i) / ref /
                                    sbs_exp(run_median[k]), true);
    }
}

static void count_straggling(struct sbs_diagnosis *d)
{
    const int64_t *worker = d->trace->tasks.worker_index;
    size_t i, k;

    for (i = 0; i < d->n_stragglers; i++) {
        for (k = 0; k < i && worker[d->straggler[k].task] !=
                                 worker[d->straggler[i].task];)
            k++;
        d->n_straggling_workers += k == i;
    }
}

static int find_stragglers(struct sbs_diagnosis *d, struct sbs_error *err)
{
    const struct sbs_diagnose_rows *r = &d->rows;
    size_t n_all = d->trace->tasks.rows.n + r->n + 1, k, g, n;
    double *x = malloc((r->n + 1) * sizeof *x);
    double *mid = malloc((r->data.n_runs + 1) * sizeof *mid);
    int status = -1;

    d->straggler = calloc(n_all, sizeof *d->straggler);
    if (!x || !mid || !d->straggler) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (g = 0; g < r->data.n_runs; g++) {
        for (k = 0, n = 0; k < r->n; k++)
            if (d->trace->tasks.run_index[r->task[k]] == r->run[g])
                x[n++] = r->log_time[k];
        mid[g] = median(x, n);
        for (k = 0; k < r->n; k++)
            if (d->trace->tasks.run_index[r->task[k]] == r->run[g])
                add_straggler(d, r->task[k],
                              sbs_exp(r->log_time[k] - mid[g]), false);
    }
    add_cut(d, mid);
    qsort(d->straggler, d->n_stragglers, sizeof *d->straggler, by_ratio);
    count_straggling(d);
    status = 0;
out:
    free(x);
    free(mid);
    return status;
}

static int take_apart(struct sbs_diagnosis *d, struct sbs_error *err)
{
    struct sbs_variance_options o = {LEVEL, 2000, SEED};

    if (d->rows.n == 0)
        return 0;
    if (sbs_variance_fit(&d->rows.data, &o, &d->variance, err))
        return -1;
    d->have_variance = true;
    return 0;
}

/* Systematic: the interval of the persistent share is above a half; random:
 * below. Progressive: both drift tests reject and the time grows. */
void sbs_diagnose_decide(struct sbs_diagnosis *d)
{
    const struct sbs_variance *v = &d->variance;
    const struct sbs_drift *drift = &v->drift;
    double lasting;

    d->verdict = SBS_VERDICT_UNTOLD;
    if (!d->have_variance || !v->told)
        return;
    if (v->persistent.lo > SBS_DESIGN_HALF)
        d->verdict = SBS_VERDICT_SYSTEMATIC;
    else if (v->persistent.hi < SBS_DESIGN_HALF)
        d->verdict = SBS_VERDICT_RANDOM;
    if (!drift->told || !(drift->slope > 0) || drift->p >= SIGNIFICANT ||
        drift->kendall_p >= SIGNIFICANT)
        return;
    d->also_progressive = true;
    lasting = hypot(v->part[SBS_COMPONENT_WORKER].sd,
                    v->part[SBS_COMPONENT_PROCESSOR].sd);
    if (d->verdict == SBS_VERDICT_SYSTEMATIC &&
        lasting >= v->part[SBS_COMPONENT_DRIFT].sd)
        return;
    d->also_systematic = d->verdict == SBS_VERDICT_SYSTEMATIC;
    d->also_progressive = false;
    d->verdict = SBS_VERDICT_PROGRESSIVE;
}

int sbs_diagnose(const struct sbs_trace *trace, const char *name, int64_t run,
                 struct sbs_diagnosis *out, struct sbs_error *err)
{
    struct sbs_diagnosis d = {.trace = trace, .only_run = run};

    gsl_set_error_handler_off();
    if (sbs_diagnose_read(trace, run, &d.rows, err))
        return -1;
    count_runs(&d);
    if (count_starts(&d, err) || find_stragglers(&d, err) ||
        count_tasks(&d, err) || take_apart(&d, err) ||
        sbs_diagnose_phases(&d, err)) {
        sbs_diagnosis_fini(&d);
        return -1;
    }
    sbs_diagnose_decide(&d);
    sbs_diagnose_totals(&d);
    sbs_diagnose_advise(&d, name);
    *out = d;
    return 0;
}

void sbs_diagnosis_fini(struct sbs_diagnosis *d)
{
    sbs_diagnose_rows_fini(&d->rows);
    if (d->have_variance)
        sbs_variance_fini(&d->variance);
    free(d->straggler);
    memset(d, 0, sizeof *d);
}
