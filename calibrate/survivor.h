/* SPDX-License-Identifier: Apache-2.0 */
/* The distribution function of durations some of which were cut off: Kaplan
 * and Meier's product-limit estimate (J. Am. Stat. Ass. 53, 1958). Rounded
 * durations count at the middle of their interval. Without any cut off it is
 * the empirical distribution. */
#ifndef SBS_CALIBRATE_SURVIVOR_H
#define SBS_CALIBRATE_SURVIVOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/obs.h"

struct sbs_survivor {
    size_t n;       /* jumps */
    double *time;   /* owned, ascending, distinct */
    double *below;  /* owned: P(X <= time) */
    double last;    /* the largest time, cut off or not */
};

/* `reverse` exchanges the roles: the distribution of the times at which
 * durations would be cut off. -1 when out of memory. */
int sbs_survivor_make(const struct sbs_obs *obs, size_t n, bool reverse,
                      struct sbs_survivor *out, struct sbs_error *err);
void sbs_survivor_fini(struct sbs_survivor *s); /* NULL, zeroed allowed */

/* The smallest time with P(X <= time) >= u; INFINITY when the estimate does
 * not reach u. */
double sbs_survivor_quantile(const struct sbs_survivor *s, double u);

#endif
