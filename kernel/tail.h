/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest values of a long series, in bounded memory. What is kept does
 * not depend on the order in which values come, so threads may add as they
 * finish. */
#ifndef SBS_KERNEL_TAIL_H
#define SBS_KERNEL_TAIL_H

#include "base/error.h"

#include <stddef.h>

/* Between calls: every value added that is below `cut` is in v[0..n); of those
 * equal to it some may be missing; none is above it. */
struct sbs_tail {
    double *v;
    size_t n, keep, capacity;
    double cut; /* INFINITY: nothing was dropped */
};

/* Keep at least the `keep` (>= 1) smallest values; takes memory for twice as
 * many. Fails with SBS_EMEMORY. */
int sbs_tail_init(struct sbs_tail *t, size_t keep, struct sbs_error *err);
void sbs_tail_fini(struct sbs_tail *t);

/* Add values, none NaN. Cannot fail; not for two threads at once. */
void sbs_tail_add(struct sbs_tail *t, const double *values, size_t n);

/* Add what is left of a series of which all values below `cut` are given,
 * values[0..n) none above it: `t` knows nothing above `cut` from here on. */
void sbs_tail_join(struct sbs_tail *t, const double *values, size_t n,
                   double cut);

/* Down to the `keep` smallest, ascending. */
void sbs_tail_finish(struct sbs_tail *t);

#endif
