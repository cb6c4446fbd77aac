/* SPDX-License-Identifier: Apache-2.0 */
/* One set of parameters for all measured run totals. */
#include "config.h"

#include "calibrate/joint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/minimise.h"

#define R_LIMIT 0.5      /* |log r_factor| in the search */
#define R_STEPS 51
#define SHARE_LIMIT 7.0  /* |logit share| of the profile */
#define SHARE_STEPS 29
#define Z95 1.959963984540054
#define CHI2_HALF 1.9207294103470515 /* chi-square(1) 95% point / 2 */

static double share_of(double logit)
{
    return 1 / (1 + sbs_exp(-logit));
}

/* --- the runs ----------------------------------------------------------- */

/* A total of whole tenths of a minute (1296 s = 21.6 min) was told in
 * minutes; others are good to their last decimal, a tenth of a second. */
static double rounding_s(double total_s)
{
    return total_s == 6 * floor(total_s / 6) ? 3 : 0.05;
}

static void add_run(const struct sbs_trace *trace, size_t i, double transfer_s,
                    double *ref_s, struct sbs_joint_runs *out)
{
    const struct sbs_trace_runs *r = &trace->runs;
    const struct sbs_trace_workload *w = &trace->workload;
    struct sbs_joint_run *j = &out->run[out->n++];
    size_t k, n = (size_t)r->n_tasks[i];
    bool listed;

    memset(j, 0, sizeof *j);
    j->name = r->name[i];
    j->workers = (size_t)r->n_launches[i];
    j->vcpu = r->vcpu[i];
    j->memory_gb = r->mem_bytes[i] > 0 ? (double)r->mem_bytes[i] / 0x1p30
                                       : NAN;
    j->half_s = r->half_s[i];
    j->half_pm_s = rounding_s(j->half_s);
    j->bill_usd = r->billed[i] == 1 ? r->cost_reported[i] : NAN;
    j->most_s = r->most_s[i];
    j->task_ref_s = r->task_ref_s[i];
    j->waiting = strstr(r->caveat[i], "waiting rather than computing") != NULL;
    j->total = (struct sbs_totals_run){
        .n = n, .ref_s = ref_s, .fixed_s = transfer_s,
        .first_s = r->first_s[i], .last_s = r->wall_s[i],
        .first_pm_s = rounding_s(r->first_s[i]),
        .last_pm_s = rounding_s(r->wall_s[i])};
    listed = w->rows.n >= n && j->task_ref_s > 0 &&
             fabs(w->ref_seconds[0] - j->task_ref_s) < 1e-3 * j->task_ref_s;
    if (j->waiting && j->task_ref_s > 0)
        j->total.fixed_s += j->task_ref_s;
    for (k = 0; k < n; k++)
        ref_s[k] = j->waiting || !(j->task_ref_s > 0) ? 0
                   : listed ? w->ref_seconds[k] : j->task_ref_s;
    j->serial = !strncmp(r->client[i], "serial loop", 11);
    j->fitted = j->serial && j->workers == n;
    if (!j->serial)
        snprintf(j->why, sizeof j->why, "another client: %.70s",
                 *r->client[i] ? r->client[i] : "not described");
    out->n_fitted += j->fitted;
}

/* A Fargate run with a measured total, a container for one task or more. */
static bool usable(const struct sbs_trace_runs *r, size_t i)
{
    return !strncmp(r->launch_type[i], "FARGATE", 7) &&
           !strcmp(r->kind[i], "measured") && r->n_launches[i] > 0 &&
           r->n_launches[i] <= r->n_tasks[i] && r->n_tasks[i] <= 100000 &&
           (r->wall_s[i] > 0 || r->first_s[i] > 0 || r->half_s[i] > 0);
}

int sbs_joint_collect(const struct sbs_trace *trace, double transfer_s,
                      struct sbs_joint_runs *out, struct sbs_error *err)
{
    const struct sbs_trace_runs *r = &trace->runs;
    size_t i, total = 0, runs = 0;
    double *ref_s;

    memset(out, 0, sizeof *out);
    for (i = 0; i < r->rows.n; i++)
        if (usable(r, i) && runs++ < SBS_JOINT_RUNS)
            total += (size_t)r->n_tasks[i];
    ref_s = out->ref_s = calloc(total + 1, sizeof *out->ref_s);
    if (!ref_s)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (i = 0; i < r->rows.n && out->n < SBS_JOINT_RUNS; i++) {
        if (!usable(r, i))
            continue;
        add_run(trace, i, transfer_s, ref_s, out);
        ref_s += r->n_tasks[i];
    }
    return 0;
}

