/* SPDX-License-Identifier: Apache-2.0 */
/* Does a fitted law describe its data? By parametric bootstrap only: every
 * simulated sample is cut off and rounded as the data were and fitted anew
 * (Stute, Gonzalez Manteiga and Presedo Quindimil, Metrika 40, 1993). Tables
 * of critical values for a law known beforehand never reject a fitted one
 * (SCIENCE.md C.4) and are not here. */
#ifndef SBS_CALIBRATE_GOF_H
#define SBS_CALIBRATE_GOF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calibrate/law_fit.h"

enum { SBS_GOF_BINS = 10, SBS_GOF_BOOT_MIN = 999 };

/* Distances of a sample from a law. With the product-limit estimate S of the
 * sample (calibrate/survivor.h) and F of the law, up to the last time:
 * ks = sup |S - F|; ad = n int (S - F)^2 / (F (1 - F)) dF, which without cut
 * off values is the statistic of Anderson and Darling (1954); pit = share of
 * the sample by tenths of F; pit_chi2 = n sum (pit - 0.1)^2 / 0.1. */
struct sbs_gof_distance {
    double ks, ad, pit_chi2;
    double pit[SBS_GOF_BINS];
};
int sbs_gof_distance(const struct sbs_dist *d, const struct sbs_obs *obs,
                     size_t n, struct sbs_gof_distance *out,
                     struct sbs_error *err);

struct sbs_gof {
    struct sbs_gof_distance distance;
    /* (1 + simulated at least as far) / (samples + 1) */
    double ks_p, ad_p, pit_p;
    size_t boot; /* samples that could be fitted, of those asked for */
};

/* boot >= SBS_GOF_BOOT_MIN samples; the same for the same seed. */
int sbs_gof_make(const struct sbs_law_fit *fit, const struct sbs_obs *obs,
                 size_t boot, uint64_t seed, struct sbs_gof *out,
                 struct sbs_error *err);

#endif
