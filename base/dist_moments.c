/* SPDX-License-Identifier: Apache-2.0 */
/* base/dist.h: moments and ends of the support. */
#include "config.h"

#include "base/dist.h"

#include <math.h>

#include "base/fmath.h"
#include "base/gammafn.h"

static double average(const double *values, size_t n)
{
    double sum = 0, lost = 0; /* Kahan 1965 */
    for (size_t i = 0; i < n; i++) {
        double term = values[i] - lost, next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    return sum / (double)n;
}

static double mixture_mean(const struct sbs_dist *d)
{
    double sum = 0;
    for (size_t i = 0; i < d->n; i++)
        sum += d->values[i] * sbs_dist_mean(&d->parts[i]);
    return sum;
}

/* scale p / sin p with p = pi / shape, as gamma functions. */
static double loglogistic_mean(const struct sbs_dist *d)
{
    if (d->a <= 1)
        return INFINITY;
    return d->b * sbs_gammafn(1 + 1 / d->a) * sbs_gammafn(1 - 1 / d->a);
}

double sbs_dist_mean(const struct sbs_dist *d)
{
    switch (d->kind) {
    case SBS_DIST_CONST:
        return d->shift;
    case SBS_DIST_LOGNORMAL:
        return d->shift + sbs_exp(d->a + 0.5 * d->b * d->b);
    case SBS_DIST_EXPONENTIAL:
        return d->shift + d->a;
    case SBS_DIST_WEIBULL:
        return d->shift + d->b * sbs_gammafn(1 + 1 / d->a);
    case SBS_DIST_GAMMA:
        return d->shift + d->a * d->b;
    case SBS_DIST_PARETO:
        return d->a > 1 ? d->shift + d->a * d->b / (d->a - 1) : INFINITY;
    case SBS_DIST_UNIFORM:
        return d->shift + d->a + 0.5 * (d->b - d->a);
    case SBS_DIST_LOGLOGISTIC:
        return d->shift + loglogistic_mean(d);
    case SBS_DIST_INVGAUSS:
        return d->shift + d->a;
    case SBS_DIST_HYPOEXPONENTIAL:
        return d->shift + d->a + d->b;
    case SBS_DIST_EMPIRICAL:
        return d->shift + average(d->values, d->n);
    case SBS_DIST_MIXTURE:
        return d->shift + mixture_mean(d);
    }
    return NAN;
}

static double weibull_var(const struct sbs_dist *d)
{
    double m = sbs_gammafn(1 + 1 / d->a), q = sbs_gammafn(1 + 2 / d->a);
    return isinf(q) ? INFINITY : d->b * d->b * (q - m * m);
}

static double pareto_var(const struct sbs_dist *d)
{
    double a = d->a;
    if (a <= 2)
        return INFINITY;
    return d->b * d->b * a / ((a - 1) * (a - 1) * (a - 2));
}

/* mean^2 (tan p / p - 1), p = pi / shape; the first terms of the series of
 * tan where the difference would cancel. */
static double loglogistic_var(const struct sbs_dist *d)
{
    double p = 3.14159265358979323846 / d->a, q = p * p, excess;
    double mean = loglogistic_mean(d);
    if (d->a <= 2)
        return INFINITY;
    if (p < 0.1)
        excess = q * (1.0 / 3 + q * (2.0 / 15 + q * (17.0 / 315 +
                 q * (62.0 / 2835 + q * 1382.0 / 155925))));
    else
        excess = d->b * d->b * sbs_gammafn(1 + 2 / d->a) *
                     sbs_gammafn(1 - 2 / d->a) / (mean * mean) - 1;
    return mean * mean * excess;
}

static double empirical_var(const struct sbs_dist *d)
{
    double mean = average(d->values, d->n), sum = 0;
    for (size_t i = 0; i < d->n; i++)
        sum += (d->values[i] - mean) * (d->values[i] - mean);
    return sum / (double)d->n;
}

static double mixture_var(const struct sbs_dist *d)
{
    double mean = mixture_mean(d), sum = 0;
    if (isinf(mean))
        return INFINITY;
    for (size_t i = 0; i < d->n; i++) {
        double apart = sbs_dist_mean(&d->parts[i]) - mean;
        sum += d->values[i] * (sbs_dist_var(&d->parts[i]) + apart * apart);
    }
    return sum;
}

double sbs_dist_var(const struct sbs_dist *d)
{
    switch (d->kind) {
    case SBS_DIST_CONST:
        return 0;
    case SBS_DIST_LOGNORMAL:
        return sbs_expm1(d->b * d->b) * sbs_exp(2 * d->a + d->b * d->b);
    case SBS_DIST_EXPONENTIAL:
        return d->a * d->a;
    case SBS_DIST_WEIBULL:
        return weibull_var(d);
    case SBS_DIST_GAMMA:
        return d->a * d->b * d->b;
    case SBS_DIST_PARETO:
        return pareto_var(d);
    case SBS_DIST_UNIFORM:
        return (d->b - d->a) * (d->b - d->a) / 12;
    case SBS_DIST_LOGLOGISTIC:
        return loglogistic_var(d);
    case SBS_DIST_INVGAUSS:
        return d->a * (d->a * (d->a / d->b)); /* overflows late */
    case SBS_DIST_HYPOEXPONENTIAL:
        return d->a * d->a + d->b * d->b;
    case SBS_DIST_EMPIRICAL:
        return empirical_var(d);
    case SBS_DIST_MIXTURE:
        return mixture_var(d);
    }
    return NAN;
}

double sbs_dist_min(const struct sbs_dist *d)
{
    double least = 0;
    switch (d->kind) {
    case SBS_DIST_PARETO:
        return d->shift + d->b;
    case SBS_DIST_UNIFORM:
        return d->shift + d->a;
    case SBS_DIST_EMPIRICAL:
        return d->shift + d->values[0];
    case SBS_DIST_MIXTURE:
        least = INFINITY;
        for (size_t i = 0; i < d->n; i++)
            least = fmin(least, sbs_dist_min(&d->parts[i]));
        return d->shift + least;
    default:
        return d->shift;
    }
}

double sbs_dist_max(const struct sbs_dist *d)
{
    double most = -INFINITY;
    switch (d->kind) {
    case SBS_DIST_CONST:
        return d->shift;
    case SBS_DIST_UNIFORM:
        return d->shift + d->b;
    case SBS_DIST_EMPIRICAL:
        return d->shift + d->values[d->n - 1];
    case SBS_DIST_MIXTURE:
        for (size_t i = 0; i < d->n; i++)
            most = fmax(most, sbs_dist_max(&d->parts[i]));
        return d->shift + most;
    default:
        return INFINITY;
    }
}
