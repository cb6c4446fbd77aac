/* SPDX-License-Identifier: Apache-2.0 */
/* What a point of a study simulates: model, work, policy and plan, made when
 * a thread comes to the point, and kept as far as the next point agrees. */
#ifndef SBS_SWEEP_WORLD_H
#define SBS_SWEEP_WORLD_H

#include "base/error.h"
#include "base/hash.h"
#include "sim/replicas.h"
#include "sweep/study.h"

/* The documents a study is about; borrowed. */
struct sbs_study_inputs {
    const struct cJSON *model; /* before any overlay */
    const char *model_name;    /* for messages */
    const struct sbs_study_work *works;
    size_t n_works;
};

/* A workload of the study. */
struct sbs_study_work {
    const char *name; /* as the study has it */
    const struct cJSON *json; /* NULL: shipped with the program */
    int64_t tasks; /* as it says itself */
};

struct sbs_world;

/* One a thread. The study and its inputs are borrowed. */
struct sbs_world *sbs_world_create(const struct sbs_study *study,
                                   const struct sbs_study_inputs *inputs,
                                   struct sbs_error *err);
void sbs_world_destroy(struct sbs_world *w);

/* Go to a point: everything is made that can be refused. -1 with the point
 * named. */
int sbs_world_go(struct sbs_world *w, uint64_t point, struct sbs_error *err);
/* Did the last go fail because there is no plan of that policy there? */
bool sbs_world_refused(const struct sbs_world *w);

/* Of the point it is at. */
uint32_t sbs_world_tasks(const struct sbs_world *w);
uint32_t sbs_world_workers(const struct sbs_world *w); /* that are planned */
size_t sbs_world_draws(const struct sbs_world *w); /* below 2: none */
const char *sbs_world_spec(const struct sbs_world *w);
/* Made when first asked for; NULL when memory is short. */
struct sbs_replicas *sbs_world_replicas(struct sbs_world *w,
                                        struct sbs_error *err);

/* Tasks of a point as far as they are known without going there: what
 * blocks are cut by. */
int64_t sbs_study_tasks(const struct sbs_study_inputs *inputs,
                        const struct sbs_study_run *run);

/* The hash of the model with what the study says of all points: scenario and
 * "set". */
int sbs_study_model_hash(const struct sbs_study *s,
                         const struct sbs_study_inputs *inputs,
                         char text[SBS_HASH_TEXT], struct sbs_error *err);
/* The hash of a document as text. */
int sbs_study_json_hash(const struct cJSON *json, char text[SBS_HASH_TEXT],
                        struct sbs_error *err);

#endif
