/* SPDX-License-Identifier: Apache-2.0 */
/* Run-to-run and ignorance told apart: by hand, and on two-level normal
 * data, where all is known. */
#include "config.h"

#include "stats/split.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "stats/compare.h"
#include "stats/summary.h"
#include "tests/tap.h"

enum { DRAWS_MAX = 2000, EACH_MAX = 8 };

static double values[DRAWS_MAX * EACH_MAX];

static double normal(const struct sbs_stream *g, uint32_t what, uint32_t i)
{
    return sbs_norm_quantile(sbs_rng_u01(g, what, 0, i, 0));
}

/* Values of `draws` whose means are N(mean, between), runs N(0, within). */
static void two_level(uint32_t set, size_t n, size_t draws, double mean,
                      double between, double within)
{
    struct sbs_stream g = sbs_stream_init(20261126, set);
    for (size_t i = 0; i < n; i++)
        values[i] = mean + between * normal(&g, 1, (uint32_t)(i % draws)) +
                    within * normal(&g, 2, (uint32_t)i);
}

static void by_hand(void)
{
    /* Draw 0: 1, 3; draw 1: 4, 8. Mean squares 16 between, 5 within. */
    double v[] = {1, 4, 3, 8};
    struct sbs_split s;
    struct sbs_error err = {0};
    ok(sbs_split_make(&s, v, 4, 2, &err) == 0 && s.draws == 2, "two draws");
    is_near(s.sd_run, sqrt(5), 1e-14, "within");
    is_near(s.sd_ignorance, sqrt(5.5), 1e-14, "between: (16 - 5) / 2");
    is_near(s.share, 5.5 / 10.5, 1e-14, "share");
    is_near(s.se, 2, 1e-14, "se from the two means, 2 and 6");
    /* t(.975, 1) = 12.7062047 */
    is_near(s.half, 12.706204736174698 * sqrt(9.5), 1e-9, "half width");
    /* Draws alike: nothing but noise between them. */
    double alike[] = {1, 2, 2, 1, 3, 4};
    sbs_split_make(&s, alike, 6, 2, &err);
    ok(s.sd_ignorance == 0 && s.share == 0 && s.ignorance_lo == 0 &&
           s.ignorance_hi > 0, "a negative variance is 0, its interval not");
    sbs_split_make(&s, v, 4, 4, &err);
    ok(isnan(s.sd_run) && isnan(s.sd_ignorance) && isnan(s.p_positive) &&
           s.draws == 4, "each draw once: not to be told apart");
    is_near(s.se, sqrt(26.0 / 3) / 2, 1e-14, "  its se is sd / sqrt(n)");
    sbs_split_make(&s, v, 4, 1, &err);
    ok(s.draws == 0 && isnan(s.se), "one draw: nothing to split");
    double holes[] = {1, NAN, 3, NAN, INFINITY, NAN};
    sbs_split_make(&s, holes, 6, 2, &err);
    ok(s.draws == 0 && isnan(s.se), "one draw with values: likewise");
    double same[] = {7, 7, 7, 7};
    sbs_split_make(&s, same, 4, 2, &err);
    ok(s.sd_run == 0 && s.sd_ignorance == 0 && s.ignorance_hi == 0 &&
           s.half == 0 && s.p_positive == 1, "a constant");
    double zero[] = {0, 0, 0, 0};
    sbs_split_make(&s, zero, 4, 2, &err);
    is_near(s.p_positive, 0.5, 0, "a tie is no preference");
    double fixed[] = {-1, 3, -1, 3};
    sbs_split_make(&s, fixed, 4, 2, &err);
    ok(s.sd_run == 0 && s.share == 1 && s.share_lo == 1, "only ignorance");
    is_near(s.p_positive, 0.5, 0, "  one draw of two is above 0");
}

struct count {
    double n, covers_sd, covers_share, covers_mean, covers_draw;
    double var, var2, se2, mean2;
};

