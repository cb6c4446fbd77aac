/* SPDX-License-Identifier: Apache-2.0 */
/* Stealing, probing, placement, LPT and the oracle, against closed forms and
 * against what one can compute who knows the workers. */
#include "config.h"

#include "tests/gauge.h"
#include "tests/randmodel.h"
#include "tests/tap.h"
#include "tests/witness.h"

static double makespan(const struct simtest *t, uint32_t r)
{
    return simtest_value(t, 0, SBS_METRIC_makespan_s, r);
}

/* The makespan of one run, NAN when it fails. */
static double one(const char *model, const char *work, const char *policy,
                  uint32_t workers)
{
    struct simtest t;
    struct simtest_options o = { .workers = workers };
    double s = NAN;
    if (simtest_run(&t, model, work, policy, o) == 0)
        s = makespan(&t, 0);
    else
        printf("# %s\n", t.err.text);
    simtest_fini(&t);
    return s;
}

/* ---- lpt --------------------------------------------------------------- */

enum { WORK_SIZE = 512 };

/* "'ref_s':[...]" of a shuffled list. */
static void shuffled(char *text, double *list, uint32_t n, struct dice *d,
                     bool cuts)
{
    size_t at = (size_t)snprintf(text, WORK_SIZE, "'ref_s':[");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t j = i + dice_below(d, n - i);
        double x = list[j];
        list[j] = list[i];
        list[i] = x;
        at += (size_t)snprintf(text + at, WORK_SIZE - at, "%s%g",
                               i ? "," : "", x);
    }
    snprintf(text + at, WORK_SIZE - at, "]%s",
             cuts ? ",'divisible':true" : "");
}

static void test_lpt(void)
{
    int worst = 1, graham = 1, split = 1;
    for (uint32_t m = 2; m <= 8; m++) {
        struct dice d = { sbs_stream_init(5, m), 0 };
        double list[64];
        char work[WORK_SIZE];
        uint32_t n = 0;
        for (uint32_t x = 2 * m - 1; x > m; x--, n += 2)
            list[n] = list[n + 1] = x;
        for (uint32_t i = 0; i < 3; i++)
            list[n++] = m;
        shuffled(work, list, n, &d, false);
        worst &= one("", work, "lpt", m) == 4 * m - 1;
        shuffled(work, list, n, &d, true);
        split &= one("", work, "lpt+split:units=1", m) == 4 * m - 1;

        for (n = 0; n < m * (m - 1); n++)
            list[n] = 1;
        list[n++] = m;
        shuffled(work, list, n, &d, false);
        graham &= one("", work, "lpt", m) == m;
    }
    ok(worst, "lpt: {2m-1, 2m-1, .., m+1, m+1, m, m, m} takes 4m-1 in any "
       "order, m = 2..8");
    ok(graham, "lpt: m(m-1) ones and an m take m");
    ok(split, "lpt with a cutter of one unit is the same");
    ok(one("", "'ref_s':[1,1,1,1,1,1,6],'divisible':true",
           "lpt+split:units=2", 2) == 6,
       "lpt takes the units of the longest first");
}

/* ---- work-stealing ----------------------------------------------------- */

static double equal_units(const struct gauge *g)
{
    struct sbs_bound_worker w[GAUGE_WORKERS];
    double scratch[GAUGE_WORKERS];
    memcpy(w, g->worker, sizeof w);
    return sbs_bound_equal_units(w, g->n, g->unit_s,
                                 round(g->work_s / g->unit_s), scratch);
}

