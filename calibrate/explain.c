/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/shapley.h"
#include "stats/quantile.h"
#include "sweep/run.h"

/* What is simulated, set by set. */
struct work {
    const struct sbs_explain_job *job;
    struct sbs_explanation *e;
    uint32_t reps, n_sets;
    uint32_t draws;   /* of the models, at least 1 */
    double sizes[2];  /* of workers */
    double *makespan; /* [n_sets * reps] */
    double *local_ideal, *local, *bound, *cost; /* [reps] */
    double *scratch;  /* [reps + draws] */
    uint32_t set;     /* being simulated, for progress */
};

/* ---- simulating -------------------------------------------------------- */

static uint32_t factors_on(const struct work *w, uint32_t set)
{
    uint32_t on = 1u << SBS_FACTOR_LOSSES;
    if (w->e->n_factors == SBS_FACTOR_N)
        on = 0;
    for (uint32_t i = 0; i < w->e->n_factors; i++)
        if (set >> i & 1)
            on |= 1u << w->e->factor[i].id;
    return on;
}

static void on_progress(void *context, uint64_t done, uint64_t all)
{
    const struct work *w = context;
    (void)all;
    w->job->progress(w->job->progress_context,
                     (uint64_t)w->set * w->reps + done,
                     (uint64_t)w->n_sets * w->reps);
}

static void keep(struct work *w, uint32_t set,
                 const struct sbs_run_outcome *o)
{
    const double *time = sbs_run_metric(o, w->reps, SBS_METRIC_makespan_s);
    const double *speedup = sbs_run_metric(o, w->reps, SBS_METRIC_speedup);
    const double *cap = sbs_run_metric(o, w->reps, SBS_METRIC_regret_cap);
    const double *cost = sbs_run_metric(o, w->reps, SBS_METRIC_cost_usd);
    memcpy(w->makespan + (size_t)set * w->reps, time,
           w->reps * sizeof *time);
    for (uint32_t r = 0; r < w->reps; r++) {
        if (set == 0)
            w->local_ideal[r] = speedup[r] * time[r];
        if (set + 1 < w->n_sets)
            continue;
        w->local[r] = speedup[r] * time[r];
        w->bound[r] = time[r] / cap[r];
        w->cost[r] = cost[r];
    }
}

static int simulate_set(struct work *w, uint32_t set, struct sbs_error *err)
{
    struct sbs_model_set models;
    struct sbs_run_outcome outcome = { 0 };
    if (sbs_factors_apply(w->job->scenario.models, factors_on(w, set),
                          w->sizes, &models, err) != 0)
        return -1;
    struct sbs_run run = { .scenario = w->job->scenario,
                           .stacks = &w->job->stack,
                           .n_stacks = 1,
                           .reps = w->reps,
                           .threads = w->job->threads };
    run.scenario.models = &models;
    if (w->job->progress) {
        run.progress = on_progress;
        run.progress_context = w;
    }
    w->set = set;
    int status = sbs_run_all(&run, &outcome, err);
    if (status == 0)
        keep(w, set, &outcome);
    sbs_run_outcome_fini(&outcome);
    sbs_factors_fini(&models);
    return status;
}

static void work_fini(struct work *w)
{
    free(w->makespan);
    free(w->local_ideal);
    free(w->local);
    free(w->bound);
    free(w->cost);
    free(w->scratch);
}

static int work_init(struct work *w, uint32_t reps, struct sbs_error *err)
{
    w->reps = reps;
    w->makespan = calloc((size_t)w->n_sets * reps, sizeof *w->makespan);
    w->local_ideal = calloc(reps, sizeof *w->local_ideal);
    w->local = calloc(reps, sizeof *w->local);
    w->bound = calloc(reps, sizeof *w->bound);
    w->cost = calloc(reps, sizeof *w->cost);
    w->scratch = calloc((size_t)reps + w->draws, sizeof *w->scratch);
    if (w->makespan && w->local_ideal && w->local && w->bound && w->cost &&
        w->scratch)
        return 0;
    return sbs_fail(err, SBS_EMEMORY, "out of memory for %u replications",
                    reps);
}

/* A replication that some set does not finish counts in none. */
static int drop_unfinished(struct work *w, struct sbs_error *err)
{
    uint32_t left = w->reps;
    for (uint32_t r = 0; r < w->reps; r++) {
        bool whole = true;
        for (uint32_t s = 0; s < w->n_sets; s++)
            whole = whole && !isnan(w->makespan[(size_t)s * w->reps + r]);
        if (whole)
            continue;
        left--;
        for (uint32_t s = 0; s < w->n_sets; s++)
            w->makespan[(size_t)s * w->reps + r] = NAN;
        w->local_ideal[r] = w->local[r] = w->bound[r] = w->cost[r] = NAN;
    }
    w->e->unfinished = w->reps - left;
    if (2 * left >= w->reps && left > 0)
        return 0;
    return sbs_fail(err, SBS_EINPUT,
                    "%u of %u replications cannot finish under this policy: "
                    "there is no makespan to explain", w->reps - left,
                    w->reps);
}

