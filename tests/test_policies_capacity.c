/* SPDX-License-Identifier: Apache-2.0 */
/* Policies about launching, capacity and how many results are enough: by
 * hand where nothing is random, else against closed forms. (Long because ten
 * policies share its helpers; each has a section.) */
#include "config.h"

#include "tests/recorder.h"
#include "tests/simtest.h"
#include "tests/tap.h"

#define LAST SBS_METRIC_makespan_s
#define EXPONENTIAL \
    "'speed':{'classes':[{'slowdown':{'dist':'exponential','mean':1}}]}"
#define SHIFTED                                                             \
    "'speed':{'classes':[{'slowdown':{'dist':'exponential','mean':1,"       \
    "'shift':1}}]}"
#define ANY "'exchangeable':true,"

static void is_refused(const char *model, const char *work,
                       const char *policy, const char *why)
{
    struct simtest t;
    struct simtest_options o = { .reps = 1 };
    int status = simtest_run(&t, model, work, policy, o);
    int good = ok(status != 0 && t.err.code == SBS_EUSAGE &&
                      strstr(t.err.text, why),
                  "%s is refused: %s", policy, why);
    if (!good)
        printf("#   got \"%s\"\n", status ? t.err.text : "no refusal");
    simtest_fini(&t);
}

/* One replication; the metric by hand. */
static void is_value(const char *model, const char *work, const char *policy,
                     struct simtest_options o, enum sbs_metric metric,
                     double want, const char *name)
{
    struct simtest t;
    if (simtest_run(&t, model, work, policy, o) == 0)
        is_near(simtest_value(&t, 0, metric, 0), want, 1e-12, name);
    else
        ok(0, "%s: %s", name, t.err.text);
    simtest_fini(&t);
}

/* The plan that is made; all zero when it is refused. */
static struct sbs_plan plan_of(const char *model, const char *work,
                               const char *policy)
{
    struct simtest t;
    struct simtest_options o = { .reps = 1 };
    struct sbs_plan plan = { 0 };
    if (simtest_run(&t, model, work, policy, o) == 0)
        plan = t.out[0].plan;
    else
        printf("# %s: %s\n", policy, t.err.text);
    simtest_fini(&t);
    return plan;
}

/* ---- launching --------------------------------------------------------- */

#define FIVE "'tasks':5,'ref_s':100"
#define CALLS "'client':{'launches_per_call':1,'call_s':1}"

/* Each task begins on its worker at the time given, worker 0 first. */
static void begins_at(const char *model, const char *work,
                      const char *policy, const double *at_s, uint32_t n)
{
    struct recorder r;
    int good = record(&r, model, work, policy, 0) == 0 && r.n == n;
    for (uint32_t i = 0; good && i < n; i++) {
        const struct record *x = &r.begun[i];
        good = fabs(x->begun_s - at_s[x->worker]) < 1e-12;
        if (!good)
            printf("# worker %u begins at %g\n", x->worker, x->begun_s);
    }
    ok(good, "%s launches when it should", policy);
}

static void test_batched(void)
{
    double at[25], apart[25];
    for (int i = 0; i < 25; i++) {
        at[i] = 1 + i / 10;
        apart[i] = 1 + 2 * (i / 10);
    }
    begins_at(CALLS, "'tasks':25,'ref_s':100", "batched", at, 25);
    begins_at("'client':{'call_s':1,'calls_per_s':0.5}",
              "'tasks':25,'ref_s':100", "batched", apart, 25);
    for (int i = 0; i < 25; i++)
        at[i] = 1 + i / 3;
    begins_at(CALLS, "'tasks':25,'ref_s':100", "batched:size=3", at, 25);
    for (int i = 0; i < 25; i++)
        at[i] = 1 + i;
    begins_at(CALLS, "'tasks':25,'ref_s':100", "static", at, 25);
}

static void test_staggered(void)
{
    static const double waves[] = { 1, 2, 11, 12, 21 };
    static const double late[] = { 1, 2, 3, 4, 5 };
    static const double warm[] = { 0, 0, 1, 2, 11 };
    static const double bucket[] = { 0, 0, 10, 10, 20 };
    static const double at_once[] = { 0, 0, 5, 10, 15 };
    static const char limit[] = "'launcher':{'burst':2,'refill_per_s':0.2}";
    begins_at(CALLS, FIVE, "staggered:wave=2,gap_s=10", waves, 5);
    begins_at(CALLS, FIVE, "staggered:wave=2,gap_s=1", late, 5);
    begins_at(CALLS, FIVE, "warm-pool:size=2+staggered:wave=2,gap_s=10",
              warm, 5);
    begins_at(limit, FIVE, "staggered:wave=2,gap_s=10", bucket, 5);
    begins_at(limit, FIVE, "static", at_once, 5);
}

