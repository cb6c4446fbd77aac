/* SPDX-License-Identifier: Apache-2.0 */
/* One observed duration, as an interval: lo = hi is an exact value, hi =
 * INFINITY one that was cut off at lo (cancelled, still running), and stamps
 * rounded down to whole seconds give (d - 1, d + 1). */
#ifndef SBS_CALIBRATE_OBS_H
#define SBS_CALIBRATE_OBS_H

#include <math.h>
#include <stdbool.h>

struct sbs_obs {
    double lo, hi; /* s; 0 <= lo <= hi, hi > 0 */
};

static inline bool sbs_obs_exact(const struct sbs_obs *o)
{
    return o->lo == o->hi;
}

static inline bool sbs_obs_censored(const struct sbs_obs *o)
{
    return isinf(o->hi);
}

/* One number for it: the middle, or where it was cut off. */
static inline double sbs_obs_middle(const struct sbs_obs *o)
{
    return sbs_obs_censored(o) ? o->lo : (o->lo + o->hi) / 2;
}

#endif