static int simulate(struct work *w, struct sbs_error *err)
{
    for (uint32_t set = 0; set < w->n_sets; set++)
        if (simulate_set(w, set, err) != 0)
            return -1;
    return drop_unfinished(w, err);
}

/* ---- means and their errors -------------------------------------------- */

static double mean_of(const double *x, uint32_t n)
{
    double sum = 0;
    uint32_t m = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            sum += x[i];
            m++;
        }
    return sum / m;
}

/* Squared standard error of the mean of x[draw], x[draw + step], ...; NAN
 * with fewer than two. */
static double mean_var(const double *x, uint32_t n, uint32_t draw,
                       uint32_t step)
{
    double mean = 0, m2 = 0;
    uint32_t m = 0;
    for (uint32_t r = draw; r < n; r += step) {
        if (isnan(x[r]))
            continue;
        double d = x[r] - mean;
        mean += d / ++m;
        m2 += d * (x[r] - mean);
    }
    return m < 2 ? NAN : m2 / (m - 1) / m;
}

/* Standard error of the mean over all replications. The draws are given, so
 * they are strata; with one replication each they are all the spread there
 * is, and the error errs on the large side. */
static double standard_error(const struct work *w, const double *x)
{
    double sum = 0;
    for (uint32_t d = 0; d < w->draws; d++) {
        double var = mean_var(x, w->reps, d, w->draws);
        if (isnan(var))
            return sqrt(mean_var(x, w->reps, 0, 1));
        sum += var;
    }
    return sqrt(sum) / w->draws;
}

/* Quantile p of the n values in x, which are sorted for it. */
static double quantile(double *x, uint32_t n, double p)
{
    if (n == 0)
        return NAN;
    qsort(x, n, sizeof *x, sbs_quantile_order);
    double at = p * (n - 1);
    uint32_t i = (uint32_t)at;
    return i + 1 < n ? x[i] + (at - i) * (x[i + 1] - x[i]) : x[i];
}

static void spread(struct work *w, const double *x, double *lo, double *hi)
{
    uint32_t n = 0;
    for (uint32_t r = 0; r < w->reps; r++)
        if (!isnan(x[r]))
            w->scratch[n++] = x[r];
    *lo = quantile(w->scratch, n, 0.05);
    *hi = quantile(w->scratch, n, 0.95);
}

/* ---- shares ------------------------------------------------------------ */

/* The mean makespan of a set over the replications of one draw, or of all
 * (draw = draws). */
static double value_of(const struct work *w, uint32_t set, uint32_t draw)
{
    const double *x = w->makespan + (size_t)set * w->reps;
    if (draw == w->draws)
        return mean_of(x, w->reps);
    double sum = 0;
    uint32_t m = 0;
    for (uint32_t r = draw; r < w->reps; r += w->draws)
        if (!isnan(x[r])) {
            sum += x[r];
            m++;
        }
    return sum / m;
}

static void values_of(const struct work *w, uint32_t draw, bool log,
                      double *v)
{
    for (uint32_t s = 0; s < w->n_sets; s++) {
        v[s] = value_of(w, s, draw);
        if (log)
            v[s] = sbs_log(v[s]);
    }
}

/* The coefficient of a set in a share; i = n_factors is the whole gap. */
static double coefficient(const struct work *w, uint32_t i, uint32_t set)
{
    uint32_t k = w->e->n_factors;
    if (i < k)
        return sbs_shapley_coefficient(k, i, set);
    return set + 1 == w->n_sets ? 1 : set == 0 ? -1 : 0;
}

/* Its standard error: that of the mean of each replication's part; for the
 * logarithm to first order. */
static double share_error(struct work *w, uint32_t i, bool log)
{
    for (uint32_t r = 0; r < w->reps; r++) {
        w->scratch[r] = 0;
        for (uint32_t s = 0; s < w->n_sets; s++) {
            double c = coefficient(w, i, s);
            if (c != 0)
                w->scratch[r] += c *
                                 w->makespan[(size_t)s * w->reps + r] /
                                 (log ? w->e->value_s[s] : 1);
        }
    }
    return standard_error(w, w->scratch);
}

/* 5% to 95% of a share over the draws. Each draw's share also has the noise
 * of its few replications; deviations are shrunk by the part of their
 * variance that is not noise (a one-way analysis of variance). */
