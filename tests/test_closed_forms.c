/* SPDX-License-Identifier: Apache-2.0 */
/* The engine against results known in closed form: order statistics, cloning,
 * self-scheduling (SCIENCE.md B.1, B.2, B.6), list scheduling. Means within
 * 4 of their own standard errors; what has no chance in it to 1e-12. */
#include "config.h"

#include "base/rng.h"
#include "tests/simtest.h"
#include "tests/tap.h"

#define SLOWDOWN(d) "'speed':{'classes':[{'slowdown':" d "}]}"
#define EXPONENTIAL SLOWDOWN("{'dist':'exponential','mean':1}")
#define SHIFTED SLOWDOWN("{'dist':'exponential','mean':2,'shift':2}")
#define SHIFTED_1 SLOWDOWN("{'dist':'exponential','mean':1,'shift':1}")
#define WEIBULL SLOWDOWN("{'dist':'weibull','shape':1.7,'scale':1}")
#define PARETO SLOWDOWN("{'dist':'pareto','alpha':2.5,'xm':1}")
#define NARROW SLOWDOWN("{'dist':'lognormal','mu':0,'sigma':0.17}")
#define WIDE SLOWDOWN("{'dist':'lognormal','mu':0,'sigma':0.5}")
/* .7 LN(1, .08) + .3 LN(1.8, .08), once as processor classes, once as one
 * mixture; log 1.8 = 0.5877866649021191. */
#define TWO_CPUS                                                            \
    "'speed':{'classes':["                                                  \
    "{'name':'fast','weight':7,"                                            \
    "'slowdown':{'dist':'lognormal','mu':0,'sigma':0.08}},"                 \
    "{'name':'slow','weight':3,'slowdown':{'dist':'lognormal',"             \
    "'mu':0.5877866649021191,'sigma':0.08}}]}"
#define MIXTURE                                                             \
    SLOWDOWN("{'dist':'mixture','components':["                             \
             "{'weight':0.7,'dist':'lognormal','mu':0,'sigma':0.08},"       \
             "{'weight':0.3,'dist':'lognormal',"                            \
             "'mu':0.5877866649021191,'sigma':0.08}]}")
#define FIFTY "'tasks':50,'ref_s':1"
/* any-k: 45 of 50 and 50 of 55 */
#define OF_50 "'tasks':45,'ref_s':1,'exchangeable':true"
#define OF_55 "'tasks':50,'ref_s':1,'exchangeable':true"
#define TAKE_45 "oversubscribe:mode=any-k,factor=1.1111"
#define TAKE_50 "oversubscribe:mode=any-k,factor=1.1"
#define TWICE "oversubscribe:mode=duplicates,factor=2"

struct row {
    const char *name, *model, *work, *policy;
    enum sbs_metric metric;
    double want;
};

#define FIRST SBS_METRIC_first_s
#define HALF SBS_METRIC_half_s
#define LAST SBS_METRIC_makespan_s

