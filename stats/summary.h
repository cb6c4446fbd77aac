/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about one figure over many replications. Sums are made in a
 * fixed order, so equal arrays give equal bits. */
#ifndef SBS_STATS_SUMMARY_H
#define SBS_STATS_SUMMARY_H

#include "base/error.h"
#include "stats/split.h"

#include <stddef.h>
#include <stdint.h>

/* Undefined fields are NaN: all with n = 0, se and sd with n = 1. */
struct sbs_summary {
    uint64_t n;     /* finite values */
    double mean;
    double se;      /* of the mean: sd / sqrt(n); with draws split.se */
    double sd;      /* with n - 1 */
    double min, p05, p50, p95, p99, max;
    /* The quantiles lie here with 95% whatever the law: order statistics
     * (stats/quantile.h). NaN: too few values. With draws that of runs drawn
     * from these very draws, at 95% or more (Hoeffding 1956: as strata the
     * counts vary less). */
    double p50_lo, p50_hi, p95_lo, p95_hi, p99_lo, p99_hi;
    struct sbs_split split; /* draws 0: the parameters are the same in all */
};

/* Summary of values[0..n). Values that are not finite (a replication without
 * the figure) are left out. -1 only when out of memory. */
int sbs_summary_make(struct sbs_summary *s, const double *values, size_t n,
                     struct sbs_error *err);

/* The same when value i came from draw i % draws of the parameters. */
int sbs_summary_draws(struct sbs_summary *s, const double *values, size_t n,
                      size_t draws, struct sbs_error *err);

/* Half the width of the 95% interval of the mean (Student's t): of the
 * simulation, and with draws of not knowing the parameters. NaN if n < 2. */
double sbs_summary_half_width(const struct sbs_summary *s);

/* Sum of values[0..n) by halves (error grows with log n). */
double sbs_summary_sum(const double *values, size_t n);

#endif
