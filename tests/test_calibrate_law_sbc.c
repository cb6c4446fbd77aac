/* SPDX-License-Identifier: Apache-2.0 */
/* Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and
 * Gelman 2018, arXiv:1804.06788): parameters from the prior, data from the
 * parameters, and the rank of the truth among the posterior draws must be
 * uniform. A fifth of the data is cut off and a fifth rounded, at times and
 * in ways that say nothing about the parameters. */
#include "config.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/law_posterior.h"
#include "tests/tap.h"

enum { N = 25, DRAWS = 99, THIN = 30, BINS = 20, QUICK = 80, FULL = 1000,
       CASES = SBS_LAW_FAMILIES + 2 };

struct tally {
    double bin[SBS_LAW_DIM][BINS];
    unsigned inside[SBS_LAW_DIM], n;
};

static void observe(struct sbs_obs *o, uint32_t i, double t, double u)
{
    double cut = sbs_exp(SBS_LAW_PRIOR_CENTRE +
                         SBS_LAW_PRIOR_CENTRE_SD * sbs_norm_quantile(u));

    o->lo = o->hi = t;
    if (i % 5 == 0 && t > cut)
        *o = (struct sbs_obs){cut, INFINITY};
    else if (i % 5 == 1 && t < 1e15)
        *o = (struct sbs_obs){floor(t), floor(t) + 1};
    else if (t < 1e-300) /* underflow: "less than this" is what is known */
        *o = (struct sbs_obs){0, 1e-300};
}

static int replicate(const struct sbs_law_family *f, bool shifted, uint32_t r,
                     struct tally *t)
{
    struct sbs_stream s = sbs_stream_init(20181, r);
    struct sbs_obs obs[N];
    struct sbs_law_posterior p = {f, shifted, obs, N};
    double u[3], x[SBS_LAW_DIM], draws[DRAWS * SBS_LAW_DIM], uu[2];
    struct sbs_dist d;
    struct sbs_error err = {0};

    sbs_rng_fill(&s, 1, 1, (uint32_t)f->kind, shifted, 3, u);
    sbs_law_prior_draw(f, shifted, u, x);
    if (!sbs_law_dist(f, x, shifted, &d))
        return 0; /* gamma's shape beyond its range: p < 1e-5 */
    for (uint32_t i = 0; i < N; i++) {
        sbs_rng_u01x2(&s, 2 + i, 1, (uint32_t)f->kind, shifted, uu);
        observe(&obs[i], i, sbs_dist_quantile(&d, uu[0]), uu[1]);
    }
    if (sbs_law_posterior_draw(&p, DRAWS, THIN, 77, r, draws, NULL, &err)) {
        printf("# %s\n", err.text);
        return -1;
    }
    for (int k = 0; k < 2 + shifted; k++) {
        int rank = 0;
        for (int i = 0; i < DRAWS; i++)
            rank += draws[i * SBS_LAW_DIM + k] < x[k];
        t->bin[k][rank * BINS / (DRAWS + 1)]++;
        t->inside[k] += rank >= 5 && rank < 95; /* 90 of 100 ranks */
    }
    t->n++;
    return 0;
}

/* All tests together are wrong once in a hundred runs with a right sampler:
 * each at 1% / their number (Bonferroni). */
static void family(const struct sbs_law_family *f, bool shifted)
{
    const char *is_long = getenv("SBS_LONG");
    bool full = is_long && *is_long;
    uint32_t reps = full ? FULL : QUICK;
    struct tally t = {.n = 0};
    double level = 0.01 / (CASES * 2 + 2);
    int failed = 0;

    for (uint32_t r = 0; r < reps; r++)
        failed += replicate(f, shifted, r, &t) != 0;
    ok(!failed && t.n + 1 >= reps, "%s%s: %u replicates", f->name,
       shifted ? " with a shift" : "", t.n);
    for (int k = 0; k < 2 + shifted; k++) {
        double chi2 = 0, want = (double)t.n / BINS, p;
        double cover = t.inside[k] / (double)t.n;
        for (int b = 0; b < BINS; b++)
            chi2 += (t.bin[k][b] - want) * (t.bin[k][b] - want) / want;
        p = gsl_cdf_chisq_Q(chi2, BINS - 1);
        ok(p > level, "  x[%d]: ranks uniform, chi2 %.1f, p %.3f", k, chi2,
           p);
        if (full)
            ok(cover >= 0.86 && cover <= 0.94,
               "  x[%d]: 90%% intervals cover %.1f%%", k, 100 * cover);
        else
            is_z(cover, sqrt(0.09 / t.n), 0.9, "  90% intervals cover");
    }
}

/* A normal density: mean, covariance and acceptance. */
static double normal(const double *x, const void *arg)
{
    double a = x[0] - 3, b = x[1] - 2 * x[0];

    (void)arg;
    return -a * a / 2 - b * b / (2 * .01);
}

static void sampler(void)
{
    static double out[2 * 20000];
    double step[2] = {1, 1}, start[2] = {0, 0}, m0 = 0, m1 = 0, v = 0;
    struct sbs_sampler s = {normal, NULL, 2, step, 2000, 10, 5, 0};
    struct sbs_sampler_report report;
    struct sbs_error err = {0};

    ok(!sbs_sampler_run(&s, start, 20000, out, &report, &err), "normal");
    for (int i = 0; i < 20000; i++) {
        m0 += out[2 * i] / 20000;
        m1 += (out[2 * i + 1] - 2 * out[2 * i]) / 20000;
        v += (out[2 * i] - 3) * (out[2 * i] - 3) / 20000;
    }
    is_z(m0, 1 / sqrt(report.ess), 3, "mean");
    is_z(m1, .1 / sqrt(report.ess), 0, "of the correlated one");
    is_z(v, sqrt(2 / report.ess), 1, "variance");
    ok(report.accepted_frac > .25 && report.accepted_frac < .45,
       "accepted %.2f", report.accepted_frac);
    ok(report.ess > 5000, "effective %.0f of 20000", report.ess);
    start[0] = NAN;
    ok(sbs_sampler_run(&s, start, 1, out, NULL, &err) == -1,
       "a start without density: %s", err.text);
}

int main(void)
{
    gsl_set_error_handler_off();
    sampler();
    for (int i = 0; i < SBS_LAW_FAMILIES; i++)
        family(&sbs_law_families[i], false);
    family(sbs_law_find("lognormal"), true);
    family(sbs_law_find("gamma"), true);
    return tap_done();
}
