/* SPDX-License-Identifier: Apache-2.0 */
/* Joint inference with the simulator in the loop. */
#include "config.h"

#include "calibrate/infer.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/simlik.h"
#include "policies/stack.h"
#include "traces/query.h"

/* Generations that raise the power, as a rule: for progress only. */
#define USUAL_POWERS 8

/* What the readings share while they are fitted. */
struct fit {
    const struct sbs_infer_job *job;
    struct sbs_inference *out;
    const struct sbs_stack *stack;
    struct sbs_particles particles[SBS_READINGS];
    size_t at;     /* reading that is fitted now */
    double powers; /* raised so far */
    uint32_t moves;
};

static void on_generation(void *context, double power, uint32_t moves_left)
{
    struct fit *f = context;
    double moves = f->moves, done;

    if (!f->job->progress)
        return;
    f->powers += power < 1;
    done = power < 1 ? fmin(f->powers, USUAL_POWERS)
                     : USUAL_POWERS + moves - moves_left;
    f->job->progress(f->job->progress_context,
                     ((double)f->at + done / (USUAL_POWERS + moves)) /
                         (double)f->out->n_readings);
}

static int fit_reading(struct fit *f, struct sbs_error *err)
{
    const struct sbs_infer_job *job = f->job;
    struct sbs_inference *out = f->out;
    size_t r = f->at;
    struct sbs_simlik lik = {
        .beliefs = &out->beliefs[r], .model = job->model, .stack = f->stack,
        .runs = out->observed.run, .n_runs = out->observed.n,
        .reps = job->reps ? job->reps : SBS_INFER_REPS, .seed = job->seed,
        .threads = job->threads};
    struct sbs_particles_job p = {
        .log_lik = sbs_simlik_eval, .context = &lik, .dim = SBS_BELIEF_DIM,
        .n_moved = SBS_BELIEF_N, .moves = f->moves, .seed = job->seed,
        .n = job->particles ? job->particles : SBS_INFER_PARTICLES,
        .progress = on_generation, .progress_context = f};

    f->powers = 0;
    if (sbs_beliefs_make(&out->beliefs[r], (enum sbs_reading)r, job->facts,
                         &out->est, err) ||
        sbs_particles_run(&p, &f->particles[r], err))
        return -1;
    out->log_evidence[r] = f->particles[r].log_evidence;
    out->acceptance[r] = f->particles[r].acceptance;
    out->generations[r] = f->particles[r].generations;
    return 0;
}

static void weigh_readings(struct sbs_inference *out)
{
    double top = -INFINITY, sum = 0;
    size_t r;

    for (r = 0; r < out->n_readings; r++)
        top = fmax(top, out->log_evidence[r]);
    for (r = 0; r < out->n_readings; r++) {
        out->probability[r] = sbs_exp(out->log_evidence[r] - top);
        sum += out->probability[r];
    }
    for (r = 0; r < out->n_readings; r++)
        out->probability[r] /= sum;
}

/* Draws of both readings in proportion to their probability, dealt
 * alternately, so that any first part of the list has both. */
static int collect(struct fit *f, size_t n, struct sbs_error *err)
{
    struct sbs_inference *out = f->out;
    size_t part[SBS_READINGS] = {0}, used[SBS_READINGS] = {0}, i, r, k;

    out->z = malloc(n * SBS_BELIEF_DIM * sizeof *out->z);
    out->reading = malloc(n * sizeof *out->reading);
    if (!out->z || !out->reading)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    part[0] = (size_t)floor(out->probability[0] * (double)n + 0.5);
    part[1] = n - part[0];
    for (i = 0; i < n; i++) {
        /* the reading that is behind its share */
        r = used[0] * n <= i * part[0] && used[0] < part[0]
                ? 0
                : used[1] < part[1];
        k = used[r]++ * f->particles[r].n / part[r];
        out->reading[i] = (enum sbs_reading)r;
        memcpy(&out->z[i * SBS_BELIEF_DIM],
               &f->particles[r].z[k * SBS_BELIEF_DIM],
               SBS_BELIEF_DIM * sizeof *out->z);
    }
    out->n = n;
    return 0;
}

