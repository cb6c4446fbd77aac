/* SPDX-License-Identifier: Apache-2.0 */
/* Lognormal and shifted lognormal by maximum likelihood. */
#include "config.h"

#include "calibrate/fit_lognormal.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/minimise.h"

#define LOG_SQRT_2PI 0.91893853320467274178

struct sample {
    const struct sbs_obs *obs;
    size_t n;
    double shift_max; /* 0: no shift */
};

/* log P(a < Z <= b) for standard normal Z, without loss in either tail. */
static double log_interval(double a, double b)
{
    double p = a > 0 ? sbs_norm_cdf(-a) - sbs_norm_cdf(-b)
                     : sbs_norm_cdf(b) - sbs_norm_cdf(a);

    return p > 0 ? sbs_log(p) : -INFINITY;
}

static double log_likelihood_of(const struct sbs_obs *o, double mu,
                                double sigma, double shift)
{
    double lo = o->lo - shift, hi = o->hi - shift, z;

    if (o->lo == o->hi) {
        if (lo <= 0)
            return -INFINITY;
        z = (sbs_log(lo) - mu) / sigma;
        return -z * z / 2 - sbs_log(lo) - sbs_log(sigma) - LOG_SQRT_2PI;
    }
    if (hi <= 0)
        return -INFINITY;
    return log_interval(lo > 0 ? (sbs_log(lo) - mu) / sigma : -INFINITY,
                        isinf(hi) ? INFINITY : (sbs_log(hi) - mu) / sigma);
}

/* Minus log likelihood; x = mu, log sigma[, shift]. */
static double objective(const double *x, const void *arg)
{
    const struct sample *s = arg;
    double sum = 0, shift = s->shift_max > 0 ? x[2] : 0;
    size_t i;

    if (fabs(x[1]) > 12 || shift < 0 || shift > s->shift_max)
        return INFINITY;
    for (i = 0; i < s->n; i++)
        sum -= log_likelihood_of(&s->obs[i], x[0], sbs_exp(x[1]), shift);
    return sum;
}

static int check_sample(const struct sbs_obs *obs, size_t n,
                        struct sbs_error *err)
{
    double lo = INFINITY, hi = 0;
    size_t i;

    if (n < 3)
        return sbs_fail(err, SBS_EINPUT,
                        "lognormal fit: %zu values (at least 3)", n);
    for (i = 0; i < n; i++) {
        if (!(obs[i].lo >= 0) || !(obs[i].hi >= obs[i].lo) ||
            !(obs[i].hi > 0) || isinf(obs[i].lo))
            return sbs_fail(err, SBS_EINPUT,
                            "lognormal fit: value %zu is not a duration "
                            "(%g to %g s, allowed 0 <= from <= to)",
                            i, obs[i].lo, obs[i].hi);
        lo = fmin(lo, obs[i].hi);
        hi = fmax(hi, obs[i].lo);
    }
    if (!(hi > lo))
        return sbs_fail(err, SBS_EINPUT,
                        "lognormal fit: the values do not vary (all %g s)",
                        hi);
    return 0;
}

/* Moments of the logs of interval middles: where the search begins. */
static void start_at(const struct sbs_obs *obs, size_t n, double *x)
{
    double sum = 0, sq = 0, v;
    size_t i;

    for (i = 0; i < n; i++) {
        v = isinf(obs[i].hi) ? obs[i].lo : (obs[i].lo + obs[i].hi) / 2;
        v = sbs_log(fmax(v, 1e-6));
        sum += v;
        sq += v * v;
    }
    x[0] = sum / (double)n;
    x[1] = sbs_log(sqrt(fmax(sq / (double)n - x[0] * x[0], 1e-8)));
    x[2] = 0;
}

static double shift_bound(const struct sbs_obs *obs, size_t n)
{
    double lo = INFINITY, hi = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        lo = fmin(lo, obs[i].lo);
        hi = fmax(hi, obs[i].lo);
    }
    return lo - (hi - lo) / (double)n;
}

int sbs_fit_lognormal(const struct sbs_obs *obs, size_t n, bool shifted,
                      struct sbs_lognormal_fit *fit, struct sbs_error *err)
{
    struct sample s = {obs, n, 0};
    double x[3], step[3], f, lo, hi, k = shifted ? 3 : 2, dn = (double)n;
    struct sbs_problem p = {objective, &s, shifted ? 3 : 2, step};
    struct sbs_lognormal_fit r = {.n = n, .shifted = shifted};

    if (check_sample(obs, n, err))
        return -1;
    if (shifted)
        s.shift_max = shift_bound(obs, n);
    if (shifted && s.shift_max <= 0)
        return sbs_fail(err, SBS_EINPUT,
                        "lognormal fit: no room for a shift "
                        "(smallest value less than spread / n)");
    start_at(obs, n, x);
    step[0] = sbs_exp(x[1]) / sqrt(dn);
    step[1] = 1 / sqrt(2 * dn);
    step[2] = s.shift_max / 8;
    x[2] = s.shift_max / 4;
    if (sbs_minimise(&p, x, &f, err))
        return -1;
    r.mu = x[0];
    r.sigma = sbs_exp(x[1]);
    r.shift = shifted ? x[2] : 0;
    r.loglik = -f;
    r.aicc = dn - k - 1 > 0 ? 2 * f + 2 * k * dn / (dn - k - 1) : INFINITY;
    r.bic = 2 * f + k * sbs_log(dn);
    if (sbs_minimise_profile(&p, x, f, 0, &r.mu_lo, &r.mu_hi, err) ||
        sbs_minimise_profile(&p, x, f, 1, &lo, &hi, err))
        return -1;
    r.sigma_lo = sbs_exp(lo);
    r.sigma_hi = sbs_exp(hi);
    *fit = r;
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
