/* SPDX-License-Identifier: Apache-2.0 */
/* What the copying policies copy when, in small cases worked out by hand, and
 * that all of them rescue workers that never start. */
#include "config.h"

#include "tests/recorder.h"
#include "tests/simtest.h"
#include "tests/tap.h"

/* A copy, and on which worker; -1 = any. */
struct copy {
    uint32_t task;
    double at_s;
    int worker;
};

#define COPIES(...) \
    (const struct copy[]){ __VA_ARGS__ }, \
        sizeof((const struct copy[]){ __VA_ARGS__ }) / sizeof(struct copy)

/* The copies of a run, in order; all other attempts are first ones. */
static void copies_are(const char *model, const char *work,
                       const char *policy, uint32_t workers,
                       const struct copy *want, size_t n, const char *name)
{
    struct recorder r;
    size_t k = 0;
    int good = record(&r, model, work, policy, workers) == 0;
    for (uint32_t i = 0; i < r.n; i++) {
        const struct record *x = &r.begun[i];
        if (!x->copy)
            continue;
        bool as_wanted =
            k < n && x->first == want[k].task &&
            fabs(x->begun_s - want[k].at_s) < 1e-6 &&
            (want[k].worker < 0 || x->worker == (uint32_t)want[k].worker);
        if (!as_wanted)
            printf("# copy %zu is of %u at %g on worker %u\n", k, x->first,
                   x->begun_s, x->worker);
        good = good && as_wanted;
        k++;
    }
    if (k != n)
        printf("# %zu copies, not %zu\n", k, n);
    ok(good && k == n, "%s", name);
}

static void none(const char *work, const char *policy, const char *name)
{
    copies_are("", work, policy, 0, NULL, 0, name);
}

/* Makespan and worker-seconds of one run. */
static void takes(const char *model, const char *work, const char *policy,
                  uint32_t workers, double time, double billed,
                  const char *name)
{
    struct simtest t;
    struct simtest_options o = { .workers = workers };
    int good = simtest_run(&t, model, work, policy, o) == 0;
    double got[2] = { NAN, NAN };
    if (good) {
        got[0] = simtest_value(&t, 0, SBS_METRIC_makespan_s, 0);
        got[1] = simtest_value(&t, 0, SBS_METRIC_billed_s, 0);
    } else {
        printf("# %s\n", t.err.text);
    }
    good = fabs(got[0] - time) < 1e-9 && fabs(got[1] - billed) < 1e-9;
    if (!good)
        printf("# takes %.12g, bills %.12g\n", got[0], got[1]);
    ok(good, "%s", name);
    simtest_fini(&t);
}

#define THREE_AND_ONE "'ref_s':[10,10,10,100]"

static void test_clones(void)
{
    takes("", "'ref_s':[10,20]", "clone:copies=3", 0, 20, 90,
          "clone: three of each, nobody is faster");
    copies_are("", "'ref_s':[10,20]", "clone", 0,
               COPIES({ 0, 0, 2 }, { 1, 0, 3 }), "clone: second workers");
    copies_are("", THREE_AND_ONE, "clone", 2,
               COPIES({ 0, 0, 2 }, { 2, 0, 3 }, { 1, 10, 2 }, { 3, 10, 3 }),
               "clone: with two workers, two more with the same lists");
    copies_are("", THREE_AND_ONE, "delayed-clone:after_s=12.5", 0,
               COPIES({ 3, 12.5, 4 }), "delayed-clone at its age");
    copies_are("", THREE_AND_ONE, "delayed-clone:after_s=12.5,host=idle", 0,
               COPIES({ 3, 12.5, 2 }), "on a worker that is held");
    copies_are("", "'ref_s':[30,100,100]",
               "delayed-clone:after_s=12.5,host=idle", 0,
               COPIES({ 1, 30, 0 }), "as soon as one is idle, oldest first");
    copies_are("'client':{'launches_per_call':1,'call_s':10,"
               "'poll_while_launching':true}", THREE_AND_ONE,
               "delayed-clone:after_s=25", 0, COPIES({ 3, 65, 4 }),
               "age from the launch request: 30 + 25, launched at 65");
    none(THREE_AND_ONE, "delayed-clone:after_s=100",
         "done at that very age: not copied");
}