void sbs_joint_runs_fini(struct sbs_joint_runs *runs)
{
    if (!runs)
        return;
    free(runs->ref_s);
    memset(runs, 0, sizeof *runs);
}

static double mean_ref_s(const struct sbs_totals_run *t)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < t->n; i++)
        sum += t->ref_s[i];
    return sum / (double)t->n;
}

/* --- the objective ------------------------------------------------------ */

/* Of the size of standard errors, in the order of enum
 * sbs_joint_parameter. */
static const double first_step[SBS_JOINT_N] = {.3, .3, .08, .4, .02, .4};

struct target {
    struct sbs_totals *totals;
    const struct sbs_joint_runs *runs;
    const struct sbs_joint_prior *prior;
    bool only_short;  /* leave out runs with work */
    double r, share;  /* held when x has only the first four */
    size_t n;
};

static void unpack(const struct target *t, const double *x,
                   struct sbs_totals_theta *th)
{
    th->setup_s = sbs_exp(x[SBS_JOINT_SETUP]);
    th->pull_s = sbs_exp(x[SBS_JOINT_PULL]);
    th->call_s = sbs_exp(x[SBS_JOINT_CALL]);
    th->call_log_sd = sbs_exp(x[SBS_JOINT_CALL_SD]);
    th->r_factor = t->n > SBS_JOINT_R ? sbs_exp(x[SBS_JOINT_R]) : t->r;
    th->share_new =
        t->n > SBS_JOINT_SHARE ? share_of(x[SBS_JOINT_SHARE]) : t->share;
}

static double half_square(double x, double mean, double sd)
{
    return sd > 0 ? (x - mean) * (x - mean) / (2 * sd * sd) : 0;
}

/* Minus log of likelihood times prior. */
static double objective(const double *x, const void *arg)
{
    const struct target *t = arg;
    const struct sbs_joint_prior *p = t->prior;
    struct sbs_totals_theta th;
    double f = 0;
    size_t i;

    for (i = 0; i < t->n; i++)
        if (!(fabs(x[i]) < 8))
            return INFINITY;
    unpack(t, x, &th);
    for (i = 0; i < t->runs->n; i++) {
        const struct sbs_joint_run *r = &t->runs->run[i];
        if (!r->fitted ||
            (t->only_short && mean_ref_s(&r->total) >= SBS_TOTALS_LONG_S))
            continue;
        f -= sbs_totals_loglik(t->totals, &th, &r->total);
    }
    f += half_square(x[SBS_JOINT_SETUP], sbs_log(p->setup_s),
                     p->setup_log_sd);
    f += half_square(x[SBS_JOINT_PULL], sbs_log(p->pull_s), p->pull_log_sd);
    if (t->n > SBS_JOINT_R)
        f += half_square(x[SBS_JOINT_R], 0, p->r_log_sd);
    return f - x[SBS_JOINT_CALL_SD]; /* REML: see the header */
}

/* --- processors: profile over the share --------------------------------- */

static double work_loglik(const struct target *t,
                          const struct sbs_totals_theta *th)
{
    double sum = -half_square(sbs_log(th->r_factor), 0, t->prior->r_log_sd);
    size_t i;

    for (i = 0; i < t->runs->n; i++) {
        const struct sbs_joint_run *r = &t->runs->run[i];
        if (r->fitted && mean_ref_s(&r->total) >= SBS_TOTALS_LONG_S)
            sum += sbs_totals_loglik(t->totals, th, &r->total);
    }
    return sum;
}

double sbs_joint_best_r(struct sbs_totals *totals,
                        const struct sbs_joint_runs *runs,
                        const struct sbs_joint_prior *prior,
                        const struct sbs_totals_theta *at, double share,
                        double *loglik)
{
    struct target t = {.totals = totals, .runs = runs, .prior = prior};
    struct sbs_totals_theta th = *at;
    double best = -INFINITY, best_x = 0, x, v, step = R_LIMIT * 2 /
                                                      (R_STEPS - 1);
    int i;

    th.share_new = share;
    for (i = 0; i < R_STEPS; i++) {
        x = -R_LIMIT + i * step;
        th.r_factor = sbs_exp(x);
        v = work_loglik(&t, &th);
        if (v > best) {
            best = v;
            best_x = x;
        }
    }
    for (i = 0; i < 12; i++) { /* halve the step about the best */
        step /= 2;
        for (x = best_x - step; x < best_x + 2 * step; x += 2 * step) {
            th.r_factor = sbs_exp(x);
            v = work_loglik(&t, &th);
            if (v > best) {
                best = v;
                best_x = x;
                break;
            }
        }
    }
    *loglik = best;
    return sbs_exp(best_x);
}

