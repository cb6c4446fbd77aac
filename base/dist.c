/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/dist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/batch.h"
#include "base/dist_invert.h"
#include "base/fmath.h"
#include "base/gammafn.h"
#include "base/waiting.h"

#define SQRT_2PI 2.506628274631000502415765284811

struct sbs_dist sbs_dist_const(double value)
{
    return (struct sbs_dist){.kind = SBS_DIST_CONST, .shift = value};
}

struct sbs_dist sbs_dist_lognormal(double mu, double sigma, double shift)
{
    if (sigma == 0)
        return sbs_dist_const(shift + sbs_exp(mu));
    return (struct sbs_dist){
        .kind = SBS_DIST_LOGNORMAL, .shift = shift, .a = mu, .b = sigma};
}

struct sbs_dist sbs_dist_plain(enum sbs_dist_kind kind, double a, double b,
                               double shift)
{
    return (struct sbs_dist){.kind = kind, .shift = shift, .a = a, .b = b};
}

void sbs_dist_fini(struct sbs_dist *d)
{
    if (!d)
        return;
    for (size_t i = 0; d->parts && i < d->n; i++)
        sbs_dist_fini(&d->parts[i]);
    free(d->parts);
    free(d->values);
    sbs_dist_table_free(d->table);
    *d = (struct sbs_dist){0};
}

/* Deep copy into zeroed memory; on failure what is there may be fini'd. */
static int copy_into(struct sbs_dist *d, const struct sbs_dist *from)
{
    *d = *from;
    d->values = NULL;
    d->parts = NULL;
    d->table = NULL;
    if (from->values) {
        d->values = malloc(from->n * sizeof *d->values);
        if (!d->values)
            return -1;
        memcpy(d->values, from->values, from->n * sizeof *d->values);
    }
    if (from->parts) {
        d->parts = calloc(from->n, sizeof *d->parts);
        if (!d->parts)
            return -1;
        for (size_t i = 0; i < from->n; i++) {
            if (copy_into(&d->parts[i], &from->parts[i]) < 0)
                return -1;
        }
    }
    if (from->table) {
        d->table = sbs_dist_table_copy(from->table);
        if (!d->table)
            return -1;
    }
    return 0;
}

