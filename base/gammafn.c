/* SPDX-License-Identifier: Apache-2.0 */
/* Power series for P and continued fraction for Q as in Abramowitz and Stegun
 * 6.5.29 and 6.5.31, each where it converges fast. */
#include "config.h"

#include "base/gammafn.h"

#include <math.h>

#include "base/fmath.h"

#define LOG_SQRT_2PI 0.918938533204672741780329736406
#define TWO_PI 6.283185307179586476925286766559

enum { MAX_TERMS = 200000 }; /* about 8 sqrt(a) are needed */

/* Correction to Stirling's formula, log Gamma(a) - [(a - 1/2) log a - a +
 * log sqrt(2 pi)], A&S 6.1.41; error below 1e-16 from a = 10 on. */
static double stirling(double a)
{
    double r = 1 / a, s = r * r;
    return r * (1.0 / 12 -
                s * (1.0 / 360 -
                     s * (1.0 / 1260 -
                          s * (1.0 / 1680 -
                               s * (1.0 / 1188 -
                                    s * (691.0 / 360360 - s / 156))))));
}

double sbs_gammafn_log(double a)
{
    /* Gamma(a) = Gamma(a + k) / [a (a + 1) ... (a + k - 1)] */
    double product = 1;
    while (a < 10) {
        product *= a;
        a += 1;
    }
    double value = (a - 0.5) * sbs_log(a) - a + LOG_SQRT_2PI + stirling(a);
    return value - sbs_log(product);
}

double sbs_gammafn(double a)
{
    return sbs_exp(sbs_gammafn_log(a));
}

/* x^a e^-x / Gamma(a + 1) */
static double prefix(double a, double x)
{
    if (a < 10)
        return sbs_exp(a * sbs_log(x) - x - sbs_gammafn_log(a + 1));
    /* Around the mode the powers cancel: work with mu = x / a - 1. */
    double mu = (x - a) / a;
    double bend = sbs_log1p(mu) - mu;
    return sbs_exp(a * bend - stirling(a)) / sqrt(TWO_PI * a);
}

/* P(a, x) / prefix */
static double series(double a, double x)
{
    double term = 1, sum = 1;
    for (int n = 1; n < MAX_TERMS && term > sum * 1e-17; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* Q(a, x) / (a prefix), by Lentz's method (Thompson and Barnett 1986). */
static double fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, value = d;
    for (int n = 1; n < MAX_TERMS; n++) {
        double an = -n * (n - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = b + an / c;
        c = fabs(c) < tiny ? tiny : c;
        value *= d * c;
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return value;
}

void sbs_gammafn_inc(double a, double x, double *lower, double *upper,
                     double *density)
{
    if (!(x > 0)) {
        *lower = 0;
        *upper = 1;
        *density = a > 1 ? 0 : a < 1 ? INFINITY : 1;
        return;
    }
    double p = prefix(a, x);
    *density = p * (a / x);
    if (x < a + 1) {
        *lower = p * series(a, x);
        *upper = 1 - *lower;
    } else {
        *upper = p * a * fraction(a, x);
        *lower = 1 - *upper;
    }
}
