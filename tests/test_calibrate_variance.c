/* SPDX-License-Identifier: Apache-2.0 */
/* Variance components: intervals of the stated size, coverage, level and
 * power of the drift tests, traps. Long with SBS_LONG. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/design.h"
#include "calibrate/variance.h"
#include "tests/tap.h"

enum { MOST_ROWS = 4096 };

/* A design and its truth. */
struct world {
    size_t workers, processors;
    size_t least, most; /* tasks a worker: uniform between; same = balanced */
    double processor_sd, worker_sd, drift_per_h, residual_sd, task_h;
    double pull_h; /* > 0: workers take tasks until this hour */
    bool starts;   /* elapsed to the start of the task, the wrong way */
};

static uint32_t long_or(uint32_t quick, uint32_t full)
{
    const char *is_long = getenv("SBS_LONG");

    return is_long && *is_long ? full : quick;
}

static double normal(const struct sbs_stream *s, uint32_t entity,
                     uint32_t purpose, uint32_t draw)
{
    return sbs_norm_quantile(sbs_rng_u01(s, entity, purpose, 0, draw));
}

/* Processor effects: evenly spaced, of sd processor_sd over the workers,
 * which go round the processors. */
static double processor_effect(const struct world *w, size_t k)
{
    double n = (double)w->processors, sd = sqrt((n * n - 1) / 12);

    return w->processors > 1
               ? w->processor_sd * ((double)k - (n - 1) / 2) / sd : 0;
}

static size_t tasks_of(const struct world *w, const struct sbs_stream *s,
                       size_t i)
{
    double u = sbs_rng_u01(s, (uint32_t)i, 3, 0, 0);

    if (w->pull_h > 0)
        return 200;
    return w->least + (size_t)(u * (double)(w->most - w->least + 1));
}

/* Hours of a task that begins at `at`, at the speed exp(-drift t), t since
 * ready (doc/semantics.md, 3). */
static double hours(const struct world *w, double at, double log_slow)
{
    double d = w->drift_per_h, t = w->task_h * exp(log_slow + d * at);

    return d != 0 ? -log1p(-d * t) / d : t;
}

/* One data set; rows has room. */
static struct sbs_variance_data make(const struct world *w, uint32_t rep,
                                     struct sbs_variance_row *row)
{
    struct sbs_stream s = sbs_stream_init(77, rep);
    struct sbs_variance_data d = {row, 0, w->workers, w->processors, 1,
                                  w->pull_h > 0};
    double base, at, h;
    size_t i, j, n;

    for (i = 0; i < w->workers; i++) {
        base = processor_effect(w, i % w->processors) +
               w->worker_sd * normal(&s, (uint32_t)i, 1, 0);
        n = tasks_of(w, &s, i);
        for (j = 0, at = 0; j < n; j++) {
            if (w->pull_h > 0 && at >= w->pull_h)
                break;
            h = hours(w, at, base + w->residual_sd *
                      normal(&s, (uint32_t)i, 2, (uint32_t)j));
            row[d.n++] = (struct sbs_variance_row){
                log(h / w->task_h), w->starts ? at : at + h / 2, i,
                i % w->processors, 0};
            at += h;
        }
    }
    return d;
}

static struct sbs_variance fit(const struct world *w, uint32_t rep,
                               double level, uint32_t draws)
{
    static struct sbs_variance_row row[MOST_ROWS];
    struct sbs_variance_options o = {level, draws, rep + 1};
    struct sbs_variance_data d = make(w, rep, row);
    struct sbs_variance v;
    struct sbs_error err = {0};

    if (sbs_variance_fit(&d, &o, &v, &err)) {
        printf("# %s\n", err.text);
        exit(1);
    }
    return v;
}

static void is_share(uint32_t hits, uint32_t n, double want, const char *what)
{
    is_z((double)hits / n, sqrt(want * (1 - want) / n), want, what);
}

