/* SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of run totals. */
#include "config.h"

#include "calibrate/totals.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"

/* Grid of the startup tables. 900 s is beyond any Fargate start on record
 * (115 s) but for one user report of 600 s on another service. */
#define GRID_STEP_S 0.5
#define GRID_N 1801
#define NODES_A 64     /* container quantiles, for provision + container */
#define NODES_PULL 32  /* pull quantiles */
#define NODES_START 8 /* startup quantiles where work dominates */
#define NODES_K 41     /* call factor: trapezoid over +-4 sd, short work */
#define NODES_K_LONG 11
#define MEMO_N 8192    /* of the lazy table of one run's completion CDF */
#define MIN_PM_S 0.5   /* a total is not known better than the model's lag */

struct sbs_totals {
    struct sbs_totals_fixed fixed;
    double z_pull[NODES_PULL];
    double a_cdf[GRID_N];     /* provision + container */
    double start_cdf[GRID_N]; /* + pull, for the pull_s below */
    double start_node[NODES_START];
    double table_pull_s, start_mean_s;
    double memo[MEMO_N]; /* NaN: not computed yet */
    double memo_ref_s, memo_step_s;
    bool alike; /* every task of the run has memo_ref_s */
    double weight[SBS_TOTALS_CLASSES], log_slow[SBS_TOTALS_CLASSES];
};

/* Linear interpolation; 0 before the grid and 1 after it. */
static double grid_cdf(const double *cdf, double t)
{
    double x = t / GRID_STEP_S, frac;
    size_t k;

    if (x <= 0)
        return 0;
    if (x >= GRID_N - 1)
        return 1;
    k = (size_t)x;
    frac = x - (double)k;
    return cdf[k] + frac * (cdf[k + 1] - cdf[k]);
}

static double grid_quantile(const double *cdf, double u)
{
    size_t lo = 0, hi = GRID_N - 1, mid;
    double step;

    while (hi - lo > 1) {
        mid = (lo + hi) / 2;
        if (cdf[mid] < u)
            lo = mid;
        else
            hi = mid;
    }
    step = cdf[hi] - cdf[lo];
    return GRID_STEP_S *
           ((double)lo + (step > 0 ? (u - cdf[lo]) / step : 0.5));
}

struct sbs_totals *sbs_totals_create(const struct sbs_totals_fixed *fixed,
                                     struct sbs_error *err)
{
    struct sbs_totals *t = calloc(1, sizeof *t);
    double node[NODES_A], sum;
    size_t i, j;

    if (!t) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    t->fixed = *fixed;
    t->table_pull_s = NAN;
    for (j = 0; j < NODES_PULL; j++)
        t->z_pull[j] =
            sbs_norm_quantile(((double)j + 0.5) / NODES_PULL);
    for (j = 0; j < NODES_A; j++)
        node[j] = sbs_fit_lognormal_quantile(&fixed->container,
                                             ((double)j + 0.5) / NODES_A);
    for (i = 0; i < GRID_N; i++) {
        sum = 0;
        for (j = 0; j < NODES_A; j++)
            sum += sbs_fit_lognormal_cdf(
                &fixed->provision, (double)i * GRID_STEP_S - node[j]);
        t->a_cdf[i] = sum / NODES_A;
    }
    return t;
}

void sbs_totals_destroy(struct sbs_totals *t)
{
    free(t);
}

static void prepare(struct sbs_totals *t, const struct sbs_totals_theta *th)
{
    double node[NODES_PULL], sum;
    size_t i, j;

    for (i = 0; i < t->fixed.n_classes; i++) {
        const struct sbs_totals_class *c = &t->fixed.classes[i];
        t->weight[i] =
            (1 - th->share_new) * c->w_old + th->share_new * c->w_new;
        t->log_slow[i] = c->log_slowdown + sbs_log(th->r_factor);
    }
    if (th->pull_s == t->table_pull_s)
        return;
    t->table_pull_s = th->pull_s;
    for (j = 0; j < NODES_PULL; j++)
        node[j] = th->pull_s * sbs_exp(t->fixed.pull_log_sd * t->z_pull[j]);
    for (i = 0; i < GRID_N; i++) {
        sum = 0;
        for (j = 0; j < NODES_PULL; j++)
            sum += grid_cdf(t->a_cdf, (double)i * GRID_STEP_S - node[j]);
        t->start_cdf[i] = sum / NODES_PULL;
        if (t->start_cdf[i] > 1 - 1e-12)
            break;
    }
    for (; i < GRID_N; i++)
        t->start_cdf[i] = 1;
    t->start_mean_s = 0;
    for (j = 0; j < NODES_START; j++) {
        t->start_node[j] = grid_quantile(
            t->start_cdf, ((double)j + 0.5) / NODES_START);
        t->start_mean_s += t->start_node[j] / NODES_START;
    }
}

