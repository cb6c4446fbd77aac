/* SPDX-License-Identifier: Apache-2.0 */
/* Lognormal fits against closed forms, simulated truths and refused input. */
#include "config.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/fit_lognormal.h"
#include "tests/tap.h"

enum { N = 400, REPS = 200 };

/* n draws of shift + exp(mu + sigma Z), replication r. */
static void draw(struct sbs_obs *o, uint32_t n, uint32_t r, double mu,
                 double sigma, double shift)
{
    struct sbs_stream s;
    uint32_t i;

    s = sbs_stream_init(7, r);
    for (i = 0; i < n; i++)
        o[i].lo = o[i].hi =
            shift + sbs_exp(mu + sigma * sbs_norm_quantile(
                                             sbs_rng_u01(&s, 1, 2, 3, i)));
}

static void closed_form(void)
{
    static const double v[] = {1.5, 2, 3, 4.5, 8, 2.2};
    struct sbs_obs o[6];
    struct sbs_lognormal_fit f;
    struct sbs_error err = {0};
    double sum = 0, square = 0;
    int i;

    for (i = 0; i < 6; i++) {
        o[i].lo = o[i].hi = v[i];
        sum += log(v[i]);
    }
    for (i = 0; i < 6; i++)
        square += (log(v[i]) - sum / 6) * (log(v[i]) - sum / 6);
    ok(!sbs_fit_lognormal(o, 6, false, &f, &err), "six values fit");
    is_near(f.mu, sum / 6, 1e-5, "mu is the mean of the logs");
    is_near(f.sigma, sqrt(square / 6), 1e-5, "sigma is the ML sd of the logs");
    /* Profile of mu: n/2 log(1 + (mu - m)^2 / s2) = 1.9207 */
    is_near(f.mu_hi - f.mu,
            f.sigma * sqrt(exp(2 * 1.9207294103470515 / 6) - 1), 1e-4,
            "profile interval of mu has its closed form");
    is_near(f.aicc, -2 * f.loglik + 4 + 12. / 3, 1e-12, "AICc");
    is_near(sbs_fit_lognormal_cdf(&f, sbs_fit_lognormal_quantile(&f, .3)), .3,
            1e-12, "quantile inverts cdf");
}

/* Coverage of the 95% profile interval of mu and sigma: binomial limits. */
static void coverage(void)
{
    struct sbs_obs o[30];
    struct sbs_lognormal_fit f;
    uint32_t r, mu = 0, sigma = 0;
    double se = sqrt(.05 * .95 * REPS);

    for (r = 0; r < REPS; r++) {
        draw(o, 30, r, 2, .5, 0);
        if (sbs_fit_lognormal(o, 30, false, &f, NULL))
            continue;
        mu += f.mu_lo < 2 && 2 < f.mu_hi;
        sigma += f.sigma_lo < .5 && .5 < f.sigma_hi;
    }
    ok(fabs(mu - .94 * REPS) < 4 * se, "mu covered %u of %d", mu, REPS);
    ok(fabs(sigma - .94 * REPS) < 4 * se, "sigma covered %u of %d", sigma,
       REPS);
}

static void censored(void)
{
    struct sbs_obs o[N];
    struct sbs_lognormal_fit exact, rounded, cut, dropped;
    struct sbs_error err = {0};
    size_t i, n = 0;

    draw(o, N, 1, 2, .3, 0);
    ok(!sbs_fit_lognormal(o, N, false, &exact, &err), "exact values");
    for (i = 0; i < N; i++) {
        o[i].hi = floor(o[i].lo) + 1;
        o[i].lo = floor(o[i].lo);
    }
    ok(!sbs_fit_lognormal(o, N, false, &rounded, &err), "whole seconds");
    ok(fabs(rounded.mu - exact.mu) < .01 &&
           fabs(rounded.sigma - exact.sigma) < .01,
       "whole seconds give the same (mu %.4f, sigma %.4f; %.4f, %.4f)",
       rounded.mu, rounded.sigma, exact.mu, exact.sigma);
    draw(o, N, 1, 2, .3, 0);
    for (i = 0; i < N; i++)
        if (o[i].lo > 9)
            o[i] = (struct sbs_obs){9, INFINITY};
    ok(!sbs_fit_lognormal(o, N, false, &cut, &err), "cut off at 9");
    ok(fabs(cut.mu - 2) < 4 * .3 / sqrt(N) && fabs(cut.sigma - .3) < .06,
       "cut-off values do not bias (mu %.3f, sigma %.3f)", cut.mu,
       cut.sigma);
    for (i = 0; i < N; i++)
        if (isfinite(o[i].hi))
            o[n++] = o[i];
    ok(!sbs_fit_lognormal(o, n, false, &dropped, &err), "without them");
    ok(dropped.sigma < .26 && dropped.mu < 1.95,
       "dropping them does (mu %.3f, sigma %.3f)", dropped.mu,
       dropped.sigma);
}

static void shifted(void)
{
    struct sbs_obs o[N];
    struct sbs_lognormal_fit f, other;
    struct sbs_error err = {0};

    draw(o, N, 2, 1, .8, 10);
    ok(!sbs_fit_lognormal_choose(o, N, &f, &other, &err), "with a shift");
    ok(f.shifted, "a shift of 10 s is seen (AICc %.1f against %.1f)", f.aicc,
       other.aicc);
    ok(fabs(f.shift - 10) < .15, "shift %.3f", f.shift);
    ok(fabs(f.mu - 1) < .15 && fabs(f.sigma - .8) < .15, "mu %.3f sigma %.3f",
       f.mu, f.sigma);
    draw(o, 30, 3, 2, .25, 0);
    ok(!sbs_fit_lognormal_choose(o, 30, &f, &other, &err), "plain values");
    ok(!f.shifted, "no shift is claimed where there is none (%.2f, %.2f)",
       f.aicc, other.aicc);
    ok(other.shift <= o[0].lo && other.shift >= 0,
       "the rejected shift is below the smallest value");
}

static void refused(void)
{
    struct sbs_obs o[3] = {{1, 1}, {2, 2}, {3, 3}};
    struct sbs_lognormal_fit f = {.mu = 77};
    struct sbs_error err = {0};

    ok(sbs_fit_lognormal(o, 2, false, &f, &err) == -1, "two values");
    is_str(err.text, "lognormal fit: 2 values (at least 3)", "... message");
    o[1].lo = -1;
    ok(sbs_fit_lognormal(o, 3, false, &f, &err) == -1, "a negative value");
    o[1] = (struct sbs_obs){NAN, NAN};
    ok(sbs_fit_lognormal(o, 3, false, &f, &err) == -1, "NaN");
    o[0] = o[1] = o[2] = (struct sbs_obs){2, 2};
    ok(sbs_fit_lognormal(o, 3, false, &f, &err) == -1, "all alike");
    ok(f.mu == 77, "nothing was changed");
}

int main(void)
{
    closed_form();
    coverage();
    censored();
    shifted();
    refused();
    return tap_done();
}