/* Mean ends and coverage of the 95% interval of the ICC. */
static void icc_interval(const struct world *w, double truth, double lo,
                         double hi, const char *name)
{
    uint32_t reps = long_or(300, 4000), k, hits = 0;
    double sum_lo = 0, sum_hi = 0;
    struct sbs_variance v;
    char text[100];

    for (k = 0; k < reps; k++) {
        v = fit(w, k, 0.95, 40);
        hits += v.icc.lo <= truth && truth <= v.icc.hi;
        sum_lo += v.icc.lo / reps;
        sum_hi += v.icc.hi / reps;
        sbs_variance_fini(&v);
    }
    snprintf(text, sizeof text, "%s: coverage of the ICC interval", name);
    is_share(hits, reps, 0.95, text);
    if (!isnan(lo))
        ok(fabs(sum_lo - lo) < 0.03 && fabs(sum_hi - hi) < 0.01,
           "%s: mean interval %.3f to %.3f (SCIENCE.md C.7: %.3f to %.3f)",
           name, sum_lo, sum_hi, lo, hi);
}

static void iccs(void)
{
    struct world w = {.workers = 50, .processors = 1, .least = 1, .most = 1,
                      .worker_sd = 0.3, .residual_sd = 0.1, .task_h = 0.5};
    struct sbs_variance v = fit(&w, 1, 0.95, 40);

    ok(!v.told && !v.drift.told && v.repeated == 0,
       "50 workers x 1 task: cannot be told");
    sbs_variance_fini(&v);
    w.least = w.most = 2;
    icc_interval(&w, 0.9, 0.825, 0.940, "50 x 2");
    w = (struct world){.workers = 25, .processors = 1, .least = 4, .most = 4,
                       .worker_sd = 0.3, .residual_sd = 0.1, .task_h = 0.5};
    icc_interval(&w, 0.9, 0.818, 0.946, "25 x 4");
    w.workers = 10;
    w.least = w.most = 5;
    icc_interval(&w, 0.9, 0.742, 0.961, "10 x 5");
    w.workers = 20;
    w.least = 1;
    w.most = 7;
    icc_interval(&w, 0.9, NAN, NAN, "unbalanced, 1 to 7 tasks");
    w.processors = 3;
    w.processor_sd = 0.2;
    w.worker_sd = 0.1;
    icc_interval(&w, 0.5, NAN, NAN, "unbalanced, 3 processors, ICC .5");
    w.worker_sd = 0.1 / 3;
    icc_interval(&w, 0.1, NAN, NAN, "unbalanced, 3 processors, ICC .1");
}

/* The balanced interval against the formula of SCIENCE.md C.7, with F from
 * plain sums of squares. */
static void formula(void)
{
    struct sbs_variance_row row[12];
    const double y[4][3] = {{1.0, 1.2, 1.1}, {2.0, 2.3, 2.1},
                            {1.5, 1.4, 1.6}, {0.7, 0.9, 1.1}};
    struct sbs_variance_data d = {row, 12, 4, 1, 1, false};
    struct sbs_variance_options o = {0.95, 40, 1};
    struct sbs_variance v;
    struct sbs_error err = {0};
    /* All elapsed times equal: no drift. By hand: means 1.1, 2.13333, 1.5,
     * 0.9, MSB = 0.8875, MSW = (.02 + .0466667 + .02 + .08) / 8; tables of
     * F.975: (3, 8) 5.416, (8, 3) 14.54. */
    const double msb = 0.8875, msw = 0.16666666666666667 / 8;
    double f = msb / msw, lo, hi;
    size_t i;

    for (i = 0; i < 12; i++)
        row[i] = (struct sbs_variance_row){y[i / 3][i % 3], 0, i / 3, 0, 0};
    if (!ok(sbs_variance_fit(&d, &o, &v, &err) == 0, "12 values"))
        return;
    lo = (f / 5.416 - 1) / (f / 5.416 + 2);
    hi = (f * 14.54 - 1) / (f * 14.54 + 2);
    ok(!v.drift.told, "without spread of elapsed times there is no slope");
    ok(fabs(v.icc.lo - lo) < 2e-4 && fabs(v.icc.hi - hi) < 2e-4,
       "the F interval: %.5f to %.5f (by hand %.5f to %.5f)", v.icc.lo,
       v.icc.hi, lo, hi);
    is_near(v.part[SBS_COMPONENT_WORKER].sd,
            sqrt((msb - msw) / 3), 1e-6,
            "worker sd as by ANOVA");
    is_near(v.part[SBS_COMPONENT_RESIDUAL].sd, sqrt(msw), 1e-6,
            "residual sd as by ANOVA");
    sbs_variance_fini(&v);
}

