/* SPDX-License-Identifier: Apache-2.0 */
/* What the runs cannot tell apart. */
#include "config.h"

#include "calibrate/identify.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/json.h"
#include "calibrate/posterior.h"
#include "calibrate/simlik.h"
#include "policies/stack.h"
#include "stats/quantile.h"

/* The parts of a total are in doubt when the 90% interval of the start-up
 * spans more than this of it: a tenth of the time is what a choice of policy
 * may hang on. */
#define IN_DOUBT 0.1
/* |correlation| from which a pair is named: a quarter of the variance shared;
 * well beyond what chance gives the draws, of which some are alike. */
#define LEAST_CORRELATION 0.5
#define TRIVIAL_REF_S 1e-3
#define SHORT_REF_S 60
#define VCPU 2
#define MEMORY_GB 4
enum { REGRESSORS = 7 }; /* 1, three totals, their squares */

static const double *z_of(const struct sbs_inference *f, size_t draw)
{
    return &f->z[draw * SBS_BELIEF_DIM];
}

static double value(const struct sbs_inference *f, size_t draw,
                    enum sbs_belief_id id)
{
    const struct sbs_beliefs *b = &f->beliefs[f->reading[draw]];

    return sbs_belief_value(&b->of[id], z_of(f, draw)[id]);
}

/* Mean start-up of one worker under a draw, without set-up and calls. */
static double worker_s(const struct sbs_inference *f, size_t draw)
{
    const struct sbs_estimate *e = &f->est;
    double sd = e->pull_within_log_sd;
    double pull = f->beliefs[0].of[SBS_BELIEF_PULL].used
                      ? value(f, draw, SBS_BELIEF_PULL) *
                            sbs_exp(sd * sd / 2)
                      : sbs_law_mean_s(&e->pull);

    return sbs_law_mean_s(&e->provision) + pull +
           sbs_law_mean_s(&e->container) + sbs_law_mean_s(&e->boot);
}

/* From the call of the client until its middle worker can compute. */
static double start_s(const struct sbs_inference *f, size_t draw,
                      double launches)
{
    double call = f->beliefs[0].of[SBS_BELIEF_CALL].used
                      ? value(f, draw, SBS_BELIEF_CALL)
                      : sbs_law_mean_s(&f->est.call);

    return value(f, draw, SBS_BELIEF_SETUP) + call * (launches + 1) / 2 +
           worker_s(f, draw);
}

/* --- the parts of a total ----------------------------------------------- */

static void split_run(const struct sbs_inference *f,
                      const struct sbs_simlik_run *run, double ref_s,
                      double *x, struct sbs_identify_split *s)
{
    double first = NAN;
    size_t i;

    for (i = 0; i < run->n_totals; i++)
        if (run->total[i].metric == SBS_METRIC_first_s ||
            (run->total[i].metric == SBS_METRIC_makespan_s && isnan(first)))
            first = run->total[i].value;
    for (i = 0; i < f->n; i++)
        x[i] = fmin(start_s(f, i, run->workers), first);
    qsort(x, f->n, sizeof *x, sbs_quantile_order);
    *s = (struct sbs_identify_split){
        .run = run->name, .first_s = first,
        .start_p05 = sbs_quantile7(x, f->n, .05),
        .start_p50 = sbs_quantile7(x, f->n, .5),
        .start_p95 = sbs_quantile7(x, f->n, .95)};
    s->slow_p05 = (first - s->start_p95) / ref_s;
    s->slow_p95 = (first - s->start_p05) / ref_s;
    s->confounded = s->start_p95 - s->start_p05 > IN_DOUBT * first;
}

/* Runs with work and a measured time. */
static void split_runs(const struct sbs_inference *f, double *x,
                       struct sbs_identify *out)
{
    double mean_s, sd_s;
    size_t i;

