/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated durations for the tests of calibrate/law*.c. */
#ifndef SBS_TESTS_LAWTEST_H
#define SBS_TESTS_LAWTEST_H

#include <stdint.h>

#include "base/dist.h"
#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/obs.h"

/* n exact draws of d, replication r. */
static inline void lawtest_draw(struct sbs_obs *o, size_t n, uint32_t r,
                                const struct sbs_dist *d)
{
    struct sbs_stream s = sbs_stream_init(41, r);

    for (size_t i = 0; i < n; i++)
        o[i].lo = o[i].hi =
            sbs_dist_quantile(d, sbs_rng_u01(&s, (uint32_t)i, 1, 0, 0));
}

/* (1 - w) LN(0, .08) + w LN(log 1.8, .08): two processors (SCIENCE.md B.1 has
 * w = .3; the figures of C.5 are those of w = 1/3). */
static inline void lawtest_processors(struct sbs_obs *o, size_t n, uint32_t r,
                                      double w)
{
    struct sbs_stream s = sbs_stream_init(43, r);
    double u[2];

    for (size_t i = 0; i < n; i++) {
        sbs_rng_u01x2(&s, (uint32_t)i, 1, 0, 0, u);
        o[i].lo = o[i].hi = (u[0] < 1 - w ? 1 : 1.8) *
                            sbs_exp(0.08 * sbs_norm_quantile(u[1]));
    }
}

#endif
