/* SPDX-License-Identifier: Apache-2.0 */
/* Stopping by itself: the same replications as without, and intervals that
 * hold what they promise where the mean is known. */
#include "config.h"

#include "sweep/stop.h"

#include "simtest.h"
#include "stats/precision.h"
#include "tap.h"

/* 20 tasks of D + exp(1) each, D = mu = 1: the mean makespan is 1 + H_20. */
static const char sexp[] =
    "'speed':{'classes':[{'name':'any','weight':1,'slowdown':"
    "{'dist':'exponential','mean':1,'shift':1}}]},"
    "'price':{'vcpu_h_usd':1800,'gb_h_usd':0,'round_s':0,'min_billed_s':0}";
/* The same with draws of the mean; the mean over the draws is again known. */
static const char drawn[] =
    "'speed':{'classes':[{'name':'any','weight':1,'slowdown':"
    "{'dist':'exponential','mean':1,'shift':1}}]},"
    "'price':{'vcpu_h_usd':1800,'gb_h_usd':0,'round_s':0,'min_billed_s':0},"
    "'posterior':{'draws':["
    "{'speed.classes':[{'name':'any','weight':1,'slowdown':"
    "{'dist':'exponential','mean':0.5,'shift':1}}]},"
    "{'speed.classes':[{'name':'any','weight':1,'slowdown':"
    "{'dist':'exponential','mean':1,'shift':1}}]},"
    "{'speed.classes':[{'name':'any','weight':1,'slowdown':"
    "{'dist':'exponential','mean':1.5,'shift':1}}]}]}";

static double harmonic(int n)
{
    double h = 0;
    for (int i = 1; i <= n; i++)
        h += 1.0 / i;
    return h;
}

/* A run that is set up (with one replication made), then stopped by rule. */
static int stop(struct simtest *t, uint64_t seed, uint32_t cap, int threads,
                const struct sbs_stop *rule, struct sbs_run_outcome *out,
                struct sbs_stop_report *report)
{
    t->run.scenario.seed = seed;
    t->run.reps = cap;
    t->run.threads = threads;
    return sbs_stop_run(&t->run, rule, out, report, &t->err);
}

/* How often the interval at the stop holds the true mean. */
static void test_coverage(const char *model, double truth, double relative,
                          const char *name)
{
    struct simtest t;
    struct sbs_stop rule = { relative, SBS_STOP_MEANS };
    uint32_t times = simtest_reps(150, 4000), held = 0, reached = 0;
    double used = 0;
    if (simtest_run(&t, model, "'tasks':20,'ref_s':1", "static",
                    (struct simtest_options){ .reps = 1 }) != 0) {
        ok(0, "%s: %s", name, t.err.text);
        return;
    }
    for (uint32_t i = 0; i < times; i++) {
        struct sbs_run_outcome out;
        struct sbs_stop_report r;
        if (stop(&t, 1000 + i, 100000, 1, &rule, &out, &r) != 0) {
            ok(0, "%s: %s", name, t.err.text);
            break;
        }
        const struct sbs_precision *p = &r.width[0].of;
        held += fabs(p->mean - truth) <= p->half ? 1u : 0u;
        reached += r.reached ? 1u : 0u;
        used += (double)r.reps / times;
        sbs_stop_report_fini(&r);
        sbs_run_outcome_fini(&out);
    }
    /* Stopping when the interval happens to be short costs a little: at most
     * 1.5% of coverage is allowed for, besides four standard errors. */
    double share = (double)held / times;
    double least = 0.935 - 4 * sqrt(0.95 * 0.05 / times);
    ok(reached == times && share > least && share < 0.99,
       "%s: %.4f of the intervals hold the mean (at least %.4f), %.0f "
       "replications", name, share, least, used);
    simtest_fini(&t);
}

