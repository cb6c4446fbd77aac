/* SPDX-License-Identifier: Apache-2.0 */
/* Joint inference with the simulator in the loop: from run totals to draws of
 * all parameters they tell about, under two readings of why cores differ,
 * weighed by how well each explains the totals. */
#ifndef SBS_CALIBRATE_INFER_H
#define SBS_CALIBRATE_INFER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calibrate/belief.h"
#include "calibrate/observe.h"
#include "calibrate/particles.h"

struct cJSON;

enum { SBS_INFER_DRAWS = 200, /* in a model file */
       SBS_INFER_PARTICLES = 500, SBS_INFER_REPS = 16, SBS_INFER_MOVES = 10 };

struct sbs_infer_job {
    const struct sbs_estimate *est; /* what is known but for the totals */
    const struct sbs_trace *facts;  /* priors */
    const struct sbs_joint_runs *runs;
    struct cJSON *model;  /* the model file of est, without draws */
    size_t particles;     /* 0: SBS_INFER_PARTICLES */
    uint32_t reps;        /* of a run for each particle; 0: SBS_INFER_REPS */
    uint32_t moves;       /* at the posterior; 0: SBS_INFER_MOVES */
    size_t draws;         /* 0: SBS_INFER_DRAWS */
    uint64_t seed;
    int threads;          /* 0: as many as OpenMP likes */
    /* Share of the work done, in [0, 1]; may be NULL. */
    void (*progress)(void *context, double done);
    void *progress_context;
};

struct sbs_inference {
    struct sbs_estimate est; /* a copy: beliefs point to it */
    struct sbs_beliefs beliefs[SBS_READINGS];
    size_t n_readings; /* 1 when own workers tell the cores */
    double probability[SBS_READINGS]; /* posterior, from equal prior odds */
    double log_evidence[SBS_READINGS];
    double acceptance[SBS_READINGS];
    uint32_t generations[SBS_READINGS];
    size_t n;      /* draws */
    double *z;     /* n x SBS_BELIEF_DIM, owned */
    enum sbs_reading *reading; /* [n], owned */
    struct sbs_observed observed;
};

/* SBS_EINPUT when no run can be used or none within the priors explains
 * them. The result depends on data and seed, not on threads. */
int sbs_infer_run(const struct sbs_infer_job *job, struct sbs_inference **out,
                  struct sbs_error *err);
void sbs_infer_destroy(struct sbs_inference *f); /* NULL allowed */

/* One quantity of a draw on the log (or logit) scale: parameter i of
 * sbs_beliefs, SLOW and SPREAD as the typical slow-down and the spread of all
 * cores (sbs_belief_cores), which both readings have. */
double sbs_infer_quantity(const struct sbs_inference *f, size_t draw,
                          size_t i);

/* The draws as a JSON array, with the laws of `est` (which may be of another
 * trace than the runs: what it tells itself is not taken from the draws);
 * cJSON_Delete frees it. */
struct cJSON *sbs_infer_draws(const struct sbs_inference *f,
                              const struct sbs_estimate *est,
                              const struct sbs_trace *facts,
                              struct sbs_error *err);

#endif
