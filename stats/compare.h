/* SPDX-License-Identifier: Apache-2.0 */
/* Two policies under common random numbers: replication i of both had the
 * same workers and the same weather, so their difference is what counts. */
#ifndef SBS_STATS_COMPARE_H
#define SBS_STATS_COMPARE_H

#include <stddef.h>
#include <stdint.h>

struct sbs_paired {
    uint64_t n;         /* replications in which both are finite */
    double mean;        /* of b - a; NaN if n = 0 */
    double lo, hi;      /* 95% interval of that mean (Student's t); NaN if
                         * n < 2 */
    double p_a_better;  /* share with a < b, ties count half; NaN if n = 0 */
};

/* Compare a[i] with b[i], i < n. */
void sbs_compare_paired(struct sbs_paired *out, const double *a,
                        const double *b, size_t n);

/* Whether the interval leaves out 0: the two can be told apart. */
int sbs_compare_differs(const struct sbs_paired *p);

#endif
