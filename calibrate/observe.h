/* SPDX-License-Identifier: Apache-2.0 */
/* Measured runs as the simulator replays them: a workload, a fleet, and the
 * totals that are to come out. */
#ifndef SBS_CALIBRATE_OBSERVE_H
#define SBS_CALIBRATE_OBSERVE_H

#include <stddef.h>

#include "base/error.h"
#include "calibrate/joint.h"
#include "calibrate/simlik.h"
#include "model/workload.h"

struct sbs_observed {
    struct sbs_simlik_run run[SBS_JOINT_RUNS];
    struct sbs_workload workload[SBS_JOINT_RUNS];
    size_t joint[SBS_JOINT_RUNS]; /* index in the runs it was made from */
    size_t n;
};

/* Of `runs` those of a serial client, or all of them. A total's kernel has the
 * model's stated error and half its last digit (uniform: / sqrt 3).
 * `model_log_sd` > 0 is the former. Names are borrowed from `runs`. */
int sbs_observe(const struct sbs_joint_runs *runs, bool serial_only,
                double model_log_sd, struct sbs_observed *out,
                struct sbs_error *err);
void sbs_observed_fini(struct sbs_observed *o);

/* The work of a run as a workload; sbs_workload_fini frees it. */
int sbs_observe_workload(const struct sbs_joint_run *run,
                         struct sbs_workload *out, struct sbs_error *err);

/* "first", "half", "last", "bill". */
const char *sbs_observe_total_name(enum sbs_metric metric);

#endif