/* ---- how many results are enough --------------------------------------- */

static void z_row(const char *model, const char *work, const char *policy,
                  double want, const char *name)
{
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(20000, 200000),
                                 .threads = 2 };
    double se;
    if (simtest_run(&t, model, work, policy, o) == 0) {
        double mean = simtest_mean(&t, 0, LAST, &se);
        is_z(mean, se, want, name);
    } else {
        ok(0, "%s: %s", name, t.err.text);
    }
    simtest_fini(&t);
}

static void test_any_k(void)
{
    struct simtest t;
    struct simtest_options o = { .reps = 50, .workers = 7 };
    z_row(EXPONENTIAL, ANY "'tasks':50,'ref_s':1", "any-k", 2.310279,
          "any-k, exp(1), 50 of 55");
    int same = simtest_run(&t, EXPONENTIAL, ANY "'tasks':50,'ref_s':1",
                           "any-k:factor=1.3,oversubscribe:mode=any-k,"
                           "factor=1.3", o) == 0;
    for (int i = 0; same && i < SBS_N_METRICS; i++) {
        enum sbs_metric m = (enum sbs_metric)i;
        for (uint32_t r = 0; r < o.reps; r++)
            same &= simtest_value(&t, 0, m, r) == simtest_value(&t, 1, m, r);
    }
    ok(same && t.out[0].plan.tasks == 65 && t.out[0].plan.workers == 10,
       "any-k is oversubscribe with mode=any-k");
    simtest_fini(&t);
    is_refused("", FIVE, "any-k", "any-k drops results");
}

/* The k that truncate waits for, of `tasks`. */
static uint32_t truncated(const char *policy, int tasks)
{
    char work[96];
    snprintf(work, sizeof work, ANY "'tasks':%d,'ref_s':1", tasks);
    return plan_of("", work, policy).needed;
}

static void test_truncate(void)
{
    static const char list[] = ANY "'ref_s':[50,10,40,20,30]";
    struct simtest_options o = { 0 };
    ok(truncated("truncate:cv=0.1,eps=0.0196", 200) == 100 &&
           truncated("truncate:cv=0.1,eps=0.02", 200) == 97 &&
           truncated("truncate:cv=0.1,eps=0.02", 97) == 97,
       "truncate waits for ceil((1.96 cv / eps)^2)");
    ok(truncated("truncate:cv=0.001,eps=0.02,n_min=12", 200) == 12 &&
           truncated("truncate:cv=0,n_min=1", 200) == 1 &&
           truncated("truncate", 200) == 10,
       "... and for n_min");
    is_refused("", ANY "'tasks':96,'ref_s':1", "truncate:cv=0.1,eps=0.02",
               "takes 97 results, and the workload has 96 tasks");
    is_refused("", "'tasks':50,'ref_s':1", "truncate",
               "truncate drops results, and the workload's tasks are not");
    is_value("", list, "truncate:cv=0,n_min=3", o, LAST, 30,
             "truncate ends with the third of five");
    is_value("'stop_s':5", list, "truncate:cv=0,n_min=3", o,
             SBS_METRIC_billed_s, 10 + 20 + 30 + 35 + 35,
             "... and the others are billed to their stop");
    z_row(EXPONENTIAL, ANY "'tasks':50,'ref_s':1", "truncate:cv=0,n_min=45",
          2.215872, "truncate, exp(1), 45 of 50");
}

static double harmonic(int n)
{
    double sum = 0;
    for (int i = 1; i <= n; i++)
        sum += 1.0 / i;
    return sum;
}

