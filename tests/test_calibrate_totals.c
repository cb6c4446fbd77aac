/* SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of run totals against a plain forward simulation of the
 * client, and the joint fit on totals simulated from known parameters. */
#include "config.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "calibrate/joint.h"
#include "calibrate/minimise.h"
#include "tests/calibrate_client.h"
#include "tests/tap.h"

enum { REPS = 10000, N_MAX = 100 };

/* Numbers of the size of the shipped calibration; the test does not depend
 * on them. */
static const struct sbs_totals_fixed fixed = {
    .provision = {.n = 10, .mu = 2.65, .sigma = 0.24},
    .container = {.n = 10, .mu = 1.09, .sigma = 1.0},
    .pull_log_sd = 0.2, .poll_s = 1, .poll_task_s = 0.05, .n_classes = 4,
    .classes = {{.log_slowdown = 1.05, .log_sd = 0.05, .w_old = 0.7},
                {.log_slowdown = 1.37, .log_sd = 0.04, .w_old = 0.3},
                {.log_slowdown = 0.55, .log_sd = 0.05, .w_new = 0.5},
                {.log_slowdown = 0.75, .log_sd = 0.03, .w_new = 0.5}}};
static const struct sbs_totals_theta truth = {
    .setup_s = 10, .pull_s = 16, .call_s = 2.3, .call_log_sd = 0.15,
    .r_factor = 0.95, .share_new = 0.3};

static double ref[3][N_MAX];

static struct sbs_totals_run run_of(size_t n, const double *work)
{
    return (struct sbs_totals_run){.n = n, .ref_s = work, .fixed_s = 0.3,
                                   .first_s = NAN, .last_s = NAN};
}

/* Shares of simulated first and last below a time, against the closed
 * form: z of a binomial, plus 0.02 for what the closed form simplifies (the
 * polling passes by their mean, 0.5 s of 7 s). */
static void against_simulation(struct sbs_totals *t, const char *what,
                               struct sbs_totals_run run, double f_s,
                               double l_s)
{
    double work[N_MAX], first, last, p[2], want[2], se;
    uint64_t s = 20260204;
    int i, below[2] = {0, 0};

    for (i = 0; i < REPS; i++) {
        client_run(&s, &fixed, &truth, &run, work, &first, &last);
        below[0] += first <= f_s;
        below[1] += last <= l_s;
    }
    want[0] = sbs_totals_first_cdf(t, &truth, &run, f_s);
    want[1] = sbs_totals_last_cdf(t, &truth, &run, l_s);
    for (i = 0; i < 2; i++) {
        p[i] = (double)below[i] / REPS;
        se = sqrt(want[i] * (1 - want[i]) / REPS);
        ok(fabs(p[i] - want[i]) < 4 * se + .02,
           "%s, P(%s): %.4f simulated, %.4f closed form", what,
           i ? "last" : "first", p[i], want[i]);
    }
}

/* The likelihood sums to 1 over the last result (given rounding cells). */
static void sums_to_one(struct sbs_totals *t)
{
    struct sbs_totals_run run = run_of(10, ref[0]);
    double sum = 0;
    int i;

    run.last_pm_s = 1;
    for (i = 0; i < 400; i++) {
        run.last_s = 1 + 2 * i;
        sum += exp(sbs_totals_loglik(t, &truth, &run));
    }
    is_near(sum, 1, 1e-6, "probabilities of the last result sum to 1");
    run = run_of(50, ref[2]);
    run.last_pm_s = run.first_pm_s = 50;
    for (i = 0, sum = 0; i < 1600; i++) {
        run.first_s = 500 + 100 * (i % 40);
        run.last_s = 500 + 100 * (i / 40);
        if (run.last_s >= run.first_s)
            sum += exp(sbs_totals_loglik(t, &truth, &run));
    }
    ok(fabs(sum - 1) < 2e-3, "and of first and last together: %.6f", sum);
}

/* Totals of `truth`: short runs of 4, 10 and three times 100 tasks, one of 50
 * long tasks, fitted as a trace's runs would be. z: > 0 when call_s is in its
 * interval, z of pull_s, > 0 when the share is in its interval. */
