/* SPDX-License-Identifier: Apache-2.0 */
/* Many replications: common random numbers between policies, the same bits
 * for any threads and company, posterior draws, what cannot finish. */
#include "config.h"

#include "tests/simtest.h"
#include "tests/tap.h"

#define RANDOM_MODEL                                                        \
    "'client':{'setup_s':2,'call_s':{'dist':'exponential','mean':0.5},"     \
    "'launches_per_call':1,'poll_s':3},'startup':{'provision_s':{'dist':"   \
    "'lognormal','mu':3,'sigma':0.4},'pull_s':{'dist':'gamma','shape':2,"   \
    "'scale':9}},'speed':{'classes':[{'weight':2,'slowdown':1.5},{'weight'" \
    ":1,'slowdown':{'dist':'lognormal','mu':1,'sigma':0.2}}],'log_sd':0.1," \
    "'weather':{'slot_s':30,'log_sd':0.2}},'run':{'startup_log_sd':0.2,"    \
    "'speed_log_sd':0.1},'loss':{'fail_p':0.02}"
#define WORK "'tasks':12,'ref_s':{'dist':'gamma','shape':9,'scale':10}," \
             "'divisible':true,'exchangeable':true"
#define POLICIES                                                            \
    "static,dynamic,split:units=5,speculative,oversubscribe:factor=1.5,"    \
    "warm-pool+split:units=20+speculative:preset=spark3"

/* ---- what each worker is like, as a witness sees it -------------------- */

enum { SEEN_WORKERS = 12, SEEN_REPS = 20 };

/* Of a run of one replication after the other. */
struct sights {
    uint32_t rep;
    double startup_s[SEEN_REPS][SEEN_WORKERS];
};

static struct sights *sights_of(const struct sbs_ctx *c)
{
    return *(struct sights *const *)c->params;
}

static void sights_start(struct sbs_ctx *c)
{
    sights_of(c)->rep++;
}

static void sights_on_ready(struct sbs_ctx *c, uint32_t w)
{
    struct sights *s = sights_of(c);
    if (w < SEEN_WORKERS)
        s->startup_s[s->rep - 1][w] =
            c->host->now_s(c) - c->host->worker(c, w)->requested_s;
}

static const struct sbs_policy sights_policy = {
    SBS_POLICY_HEAD, .name = "sights", .start = sights_start,
    .on_ready = sights_on_ready
};

static int look(struct sights *s, const char *model, const char *policy,
                uint32_t workers)
{
    struct simtest t;
    struct sbs_layer left = { &sights_policy, &s };
    struct simtest_options o = { .reps = SEEN_REPS, .workers = workers,
                                 .left = &left };
    memset(s, 0, sizeof *s);
    int status = simtest_run(&t, model, WORK, policy, o);
    simtest_fini(&t);
    return status;
}

/* Worker w of replication r takes as long to start under any policy. */
static void test_same_workers(void)
{
    static const char model[] =
        "'startup':{'provision_s':{'dist':'lognormal','mu':3,'sigma':0.4},"
        "'boot_s':{'dist':'weibull','shape':2,'scale':5}},"
        "'run':{'startup_log_sd':0.3}";
    static const struct {
        const char *policy;
        uint32_t workers;
    } others[] = { { "dynamic", 12 }, { "dynamic", 40 }, { "static", 7 },
                   { "split:units=10", 30 },
                   { "oversubscribe:factor=3", 5 } };
    struct sights want, got;
    int good = look(&want, model, "static", 12) == 0;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        good &= look(&got, model, others[i].policy, others[i].workers) == 0;
        for (uint32_t r = 0; r < SEEN_REPS; r++)
            for (uint32_t w = 0; w < SEEN_WORKERS; w++)
                if (got.startup_s[r][w] > 0 &&
                    fabs(got.startup_s[r][w] / want.startup_s[r][w] - 1) >
                        1e-12)
                    good = 0;
    }
    ok(good, "worker 11 is the same worker under every policy");
}

/* Speeds and weather, seen through single workers: with one task for each
 * of n workers and no start-up, first_s is the fastest worker's time, which
 * can only get shorter with more workers of the same kind. */
static void test_same_speeds(void)
{
    static const char model[] =
        "'speed':{'log_sd':0.4,'weather':{'slot_s':7,'log_sd':0.5}}";
    struct simtest a, b;
    struct simtest_options o = { .reps = 200 };
    int good =
        simtest_run(&a, model, "'tasks':5,'ref_s':100", "static", o) == 0 &&
        simtest_run(&b, model, "'tasks':9,'ref_s':100", "dynamic", o) == 0;
    uint32_t equal = 0;
    for (uint32_t r = 0; good && r < 200; r++) {
        double x = simtest_value(&a, 0, SBS_METRIC_first_s, r);
        double y = simtest_value(&b, 0, SBS_METRIC_first_s, r);
        good = y <= x;
        equal += x == y;
    }
    ok(good && equal > 80 && equal < 140,
       "five of nine workers are the five (same fastest in %u of 200)",
       equal);
    simtest_fini(&a);
    simtest_fini(&b);
}

/* ---- the same bits ----------------------------------------------------- */

static int same(const struct simtest *a, uint32_t i, const struct simtest *b,
                uint32_t j)
{
    return memcmp(a->out[i].values, b->out[j].values,
                  SBS_N_METRICS * a->run.reps * sizeof(double)) == 0;
}