/* n = 50 tasks of 1/50: a job of total work 1. */
static void test_mds(void)
{
    static const char work[] = ANY "'tasks':50,'ref_s':0.02";
    static const int ks[] = { 50, 40, 34, 30 };
    static const double science[] = { .10998, .06426, 3.1154 / 50, .06338 };
    char policy[32], name[48];
    for (int i = 0; i < 4; i++) {
        int k = ks[i];
        double want = (1 + harmonic(50) - harmonic(50 - k)) / k;
        snprintf(policy, sizeof policy, "mds:k=%d", k);
        snprintf(name, sizeof name, "mds, k=%d", k);
        ok(fabs(want - science[i]) < 6e-6, "%s: %.6f is the published row",
           name, want);
        z_row(SHIFTED, work, policy, want, name);
    }
    ok(plan_of(SHIFTED, work, "mds").needed == 34 &&
           plan_of("", work, "mds").needed == 50 &&
           plan_of(EXPONENTIAL, work, "mds").needed == 1,
       "k=0: 34 at D mu = 1, all without spread, 1 without D");
    struct simtest_options o = { 0 };
    /* 4 tasks of 30 s, any 3 pieces of 40 s, on 2 local cores 60 s */
    is_value("'local':{'cores':2,'efficiency':1}", ANY "'tasks':4,'ref_s':30",
             "mds:k=3", o, LAST, 40, "a piece is 1/k of the whole work");
    is_value("'local':{'cores':2,'efficiency':1}", ANY "'tasks':4,'ref_s':30",
             "mds:k=3", o, SBS_METRIC_speedup, 1.5,
             "... and the local time that of the uncoded tasks");
    is_refused("", FIVE, "mds", "mds drops results");
    is_refused("", ANY FIVE, "mds:k=6", "k=6 is more than the 5 pieces");
}

static void test_enough_contradicts(void)
{
    static const char work[] = ANY "'tasks':50,'ref_s':1";
    is_refused("", work, "truncate+mds",
               "truncate and mds both decide how many results are enough");
    is_refused("", work, "any-k+truncate",
               "any-k and truncate both decide how many results");
    is_refused("", work, "any-k+oversubscribe",
               "any-k and oversubscribe both decide how many workers");
    is_refused("", work, "oversubscribe:mode=any-k+truncate",
               "mode=any-k and a layer to its right");
    is_refused("", work, "truncate+oversubscribe:mode=any-k",
               "truncate and a layer to its right");
    is_refused("", work, "mds:k=40+oversubscribe:mode=any-k",
               "mds and a layer to its right");
    struct sbs_plan p = plan_of("", work, "truncate+oversubscribe");
    ok(p.needed == 10 && p.workers == 55,
       "truncate and more workers do not contradict each other");
}

/* ---- wide -------------------------------------------------------------- */

#define WORK "'tasks':100,'ref_s':100,'divisible':true"
#define SERIAL "'client':{'launches_per_call':1,'call_s':0.5}"

static void is_wide(const char *model, const char *work, const char *policy,
                    uint32_t workers, uint32_t units, const char *name)
{
    struct sbs_plan p = plan_of(model, work, policy);
    if (!ok(p.workers == workers && p.units_per_task == units, "wide: %s",
            name))
        printf("#   %u workers, %u units a task\n", p.workers,
               p.units_per_task);
}

/* W = 10000 s, delta = .5 s: m* = 200. */
static void test_wide_plan(void)
{
    is_wide(SERIAL, WORK, "wide", 200, 40, "sqrt(2 W/delta), 20 units each");
    is_wide(SERIAL, WORK ",'min_unit_s':5", "wide", 200, 20,
            "units no shorter than min_unit_s");
    is_wide(SERIAL, WORK ",'min_unit_s':70", "wide", 100, 1,
            "a unit for each worker");
    is_wide(SERIAL ",'launcher':{'quota_vcpu':100}", WORK, "wide", 50, 10,
            "no more than the quota admits");
    is_wide(SERIAL, "'tasks':100,'ref_s':100", "wide", 100, 1,
            "no more than whole tasks");
    is_wide(SERIAL ",'unit':{'claim_s':80}", WORK, "wide", 125, 25,
            "a unit each that is worth its overhead");
    is_wide("", WORK, "wide", 100, 20, "no launch time: the fleet stays");
    is_wide("'client':{'launches_per_call':1,'calls_per_s':2}", WORK, "wide",
            200, 40, "calls are as far apart as their rate allows");
    /* .5 + 10000/m = m/4 + 20 x .05 m; = m/4 + 700 x .1 */
    is_wide("'client':{'launches_per_call':1,'call_s':0.5,'collect_s':0.05}",
            WORK, "wide", 90, 18, "no more than the client can collect from");
    is_wide("'client':{'launches_per_call':1,'call_s':0.5,'collect_s':0.1}",
            WORK, "wide+split:units=7", 105, 7, "... of units cut by split");
    is_wide(SERIAL, WORK, "wide:workers=30", 30, 6, "as many as asked for");
    is_wide(SERIAL, WORK, "wide+split:units=7", 200, 7, "split cuts");
    is_wide(SERIAL, WORK, "split:units=7+wide", 200, 7, "in either order");
    is_wide(SERIAL, WORK, "wide+batched", 632, 127,
            "batched calls launch ten times as fast");
    is_wide(SERIAL, WORK, "batched+wide", 632, 127, "in either order");
    ok(plan_of(SERIAL, WORK, "wide+warm-pool").warm == 200 &&
           plan_of(SERIAL, WORK, "warm-pool+wide").warm == 200,
       "a warm pool of all follows the wide fleet in either order");
    ok(plan_of("", FIVE, "wide:workers=30+speculative").max_workers == 35 &&
           plan_of("", FIVE, "speculative+wide:workers=30").max_workers == 35,
       "room for a copy of each task on top, in either order");
}

