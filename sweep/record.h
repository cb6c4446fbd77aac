/* SPDX-License-Identifier: Apache-2.0 */
/* One replication of a policy with its log. */
#ifndef SBS_SWEEP_RECORD_H
#define SBS_SWEEP_RECORD_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "policies/stack.h"
#include "sim/sim.h"

struct sbs_record {
    const struct sbs_scenario *scenario;
    const char *model_sha256, *workload_sha256; /* NULL: not known */
};

/* Run replication r of a policy by itself and write its log to `out`; the
 * same run, bit for bit, as without. -1: the policy refuses its plan, the
 * run is too large for a log, memory is short, or a write failed. */
int sbs_record_run(const struct sbs_record *record,
                   const struct sbs_spec *spec, uint32_t replication,
                   FILE *out, struct sbs_error *err);

#endif