static int infer(const struct sbs_infer_job *job, const struct sbs_stack *stack,
                 struct sbs_inference *out, struct sbs_error *err)
{
    struct fit f = {.job = job, .out = out, .stack = stack,
                    .moves = job->moves ? job->moves : SBS_INFER_MOVES};
    int status = 0;

    for (f.at = 0; f.at < out->n_readings && !status; f.at++)
        status = fit_reading(&f, err);
    if (!status) {
        weigh_readings(out);
        status = collect(&f, job->draws ? job->draws : SBS_INFER_DRAWS, err);
    }
    for (f.at = 0; f.at < SBS_READINGS; f.at++)
        sbs_particles_fini(&f.particles[f.at]);
    return status;
}

int sbs_infer_run(const struct sbs_infer_job *job, struct sbs_inference **out,
                  struct sbs_error *err)
{
    struct sbs_inference *f = calloc(1, sizeof *f);
    struct sbs_registry *registry = sbs_registry_create();
    struct sbs_spec_list list = {0};
    double error = sbs_trace_fact(job->facts, "prior_ratio", "total_log_sd",
                                  NULL);
    int status = -1;

    if (!f || !registry) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    f->est = *job->est;
    f->n_readings = f->est.mixture.n_own ? 1 : SBS_READINGS;
    if (!(error > 0)) {
        sbs_fail(err, SBS_EINPUT, "%s: no error of a total (sample "
                 "prior_ratio, total_log_sd)", job->facts->name);
        goto out;
    }
    if (sbs_observe(job->runs, true, error, &f->observed, err))
        goto out;
    if (f->observed.n == 0) {
        sbs_fail(err, SBS_EINPUT, "no run whose client is understood");
        goto out;
    }
    if (sbs_stack_parse(&list, "static", registry, err) ||
        infer(job, &list.spec[0].stack, f, err))
        goto out;
    *out = f;
    f = NULL;
    status = 0;
out:
    sbs_infer_destroy(f);
    sbs_stack_fini(&list);
    sbs_registry_destroy(registry);
    return status;
}

void sbs_infer_destroy(struct sbs_inference *f)
{
    if (!f)
        return;
    sbs_observed_fini(&f->observed);
    free(f->z);
    free(f->reading);
    free(f);
}

double sbs_infer_quantity(const struct sbs_inference *f, size_t draw,
                          size_t i)
{
    const struct sbs_beliefs *b = &f->beliefs[f->reading[draw]];
    const double *z = &f->z[draw * SBS_BELIEF_DIM];
    double typical, log_sd;

    if (i < SBS_BELIEF_SLOW)
        return b->of[i].mid + b->of[i].sd * z[i];
    sbs_belief_cores(b, z, &typical, &log_sd);
    return sbs_log(i == SBS_BELIEF_SLOW ? typical : log_sd);
}

struct cJSON *sbs_infer_draws(const struct sbs_inference *f,
                              const struct sbs_estimate *est,
                              const struct sbs_trace *facts,
                              struct sbs_error *err)
{
    struct sbs_beliefs beliefs[SBS_READINGS];
    cJSON *list = cJSON_CreateArray();
    size_t i;

    for (i = 0; i < SBS_READINGS; i++)
        if (sbs_beliefs_make(&beliefs[i], (enum sbs_reading)i, facts, est,
                             err)) {
            cJSON_Delete(list);
            return NULL;
        }
    for (i = 0; list && i < f->n; i++)
        cJSON_AddItemToArray(list,
                             sbs_belief_draw(&beliefs[f->reading[i]],
                                             &f->z[i * SBS_BELIEF_DIM]));
    if (!list)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    return list;
}
