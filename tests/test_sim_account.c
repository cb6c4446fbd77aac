/* SPDX-License-Identifier: Apache-2.0 */
/* What a run took and cost, in cases small enough to do by hand. Each row is
 * one corner of doc/semantics.md. */
#include "config.h"

#include "tests/simtest.h"
#include "tests/tap.h"

struct want {
    enum sbs_metric metric;
    double value;
};

struct example {
    const char *name, *model, *work, *policy;
    uint32_t workers;
    int spot;
    struct want want[6]; /* ends with value 0 of metric 0 */
};

#define M(name) SBS_METRIC_##name
#define ONE "'tasks':1,'ref_s':10"
#define TWO "'tasks':2,'ref_s':10"
/* One launch a call, so that workers come one after the other. */
#define CALLS(s) "'client':{'launches_per_call':1,'call_s':" s "}"
/* Copy at once what is older than the first that is done. */
#define EAGER "speculative:preset=spark3,quantile=0.5,multiplier=1,interval_s=0"

static const struct example examples[] = {
    { "times: the first task, the third of five, the last", "",
      "'ref_s':[5,4,3,2,1]", "static", 0, 0,
      { { M(first_s), 1 }, { M(half_s), 3 }, { M(makespan_s), 5 },
        { M(launched), 5 }, { M(attempts), 5 } } },
    /* pull start 2, ready 7.3, done 17.7: 15.7 s */
    { "billed from pull start, to the second", "'startup':{'provision_s':2,"
      "'pull_s':5.3},'price':{'round_s':1}", "'tasks':1,'ref_s':10.4",
      "static", 0, 0,
      { { M(billed_s), 16 }, { M(overhead_s), 7.3 },
        { M(cost_usd), 16 * (2 * 0.04048 + 4 * 0.004445) / 3600 } } },
    { "not rounded when nothing says so", "'startup':{'provision_s':2,"
      "'pull_s':5.3}", "'tasks':1,'ref_s':10.4", "static", 0, 0,
      { { M(billed_s), 15.7 } } },
    { "a bill has a minimum", "'price':{'round_s':1,'min_billed_s':60}",
      TWO, "static", 0, 0, { { M(billed_s), 120 } } },
    /* 3.0000000000000018 s by the processor's sums */
    { "thirty times 0.1 s is three seconds, not four", CALLS("0.3")
      ",'price':{'round_s':1}", "'tasks':10,'ref_s':0.3,'divisible':true",
      "split:units=3", 1, 0,
      { { M(billed_s), 3 }, { M(makespan_s), 3.3 } } },
    { "spot costs less by its factor", "'price':{'spot_factor':0.3,"
      "'vcpu_h_usd':0.36,'gb_h_usd':0}", TWO, "static", 0, 1,
      { { M(cost_usd), 0.3 * 20 * 2 * 0.36 / 3600 } } },
    /* launched at 25 and 50, pull starts at 45 and 70; makespan 65 */
    { "stopped before its pull starts: free", CALLS("25")
      ",'startup':{'provision_s':20,'pull_s':10}", ONE,
      "oversubscribe:factor=2", 1, 0,
      { { M(makespan_s), 65 }, { M(billed_s), 20 }, { M(launched), 2 },
        { M(overhead_s), 45 }, { M(idle_s), 0 } } },
    { "a stop takes its time, and is billed", CALLS("25")
      ",'startup':{'provision_s':20,'pull_s':10},'stop_s':10", ONE,
      "oversubscribe:factor=2", 1, 0,
      { { M(makespan_s), 65 }, { M(billed_s), 25 } } },
    { "launched after the makespan: not launched", "'client':{'call_s':25,"
      "'launches_per_call':1,'poll_while_launching':true}", ONE,
      "oversubscribe:factor=3", 1, 0,
      { { M(makespan_s), 35 }, { M(launched), 1 }, { M(billed_s), 10 } } },
    /* launched at 5 and 10, ready at 20 and 25, makespan 30 */
    { "ready and nothing to do: it exits", CALLS("5")
      ",'startup':{'pull_s':15}", ONE, "oversubscribe:factor=2", 1, 0,
      { { M(makespan_s), 30 }, { M(billed_s), 40 }, { M(idle_s), 0 } } },
    { "idle until the end when a layer holds it", "", "'ref_s':[10,30]",
      "speculative:host=idle,preset=spark3,multiplier=1000", 0, 0,
      { { M(makespan_s), 30 }, { M(idle_s), 20 }, { M(billed_s), 60 } } },
    { "waste of loop scheduling", "", "'tasks':3,'ref_s':10", "dynamic", 2,
      0, { { M(makespan_s), 20 }, { M(dls_waste_s), 5 } } },
    { "copy and original finish together: one is wasted", "", ONE,
      "oversubscribe:factor=2,mode=duplicates", 0, 0,
      { { M(makespan_s), 10 }, { M(wasted_s), 10 }, { M(cancelled), 0 },
        { M(attempts), 2 }, { M(billed_s), 20 } } },
    /* launched at 3 and 6: at 13 the copy is 7 s old */
    { "the loser is ordered to drop its attempt", CALLS("3"), ONE,
      "oversubscribe:factor=2,mode=duplicates", 0, 0,
      { { M(makespan_s), 13 }, { M(wasted_s), 7 }, { M(cancelled), 1 },
        { M(billed_s), 17 } } },
    { "it goes on until the stop takes effect", CALLS("3") ",'stop_s':2",
      ONE, "oversubscribe:factor=2,mode=duplicates", 0, 0,
      { { M(makespan_s), 13 }, { M(wasted_s), 9 }, { M(billed_s), 19 } } },
    { "or until it is done, when that is earlier", CALLS("3")
      ",'stop_s':20", ONE, "oversubscribe:factor=2,mode=duplicates", 0, 0,
      { { M(makespan_s), 13 }, { M(wasted_s), 10 }, { M(billed_s), 20 } } },
    { "overhead is start-up, claim and transfer", "'startup':{'boot_s':4},"
      "'unit':{'claim_s':1,'download_s':2,'upload_s':3}", TWO, "dynamic", 1,
      0, { { M(makespan_s), 36 }, { M(overhead_s), 16 },
           { M(wasted_s), 0 }, { M(dls_waste_s), 16 } } },
    /* passes at 1, 11, 21 */
    { "a result is seen at the next pass, then collected",
      "'client':{'setup_s':1,'poll_s':10,'collect_s':2}",
      "'tasks':1,'ref_s':12", "static", 0, 0, { { M(makespan_s), 23 } } },
    /* looks end at .5, 1, (sleep) 2.5, 3, ... ; task 1 is there at 2.2 */
    { "looks take time, open tasks only", "'client':{'poll_s':1,"
      "'poll_task_s':0.5}", "'ref_s':[0.2,2.2]", "static", 0, 0,
      { { M(first_s), 0.5 }, { M(makespan_s), 2.5 } } },
    { "polling begins after the last planned launch", CALLS("10"),
      "'tasks':2,'ref_s':1", "static", 0, 0,
      { { M(first_s), 20 }, { M(makespan_s), 21 } } },
    { "or at once when the model says so", "'client':{'call_s':10,"
      "'launches_per_call':1,'poll_while_launching':true}",
      "'tasks':2,'ref_s':1", "static", 0, 0,
      { { M(first_s), 11 }, { M(makespan_s), 21 } } },
    /* both launched at 5; 15: first seen, second copied, call till 20 */
    { "a launch in between keeps the client busy", "'client':{'call_s':5}",
      "'ref_s':[10,12]", EAGER, 0, 0,
      { { M(first_s), 15 }, { M(makespan_s), 20 }, { M(attempts), 2 } } },
    { "unless it polls while launching", "'client':{'call_s':5,"
      "'poll_while_launching':true}", "'ref_s':[10,12]", EAGER, 0, 0,
      { { M(first_s), 15 }, { M(makespan_s), 17 } } },
    { "regret: two workers could share what is divisible", "",
      "'tasks':1,'ref_s':10,'divisible':true",
      "speculative", 0, 0,
      { { M(regret), 1 }, { M(bound_s), 10 }, { M(regret_cap), 2 } } },
    { "... but not one task", "", ONE, "speculative", 0, 0,
      { { M(regret), 1 }, { M(regret_cap), 1 } } },
    /* four replicas of 10, 20, 40, 10 on two workers; three suffice */
    { "regret of any-k: the smallest tasks that suffice", "",
      "'ref_s':[10,20,40],'exchangeable':true",
      "dynamic+oversubscribe:mode=any-k,factor=1.3", 1, 0,
      { { M(makespan_s), 30 }, { M(bound_s), 20 } } },
    { "speed-up over the list schedule on local cores", "'local':{'cores':2,"
      "'slowdown':2,'efficiency':0.5}", "'tasks':3,'ref_s':10", "static", 0,
      0, { { M(speedup), 8 } } },
    { "... or over a measured time", "'local':{'makespan_s':30}",
      "'tasks':3,'ref_s':10", "static", 0, 0, { { M(speedup), 3 } } },
};

