/* SPDX-License-Identifier: Apache-2.0 */
/* Goodness of fit: the bootstrap holds its level where the standard table of
 * Kolmogorov and Smirnov never rejects (SCIENCE.md C.4), and has power. */
#include "config.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "calibrate/gof.h"
#include "calibrate/survivor.h"
#include "tests/lawtest.h"
#include "tests/tap.h"

static struct sbs_obs obs[400];

/* One test at 5% with B refits, by KS, AD and PIT. */
struct rejects {
    double ks, ad, pit, table, ks_p, ad_p; /* counts; sums of p */
    int n;
};

static void count(struct rejects *r, const char *family, size_t n,
                  uint64_t seed)
{
    struct sbs_law_fit fit;
    struct sbs_gof g;
    struct sbs_error err = {0};

    if (sbs_law_fit(sbs_law_find(family), obs, n, false, &fit, &err) ||
        sbs_gof_make(&fit, obs, SBS_GOF_BOOT_MIN, seed, &g, &err)) {
        ok(0, "%s", err.text);
        return;
    }
    r->n++;
    r->ks_p += g.ks_p;
    r->ad_p += g.ad_p;
    r->ks += g.ks_p <= .05;
    r->ad += g.ad_p <= .05;
    r->pit += g.pit_p <= .05;
    /* The table's 5% point for n = 50, parameters known. */
    r->table += g.distance.ks > .1884;
}

static void level(void)
{
    const char *is_long = getenv("SBS_LONG");
    uint32_t reps = is_long && *is_long ? 400 : 50;
    struct sbs_dist d = sbs_dist_lognormal(1, .3, 0);
    struct rejects r = {.n = 0};
    double se;

    for (uint32_t i = 0; i < reps; i++) {
        lawtest_draw(obs, 50, 500 + i, &d);
        count(&r, "lognormal", 50, i);
    }
    se = sqrt(.05 * .95 / r.n);
    is_z(r.ks / r.n, se, .05, "KS rejects a true family 5%");
    is_z(r.ad / r.n, se, .05, "AD rejects a true family 5%");
    is_z(r.pit / r.n, se, .05, "PIT rejects a true family 5%");
    /* p uniform: also what no small number of rejections shows */
    is_z(r.ks_p / r.n, sqrt(1. / 12 / r.n), .5, "p of KS is 1/2 on average");
    is_z(r.ad_p / r.n, sqrt(1. / 12 / r.n), .5, "p of AD is 1/2 on average");
    ok(r.table / r.n < .01 + 4 * sqrt(.01 / r.n) && r.table <= r.ks,
       "the table rejects %.1f%%", 100 * r.table / r.n);
    ok(r.table == 0, "  never, in %d samples", r.n);
}

/* Rounded to whole seconds and cut off, the level stays. */
static void level_of_intervals(void)
{
    struct sbs_dist d = sbs_dist_plain(SBS_DIST_GAMMA, 6, 3, 0);
    struct sbs_stream s = sbs_stream_init(8, 8);
    struct rejects r = {.n = 0};
    const char *is_long = getenv("SBS_LONG");
    uint32_t reps = is_long && *is_long ? 200 : 12;

    for (uint32_t i = 0; i < reps; i++) {
        lawtest_draw(obs, 40, 700 + i, &d);
        for (uint32_t k = 0; k < 40; k++) {
            double u = sbs_rng_u01(&s, i, 5, k, 0), cut = 10 + 40 * u, v;
            if (obs[k].lo > cut) {
                obs[k] = (struct sbs_obs){cut, INFINITY};
            } else if (k % 2) {
                v = floor(obs[k].lo + sbs_rng_u01(&s, i, 6, k, 0));
                obs[k] = (struct sbs_obs){fmax(v - 1, 0), v + 1};
            }
        }
        count(&r, "gamma", 40, i);
    }
    is_z(r.ks / r.n, sqrt(.05 * .95 / r.n), .05, "cut off, rounded: KS 5%");
    is_z(r.ad / r.n, sqrt(.05 * .95 / r.n), .05, "  AD 5%");
    is_z(r.ad_p / r.n, sqrt(1. / 12 / r.n), .5, "  p is 1/2 on average");
}

static void power(void)
{
    struct rejects r = {.n = 0};

    for (uint32_t i = 0; i < 12; i++) {
        lawtest_processors(obs, 50, i, .3);
        count(&r, "lognormal", 50, i);
    }
    ok(r.ad >= 11 && r.ks >= 10, "two processors, one lognormal: AD rejects "
       "%.0f of 12, KS %.0f", r.ad, r.ks);
}

/* Statistics of a complete sample have their textbook forms. */
static void distances(void)
{
    struct sbs_dist d = sbs_dist_plain(SBS_DIST_WEIBULL, 1, 1, 0);
    static const double t[] = {.1, .3, .35, .9, 1.4, 2.5};
    struct sbs_gof_distance far;
    struct sbs_survivor s;
    struct sbs_error err = {0};
    double ad = -6, ks = 0;

    for (int i = 0; i < 6; i++) {
        double f = 1 - exp(-t[i]), back = exp(-t[5 - i]);
        obs[i].lo = obs[i].hi = t[i];
        ad -= (2 * i + 1) / 6. * (log(f) + log(back));
        ks = fmax(ks, fmax(f - i / 6., (i + 1) / 6. - f));
    }
    ok(!sbs_gof_distance(&d, obs, 6, &far, &err), "distances");
    is_near(far.ad, ad, 1e-12, "Anderson-Darling");
    is_near(far.ks, ks, 1e-12, "Kolmogorov-Smirnov");
    is_near(far.pit[0], 1. / 6, 1e-12, "a sixth in the first tenth");
    obs[2].hi = obs[4].hi = INFINITY;
    ok(!sbs_survivor_make(obs, 6, false, &s, &err) && s.n == 4, "cut off");
    is_near(s.below[1], 1 - 4. / 6, 1e-12, "Kaplan-Meier: before");
    is_near(s.below[2], 1 - 4. / 6 * 2 / 3, 1e-12, "  after the first");
    is_near(s.below[3], 1, 1e-12, "  the last");
    is_near(sbs_survivor_quantile(&s, .5), .9, 0, "  median");
    sbs_survivor_fini(&s);
    ok(!sbs_survivor_make(obs, 6, true, &s, &err) && s.n == 2, "reverse");
    ok(isinf(sbs_survivor_quantile(&s, .99)), "  may never end");
    sbs_survivor_fini(&s);
}

int main(void)
{
    gsl_set_error_handler_off();
    distances();
    level();
    level_of_intervals();
    power();
    return tap_done();
}
