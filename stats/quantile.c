/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/quantile.h"

#include <limits.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

int sbs_quantile_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double sbs_quantile7(const double *sorted, size_t n, double p)
{
    if (n == 0)
        return NAN;
    double place = (double)(n - 1) * p;
    size_t i = (size_t)place;
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (place - (double)i) * (sorted[i + 1] - sorted[i]);
}

/* The largest k in [0, n] with P(B <= k - 1) <= tail, B ~ binomial(n, p). */
static size_t low_rank(size_t n, double p, double tail)
{
    size_t lo = 0, hi = n; /* it holds for lo (nothing is below 0) */
    while (lo < hi) {
        size_t mid = lo + (hi - lo + 1) / 2;
        if (gsl_cdf_binomial_P((unsigned)(mid - 1), p, (unsigned)n) <= tail)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

double sbs_quantile_ranks(size_t n, double p, double level, size_t *lo,
                          size_t *hi)
{
    double tail = (1 - level) / 2;
    *lo = *hi = 0;
    if (n == 0 || n > UINT_MAX || !(p > 0 && p < 1))
        return NAN;
    /* Seen from above, quantile p is quantile 1 - p. */
    size_t from = low_rank(n, p, tail), to = n + 1 - low_rank(n, 1 - p, tail);
    if (from < 1 || to > n || from >= to)
        return NAN;
    *lo = from;
    *hi = to;
    return gsl_cdf_binomial_P((unsigned)(to - 1), p, (unsigned)n) -
           gsl_cdf_binomial_P((unsigned)(from - 1), p, (unsigned)n);
}