static void recover(struct sbs_totals *t, uint64_t seed, double *z)
{
    static const struct sbs_joint_prior prior = {10, 0.35, 14, 1.1, 0.15};
    struct sbs_joint_runs runs = {.n = 0};
    struct sbs_joint j;
    struct sbs_joint_interval v;
    struct sbs_error err = {0};
    double work[N_MAX];
    uint64_t s = seed;
    size_t i;
    static const size_t n[] = {4, 10, 100, 100, 100, 50};

    for (i = 0; i < 6; i++) {
        struct sbs_joint_run *r = &runs.run[runs.n++];
        r->total = run_of(n[i], i == 5 ? ref[2] : i == 2 ? ref[1] : ref[0]);
        client_run(&s, &fixed, &truth, &r->total, work, &r->total.first_s,
                   &r->total.last_s);
        if (i < 5)
            r->total.first_s = NAN;
        r->total.first_pm_s = r->total.last_pm_s = 0.05;
        r->fitted = true;
    }
    z[0] = z[1] = z[2] = NAN;
    if (!ok(!sbs_joint_fit(t, &runs, &prior, &j, &err), "fit %u",
            (unsigned)seed)) {
        printf("#   %s\n", err.text);
        return;
    }
    ok(!sbs_joint_intervals(t, &runs, &prior, &j, &v, &err), "intervals");
    z[0] = (truth.call_s - v.call_lo) * (v.call_hi - truth.call_s);
    z[1] = log(j.theta.pull_s / truth.pull_s) / j.se[SBS_JOINT_PULL];
    z[2] = (truth.share_new - j.share_lo) * (j.share_hi - truth.share_new);
    printf("# call_s %.3f (%.3f to %.3f), share %.3f (%.3f to %.3f)\n",
           j.theta.call_s, v.call_lo, v.call_hi, j.theta.share_new,
           j.share_lo, j.share_hi);
}

static void recovery(struct sbs_totals *t)
{
    double z[3], pull = 0;
    int i, call = 0, covered = 0, reps = 3;

    for (i = 0; i < reps; i++) {
        recover(t, (uint64_t)(100 + i), z);
        call += z[0] > 0;
        pull += z[1];
        covered += z[2] > 0;
    }
    ok(fabs(pull) / sqrt(reps) < 4, "pull_s: mean z %.2f of %d fits",
       pull / reps, reps);
    /* at 95% each, fewer than 1 of 3 has probability 1e-4 */
    ok(call >= 1, "call_s covered %d of %d", call, reps);
    ok(covered >= 1, "the share of new processors covered %d of %d", covered,
       reps);
}

/* A quadratic has its minimum, covariance and profile in closed form. */
static double bowl(const double *x, const void *arg)
{
    double a = x[0] - 3, b = x[1] + 1;

    (void)arg;
    return (2 * a * a + 2 * a * b + b * b) / 2;
}

static void minimiser(void)
{
    static const double step[] = {1, 1};
    struct sbs_problem p = {bowl, NULL, 2, step};
    struct sbs_error err = {0};
    double x[] = {0, 0}, f, cov[4], lo, hi;

    ok(!sbs_minimise(&p, x, &f, &err), "minimise");
    ok(fabs(x[0] - 3) < 1e-4 && fabs(x[1] + 1) < 1e-4, "at (%.6f, %.6f)",
       x[0], x[1]);
    ok(!sbs_minimise_covariance(&p, x, cov, &err), "covariance");
    /* inverse of ((2, 1), (1, 1)) is ((1, -1), (-1, 2)) */
    ok(fabs(cov[0] - 1) < 1e-6 && fabs(cov[1] + 1) < 1e-6 &&
           fabs(cov[3] - 2) < 1e-6, "is ((1, -1), (-1, 2))");
    ok(!sbs_minimise_profile(&p, x, f, 1, &lo, &hi, &err), "profile");
    ok(fabs(hi + 1 - 1.959964 * sqrt(2)) < 1e-3 &&
           fabs(lo + 1 + 1.959964 * sqrt(2)) < 1e-3,
       "is 1.96 standard errors wide (%.4f, %.4f)", lo, hi);
}

int main(void)
{
    struct sbs_error err = {0};
    struct sbs_totals *t = sbs_totals_create(&fixed, &err);
    double mean, sd;
    size_t i;

    for (i = 0; i < N_MAX; i++) {
        ref[1][i] = 1.5;
        ref[2][i] = 695 * (1 - 0.0002 * (double)i);
    }
    minimiser();
    if (!ok(t != NULL, "tables"))
        return tap_done();
    sbs_totals_startup(t, &truth, &mean, &sd);
    /* means of the three lognormals; the grid of 0.5 s allows 1% */
    is_near(mean, exp(2.65 + .0288) + 16 * exp(.02) + exp(1.09 + .5), .01,
            "mean startup");
    against_simulation(t, "4 trivial", run_of(4, ref[0]), 50, 58);
    against_simulation(t, "100 trivial", run_of(100, ref[0]), 245, 270);
    against_simulation(t, "100 of 1.5 s", run_of(100, ref[1]), 245, 290);
    against_simulation(t, "50 of 695 s", run_of(50, ref[2]), 1220, 2800);
    sums_to_one(t);
    recovery(t);
    sbs_totals_destroy(t);
    return tap_done();
}
