/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "base/reals.h"
#include "stats/quantile.h"

enum { LEAF = 32 }; /* terms summed one after the other */

double sbs_summary_sum(const double *values, size_t n)
{
    if (n > LEAF)
        return sbs_summary_sum(values, n / 2) +
               sbs_summary_sum(values + n / 2, n - n / 2);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum;
}

static double sum_squares(const double *values, size_t n, double mean)
{
    if (n > LEAF)
        return sum_squares(values, n / 2, mean) +
               sum_squares(values + n / 2, n - n / 2, mean);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sum;
}

static void quantile_interval(const double *sorted, size_t n, double p,
                              double *lo, double *hi)
{
    size_t from, to;
    *lo = *hi = NAN;
    if (isnan(sbs_quantile_ranks(n, p, 0.95, &from, &to)))
        return;
    *lo = sorted[from - 1];
    *hi = sorted[to - 1];
}

int sbs_summary_make(struct sbs_summary *s, const double *values, size_t n,
                     struct sbs_error *err)
{
    double *kept = malloc((2 * n + 1) * sizeof *kept); /* half is scratch */
    size_t m = 0;
    if (!kept)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i]))
            kept[m++] = values[i];
    }
    *s = (struct sbs_summary){.n = m, .mean = NAN, .se = NAN, .sd = NAN,
                              .min = NAN, .max = NAN};
    if (m > 0)
        s->mean = sbs_summary_sum(kept, m) / (double)m;
    if (m > 1) {
        s->sd = sqrt(sum_squares(kept, m, s->mean) / (double)(m - 1));
        s->se = s->sd / sqrt((double)m);
    }
    sbs_reals_sort(kept, kept + n, m);
    if (m > 0) {
        s->min = kept[0];
        s->max = kept[m - 1];
    }
    s->p05 = sbs_quantile7(kept, m, 0.05);
    s->p50 = sbs_quantile7(kept, m, 0.5);
    s->p95 = sbs_quantile7(kept, m, 0.95);
    s->p99 = sbs_quantile7(kept, m, 0.99);
    quantile_interval(kept, m, 0.5, &s->p50_lo, &s->p50_hi);
    quantile_interval(kept, m, 0.95, &s->p95_lo, &s->p95_hi);
    quantile_interval(kept, m, 0.99, &s->p99_lo, &s->p99_hi);
    free(kept);
    return 0;
}

int sbs_summary_draws(struct sbs_summary *s, const double *values, size_t n,
                      size_t draws, struct sbs_error *err)
{
    if (sbs_summary_make(s, values, n, err) < 0 ||
        sbs_split_make(&s->split, values, n, draws, err) < 0)
        return -1;
    if (s->split.draws > 0)
        s->se = s->split.se;
    return 0;
}

double sbs_summary_half_width(const struct sbs_summary *s)
{
    if (s->split.draws > 0)
        return s->split.half;
    if (s->n < 2)
        return NAN;
    return s->se * gsl_cdf_tdist_Pinv(0.975, (double)(s->n - 1));
}
