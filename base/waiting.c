/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/waiting.h"

#include <math.h>

#include "base/fmath.h"

#define SQRT_2PI 2.506628274631000502415765284811

/* Terms of the continued fraction: at t = 5, where it begins to be used, 60
 * leave an error below 1e-16 (tests/test_base_waiting.c). */
enum { FRACTION_TERMS = 60, SERIES_TERMS = 30 };

static double normal_density(double t)
{
    return sbs_exp(-0.5 * t * t) / SQRT_2PI;
}

/* P(Z > t) / phi(t), t >= -2: Laplace's continued fraction
 * 1/(t + 1/(t + 2/(t + ...))) where it converges fast. */
static double mills(double t)
{
    if (t < 5)
        return sbs_norm_cdf(-t) / normal_density(t);
    double tail = t;
    for (int k = FRACTION_TERMS; k > 0; k--)
        tail = t + k / tail;
    return 1 / tail;
}

struct sbs_dist_at sbs_waiting_invgauss(double mean, double shape, double x)
{
    struct sbs_dist_at at = {0, 1, 0};
    if (!(x > 0))
        return at;
    if (isinf(x))
        return (struct sbs_dist_at){1, 0, 0};
    double r = sqrt(shape / x);
    double a = r * ((x - mean) / mean), b = r * (x / mean + 1);
    double phi = normal_density(a);
    at.density = phi * r / x;
    if (a <= -1) {
        at.below = sbs_norm_cdf(a) + phi * mills(b);
        at.above = 1 - at.below;
    } else {
        at.below = fmin(sbs_norm_cdf(a) + phi * mills(b), 1);
        at.above = fmax(phi * (mills(a) - mills(b)), 0);
    }
    return at;
}

/* P(X <= x) for x below both means, where 1 - P(X > x) would cancel: with
 * a = x/mean1, b = x/mean2, a b sum_k (-1)^k h_k(a, b) / (k + 2)!, h_k the sum
 * of all a^i b^(k-i): the series of a divided difference of e^-x. */
static double hypoexp_series(double a, double b)
{
    double sum = 0, h = 1, power = 1, scale = 0.5;
    for (int k = 0; k < SERIES_TERMS; k++) {
        sum += h * scale;
        power *= a;
        h = power + b * h;
        scale = -scale / (k + 3);
    }
    return a * b * sum;
}

struct sbs_dist_at sbs_waiting_hypoexp(double mean1, double mean2, double x)
{
    double longer = fmax(mean1, mean2), shorter = fmin(mean1, mean2);
    if (!(x > 0))
        return (struct sbs_dist_at){0, 1, 0};
    if (isinf(x))
        return (struct sbs_dist_at){1, 0, 0};
    double t = x / longer, s = x / shorter;
    double y = x * ((longer - shorter) / longer) / shorter;
    double g = y > 0 ? -sbs_expm1(-y) / y : 1;
    double falls = sbs_exp(-t);
    struct sbs_dist_at at;
    at.above = falls * (1 + t * g);
    at.density = falls * t * g / shorter;
    at.below = s < 1 ? hypoexp_series(t, s) : -sbs_expm1(-t) - t * falls * g;
    return at;
}