/* 90% intervals of every component cover 86 to 94% (issue 4, Show 1). */
static void components(const struct world *w, const char *name)
{
    static const char *const part[] = {"processor", "worker", "drift",
                                       "residual"};
    uint32_t reps = long_or(200, 2000), k, hits[SBS_COMPONENT_COUNT] = {0};
    double truth[SBS_COMPONENT_COUNT], sd, mean_sd[SBS_COMPONENT_COUNT] = {0};
    struct sbs_variance v;
    size_t c;

    for (k = 0; k < reps; k++) {
        v = fit(w, 10000 + k, 0.9, long_or(300, 1000));
        truth[SBS_COMPONENT_PROCESSOR] = w->processor_sd;
        truth[SBS_COMPONENT_WORKER] = w->worker_sd;
        truth[SBS_COMPONENT_RESIDUAL] = w->residual_sd;
        truth[SBS_COMPONENT_DRIFT] = /* the variance of b x within workers */
            w->drift_per_h * sqrt(v.drift.within_ss / (double)v.drift.n);
        for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
            sd = truth[c];
            hits[c] += v.part[c].sd_lo <= sd && sd <= v.part[c].sd_hi;
            mean_sd[c] += v.part[c].sd / reps;
        }
        sbs_variance_fini(&v);
    }
    for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
        double cover = (double)hits[c] / reps;
        double z = (cover - 0.9) / sqrt(0.9 * 0.1 / reps);

        ok(fabs(z) < 4 || (cover > 0.86 && cover < 0.94),
           "%s: 90%% interval of %s sd covers %.1f%% (z = %.2f), mean "
           "estimate %.4f of %.4f", name, part[c], 100 * cover, z,
           mean_sd[c], truth[c]);
    }
}

static void all_components(void)
{
    struct world w = {.workers = 24, .processors = 3, .least = 4, .most = 4,
                      .processor_sd = 0.2, .worker_sd = 0.08,
                      .drift_per_h = 0.05, .residual_sd = 0.05,
                      .task_h = 0.5};

    components(&w, "24 x 4");
    w.least = 1;
    w.most = 8;
    components(&w, "unbalanced");
    w = (struct world){.workers = 12, .processors = 2, .least = 2, .most = 6,
                       .processor_sd = 0.1, .worker_sd = 0.1,
                       .drift_per_h = 0.1, .residual_sd = 0.2,
                       .task_h = 0.5};
    components(&w, "12 workers, much noise");
}

/* Share of data sets in which t and Mann-Kendall reject at 5%. */
static void rejections(const struct world *w, uint32_t reps, uint32_t *t,
                       uint32_t *kendall)
{
    static struct sbs_variance_row row[MOST_ROWS];
    struct sbs_variance_data d;
    struct sbs_drift drift;
    struct sbs_error err = {0};
    uint32_t k;

    *t = *kendall = 0;
    for (k = 0; k < reps; k++) {
        d = make(w, 50000 + k, row);
        if (sbs_variance_drift(&d, 0.95, &drift, &err))
            exit(1);
        *t += drift.told && drift.p < 0.05;
        *kendall += drift.kendall_p < 0.05;
    }
}

/* Exact level at 5% of Mann-Kendall with m workers of n <= 8 tasks: the law
 * of all inversions is the m-fold product of prod_k (1 + q + ... + q^k) / k!
 * and S = pairs - 2 inversions; the test is conservative by its steps. */
