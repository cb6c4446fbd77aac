/* SPDX-License-Identifier: Apache-2.0 */
/* Replications of one policy under one scenario, any of them in any order,
 * by one thread: what every loop over replications is made of. */
#ifndef SBS_SIM_REPLICAS_H
#define SBS_SIM_REPLICAS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sim/sim.h"

/* Rows of what a replication leaves: its metrics, then enum sbs_unfinished. */
enum { SBS_N_ROWS = SBS_N_METRICS + 1 };

struct sbs_replicas;

/* Everything is borrowed; plan and constants as sbs_sim_plan made them from
 * the same scenario and stack. NULL and an error when memory is short. */
struct sbs_replicas *
sbs_replicas_create(const struct sbs_scenario *scenario,
                    const struct sbs_stack *stack,
                    const struct sbs_plan *plan,
                    const struct sbs_constants *constants,
                    struct sbs_error *err);
void sbs_replicas_destroy(struct sbs_replicas *x);

/* The way they are run, which never matters to the values: by the general
 * engine, eight at a time (sim/lockstep), large ones without keeping their
 * tasks (sim/flow). */
enum sbs_way { SBS_WAY_GENERAL, SBS_WAY_LOCKSTEP, SBS_WAY_FLOW };
enum sbs_way sbs_replicas_way(const struct sbs_replicas *x);
/* By the general engine from now on. */
void sbs_replicas_go_general(struct sbs_replicas *x);

/* Run replications [first, first + n): row m of replication first + i goes to
 * values[m * stride + i], NAN in every metric of one that cannot finish.
 * Values depend on the replication's number alone. -1: memory is short or an
 * invariant is broken; *failed is then the first such replication. */
int sbs_replicas_run(struct sbs_replicas *x, uint32_t first, uint32_t n,
                     double *values, size_t stride, uint32_t *failed,
                     struct sbs_error *err);

#endif
