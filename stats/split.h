/* SPDX-License-Identifier: Apache-2.0 */
/* Where the spread of a figure comes from when replication r used draw
 * r % draws of the parameters: from run to run (within draws), or from not
 * knowing the parameters (between draws). One-way analysis of variance with
 * random effects (Searle, Casella, McCulloch, Variance Components, 1992,
 * 3.6; unequal groups: their n_0). Intervals are those of normal theory. */
#ifndef SBS_STATS_SPLIT_H
#define SBS_STATS_SPLIT_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Undefined is NaN: everything with fewer than two draws that have a value;
 * what needs a draw used twice when there is none. */
struct sbs_split {
    uint64_t draws; /* that have a finite value; 0: there is nothing to split */
    double sd_run;
    double sd_ignorance;         /* unbiased variance; 0 where that is < 0 */
    double ignorance_lo, ignorance_hi; /* 95%, Williams (1962), Tukey */
    double share;                /* of ignorance in the variance, 0 to 1 */
    double share_lo, share_hi;   /* 95%, exact F */
    double se;   /* of the mean as one over all parameters: by draws, which
                  * are independent where replications are not */
    double half; /* half of the 95% interval of the mean, with ignorance:
                  * t(draws - 1) sqrt(sd_ignorance^2 + se^2), which covers
                  * 93% rather than 95% with 20 draws used five times; where
                  * sd_ignorance is NaN that of the simulation alone */
    double p_positive;    /* that the mean is above 0, given what is known */
    double p_positive_se; /* at most, from having so few draws */
};

/* Split values[0..n), of which those that are not finite are left out.
 * draws < 2: there is nothing to split. -1 only when out of memory. */
int sbs_split_make(struct sbs_split *s, const double *values, size_t n,
                   size_t draws, struct sbs_error *err);

#endif