static double kendall_level(size_t m, size_t n)
{
    static double law[1024], next[1024];
    size_t top = 0, i, j, k, w, pairs = m * n * (n - 1) / 2;
    double var = (double)(m * n * (n - 1) * (2 * n + 5)) / 18, sum = 0, s;

    memset(law, 0, sizeof law);
    law[0] = 1;
    for (w = 0; w < m; w++) {
        for (k = 1; k < n; top += k++) {
            memset(next, 0, sizeof next);
            for (i = 0; i <= top; i++)
                for (j = 0; j <= k; j++)
                    next[i + j] += law[i] / (double)(k + 1);
            memcpy(law, next, sizeof law);
        }
    }
    for (i = 0; i <= top; i++) {
        s = fabs((double)pairs - 2 * (double)i);
        sum += 2 * sbs_norm_cdf(-(s - 1) / sqrt(var)) < 0.05 ? law[i] : 0;
    }
    return sum;
}

static void drift_level(void)
{
    uint32_t reps = long_or(2000, 40000), t, kendall;
    struct world w = {.workers = 25, .processors = 1, .least = 6, .most = 6,
                      .worker_sd = 0.3, .residual_sd = 0.1, .task_h = 0.5};

    rejections(&w, reps, &t, &kendall);
    is_share(t, reps, 0.05, "level of the drift t test, 25 x 6");
    is_share(kendall, reps, kendall_level(25, 6),
             "level of Mann-Kendall against its exact one");
    w.residual_sd = 0.4;
    w.least = w.most = 3;
    w.workers = 50;
    rejections(&w, reps, &t, &kendall);
    /* Long tasks are far apart and noisy at once: 6.0% in 40,000. */
    ok(t < 0.065 * reps + 4 * sqrt(0.06 * reps), "with a residual sd of 40%% "
       "the t test rejects %.1f%% (50 x 3)", 100.0 * t / reps);
    is_share(kendall, reps, kendall_level(50, 3), "Mann-Kendall as it should");
    w.starts = true;
    rejections(&w, reps, &t, &kendall);
    ok(t > reps / 10, "the trap: elapsed to the start of the task rejects "
       "%.1f%% instead of 5%%", 100.0 * t / reps);
    w.starts = false;
    w.pull_h = 2.5;
    rejections(&w, reps, &t, &kendall);
    is_share(t, reps, 0.05, "level when workers pull their tasks");
}

/* The power that d->least promises, by simulation. */
static void drift_power(void)
{
    uint32_t reps = long_or(500, 4000), t, kendall;
    struct world w = {.workers = 25, .processors = 1, .least = 4, .most = 4,
                      .worker_sd = 0.2, .residual_sd = 0.05, .task_h = 0.5};
    /* Sxx = m T^2 n (n^2 - 1) / 12 with the mean task time of the lognormals
     * (the sd of it varies it a little); t on 74 df: 1.9925, 1.2931. */
    double mean_h = 0.5 * exp(0.5 * (0.04 + 0.0025));
    double xx = 25 * mean_h * mean_h * exp(0.04) * 5;

    w.drift_per_h = (1.9925 + 1.2931) * 0.05 / sqrt(xx);
    rejections(&w, reps, &t, &kendall);
    ok(t > 0.86 * reps && t < 0.94 * reps,
       "a drift of the promised size is found in %.1f%% (90%%)",
       100.0 * t / reps);
    ok(kendall > 0.7 * reps, "by Mann-Kendall in %.1f%%",
       100.0 * kendall / reps);
}

/* Share of data sets of a design with the given truth that are told. */
static double told_share(struct sbs_design d, double share, uint32_t reps)
{
    struct world w = {.workers = d.workers, .processors = 1,
                      .least = d.tasks, .most = d.tasks,
                      .worker_sd = 0.1 * sqrt(share / (1 - share)),
                      .residual_sd = 0.1, .task_h = 0.5};
    uint32_t k, hits = 0;
    struct sbs_variance v;

    for (k = 0; k < reps; k++) {
        v = fit(&w, 200000 + k, 0.95, 40);
        hits += share > 0.5 ? v.persistent.lo > SBS_DESIGN_HALF
                            : v.persistent.hi < SBS_DESIGN_HALF;
        sbs_variance_fini(&v);
    }
    return (double)hits / reps;
}

