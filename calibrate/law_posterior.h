/* SPDX-License-Identifier: Apache-2.0 */
/* What is believed of a family's parameters once observations are seen. The
 * prior is weak: for durations in seconds it spans what start-ups, transfers
 * and tasks can be.
 *   centre  x[0] ~ normal(log 10, 3): 95% between 0.03 s and 1 h
 *   spread  x[1] ~ normal(log 0.4, 1): 95% between 0.055 and 2.9;
 *           with a shift normal(log 0.4, 0.5), 0.15 to 1.1, since wider ones
 *           put a spike where the law begins;
 *           hypoexponential: x[1] logistic, that is shorter / longer uniform
 *   shift   log shift ~ normal(x[0] - 1, 1): 95% between .05 and 2.7 centres
 * Sampling has y[2] = logit(shift / m) in place of x[2] = shift, where m is
 * the smallest upper end of an observation: no shift is beyond it. */
#ifndef SBS_CALIBRATE_LAW_POSTERIOR_H
#define SBS_CALIBRATE_LAW_POSTERIOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calibrate/law.h"
#include "calibrate/sampler.h"

#define SBS_LAW_PRIOR_CENTRE 2.302585092994046 /* log 10 */
#define SBS_LAW_PRIOR_CENTRE_SD 3.0
#define SBS_LAW_PRIOR_SPREAD (-0.916290731874155) /* log 0.4 */
#define SBS_LAW_PRIOR_SPREAD_SD 1.0
#define SBS_LAW_PRIOR_SPREAD_SHIFTED_SD 0.5
#define SBS_LAW_PRIOR_SHIFT (-1.0) /* about x[0] */
#define SBS_LAW_PRIOR_SHIFT_SD 1.0

struct sbs_law_posterior {
    const struct sbs_law_family *family;
    bool shifted;
    const struct sbs_obs *obs; /* borrowed */
    size_t n;                  /* at least one of them not cut off */
};

/* A draw of the prior at uniforms u (3, or 2 without a shift): x as in
 * calibrate/law.h. */
void sbs_law_prior_draw(const struct sbs_law_family *family, bool shifted,
                        const double *u, double *x);

/* n_draws parameter vectors x (SBS_LAW_DIM values each, x[2] = 0 without a
 * shift), beginning at the mode. thin: steps between draws. */
int sbs_law_posterior_draw(const struct sbs_law_posterior *p, size_t n_draws,
                           size_t thin, uint64_t seed, uint32_t chain,
                           double *x, struct sbs_sampler_report *report,
                           struct sbs_error *err);

#endif