static void test_example(const struct example *x)
{
    struct simtest t;
    struct simtest_options o = { .workers = x->workers, .spot = x->spot };
    static const char *const names[] = {
#define NAME(m) #m,
        SBS_METRICS(NAME)
#undef NAME
    };
    int good = 1;
    if (simtest_run(&t, x->model, x->work, x->policy, o) != 0) {
        ok(0, "%s: %s", x->name, t.err.text);
        simtest_fini(&t);
        return;
    }
    for (int i = 0; i < 6 && (x->want[i].metric || x->want[i].value > 0);
         i++) {
        double got = simtest_value(&t, 0, x->want[i].metric, 0);
        double want = x->want[i].value;
        if (fabs(got - want) <= 1e-12 * fmax(fabs(want), 1))
            continue;
        printf("# %s is %.15g, not %.15g\n", names[x->want[i].metric], got,
               want);
        good = 0;
    }
    ok(good, "%s", x->name);
    simtest_fini(&t);
}

/* Two workers, one task; each never starts with probability 1/2. The one
 * that works bills 14 s. The other is ready at 7 and exits (4 s), or is
 * stopped at the makespan, 17, which takes until 22 (19 s). */
static void test_never_started(void)
{
    struct simtest t;
    struct simtest_options o = { .workers = 2, .reps = 100 };
    uint32_t both = 0, one = 0, none = 0;
    if (simtest_run(&t, "'startup':{'provision_s':3,'pull_s':4,"
                    "'never_p':0.5},'stop_s':5", ONE, "dynamic", o) != 0) {
        ok(0, "%s", t.err.text);
        simtest_fini(&t);
        return;
    }
    for (uint32_t r = 0; r < 100; r++) {
        double billed = simtest_value(&t, 0, M(billed_s), r);
        none += isnan(billed) ? 1 : 0;
        both += fabs(billed - 18) < 1e-9 ? 1 : 0;
        one += fabs(billed - 33) < 1e-9 ? 1 : 0;
    }
    ok(both + one + none == 100 && both > 10 && one > 30 && none > 10,
       "a worker that never starts bills until it is stopped (%u %u %u)",
       both, one, none);
    ok(t.out[0].unfinished == none,
       "a run in which nobody starts is unfinished");
    simtest_fini(&t);
}