static void test_forks(void)
{
    none("'tasks':10,'ref_s':10", "fork-keep",
         "fork-keep: what ends in the same instant is not forked");
    copies_are("", "'ref_s':[10,10,10,10,10,10,10,10,100,90]",
               "fork-keep:p=0.2,r=2", 0,
               COPIES({ 8, 10, 10 }, { 8, 10, 11 }, { 9, 10, 12 },
                      { 9, 10, 13 }),
               "fork-keep: r copies of each");
    none("'ref_s':[10,10,100,100]", "fork-keep:p=0.25",
         "fork-keep: at completion round(.75 x 4), not at 2");
    takes("", "'ref_s':[10,10,10,100]", "fork-kill:p=0.5,r=1", 2, 110, 240,
          "fork-kill under static: the old workers go with their lists");
    takes("", THREE_AND_ONE, "fork-kill:p=0.25,r=0", 0, 110, 140,
          "fork-kill, r=0: started again once");
    takes("'stop_s':5", THREE_AND_ONE, "fork-kill:p=0.25,r=0", 0, 110, 145,
          "the killed one bills until it is gone");
    copies_are("", "'ref_s':[10,10,100,100,30,10]",
               "dynamic+fork-keep:p=0.67", 2,
               COPIES({ 2, 10, 2 }, { 3, 10, 3 }),
               "fork-keep leaves alone what is queued");
    copies_are("", "'ref_s':[10,10,10,10,10,10,10,10,100,200]", "multi-fork",
               0, COPIES({ 8, 10, -1 }, { 9, 10, -1 }, { 9, 100, -1 }),
               "multi-fork: at .2 and at .1");
    struct simtest t;
    struct simtest_options o = { .reps = 1 };
    ok(simtest_run(&t, "", THREE_AND_ONE, "multi-fork:p1=0.1", o) != 0 &&
           strstr(t.err.text, "must fall"),
       "thresholds that do not fall are refused");
    simtest_fini(&t);
}

static void test_restarts(void)
{
    takes("", "'ref_s':[10,100]", "restart:tau_s=20,most=2", 0, 140, 150,
          "restart: twice, then it goes on");
    takes("'startup':{'boot_s':5},'stop_s':3", "'ref_s':[10,100]",
          "restart:tau_s=20,most=1", 0, 125, 15 + 23 + 105,
          "the age includes the start-up, the bill the stopping");
    takes("", "'ref_s':[20,20]", "restart:tau_s=20", 0, 20, 40,
          "restart: done at that very age is not restarted");
    struct recorder r;
    static const double luby[] = { 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1,
                                   1, 2, 4, 8, 1, 1, 2, 1, 1, 2, 4,
                                   1, 1, 2, 1, 1, 2, 4, 8, 16 };
    int good = record(&r, "", "'ref_s':[1000]", "luby:unit_s=3,most=31",
                      0) == 0 && r.n == 32;
    double at_s = 0;
    for (int i = 0; good && i < 32; i++) {
        good = r.begun[i].begun_s == at_s;
        at_s += i < 31 ? 3 * luby[i] : 0;
    }
    ok(good, "luby: 1 1 2 1 1 2 4 1 1 2 1 1 2 4 8 1 1 2 ... exactly");
}

static void test_endgame(void)
{
    copies_are("", "'ref_s':[10,10,100]", "dynamic+endgame", 2,
               COPIES({ 2, 10, 1 }), "endgame: an idle worker re-runs");
    copies_are("", "'ref_s':[10,50,60,70]", "endgame", 0,
               COPIES({ 1, 10, 0 }, { 2, 50, 1 }, { 3, 50, 0 }, { 3, 60, 2 },
                      { 3, 60, 1 }),
               "the chunk with the fewest copies, the oldest first");
    copies_are("", "'ref_s':[10,50,60,70]", "endgame:copies=1", 0,
               COPIES({ 1, 10, 0 }, { 2, 50, 1 }, { 3, 50, 0 }),
               "no more than so many copies");
    copies_are("'client':{'poll_s':7}", "'ref_s':[10,10.5,11]",
               "dynamic+endgame", 0,
               COPIES({ 1, 10, 0 }, { 2, 10.5, 1 }),
               "what is stored is finished, seen or not");
}

static void test_late(void)
{
    copies_are("", "'ref_s':[100,100,100,100,100,100,100,1000]", "late", 0,
               COPIES({ 7, 100, 0 }), "late: an idle worker copies");
    copies_are("", "'ref_s':[100,100,100,100,100,100,100,1000]",
               "late:host=new", 0, COPIES({ 7, 60, 8 }),
               "host=new: once it is old enough");
    copies_are("", "'ref_s':[10,30,500,25,10]", "dynamic+late", 3,
               COPIES({ 2, 60, 1 }), "not on the slower of two idle workers");
    copies_are("", "'ref_s':[10,30,500,25,10]",
               "dynamic+late:node_percentile=0", 3, COPIES({ 2, 60, 0 }),
               "unless told to");
#define FOURTEEN "100,100,100,100,100,100,100,100,100,100,100,100,100,100"
    copies_are("", "'ref_s':[400," FOURTEEN ",1000]", "late", 0,
               COPIES({ 15, 100, -1 }), "the longest first, a tenth at most");
    copies_are("", "'ref_s':[400," FOURTEEN ",1000]", "late:cap=0.2", 0,
               COPIES({ 15, 100, -1 }, { 0, 100, -1 }),
               "two when the cap allows");
    none("'tasks':20,'ref_s':100", "late:wait_s=0",
         "nobody is slow where all are equal");
}

static void test_mantri(void)
{
    static const char work[] =
        "'ref_s':[100,100,100,100,100,100,100,100,100,1000]";
    copies_are("", work, "mantri", 0,
               COPIES({ 9, 10, -1 }, { 9, 20, -1 }, { 9, 30, -1 },
                      { 9, 40, -1 }),
               "mantri: restarts three times, then duplicates");
    copies_are("", work, "mantri:most=0", 0, COPIES({ 9, 10, -1 }),
               "most=0: duplicates only, once");
    copies_are("", work, "mantri:interval_s=35,most=1", 0,
               COPIES({ 9, 35, -1 }, { 9, 70, -1 }), "at its looks");
    none("'tasks':20,'ref_s':100", "mantri",
         "nothing where nothing varies");
}

