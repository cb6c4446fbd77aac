/* SPDX-License-Identifier: Apache-2.0 */
/* Rank correlation: values, level, interval, the copula, the tail. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/dependence.h"
#include "tests/tap.h"

enum { N = 50 };

static uint32_t long_or(uint32_t quick, uint32_t full)
{
    const char *is_long = getenv("SBS_LONG");

    return is_long && *is_long ? full : quick;
}

/* n pairs of lognormals with normal-score correlation r. */
static void make(double *a, double *b, size_t n, double r, uint32_t rep)
{
    struct sbs_stream s = sbs_stream_init(5, rep);
    double z[2];
    size_t i;

    for (i = 0; i < n; i++) {
        z[0] = sbs_norm_quantile(sbs_rng_u01(&s, (uint32_t)i, 1, 0, 0));
        z[1] = sbs_norm_quantile(sbs_rng_u01(&s, (uint32_t)i, 1, 0, 1));
        a[i] = exp(z[0]);
        b[i] = exp(0.5 * (r * z[0] + sqrt(1 - r * r) * z[1]));
    }
}

static void values(void)
{
    /* Ranks 1 2 3 4 5 6 7 8 9 10 against 2 1 4 3 6 5 8 7 10 9: sum d^2 = 10,
     * 1 - 6 * 10 / (10 * 99) = 0.939394. With ties in both the product
     * moment of mid-ranks. */
    const double a[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const double b[10] = {20, 10, 40, 30, 60, 50, 80, 70, 100, 90};
    const double same[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double half[10] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    struct sbs_dependence_options o = {0.95, 999, 1};
    struct sbs_error err = {0};
    struct sbs_spearman s;

    ok(sbs_dependence_spearman(a, b, 10, &o, 0, &s, &err) == 0, "ten pairs");
    is_near(s.r, 1 - 60.0 / 990, 1e-12, "rank correlation by the d^2 formula");
    is_near(s.p, 0.001, 1e-12, "p = 1 / (B + 1) when no permutation is as far");
    /* atanh(.939394) = 1.73275, se = sqrt((1 + .882461 / 2) / 7) = .453746:
     * tanh(1.73275 -+ 1.959964 se). */
    ok(fabs(s.lo - 0.68767) < 1e-4 && fabs(s.hi - 0.98949) < 1e-4,
       "interval %.5f to %.5f (Bonett and Wright)", s.lo, s.hi);
    sbs_dependence_spearman(a, half, 10, &o, 0, &s, &err);
    /* mid-ranks 3 and 8: 62.5 / sqrt(82.5 * 62.5) */
    is_near(s.r, 62.5 / sqrt(82.5 * 62.5), 1e-12, "mid-ranks for ties");
    sbs_dependence_spearman(a, same, 10, &o, 0, &s, &err);
    ok(!s.told, "no spread: not told");
    sbs_dependence_spearman(a, b, 9, &o, 0, &s, &err);
    ok(!s.told, "nine workers: too few");
    ok(sbs_dependence_needed(0.3) == 115, "0.3 needs %zu workers",
       sbs_dependence_needed(0.3));
    ok(fabs(sbs_dependence_findable(115) - 0.3) < 0.002,
       "and 115 find it");
}

/* Level, coverage and width at n = 50; the copula's r comes back. */
static void simulated(void)
{
    uint32_t reps = long_or(600, 10000), k, reject = 0, cover = 0;
    struct sbs_dependence_options o = {0.95, 999, 1};
    double a[N], b[N], r = 0.6, rho = 6 / 3.14159265358979 * asin(r / 2);
    double half = 0, sum = 0, square = 0, se;
    struct sbs_error err = {0};
    struct sbs_spearman s;

    for (k = 0; k < reps; k++) {
        make(a, b, N, 0, k);
        o.seed = k + 1;
        sbs_dependence_spearman(a, b, N, &o, 0, &s, &err);
        reject += s.p <= 0.05;
        half += (s.hi - s.lo) / 2 / reps;
    }
    is_z((double)reject / reps, sqrt(0.05 * 0.95 / reps), 0.05,
         "level of the permutation test at n = 50");
    ok(half > 0.26 && half < 0.30, "half width at n = 50 is %.3f (.28)", half);
    o.permutations = 0;
    for (k = 0; k < reps; k++) {
        make(a, b, N, r, 100000 + k);
        sbs_dependence_spearman(a, b, N, &o, 0, &s, &err);
        cover += s.lo <= rho && rho <= s.hi;
        sum += s.r;
        square += s.r * s.r;
    }
    is_z((double)cover / reps, sqrt(0.05 * 0.95 / reps), 0.95,
         "coverage of the interval, rho = .58");
    sum /= reps;
    se = sqrt((square / reps - sum * sum) / reps);
    /* Exact mean of the sample rank correlation of a normal pair (Moran,
     * Biometrika 35, 1948, p. 203): ((n - 2) rho + 3 tau) / (n + 1), with
     * Kendall's tau = (2 / pi) asin(r). */
    is_z(sum, se,
         ((N - 2) * rho + 3 * 2 / 3.14159265358979 * asin(r)) / (N + 1),
         "mean rank correlation (Moran)");
    is_near(sbs_dependence_copula(rho), r, 1e-9,
            "2 sin(pi rho / 6) gives the copula's r back");
}

static int compare_doubles(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;

    return (a > b) - (a < b);
}

/* A large sample: joint tail against the truth by another road. */
static void tails(void)
{
    enum { M = 1000 };
    static double x[3 * M], a[M], b[M];
    struct sbs_dependence_options o = {0.95, 0, 3};
    struct sbs_error err = {0};
    struct sbs_tail t;
    uint32_t k, rep, n = 0;
    static double sum[40 * M], ind[40 * M];
    double joint, free_sum;
    size_t i;

    make(a, b, M, 0.8, 7);
    for (i = 0; i < M; i++) {
        x[2 * i] = a[i];
        x[2 * i + 1] = b[i];
    }
    ok(sbs_dependence_tail(x, M, 2, &o, &t, &err) == 0 && t.told, "a tail");
    for (rep = 0; rep < 40; rep++) {
        make(a, b, M, 0.8, 1000 + rep);
        for (k = 0; k < M; k++, n++) {
            sum[n] = a[k] + b[k];
            ind[n] = a[k] + b[(k + 1) % M];
        }
    }
    qsort(sum, n, sizeof *sum, compare_doubles);
    qsort(ind, n, sizeof *ind, compare_doubles);
    joint = sum[(size_t)(0.95 * n)];
    free_sum = ind[(size_t)(0.95 * n)];
    ok(t.lo < joint / free_sum && joint / free_sum < t.hi && t.ratio > 1.05,
       "p95 of the sum is x %.3f (%.3f to %.3f), by 40,000 draws x %.3f",
       t.ratio, t.lo, t.hi, joint / free_sum);
    make(a, b, M, 0, 8);
    for (i = 0; i < M; i++) {
        x[2 * i] = a[i];
        x[2 * i + 1] = b[i];
    }
    sbs_dependence_tail(x, M, 2, &o, &t, &err);
    ok(t.lo < 1 && 1 < t.hi && t.hi - t.lo < 0.1,
       "without dependence x %.3f (%.3f to %.3f)", t.ratio, t.lo, t.hi);
    /* Three variables whose pairs contradict each other. */
    for (i = 0; i < 30; i++) {
        x[3 * i] = (double)i;
        x[3 * i + 1] = (double)i;
        x[3 * i + 2] = -(double)i;
    }
    ok(sbs_dependence_tail(x, 30, 3, &o, &t, &err) == 0 && isfinite(t.joint),
       "perfect dependence has a tail, too");
}

int main(void)
{
    values();
    simulated();
    tails();
    return tap_done();
}