static void test_threads(void)
{
    struct simtest one, other;
    struct simtest_options o = { .reps = 300, .threads = 1 };
    int good = simtest_run(&one, RANDOM_MODEL, WORK, POLICIES, o) == 0;
    for (int threads = 2; threads <= 5; threads++) {
        o.threads = threads;
        good &= simtest_run(&other, RANDOM_MODEL, WORK, POLICIES, o) == 0;
        for (uint32_t i = 0; good && i < one.run.n_stacks; i++)
            good = same(&one, i, &other, i);
        simtest_fini(&other);
    }
    ok(good, "1 to 5 threads give the same bits");
    o.reps = 100;
    good = simtest_run(&other, RANDOM_MODEL, WORK, "dynamic", o) == 0;
    for (uint32_t r = 0; good && r < 100; r++)
        good = simtest_value(&other, 0, SBS_METRIC_cost_usd, r) ==
               simtest_value(&one, 1, SBS_METRIC_cost_usd, r);
    ok(good, "the first 100 of 300 replications are those of 100");
    simtest_fini(&other);
    o.seed = 2;
    good = simtest_run(&other, RANDOM_MODEL, WORK, "dynamic", o) == 0 &&
           simtest_value(&other, 0, SBS_METRIC_cost_usd, 0) !=
               simtest_value(&one, 1, SBS_METRIC_cost_usd, 0);
    ok(good, "another seed gives others");
    simtest_fini(&other);
    simtest_fini(&one);
}

/* A mixture and a parameter change keep the coupling monotone: a slower
 * model is slower in every replication. */
static void test_coupling(void)
{
    struct simtest a, b;
    struct simtest_options o = { .reps = 500 };
    int good =
        simtest_run(&a, "'startup':{'pull_s':{'dist':'gamma','shape':2,"
                    "'scale':9}}", WORK, "static", o) == 0 &&
        simtest_run(&b, "'startup':{'pull_s':{'dist':'gamma','shape':2,"
                    "'scale':9.1}}", WORK, "static", o) == 0;
    for (uint32_t r = 0; good && r < 500; r++)
        good = simtest_value(&b, 0, SBS_METRIC_makespan_s, r) >
               simtest_value(&a, 0, SBS_METRIC_makespan_s, r);
    ok(good, "a slower model is slower in each replication");
    simtest_fini(&a);
    simtest_fini(&b);
}

/* ---- draws, refusals --------------------------------------------------- */

static void test_draws(void)
{
    struct simtest t;
    struct simtest_options o = { .reps = 7 };
    int good =
        simtest_run(&t, "'startup':{'boot_s':1},'posterior':{'draws':["
                    "{'startup.boot_s':10},{'speed.classes.0.slowdown':2},"
                    "{'startup':{'pull_s':7}}]},"
                    "'speed':{'classes':[{'slowdown':1}]}",
                    "'tasks':1,'ref_s':100", "static", o) == 0;
    static const double want[] = { 110, 201, 107, 110, 201, 107, 110 };
    for (uint32_t r = 0; good && r < 7; r++)
        good = simtest_value(&t, 0, SBS_METRIC_makespan_s, r) == want[r];
    ok(good, "replications cycle through the posterior draws");
    simtest_fini(&t);
}

static void is_refused(const char *model, const char *work,
                       const char *policy, struct simtest_options o,
                       const char *want)
{
    struct simtest t;
    int status = simtest_run(&t, model, work, policy, o);
    ok(status != 0 && strstr(t.err.text, want), "refused: %s",
       status != 0 ? t.err.text : "(it ran)");
    simtest_fini(&t);
}

static void test_refused(void)
{
    struct simtest_options o = { .reps = 2 };
    is_refused("", "'tasks':2,'ref_s':1", "split:units=2", o,
               "does not say that its tasks can be cut");
    is_refused("", "'tasks':2,'ref_s':10,'divisible':true,'min_unit_s':3",
               "split:units=4", o, "units of 2.5 s (at least 3 s)");
    is_refused("", "'tasks':2,'ref_s':1", "oversubscribe:mode=any-k", o,
               "not exchangeable");
    is_refused("", "'tasks':2,'ref_s':1",
               "oversubscribe:mode=duplicates,factor=3", o, "at most 2");
    is_refused("", "'tasks':2,'ref_s':1", "warm-pool:size=3", o,
               "more than the fleet of 2");
    is_refused("", "'tasks':2,'ref_s':1,'divisible':true",
               "static+split:units=2", o, "static");
    is_refused("", "'tasks':5000,'ref_s':1,'divisible':true",
               "split:units=1000000", o, "5000000000 units");
    is_refused("'speed':{'vcpu_gain':{'1':1,'4':1}}", "'tasks':2,'ref_s':1",
               "static", o, "knows no gain for 2 vCPU (known: 1, 4)");
    is_refused("'launcher':{'quota_vcpu':1}", "'tasks':2,'ref_s':1",
               "static", o, "quota of 1 vCPU");
}

static void count_progress(void *context, uint64_t done, uint64_t all)
{
    uint64_t *last = context;
    if (done < last[0] || all != 600)
        last[1]++;
    last[0] = done;
    last[2]++;
}

static void test_progress(void)
{
    struct simtest t;
    struct simtest_options o = { .reps = 300 };
    uint64_t seen[3] = { 0, 0, 0 };
    int good = simtest_run(&t, "", WORK, "static,dynamic", o) == 0;
    for (uint32_t i = 0; i < 2; i++)
        sbs_run_outcome_fini(&t.out[i]);
    t.run.progress = count_progress;
    t.run.progress_context = seen;
    good = good && sbs_run_all(&t.run, t.out, &t.err) == 0;
    ok(good && seen[0] == 600 && seen[1] == 0 && seen[2] > 2,
       "progress rises to all replications of all policies");
    simtest_fini(&t);
}

int main(void)
{
    test_same_workers();
    test_same_speeds();
    test_threads();
    test_coupling();
    test_draws();
    test_refused();
    test_progress();
    return tap_done();
}
