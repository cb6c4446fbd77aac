/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/summary.h"

#include "stats/quantile.h"
#include "tests/tap.h"

static void small_samples(void)
{
    double values[] = {4, NAN, 1, 3, INFINITY, 2};
    struct sbs_summary s;
    sbs_summary_make(&s, values, 6, NULL);
    ok(s.n == 4, "not finite is left out");
    is_near(s.mean, 2.5, 1e-15, "mean");
    is_near(s.sd, sqrt(5.0 / 3), 1e-15, "sd");
    is_near(s.se, sqrt(5.0 / 12), 1e-15, "se");
    is_near(s.min, 1, 0, "min");
    is_near(s.p05, 1.15, 1e-15, "p05, type 7");
    is_near(s.p50, 2.5, 1e-15, "p50");
    is_near(s.p95, 3.85, 1e-15, "p95");
    is_near(s.p99, 3.97, 1e-15, "p99");
    is_near(s.max, 4, 0, "max");
    /* t(0.975, 3) = 3.182446305284263 */
    is_near(sbs_summary_half_width(&s), s.se * 3.182446305284263, 1e-9,
            "half width");
    sbs_summary_make(&s, values, 1, NULL);
    ok(s.n == 1 && s.mean == 4 && isnan(s.sd) && isnan(s.se) && s.p99 == 4 &&
           isnan(sbs_summary_half_width(&s)), "one value");
    sbs_summary_make(&s, values + 1, 1, NULL);
    ok(s.n == 0 && isnan(s.mean) && isnan(s.min) && isnan(s.p50) &&
           isnan(s.max), "no value");
    sbs_summary_make(&s, NULL, 0, NULL);
    ok(s.n == 0 && isnan(s.mean), "no replication");
}

static void large_sample(void)
{
    enum { N = 1000000 };
    static double values[N];
    struct sbs_summary s;
    for (int i = 0; i < N; i++)
        values[i] = 1e6 + 0.1 * (double)(i * 7919LL % N);
    sbs_summary_make(&s, values, N, NULL);
    is_near(s.mean, 1e6 + 0.1 * (N - 1) / 2.0, 1e-15, "mean of a million");
    is_near(s.sd, 0.1 * sqrt(N * (N + 1.0) / 12), 1e-12, "their sd");
    is_near(s.p95, 1e6 + 0.1 * 0.95 * (N - 1), 1e-15, "their p95");
}

/* Coverages from exact rational sums of the binomial law. */
static void intervals(void)
{
    size_t lo, hi;
    double coverage = sbs_quantile_ranks(1000, 0.95, 0.95, &lo, &hi);
    ok(lo == 936 && hi == 964, "n 1000, p95: ranks %zu, %zu", lo, hi);
    is_near(coverage, 0.9580952682226541, 1e-10, "  coverage");
    coverage = sbs_quantile_ranks(200, 0.95, 0.95, &lo, &hi);
    ok(lo == 184 && hi == 197, "n 200, p95: ranks %zu, %zu", lo, hi);
    is_near(coverage, 0.9671521638567258, 1e-10, "  coverage");
    coverage = sbs_quantile_ranks(10000, 0.99, 0.95, &lo, &hi);
    ok(lo == 9880 && hi == 9920, "n 10000, p99: ranks %zu, %zu", lo, hi);
    is_near(coverage, 0.9557546828065552, 1e-10, "  coverage");
    coverage = sbs_quantile_ranks(6, 0.5, 0.95, &lo, &hi);
    ok(lo == 1 && hi == 6, "n 6, median: ranks %zu, %zu", lo, hi);
    is_near(coverage, 1 - 2.0 / 64, 1e-14, "  coverage 31/32");
    coverage = sbs_quantile_ranks(5, 0.5, 0.95, &lo, &hi);
    ok(isnan(coverage) && lo == 0 && hi == 0, "n 5 is too small");
}

int main(void)
{
    small_samples();
    large_sample();
    intervals();
    return tap_done();
}