/* Intervals of `sets` data sets, n values of `draws`. */
static void recovery(size_t n, size_t draws, double t, const char *what)
{
    enum { SETS = 2000 };
    const double between = 2, within = 3, mean = 10;
    const double share = 4 / 13.0;
    struct count c = {0};
    for (uint32_t k = 0; k < SETS; k++) {
        struct sbs_stream g = sbs_stream_init(7, k);
        struct sbs_summary s;
        two_level(k, n, draws, mean, between, within);
        sbs_summary_draws(&s, values, n, draws, NULL);
        const struct sbs_split *p = &s.split;
        double half_se = t * p->se;
        double next = mean + between * normal(&g, 3, 0);
        double v = p->sd_ignorance * p->sd_ignorance;
        c.covers_sd += p->ignorance_lo <= between && between <= p->ignorance_hi;
        c.covers_share += p->share_lo <= share && share <= p->share_hi;
        c.covers_mean += fabs(s.mean - mean) <= half_se;
        c.covers_draw += fabs(s.mean - next) <= p->half;
        c.var += v;
        c.var2 += v * v;
        c.se2 += s.se * s.se;
        c.mean2 += (s.mean - mean) * (s.mean - mean);
    }
    double se95 = sqrt(0.95 * 0.05 / SETS), v = c.var / SETS;
    printf("# %s\n", what);
    is_z(v, sqrt((c.var2 / SETS - v * v) / SETS), 4,
         "variance between draws is unbiased");
    is_z(c.covers_share / SETS, se95, 0.95, "share: exact interval");
    is_z(c.covers_mean / SETS, se95, 0.95, "mean +- t se covers the mean");
    /* sd_ignorance is less well known than its degrees of freedom say. */
    double least = draws > 50 ? 0.94 : 0.92;
    ok(c.covers_draw / SETS > least && c.covers_draw / SETS < 0.96,
       "mean +- half covers the mean of a parameter not drawn: %.3f",
       c.covers_draw / SETS);
    /* Williams' bound: at least 0.90, in practice 0.95. */
    ok(c.covers_sd / SETS > 0.935 && c.covers_sd / SETS < 0.975,
       "sd of ignorance: interval covers %.3f", c.covers_sd / SETS);
    /* sqrt(2 / SETS) is the relative error of the mean square. */
    is_z(c.se2 / c.mean2, sqrt(2.0 / SETS), 1, "se^2 is the variance");
}

/* a's mean is below b's in Phi(0.5) = 0.691 of all parameters. With two
 * replications a draw of sd 3, raw means would say Phi(0.213) = 0.584. */
static void probability(void)
{
    enum { SETS = 100, N = 2 * DRAWS_MAX };
    static double zero[N];
    double sum = 0, square = 0;
    for (uint32_t k = 0; k < SETS; k++) {
        struct sbs_paired p;
        two_level(5000 + k, N, DRAWS_MAX, 0.5, 1, 3);
        sbs_compare_draws(&p, zero, values, N, DRAWS_MAX, NULL);
        sum += p.p_a_better_mean;
        square += p.p_a_better_mean * p.p_a_better_mean;
    }
    double mean = sum / SETS;
    is_z(mean, sqrt((square / SETS - mean * mean) / SETS), sbs_norm_cdf(0.5),
         "P(a's mean is lower), noise taken out");
    /* The same mean in all: the larger the difference, the surer. */
    struct sbs_paired p;
    two_level(1, N, 200, 1, 0, 3);
    sbs_compare_draws(&p, zero, values, N, 200, NULL);
    ok(p.p_a_better_mean > 0.999 && p.p_a_better < 0.7 && p.draws == 200,
       "no ignorance: the mean is sure (%.4f) where a run is not (%.2f)",
       p.p_a_better_mean, p.p_a_better);
    ok(p.p_a_better_mean_se < 0.005, "  and 200 draws are many");
    two_level(2, 40, 4, 100, 1, 1);
    sbs_compare_draws(&p, zero, values, 40, 4, NULL);
    ok(p.p_a_better_mean_se > 0.1, "four draws that agree prove little: %.2f",
       p.p_a_better_mean_se);
    sbs_compare_draws(&p, zero, values, 40, 1, NULL);
    ok(p.draws == 0 && isnan(p.p_a_better_mean), "without draws: as before");
}

int main(void)
{
    by_hand();
    /* t(.975, 19), t(.975, 199) */
    recovery(100, 20, 2.093024054408263, "20 draws, 5 replications each");
    recovery(93, 20, 2.093024054408263, "20 draws, 93 replications");
    recovery(2000, 200, 1.971956544249395, "200 draws, 10 each");
    probability();
    return tap_done();
}
