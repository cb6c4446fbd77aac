/* SPDX-License-Identifier: Apache-2.0 */
/* Families, their fits and their average: closed forms, simulated truths,
 * and the traps of SCIENCE.md C.1 to C.3. */
#include "config.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "base/dist_invert.h"
#include "base/jsonw.h"
#include "calibrate/law_average.h"
#include "calibrate/law_fit.h"
#include "tests/lawtest.h"
#include "tests/tap.h"

enum { N = 2000 };

static struct sbs_obs obs[N];

/* The density is that of base/dist, and x goes to parameters and back. */
static void families(void)
{
    for (int i = 0; i < SBS_LAW_FAMILIES; i++) {
        const struct sbs_law_family *f = &sbs_law_families[i];
        double x[3] = {1.2, -0.7, 3}, y[3], worst = 0;
        struct sbs_dist d;

        ok(sbs_law_dist(f, x, true, &d) && d.shift == 3, "%s", f->name);
        f->real(d.a, d.b, y);
        ok(fabs(y[0] - x[0]) < 1e-12 && fabs(y[1] - x[1]) < 1e-12,
           "  there and back");
        for (double t = 0.05; t < 40; t *= 1.3) {
            struct sbs_obs o = {3 + t, 3 + t};
            double at = sbs_dist_at(&d, (3 + t) - 3).density;
            double got = sbs_law_loglik(f, x, true, &o, 1);
            if (at > 1e-290)
                worst = fmax(worst, fabs(got - log(at)));
        }
        ok(worst < 1e-9, "  log density, worst %.1g", worst);
        struct sbs_obs cut = {5, INFINITY}, some = {4, 6};
        is_near(sbs_law_loglik(f, x, true, &cut, 1),
                log(sbs_dist_tail(&d, 5)), 1e-10, "  cut off");
        is_near(sbs_law_loglik(f, x, true, &some, 1),
                log(sbs_dist_cdf(&d, 6) - sbs_dist_cdf(&d, 4)), 1e-10,
                "  an interval");
        ok(sbs_law_find(f->name) == f, "  by name");
        x[2] = -1;
        ok(!sbs_law_dist(f, x, true, &d), "  no shift below 0");
    }
    ok(!sbs_law_find("normal"), "no such family");
}

/* From 2000 values, a fifth cut off and a fifth rounded: the truth within 4
 * standard errors, also of the fit started elsewhere. */
static void recovery(bool shifted)
{
    for (int i = 0; i < SBS_LAW_FAMILIES; i++) {
        const struct sbs_law_family *f = &sbs_law_families[i];
        double x[3] = {3, -0.6, 12}, unit = shifted ? .01 : 1;
        size_t n = shifted ? 600 : N;
        struct sbs_law_fit fit, again;
        struct sbs_error err = {0};
        struct sbs_dist d;

        sbs_law_dist(f, x, shifted, &d);
        lawtest_draw(obs, n, 90 + (uint32_t)i, &d);
        for (size_t k = 0; k < n; k += 5) {
            double cut = 8 + 40 * (double)(k % 100) / 100;
            if (obs[k].lo > cut)
                obs[k] = (struct sbs_obs){cut, INFINITY};
            obs[k + 1].lo = floor(obs[k + 1].lo / unit) * unit;
            obs[k + 1].hi = obs[k + 1].lo + unit;
        }
        if (!ok(!sbs_law_fit(f, obs, n, shifted, &fit, &err) &&
                !sbs_law_fit_intervals(&fit, obs, &err),
                "%s fitted%s", f->name, err.text))
            continue;
        for (int k = 0; k < (shifted ? 3 : 2); k++) {
            if (k == 2 && isnan(fit.se[k])) { /* truth near or past it */
                double bound = sbs_law_shift_bound(obs, n);
                is_near(fit.x[k], bound, 1e-3, "  shift at its bound");
                ok(bound < x[k] + .1, "  which is where it must be");
                continue;
            }
            is_z(fit.x[k], fit.se[k], x[k], "  parameter");
            ok(fit.lo[k] < fit.x[k] && fit.x[k] < fit.hi[k] &&
                   fabs((fit.hi[k] - fit.lo[k]) / (3.92 * fit.se[k]) - 1) <
                       .35, "  interval %.3f to %.3f, se %.3f", fit.lo[k],
               fit.hi[k], fit.se[k]);
        }
        fit.x[0] += .05;
        ok(!sbs_law_refit(&fit, obs, n, &again, &err), "  again");
        is_near(again.loglik, fit.loglik, 1e-9, "  the same maximum");
    }
}

