/* SPDX-License-Identifier: Apache-2.0 */
/* Processors: which ones a worker may land on, how slow each is, and with
 * what weight. */
#ifndef SBS_CALIBRATE_MIXTURE_H
#define SBS_CALIBRATE_MIXTURE_H

#include <stddef.h>

#include "base/error.h"
#include "calibrate/totals.h"
#include "traces/store.h"

struct sbs_mixture {
    char name[SBS_TOTALS_CLASSES][48];
    /* log_sd: spread between machines of the class, machine_log_sd not
     * included */
    struct sbs_totals_class classes[SBS_TOTALS_CLASSES];
    size_t n;
    double machine_log_sd;
    size_t n_cells;     /* sightings behind the old weights */
    char old_dates[32]; /* of the sightings, years */
    size_t n_own;       /* workers of the trace itself, 0: facts only */
    size_t n_timed;     /* ... with work whose reference time is known */
};

/* From the facts in a trace. Old set: every x86 sighting of a processor by
 * Fargate (samples processor_seen) for this vCPU size counts once; all sizes
 * when there is none. New set: Intel and AMD processors of the AWS
 * compute instances c6i, c6a, c7i and c7a, alike (no sighting since 2021 is
 * public). Slow-down = reference score / median Geekbench 6 score (samples
 * processor_gb6, reference_gb6). Fails when the trace has no such samples. */
int sbs_mixture_facts(const struct sbs_trace *trace, double vcpu,
                      struct sbs_mixture *out, struct sbs_error *err);

/* From the trace's own workers, when at least 3 have a processor model or a
 * timed piece of work. Weights by count; slow-down of a class from compute
 * time over reference time of its workers (their own spread when there are
 * 3, else machine_log_sd), from the facts by processor name times r_factor
 * when none was timed, or else from all timed workers together. The result
 * has w_old = w_new and r_factor in it. Returns 1 when used, 0 when the trace
 * has too little, -1 on error. */
int sbs_mixture_own(const struct sbs_trace *trace,
                    const struct sbs_trace *facts, double r_factor,
                    struct sbs_mixture *out, struct sbs_error *err);

/* Weight of class k for a share of the new set. */
double sbs_mixture_weight(const struct sbs_mixture *m, size_t k,
                          double share_new);

#endif