static void test_hadoop(void)
{
    copies_are("", "'ref_s':[10,100,100,100,100,100,100,1000]",
               "speculative:preset=hadoop", 0,
               COPIES({ 7, 10, -1 }, { 1, 25, -1 }, { 2, 40, -1 },
                      { 3, 55, -1 }, { 4, 70, -1 }, { 5, 85, -1 }),
               "hadoop: the largest gain, one copy in 15 s");
    copies_are("", "'ref_s':[15,20,19,19,19,19,19,19,40]",
               "speculative:preset=hadoop", 0, COPIES({ 8, 15, -1 }),
               "a gain is needed");
    char work[512];
    int at = snprintf(work, sizeof work, "'ref_s':[10");
    for (int i = 1; i < 20; i++)
        at += snprintf(work + at, sizeof work - (size_t)at, ",1000");
    snprintf(work + at, sizeof work - (size_t)at, "]");
    struct recorder r;
    int good = record(&r, "", work, "speculative:preset=hadoop", 0) == 0;
    ok(good && r.n == 30 && fabs(r.begun[29].begun_s - 145) < 1e-6,
       "ten copies at a time");
    good = record(&r, "", "'ref_s':[10,20,100,100,100,100,100,100,100,100,"
                  "100,100,100,100,100,100,100,100,100,100,100,100,100,100,"
                  "100,100,100,100,100,100,100,100,100,100,100,100,100,100,"
                  "100,100]", "speculative:preset=hadoop", 0) == 0;
    ok(good && r.n > 40 && fabs(r.begun[40].begun_s - 20) < 1e-6,
       "not before 5%% are done");
}

static void test_multiples(void)
{
    copies_are("", THREE_AND_ONE, "speculative:preset=flink", 0,
               COPIES({ 3, 60, -1 }), "flink: not before a minute");
    static const char work[] = "'ref_s':[100,110,120,400,410,420,900,900]";
    copies_are("", work, "speculative:preset=flink", 0,
               COPIES({ 6, 600, -1 }, { 7, 600, -1 }),
               "flink: 1.5 times the upper median of the first");
    copies_are("", work, "speculative:preset=spark3", 0,
               COPIES({ 6, 420, -1 }, { 7, 420, -1 }),
               "spark3: the mean of the two in the middle");
    copies_are("", "'ref_s':[10,10,10,10,200,300]",
               "speculative:preset=flink", 0, COPIES({ 5, 200, -1 }),
               "flink: .75 x 6 done are 5");
    copies_are("", THREE_AND_ONE, "speculative:preset=spark-efficiency", 0,
               COPIES({ 3, 15, -1 }), "spark-efficiency copies what is slow");
    none("'ref_s':[10,10,10,12]",
         "speculative:preset=spark-efficiency,multiplier=1.01",
         "not what progresses at .83 of the mean");
    copies_are("", "'ref_s':[10,10,10,12]",
               "speculative:preset=spark3,multiplier=1.01", 0,
               COPIES({ 3, 10.1, -1 }), "spark3 does");
    copies_are("", "'ref_s':[10,10,10,12]",
               "speculative:preset=spark-efficiency,multiplier=0.55", 0,
               COPIES({ 3, 11, -1 }), "unless it runs twice as long");
}

/* Twenty tasks, a worker in twenty never starts: 64% of the runs of static
 * are never done. One copy each leaves 1 - (1 - .05^2)^20 = 4.9%. */
static void test_rescue(void)
{
    static const char *const policies[] = {
        "clone", "delayed-clone:after_s=150",
        "delayed-clone:after_s=150,host=idle", "fork-keep:p=0.3",
        "fork-kill:p=0.3", "multi-fork:p1=0.5,p2=0.3", "late",
        "late:host=new", "mantri", "restart:tau_s=200", "luby:unit_s=200",
        "endgame", "speculative:preset=hadoop", "speculative:preset=flink",
        "speculative:preset=spark-efficiency", "dynamic+endgame"
    };
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        struct simtest t;
        struct simtest_options o = { .reps = 200 };
        int good = simtest_run(
            &t, "'startup':{'boot_s':{'dist':'lognormal','mu':3,"
            "'sigma':0.3},'never_p':0.05},'speed':{'log_sd':0.1}",
            "'tasks':20,'ref_s':100", policies[i], o) == 0;
        ok(good && t.out[0].unfinished < 25, "%s rescues: %d of 200 undone",
           policies[i], t.out ? (int)t.out[0].unfinished : -1);
        simtest_fini(&t);
    }
}

int main(void)
{
    test_clones();
    test_forks();
    test_restarts();
    test_endgame();
    test_late();
    test_mantri();
    test_hadoop();
    test_multiples();
    test_rescue();
    return tap_done();
}