/* Closed forms: lognormal; inverse Gaussian, mean and 1 / mean of (1/x -
 * 1/mean) (Tweedie 1957). */
static void closed_forms(void)
{
    struct sbs_dist d = sbs_dist_plain(SBS_DIST_INVGAUSS, 30, 200, 0);
    struct sbs_law_fit fit;
    struct sbs_error err = {0};
    double mean = 0, inverse = 0, a, b;

    lawtest_draw(obs, 60, 3, &d);
    for (int i = 0; i < 60; i++)
        mean += obs[i].lo / 60;
    for (int i = 0; i < 60; i++)
        inverse += (1 / obs[i].lo - 1 / mean) / 60;
    ok(!sbs_law_fit(sbs_law_find("invgauss"), obs, 60, false, &fit, &err),
       "inverse Gaussian fitted");
    fit.family->natural(fit.x, &a, &b);
    is_near(a, mean, 1e-5, "  mean");
    is_near(b, 1 / inverse, 1e-5, "  shape");
    is_near(fit.bic, -2 * fit.loglik + 2 * log(60), 1e-12, "  BIC");
    is_near(fit.aicc, -2 * fit.loglik + 4 + 12. / 57, 1e-12, "  AICc");
}

/* SCIENCE.md C.1: truth lognormal(0, .3), the slowest 19% cancelled. Without
 * them mu is .100 too small and sigma .230; with them nothing is. */
static void cancelled(void)
{
    struct sbs_dist d = sbs_dist_lognormal(0, 0.3, 0);
    const struct sbs_law_family *f = sbs_law_find("lognormal");
    double cut = sbs_dist_quantile(&d, 0.81), mu[2] = {0}, sigma[2] = {0};
    double bias, spread, z, c2;
    struct sbs_law_fit kept, dropped;
    struct sbs_error err = {0};
    enum { REPS = 20 };

    for (uint32_t r = 0; r < REPS; r++) {
        size_t n = 0;
        lawtest_draw(obs, N, 200 + r, &d);
        for (int i = 0; i < N; i++)
            if (obs[i].lo > cut)
                obs[i] = (struct sbs_obs){cut, INFINITY};
        if (sbs_law_fit(f, obs, N, false, &kept, &err))
            ok(0, "%s", err.text);
        for (int i = 0; i < N; i++)
            if (!sbs_obs_censored(&obs[i]))
                obs[n++] = obs[i];
        if (sbs_law_fit(f, obs, n, false, &dropped, &err))
            ok(0, "%s", err.text);
        mu[0] += kept.x[0] / REPS;
        mu[1] += dropped.x[0] / REPS;
        sigma[0] += exp(kept.x[1]) / REPS;
        sigma[1] += exp(dropped.x[1]) / REPS;
    }
    /* Moments of a normal cut at c: -phi/P; 1 - c phi/P - (phi/P)^2. */
    c2 = sbs_norm_quantile(0.81);
    z = exp(-c2 * c2 / 2) / sqrt(2 * acos(-1)) / 0.81;
    bias = -0.3 * z;
    spread = 0.3 * sqrt(1 - c2 * z - z * z);
    ok(fabs(bias + .1) < .005 && fabs(spread - .23) < .01,
       "cut at 81%%: mu %.3f, sigma %.3f as C.1 says", bias, spread);
    is_z(mu[1], .23 / sqrt(.81 * N * REPS), bias, "dropped: mu biased");
    is_z(sigma[1], .23 / sqrt(2 * .81 * N * REPS), spread,
         "dropped: sigma biased");
    is_z(mu[0], .31 / sqrt(N * REPS), 0, "kept as cut off: mu is not");
    is_z(sigma[0], .3 * 1.2 / sqrt(2. * N * REPS), .3, "  sigma is not");
}