/* P(startup + work <= t) for work of ref_s on a random worker. */
static double done_cdf(const struct sbs_totals *t, double ref_s,
                       double time_s)
{
    const struct sbs_totals_fixed *fx = &t->fixed;
    double sum = 0, inner, left;
    size_t k, j;

    if (time_s <= 0)
        return 0;
    if (ref_s <= 0)
        return grid_cdf(t->start_cdf, time_s);
    for (k = 0; k < fx->n_classes; k++) {
        if (t->weight[k] <= 0)
            continue;
        if (ref_s < SBS_TOTALS_LONG_S) {
            sum += t->weight[k] *
                   grid_cdf(t->start_cdf,
                            time_s - ref_s * sbs_exp(t->log_slow[k]));
            continue;
        }
        inner = 0;
        for (j = 0; j < NODES_START; j++) {
            left = time_s - t->start_node[j];
            if (left > 0)
                inner += sbs_norm_cdf(
                    (sbs_log(left / ref_s) - t->log_slow[k]) /
                    fx->classes[k].log_sd);
        }
        sum += t->weight[k] * inner / NODES_START;
    }
    return sum;
}

/* Begin a lazy table of done_cdf for tasks of about ref_s. */
static void memo_reset(struct sbs_totals *t, double ref_s)
{
    size_t i;

    t->memo_ref_s = ref_s;
    if (ref_s <= 0)
        return; /* the startup table is enough */
    t->memo_step_s = ref_s < SBS_TOTALS_LONG_S ? GRID_STEP_S : ref_s / 100;
    for (i = 0; i < MEMO_N; i++)
        t->memo[i] = NAN;
}

static double memo_at(struct sbs_totals *t, size_t i)
{
    if (isnan(t->memo[i]))
        t->memo[i] = done_cdf(t, t->memo_ref_s, (double)i * t->memo_step_s);
    return t->memo[i];
}

/* done_cdf through the table by cubic (Catmull-Rom) interpolation. Other work
 * than memo_ref_s is read at the time stretched about the mean startup: exact
 * but for the spread of startup, which is small against work that varies. */
static double done_fast(struct sbs_totals *t, double ref_s, double time_s)
{
    double ratio, x, u, p0, p1, p2, p3;
    size_t i;

    if (ref_s <= 0 || t->memo_ref_s <= 0)
        return grid_cdf(t->start_cdf, time_s);
    ratio = t->memo_ref_s / ref_s;
    if (ratio != 1)
        time_s = (time_s - t->start_mean_s) * ratio + t->start_mean_s;
    if (time_s <= 0)
        return 0;
    x = time_s / t->memo_step_s;
    if (x >= MEMO_N - 3)
        return done_cdf(t, t->memo_ref_s, time_s);
    i = (size_t)x;
    u = x - (double)i;
    p0 = i > 0 ? memo_at(t, i - 1) : 0;
    p1 = memo_at(t, i);
    p2 = memo_at(t, i + 1);
    p3 = memo_at(t, i + 2);
    return p1 + u / 2 * (p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3 +
                                        u * (3 * (p1 - p2) + p3 - p0)));
}

/* The client looks at its open results in turn, then sleeps: on average it
 * learns of a result half a pass later. */
static double lag_first_s(const struct sbs_totals *t, size_t n)
{
    return (t->fixed.poll_s + (double)n * t->fixed.poll_task_s) / 2;
}

static double lag_last_s(const struct sbs_totals *t)
{
    return t->fixed.poll_s / 2 + t->fixed.poll_task_s;
}

/* P(first > a and last <= b | call factor k); a = -INFINITY for no bound.
 * Polling begins after the last launch: nothing is seen before. */
static double all_between(struct sbs_totals *t,
                          const struct sbs_totals_theta *th,
                          const struct sbs_totals_run *run, double k, double a,
                          double b)
{
    double product = 1, launch, before, upto;
    size_t i;

    launch = th->setup_s + (double)run->n * th->call_s * k;
    if (b < launch)
        return 0;
    if (a < launch)
        a = -INFINITY;
    a -= lag_first_s(t, run->n) + run->fixed_s;
    b -= lag_last_s(t) + run->fixed_s;
    for (i = run->n; i-- > 0 && product > 1e-300;) {
        launch = th->setup_s + (double)(i + 1) * th->call_s * k;
        before = isfinite(a)
                     ? done_fast(t, run->ref_s[i], a - launch)
                     : 0;
        upto = isfinite(b) ? done_fast(t, run->ref_s[i], b - launch) : 1;
        product *= fmax(upto - before, 0);
        if (t->alike && upto == 1 && !isfinite(a))
            break; /* so have all that were launched earlier */
    }
    return product;
}

