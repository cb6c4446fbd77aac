/* SPDX-License-Identifier: Apache-2.0 */
/* Explanations: the factors partition the model, shares add up and multiply,
 * their order does not matter, draws widen what is known. */
#include "calibrate/explain.h"

#include "base/fmath.h"
#include "calibrate/contradictions.h"
#include "calibrate/shapley.h"
#include "tests/simtest.h"
#include "tests/tap.h"

/* Something of every factor but losses. */
#define FULL                                                                 \
    "'client':{'setup_s':{'dist':'exponential','mean':9},'call_s':{'dist':"  \
    "'exponential','mean':2},'poll_s':1,'poll_task_s':0.05,'collect_s':0.2," \
    "'calls_per_s':20,'launches_per_call':2},'launcher':{'burst':3,"         \
    "'refill_per_s':0.5,'quota_vcpu':16},'startup':{'provision_s':{'dist':"  \
    "'lognormal','mu':2.6,'sigma':0.3},'pull_s':20,'boot_s':3},'speed':"     \
    "{'classes':[{'weight':1,'slowdown':{'dist':'lognormal','mu':0.7,"       \
    "'sigma':0.1}},{'weight':2,'slowdown':{'dist':'uniform','lo':2,'hi':4}}" \
    "],'log_sd':0.05,'weather':{'log_sd':0.1},'drift_per_h':0.1,"            \
    "'vcpu_gain':{'2':0.8}},'run':{'startup_log_sd':0.2,'call_log_sd':0.2,"  \
    "'speed_log_sd':0.05},'unit':{'claim_s':0.2,'download_s':1,'upload_s':"  \
    "{'dist':'exponential','mean':1}},'local':{'cores':2,'efficiency':0.8}"
#define WORK "'ref_s':[300,100,200,400,250,150,320,90,210,330]"

struct explained {
    struct simtest t;
    struct sbs_explanation *e;
    int status;
    struct sbs_error err;
};

/* Simulate plainly, and explain; status of the latter. */
static int explain(struct explained *x, const char *model, const char *work,
                   const char *policy, struct simtest_options o)
{
    *x = (struct explained){ .status = -1 };
    if (simtest_run(&x->t, model, work, policy, o) != 0) {
        printf("# %s\n", x->t.err.text);
        return -1;
    }
    struct sbs_explain_job job = { .scenario = x->t.run.scenario,
                                   .stack = x->t.stacks[0],
                                   .reps = o.reps,
                                   .threads = 1 };
    x->status = sbs_explain(&job, &x->e, &x->err);
    return x->status;
}

static void explained_fini(struct explained *x)
{
    sbs_explain_destroy(x->e);
    simtest_fini(&x->t);
}

static void check_sums(const struct sbs_explanation *e, const char *what)
{
    double sum = 0, log = 0, ratio = e->makespan_s / e->ideal_s;
    int inside = 1;
    for (uint32_t i = 0; i < e->n_factors; i++) {
        const struct sbs_explain_share *s = &e->factor[i].time_s;
        sum += s->mean;
        log += e->factor[i].log.mean;
        inside &= s->order_lo <= s->mean + 1e-9 &&
                  s->mean <= s->order_hi + 1e-9;
    }
    ok(fabs(sum - (e->makespan_s - e->ideal_s)) < 1e-9 * e->makespan_s,
       "%s: minutes add up to the gap", what);
    is_near(sbs_exp(log), ratio, 1e-12, "factors multiply to the gap");
    is_near(e->product, e->speedup, 1e-12, "and give the speed-up");
    is_near(e->speedup, e->local_s / e->makespan_s, 1e-15,
            "which is local time over makespan");
    ok(inside, "%s: shares lie within their orders", what);
}

/* Greedy, in order, on reference cores. */
static double list_schedule(const double *work, int n, int workers)
{
    double free_at[16] = { 0 }, last = 0;
    for (int i = 0; i < n; i++) {
        int best = 0;
        for (int k = 1; k < workers; k++)
            if (free_at[k] < free_at[best])
                best = k;
        free_at[best] += work[i];
        last = fmax(last, free_at[best]);
    }
    return last;
}