struct profile {
    double logit[SHARE_STEPS], r[SHARE_STEPS], loglik[SHARE_STEPS];
};

static void profile_share(const struct target *t,
                          const struct sbs_totals_theta *at,
                          struct profile *p)
{
    size_t i;

    for (i = 0; i < SHARE_STEPS; i++) {
        p->logit[i] =
            SHARE_LIMIT * (2 * (double)i / (SHARE_STEPS - 1) - 1);
        p->r[i] = sbs_joint_best_r(t->totals, t->runs, t->prior, at,
                                   share_of(p->logit[i]), &p->loglik[i]);
    }
}

/* Where the profile crosses `level` between points i and j. */
static double crossing(const struct profile *p, size_t i, size_t j,
                       double level)
{
    double u = (level - p->loglik[i]) / (p->loglik[j] - p->loglik[i]);

    return share_of(p->logit[i] + u * (p->logit[j] - p->logit[i]));
}

/* 95% interval (its outermost ends) and the best other mode. */
static void read_profile(const struct profile *p, struct sbs_joint *out)
{
    size_t i, best = 0, lo, hi, other = SHARE_STEPS;
    double level;

    for (i = 0; i < SHARE_STEPS; i++)
        if (p->loglik[i] > p->loglik[best])
            best = i;
    level = p->loglik[best] - CHI2_HALF;
    for (lo = 0; p->loglik[lo] < level; lo++)
        ;
    for (hi = SHARE_STEPS - 1; p->loglik[hi] < level; hi--)
        ;
    out->share_lo = lo ? crossing(p, lo - 1, lo, level) : 0;
    out->share_hi =
        hi + 1 < SHARE_STEPS ? crossing(p, hi + 1, hi, level) : 1;
    for (i = 1; i + 1 < SHARE_STEPS; i++)
        if (i != best && p->loglik[i] > p->loglik[i - 1] &&
            p->loglik[i] >= p->loglik[i + 1] &&
            (other == SHARE_STEPS || p->loglik[i] > p->loglik[other]))
            other = i;
    out->r_lo = out->r_hi = p->r[best];
    for (i = lo; i <= hi; i++) {
        if (p->loglik[i] < level)
            continue;
        out->r_lo = fmin(out->r_lo, p->r[i]);
        out->r_hi = fmax(out->r_hi, p->r[i]);
    }
    out->other_share = out->other_r = out->other_drop = NAN;
    if (other < SHARE_STEPS) {
        out->other_share = share_of(p->logit[other]);
        out->other_r = p->r[other];
        out->other_drop = p->loglik[best] - p->loglik[other];
    }
}

/* --- the fit ------------------------------------------------------------ */

/* Least squares of wall time on launches: call_s, and what is left. */
static void start_values(const struct sbs_joint_runs *runs,
                         const struct sbs_joint_prior *prior, double *x)
{
    double n = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
    size_t i;

    for (i = 0; i < runs->n; i++) {
        const struct sbs_totals_run *t = &runs->run[i].total;
        if (!runs->run[i].fitted || !(t->last_s > 0) ||
            mean_ref_s(t) >= SBS_TOTALS_LONG_S)
            continue;
        n++;
        mx += (double)t->n;
        my += t->last_s;
        sxx += (double)t->n * (double)t->n;
        sxy += (double)t->n * t->last_s;
    }
    sxx -= n > 0 ? mx * mx / n : 0;
    sxy -= n > 0 ? mx * my / n : 0;
    x[SBS_JOINT_SETUP] = sbs_log(prior->setup_s);
    x[SBS_JOINT_PULL] = sbs_log(prior->pull_s);
    x[SBS_JOINT_CALL] = sbs_log(sxx > 0 && sxy > 0 ? sxy / sxx : 1);
    x[SBS_JOINT_CALL_SD] = sbs_log(0.15);
    x[SBS_JOINT_R] = 0;
    x[SBS_JOINT_SHARE] = 0;
}

static void settle(const struct sbs_problem *p, const double *x,
                   struct sbs_joint *out)
{
    double cov[SBS_MINIMISE_MAX * SBS_MINIMISE_MAX];
    size_t i;

