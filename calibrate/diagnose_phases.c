/* SPDX-License-Identifier: Apache-2.0 */
/* Phases of a worker and its speed: do they go together, does it matter? */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "calibrate/diagnose.h"
#include "traces/query.h"

#define PERMUTATIONS 1999

enum { VARS = 5, TIME = 4 }; /* four phases, then the time for its work */

static const char *const names[VARS] = {"provision", "pull", "container",
                                        "boot", "time for the work"};
static const enum sbs_phase phases[TIME] = {
    SBS_PHASE_PROVISION, SBS_PHASE_PULL, SBS_PHASE_CONTAINER, SBS_PHASE_BOOT};

/* Is the container of the one run that is looked at? */
static bool ours(const struct sbs_diagnosis *d, const struct sbs_phase_row *p)
{
    const struct sbs_trace_tasks *t = &d->trace->tasks;
    size_t i;

    if (d->only_run < 0)
        return true;
    if (p->task >= 0)
        return t->run_index[p->task] == d->only_run;
    for (i = 0; i < t->rows.n; i++)
        if (t->worker_index[i] == p->worker &&
            t->run_index[i] == d->only_run)
            return true;
    return false;
}

/* x[worker][variable], NaN where not observed. */
static int fill(const struct sbs_diagnosis *d, double (*x)[VARS],
                struct sbs_error *err)
{
    const struct sbs_diagnose_rows *r = &d->rows;
    struct sbs_phase_row *rows = NULL;
    size_t i, j, n, w, m = d->trace->workers.rows.n;
    double *count = calloc(m + 1, sizeof *count);

    if (!count)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (i = 0; i < m; i++)
        for (j = 0; j < VARS; j++)
            x[i][j] = NAN;
    for (j = 0; j < TIME; j++) {
        if (sbs_trace_phase(d->trace, phases[j], SBS_STARTS_FARGATE, &rows,
                            &n, NULL, err)) {
            free(count);
            return -1;
        }
        for (i = 0; i < n; i++)
            if (rows[i].worker >= 0 && isnan(x[rows[i].worker][j]) &&
                ours(d, &rows[i]))
                x[rows[i].worker][j] = rows[i].seconds;
        free(rows);
    }
    for (i = 0; i < r->n; i++) { /* mean log time of the worker */
        w = (size_t)d->trace->tasks.worker_index[r->task[i]];
        x[w][TIME] = count[w] > 0 ? x[w][TIME] : 0;
        count[w] += 1;
        x[w][TIME] += (r->log_time[i] - x[w][TIME]) / count[w];
    }
    free(count);
    return 0;
}

static int pair(struct sbs_diagnosis *d, double (*x)[VARS], size_t a,
                size_t b, double *scratch, struct sbs_error *err)
{
    struct sbs_dependence_options o = {0.95, PERMUTATIONS, 1};
    size_t m = d->trace->workers.rows.n, i, n = 0;
    struct sbs_pair *p = &d->pair[d->n_pairs];

    for (i = 0; i < m; i++) {
        if (isnan(x[i][a]) || isnan(x[i][b]))
            continue;
        scratch[n] = x[i][a];
        scratch[m + n++] = x[i][b];
    }
    if (n < 2)
        return 0;
    d->n_pairs++;
    p->a = names[a];
    p->b = names[b];
    return sbs_dependence_spearman(scratch, scratch + m, n, &o,
                                   (uint32_t)(a * VARS + b), &p->s, err);
}

/* Seconds of one typical task: the geometric mean of compute times. */
static double typical_s(const struct sbs_diagnosis *d)
{
    const struct sbs_trace_tasks *t = &d->trace->tasks;
    double sum = 0;
    size_t i;

    for (i = 0; i < d->rows.n; i++)
        sum += sbs_log(t->compute_end[d->rows.task[i]] -
                       t->compute_start[d->rows.task[i]]);
    return sbs_exp(sum / (double)d->rows.n);
}

/* The tail of the sum of the phases (and of them and one task's work) of
 * the workers that have all; phases that none has are left out. */
static int tail(struct sbs_diagnosis *d, double (*x)[VARS], bool work,
                double *scratch, struct sbs_error *err)
{
    struct sbs_dependence_options o = {0.95, PERMUTATIONS, 2};
    struct sbs_diagnose_tail *t = &d->tail[d->n_tails];
    size_t m = d->trace->workers.rows.n, i, j, k = 0, n = 0, use[VARS];
    double typical = work && d->rows.n ? typical_s(d) : 0;
    double mean = 0;
    bool all;

    for (j = 0; j < (work ? VARS : TIME); j++) {
        for (i = 0, all = false; i < m && !all; i++)
            all = !isnan(x[i][j]);
        if (all)
            use[k++] = j;
    }
    if (k < 2 || (work && use[k - 1] != TIME))
        return 0;
    for (i = 0; i < d->rows.n; i++)
        mean += d->rows.log_time[i] / (double)d->rows.n;
    for (i = 0; i < m; i++) {
        for (j = 0, all = true; j < k; j++)
            all &= !isnan(x[i][use[j]]);
        for (j = 0; all && j < k; j++)
            scratch[n * k + j] = use[j] == TIME
                ? typical * sbs_exp(x[i][TIME] - mean) : x[i][use[j]];
        n += all;
    }
    t->what = work ? "start-up and one task" : "start-up";
    t->tail.n = n;
    d->n_tails++;
    if (n < SBS_DEPENDENCE_LEAST_N)
        return 0;
    return sbs_dependence_tail(scratch, n, k, &o, &t->tail, err);
}

int sbs_diagnose_phases(struct sbs_diagnosis *d, struct sbs_error *err)
{
    size_t m = d->trace->workers.rows.n, a, b;
    double (*x)[VARS] = malloc((m + 1) * sizeof *x);
    double *scratch = malloc((m + 1) * VARS * sizeof *scratch);
    int status = -1;

    if (!x || !scratch) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (fill(d, x, err))
        goto out;
    for (a = 0; a < VARS; a++)
        for (b = a + 1; b < VARS; b++)
            if (pair(d, x, a, b, scratch, err))
                goto out;
    if (tail(d, x, false, scratch, err) || tail(d, x, true, scratch, err))
        goto out;
    status = 0;
out:
    free(x);
    free(scratch);
    return status;
}