/* T(m) = s + W/m + m delta/2 is least at m*: simulated, with spread. */
static void test_wide_is_best(void)
{
    static const char model[] =
        SERIAL ",'startup':{'boot_s':{'dist':'lognormal','mu':3.4,"
               "'sigma':0.3}},'speed':{'log_sd':0.17}";
    static const char policies[] =
        "wide+split:units=100,wide:workers=70+split:units=100,"
        "wide:workers=100+split:units=100,wide:workers=140+split:units=100,"
        "wide:workers=280+split:units=100,wide:workers=400+split:units=100,"
        "wide";
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(100, 1000),
                                 .threads = 2 };
    double se, best = INFINITY, mean[7] = { 0 };
    if (simtest_run(&t, model, WORK, policies, o) != 0)
        printf("# %s\n", t.err.text);
    for (uint32_t i = 0; t.out && i < 7; i++) {
        mean[i] = simtest_mean(&t, i, LAST, &se);
        best = fmin(best, mean[i]);
        printf("# %u workers: %.1f s +- %.2f\n", t.out[i].plan.workers,
               mean[i], se);
    }
    ok(mean[0] <= 1.02 * best && mean[1] > 1.1 * best &&
           mean[5] > 1.1 * best,
       "m* of the formula is within 2%% of the best simulated");
    ok(mean[6] <= 1.06 * best, "... and 20 units a worker within 6%%");
    simtest_fini(&t);
}

/* ---- early-stop -------------------------------------------------------- */

/* Five workers launched at 5, 10, .. 25 for two tasks, 20 s to start: ready
 * at 25, 30, .. 45. The queue is empty at 30; the end is at 60. */
static void test_early_stop(void)
{
    static const char model[] = "'client':{'launches_per_call':1,'call_s':5}"
                                ",'startup':{'boot_s':20},'stop_s':2";
    static const char two[] = "'tasks':2,'ref_s':30";
    struct simtest_options o = { .workers = 5 };
    enum sbs_metric billed = SBS_METRIC_billed_s;
    is_value(model, two, "dynamic", o, billed, 50 + 50 + 20 + 20 + 20,
             "without early-stop the late ones start and exit");
    is_value(model, two, "early-stop+dynamic", o, billed,
             50 + 50 + 17 + 12 + 7, "early-stop stops them at 30 + 2 s");
    is_value(model, two, "dynamic+early-stop", o, billed,
             50 + 50 + 17 + 12 + 7, "... in either order");
    is_value(model, two, "early-stop:hold=true+dynamic", o, billed,
             57 + 52 + 47 + 42 + 37, "hold=true keeps all to the end");
    is_value(model, two, "early-stop+dynamic", o, LAST, 60,
             "it takes no longer");
    is_value("'client':{'launches_per_call':1,'call_s':40}",
             "'tasks':1,'ref_s':30", "early-stop+dynamic", o,
             SBS_METRIC_launched, 1, "launches that are still to be made "
             "are not made");
    is_value(model, "'tasks':5,'ref_s':1", "early-stop", o, billed, 5 * 21,
             "those with work bound to them are left alone");
}