static void test_work_stealing(void)
{
    struct simtest t;
    /* Greedy schedules of iid exp(1) tasks take (n - p)/p + H_p. */
    uint32_t n = 400, p = 16, reps = simtest_reps(1000, 100000);
    struct simtest_options o = { .workers = p, .reps = reps };
    double h = 0, se = NAN, mean = NAN;
    for (uint32_t i = 1; i <= p; i++)
        h += 1.0 / i;
    if (simtest_run(&t, "", "'tasks':400,'ref_s':{'dist':'exponential',"
                    "'mean':1}", "work-stealing", o) == 0)
        mean = simtest_mean(&t, 0, SBS_METRIC_makespan_s, &se);
    is_z(mean, se, (n - p) / (double)p + h,
         "work-stealing: exp(1) tasks take (n-p)/p + H_p");
    simtest_fini(&t);

    /* Equal workers that start at any time, unit tasks: nobody is idle while
     * there is something to begin, which is the optimum. */
    struct gauge *g = calloc(1, sizeof *g);
    g->formula = equal_units;
    g->work_s = 300;
    g->unit_s = 1;
    o.workers = 20;
    o.reps = simtest_reps(300, 5000);
    const char *late = "'startup':{'boot_s':{'dist':'exponential',"
                       "'mean':10}}";
    double worst = gauge_run(g, NULL, &t, late, "'tasks':300,'ref_s':1",
                             "work-stealing", o);
    ok(worst < 1e-9, "work-stealing: late starters, equal units: the optimum "
       "(%.2g off)", worst);
    simtest_fini(&t);
    worst = gauge_run(g, NULL, &t, late, "'tasks':15,'ref_s':20,"
                      "'divisible':true", "split:units=20+work-stealing", o);
    ok(worst < 1e-9, "... of a cutter too (%.2g off)", worst);
    simtest_fini(&t);
    free(g);

    /* E[Cmax] <= W/p + 3.65 log2 W + c: Tchiboukdjian et al. count a time
     * unit for each attempt to steal, ours are free. */
    int good = 1;
    for (uint32_t k = 2; k <= 64; k *= 2)
        good &= one("", "'tasks':1000,'ref_s':1", "work-stealing", k) <=
                1000.0 / k + 3.65 * log2(1000) + 1;
    ok(good, "work-stealing: unit tasks within W/p + 3.65 log2 W + 1");
}

/* ---- oracle ------------------------------------------------------------ */

/* NAN unless the workers are those of SCIENCE.md B.7. */
static double example_only(const struct gauge *g)
{
    static const double a[] = { 0, 10, 20 }, s[] = { 1, 2, 0.5 };
    uint32_t found = 0;
    for (uint32_t w = 0; w < g->n; w++)
        for (uint32_t i = 0; i < 3; i++)
            if (fabs(g->worker[w].a_s - a[i]) < 1e-9 &&
                fabs(g->worker[w].rate - s[i]) < 1e-9)
                found |= 1u << i;
    return found == 7 ? g->unit_s : NAN;
}

static uint32_t counted(const struct gauge *g)
{
    uint32_t n = 0;
    for (uint32_t r = 0; r < g->runs; r++)
        n += isnan(g->want[r]) ? 0 : 1;
    return n;
}

static void test_oracle_example(void)
{
    struct gauge *g = calloc(1, sizeof *g);
    struct simtest t;
    struct simtest_options o = { .workers = 3,
                                 .reps = simtest_reps(500, 5000) };
    const char *model =
        "'startup':{'boot_s':{'dist':'empirical','values':[0,10,20]}},"
        "'speed':{'classes':[{'slowdown':1},{'slowdown':0.5},"
        "{'slowdown':2}]}";
    g->formula = example_only;
    g->unit_s = 180.0 / 7; /* the makespan to find */
    double worst = gauge_run(g, NULL, &t, model, "'tasks':1,'ref_s':60,"
                             "'divisible':true", "oracle:units=10000", o);
    ok(worst < 2 * 60e-4 / 25 && counted(g) > 3,
       "oracle: a = (0, 10, 20), s = (1, 2, .5), W = 60: 180/7 in %u runs",
       counted(g));
    simtest_fini(&t);
    g->unit_s = 30;
    worst = gauge_run(g, NULL, &t, model, "'tasks':6,'ref_s':10", "oracle",
                      o);
    ok(worst < 1e-12 && counted(g) > 3,
       "oracle: six tasks of 10: 30 in %u runs", counted(g));
    simtest_fini(&t);
    free(g);
}

#define STEADY                                                            \
    "'startup':{'boot_s':{'dist':'exponential','mean':30},'never_p':0.1}," \
    "'client':{'call_s':{'dist':'exponential','mean':1}}," \
    "'speed':{'classes':[{'slowdown':1.5},{'weight':2,'slowdown':3}]," \
    "'log_sd':0.3}"