static void partition(void)
{
    static const double work[] = { 300, 100, 200, 400, 250,
                                   150, 320, 90,  210, 330 };
    struct explained x;
    struct simtest_options o = { .reps = 60, .workers = 4 };
    if (!ok(explain(&x, FULL, WORK, "dynamic", o) == 0,
            "a model with everything"))
        printf("# %s\n", x.err.text);
    else {
        int same = 1;
        for (uint32_t r = 0; r < o.reps; r++)
            same &= x.e->makespans_s[r] ==
                    simtest_value(&x.t, 0, SBS_METRIC_makespan_s, r);
        ok(same, "all factors on: the model's simulation, bit for bit");
        is_near(x.e->ideal_s, list_schedule(work, 10, 4), 1e-12,
                "none on: the tasks list-scheduled on reference cores");
        is_near(x.e->local_ideal_s, list_schedule(work, 10, 2), 1e-12,
                "and on local ones");
        is_near(x.e->local_factor, 1 / 0.8, 1e-12, "local efficiency apart");
        ok(x.e->n_factors == 5, "no losses, no factor of them");
        check_sums(x.e, "everything");
    }
    explained_fini(&x);
}

/* Constants: each factor alone has just its own time, on top of 100 s. */
static void alone(void)
{
    static const char model[] =
        "'client':{'setup_s':5,'call_s':2,'collect_s':0.5,"
        "'poll_while_launching':true},'startup':{'provision_s':10,"
        "'pull_s':20,'container_s':3,'boot_s':4},'speed':{'classes':"
        "[{'slowdown':3}],'vcpu_gain':{'2':0.5}},'unit':{'claim_s':1,"
        "'download_s':2,'upload_s':4}";
    static const double want[] = { 600, 100, 137, 107, 107.5 };
    struct explained x;
    struct simtest_options o = { .reps = 2, .workers = 1 };
    ok(explain(&x, model, "'ref_s':[100]", "static", o) == 0, "constants");
    for (uint32_t i = 0; x.e && i < x.e->n_factors; i++) {
        is_near(x.e->value_s[1u << i], want[i], 1e-12,
                sbs_factor_name(x.e->factor[i].id));
        ok(fabs(x.e->factor[i].time_s.mean - (want[i] - 100)) < 1e-9 &&
               x.e->factor[i].time_s.order_hi -
                       x.e->factor[i].time_s.order_lo < 1e-9,
           "... is additive here, in any order");
        ok(x.e->factor[i].time_s.se < 1e-9, "... and certain");
    }
    explained_fini(&x);
}

static void nothing(void)
{
    struct explained x;
    struct simtest_options o = { .reps = 4 };
    int zero = 1;
    ok(explain(&x, "", "'tasks':20,'ref_s':60", "static", o) == 0,
       "a model without delays");
    for (uint32_t i = 0; x.e && i < x.e->n_factors; i++)
        zero &= x.e->factor[i].time_s.mean == 0 &&
                x.e->factor[i].log.mean == 0 &&
                x.e->factor[i].time_s.order_hi == 0;
    ok(zero && x.e->gap_s.mean == 0, "loses nothing to anything");
    is_near(x.e->speedup, x.e->expected, 1e-12, "and gives what is expected");
    is_near(x.e->reach_p, 1, 0, "which can be reached");
    explained_fini(&x);
}

static void order_of_factors(void)
{
    enum { K = 5, N = 1 << K };
    static const uint32_t to[K] = { 4, 2, 0, 3, 1 };
    struct explained x;
    struct simtest_options o = { .reps = 40, .workers = 4 };
    double v[N], share[K], worst = 0;
    ok(explain(&x, FULL, WORK, "dynamic", o) == 0, "factors renumbered");
    for (uint32_t s = 0; x.e && s < N; s++) {
        uint32_t other = 0;
        for (uint32_t i = 0; i < K; i++)
            other |= (s >> i & 1) << to[i];
        v[other] = x.e->value_s[s];
    }
    if (x.e) {
        sbs_shapley_shares(K, v, share);
        for (uint32_t i = 0; i < K; i++)
            worst = fmax(worst, fabs(share[to[i]] -
                                     x.e->factor[i].time_s.mean));
        ok(worst < 1e-12 * x.e->makespan_s, "same shares (%.1e)", worst);
    }
    explained_fini(&x);
}