    for (i = 0; i < f->observed.n; i++) {
        sbs_workload_task_s(&f->observed.workload[i], &mean_s, &sd_s);
        if (mean_s < SBS_TOTALS_LONG_S)
            continue;
        split_run(f, &f->observed.run[i], mean_s, x,
                  &out->split[out->n_splits]);
        if (isnan(out->split[out->n_splits].first_s))
            continue;
        out->confounded |= out->split[out->n_splits].confounded;
        out->n_splits++;
    }
}

static int pairs(const struct sbs_inference *f, struct sbs_identify *out,
                 struct sbs_error *err)
{
    static const char *const names[] = {
#define PAIR_NAME(id, path, unit, name) name,
        SBS_BELIEFS(PAIR_NAME)
#undef PAIR_NAME
    };
    struct sbs_posterior *p = malloc(sizeof *p);
    size_t i, k;
    int status = p ? sbs_posterior_make(f, p, err)
                   : sbs_fail(err, SBS_EMEMORY, "out of memory");

    for (i = 0; !status && i < SBS_BELIEF_N; i++)
        for (k = 0; k < i && out->n_pairs < SBS_IDENTIFY_PAIRS; k++)
            if (f->beliefs[0].of[i].used && f->beliefs[0].of[k].used &&
                fabs(p->correlation[i][k]) >= LEAST_CORRELATION)
                out->pair[out->n_pairs++] = (struct sbs_identify_pair){
                    names[k], names[i], p->correlation[i][k]};
    free(p);
    return status;
}

/* --- runs that were not made -------------------------------------------- */

/* What is in doubt, for one draw, on the log scale. */
static double doubt(const struct sbs_inference *f, size_t draw,
                    enum sbs_doubt d, double launches)
{
    double typical, log_sd;

    sbs_belief_cores(&f->beliefs[f->reading[draw]], z_of(f, draw), &typical,
                     &log_sd);
    switch (d) {
    case SBS_DOUBT_PARTS:
        return sbs_log(start_s(f, draw, launches));
    case SBS_DOUBT_CORES:
        return sbs_log(typical);
    case SBS_DOUBT_SPREAD:
        return sbs_log(log_sd);
    default:
        return sbs_log(value(f, draw, SBS_BELIEF_SETUP) /
                       value(f, draw, SBS_BELIEF_PULL));
    }
}

/* Adjusted R^2 of y on x (n x REGRESSORS); 0 at least. */
static double explained(const gsl_matrix *x, const gsl_vector *y,
                        struct sbs_error *err)
{
    size_t n = x->size1, i;
    gsl_multifit_linear_workspace *work =
        gsl_multifit_linear_alloc(n, REGRESSORS);
    gsl_vector *c = gsl_vector_alloc(REGRESSORS);
    gsl_matrix *cov = gsl_matrix_alloc(REGRESSORS, REGRESSORS);
    double rss = NAN, mean = 0, tss = 0, share = NAN;

    if (!work || !c || !cov) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (i = 0; i < n; i++)
        mean += gsl_vector_get(y, i) / (double)n;
    for (i = 0; i < n; i++)
        tss += (gsl_vector_get(y, i) - mean) * (gsl_vector_get(y, i) - mean);
    if (!gsl_multifit_linear(x, y, c, cov, &rss, work))
        share = fmax(0, 1 - rss / (double)(n - REGRESSORS) /
                                (tss / (double)(n - 1)));
out:
    if (work)
        gsl_multifit_linear_free(work);
    gsl_vector_free(c);
    gsl_matrix_free(cov);
    return share;
}

/* A constant workload of `tasks` of ref_s. */
static int plain_workload(size_t tasks, double ref_s, struct sbs_workload *w,
                          struct sbs_error *err)
{
    char text[160];
    struct cJSON *json;
    int status;