static void test_oracle_equal(void)
{
    static const struct {
        const char *work, *policy;
        double work_s, unit_s;
    } x[] = {
        { "'tasks':40,'ref_s':10", "oracle", 400, 10 },
        { "'tasks':7,'ref_s':30", "oracle", 210, 30 },
        { "'tasks':20,'ref_s':10,'divisible':true", "oracle:units=50", 200,
          0.2 },
        { "'tasks':20,'ref_s':10,'divisible':true", "oracle+split:units=4",
          200, 2.5 },
    };
    struct gauge *g = calloc(1, sizeof *g);
    struct simtest_options o = { .workers = 12,
                                 .reps = simtest_reps(500, 5000) };
    g->formula = equal_units;
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++) {
        struct simtest t;
        int good = 1;
        g->work_s = x[i].work_s;
        g->unit_s = x[i].unit_s;
        double worst = gauge_run(g, NULL, &t, STEADY, x[i].work, x[i].policy,
                                 o);
        ok(worst < 1e-9, "oracle: the optimum of equal units, %s (%.2g off)",
           x[i].policy, worst);
        for (uint32_t r = 0; worst < 1e-9 && r < o.reps; r++) {
            double regret = simtest_value(&t, 0, SBS_METRIC_regret, r);
            double bound = simtest_value(&t, 0, SBS_METRIC_bound_s, r);
            good &= regret >= 1 - 1e-9;
            /* A worker is as slow as 3 exp(4.5 x 0.3) at the very most. */
            good &= makespan(&t, r) <= bound + x[i].unit_s * 12;
        }
        ok(good, "... and the bound to within a unit");
        simtest_fini(&t);
    }
    free(g);
}

/* ---- steal ------------------------------------------------------------- */

static void test_steal(void)
{
    const char *task = "'tasks':1,'ref_s':30,'divisible':true";
    const char *claim = "'unit':{'claim_s':2}";
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    is_near(one("", task, "steal", 2), 15, 1e-9, "steal: half of it");
    /* 28 of 30 are shared: 14 after a claim of 2, beside 2 + 16 */
    is_near(one(claim, task, "steal:units=30", 2), 18, 1e-9,
            "steal: the overhead is the thief's");
    is_near(one(claim, task, "steal:floor_s=31", 2), 32, 1e-9,
            "steal: nothing below the floor");
    is_near(one("'unit':{'upload_s':12}", task, "steal", 2), 42, 1e-9,
            "steal: nothing that does not pay for its overhead");
    is_near(one("", "'tasks':1,'ref_s':30,'divisible':true,"
                "'min_unit_s':7", "steal", 2), 15, 1e-9,
            "steal: no shorter units than allowed (of 7 s: four of 7.5 s)");
    ok(simtest_run(&t, "", "'tasks':2,'ref_s':30", "steal", o) != 0 &&
           strstr(t.err.text, "can be cut"),
       "steal: whole tasks are refused: %s", t.err.text);
    simtest_fini(&t);
    ok(simtest_run(&t, "", task, "split:units=4+steal,steal+split:units=4",
                   o) == 0 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 4 &&
           simtest_value(&t, 1, SBS_METRIC_attempts, 0) == 4,
       "steal: a cutter cuts, on either side");
    simtest_fini(&t);
}

/* As good as the divisible bound, nearly, with few attempts. */
static void test_steal_regret(void)
{
    struct simtest t;
    struct simtest_options o = { .workers = 12,
                                 .reps = simtest_reps(300, 5000) };
    double se, regret = NAN, attempts = NAN;
    if (simtest_run(&t, STEADY, "'tasks':20,'ref_s':600,'divisible':true",
                    "steal", o) == 0) {
        regret = simtest_mean(&t, 0, SBS_METRIC_regret, &se);
        attempts = simtest_mean(&t, 0, SBS_METRIC_attempts, &se);
    }
    ok(regret < 1.01 && attempts < 100,
       "steal: regret %.4f with %.0f attempts", regret, attempts);
    simtest_fini(&t);
}

/* ---- probe-drop -------------------------------------------------------- */

static int fastest_first(const void *x, const void *y)
{
    double a = ((const struct sbs_bound_worker *)x)->rate;
    double b = ((const struct sbs_bound_worker *)y)->rate;
    return (a < b) - (a > b);
}

