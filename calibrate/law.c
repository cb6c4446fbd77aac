/* SPDX-License-Identifier: Apache-2.0 */
/* Densities as in Johnson, Kotz and Balakrishnan, Continuous Univariate
 * Distributions 1 and 2 (1994, 1995), chapters 14, 15, 17, 19, 21, 23. */
#include "config.h"

#include "calibrate/law.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/gammafn.h"

#define LOG_SQRT_2PI 0.91893853320467274178
#define SPREAD_LOG_MAX 12 /* exp(12): beyond any duration's spread */
#define CENTRE_LOG_MAX 600
#define EULER 0.57721566490153286061
#define PI 3.14159265358979323846

static void lognormal_natural(const double *x, double *a, double *b)
{
    *a = x[0];
    *b = sbs_exp(x[1]);
}

static void lognormal_real(double a, double b, double *x)
{
    x[0] = a;
    x[1] = sbs_log(b);
}

static double lognormal_constant(double a, double b)
{
    (void)a;
    return -sbs_log(b) - LOG_SQRT_2PI;
}

static double lognormal_density(double a, double b, double constant, double t,
                                double log_t)
{
    double z = (log_t - a) / b;

    (void)t;
    return -z * z / 2 - log_t + constant;
}

static void lognormal_start(const struct sbs_law_moments *m, double *x)
{
    x[0] = m->mean;
    x[1] = sbs_log(m->sd);
}

static void gamma_natural(const double *x, double *a, double *b)
{
    *a = sbs_exp(-2 * x[1]);
    *b = sbs_exp(x[0] + 2 * x[1]);
}

static void gamma_real(double a, double b, double *x)
{
    x[0] = sbs_log(a) + sbs_log(b);
    x[1] = -sbs_log(a) / 2;
}

static double gamma_constant(double a, double b)
{
    return -sbs_gammafn_log(a) - a * sbs_log(b);
}

static double gamma_density(double a, double b, double constant, double t,
                            double log_t)
{
    return (a - 1) * log_t - t / b + constant;
}

/* The mean of a lognormal with these logs; its sd is roughly sd / mean. */
static void mean_start(const struct sbs_law_moments *m, double *x)
{
    x[0] = m->mean + fmin(m->sd * m->sd, 4) / 2;
    x[1] = sbs_log(m->sd);
}

/* Weibull and log-logistic. */
static void shape_natural(const double *x, double *a, double *b)
{
    *a = sbs_exp(-x[1]);
    *b = sbs_exp(x[0]);
}

static void shape_real(double a, double b, double *x)
{
    x[0] = sbs_log(b);
    x[1] = -sbs_log(a);
}

static double weibull_constant(double a, double b)
{
    return sbs_log(a) - a * sbs_log(b);
}

static double weibull_density(double a, double b, double constant, double t,
                              double log_t)
{
    (void)t;
    return (a - 1) * log_t - sbs_exp(a * (log_t - sbs_log(b))) + constant;
}

/* The log is Gumbel: sd pi / (shape sqrt 6), mean log scale - Euler/shape. */
static void weibull_start(const struct sbs_law_moments *m, double *x)
{
    double one_over_shape = m->sd * sqrt(6) / PI;

    x[0] = m->mean + EULER * one_over_shape;
    x[1] = sbs_log(one_over_shape);
}

static double loglogistic_constant(double a, double b)
{
    (void)b;
    return sbs_log(a);
}

static double loglogistic_density(double a, double b, double constant,
                                  double t, double log_t)
{
    double z = fabs(a * (log_t - sbs_log(b)));

    (void)t;
    return constant - log_t - z - 2 * sbs_log1p(sbs_exp(-z));
}

/* The log is logistic: sd pi / (shape sqrt 3). */
static void loglogistic_start(const struct sbs_law_moments *m, double *x)
{
    x[0] = m->mean;
    x[1] = sbs_log(m->sd * sqrt(3) / PI);
}

static void invgauss_natural(const double *x, double *a, double *b)
{
    *a = sbs_exp(x[0]);
    *b = sbs_exp(x[0] - 2 * x[1]);
}

static void invgauss_real(double a, double b, double *x)
{
    x[0] = sbs_log(a);
    x[1] = (sbs_log(a) - sbs_log(b)) / 2;
}

static double invgauss_constant(double a, double b)
{
    (void)a;
    return sbs_log(b) / 2 - LOG_SQRT_2PI;
}

static double invgauss_density(double a, double b, double constant, double t,
                               double log_t)
{
    double away = (t - a) / a;

    return constant - 1.5 * log_t - b * away * away / (2 * t);
}