/* n = 50 where nothing else is said; values of SCIENCE.md B.1 and B.2. */
static const struct row rows[] = {
    { "exp k=1", EXPONENTIAL, FIFTY, "static", FIRST, 0.02 },
    { "exp k=25", EXPONENTIAL, FIFTY, "static", HALF, 0.683247 },
    { "exp k=45", EXPONENTIAL, OF_50, TAKE_45, LAST, 2.215872 },
    { "exp k=50", EXPONENTIAL, FIFTY, "static", LAST, 4.499205 },
    { "exp 50 of 55", EXPONENTIAL, OF_55, TAKE_50, LAST, 2.310279 },
    { "shifted exp max", SHIFTED, FIFTY, "static", LAST, 10.998411 },
    { "Weibull min", WEIBULL, FIFTY, "static", FIRST, 0.089349 },
    { "Weibull max", WEIBULL, FIFTY, "static", LAST, 2.400278 },
    /* alpha 2.5: the variance is finite, for the maximum too. */
    { "Pareto k=45", PARETO, OF_50, TAKE_45, LAST, 2.458691 },
    { "Pareto k=50", PARETO, FIFTY, "static", LAST, 7.138063 },
    { "LN .17 min", NARROW, FIFTY, "static", FIRST, 0.684358 },
    { "LN .17 max", NARROW, FIFTY, "static", LAST, 1.470363 },
    { "LN .5 min", WIDE, FIFTY, "static", FIRST, 0.333289 },
    { "LN .5 max", WIDE, FIFTY, "static", LAST, 3.167143 },
    { "two CPUs k=25", TWO_CPUS, FIFTY, "static", HALF, 1.045870 },
    { "two CPUs k=45", TWO_CPUS, OF_50, TAKE_45, LAST, 1.843149 },
    { "two CPUs k=50", TWO_CPUS, FIFTY, "static", LAST, 2.067988 },
    { "mixture k=25", MIXTURE, FIFTY, "dynamic", HALF, 1.045870 },
    { "mixture k=45", MIXTURE, OF_50, TAKE_45 "+dynamic", LAST, 1.843149 },
    { "mixture k=50", MIXTURE, FIFTY, "dynamic", LAST, 2.067988 },
    /* cloning: E T = D + H_n / (c mu), worker time c D + 1/mu a task */
    { "SExp, one copy", SHIFTED_1, FIFTY, "static", LAST, 5.499205 },
    { "SExp, cloned", SHIFTED_1, FIFTY, TWICE, LAST, 3.249603 },
    { "SExp, cloned: bill", SHIFTED_1, FIFTY, TWICE, SBS_METRIC_billed_s,
      150 },
    { "SExp, cloned: half of the work wasted", SHIFTED_1, FIFTY, TWICE,
      SBS_METRIC_wasted_s, 75 },
};

static void test_row(const struct row *row)
{
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(20000, 1000000),
                                 .threads = 2 };
    double se;
    if (simtest_run(&t, row->model, row->work, row->policy, o) == 0) {
        double mean = simtest_mean(&t, 0, row->metric, &se);
        is_z(mean, se, row->want, row->name);
    } else {
        ok(0, "%s: %s", row->name, t.err.text);
    }
    simtest_fini(&t);
}

/* z of the mean of f(x) over replications. */
static void is_mean(const struct simtest *t, enum sbs_metric metric,
                    double (*f)(double), double want, const char *name)
{
    double sum = 0, squares = 0, n = t->run.reps;
    for (uint32_t r = 0; r < t->run.reps; r++)
        sum += f(simtest_value(t, 0, metric, r));
    for (uint32_t r = 0; r < t->run.reps; r++) {
        double x = f(simtest_value(t, 0, metric, r)) - sum / n;
        squares += x * x;
    }
    is_z(sum / n, sqrt(squares / (n - 1) / n), want, name);
}

static double squared_distance(double x)
{
    return (x - 4.499205338) * (x - 4.499205338); /* from H_50 */
}

static double log_over_sd(double x)
{
    return log(x) / 0.17;
}

static void test_moments(void)
{
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(20000, 1000000),
                                 .threads = 2 };
    if (simtest_run(&t, EXPONENTIAL, FIFTY, "static", o) == 0)
        is_mean(&t, LAST, squared_distance, 1.62513, "variance of exp max");
    simtest_fini(&t);
    if (simtest_run(&t, NARROW, FIFTY, "static", o) == 0)
        is_mean(&t, LAST, log_over_sd, 2.24907, "normal score of 50 of 50");
    simtest_fini(&t);
}

/* Tasks of exponential length on equal workers: (n - p)/p + H_p. */
static void test_self_scheduling(void)
{
    struct row row = { "SS n=400 p=16", "",
                       "'tasks':400,'ref_s':{'dist':'exponential','mean':1}",
                       "dynamic", LAST, 27.38073 };
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(5000, 1000000),
                                 .workers = 16,
                                 .threads = 2 };
    double se;
    if (simtest_run(&t, row.model, row.work, row.policy, o) == 0) {
        double mean = simtest_mean(&t, 0, LAST, &se);
        is_z(mean, se, row.want, row.name);
    }
    simtest_fini(&t);
    o.reps = simtest_reps(500, 100000);
    o.workers = 1024;
    if (simtest_run(&t, "'unit':{'claim_s':0.5}",
                    "'tasks':1024,'ref_s':{'dist':'exponential','mean':1}",
                    "dynamic", o) == 0) {
        double mean = simtest_mean(&t, 0, SBS_METRIC_dls_waste_s, &se);
        is_z(mean, se, 7.009, "n = p = 1024, h = .5: waste H_p - 1 + h");
    }
    simtest_fini(&t);
}