/* Powers of designs by simulation of the interval they are about. */
static void designs(void)
{
    struct sbs_design least = sbs_design_least(0.9, 0.95);
    struct sbs_design d = sbs_design_tasks(50, 0.9, 0.95);
    uint32_t reps = long_or(500, 4000);
    const double share[] = {0.9, 0.1};
    double want, got;
    size_t k;

    for (k = 0; k < 2; k++) {
        want = sbs_design_power(least.workers, least.tasks, share[k], 0.95);
        got = told_share(least, share[k], reps);
        /* .03: the fit spends a degree of freedom on the drift. */
        ok(fabs(got - want) < 0.03 + 4 * sqrt(want * (1 - want) / reps),
           "%zu x %zu tells a share of %.1f with %.3f (simulated %.3f)",
           least.workers, least.tasks, share[k], want, got);
    }
    ok(least.power >= 0.9 &&
       sbs_design_power(least.workers - 1, least.tasks, 0.1, 0.95) < 0.9,
       "the least design, and one worker less is not enough");
    ok(d.tasks == 2, "50 workers need 2 tasks each for a share of .9");
    ok(sbs_design_power(50, 1, 0.9, 0.95) == 0, "50 x 1 has no power at all");
    ok(sbs_design_tasks(50, 0.5, 0.95).tasks == 0,
       "no design tells a half from a half");
    d = sbs_design_tasks(50, 0.1, 0.95);
    ok(d.tasks == 2 || d.tasks == 3, "random noise needs %zu tasks each",
       d.tasks);
    d = sbs_design_drift(25, 3.3 * 0.05 * 3 * sqrt(1.0 / 125),
                         0.05, 0.95);
    ok(d.tasks == 4 && d.power > 0.9,
       "the drift that 25 x 4 finds needs %zu tasks each (power %.4f)",
       d.tasks, d.power);
}

/* Noncentral chi-square against its Poisson series. */
static void noncentral(void)
{
    /* R 4: pchisq(c(3, 10, 30), c(2, 4, 3), c(1, 5, 20)) by the series
     * sum_j dpois(j, ncp/2) pchisq(x, df + 2 j). */
    const double x[] = {3, 10, 30}, df[] = {2, 4, 3}, ncp[] = {1, 5, 20};
    double want, term, j, worst = 0, inner, step, a;
    int i, k, m;

    for (i = 0; i < 3; i++) {
        want = 0;
        for (k = 0; k < 200; k++) {
            j = k;
            term = exp(-ncp[i] / 2 + j * log(ncp[i] / 2) - lgamma(j + 1));
            a = (df[i] + 2 * j) / 2; /* P(a, x/2) by its own series */
            inner = step = exp(a * log(x[i] / 2) - x[i] / 2 - lgamma(a + 1));
            for (m = 1; m < 400; m++)
                inner += step *= x[i] / 2 / (a + m);
            want += term * inner;
        }
        worst = fmax(worst, fabs(sbs_variance_noncentral(x[i], df[i],
                                                         ncp[i]) - want));
    }
    ok(worst < 0.003, "noncentral chi-square, largest error %.5f", worst);
}

static void refused(void)
{
    struct sbs_variance_row row[3] = {{0, 0, 0, 0, 0}, {1, 1, 0, 0, 0},
                                      {NAN, 0, 1, 0, 0}};
    struct sbs_variance_data d = {row, 3, 2, 1, 1, false};
    struct sbs_variance_options o = {0.95, 40, 1};
    struct sbs_variance v;
    struct sbs_error err = {0};

    ok(sbs_variance_fit(&d, &o, &v, &err) == -1 && err.code == SBS_EINPUT,
       "a value that is not finite is refused: %s", err.text);
    row[2].value = 1;
    row[2].worker = 7;
    ok(sbs_variance_fit(&d, &o, &v, &err) == -1, "so is a worker unknown");
    d.n = 0;
    ok(sbs_variance_fit(&d, &o, &v, &err) == -1, "and no row at all");
    row[2] = row[1] = row[0];
    row[2].worker = 1;
    d.n = 3;
    ok(sbs_variance_fit(&d, &o, &v, &err) == 0 && !v.told,
       "equal times tell nothing");
    sbs_variance_fini(&v);
}

int main(void)
{
    formula();
    iccs();
    all_components();
    drift_level();
    drift_power();
    designs();
    noncentral();
    refused();
    return tap_done();
}