    snprintf(text, sizeof text, "{\"schema\": \"sbsim-workload\", "
             "\"schema_version\": 1, \"tasks\": %zu, \"ref_s\": %.6g}", tasks,
             ref_s);
    json = sbs_json_parse(text, strlen(text), "next run", err);
    status = json ? sbs_workload_parse(w, json, "next run", 0, err) : -1;
    cJSON_Delete(json);
    return status;
}

/* Totals first, half, last, bill of the run under every draw, in
 * totals[4 n]. The two readings are simulated apart. */
static int simulate(const struct sbs_inference *f, struct cJSON *model,
                    const struct sbs_stack *stack, uint64_t seed,
                    const struct sbs_identify_run *run, uint32_t salt,
                    double *totals, struct sbs_error *err)
{
    static const enum sbs_metric metrics[SBS_SIMLIK_TOTALS] = {
        SBS_METRIC_first_s, SBS_METRIC_half_s, SBS_METRIC_makespan_s,
        SBS_METRIC_cost_usd};
    struct sbs_workload w = {0};
    struct sbs_simlik_run r = {.name = run->what, .workload = &w,
                               .workers = (uint32_t)run->tasks,
                               .vcpu = VCPU, .memory_gb = MEMORY_GB,
                               .n_totals = SBS_SIMLIK_TOTALS};
    struct sbs_simlik lik = {.model = model, .stack = stack, .seed = seed};
    double *one = malloc(SBS_SIMLIK_TOTALS * f->n * sizeof *one);
    size_t i, k;
    uint32_t reading;
    int status = -1;

    if (!one) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (k = 0; k < SBS_SIMLIK_TOTALS; k++)
        r.total[k].metric = metrics[k];
    if (plain_workload(run->tasks, run->ref_s, &w, err))
        goto out;
    for (reading = 0; reading < f->n_readings; reading++) {
        lik.beliefs = &f->beliefs[reading];
        if (sbs_simlik_totals(&lik, &r, 2 * salt + reading, f->n, f->z, one,
                              err))
            goto out;
        for (i = 0; i < f->n; i++)
            for (k = 0; k < SBS_SIMLIK_TOTALS; k++)
                if (f->reading[i] == reading)
                    totals[k * f->n + i] = one[k * f->n + i];
    }
    status = 0;
out:
    sbs_workload_fini(&w);
    free(one);
    return status;
}

/* Gains of one run from its totals. */
static int gains(const struct sbs_inference *f, const double *totals,
                 double launches, struct sbs_identify_run *run,
                 struct sbs_error *err)
{
    gsl_matrix *x = gsl_matrix_alloc(f->n, REGRESSORS);
    gsl_vector *y = gsl_vector_alloc(f->n);
    double v, mid;
    size_t i, k, d;
    int status = -1;

    if (!x || !y) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (k = 0; k < 3; k++) {
        mid = 0;
        for (i = 0; i < f->n; i++)
            mid += sbs_log(totals[k * f->n + i]) / (double)f->n;
        for (i = 0; i < f->n; i++) {
            v = sbs_log(totals[k * f->n + i]) - mid;
            gsl_matrix_set(x, i, 0, 1);
            gsl_matrix_set(x, i, 1 + k, v);
            gsl_matrix_set(x, i, 4 + k, v * v);
        }
    }
    for (d = 0; d < SBS_DOUBT_N; d++) {
        for (i = 0; i < f->n; i++)
            gsl_vector_set(y, i, doubt(f, i, (enum sbs_doubt)d, launches));
        run->gain[d] = explained(x, y, err);
        if (isnan(run->gain[d]))
            goto out;
    }
    for (i = 0; i < f->n; i++) {
        run->makespan_s += totals[2 * f->n + i] / (double)f->n;
        run->cost_usd += totals[3 * f->n + i] / (double)f->n;
    }
    status = 0;
out:
    gsl_matrix_free(x);
    gsl_vector_free(y);
    return status;
}