/* All start at 0 with a probe of 20 s: three of eight are kept when the
 * slowest has answered, and get a task of 100 s each. */
static double all_answer(const struct gauge *g)
{
    struct sbs_bound_worker w[GAUGE_WORKERS];
    memcpy(w, g->worker, sizeof w);
    qsort(w, g->n, sizeof *w, fastest_first);
    return 20 / w[7].rate + 100 / w[2].rate;
}

/* Three of those that have answered by 60, when three have. */
static double by_deadline(const struct gauge *g)
{
    struct sbs_bound_worker w[GAUGE_WORKERS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->n; i++)
        if (g->worker[i].a_s + 20 / g->worker[i].rate < 60)
            w[n++] = g->worker[i];
    if (n < 3 || n == g->n)
        return NAN;
    qsort(w, n, sizeof *w, fastest_first);
    return 60 + 100 / w[2].rate;
}

static void test_probe_drop(void)
{
    struct gauge *g = calloc(1, sizeof *g);
    struct simtest t;
    struct simtest_options o = { .workers = 3, .reps = 300 };
    const char *work = "'tasks':3,'ref_s':100";
    g->formula = all_answer;
    double worst = gauge_run(g, NULL, &t, "'speed':{'log_sd':0.3}", work,
                             "probe-drop:launch=8,deadline_s=1e6", o);
    ok(worst < 1e-9 && simtest_value(&t, 0, SBS_METRIC_launched, 0) == 8,
       "probe-drop: decides when all have answered (%.2g off)", worst);
    simtest_fini(&t);
    g->formula = by_deadline;
    worst = gauge_run(g, NULL, &t, "'speed':{'log_sd':0.3},'startup':{"
                      "'boot_s':{'dist':'exponential','mean':40},"
                      "'never_p':0.1}", work,
                      "probe-drop:launch=8,keep=3,deadline_s=60", o);
    ok(worst < 1e-9 && counted(g) > 100,
       "probe-drop: or at the deadline, in %u runs (%.2g off)", counted(g),
       worst);
    simtest_fini(&t);
    ok(simtest_run(&t, "", work, "probe-drop:launch=2", o) != 0,
       "probe-drop: keeps no more than it launches: %s", t.err.text);
    simtest_fini(&t);
    free(g);
}

/* ---- restart-slow and placement ---------------------------------------- */

/* A layer that counts probes, and slow processors as they turn up. */
struct counts {
    uint32_t probes, slow;
};

static void count_probed(struct sbs_ctx *c, uint32_t w, double took_s)
{
    (void)w;
    (void)took_s;
    (*(struct counts *const *)c->params)->probes++;
}

static void count_ready(struct sbs_ctx *c, uint32_t w)
{
    (*(struct counts *const *)c->params)->slow +=
        c->host->worker(c, w)->processor == 1;
}

static const struct sbs_policy count_policy = {
    SBS_POLICY_HEAD, .name = "count", .on_probed = count_probed,
    .on_ready = count_ready
};

/* How many workers are launched, and probes and slow ones counted. */
static double launched(struct counts *n, const char *model,
                       const char *work, const char *policy, uint64_t seed)
{
    struct simtest t;
    struct sbs_layer left = { &count_policy, &n };
    struct simtest_options o = { .workers = 20, .left = &left,
                                 .seed = seed };
    double all = NAN;
    *n = (struct counts){ 0 };
    if (simtest_run(&t, model, work, policy, o) == 0)
        all = simtest_value(&t, 0, SBS_METRIC_launched, 0);
    else
        printf("# %s\n", t.err.text);
    simtest_fini(&t);
    return all;
}

/* Twenty start together: the two slowest are replaced (less than 0.1 x 19
 * are slower), and those that come for them are probed, too. */
static void test_restart_slow(void)
{
    struct counts n;
    const char *work = "'tasks':4000,'ref_s':1";
    const char *model = "'speed':{'log_sd':0.3}";
    int two = 1, none = 1;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        two &= launched(&n, model, work, "restart-slow", seed) == 22;
        two &= n.probes == 22;
        none &= launched(&n, model, work, "restart-slow:theta=0", seed) ==
                20;
    }
    ok(two, "restart-slow: the two slowest of twenty are replaced");
    ok(none, "restart-slow: theta = 0 replaces nobody");
}