/* a is the longer mean: the law does not tell which phase was which. */
static void hypoexp_natural(const double *x, double *a, double *b)
{
    double r = 1 / (1 + sbs_exp(-x[1]));

    *a = sbs_exp(x[0]) / (1 + r);
    *b = *a * r;
}

static void hypoexp_real(double a, double b, double *x)
{
    double r = fmin(a, b) / fmax(a, b);

    x[0] = sbs_log(a + b);
    x[1] = sbs_log(r) - sbs_log1p(-r);
}

static double hypoexp_constant(double a, double b)
{
    return -sbs_log(a) - sbs_log(b);
}

static double hypoexp_density(double a, double b, double constant, double t,
                              double log_t)
{
    double y = t * ((a - b) / a) / b;
    double log_g = y > 1e-8 ? sbs_log(-sbs_expm1(-y) / y) : -y / 2;

    return constant - t / a + log_t + log_g;
}

static void hypoexp_start(const struct sbs_law_moments *m, double *x)
{
    mean_start(m, x);
    x[1] = 0;
}

const struct sbs_law_family sbs_law_families[SBS_LAW_FAMILIES] = {
    {"lognormal", SBS_DIST_LOGNORMAL, "median", "sd of log",
     lognormal_natural, lognormal_real, lognormal_constant, lognormal_density,
     lognormal_start},
    {"gamma", SBS_DIST_GAMMA, "mean", "sd/mean", gamma_natural, gamma_real,
     gamma_constant, gamma_density, mean_start},
    {"weibull", SBS_DIST_WEIBULL, "scale", "1/shape", shape_natural,
     shape_real, weibull_constant, weibull_density, weibull_start},
    {"loglogistic", SBS_DIST_LOGLOGISTIC, "median", "1/shape", shape_natural,
     shape_real, loglogistic_constant, loglogistic_density,
     loglogistic_start},
    {"invgauss", SBS_DIST_INVGAUSS, "mean", "sd/mean", invgauss_natural,
     invgauss_real, invgauss_constant, invgauss_density, mean_start},
    {"hypoexponential", SBS_DIST_HYPOEXPONENTIAL, "mean", "odds of ratio",
     hypoexp_natural, hypoexp_real, hypoexp_constant, hypoexp_density,
     hypoexp_start},
};

const struct sbs_law_family *sbs_law_find(const char *name)
{
    for (size_t i = 0; i < SBS_LAW_FAMILIES; i++)
        if (strcmp(sbs_law_families[i].name, name) == 0)
            return &sbs_law_families[i];
    return NULL;
}

bool sbs_law_dist(const struct sbs_law_family *f, const double *x,
                  bool shifted, struct sbs_dist *d)
{
    double a, b;

    if (!(fabs(x[0]) <= CENTRE_LOG_MAX) || !(fabs(x[1]) <= SPREAD_LOG_MAX) ||
        (shifted && !(x[2] >= 0 && isfinite(x[2]))))
        return false;
    f->natural(x, &a, &b);
    /* What base/gammafn can do. */
    if (f->kind == SBS_DIST_GAMMA && !(a >= 1e-3 && a <= 1e6))
        return false;
    *d = sbs_dist_plain(f->kind, a, b, shifted ? x[2] : 0);
    return true;
}

/* log P(lo < X <= hi), from whichever tail is the shorter. */
static double log_interval(const struct sbs_dist *d, const struct sbs_obs *o)
{
    double below = sbs_dist_cdf(d, o->lo), p;

    if (sbs_obs_censored(o))
        p = sbs_dist_tail(d, o->lo);
    else if (below > 0.5)
        p = sbs_dist_tail(d, o->lo) - sbs_dist_tail(d, o->hi);
    else
        p = sbs_dist_cdf(d, o->hi) - below;
    return p > 0 ? sbs_log(p) : -INFINITY;
}

double sbs_law_loglik(const struct sbs_law_family *f, const double *x,
                      bool shifted, const struct sbs_obs *obs, size_t n)
{
    struct sbs_dist d;
    double sum = 0, constant, t;
    size_t i;

    if (!sbs_law_dist(f, x, shifted, &d))
        return -INFINITY;
    constant = f->constant(d.a, d.b);
    for (i = 0; i < n; i++) {
        if (!sbs_obs_exact(&obs[i])) {
            sum += log_interval(&d, &obs[i]);
            continue;
        }
        t = obs[i].lo - d.shift;
        if (!(t > 0))
            return -INFINITY;
        sum += f->log_density(d.a, d.b, constant, t, sbs_log(t));
    }
    return sum == sum ? sum : -INFINITY;
}
