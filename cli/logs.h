/* SPDX-License-Identifier: Apache-2.0 */
/* `--log DIR`: a file for each logged replication of each policy. */
#ifndef SBS_CLI_LOGS_H
#define SBS_CLI_LOGS_H

#include <stdint.h>

#include "base/error.h"
#include "cli/inputs.h"
#include "policies/stack.h"
#include "sim/sim.h"

/* Run replications 0 .. reps - 1 of every policy by themselves and write
 * DIR/01-static.r0.jsonl and so on. `dir` is made, or must be empty: nothing
 * is ever overwritten. */
int sbs_logs_write(const char *dir, uint32_t reps,
                   const struct sbs_scenario *scenario,
                   const struct sbs_inputs *in,
                   const struct sbs_spec_list *specs, struct sbs_error *err);

#endif
