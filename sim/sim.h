/* SPDX-License-Identifier: Apache-2.0 */
/* One replication in virtual time: the simulated backend of model/driver. */
#ifndef SBS_SIM_SIM_H
#define SBS_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/driver.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/workload.h"

/* What is to be simulated, the same for every replication. Borrowed. */
struct sbs_scenario {
    const struct sbs_model_set *models;
    const struct sbs_workload *workload;
    uint32_t workers; /* base fleet asked for */
    double vcpu, memory_gb;
    bool spot; /* all workers, unless the policy says which */
    uint64_t seed;
};

/* The plan of a stack under a scenario, and the constants its policies may
 * read. -1: a policy refuses, the vCPU size is unknown to the model, or a
 * quota is below one worker. */
int sbs_sim_plan(const struct sbs_scenario *s, const struct sbs_stack *stack,
                 struct sbs_plan *plan, struct sbs_constants *constants,
                 struct sbs_error *err);

/* What it starts from, with workers and calls of the size of the plan `made`:
 * the plan before any policy has spoken. */
int sbs_sim_ask(const struct sbs_scenario *s, const struct sbs_plan *made,
                struct sbs_plan *plan, struct sbs_constants *constants,
                struct sbs_error *err);

/* Workers of this size that the quota admits; INFINITY without a quota. */
double sbs_sim_places(const struct sbs_model *m, double vcpu);

struct sbs_sim;
struct sbs_journal; /* model/journal.h */

/* A simulator of one stack's plan (borrowed); one a thread. NULL and an
 * error when memory is short. */
struct sbs_sim *sbs_sim_create(const struct sbs_scenario *s,
                               const struct sbs_plan *plan,
                               struct sbs_error *err);
void sbs_sim_destroy(struct sbs_sim *sim);

/* Run replication r under the driver. metrics[] is filled; all are NAN when
 * the run cannot finish. -1: memory is short, or an invariant is broken
 * (regret below 1 - 1e-9; with --enable-debug also worker time that does not
 * add up). */
int sbs_sim_replicate(struct sbs_sim *sim, struct sbs_driver *driver,
                      uint32_t replication, double metrics[SBS_N_METRICS],
                      struct sbs_error *err);
/* Write the next replications down, each behind the other; NULL stops it.
 * Nothing else changes. */
void sbs_sim_record(struct sbs_sim *sim, struct sbs_journal *journal);
/* From now on, write down when the client comes to hold each task (seconds,
 * ascending): held_s[tasks of the plan], borrowed; NULL stops it. And how many
 * of these times the last replication has made. */
void sbs_sim_note_held(struct sbs_sim *sim, double *held_s);
uint32_t sbs_sim_held(const struct sbs_sim *sim);
/* The same for chunks, in the order in which they are begun; more than `cap`
 * are counted, not written. */
struct sbs_chunk;
void sbs_sim_note_chunks(struct sbs_sim *sim, struct sbs_chunk *chunk,
                         uint32_t cap);
uint32_t sbs_sim_noted(const struct sbs_sim *sim);
/* Why the last replication did not finish, or that it did. */
enum sbs_unfinished sbs_sim_why(const struct sbs_sim *sim);

#endif
