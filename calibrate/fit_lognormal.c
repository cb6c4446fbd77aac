/* SPDX-License-Identifier: Apache-2.0 */
/* The lognormal family of calibrate/law_fit.h, with the parameters by name. */
#include "config.h"

#include "calibrate/fit_lognormal.h"

#include <math.h>

#include "base/fmath.h"
#include "calibrate/law_fit.h"

int sbs_fit_lognormal(const struct sbs_obs *obs, size_t n, bool shifted,
                      struct sbs_lognormal_fit *fit, struct sbs_error *err)
{
    struct sbs_law_fit f;

    if (sbs_law_fit(sbs_law_find("lognormal"), obs, n, shifted, &f, err) ||
        sbs_law_fit_intervals(&f, obs, err))
        return -1;
    *fit = (struct sbs_lognormal_fit){
        .n = n, .shifted = shifted,
        .mu = f.x[0], .sigma = sbs_exp(f.x[1]), .shift = f.x[2],
        .mu_lo = f.lo[0], .mu_hi = f.hi[0],
        .sigma_lo = sbs_exp(f.lo[1]), .sigma_hi = sbs_exp(f.hi[1]),
        .loglik = f.loglik, .aicc = f.aicc, .bic = f.bic};
    return 0;
}

int sbs_fit_lognormal_choose(const struct sbs_obs *obs, size_t n,
                             struct sbs_lognormal_fit *fit,
                             struct sbs_lognormal_fit *other,
                             struct sbs_error *err)
{
    struct sbs_lognormal_fit plain, shifted;

    if (sbs_fit_lognormal(obs, n, false, &plain, err))
        return -1;
    if (sbs_fit_lognormal(obs, n, true, &shifted, NULL))
        shifted = (struct sbs_lognormal_fit){.n = n, .shifted = true,
                                             .aicc = INFINITY,
                                             .bic = INFINITY};
    *fit = shifted.aicc < plain.aicc ? shifted : plain;
    if (other)
        *other = shifted.aicc < plain.aicc ? plain : shifted;
    return 0;
}

double sbs_fit_lognormal_quantile(const struct sbs_lognormal_fit *fit,
                                  double u)
{
    return fit->shift +
           sbs_exp(fit->mu + fit->sigma * sbs_norm_quantile(u));
}

double sbs_fit_lognormal_cdf(const struct sbs_lognormal_fit *fit, double x)
{
    if (x <= fit->shift)
        return 0;
    return sbs_norm_cdf((sbs_log(x - fit->shift) - fit->mu) / fit->sigma);
}