static void known(struct work *w, const double *share, double se,
                  struct sbs_explain_share *out)
{
    double *x = w->scratch;
    uint32_t n = 0;
    for (uint32_t d = 0; d < w->draws; d++)
        if (!isnan(share[d]))
            x[n++] = share[d];
    double all = mean_var(x, n, 0, 1) * n;
    double noise = se * se * w->draws;
    double shrink = all > 0 ? sqrt(fmax(1 - noise / all, 0)) : 0;
    double centre = mean_of(x, n);
    out->known_lo = centre + shrink * (quantile(x, n, 0.05) - centre);
    out->known_hi = centre + shrink * (quantile(x, n, 0.95) - centre);
}

static struct sbs_explain_share *share_of(struct sbs_explanation *e,
                                          uint32_t i, bool log)
{
    if (i == e->n_factors)
        return log ? &e->gap_log : &e->gap_s;
    return log ? &e->factor[i].log : &e->factor[i].time_s;
}

/* All shares of one telling, and the gap as if it were one more. */
static int share_out(struct work *w, bool log, struct sbs_error *err)
{
    struct sbs_explanation *e = w->e;
    uint32_t k = e->n_factors;
    double *v = malloc(w->n_sets * sizeof *v);
    double *share = malloc((k + 1) * sizeof *share);
    double *by_draw = malloc((size_t)(k + 1) * w->draws * sizeof *by_draw);
    int status = -1;
    if (!v || !share || !by_draw) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (uint32_t d = 0; d < w->draws; d++) {
        values_of(w, d, log, v);
        sbs_shapley_shares(k, v, share);
        share[k] = v[w->n_sets - 1] - v[0];
        for (uint32_t i = 0; i <= k; i++)
            by_draw[(size_t)i * w->draws + d] = share[i];
    }
    values_of(w, w->draws, log, v);
    sbs_shapley_shares(k, v, share);
    share[k] = v[w->n_sets - 1] - v[0];
    for (uint32_t i = 0; i <= k; i++) {
        struct sbs_explain_share *s = share_of(e, i, log);
        *s = (struct sbs_explain_share){ share[i], share_error(w, i, log),
                                         share[i], share[i], NAN, NAN };
        if (i < k)
            sbs_shapley_range(k, v, i, &s->order_lo, &s->order_hi);
        if (w->draws > 1)
            known(w, by_draw + (size_t)i * w->draws, s->se, s);
    }
    status = 0;
out:
    free(v);
    free(share);
    free(by_draw);
    return status;
}

/* ---- everything else --------------------------------------------------- */

/* Ratio to the mean makespan as speed-ups, and the ceiling. */
static void compare(struct work *w)
{
    struct sbs_explanation *e = w->e;
    const struct sbs_model_set *set = w->job->scenario.models;
    const double *time = w->makespan + (size_t)(w->n_sets - 1) * w->reps;
    uint32_t reach = 0, n = 0;
    e->local_cores = set->stated.local.cores;
    e->expected = e->plan.workers / e->local_cores;
    e->local_ideal_s = mean_of(w->local_ideal, w->reps);
    e->local_s = mean_of(w->local, w->reps);
    e->evenness = e->local_ideal_s / e->ideal_s / e->expected;
    e->local_factor = e->local_s / e->local_ideal_s;
    e->speedup = e->local_s / e->makespan_s;
    e->product = e->expected * e->evenness * e->local_factor;
    for (uint32_t i = 0; i < e->n_factors; i++)
        e->product /= sbs_exp(e->factor[i].log.mean);
    for (uint32_t r = 0; r < w->reps; r++)
        w->scratch[r] = e->speedup * (w->local[r] / e->local_s -
                                      time[r] / e->makespan_s);
    e->speedup_se = standard_error(w, w->scratch);
    e->bound_s = mean_of(w->bound, w->reps);
    e->bound_se_s = standard_error(w, w->bound);
    spread(w, w->bound, &e->bound_lo_s, &e->bound_hi_s);
    e->bound_speedup = e->local_s / e->bound_s;
    for (uint32_t r = 0; r < w->reps; r++) {
        double best = w->local[r] / w->bound[r];
        if (!isnan(best))
            n++;
        if (best >= e->expected)
            reach++;
        w->bound[r] = best;
    }
    e->reach_p = (double)reach / n;
    spread(w, w->bound, &e->bound_speedup_lo, &e->bound_speedup_hi);
}