/* C.3: near families share the weight; none is chosen for good. The average
 * predicts about as well as the truth. */
static void average(void)
{
    struct sbs_dist d = sbs_dist_lognormal(2, 0.174, 0), draws[400];
    struct sbs_law_average a;
    struct sbs_error err = {0};
    double top = 0, sum = 0, true95 = sbs_dist_quantile(&d, .95), q[400];
    double bias = 0;
    int inside = 0;
    enum { REPS = 12 };

    for (uint32_t r = 0; r < REPS; r++) {
        lawtest_draw(obs, 50, 300 + r, &d);
        if (sbs_law_average_make(obs, 50, &a, &err))
            ok(0, "%s", err.text);
        top += a.member[0].weight / REPS;
        bias += (sbs_law_average_quantile(&a, .95) / true95 - 1) / REPS;
        if (sbs_law_average_draws(&a, obs, 400, r, draws, &err))
            ok(0, "%s", err.text);
        int below = 0;
        for (int i = 0; i < 400; i++)
            below += sbs_dist_quantile(&draws[i], .95) < true95;
        inside += below >= 20 && below < 380;
    }
    for (size_t i = 0; i < a.n_members; i++)
        sum += a.member[i].weight;
    is_near(sum, 1, 1e-12, "weights sum to 1");
    ok(top < .6, "heaviest member has %.2f on average, not all", top);
    ok(fabs(bias) < .03, "p95 of the average off by %.3f", bias);
    is_z(inside / (double)REPS, sqrt(.09 / REPS), .9,
         "90% intervals of p95 from the draws cover");
    is_near(sbs_law_average_cdf(&a, sbs_law_average_quantile(&a, .3)), .3,
            1e-9, "quantile inverts cdf");
    ok(!sbs_law_average_draws(&a, obs, 3, 5, draws, &err), "draws again");
    q[0] = draws[2].a;
    ok(!sbs_law_average_draws(&a, obs, 3, 5, draws, &err) &&
           draws[2].a == q[0], "the same for the same seed");
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, NULL);
    sbs_dist_write(&draws[0], &w);
    ok(!sbs_jsonw_end(&w, &err) && strstr(w.text, "\"dist\""),
       "written as the model file's D");
    sbs_jsonw_fini(&w);
}

/* A shift beyond what the sample allows is not claimed; few values work. */
static void edges(void)
{
    struct sbs_obs three[] = {{4, 4}, {5, 5}, {7, 7}}, cut[3];
    struct sbs_law_fit fit = {.n = 77};
    struct sbs_law_average a;
    struct sbs_error err = {0};

    ok(!sbs_law_average_make(three, 3, &a, &err) && a.n_members > 5 &&
           isinf(a.member[0].fit.aicc) && !a.member[0].fit.shifted,
       "three values: no AICc, no shifts, still an average");
    is_near(sbs_law_shift_bound(three, 3), 4 - 3. / 3, 0,
            "shift at most min - spread / n");
    for (int i = 0; i < 3; i++)
        cut[i] = (struct sbs_obs){three[i].lo, INFINITY};
    ok(sbs_law_average_make(cut, 3, &a, &err) == -1, "%s", err.text);
    ok(sbs_law_fit(sbs_law_find("gamma"), three, 2, false, &fit, &err) == -1,
       "%s", err.text);
    three[2] = three[1] = three[0];
    ok(sbs_law_fit(sbs_law_find("weibull"), three, 3, false, &fit, &err) ==
           -1 && fit.n == 77, "%s", err.text);
}

int main(void)
{
    gsl_set_error_handler_off();
    families();
    closed_forms();
    recovery(false);
    recovery(true);
    cancelled();
    average();
    edges();
    return tap_done();
}