/* P(totals within rounding | k). */
static double within(struct sbs_totals *t,
                     const struct sbs_totals_theta *th,
                     const struct sbs_totals_run *run, double k)
{
    double f = fmax(run->first_pm_s, MIN_PM_S);
    double l = fmax(run->last_pm_s, MIN_PM_S);
    double a0 = run->first_s - f, a1 = run->first_s + f;
    double b0 = run->last_s - l, b1 = run->last_s + l;

    if (isnan(run->first_s) && isnan(run->last_s))
        return 1;
    if (isnan(run->first_s))
        return all_between(t, th, run, k, -INFINITY, b1) -
               all_between(t, th, run, k, -INFINITY, b0);
    if (isnan(run->last_s))
        return all_between(t, th, run, k, a0, INFINITY) -
               all_between(t, th, run, k, a1, INFINITY);
    return all_between(t, th, run, k, a0, b1) -
           all_between(t, th, run, k, a1, b1) -
           all_between(t, th, run, k, a0, b0) +
           all_between(t, th, run, k, a1, b0);
}

typedef double given_k_f(struct sbs_totals *t,
                         const struct sbs_totals_theta *th,
                         const struct sbs_totals_run *run, double k,
                         double arg);

/* Mean over the run's call factor K = sbs_exp(call_log_sd z). */
static double over_k(struct sbs_totals *t, const struct sbs_totals_theta *th,
                     const struct sbs_totals_run *run, given_k_f *f,
                     double arg)
{
    double sum = 0, weight = 0, mean = 0, z, w;
    size_t i;
    int j, n;

    prepare(t, th);
    for (i = 0; i < run->n; i++)
        mean += run->ref_s[i] / (double)run->n;
    memo_reset(t, mean);
    t->alike = true;
    for (i = 0; i < run->n; i++)
        t->alike = t->alike && run->ref_s[i] == run->ref_s[0];
    n = mean < SBS_TOTALS_LONG_S ? NODES_K : NODES_K_LONG;
    if (th->call_log_sd <= 0)
        return f(t, th, run, 1, arg);
    for (j = 0; j < n; j++) {
        z = -4 + 8.0 * j / (n - 1);
        w = sbs_exp(-z * z / 2);
        sum += w * f(t, th, run, sbs_exp(th->call_log_sd * z), arg);
        weight += w;
    }
    return sum / weight;
}

static double given_k_within(struct sbs_totals *t,
                             const struct sbs_totals_theta *th,
                             const struct sbs_totals_run *run, double k,
                             double unused)
{
    (void)unused;
    return within(t, th, run, k);
}

static double given_k_last(struct sbs_totals *t,
                           const struct sbs_totals_theta *th,
                           const struct sbs_totals_run *run, double k,
                           double time_s)
{
    return all_between(t, th, run, k, -INFINITY, time_s);
}

static double given_k_none(struct sbs_totals *t,
                           const struct sbs_totals_theta *th,
                           const struct sbs_totals_run *run, double k,
                           double time_s)
{
    return all_between(t, th, run, k, time_s, INFINITY);
}

static double given_k_share(struct sbs_totals *t,
                            const struct sbs_totals_theta *th,
                            const struct sbs_totals_run *run, double k,
                            double time_s)
{
    double sum = 0, launch;
    size_t i;

    time_s -= lag_first_s(t, run->n) + run->fixed_s;
    for (i = 0; i < run->n; i++) {
        launch = th->setup_s + (double)(i + 1) * th->call_s * k;
        sum += done_fast(t, run->ref_s[i], time_s - launch);
    }
    return sum / (double)run->n;
}

double sbs_totals_done_share(struct sbs_totals *t,
                             const struct sbs_totals_theta *theta,
                             const struct sbs_totals_run *run, double time_s)
{
    return over_k(t, theta, run, given_k_share, time_s);
}

double sbs_totals_loglik(struct sbs_totals *t,
                         const struct sbs_totals_theta *theta,
                         const struct sbs_totals_run *run)
{
    double p = over_k(t, theta, run, given_k_within, 0);

    return p > 0 ? sbs_log(p) : -INFINITY;
}

double sbs_totals_last_cdf(struct sbs_totals *t,
                           const struct sbs_totals_theta *theta,
                           const struct sbs_totals_run *run, double time_s)
{
    return over_k(t, theta, run, given_k_last, time_s);
}

double sbs_totals_first_cdf(struct sbs_totals *t,
                            const struct sbs_totals_theta *theta,
                            const struct sbs_totals_run *run, double time_s)
{
    return 1 - over_k(t, theta, run, given_k_none, time_s);
}

void sbs_totals_startup(struct sbs_totals *t,
                        const struct sbs_totals_theta *theta, double *mean_s,
                        double *sd_s)
{
    double mean = 0, square = 0, p, x;
    size_t i;

    prepare(t, theta);
    for (i = 1; i < GRID_N; i++) {
        p = t->start_cdf[i] - t->start_cdf[i - 1];
        x = ((double)i - 0.5) * GRID_STEP_S;
        mean += p * x;
        square += p * x * x;
    }
    *mean_s = mean;
    *sd_s = sqrt(fmax(square - mean * mean, 0));
}
