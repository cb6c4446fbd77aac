/* SPDX-License-Identifier: Apache-2.0 */
/* How well the simulation knows a mean: what more replications can still
 * improve, apart from what is not known of the parameters. */
#ifndef SBS_STATS_PRECISION_H
#define SBS_STATS_PRECISION_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Undefined is NaN. */
struct sbs_precision {
    uint64_t n;      /* finite values */
    double mean;
    double half;     /* half of the 95% interval (Student's t) of the mean
                      * over these very draws of the parameters: the draws
                      * are strata, so only the spread within them counts
                      * (Cochran, Sampling Techniques, 1977, 5.3). Without
                      * draws t(n - 1) sd / sqrt(n) */
    double over;     /* the same of the mean over all parameters, of which
                      * the draws are a sample: clusters of replications. It
                      * does not fall below t sd_between / sqrt(draws). NaN
                      * without draws */
};

/* Of values[0..n), or with `minus` of the differences values - minus. Those
 * that are not finite are left out. Replication i used draw i % draws of the
 * parameters (draws < 2: none). -1 only when out of memory. */
int sbs_precision_make(struct sbs_precision *p, const double *values,
                       const double *minus, size_t n, size_t draws,
                       struct sbs_error *err);

/* half / |mean|: 0 when half is 0, NaN when either is NaN. */
double sbs_precision_relative(double half, double mean);

#endif
