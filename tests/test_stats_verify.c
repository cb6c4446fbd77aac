/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of forecasts against closed forms, and p-values under the null. */
#include "config.h"

#include "stats/verify.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "tests/tap.h"

static struct sbs_stream g;

static double normal(uint32_t set, uint32_t i)
{
    return sbs_norm_quantile(sbs_rng_u01(&g, set, 1, i, 0));
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void pit(void)
{
    double x[] = {1, 2, 3, 4};
    is_near(sbs_verify_pit(x, 4, 0), 0.2, 1e-15, "below all: 1/5");
    is_near(sbs_verify_pit(x, 4, 2), 0.6, 1e-15, "at the second: 3/5");
    is_near(sbs_verify_pit(x, 4, 9), 1, 1e-15, "above all: 1");
    /* Under the truth each of 20 ranks is as likely: chi-squared. */
    enum { SETS = 20000, N = 19 };
    double count[N + 2] = {0}, chi = 0;
    for (uint32_t k = 0; k < SETS; k++) {
        double v[N];
        for (uint32_t i = 0; i < N; i++)
            v[i] = normal(k, i);
        qsort(v, N, sizeof *v, by_size);
        count[(int)lround(sbs_verify_pit(v, N, normal(k, 99)) * (N + 1))]++;
    }
    for (int r = 1; r <= N + 1; r++)
        chi += pow(count[r] - SETS / 20.0, 2) / (SETS / 20.0);
    /* Mean 19, sd sqrt(38). */
    is_z(chi, sqrt(38), 19, "uniform under the truth: chi-squared of ranks");
}

/* Gneiting and Raftery 2007, (21): CRPS of N(0, 1). */
static double normal_crps(double y)
{
    double density = sbs_exp(-y * y / 2) / sqrt(2 * M_PI);
    return y * (2 * sbs_norm_cdf(y) - 1) + 2 * density - 1 / sqrt(M_PI);
}

static void crps(void)
{
    double two[] = {0, 2}, one_to_four[] = {1, 2, 3, 4};
    /* E|X - 1| = 1, E|X - X'| = 2 over pairs of different values. */
    is_near(sbs_verify_crps(two, 2, 1), 0, 1e-15, "two values, fair: 1 - 1");
    /* 6 pairs, distances 1 1 1 2 2 3: mean 10/6; E|X - 5| = 2.5. */
    is_near(sbs_verify_crps(one_to_four, 4, 5), 2.5 - 10 / 12.0, 1e-14,
            "four values by hand");
    is_near(normal_crps(0.7), 0.421, 0.002, "closed form at .7: .422");
    /* The fair score has the right mean for any size of ensemble. */
    enum { SETS = 20000 };
    static const double at[] = {0, 0.7, -2.5};
    for (size_t y = 0; y < 3; y++) {
        double sum = 0, square = 0;
        for (uint32_t k = 0; k < SETS; k++) {
            double v[10];
            for (uint32_t i = 0; i < 10; i++)
                v[i] = normal(k + 50000, i);
            qsort(v, 10, sizeof *v, by_size);
            double c = sbs_verify_crps(v, 10, at[y]);
            sum += c;
            square += c * c;
        }
        double mean = sum / SETS;
        is_z(mean, sqrt((square / SETS - mean * mean) / SETS),
             normal_crps(at[y]), "ensembles of 10 against N(0, 1)");
    }
}

static void w1(void)
{
    double a[] = {0, 1, 3}, b[] = {5, 6, 8}, c[] = {0, 1}, d[] = {2};
    is_near(sbs_verify_w1(a, 3, b, 3), 5, 1e-15, "shifted by 5");
    is_near(sbs_verify_w1(a, 3, a, 3), 0, 0, "itself");
    is_near(sbs_verify_w1(c, 2, d, 1), 1.5, 1e-15, "two points to one");
    /* Quantiles 0 0|0 1|1 3 over sixths 0 0 1 1 3 3 against 0 0 0 1 1 1. */
    is_near(sbs_verify_w1(a, 3, c, 2), 5 / 6.0, 1e-14, "three to two");
    is_near(sbs_verify_w1(c, 2, a, 3), 5 / 6.0, 1e-14, "either way");
    /* U(0, 1) to U(0, 2): 1/2. */
    enum { N = 1000 };
    static double u[N], v[N + 7];
    for (int i = 0; i < N; i++)
        u[i] = (i + 0.5) / N;
    for (int i = 0; i < N + 7; i++)
        v[i] = 2 * (i + 0.5) / (N + 7);
    is_near(sbs_verify_w1(u, N, v, N + 7), 0.5, 1e-3, "two uniform laws");
}

/* Completion curves that share a shift within a run (a slow day): the p-value
 * of a run from the same law must be uniform, tasks being dependent. */
static void curves(void)
{
    enum { SETS = 2000, RUNS = 19, TASKS = 8 };
    double low = 0, sum = 0, distance, p = 0;
    static double t[RUNS + 1][TASKS];
    struct sbs_curve sim[RUNS];
    for (uint32_t k = 0; k < SETS; k++) {
        for (uint32_t r = 0; r <= RUNS; r++) {
            for (uint32_t i = 0; i < TASKS; i++)
                t[r][i] = 3 * normal(200000 + k, r) +
                          normal(300000 + k, r * TASKS + i);
            qsort(t[r], TASKS, sizeof t[r][0], by_size);
            if (r < RUNS)
                sim[r] = (struct sbs_curve){t[r], TASKS};
        }
        p = sbs_verify_curve(sim, RUNS, (struct sbs_curve){t[RUNS], TASKS},
                             &distance, NULL);
        low += p <= 0.1;
        sum += p;
    }
    is_z(low / SETS, sqrt(0.09 / SETS), 0.1, "p <= .1 in a tenth of all runs");
    /* Uniform on 1/20 .. 1: mean .525, variance (1 - 1/400) / 12. */
    is_z(sum / SETS, sqrt((1 - 1 / 400.0) / 12 / SETS), 0.525, "mean of p");
    double far[] = {50, 51, 52};
    p = sbs_verify_curve(sim, RUNS, (struct sbs_curve){far, 3}, &distance,
                         NULL);
    ok(p == 0.05 && distance > 30, "another law: the farthest of 20");
    ok(isnan(sbs_verify_curve(sim, 0, sim[0], &distance, NULL)),
       "nothing to rank");
}

static void uniform(void)
{
    double one[] = {0.9}, two[] = {0.75, 0.25};
    is_near(sbs_verify_uniform(one, 1), 0.9, 1e-15, "one value");
    is_near(sbs_verify_uniform(two, 2), 0.25, 1e-15, "two, in the middle");
}

/* SCIENCE.md E.2: an interval of true coverage 60% passes the usual rule in
 * 68, 38 and 5% of all cases. */
static void coverage(void)
{
    struct sbs_coverage c;
    sbs_verify_coverage(&c, 5, 5, 0.9);
    ok(c.least == 3 && fabs(c.power60 - 0.68256) < 1e-5, "5 runs: .683");
    is_near(c.lo, pow(0.025, 0.2), 1e-9, "5 of 5: lower limit .025^(1/5)");
    ok(c.hi == 1 && c.p == 1, "  upper limit 1");
    sbs_verify_coverage(&c, 6, 10, 0.9);
    ok(c.least == 7 && fabs(c.power60 - 0.38228) < 1e-5, "10 runs: .382");
    ok(c.p < 0.05 && c.p > 0.01, "  6 of 10 fails: %.4f", c.p);
    sbs_verify_coverage(&c, 20, 20, 0.9);
    ok(c.least == 16 && fabs(c.power60 - 0.05095) < 1e-5, "20 runs: .051");
    sbs_verify_coverage(&c, 0, 1, 0.9);
    ok(c.least == 0 && c.power60 == 1 && fabs(c.p - 0.1) < 1e-12,
       "1 run tells nothing");
}

static void equivalence(void)
{
    struct sbs_equivalence e;
    double near[] = {101, 99, 100, 102, 98}, far[] = {140, 141, 139};
    sbs_verify_equivalence(&e, near, 5, 100, 0.1, 0.2);
    ok(e.verdict == SBS_TOST_EQUIVALENT, "equal within 10%%");
    is_near(e.hi, 1 + 2.131846786326649 * sqrt(0.00025 / 5), 1e-9,
            "  interval, t(.95, 4)");
    sbs_verify_equivalence(&e, far, 3, 100, 0.1, 0.2);
    ok(e.verdict == SBS_TOST_DIFFERENT && e.p_different < 0.01, "40%% apart");
    sbs_verify_equivalence(&e, near, 1, 100, 0.1, 0.1);
    ok(e.verdict == SBS_TOST_OPEN && isnan(e.lo) && e.n_needed == 9,
       "one run settles nothing; 9 would: ((1.645 + 1.282) .1/.1)^2 = 8.6");
    /* Level: the truth sits on the margin; power: at 0 with n_needed runs. */
    enum { SETS = 4000 };
    double wrong = 0, right = 0, z2 = 0;
    for (uint32_t k = 0; k < SETS; k++) {
        double v[9];
        for (uint32_t i = 0; i < 9; i++)
            v[i] = 110 + 10 * normal(400000 + k, i);
        sbs_verify_equivalence(&e, v, 9, 100, 0.1, NAN);
        wrong += e.verdict == SBS_TOST_EQUIVALENT;
        z2 += e.p_different < 0.05;
        for (uint32_t i = 0; i < 9; i++)
            v[i] -= 10;
        sbs_verify_equivalence(&e, v, 9, 100, 0.1, NAN);
        right += e.verdict == SBS_TOST_EQUIVALENT;
    }
    is_z(wrong / SETS, sqrt(0.05 * 0.95 / SETS), 0.05, "on the margin: 5%");
    is_z(z2 / SETS, sqrt(0.05 * 0.95 / SETS), 0.05, "  either way");
    /* Power .9 on either side, .8 on both; less since the sd is estimated. */
    ok(right / SETS > 0.7, "with the runs needed: power %.2f", right / SETS);
}

static void kendall(void)
{
    double x[] = {1, 2, 3, 4, 5}, up[] = {2, 3, 5, 7, 9}, p;
    double one_off[] = {2, 1, 3, 4, 5}, down[] = {5, 4, 3, 2, 1};
    is_near(sbs_verify_kendall(x, up, 5, &p), 1, 0, "all concordant");
    is_near(p, 1 / 120.0, 1e-12, "  p = 1/120");
    is_near(sbs_verify_kendall(x, one_off, 5, &p), 0.8, 1e-15, "one swap");
    is_near(p, 5 / 120.0, 1e-12, "  p = (1 + 4)/120");
    is_near(sbs_verify_kendall(x, down, 5, &p), -1, 0, "reversed");
    is_near(p, 1, 1e-12, "  p = 1");
}

static void holm(void)
{
    double p[] = {0.04, 0.001, NAN, 0.02, 0.2};
    unsigned char r[5];
    /* .001 <= .05/4, but .02 > .05/3. */
    ok(sbs_verify_holm(p, 5, 0.05, r) == 1 && r[1] && !r[3] && !r[2],
       "Holm: only the smallest of four");
    p[3] = 0.016;
    p[0] = 0.025;
    ok(sbs_verify_holm(p, 5, 0.05, r) == 3 && r[0] && !r[4], "three of four");
    ok(sbs_verify_holm(NULL, 0, 0.05, r) == 0, "nothing tested");
}

int main(void)
{
    g = sbs_stream_init(20261126, 0);
    pit();
    crps();
    w1();
    curves();
    uniform();
    coverage();
    equivalence();
    kendall();
    holm();
    return tap_done();
}