/* A share of 4 tasks of 100 s takes 1000 s on the mean, 1600 s on the slow
 * processor. */
static void test_placement(void)
{
    struct counts n;
    const char *work = "'tasks':80,'ref_s':100";
    int paid = 1, dear = 1, limit = 1;
    char model[256];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        for (double start_s = 590; start_s < 620; start_s += 20) {
            snprintf(model, sizeof model, "'startup':{'boot_s':%g},'speed':"
                     "{'classes':[{'slowdown':1},{'slowdown':4}]}",
                     start_s);
            double all = launched(&n, model, work, "placement:tries=3",
                                  seed);
            if (start_s < 600)
                paid &= all == 20 + fmin(3, n.slow);
            else
                dear &= all == 20;
        }
        limit &= launched(&n, model, work, "placement:max_slowdown=1.7",
                          seed) == 20;
    }
    ok(paid, "placement: slow ones are replaced while that pays");
    ok(dear, "placement: but not when starting takes longer");
    ok(limit, "placement: max_slowdown relative to the mean");
}

/* ---- all of them in random worlds -------------------------------------- */

static const char *const stacks[] = {
    "steal:units=40", "work-stealing", "lpt", "probe-drop", "restart-slow",
    "placement", "oracle:units=40", "split:units=5+steal",
    "split:units=5+work-stealing", "lpt+split:units=3",
    "probe-drop:launch=40,keep=5,probe_s=3+split:units=4",
    "restart-slow:theta=0.5,most=10,probe_s=5+lpt",
    "placement:max_slowdown=0.9+steal:units=40",
    "work-stealing+probe-drop:probe_s=5",
    "steal:units=40+speculative:preset=spark3",
    "speculative:host=idle+work-stealing",
    "warm-pool:keep_s=60+oracle:units=40",
    "oracle:units=40+steal", "oracle:units=40+lpt+restart-slow",
    "oversubscribe:factor=2,mode=duplicates+steal:units=9",
    "oversubscribe:factor=1.3,mode=any-k+work-stealing",
    "placement:max_slowdown=0.5+work-stealing+speculative:preset=spark3",
};
enum { STACKS = sizeof stacks / sizeof stacks[0], REPS = 3 };

/* What is wrong, or NULL. */
static const char *look_at(const struct randmodel *m, const char *policy,
                           struct simtest *t, uint32_t *done)
{
    struct witness witness = { 0 }, *params = &witness;
    struct sbs_layer left = { &witness_policy, &params };
    struct simtest_options o = { .reps = REPS, .workers = m->workers,
                                 .spot = m->spot, .left = &left };
    uint32_t finished = 0;
    if (simtest_run(t, m->model, m->work, policy, o) != 0)
        return t->err.code == SBS_EUSAGE ? NULL : t->err.text;
    for (uint32_t r = 0; r < REPS; r++)
        finished += isnan(makespan(t, r)) ? 0 : 1;
    *done += finished;
    if (!m->can_lose && finished < REPS)
        return "nothing is lost, and yet it never ends";
    return witness.wrong;
}

static void test_random(void)
{
    uint32_t runs = simtest_reps(12, 150), wrong = 0, done = 0;
    for (uint32_t i = 0; i < runs * STACKS && wrong < 5; i++) {
        struct randmodel m;
        struct simtest t;
        const char *policy = stacks[i % STACKS];
        randmodel_make(&m, 334, i, NULL);
        const char *what = look_at(&m, policy, &t, &done);
        if (what)
            printf("# %u: %s\n#  %s\n#  %s\n#  %s\n#  workers %u spot %d\n",
                   i, what, policy, m.model, m.work, m.workers, m.spot);
        wrong += what != NULL;
        simtest_fini(&t);
    }
    ok(wrong == 0 && done > runs * STACKS,
       "%d stacks in %u random worlds each, %u replications done", STACKS,
       runs, done);
}

int main(void)
{
    test_lpt();
    test_work_stealing();
    test_oracle_example();
    test_oracle_equal();
    test_steal();
    test_steal_regret();
    test_probe_drop();
    test_restart_slow();
    test_placement();
    test_random();
    return tap_done();
}