/* Whatever is lost after the stop is done by somebody. */
static void test_early_stop_losses(void)
{
    static const char model[] =
        "'client':{'launches_per_call':1,'call_s':3},"
        "'startup':{'boot_s':{'dist':'exponential','mean':30}},"
        "'loss':{'fail_p':0.3,'spot_per_h':20},'stop_s':2";
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(500, 10000),
                                 .workers = 12, .spot = 1 };
    int good = simtest_run(&t, model, "'tasks':4,'ref_s':60",
                           "early-stop+dynamic,early-stop:hold=true+dynamic,"
                           "early-stop+oversubscribe,early-stop", o) == 0;
    for (int i = 0; i < 4; i++)
        good &= t.out && t.out[i].unfinished == 0;
    ok(good, "work lost after the stop is done all the same");
    simtest_fini(&t);
}

/* ---- vcpu -------------------------------------------------------------- */

static void test_vcpu(void)
{
    static const char model[] =
        "'speed':{'vcpu_gain':{'1':0.5,'2':1,'4':1}},"
        "'price':{'vcpu_h_usd':0.04,'gb_h_usd':0.004}";
    static const char one[] = "'tasks':1,'ref_s':100";
    struct simtest_options o = { 0 };
    is_value(model, one, "vcpu:size=1", o, LAST, 200,
             "vcpu: a gain of .5 takes twice as long");
    is_value(model, one, "vcpu:size=1", o, SBS_METRIC_cost_usd,
             200 * (0.04 + 2 * 0.004) / 3600, "... and is billed as 1 vCPU "
             "and 2 GB");
    is_value(model, one, "vcpu:size=4,memory_gb=30", o, SBS_METRIC_cost_usd,
             100 * (4 * 0.04 + 30 * 0.004) / 3600, "4 vCPU and 30 GB");
    is_value("'launcher':{'quota_vcpu':4}", "'tasks':2,'ref_s':100",
             "vcpu:size=4", o, LAST, 200, "larger workers, fewer places");
    is_refused(model, one, "vcpu:size=8",
               "--policy: the model knows no gain for 8 vCPU (known: 1, 2, "
               "4)");
    is_refused("'launcher':{'quota_vcpu':2}", one, "vcpu:size=4",
               "--policy: the quota of 2 vCPU does not admit one worker");
    is_refused(model, one, "vcpu+vcpu:size=4", "both decide the size");
}

/* ---- hybrid ------------------------------------------------------------ */

/* Two cores at half the speed from 0 on, a worker from 30 on: tasks 0 and 1
 * to 20, 2 and 3 to 40 locally, 4 to 40 and 5 to 50 on the worker. */
static void test_hybrid(void)
{
    static const char model[] =
        "'local':{'cores':2,'slowdown':1,'efficiency':0.5},"
        "'startup':{'boot_s':30}";
    static const char six[] = "'tasks':6,'ref_s':10,'divisible':true";
    static const struct {
        enum sbs_metric metric;
        double want;
        const char *name;
    } want[] = {
        { LAST, 50, "makespan" },
        { SBS_METRIC_first_s, 20, "first result" },
        { SBS_METRIC_launched, 1, "workers launched" },
        { SBS_METRIC_billed_s, 50, "bill" },
        { SBS_METRIC_speedup, 60. / 50, "speed-up" },
        { SBS_METRIC_bound_s, 45, "bound" }, /* T + T - 30 = 60 */
        { SBS_METRIC_regret, 50. / 45, "regret" },
        { SBS_METRIC_regret_cap, 50. / 45, "regret against the cap" },
        { SBS_METRIC_overhead_s, 30, "overhead" },
        { SBS_METRIC_idle_s, 20, "idle cores from 40 to 50" },
        { SBS_METRIC_dls_waste_s, 50 - 100. / 3, "waste" },
    };
    struct simtest t;
    struct simtest_options o = { .workers = 1 };
    int good = simtest_run(&t, model, six, "hybrid", o) == 0;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        double got = good ? simtest_value(&t, 0, want[i].metric, 0) : NAN;
        char name[64];
        snprintf(name, sizeof name, "hybrid: %s", want[i].name);
        is_near(got, want[i].want, 1e-12, name);
    }
    ok(good && t.out[0].plan.local == 2, "hybrid: as many cores as there are");
    simtest_fini(&t);
    is_value(model, six, "hybrid:cores=1", o, LAST, 60, "... or as asked for");
    is_refused(model, six, "static+hybrid", "static binds tasks");
    is_refused(model, six, "hybrid+hybrid:cores=1", "both add local cores");
}

