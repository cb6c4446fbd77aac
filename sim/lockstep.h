/* SPDX-License-Identifier: Apache-2.0 */
/* Many replications at a time, for stacks that decide nothing on the way: who
 * does which chunk then follows from times alone, and eight replications run
 * side by side in vector registers (sim/lanes). The general engine stays the
 * reference: what comes out here has its bits, or is left to it. */
#ifndef SBS_SIM_LOCKSTEP_H
#define SBS_SIM_LOCKSTEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"
#include "base/error.h"
#include "sim/sim.h"

struct sbs_lockstep;

/* How many replications run together at most. */
enum { SBS_LOCKSTEP_GROUP = 8 };

/* *out = NULL when the stack, the plan or a model of the scenario asks for
 * more than this can do (losses, weather, a quota in force, copies, policies
 * that look at clocks or workers). -1: memory is short. All is borrowed; isa
 * must be one the processor has. */
int sbs_lockstep_create(const struct sbs_scenario *scenario,
                        const struct sbs_stack *stack,
                        const struct sbs_plan *plan,
                        const struct sbs_constants *constants,
                        enum sbs_isa isa, struct sbs_lockstep **out,
                        struct sbs_error *err);
void sbs_lockstep_destroy(struct sbs_lockstep *x);

/* Run the n <= SBS_LOCKSTEP_GROUP replications from `first` on; rows as in
 * sbs_replicas_run. done[i] = false: replication first + i has an accident
 * that only the general engine can tell (two events at one instant where
 * their order matters, say); its values are undefined. -1: memory is short. */
int sbs_lockstep_run(struct sbs_lockstep *x, uint32_t first, uint32_t n,
                     double *values, size_t stride, bool *done,
                     struct sbs_error *err);

#endif