/* Chunks of k units, whoever asks. */
static enum sbs_taken chunk_on_idle(struct sbs_ctx *c, uint32_t w)
{
    uint32_t k = *(const uint32_t *)c->params;
    uint32_t left = c->host->queued_units(c), n = k < left ? k : left;
    return n > 0 && c->host->assign(c, w, n) == 0 ? SBS_TAKEN : SBS_PASS;
}

static const struct sbs_policy chunk = {
    SBS_POLICY_HEAD, .name = "chunk", .on_idle = chunk_on_idle
};

/* Kruskal and Weiss: T(k) ~ n mu/p + n h/(k p) + sigma sqrt(2 k ln p), for
 * k well below n/p = 1024. An approximation: within 5% at k = 8 and 16,
 * printed where it is known to fail (SCIENCE.md B.6: 40, 43, 150 for 32, 31,
 * 43). */
static void test_kruskal_weiss(void)
{
    static const uint32_t chunks[] = { 8, 16, 32, 50, 200 };
    const double n = 65536, p = 64, h = 0.5;
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        struct sbs_layer left = { &chunk, &chunks[i] };
        struct simtest_options o = { .reps = simtest_reps(8, 200),
                                     .workers = 64,
                                     .threads = 2,
                                     .left = &left };
        struct simtest t;
        double k = chunks[i], se;
        double want = n * h / (k * p) + sqrt(2 * k * log(p));
        if (simtest_run(&t, "'unit':{'claim_s':0.5}",
                        "'tasks':65536,'ref_s':"
                        "{'dist':'exponential','mean':1}", "dynamic",
                        o) == 0) {
            double excess = simtest_mean(&t, 0, LAST, &se) - n / p;
            if (k <= 16)
                ok(fabs(excess - want) < 0.05 * want + 4 * se,
                   "Kruskal-Weiss k=%.0f: %.4g +- %.2g, formula %.4g", k,
                   excess, se, want);
            else
                printf("# Kruskal-Weiss k=%.0f: %.4g +- %.2g, formula "
                       "%.4g\n", k, excess, se, want);
        } else {
            ok(0, "Kruskal-Weiss: %s", t.err.text);
        }
        simtest_fini(&t);
    }
}

static void is_makespan(const char *model, const char *work,
                        const char *policy, uint32_t workers, double want,
                        const char *name)
{
    struct simtest t;
    struct simtest_options o = { .workers = workers };
    if (simtest_run(&t, model, work, policy, o) == 0)
        is_near(simtest_value(&t, 0, LAST, 0), want, 1e-12, name);
    else
        ok(0, "%s: %s", name, t.err.text);
    simtest_fini(&t);
}

/* A list schedule and the optimum, which the bound reaches. */
static void is_schedule(const char *work, int workers, double want,
                        double best, const char *name)
{
    struct simtest t;
    struct simtest_options o = { .workers = (uint32_t)workers };
    if (simtest_run(&t, "", work, "dynamic", o) == 0) {
        is_near(simtest_value(&t, 0, LAST, 0), want, 1e-12, name);
        is_near(simtest_value(&t, 0, SBS_METRIC_bound_s, 0), best, 1e-12,
                "and the optimum");
    } else {
        ok(0, "%s: %s", name, t.err.text);
    }
    simtest_fini(&t);
}

/* Graham: m (m-1) ones, then one of length m. LPT: 2m-1, 2m-1, ..., m+1,
 * m+1, m, m, m on m machines. */