static void test_same(void)
{
    struct simtest t, whole;
    struct sbs_run_outcome out[2], again[2];
    struct sbs_stop_report r, s;
    struct sbs_stop rule = { 0.01, SBS_STOP_MEANS };
    const char *work = "'tasks':20,'ref_s':1", *list = "static,clone";
    if (simtest_run(&t, drawn, work, list,
                    (struct simtest_options){ .reps = 1 }) != 0 ||
        stop(&t, 1, 100000, 1, &rule, out, &r) != 0 ||
        stop(&t, 1, 100000, 3, &rule, again, &s) != 0) {
        ok(0, "the same: %s", t.err.text);
        return;
    }
    ok(r.reached && r.looks > 2 && r.reps % 3 == 0,
       "reached with %u replications in %u looks", r.reps, r.looks);
    if (simtest_run(&whole, drawn, work, list,
                    (struct simtest_options){ .reps = r.reps }) != 0) {
        ok(0, "the same: %s", whole.err.text);
        return;
    }
    size_t bytes = (size_t)(SBS_N_METRICS + 1) * r.reps * sizeof(double);
    ok(r.reps == s.reps &&
           memcmp(out[0].values, again[0].values, bytes) == 0 &&
           memcmp(out[1].values, again[1].values, bytes) == 0,
       "one thread and three: the same");
    ok(memcmp(out[0].values, whole.out[0].values, bytes) == 0 &&
           memcmp(out[1].values, whole.out[1].values, bytes) == 0,
       "and what so many replications give");
    for (int i = 0; i < 2; i++) {
        sbs_run_outcome_fini(&out[i]);
        sbs_run_outcome_fini(&again[i]);
    }
    sbs_stop_report_fini(&r);
    sbs_stop_report_fini(&s);
    simtest_fini(&t);
    simtest_fini(&whole);
}

static void test_cap(void)
{
    struct simtest t;
    struct sbs_run_outcome out[2];
    struct sbs_stop_report r;
    struct sbs_stop rule = { 1e-4, SBS_STOP_MEANS };
    if (simtest_run(&t, sexp, "'tasks':20,'ref_s':1", "static,clone",
                    (struct simtest_options){ .reps = 1 }) != 0)
        return;
    for (uint32_t cap = 50; cap < 1000; cap += 250) {
        int status = stop(&t, 1, cap, 1, &rule, out, &r);
        ok(status == 0 && !r.reached && r.reps == cap,
           "%u replications at most: so many, and not reached", cap);
        sbs_stop_report_fini(&r);
        sbs_run_outcome_fini(&out[0]);
        sbs_run_outcome_fini(&out[1]);
    }
    rule = (struct sbs_stop){ 0.02, SBS_STOP_DIFFERENCES };
    int status = stop(&t, 1, 100000, 1, &rule, out, &r);
    ok(status == 0 && r.reached,
       "differences: %u replications", r.reps);
    ok(r.width[0].of.n == 0 && r.width[4].of.n == r.reps && r.widest == 1,
       "those of the second policy");
    is_z(r.width[4].of.mean, r.width[4].of.half / 1.96, -harmonic(20) / 2,
         "clone less static: - H_20 / 2");
    sbs_stop_report_fini(&r);
    sbs_run_outcome_fini(&out[0]);
    sbs_run_outcome_fini(&out[1]);
    simtest_fini(&t);
}

static void test_precision(void)
{
    /* Draws 10 and 20, each twice: +-1 and +-2 about them. */
    double v[] = { 9, 18, 11, 22 };
    struct sbs_precision p;
    struct sbs_error err;
    sbs_precision_make(&p, v, NULL, 4, 2, &err);
    /* Within: (2 + 8) / 2 = 5; t(2) = 4.302653; sqrt(5 / 4). */
    is_near(p.half, 4.302652729911275 * sqrt(1.25), 1e-9, "given the draws");
    /* Over: means 10 and 20, sd 7.07, by sqrt(2); t(1) = 12.706. */
    is_near(p.over, 12.706204736432095 * 5, 1e-9, "over them");
    sbs_precision_make(&p, v, NULL, 4, 0, &err);
    ok(isnan(p.over), "without draws nothing is over them");
    is_near(p.half, 3.182446305284263 * sqrt(110.0 / 3) / 2, 1e-9,
            "half of 4 values");
    sbs_precision_make(&p, v, v, 4, 2, &err);
    ok(p.half == 0 && sbs_precision_relative(p.half, p.mean) == 0,
       "no difference is known exactly");
    ok(sbs_stop_first(0) == 100 && sbs_stop_first(1) == 100 &&
           sbs_stop_first(3) == 102 && sbs_stop_first(200) == 400,
       "first look: 100, and whole cycles of the draws");
}

int main(void)
{
    test_precision();
    test_same();
    test_cap();
    double truth = 1 + harmonic(20);
    test_coverage(sexp, truth, 0.03, "3%");
    test_coverage(sexp, truth, 0.015, "1.5%");
    test_coverage(drawn, truth, 0.03, "3%, given draws");
    return tap_done();
}
