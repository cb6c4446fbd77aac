/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim run --scenario all: the same policies on the plain model and under
 * every stress scenario. */
#ifndef SBS_CLI_RUN_SCENARIOS_H
#define SBS_CLI_RUN_SCENARIOS_H

#include "cli/output.h"
#include "cli/run_job.h"

/* The name that asks for all of them. */
#define SBS_SCENARIO_ALL "all"

/* Runs beside one another, for what they need of memory. */
size_t sbs_run_scenarios_count(void);

/* The files a run writes to; open already. */
struct sbs_run_outputs {
    struct sbs_output json, csv;
    bool table;
};

/* `in` has the plain model. */
int sbs_run_scenarios(const struct sbs_run_options *o,
                      const struct sbs_inputs *in,
                      const struct sbs_spec_list *specs,
                      struct sbs_run_outputs *out, struct sbs_error *err);

#endif