static void test_mean(const char *model, const char *work,
                      const char *policy, int spot, enum sbs_metric metric,
                      double want, const char *name)
{
    struct simtest t;
    struct simtest_options o = { .reps = simtest_reps(20000, 1000000),
                                 .threads = 2,
                                 .spot = spot };
    double se;
    if (simtest_run(&t, model, work, policy, o) == 0) {
        double mean = simtest_mean(&t, 0, metric, &se);
        is_z(mean, se, want, name);
    } else {
        ok(0, "%s: %s", name, t.err.text);
    }
    simtest_fini(&t);
}

/* A failure costs half an attempt on average, as often as 1/(1-p) - 1. A
 * task of w s under reclaims at rate l takes (e^(l w) - 1)/l. */
static void test_losses(void)
{
    test_mean("'loss':{'fail_p':0.5}", ONE, "static", 0, M(makespan_s), 15,
              "failures at a uniform point of the attempt");
    test_mean("'loss':{'fail_p':0.5}", ONE, "dynamic", 0, M(launched), 2,
              "each with a new worker, nobody else there");
    test_mean("'loss':{'spot_per_h':36}", "'tasks':1,'ref_s':50", "static",
              1, M(makespan_s), (exp(0.5) - 1) / 0.01,
              "reclaims: (e^(l w) - 1)/l");
    test_mean("'loss':{'spot_per_h':36}", "'tasks':1,'ref_s':50", "static",
              0, M(makespan_s), 50, "only with --spot");
}

/* Nothing can ever be done: counted as unfinished, and soon. */
static void test_endless(void)
{
    struct simtest t;
    struct simtest_options o = { .reps = 3 };
    int good = simtest_run(&t, "'loss':{'fail_p':1}", TWO, "static,dynamic",
                           o) == 0 &&
               t.out[0].unfinished == 3 && t.out[1].unfinished == 3;
    ok(good, "attempts that always fail end as unfinished");
    simtest_fini(&t);
    o.spot = 1;
    good = simtest_run(&t, "'loss':{'spot_per_h':1e6}", TWO,
                       "static,split:units=1", o) == 0 &&
           t.out[0].unfinished == 3 && t.out[1].unfinished == 3;
    ok(good, "so do workers that are always taken away");
    simtest_fini(&t);
    good = simtest_run(&t, "'launcher':{'refuse_p':1}", TWO, "static", o) ==
               0 && t.out[0].unfinished == 3;
    ok(good, "and launches that are always refused");
    simtest_fini(&t);
}

int main(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        test_example(&examples[i]);
    test_never_started();
    test_losses();
    test_endless();
    return tap_done();
}