/* Worker i begins its first attempt when it would without the cores. */
static void test_hybrid_numbers(void)
{
    static const char model[] =
        "'local':{'cores':4},'startup':{'boot_s':{'dist':'uniform','lo':1,"
        "'hi':50}},'speed':{'log_sd':0.5}";
    struct recorder with, without;
    int good = record(&with, model, "'tasks':300,'ref_s':10", "hybrid", 6) ==
                   0 &&
               record(&without, model, "'tasks':300,'ref_s':10", "dynamic",
                      6) == 0;
    double first[2][10];
    for (uint32_t i = 300; good && i-- > 0;) {
        first[0][with.begun[i].worker] = with.begun[i].begun_s;
        first[1][without.begun[i].worker] = without.begun[i].begun_s;
    }
    for (uint32_t w = 0; good && w < 6; w++)
        good = first[0][w] == first[1][w] && first[0][w] > 0;
    for (uint32_t w = 6; good && w < 10; w++)
        good = first[0][w] == 0;
    ok(good, "hybrid: the cores come after the fleet, which stays as it was");
}

static enum sbs_taken leave_on_idle(struct sbs_ctx *c, uint32_t w)
{
    return c->host->worker(c, w)->local ? SBS_TAKEN : SBS_PASS;
}

static const struct sbs_policy leave_policy = {
    SBS_POLICY_HEAD, .name = "leave", .on_idle = leave_on_idle
};

/* Two of four workers have a place. */
static void test_hybrid_quota(void)
{
    static const char model[] =
        "'launcher':{'quota_vcpu':4},'local':{'cores':2,'efficiency':1}";
    const void *none = NULL;
    struct sbs_layer left = { &leave_policy, &none };
    struct simtest_options o = { .workers = 4, .left = &left };
    is_value(model, "'tasks':4,'ref_s':10", "hybrid", o, LAST, 20,
             "a core that leaves gives no place under the quota");
    o.left = NULL;
    is_value(model, "'tasks':2,'ref_s':10", "hybrid", o, SBS_METRIC_idle_s,
             20, "a core may be held while launches wait for a place");
}

/* ---- spot-mix ---------------------------------------------------------- */

/* Six tasks of an hour at 2 USD/h, a quarter of it for spot. */
static void test_spot_bill(void)
{
    static const char model[] =
        "'price':{'vcpu_h_usd':0.5,'gb_h_usd':0.25,'spot_factor':0.25}";
    static const char six[] = "'tasks':6,'ref_s':3600";
    enum sbs_metric cost = SBS_METRIC_cost_usd;
    struct simtest_options o = { 0 }, spot = { .spot = 1 };
    is_value(model, six, "spot-mix", o, cost, 3, "all spot by default");
    is_value(model, six, "spot-mix:base=2,share=0.5", o, cost, 4 * 2 + 2 * .5,
             "two and half of four on demand");
    is_value(model, six, "spot-mix:base=2,share=0.5", spot, cost,
             4 * 2 + 2 * .5, "... also with --spot");
    is_value(model, six, "spot-mix:base=6", spot, cost, 12,
             "a base of all is on demand with --spot");
    is_value(model, six, "spot-mix:share=0", spot, cost, 12, "so is share=0");
    is_refused("", six, "spot-mix+spot-mix", "both decide which workers");
}

#define LIFE(per_h) "'loss':{'spot_per_h':" per_h ",'notice_s':0}"
#define SAVING "'unit':{'upload_s':5}"

#define units(model, work, policy) \
    plan_of(model, work, policy).units_per_task
static void test_checkpoint_units(void)
{
    static const char work[] = "'tasks':1,'ref_s':1800,'divisible':true";
    static const char young[] = "spot-mix:checkpoint=young";
    static const char every[] = "spot-mix:checkpoint=every,every_s=200";
    ok(units(SAVING "," LIFE("1"), work, young) == 9 &&
           units(SAVING "," LIFE("3"), work, young) == 16,
       "Young's interval: 9 units at an hour, 16 at 20 minutes");
    ok(units("", work, every) == 9 && units("", work, "spot-mix") == 1 &&
           units(SAVING, work, young) == 1,
       "every_s; none without checkpoints, none without reclaims");
    ok(units("", work, "split:units=4+spot-mix:checkpoint=every") == 4 &&
           units("", work, "spot-mix:checkpoint=every+split:units=4") == 4,
       "a cutter goes before, in either order");
    ok(units("", "'tasks':1,'ref_s':1800,'divisible':true,'min_unit_s':500",
             every) == 3, "no unit shorter than min_unit_s");
    is_refused("", "'tasks':1,'ref_s':1800", every,
               "checkpoints cut tasks, and the workload does not say");
    is_refused(LIFE("1"), work, young, "checkpoint=young knows no interval");
}

