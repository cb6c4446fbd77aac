/* SPDX-License-Identifier: Apache-2.0 */
/* speculative: when it copies what, by hand, and that it always comes to an
 * end. */
#include "config.h"

#include "tests/recorder.h"
#include "tests/simtest.h"
#include "tests/tap.h"

/* Attempt number `copy` of the run is a copy of `task` begun at at_s. */
static int copied(const struct recorder *r, uint32_t copy, uint32_t task,
                  double at_s)
{
    if (copy >= r->n) {
        printf("# only %u attempts\n", r->n);
        return 0;
    }
    const struct record *x = &r->begun[copy];
    if (x->copy && x->first == task && fabs(x->begun_s - at_s) < 1e-9)
        return 1;
    printf("# attempt %u is of task %u, begun at %g, %s copy\n", copy,
           x->first, x->begun_s, x->copy ? "a" : "no");
    return 0;
}

/* Four tasks, three done at 10: median 10, threshold 15 or 30. */
static void test_presets(void)
{
    static const char work[] = "'ref_s':[10,10,10,100]";
    struct recorder r;
    int good = record(&r, "", work, "speculative:preset=spark3", 0) == 0;
    ok(good && r.n == 5 && copied(&r, 4, 3, 15),
       "spark3 copies at 1.5 times the median of the done");
    good = record(&r, "", work, "speculative:preset=spark4", 0) == 0;
    ok(good && r.n == 5 && copied(&r, 4, 3, 30), "spark4 at 3 times");
    good = record(&r, "", work,
                  "speculative:preset=spark3,multiplier=2.22,interval_s=5",
                  0) == 0;
    ok(good && r.n == 5 && copied(&r, 4, 3, 25),
       "on the grid of interval_s: 22.2 becomes 25");
    good = record(&r, "", work, "speculative:preset=spark3,quantile=0.8",
                  0) == 0;
    ok(good && r.n == 5 && copied(&r, 4, 3, 15), "floor(.8 x 4) are 3");
    good = record(&r, "", work, "speculative:preset=spark3,min_s=40", 0) == 0;
    ok(good && r.n == 5 && copied(&r, 4, 3, 40), "not before min_s");
    good = record(&r, "", "'ref_s':[10,10,100,100]",
                  "speculative:preset=spark3", 0) == 0;
    ok(good && r.n == 4, "half done are not enough");
}

/* A task's age counts from the launch request: worker 3 is requested at 30,
 * ready at 80. At 95 it is 65 old, as old as the others were when done
 * (requested 0, 10, 20; done at 65, 75, 85: median 65). */
static void test_age(void)
{
    struct recorder r;
    int good = record(&r, "'client':{'launches_per_call':1,'call_s':10},"
                      "'startup':{'boot_s':45}", "'ref_s':[10,10,10,100]",
                      "speculative:preset=spark3,multiplier=1", 0) == 0;
    /* launched by the call from 95 to 105, ready at 150 */
    ok(good && r.n == 5 && copied(&r, 4, 3, 150),
       "ages and durations count from the launch request");
}

/* Idle workers take copies when asked to; each unit gets one at most. */
static void test_hosts(void)
{
    struct recorder r;
    int good = record(&r, "", "'ref_s':[10,10,10,100]",
                      "speculative:preset=spark3,host=idle", 0) == 0;
    ok(good && r.n == 5 && copied(&r, 4, 3, 15) && r.begun[4].worker < 3,
       "host=idle copies to a worker that has done its task");
}

static void test_predict(void)
{
    struct simtest t;
    struct simtest_options o = { .reps = 200 };
    int good = simtest_run(&t, "'startup':{'boot_s':30}",
                           "'tasks':20,'ref_s':100", "speculative", o) == 0;
    for (uint32_t r = 0; good && r < 200; r++)
        good = simtest_value(&t, 0, SBS_METRIC_attempts, r) == 20;
    ok(good, "predict copies nothing where nothing varies");
    simtest_fini(&t);
    good = simtest_run(&t, "'startup':{'boot_s':{'dist':'lognormal','mu':3,"
                       "'sigma':0.3},'never_p':0.05},'speed':{'log_sd':0.1}",
                       "'tasks':20,'ref_s':100", "static,speculative", o) ==
               0;
    /* One copy each: lost are the tasks whose copy never starts either, in
     * 1 - (1 - .05^2)^20 = 4.9% of the runs; static loses 64%. */
    ok(good && t.out[0].unfinished > 100 && t.out[1].unfinished < 25,
       "it rescues workers that never start: %llu of 200 unfinished, "
       "static %llu", (unsigned long long)t.out[1].unfinished,
       (unsigned long long)t.out[0].unfinished);
    simtest_fini(&t);
}

/* Thresholds that fall within rounding of the grid: a look a hair early
 * would be repeated for ever at the same instant. */
static void test_grid(void)
{
    uint32_t unfinished = 0, runs = 0;
    char work[96], model[96];
    for (int i = 1; i < 400; i++) {
        for (int j = 0; j < 4; j++) {
            struct simtest t;
            struct simtest_options o = { .reps = 1 };
            snprintf(work, sizeof work, "'ref_s':[%.3g,%.3g,%.3g,%d]",
                     0.1 * i, 0.1 * i, 0.1 * i, 100 + i);
            snprintf(model, sizeof model,
                     "'client':{'launches_per_call':1,'call_s':%.1f}",
                     0.1 * j);
            const char *policy =
                i % 2 ? "speculative:preset=spark3,interval_s=0.1"
                      : "speculative:preset=spark3,interval_s=0.3";
            runs += simtest_run(&t, model, work, policy, o) == 0;
            unfinished += t.out ? (uint32_t)t.out[0].unfinished : 1;
            simtest_fini(&t);
        }
    }
    ok(runs == 1596 && unfinished == 0, "%u runs of %u get stuck on the grid",
       unfinished, runs);
}

int main(void)
{
    test_presets();
    test_age();
    test_hosts();
    test_predict();
    test_grid();
    return tap_done();
}
