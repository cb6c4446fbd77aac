/* SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of run totals, by simulation. */
#include "config.h"

#include "calibrate/simlik.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/particles.h"
#include "model/model.h"
#include "sweep/run.h"

#define LOG_SQRT_2PI 0.91893853320467274

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

/* log of the normal kernel at one replication; -INFINITY: unfinished. */
static double log_kernel(const struct sbs_simlik_run *run,
                         const struct sbs_run_outcome *o, uint32_t reps,
                         size_t replication)
{
    double sum = 0, d, x;
    size_t k;

    for (k = 0; k < run->n_totals; k++) {
        const struct sbs_simlik_total *t = &run->total[k];
        x = value_of(run, t, o, reps, replication);
        if (!(x > 0))
            return -INFINITY;
        d = (sbs_log(x) - sbs_log(t->value)) / t->log_sd;
        sum -= d * d / 2 + sbs_log(t->log_sd) + LOG_SQRT_2PI;
    }
    return sum;
}

/* Add to each particle the log of the mean kernel over its replications. */
static void weigh(const struct sbs_simlik *s, const struct sbs_simlik_run *run,
                  const struct sbs_run_outcome *o, size_t n, double *log_lik)
{
    uint32_t reps = s->reps * (uint32_t)n;
    double top, sum, x;
    size_t i, r;

    for (i = 0; i < n; i++) {
        top = -INFINITY;
        sum = 0;
        for (r = 0; r < s->reps; r++) {
            x = log_kernel(run, o, reps, i + r * n);
            if (x > top) {
                sum = sum * sbs_exp(top - x) + 1;
                top = x;
            } else if (isfinite(x)) {
                sum += sbs_exp(x - top);
            }
        }
        log_lik[i] += isfinite(top) ? top + sbs_log(sum / s->reps)
                                    : -INFINITY;
    }
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