/* B.6: one task of 1800 s, 5 s a checkpoint, 60 s to relaunch (the call),
 * which the first launch takes too. */
static void is_checkpointed(const char *model, const char *policy, int k,
                            double mtbf_s, double science)
{
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(20000, 200000),
                                 .threads = 2 };
    double se, want = k * (mtbf_s + 60) *
                      (exp((1800. / k + 5) / mtbf_s) - 1);
    char name[64];
    snprintf(name, sizeof name, "checkpoints: k=%d, MTBF %g s", k, mtbf_s);
    ok(fabs(want - science) < 0.06, "%s: %.2f is the published row", name,
       want);
    int good = simtest_run(&t, model,
                           "'tasks':1,'ref_s':1800,'divisible':true", policy,
                           o) == 0;
    if (good) {
        double mean = simtest_mean(&t, 0, LAST, &se);
        is_z(mean - 60, se, want, name);
    }
    for (uint32_t r = 0; good && r < o.reps; r++)
        good = simtest_value(&t, 0, SBS_METRIC_attempts, r) ==
               k - 1 + simtest_value(&t, 0, SBS_METRIC_launched, r);
    ok(good, "%s: each worker lost costs one unit, no more", name);
    simtest_fini(&t);
}

#define RELAUNCH "'client':{'call_s':60},"

static void test_checkpoints(void)
{
    is_checkpointed(RELAUNCH SAVING "," LIFE("1"),
                    "spot-mix:checkpoint=young", 9, 3600, 1930.2);
    is_checkpointed(RELAUNCH SAVING "," LIFE("1"), "spot-mix", 1,
                    3600, 2382.7);
    is_checkpointed(RELAUNCH SAVING "," LIFE("3"),
                    "spot-mix:checkpoint=young", 16, 1200, 2073.9);
}

/* Each attempt beyond the 20 of 20 units is a worker lost at work, and each of
 * these has one successor. */
static void test_replacing(void)
{
    struct simtest t;
    struct simtest_options o = { .workers = 2, .reps = 200, .spot = 1 };
    uint32_t good = 0, lost = 0, fewer = 0;
    int status = simtest_run(&t, LIFE("20"), "'tasks':20,'ref_s':60",
                             "dynamic+spot-mix,"
                             "dynamic+spot-mix:replace=false", o);
    for (uint32_t r = 0; status == 0 && r < 200; r++) {
        double beyond = simtest_value(&t, 0, SBS_METRIC_attempts, r) - 20;
        good += simtest_value(&t, 0, SBS_METRIC_launched, r) == 2 + beyond;
        lost += (uint32_t)beyond;
        fewer += simtest_value(&t, 1, SBS_METRIC_launched, r) <
                 2 + simtest_value(&t, 1, SBS_METRIC_attempts, r) - 20;
    }
    ok(good == 200 && lost > 500, "%u workers lost at work are replaced",
       lost);
    ok(fewer > 100, "and are not with replace=false");
    simtest_fini(&t);
}

/* ---- two of a kind ----------------------------------------------------- */

static void test_contradictions(void)
{
    is_refused("", FIVE, "batched+staggered",
               "batched and staggered both pace the launches");
    is_refused("", FIVE, "wide+oversubscribe",
               "wide and oversubscribe both decide how many workers");
    is_refused("", FIVE, "early-stop+early-stop:hold=true",
               "both decide which workers are kept");
    is_refused("", FIVE, "static+wide", "static binds tasks to workers");
    is_refused("", FIVE, "batched:size=11", "size");
}

int main(void)
{
    test_batched();
    test_staggered();
    test_any_k();
    test_truncate();
    test_mds();
    test_enough_contradicts();
    test_wide_plan();
    test_wide_is_best();
    test_early_stop();
    test_early_stop_losses();
    test_vcpu();
    test_hybrid();
    test_hybrid_numbers();
    test_hybrid_quota();
    test_spot_bill();
    test_checkpoint_units();
    test_checkpoints();
    test_replacing();
    test_contradictions();
    return tap_done();
}
