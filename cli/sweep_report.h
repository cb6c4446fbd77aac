/* SPDX-License-Identifier: Apache-2.0 */
/* What sbsim sweep prints: the plan before, the best points after. */
#ifndef SBS_CLI_SWEEP_REPORT_H
#define SBS_CLI_SWEEP_REPORT_H

#include <stdio.h>

#include "sweep/estimate.h"

enum { SBS_SWEEP_GOALS = 3, SBS_SWEEP_SHOWN = 3 };

/* A point as the table shows it. */
struct sbs_sweep_row {
    uint64_t point;
    double goal; /* what it is chosen by; NAN: no row */
    double unfinished, makespan_s, makespan_half_s, p95_s, cost_usd,
        cost_half_usd;
};

struct sbs_sweep_best {
    const struct sbs_study *study;
    struct sbs_sweep_row row[SBS_SWEEP_GOALS][SBS_SWEEP_SHOWN];
    uint64_t unfinished; /* points where not all replications finish */
};

void sbs_sweep_best_init(struct sbs_sweep_best *b,
                         const struct sbs_study *study);
/* As `point` of struct sbs_sweep, context being the struct. */
void sbs_sweep_best_add(void *best, uint64_t point,
                        const struct sbs_figures *figures);
void sbs_sweep_best_write(const struct sbs_sweep_best *b,
                          const struct sbs_sweep *sweep, FILE *out);

void sbs_sweep_plan_write(const struct sbs_sweep *s,
                          const struct sbs_estimate *e, int threads,
                          FILE *out);

#endif
