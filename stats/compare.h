/* SPDX-License-Identifier: Apache-2.0 */
/* Two policies under common random numbers: replication i of both had the
 * same workers and the same weather, so their difference is what counts. */
#ifndef SBS_STATS_COMPARE_H
#define SBS_STATS_COMPARE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct sbs_paired {
    uint64_t n;         /* replications in which both are finite */
    double mean;        /* of b - a; NaN if n = 0 */
    double lo, hi;      /* 95% interval of that mean (Student's t); NaN if
                         * n < 2 */
    double p_a_better;  /* share with a < b, ties count half; NaN if n = 0 */
    uint64_t draws;     /* of the parameters; 0: they were the same in all,
                         * and the two below are NaN */
    double p_a_better_mean;    /* that a's mean is the lower one, given what
                                * is known (stats/split.h); NaN if no draw
                                * was used twice */
    double p_a_better_mean_se; /* from having so few draws */
};

/* Compare a[i] with b[i], i < n. */
void sbs_compare_paired(struct sbs_paired *out, const double *a,
                        const double *b, size_t n);

/* The same when replication i used draw i % draws of the parameters: the
 * interval then has in it that these are not known. -1 only when out of
 * memory. */
int sbs_compare_draws(struct sbs_paired *out, const double *a,
                      const double *b, size_t n, size_t draws,
                      struct sbs_error *err);

/* Whether the interval leaves out 0: the two can be told apart. */
int sbs_compare_differs(const struct sbs_paired *p);

#endif