static void test_list_schedules(void)
{
    char work[512];
    for (int m = 3; m <= 7; m += 2) {
        size_t n = (size_t)snprintf(work, sizeof work, "'ref_s':[");
        for (int i = 0; i < m * (m - 1); i++)
            n += (size_t)snprintf(work + n, sizeof work - n, "1,");
        snprintf(work + n, sizeof work - n, "%d]", m);
        is_schedule(work, m, 2 * m - 1, m, "Graham's list: 2m - 1");
        n = (size_t)snprintf(work, sizeof work, "'ref_s':[");
        for (int x = 2 * m - 1; x > m; x--)
            n += (size_t)snprintf(work + n, sizeof work - n, "%d,%d,", x, x);
        snprintf(work + n, sizeof work - n, "%d,%d,%d]", m, m, m);
        is_schedule(work, m, 4 * m - 1, 3 * m, "longest first: 4m - 1");
    }
}

/* Any greedy rule on p equal workers with h for each of B chunks, the longest
 * of w_max: T <= (W + B h)/p + (1 - 1/p)(w_max + h); and p T is computing,
 * overhead and idle time, here told apart by dls_waste_s. */
static void test_greedy(void)
{
    static const char *const policies[] = { "dynamic", "split:units=3",
                                            "split:units=17" };
    int bound_good = 1, waste_good = 1;
    for (uint32_t i = 0; i < 60; i++) {
        struct sbs_stream dice = sbs_stream_init(5, i);
        uint32_t n = 1 + i % 23, p = 1 + (i * 7) % 11;
        uint32_t k = i % 3 == 0 ? 1 : i % 3 == 1 ? 3 : 17;
        double h = i % 2 ? 0.7 : 0, sum = 0, longest = 0;
        char work[600], model[64];
        size_t at = (size_t)snprintf(work, sizeof work,
                                     "'divisible':true,'ref_s':[");
        for (uint32_t t = 0; t < n; t++) {
            double x = ceil(-40 * log(sbs_rng_u01(&dice, t, 1, 0, 0)));
            at += (size_t)snprintf(work + at, sizeof work - at, "%s%.0f",
                                   t ? "," : "", x);
            sum += x;
            longest = fmax(longest, x / k);
        }
        snprintf(work + at, sizeof work - at, "]");
        snprintf(model, sizeof model, "'unit':{'claim_s':%g}", h);
        struct simtest t;
        struct simtest_options o = { .workers = p };
        if (simtest_run(&t, model, work, policies[i % 3], o) != 0)
            bound_good = 0;
        double end = bound_good ? simtest_value(&t, 0, LAST, 0) : NAN;
        double most = (sum + n * k * h) / p + (1 - 1.0 / p) * (longest + h);
        bound_good &= end <= most * (1 + 1e-12);
        waste_good &= bound_good &&
                      fabs(simtest_value(&t, 0, SBS_METRIC_dls_waste_s, 0) -
                           (end - sum / p)) <= 1e-9 * end;
        simtest_fini(&t);
    }
    ok(bound_good, "no greedy schedule is longer than Graham's bound");
    ok(waste_good, "waste is the makespan less the work per worker");
}

/* One serial client, one startup, one attempt: plain sums. */
static void test_sums(void)
{
    is_makespan("'client':{'setup_s':5,'call_s':1.1,"
                "'launches_per_call':1},'startup':{"
                "'provision_s':20,'pull_s':30,'container_s':1,"
                "'boot_s':2},'unit':{'claim_s':0.5,'download_s':0.25,"
                "'upload_s':0.125}",
                "'tasks':50,'ref_s':100", "static", 0,
                5 + 50 * 1.1 + 53 + 0.875 + 100, "a serial client");
    is_makespan("'client':{'call_s':1}", "'tasks':50,'ref_s':100",
                "warm-pool:size=50", 0, 100, "a warm fleet is not launched");
    is_makespan("'speed':{'vcpu_gain':{'2':1.25}}", "'tasks':3,'ref_s':100",
                "static", 0, 80, "the gain of 2 vCPU");
    is_makespan("'unit':{'claim_s':1}", "'tasks':2,'ref_s':60,"
                "'divisible':true", "split:units=6", 3, 4 * 11,
                "12 units of 10 s and a claim on 3 workers");
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        test_row(&rows[i]);
    test_moments();
    test_self_scheduling();
    test_kruskal_weiss();
    test_list_schedules();
    test_greedy();
    test_sums();
    return tap_done();
}
