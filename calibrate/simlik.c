/* SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of run totals, by simulation. */
#include "config.h"

#include "calibrate/simlik.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/particles.h"
#include "model/model.h"
#include "sweep/run.h"

#define LOG_SQRT_2PI 0.91893853320467274
/* Width of the kernel over the spread of the replications: Silverman's rule
 * 1.06 n^-0.2 gives 0.56 for 24 of them. */
#define WIDTH 0.5

/* The model with one draw for each particle. */
static int parse_models(const struct sbs_simlik *s, size_t n, const double *z,
                        struct sbs_model_set *out, struct sbs_error *err)
{
    cJSON *json = cJSON_Duplicate(s->model, true);
    cJSON *posterior = json ? cJSON_AddObjectToObject(json, "posterior")
                            : NULL;
    cJSON *list = posterior ? cJSON_AddArrayToObject(posterior, "draws")
                            : NULL;
    size_t i;
    int status;

    for (i = 0; list && i < n; i++)
        cJSON_AddItemToArray(
            list, sbs_belief_draw(s->beliefs, &z[i * SBS_BELIEF_DIM]));
    status = list ? sbs_model_parse(out, json, "a draw of the fit", err)
                  : sbs_fail(err, SBS_EMEMORY, "out of memory");
    cJSON_Delete(json);
    return status;
}

static int simulate(const struct sbs_simlik *s,
                    const struct sbs_simlik_run *run,
                    const struct sbs_model_set *models, uint32_t reps,
                    uint64_t seed, struct sbs_run_outcome *out,
                    struct sbs_error *err)
{
    struct sbs_run r = {.stacks = &s->stack, .n_stacks = 1, .reps = reps,
                        .threads = s->threads};

    r.scenario = (struct sbs_scenario){
        .models = models, .workload = run->workload, .workers = run->workers,
        .vcpu = run->vcpu, .memory_gb = run->memory_gb, .seed = seed};
    return sbs_run_all(&r, out, err);
}

/* Simulated value of a total in one replication. */
static double value_of(const struct sbs_simlik_run *run,
                       const struct sbs_simlik_total *t,
                       const struct sbs_run_outcome *o, uint32_t reps,
                       size_t replication)
{
    double x = sbs_run_metric(o, reps, t->metric)[replication];

    return t->metric == SBS_METRIC_cost_usd ? x : x + run->fixed_s;
}

/* log totals of one particle's replications: x[k][r]; false when one of them
 * did not finish. */
static bool log_totals(const struct sbs_simlik *s,
                       const struct sbs_simlik_run *run,
                       const struct sbs_run_outcome *o, size_t n, size_t i,
                       double x[][SBS_SIMLIK_REPS])
{
    double v;
    size_t k, r;

    for (k = 0; k < run->n_totals; k++)
        for (r = 0; r < s->reps; r++) {
            v = value_of(run, &run->total[k], o, s->reps * (uint32_t)n,
                         i + r * n);
            if (!(v > 0))
                return false;
            x[k][r] = sbs_log(v);
        }
    return true;
}

/* Move the values towards their mean, so that with the kernel's width their
 * variance is what it was (West, JRSS B 55 (1993) 409); returns that width,
 * the stated error of the total included. */
static double shrink(double *x, size_t n, double error_log_sd)
{
    double mean = 0, square = 0, keep = sqrt(1 - WIDTH * WIDTH);
    size_t r;

    for (r = 0; r < n; r++)
        mean += x[r] / (double)n;
    for (r = 0; r < n; r++)
        square += (x[r] - mean) * (x[r] - mean) / (double)(n - 1);
    for (r = 0; r < n; r++)
        x[r] = mean + keep * (x[r] - mean);
    return hypot(error_log_sd, WIDTH * sqrt(square));
}

/* log density of the measured totals of a run by a product kernel over the
 * replications of one particle. */
static double log_density(const struct sbs_simlik_run *run, size_t reps,
                          double x[][SBS_SIMLIK_REPS])
{
    double width[SBS_SIMLIK_TOTALS], at[SBS_SIMLIK_TOTALS], d, e;
    double norm = 0, top = -INFINITY, sum = 0;
    size_t k, r;

    for (k = 0; k < run->n_totals; k++) {
        width[k] = shrink(x[k], reps, run->total[k].log_sd);
        at[k] = sbs_log(run->total[k].value);
        norm -= sbs_log(width[k]) + LOG_SQRT_2PI;
    }
    for (r = 0; r < reps; r++) {
        e = 0;
        for (k = 0; k < run->n_totals; k++) {
            d = (x[k][r] - at[k]) / width[k];
            e -= d * d / 2;
        }
        if (e > top) {
            sum = sum * sbs_exp(top - e) + 1;
            top = e;
        } else {
            sum += sbs_exp(e - top);
        }
    }
    return norm + top + sbs_log(sum / (double)reps);
}

static void weigh(const struct sbs_simlik *s, const struct sbs_simlik_run *run,
                  const struct sbs_run_outcome *o, size_t n, double *log_lik)
{
    double x[SBS_SIMLIK_TOTALS][SBS_SIMLIK_REPS];
    size_t i;

    for (i = 0; i < n; i++)
        log_lik[i] += log_totals(s, run, o, n, i, x)
                          ? log_density(run, s->reps, x)
                          : -INFINITY;
}

/* One seed a run and generation, none of them that of the search: no random
 * number is used twice. */
static uint64_t seed_of(const struct sbs_simlik *s, size_t run,
                        uint32_t salt)
{
    return ((s->seed + 1) * 1000003u + salt * 64u + run) % (SBS_SEED_MAX + 1);
}

int sbs_simlik_eval(void *simlik, uint32_t generation, size_t n,
                    const double *z, double *log_lik, struct sbs_error *err)
{
    const struct sbs_simlik *s = simlik;
    struct sbs_model_set models = {0};
    struct sbs_run_outcome o;
    size_t i;

    if (parse_models(s, n, z, &models, err))
        return -1;
    for (i = 0; i < n; i++)
        log_lik[i] = 0;
    for (i = 0; i < s->n_runs; i++) {
        if (simulate(s, &s->runs[i], &models, s->reps * (uint32_t)n,
                     seed_of(s, i, generation), &o, err)) {
            sbs_model_fini(&models);
            return -1;
        }
        weigh(s, &s->runs[i], &o, n, log_lik);
        sbs_run_outcome_fini(&o);
    }
    sbs_model_fini(&models);
    return 0;
}

int sbs_simlik_totals(const struct sbs_simlik *s,
                      const struct sbs_simlik_run *run, uint32_t salt,
                      size_t n, const double *z, double *out,
                      struct sbs_error *err)
{
    struct sbs_model_set models = {0};
    struct sbs_run_outcome o;
    size_t i, k;
    int status = -1;

    if (parse_models(s, n, z, &models, err))
        return -1;
    if (simulate(s, run, &models, (uint32_t)n, seed_of(s, 63, salt), &o,
                 err))
        goto out;
    for (k = 0; k < run->n_totals; k++)
        for (i = 0; i < n; i++)
            out[k * n + i] =
                value_of(run, &run->total[k], &o, (uint32_t)n, i);
    sbs_run_outcome_fini(&o);
    status = 0;
out:
    sbs_model_fini(&models);
    return status;
}