/* Three draws without noise: what is known is their spread. */
static void draws(void)
{
    static const char model[] =
        "'posterior':{'draws':[{'speed.classes':[{'slowdown':2}]},"
        "{'speed.classes':[{'slowdown':3}]},"
        "{'speed.classes':[{'slowdown':4}]}]}";
    struct explained x;
    struct simtest_options o = { .reps = 6 };
    ok(explain(&x, model, "'tasks':3,'ref_s':100", "static", o) == 0,
       "three draws");
    if (x.e) {
        const struct sbs_explain_share *s = &x.e->factor[0].time_s;
        ok(x.e->draws == 3, "are counted");
        is_near(s->mean, 200, 1e-12, "the mean is over draws");
        ok(s->se < 1e-9, "the simulation is certain, the draws are not");
        is_near(s->known_lo, 110, 1e-9, "5% between the draws");
        is_near(s->known_hi, 290, 1e-9, "95%");
        is_near(x.e->typical_slowdown, 3, 1e-12, "typical slow-down");
        check_sums(x.e, "draws");
    }
    explained_fini(&x);
}

static void losses(void)
{
    struct explained x;
    struct simtest_options o = { .reps = 200 };
    ok(explain(&x, "'loss':{'fail_p':0.2},'startup':{'pull_s':30}",
               "'tasks':4,'ref_s':100", "static", o) == 0, "losses");
    if (x.e) {
        ok(x.e->n_factors == 6 && x.e->factor[5].time_s.mean > 10,
           "are a factor of their own");
        check_sums(x.e, "losses");
    }
    explained_fini(&x);
    ok(explain(&x, "'startup':{'never_p':0.01}", "'tasks':4,'ref_s':100",
               "static", o) == 0 && x.e->unfinished > 0 &&
           x.e->unfinished < 40, "replications that never end are left out");
    explained_fini(&x);
    ok(explain(&x, "'startup':{'never_p':1}", "'tasks':4,'ref_s':100",
               "static", o) != 0 && strstr(x.err.text, "cannot finish"),
       "when none ends there is nothing to explain");
    explained_fini(&x);
}

/* Standard errors against the spread over seeds. */
static void errors(void)
{
    enum { SEEDS = 40, K = 5 };
    double m[K] = { 0 }, m2[K] = { 0 }, se2[K] = { 0 };
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct explained x;
        struct simtest_options o = { .reps = 64, .workers = 4,
                                     .seed = seed };
        if (explain(&x, FULL, WORK, "dynamic", o) != 0)
            break;
        for (uint32_t i = 0; i < K; i++) {
            double d = x.e->factor[i].time_s.mean - m[i];
            m[i] += d / seed;
            m2[i] += d * (x.e->factor[i].time_s.mean - m[i]);
            se2[i] += x.e->factor[i].time_s.se * x.e->factor[i].time_s.se;
        }
        explained_fini(&x);
    }
    /* (SEEDS - 1) s^2 / sigma^2 is chi-square with 39 degrees: its 0.005%
     * and 99.995% points are 13.1 and 84.3 (ratios .336 and 2.16); errors of
     * the estimated errors widen that a little. */
    for (uint32_t i = 0; i < K; i++) {
        double ratio = m2[i] / (SEEDS - 1) / (se2[i] / SEEDS);
        ok(ratio > 0.3 && ratio < 2.3,
           "spread over seeds is as the standard error says: %s (%.2f)",
           sbs_factor_name((enum sbs_factor)i), ratio);
    }
}

static void typical(void)
{
    struct sbs_model_set set;
    struct sbs_error err;
    ok(simtest_model(&set, "'speed':{'classes':[{'slowdown':{'dist':"
                     "'uniform','lo':1,'hi':2}}]}", &err) == 0, "uniform");
    /* mean of log U(1, 2) is 2 log 2 - 1 */
    is_near(sbs_factors_typical(&set.models[0]), 4 / exp(1), 1e-6,
            "typical slow-down is the log-mean");
    sbs_model_fini(&set);
}

static void claims(void)
{
    struct sbs_claims c = { NAN, NAN, NAN };
    struct sbs_error err;
    static const char *const bad[] = {
        "", "=", "startup_s", "startup_s=", "startup_s=x", "startup_s=-1",
        "startup_s=nan", "startup_s=1e99", "startup=1", "bill_usd=inf",
        "speedup=0", "startup_s=1 s"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ok(sbs_claims_add(&c, bad[i], &err) != 0 &&
               err.code == SBS_EUSAGE && isnan(c.startup_s),
           "claim \"%s\" is refused", bad[i]);
    ok(sbs_claims_add(&c, "startup_s=600", &err) == 0 && c.startup_s == 600,
       "startup_s=600");
    ok(sbs_claims_add(&c, "startup_s=600", &err) != 0, "but only once");
}

int main(void)
{
    partition();
    alone();
    nothing();
    order_of_factors();
    draws();
    losses();
    errors();
    typical();
    claims();
    return tap_done();
}