    for (i = 0; i < SBS_JOINT_N; i++)
        out->se[i] = NAN;
    out->correlation_setup_pull = NAN;
    if (sbs_minimise_covariance(p, x, cov, NULL))
        return; /* not determined: the rows say so */
    for (i = 0; i < p->n; i++)
        out->se[i] = sqrt(cov[i * p->n + i]);
    out->correlation_setup_pull = cov[SBS_JOINT_SETUP * p->n + SBS_JOINT_PULL]
                                  / (out->se[SBS_JOINT_SETUP] *
                                     out->se[SBS_JOINT_PULL]);
}

static void count_runs(const struct sbs_joint_runs *runs,
                       struct sbs_joint *out)
{
    size_t i;

    for (i = 0; i < runs->n; i++) {
        if (!runs->run[i].fitted)
            continue;
        if (mean_ref_s(&runs->run[i].total) >= SBS_TOTALS_LONG_S)
            out->has_work = true;
        else
            out->n_short++;
    }
}

int sbs_joint_fit(struct sbs_totals *totals,
                  const struct sbs_joint_runs *runs,
                  const struct sbs_joint_prior *prior,
                  struct sbs_joint *out, struct sbs_error *err)
{
    struct target t = {totals, runs, prior, true, 1, 0.5, SBS_JOINT_R};
    struct sbs_problem p = {objective, &t, SBS_JOINT_R, first_step};
    struct sbs_joint j = {.share_lo = 0, .share_hi = 1, .r_lo = NAN,
                          .r_hi = NAN, .other_share = NAN, .other_r = NAN,
                          .other_drop = NAN};
    struct profile profile;
    double x[SBS_JOINT_N], f;
    size_t i, best = 0;

    count_runs(runs, &j);
    if (j.n_short < 2)
        return sbs_fail(err, SBS_EINPUT, "run totals: %zu runs with little "
                        "work (at least 2)", j.n_short);
    start_values(runs, prior, x);
    if (sbs_minimise(&p, x, &f, err))
        return -1;
    if (j.has_work) {
        unpack(&t, x, &j.theta);
        profile_share(&t, &j.theta, &profile);
        read_profile(&profile, &j);
        for (i = 1; i < SHARE_STEPS; i++)
            if (profile.loglik[i] > profile.loglik[best])
                best = i;
        x[SBS_JOINT_R] = sbs_log(profile.r[best]);
        x[SBS_JOINT_SHARE] = profile.logit[best];
        t.only_short = false;
        t.n = p.n = SBS_JOINT_N;
        if (sbs_minimise(&p, x, &f, err))
            return -1;
    }
    unpack(&t, x, &j.theta);
    j.loglik = -f;
    settle(&p, x, &j);
    j.r_lo *= sbs_exp(-Z95 * j.se[SBS_JOINT_R]);
    j.r_hi *= sbs_exp(Z95 * j.se[SBS_JOINT_R]);
    *out = j;
    return 0;
}

int sbs_joint_intervals(struct sbs_totals *totals,
                        const struct sbs_joint_runs *runs,
                        const struct sbs_joint_prior *prior,
                        const struct sbs_joint *at,
                        struct sbs_joint_interval *out,
                        struct sbs_error *err)
{
    struct target t = {totals, runs, prior, true, at->theta.r_factor,
                       at->theta.share_new, SBS_JOINT_R};
    struct sbs_problem p = {objective, &t, SBS_JOINT_R, first_step};
    double x[SBS_JOINT_R], f, lo[2], hi[2];
    size_t i;

    x[SBS_JOINT_SETUP] = sbs_log(at->theta.setup_s);
    x[SBS_JOINT_PULL] = sbs_log(at->theta.pull_s);
    x[SBS_JOINT_CALL] = sbs_log(at->theta.call_s);
    x[SBS_JOINT_CALL_SD] = sbs_log(at->theta.call_log_sd);
    if (sbs_minimise(&p, x, &f, err))
        return -1;
    for (i = 0; i < 2; i++)
        if (sbs_minimise_profile(&p, x, f, SBS_JOINT_CALL + i, &lo[i],
                                 &hi[i], err))
            return -1;
    *out = (struct sbs_joint_interval){sbs_exp(lo[0]), sbs_exp(hi[0]),
                                       sbs_exp(lo[1]), sbs_exp(hi[1])};
    return 0;
}
