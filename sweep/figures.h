/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of the replications of one policy at one point. */
#ifndef SBS_SWEEP_FIGURES_H
#define SBS_SWEEP_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/driver.h"
#include "model/metric.h"
#include "stats/summary.h"

/* "makespan_s", ... */
const char *sbs_figures_metric(enum sbs_metric metric);

/* values[metric][replication], NAN where undefined, NULL where not known. A
 * replication whose makespan is NAN did not finish and counts nowhere. */

/* The metric over finished replications; the others become NAN. */
void sbs_figures_finished(const double *const values[SBS_N_METRICS],
                          uint64_t reps, enum sbs_metric metric, double *out);

/* Summaries of all metrics; scratch[reps]. -1: memory is short, or values
 * are too large to compute with. */
int sbs_figures_summarise(struct sbs_summary out[SBS_N_METRICS],
                          const double *const values[SBS_N_METRICS],
                          uint64_t reps, size_t draws, double *scratch,
                          struct sbs_error *err);

/* What a sweep keeps of a summary: column, what it is. */
#define SBS_FIGURES_COLUMNS(X)                                               \
    X(n, "replications that finished and have a value")                      \
    X(mean, "mean")                                                          \
    X(se, "standard error of the mean")                                      \
    X(half, "half-width of the 95% interval of the mean")                    \
    X(sd, "standard deviation")                                              \
    X(sd_run, "spread from run to run, the parameters being known")          \
    X(sd_ignorance, "spread from not knowing the parameters")                \
    X(min, "least")                                                          \
    X(p05, "5% quantile")                                                    \
    X(p50, "median")                                                         \
    X(p95, "95% quantile")                                                   \
    X(p99, "99% quantile")                                                   \
    X(max, "greatest")

enum sbs_figures_column {
#define SBS_FIGURES_COLUMN(name, about) SBS_FIGURES_##name,
    SBS_FIGURES_COLUMNS(SBS_FIGURES_COLUMN)
#undef SBS_FIGURES_COLUMN
        SBS_FIGURES_N_COLUMNS
};

/* Of a point. Doubles alone, so that it is written as it stands. */
struct sbs_figures {
    double tasks, workers; /* of its plan */
    double unfinished_by[SBS_N_UNFINISHED];
    double value[SBS_N_METRICS][SBS_FIGURES_N_COLUMNS];
};

enum { SBS_FIGURES_DOUBLES = sizeof(struct sbs_figures) / sizeof(double) };

/* Rows as sim/replicas.h leaves them, `reps` apart; all but tasks and
 * workers is filled. scratch[reps]. */
int sbs_figures_make(struct sbs_figures *f, const double *rows, uint64_t reps,
                     size_t draws, double *scratch, struct sbs_error *err);

#endif
