/* SPDX-License-Identifier: Apache-2.0 */
/* Large pulled runs, one at a time: tasks are drawn as they are taken and
 * forgotten when they are done, so that memory goes with the workers alone.
 * For the base `dynamic` with or without a cutter; as sim/lockstep, it has
 * the general engine's bits or leaves a replication to it. */
#ifndef SBS_SIM_FLOW_H
#define SBS_SIM_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sim/sim.h"

struct sbs_flow;

/* *out = NULL when it is not for such a run; the conditions on models are
 * those of sbs_lockstep_create, results must be seen at once and work be
 * divisible. -1: memory is short. All is borrowed. */
int sbs_flow_create(const struct sbs_scenario *scenario,
                    const struct sbs_stack *stack,
                    const struct sbs_plan *plan, struct sbs_flow **out,
                    struct sbs_error *err);
void sbs_flow_destroy(struct sbs_flow *f);

/* The metrics of a replication. *done = false: left to the general engine.
 * -1: memory is short. */
int sbs_flow_run(struct sbs_flow *f, uint32_t replication,
                 double metrics[SBS_N_METRICS], bool *done,
                 struct sbs_error *err);

#endif