int sbs_dist_copy(struct sbs_dist *d, const struct sbs_dist *from,
                  struct sbs_error *err)
{
    struct sbs_dist copy;
    if (copy_into(&copy, from) < 0) {
        sbs_dist_fini(&copy);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    sbs_dist_fini(d);
    *d = copy;
    return 0;
}

/* The ceil(n u)-th of n sorted values. */
static double empirical_quantile(const struct sbs_dist *d, double u)
{
    double rank = ceil((double)d->n * u);
    size_t i = rank < 1 ? 0 : (size_t)rank - 1;
    return d->values[i < d->n ? i : d->n - 1];
}

static double weibull_quantile(const struct sbs_dist *d, double u)
{
    return d->shift + d->b * sbs_pow(-sbs_log1p(-u), 1 / d->a);
}

static double pareto_quantile(const struct sbs_dist *d, double u)
{
    return d->shift + d->b * sbs_exp(-sbs_log1p(-u) / d->a);
}

/* u / (1 - u) = (x / scale)^shape */
static double loglogistic_quantile(const struct sbs_dist *d, double u)
{
    double logit = sbs_log(u) - sbs_log1p(-u);
    return d->shift + d->b * sbs_exp(logit / d->a);
}

double sbs_dist_quantile(const struct sbs_dist *d, double u)
{
    switch (d->kind) {
    case SBS_DIST_CONST:
        return d->shift;
    case SBS_DIST_LOGNORMAL:
        return d->shift + sbs_exp(d->a + d->b * sbs_norm_quantile(u));
    case SBS_DIST_EXPONENTIAL:
        return d->shift - d->a * sbs_log1p(-u);
    case SBS_DIST_WEIBULL:
        return weibull_quantile(d, u);
    case SBS_DIST_PARETO:
        return pareto_quantile(d, u);
    case SBS_DIST_UNIFORM:
        return d->shift + (d->a + u * (d->b - d->a));
    case SBS_DIST_EMPIRICAL:
        return d->shift + empirical_quantile(d, u);
    case SBS_DIST_LOGLOGISTIC:
        return loglogistic_quantile(d, u);
    case SBS_DIST_GAMMA:
    case SBS_DIST_INVGAUSS:
    case SBS_DIST_HYPOEXPONENTIAL:
    case SBS_DIST_MIXTURE:
        return d->shift + sbs_dist_invert(d, u);
    }
    return NAN;
}

void sbs_dist_quantiles(const struct sbs_dist *d, size_t n, const double *u,
                        double *out)
{
    const struct sbs_batch *batch = sbs_batch_for(SBS_ISA_BEST);
    const double shift = d->shift, a = d->a, b = d->b;
    switch (d->kind) {
    case SBS_DIST_CONST:
        for (size_t i = 0; i < n; i++)
            out[i] = shift;
        break;
    case SBS_DIST_LOGNORMAL:
        batch->normal(n, u, out);
        batch->exp(n, a, b, out, out);
        for (size_t i = 0; i < n; i++)
            out[i] += shift;
        break;
    case SBS_DIST_EXPONENTIAL:
        batch->exponential(n, shift, a, u, out);
        break;
    case SBS_DIST_UNIFORM:
        for (size_t i = 0; i < n; i++)
            out[i] = shift + (a + u[i] * (b - a));
        break;
    default:
        for (size_t i = 0; i < n; i++)
            out[i] = sbs_dist_quantile(d, u[i]);
        break;
    }
}

/* How many of n sorted values are <= x. */
static size_t count_upto(const double *values, size_t n, double x)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (values[mid] <= x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct sbs_dist_at step_at(double below)
{
    return (struct sbs_dist_at){below, 1 - below, 0};
}

static struct sbs_dist_at lognormal_at(const struct sbs_dist *d, double x)
{
    if (x <= 0)
        return step_at(0);
    double z = (sbs_log(x) - d->a) / d->b;
    /* Beyond 12 sigma the mass is below 2e-33: less than any draw can see,
     * and not worth its price in a mixture of narrow components. */
    if (z < -12 || z > 12)
        return step_at(z > 0);
    double density = sbs_exp(-0.5 * z * z) / (SQRT_2PI * d->b * x);
    return (struct sbs_dist_at){sbs_norm_cdf(z), sbs_norm_cdf(-z), density};
}

static struct sbs_dist_at weibull_at(double shape, double scale, double x)
{
    if (x <= 0)
        return step_at(0);
    double power = shape == 1 ? x / scale : sbs_pow(x / scale, shape);
    double above = sbs_exp(-power);
    return (struct sbs_dist_at){-sbs_expm1(-power), above,
                                above * power * shape / x};
}

static struct sbs_dist_at pareto_at(const struct sbs_dist *d, double x)
{
    if (x <= d->b)
        return step_at(0);
    /* log(xm / x), without cancellation near xm. */
    double log_ratio = x < 2 * d->b ? sbs_log1p((d->b - x) / x)
                                    : sbs_log(d->b / x);
    double power = d->a * log_ratio;
    double above = sbs_exp(power);
    return (struct sbs_dist_at){-sbs_expm1(power), above, above * d->a / x};
}

static struct sbs_dist_at uniform_at(const struct sbs_dist *d, double x)
{
    double width = d->b - d->a;
    if (x <= d->a || x >= d->b)
        return step_at(x >= d->b);
    return (struct sbs_dist_at){(x - d->a) / width, (d->b - x) / width,
                                1 / width};
}

static struct sbs_dist_at loglogistic_at(const struct sbs_dist *d, double x)
{
    if (x <= 0)
        return step_at(0);
    double odds = sbs_exp(d->a * (sbs_log(x) - sbs_log(d->b)));
    struct sbs_dist_at at = {1 / (1 + 1 / odds), 1 / (1 + odds), 0};
    at.density = d->a / x * at.below * at.above;
    return at;
}

static struct sbs_dist_at empirical_at(const struct sbs_dist *d, double x)
{
    size_t upto = count_upto(d->values, d->n, x);
    double n = (double)d->n;
    return (struct sbs_dist_at){(double)upto / n, (double)(d->n - upto) / n,
                                0};
}

static struct sbs_dist_at mixture_at(const struct sbs_dist *d, double x)
{
    struct sbs_dist_at sum = {0, 0, 0};
    for (size_t i = 0; i < d->n; i++) {
        const struct sbs_dist *part = &d->parts[i];
        struct sbs_dist_at at = sbs_dist_at(part, x - part->shift);
        sum.below += d->values[i] * at.below;
        sum.above += d->values[i] * at.above;
        sum.density += d->values[i] * at.density;
    }
    return sum;
}

struct sbs_dist_at sbs_dist_at(const struct sbs_dist *d, double x)
{
    struct sbs_dist_at at = {NAN, NAN, NAN};
    switch (d->kind) {
    case SBS_DIST_CONST:
        return step_at(x >= 0);
    case SBS_DIST_LOGNORMAL:
        return lognormal_at(d, x);
    case SBS_DIST_EXPONENTIAL:
        return weibull_at(1, d->a, x);
    case SBS_DIST_WEIBULL:
        return weibull_at(d->a, d->b, x);
    case SBS_DIST_PARETO:
        return pareto_at(d, x);
    case SBS_DIST_UNIFORM:
        return uniform_at(d, x);
    case SBS_DIST_EMPIRICAL:
        return empirical_at(d, x);
    case SBS_DIST_GAMMA:
        sbs_gammafn_inc(d->a, x / d->b, &at.below, &at.above, &at.density);
        at.density /= d->b;
        return at;
    case SBS_DIST_LOGLOGISTIC:
        return loglogistic_at(d, x);
    case SBS_DIST_INVGAUSS:
        return sbs_waiting_invgauss(d->a, d->b, x);
    case SBS_DIST_HYPOEXPONENTIAL:
        return sbs_waiting_hypoexp(d->a, d->b, x);
    case SBS_DIST_MIXTURE:
        return mixture_at(d, x);
    }
    return at;
}

double sbs_dist_cdf(const struct sbs_dist *d, double x)
{
    return sbs_dist_at(d, x - d->shift).below;
}

double sbs_dist_tail(const struct sbs_dist *d, double x)
{
    return sbs_dist_at(d, x - d->shift).above;
}
