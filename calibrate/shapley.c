/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/shapley.h"

#include <math.h>

double sbs_shapley_coefficient(uint32_t k, uint32_t i, uint32_t set)
{
    uint32_t bit = (uint32_t)1 << i;
    uint32_t before = (uint32_t)__builtin_popcount(set & ~bit);
    /* before! (k - before - 1)! / k!: how often just these come before. */
    double weight = 1.0 / k;
    for (uint32_t j = 1; j <= before; j++)
        weight *= (double)j / (k - j);
    return set & bit ? weight : -weight;
}

void sbs_shapley_shares(uint32_t k, const double *v, double *share)
{
    for (uint32_t i = 0; i < k; i++) {
        uint32_t bit = (uint32_t)1 << i;
        share[i] = 0;
        /* Differences first: a constant in v leaves nothing behind. */
        for (uint32_t set = 0; set < (uint32_t)1 << k; set++)
            if (set & bit)
                share[i] += sbs_shapley_coefficient(k, i, set) *
                            (v[set] - v[set & ~bit]);
    }
}

void sbs_shapley_range(uint32_t k, const double *v, uint32_t i, double *lo,
                       double *hi)
{
    uint32_t bit = (uint32_t)1 << i;
    *lo = INFINITY;
    *hi = -INFINITY;
    /* Every set without i is what comes before i in some order. */
    for (uint32_t set = 0; set < (uint32_t)1 << k; set++)
        if (set & bit) {
            *lo = fmin(*lo, v[set] - v[set & ~bit]);
            *hi = fmax(*hi, v[set] - v[set & ~bit]);
        }
}
