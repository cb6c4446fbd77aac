/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep will take, before it is run: measured on a few replications
 * of a few points. */
#ifndef SBS_SWEEP_ESTIMATE_H
#define SBS_SWEEP_ESTIMATE_H

#include "base/error.h"
#include "sweep/sweep.h"

struct sbs_estimate {
    double replications; /* of all points */
    double core_s;       /* of one core, for all of it */
    double core_se_s;    /* its standard error from so few samples */
    uint32_t samples;    /* points that were tried */
    double block_s;      /* longest block to be expected */
    /* Bytes: a process with so many threads, beyond the inputs; what the
     * process that makes the file needs for its largest point; the file; the
     * spools just before it is there. */
    double memory, collecting, file, spools;
};

/* After sbs_sweep_check; about two seconds. */
int sbs_estimate_make(const struct sbs_sweep *s, int threads,
                      struct sbs_estimate *e, struct sbs_error *err);

#endif
