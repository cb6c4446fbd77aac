/* SPDX-License-Identifier: Apache-2.0 */
/* Replications until every mean is known well enough. The sequential rule is
 * Chow and Robbins' (1965) made coarse: at least 100 replications, then looks
 * only where their number has doubled, so few that the intervals keep their
 * level nearly (doc/tune.md has the measured coverage). */
#ifndef SBS_SWEEP_STOP_H
#define SBS_SWEEP_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "stats/precision.h"
#include "sweep/run.h"

enum { SBS_STOP_LEAST = 100 };

enum sbs_stop_on {
    SBS_STOP_MEANS,      /* half-width / mean, of each policy */
    SBS_STOP_DIFFERENCES /* of the paired difference to the first policy,
                          * relative to the first policy's mean */
};

struct sbs_stop {
    double relative; /* half-width asked for, (0, 1) */
    enum sbs_stop_on on;
};

/* The means that must be known: those of the table. */
enum { SBS_STOP_METRICS = 4 };
extern const enum sbs_metric sbs_stop_metric[SBS_STOP_METRICS];

struct sbs_stop_width {
    struct sbs_precision of;
    double relative, relative_over; /* NaN: undefined */
};

struct sbs_stop_report {
    uint32_t reps, looks;
    bool reached;
    /* Of stack i, metric k at [i * SBS_STOP_METRICS + k]; with
     * SBS_STOP_DIFFERENCES those of stack 0 are undefined. */
    struct sbs_stop_width *width;
    uint32_t n_stacks;
    uint32_t widest, widest_metric; /* the largest `relative`; widest ==
                                     * n_stacks: none is defined */
};

/* Replications at the first look: SBS_STOP_LEAST or more, and each of the
 * draws of the parameters (0 or 1: none) equally often, at least twice. */
uint32_t sbs_stop_first(uint64_t draws);

/* Run from run->first = 0 until the rule is met, at most run->reps times;
 * outcomes[] then hold report->reps replications: the very same that
 * sbs_run_all makes of as many. Otherwise like sbs_run_all, and the caller
 * calls sbs_stop_report_fini in any case. With MPI the widths are on rank 0
 * alone. */
int sbs_stop_run(const struct sbs_run *run, const struct sbs_stop *rule,
                 struct sbs_run_outcome *outcomes,
                 struct sbs_stop_report *report, struct sbs_error *err);
void sbs_stop_report_fini(struct sbs_stop_report *report);

#endif