static int finish(struct work *w, struct sbs_error *err)
{
    struct sbs_explanation *e = w->e;
    const struct sbs_model_set *set = w->job->scenario.models;
    const double *last = w->makespan + (size_t)(w->n_sets - 1) * w->reps;
    e->reps = w->reps;
    e->draws = set->n > 1 ? w->draws : 0;
    for (uint32_t s = 0; s < w->n_sets; s++)
        e->value_s[s] = value_of(w, s, w->draws);
    e->ideal_s = e->value_s[0];
    e->ideal_se_s = standard_error(w, w->makespan);
    e->makespan_s = e->value_s[w->n_sets - 1];
    e->makespan_se_s = standard_error(w, last);
    e->cost_usd = mean_of(w->cost, w->reps);
    spread(w, last, &e->p05_s, &e->p95_s);
    e->cost_lo_usd = INFINITY;
    e->cost_hi_usd = 0;
    for (uint32_t r = 0; r < w->reps; r++) {
        e->cost_lo_usd = fmin(e->cost_lo_usd, w->cost[r]);
        e->cost_hi_usd = fmax(e->cost_hi_usd, w->cost[r]);
    }
    for (size_t i = 0; i < set->n; i++)
        e->typical_slowdown +=
            sbs_factors_typical(&set->models[i]) / (double)set->n;
    free(e->makespans_s);
    e->makespans_s = malloc(w->reps * sizeof *e->makespans_s);
    if (!e->makespans_s)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    memcpy(e->makespans_s, last, w->reps * sizeof *last);
    if (share_out(w, false, err) != 0 || share_out(w, true, err) != 0)
        return -1;
    compare(w);
    return 0;
}

/* Replications that bring the worst share to the precision asked for. */
static uint32_t enough(const struct work *w)
{
    const struct sbs_explanation *e = w->e;
    double worst = 0;
    for (uint32_t i = 0; i < e->n_factors; i++)
        worst = fmax(worst, e->factor[i].time_s.se);
    double ratio = worst / (SBS_EXPLAIN_PRECISION * fabs(e->gap_s.mean));
    double want = isfinite(ratio) ? w->reps * ratio * ratio : 0;
    double least = fmax(SBS_EXPLAIN_REPS_MIN, w->draws);
    want = fmin(fmax(want, least), fmax(SBS_EXPLAIN_REPS_MAX, least));
    /* Every draw as often as any other. */
    return (uint32_t)(ceil(want / w->draws) * w->draws);
}

static int run_with(struct work *w, uint32_t reps, struct sbs_error *err)
{
    return work_init(w, reps, err) == 0 && simulate(w, err) == 0
               ? finish(w, err)
               : -1;
}

static int explain(const struct sbs_explain_job *job,
                   struct sbs_explanation *e, struct sbs_error *err)
{
    struct sbs_constants constants;
    const struct sbs_model_set *set = job->scenario.models;
    if (sbs_sim_plan(&job->scenario, job->stack, &e->plan, &constants,
                     err) != 0)
        return -1;
    bool losses = sbs_factors_losses(set, e->plan.spot_share > 0);
    e->n_factors = losses ? SBS_FACTOR_N : SBS_FACTOR_LOSSES;
    for (uint32_t i = 0; i < e->n_factors; i++)
        e->factor[i].id = (enum sbs_factor)i;
    struct work pilot = { .job = job, .e = e, .draws = (uint32_t)set->n,
                          .n_sets = 1u << e->n_factors,
                          .sizes = { job->scenario.vcpu, e->plan.vcpu } };
    struct work w = pilot;
    e->value_s = malloc(w.n_sets * sizeof *e->value_s);
    if (!e->value_s)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    uint32_t reps = job->reps;
    int status = 0;
    if (reps == 0) {
        uint32_t each = (SBS_EXPLAIN_REPS_PILOT + w.draws - 1) / w.draws;
        status = run_with(&pilot, each * w.draws, err);
        reps = status == 0 ? enough(&pilot) : 1;
        work_fini(&pilot);
        e->typical_slowdown = 0;
    }
    if (status == 0)
        status = run_with(&w, reps, err);
    work_fini(&w);
    return status;
}

int sbs_explain(const struct sbs_explain_job *job,
                struct sbs_explanation **out, struct sbs_error *err)
{
    struct sbs_explanation *e = calloc(1, sizeof *e);
    *out = NULL;
    if (!e)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (explain(job, e, err) != 0) {
        sbs_explain_destroy(e);
        return -1;
    }
    *out = e;
    return 0;
}

void sbs_explain_destroy(struct sbs_explanation *e)
{
    if (!e)
        return;
    free(e->value_s);
    free(e->makespans_s);
    free(e);
}

double sbs_explain_rank(const struct sbs_explanation *e, double measured_s)
{
    uint32_t below = 0, n = 0;
    for (uint32_t r = 0; r < e->reps; r++) {
        if (!isnan(e->makespans_s[r]))
            n++;
        if (e->makespans_s[r] <= measured_s)
            below++;
    }
    return (1.0 + below) / (1.0 + n);
}
