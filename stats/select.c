/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/select.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "base/fmath.h"

double sbs_select_kn_h2(size_t k, double df, double alpha)
{
    /* 1 - (1 - alpha)^(1 / (k - 1)) without cancellation. */
    double one = -expm1(log1p(-alpha) / (double)(k - 1));
    return df * expm1(-2 / df * log(2 * one));
}

double sbs_select_kn_most(double s2, double h2, double delta)
{
    return h2 * s2 / (delta * delta);
}

int sbs_select_kn_out(double behind, double s2, double h2, double delta,
                      double r)
{
    double room = delta / 2 * (sbs_select_kn_most(s2, h2, delta) - r);
    return behind > fmax(0, room);
}

static size_t lowest(const double *mean, size_t k)
{
    size_t best = 0;
    for (size_t i = 1; i < k; i++)
        if (mean[i] < mean[best])
            best = i;
    return best;
}

void sbs_select_ocba(const double *mean, const double *sd, size_t k,
                     double least, double *shares)
{
    size_t b = lowest(mean, k);
    double squares = 0, sum = 0;
    for (size_t i = 0; i < k; i++) {
        double apart = fmax(mean[i] - mean[b], least);
        double ratio = sd[i] / apart;
        if (i == b)
            continue;
        shares[i] = ratio * ratio;
        squares += shares[i] * shares[i] / (sd[i] * sd[i]);
        sum += shares[i];
    }
    shares[b] = k > 1 ? sd[b] * sqrt(squares) : 1;
    sum += shares[b];
    for (size_t i = 0; i < k; i++)
        shares[i] /= sum;
}

double sbs_select_chance(const double *behind, const double *se, size_t k,
                         size_t best, double delta)
{
    double wrong = 0;
    for (size_t i = 0; i < k; i++) {
        double room = behind[i] + delta;
        if (i == best)
            continue;
        wrong += se[i] > 0 ? sbs_norm_cdf(-room / se[i]) : room < 0;
    }
    return fmax(0, 1 - wrong);
}

/* p at which P(at least k of n) is `tail`, by bisection: GSL's inverse of the
 * beta law gives up at large n. k >= 1. */
static double at_least(uint64_t k, uint64_t n, double tail)
{
    double lo = 0, hi = 1;
    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;
        if (gsl_cdf_beta_P(mid, (double)k, (double)(n - k) + 1) < tail)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

void sbs_select_share(uint64_t k, uint64_t n, double tail, double *lo,
                      double *hi)
{
    *lo = k > 0 ? at_least(k, n, tail) : 0;
    *hi = k < n ? 1 - at_least(n - k, n, tail) : 1;
}

static int beats(const double *x, const double *y, size_t a, size_t b,
                 double slack)
{
    double much = 1 - slack;
    return x[a] <= x[b] && y[a] <= y[b] &&
           (x[a] < much * x[b] || y[a] < much * y[b]);
}

void sbs_select_front(const double *x, const double *y, size_t k,
                      double slack, unsigned char *on)
{
    for (size_t i = 0; i < k; i++) {
        on[i] = !isnan(x[i]) && !isnan(y[i]);
        for (size_t j = 0; j < k && on[i]; j++)
            on[i] = !beats(x, y, j, i, slack);
    }
}