/* The runs that are weighed: short and long, few and many. */
static void plan_runs(struct sbs_identify *out, size_t tasks, double ref_s)
{
    const struct {
        size_t tasks;
        double ref_s;
    } plan[SBS_IDENTIFY_RUNS] = {{4, TRIVIAL_REF_S},
                                 {tasks, TRIVIAL_REF_S},
                                 {2 * tasks, TRIVIAL_REF_S},
                                 {tasks, SHORT_REF_S},
                                 {tasks, ref_s}};
    size_t i;

    for (i = 0; i < SBS_IDENTIFY_RUNS; i++) {
        struct sbs_identify_run *r = &out->run[out->n_runs++];
        *r = (struct sbs_identify_run){.tasks = plan[i].tasks,
                                       .ref_s = plan[i].ref_s};
        if (plan[i].ref_s <= TRIVIAL_REF_S)
            snprintf(r->what, sizeof r->what, "short run: %zu tasks of next "
                     "to no work", r->tasks);
        else
            snprintf(r->what, sizeof r->what, "%zu tasks of %.4g s of work",
                     r->tasks, r->ref_s);
    }
}

/* Cheapest run that removes half of a doubt, or the one that removes
 * most. */
static int cheapest(const struct sbs_identify *out, size_t d)
{
    size_t i, best = 0;
    bool found = false;

    for (i = 0; i < out->n_runs; i++) {
        bool does = out->run[i].gain[d] >= SBS_IDENTIFY_CURE;
        if (does && (!found ||
                     out->run[i].cost_usd < out->run[best].cost_usd)) {
            found = true;
            best = i;
        } else if (!found && !does &&
                   out->run[i].gain[d] > out->run[best].gain[d]) {
            best = i;
        }
    }
    return (int)best;
}

/* Tasks and work of the largest run with work; 50 of 600 s without one. */
static void work_of(const struct sbs_inference *f, size_t *tasks,
                    double *ref_s)
{
    double mean_s, sd_s;
    size_t i;

    *tasks = 50;
    *ref_s = 600;
    for (i = 0; i < f->observed.n; i++) {
        sbs_workload_task_s(&f->observed.workload[i], &mean_s, &sd_s);
        if (mean_s < SBS_TOTALS_LONG_S)
            continue;
        *tasks = f->observed.run[i].workers;
        *ref_s = mean_s;
    }
}

static int next_runs(const struct sbs_inference *f, struct cJSON *model,
                     uint64_t seed, struct sbs_identify *out,
                     struct sbs_error *err)
{
    struct sbs_registry *registry = sbs_registry_create();
    struct sbs_spec_list list = {0};
    double *totals = malloc(SBS_SIMLIK_TOTALS * f->n * sizeof *totals);
    double ref_s;
    size_t i, tasks;
    int status = -1;

    if (!registry || !totals) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    work_of(f, &tasks, &ref_s);
    plan_runs(out, tasks, ref_s);
    if (sbs_stack_parse(&list, "static", registry, err))
        goto out;
    for (i = 0; i < out->n_runs; i++)
        if (simulate(f, model, &list.spec[0].stack, seed, &out->run[i],
                     (uint32_t)i, totals, err) ||
            gains(f, totals, (double)tasks, &out->run[i], err))
            goto out;
    for (i = 0; i < SBS_DOUBT_N; i++)
        out->cure[i] = cheapest(out, i);
    status = 0;
out:
    sbs_stack_fini(&list);
    sbs_registry_destroy(registry);
    free(totals);
    return status;
}

int sbs_identify_make(const struct sbs_inference *f, struct cJSON *model,
                      uint64_t seed, struct sbs_identify *out,
                      struct sbs_error *err)
{
    double *x = malloc(f->n * sizeof *x);
    int status;

    memset(out, 0, sizeof *out);
    if (!x)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    split_runs(f, x, out);
    status = pairs(f, out, err) || next_runs(f, model, seed, out, err) ? -1
                                                                       : 0;
    free(x);
    return status;
}
