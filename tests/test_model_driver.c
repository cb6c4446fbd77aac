/* SPDX-License-Identifier: Apache-2.0 */
/* The driver: who gets which units, what it refuses, what it tells. A layer
 * in the stack records or provokes. */
#include "config.h"

#include "tests/randmodel.h"
#include "tests/recorder.h"
#include "tests/simtest.h"
#include "tests/tap.h"
#include "tests/witness.h"

/* DESIGN.md 3.6: worker i takes tasks floor(i n/m) .. floor((i+1) n/m) - 1,
 * one attempt a task, and there are at most n workers. */
static void test_static_binding(void)
{
    struct recorder r;
    int good = 1;
    char work[64];
    for (uint32_t n = 1; n <= 17; n++) {
        for (uint32_t m = 1; m <= 20; m++) {
            uint32_t fleet = m < n ? m : n, next[20] = { 0 };
            snprintf(work, sizeof work, "'tasks':%u,'ref_s':7", n);
            good &= record(&r, "", work, "static", m) == 0 && r.n == n;
            for (uint32_t i = 0; i < fleet; i++)
                next[i] = i * n / fleet;
            for (uint32_t k = 0; k < r.n; k++) {
                uint32_t i = r.begun[k].worker;
                good &= i < fleet && r.begun[k].n == 1 &&
                        r.begun[k].first == next[i]++;
            }
            for (uint32_t i = 0; i < fleet; i++)
                good &= next[i] == (i + 1) * n / fleet;
        }
    }
    ok(good, "static binds as the formula says, 1..17 tasks, 1..20 workers");
}

static void test_order(void)
{
    struct recorder r;
    int good = record(&r, "", "'tasks':6,'ref_s':10", "dynamic", 3) == 0;
    for (uint32_t k = 0; k < 6; k++)
        good &= r.begun[k].first == k && r.begun[k].worker == k % 3;
    ok(good && r.n == 6,
       "workers free at the same instant take tasks in their own order");
    good = record(&r, "", "'tasks':2,'ref_s':10,'divisible':true",
                  "split:units=3", 1) == 0;
    for (uint32_t k = 0; k < 6; k++)
        good &= r.begun[k].first == k && r.begun[k].n == 1;
    ok(good && r.n == 6, "the queue is in task, then unit order");
}

static void test_duplicates(void)
{
    struct recorder r;
    uint32_t copies[10] = { 0 }, n = 0;
    int good = record(&r, "", "'tasks':10,'ref_s':10",
                      "oversubscribe:factor=1.5,mode=duplicates", 0) == 0;
    for (uint32_t k = 0; k < r.n; k++) {
        if (!r.begun[k].copy)
            continue;
        good &= copies[r.begun[k].first]++ == 0 &&
                r.begun[k].worker == 10 + n++;
    }
    ok(good && n == 5 && r.n == 15,
       "duplicates are distinct tasks on the next workers");
}

/* Two of four places: workers 2 and 3 wait until 0 and 1 leave at 10. Their
 * age counts from the request. */
static void test_ages(void)
{
    struct recorder r;
    int good = record(&r, "'launcher':{'quota_vcpu':4}",
                      "'tasks':4,'ref_s':10", "static", 0) == 0 && r.n == 4;
    for (uint32_t k = 0; k < 4 && good; k++)
        good = r.begun[k].since_s == 0 &&
               r.begun[k].begun_s == (k < 2 ? 0 : 10);
    ok(good, "the age of what waits for a place counts from the request");
    good = record(&r, "'startup':{'boot_s':5}", "'tasks':2,'ref_s':10",
                  "static", 1) == 0 && r.n == 2 &&
           r.begun[0].since_s == 0 && r.begun[0].begun_s == 5 &&
           r.begun[1].since_s == 15;
    ok(good, "that of a second chunk from when the worker took it");
    good = record(&r, "'startup':{'boot_s':5}", "'tasks':1,'ref_s':10",
                  "dynamic", 1) == 0 && r.begun[0].since_s == 5;
    ok(good, "that of a pulled chunk too");
}

/* ---- a rule that takes several units ----------------------------------- */

static enum sbs_taken three_on_idle(struct sbs_ctx *c, uint32_t w)
{
    return c->host->assign(c, w, 3) == 0 ? SBS_TAKEN : SBS_PASS;
}

static const struct sbs_policy three_policy = {
    SBS_POLICY_HEAD, .name = "three", .roles = SBS_ROLE_CHUNK,
    .on_idle = three_on_idle
};

/* Two tasks of two 5 s units: chunks of units 0-2 and 3. The first task is
 * whole at 15 with the first chunk, the second at 20. */
static void test_chunks(void)
{
    struct simtest t;
    const void *none = NULL;
    struct sbs_layer left = { &three_policy, &none };
    struct simtest_options o = { .workers = 1, .left = &left };
    int good = simtest_run(&t, "", "'tasks':2,'ref_s':10,'divisible':true",
                           "split:units=2", o) == 0 &&
               simtest_value(&t, 0, SBS_METRIC_first_s, 0) == 15 &&
               simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 20 &&
               simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 2;
    ok(good, "a chunk may span tasks; its units appear together");
    simtest_fini(&t);
}

/* ---- constants --------------------------------------------------------- */

static void constants_start(struct sbs_ctx *c)
{
    double *unit = *(double *const *)c->params;
    unit[0] = c->host->constants(c)->unit_mean_s;
    unit[1] = c->host->constants(c)->unit_sd_s;
    unit[2] = c->host->constants(c)->overhead_s;
    unit[3] = c->host->constants(c)->startup_mean_s;
    unit[4] = c->host->constants(c)->usd_per_worker_h;
}

static const struct sbs_policy constants_policy = {
    SBS_POLICY_HEAD, .name = "constants", .start = constants_start
};

/* A task: slow-down 2 +- 0.2 times 100 s; in four units 50 s +- 5. */
static void test_constants(void)
{
    struct simtest t;
    double unit[5], *params = unit;
    struct sbs_layer left = { &constants_policy, &params };
    struct simtest_options o = { .workers = 1, .left = &left, .spot = 1 };
    int good = simtest_run(
        &t, "'price':{'vcpu_h_usd':0.5,'gb_h_usd':0.25,'spot_factor':0.3},"
        "'speed':{'classes':[{'slowdown':1.8},{'slowdown':2.2}]},"
        "'unit':{'claim_s':1,'download_s':2,'upload_s':3},"
        "'client':{'call_s':4},'startup':{'pull_s':10}",
        "'tasks':2,'ref_s':100,'divisible':true", "split:units=4", o) == 0;
    ok(good && fabs(unit[0] - 50) < 1e-12 && fabs(unit[1] - 5) < 1e-12 &&
           unit[2] == 6 && unit[3] == 14 && fabs(unit[4] - 0.6) < 1e-12,
       "constants are those of one unit: %g +- %g, overhead %g, start %g",
       unit[0], unit[1], unit[2], unit[3]);
    simtest_fini(&t);
}

/* ---- actions that are refused ------------------------------------------ */

struct refusals {
    const char *wrong;
    uint32_t checked;
};

static void refused(const struct sbs_ctx *c, int64_t answer,
                    const char *what)
{
    struct refusals *r = *(struct refusals *const *)c->params;
    r->checked++;
    if (answer != -1 && !r->wrong)
        r->wrong = what;
}

static void refusals_start(struct sbs_ctx *c)
{
    const struct sbs_host *h = c->host;
    refused(c, h->launch(c, 0), "launch nobody");
    refused(c, h->launch(c, 1), "launch beyond the cap");
    refused(c, h->launch(c, UINT32_MAX), "launch very many");
    refused(c, h->bind(c, 9, 0, 1, true), "bind to nobody");
    refused(c, h->bind(c, 0, 0, 0, true), "bind nothing");
    refused(c, h->bind(c, 0, 2, 1, true), "bind what is not there");
    refused(c, h->bind(c, 0, 1, UINT32_MAX, true), "bind too much");
    refused(c, h->assign(c, 0, 1), "assign outside on_idle");
    refused(c, h->hold(c, 0), "hold outside on_idle");
    refused(c, h->cancel(c, 77), "cancel nothing");
    refused(c, h->stop(c, 77), "stop nobody");
    refused(c, h->wake_at(c, -1, 0), "wake in the past");
    refused(c, h->wake_at(c, NAN, 0), "wake at no time");
    refused(c, h->wake_at(c, INFINITY, 0), "wake never");
    refused(c, h->worker(c, 77) ? 0 : -1, "know nobody");
    refused(c, h->attempt(c, 77) ? 0 : -1, "know no attempt");
}

static enum sbs_taken refusals_on_idle(struct sbs_ctx *c, uint32_t w)
{
    refused(c, c->host->assign(c, w + 1, 1), "assign to another");
    refused(c, c->host->hold(c, w + 1), "hold another");
    refused(c, c->host->stop(c, w), "stop who is asked");
    refused(c, c->host->assign(c, w, 0), "assign nothing");
    return SBS_PASS;
}

static void refusals_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    refused(c, c->host->cancel(c, attempt), "cancel what is done");
    refused(c, c->host->wake_at(c, c->host->now_s(c) - 1e-9, 0),
            "wake a little ago");
    uint32_t w = c->host->attempt(c, attempt)->worker;
    if (c->host->worker(c, w)->state == SBS_WORKER_ENDED) {
        refused(c, c->host->bind(c, w, 1, 1, true), "bind to the dead");
        refused(c, c->host->stop(c, w), "stop the dead");
    }
}

static void refusals_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    if (attempt != 1)
        return;
    refused(c, c->host->cancel(c, attempt) == 0 ? -1 : 0, "can cancel");
    refused(c, c->host->cancel(c, attempt), "cancel twice");
}

static const struct sbs_policy refusals_policy = {
    SBS_POLICY_HEAD, .name = "refusals", .start = refusals_start,
    .on_idle = refusals_on_idle, .on_seen = refusals_on_seen,
    .on_begun = refusals_on_begun
};

/* Task 1 is cancelled as it begins and done by a second attempt. */
static void test_refusals(void)
{
    struct simtest t;
    struct refusals r = { 0 }, *params = &r;
    struct sbs_layer left = { &refusals_policy, &params };
    struct simtest_options o = { .workers = 1, .left = &left };
    int good = simtest_run(&t, "'stop_s':1", "'tasks':2,'ref_s':10",
                           "dynamic", o) == 0;
    ok(good && !r.wrong, "%u wrong actions are refused%s%s", r.checked,
       r.wrong ? ", but not: " : "", r.wrong ? r.wrong : "");
    ok(good && simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 21 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 3 &&
           simtest_value(&t, 0, SBS_METRIC_cancelled, 0) == 1,
       "a cancelled attempt takes until the stop delay; its units go back");
    simtest_fini(&t);
}

/* ---- cancelling what waits --------------------------------------------- */

static void waiting_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    (void)tag;
    c->host->cancel(c, 0);
}

static void waiting_start(struct sbs_ctx *c)
{
    c->host->wake_at(c, 1, 0);
}

static const struct sbs_policy waiting_policy = {
    SBS_POLICY_HEAD, .name = "waiting", .start = waiting_start,
    .on_timer = waiting_on_timer
};

/* Worker 0 would start at 5; its attempt is cancelled at 1. static gives the
 * task to a new worker, if the cap allows one; speculative raises it. */
static void test_cancel_waiting(void)
{
    struct simtest t;
    const void *none = NULL;
    struct sbs_layer left = { &waiting_policy, &none };
    struct simtest_options o = { .left = &left };
    int good = simtest_run(&t, "'startup':{'boot_s':5}",
                           "'tasks':2,'ref_s':10", "speculative", o) == 0 &&
               simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 16 &&
               simtest_value(&t, 0, SBS_METRIC_launched, 0) == 3;
    ok(good, "what is cancelled before it begins is done by another");
    simtest_fini(&t);
}

/* ---- a layer that holds everybody -------------------------------------- */

static enum sbs_taken hold_on_idle(struct sbs_ctx *c, uint32_t w)
{
    if (c->host->queued_units(c) > 0)
        return SBS_PASS;
    c->host->hold(c, w);
    return SBS_TAKEN;
}

static const struct sbs_policy hold_policy = {
    SBS_POLICY_HEAD, .name = "hold", .on_idle = hold_on_idle
};

/* One task of 30 s, two workers, reclaimed after 50 s on average. The idle
 * one's loss costs nothing; when the other is lost it takes over. */
static void test_loss_while_idle(void)
{
    struct simtest t;
    const void *none = NULL;
    struct sbs_layer left = { &hold_policy, &none };
    struct simtest_options o = { .left = &left, .workers = 2, .reps = 200,
                                 .spot = 1 };
    uint32_t idle_lost = 0, taken_over = 0, wrong = 0;
    if (simtest_run(&t, "'loss':{'spot_per_h':72}", "'tasks':1,'ref_s':30",
                    "dynamic", o) == 0)
        for (uint32_t r = 0; r < 200; r++) {
            double end = simtest_value(&t, 0, SBS_METRIC_makespan_s, r);
            double n = simtest_value(&t, 0, SBS_METRIC_launched, r);
            double s = simtest_value(&t, 0, SBS_METRIC_billed_s, r);
            idle_lost += end == 30 && s < 60 - 1e-9;
            taken_over += end > 30 && end < 60 && n == 2;
            wrong += end == 30 && n != 2;
        }
    ok(wrong == 0 && idle_lost > 10 && taken_over > 10,
       "a worker lost while it is held is not replaced (%u), and one that "
       "is held takes over (%u)", idle_lost, taken_over);
    simtest_fini(&t);
}

/* ---- a layer that does anything at any time ---------------------------- */

static uint32_t chaos_below(struct sbs_ctx *c, uint32_t n)
{
    return (uint32_t)(c->host->rand_u01(c) * n);
}

static void chaos_act(struct sbs_ctx *c)
{
    const struct sbs_host *h = c->host;
    const struct sbs_plan *p = h->plan(c);
    uint32_t workers = h->workers(c), attempts = h->attempts(c);
    uint32_t units = p->tasks * p->units_per_task;
    uint32_t w = chaos_below(c, workers + 1), u = chaos_below(c, units + 1);
    switch (chaos_below(c, 30)) {
    case 0:
        h->launch(c, 1 + chaos_below(c, 2));
        break;
    case 1:
        h->bind(c, w, u, 1 + chaos_below(c, 3), h->rand_u01(c) < 0.5);
        break;
    case 2:
        h->cancel(c, chaos_below(c, attempts + 1));
        break;
    case 3:
        if (h->rand_u01(c) < 0.3)
            h->stop(c, w);
        break;
    case 4:
        h->wake_at(c, h->now_s(c) + 10 * h->rand_u01(c), 0);
        break;
    case 5:
        h->assign(c, w, 1);
        h->hold(c, w);
        break;
    case 6:
        h->wake(c, w);
        break;
    default:
        break;
    }
}

static int chaos_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    (void)c;
    plan->max_workers = plan->workers + plan->extra + 1000;
    return 0;
}

static void chaos_start(struct sbs_ctx *c)
{
    c->host->wake_at(c, 1, 0);
    chaos_act(c);
}

/* Something with the worker that is asked about. */
static void chaos_employ(struct sbs_ctx *c, uint32_t w)
{
    const struct sbs_host *h = c->host;
    const struct sbs_plan *p = h->plan(c);
    uint32_t units = p->tasks * p->units_per_task;
    uint32_t v = chaos_below(c, h->workers(c));
    switch (chaos_below(c, 8)) {
    case 0:
        h->take(c, w, chaos_below(c, units), 1 + chaos_below(c, 3));
        break;
    case 1:
        h->steal(c, w, v, 1 + chaos_below(c, 4));
        break;
    case 2:
        h->steal(c, w, v, (h->stealable(c, v) + 1) / 2);
        break;
    case 3:
        h->probe(c, w, 10 * h->rand_u01(c));
        break;
    case 4:
        h->hold(c, w);
        break;
    default:
        break;
    }
}

static enum sbs_taken chaos_on_idle(struct sbs_ctx *c, uint32_t w)
{
    chaos_act(c);
    chaos_employ(c, w);
    if (c->host->rand_u01(c) < 0.1) {
        c->host->assign(c, w, 1 + chaos_below(c, 4));
        return SBS_TAKEN;
    }
    return SBS_PASS;
}

static enum sbs_taken chaos_on_lost(struct sbs_ctx *c, uint32_t w,
                                    enum sbs_loss why, uint32_t first,
                                    uint32_t n)
{
    (void)w;
    (void)why;
    (void)first;
    (void)n;
    chaos_act(c);
    return SBS_PASS;
}

static void chaos_news(struct sbs_ctx *c, uint32_t x)
{
    (void)x;
    chaos_act(c);
}

static const struct sbs_policy chaos_policy = {
    SBS_POLICY_HEAD, .name = "chaos", .plan = chaos_plan,
    .start = chaos_start, .on_idle = chaos_on_idle,
    .on_lost = chaos_on_lost, .on_ready = chaos_news,
    .on_begun = chaos_news, .on_seen = chaos_news, .on_timer = chaos_news
};

/* Whatever a policy does, the books stay true. */
static void test_chaos(void)
{
    uint32_t runs = simtest_reps(300, 5000), done = 0, wrong = 0;
    for (uint32_t i = 0; i < runs && wrong < 3; i++) {
        struct randmodel m;
        struct simtest t;
        struct witness witness = { 0 }, *params = &witness;
        struct sbs_layer layers[2] = { { &witness_policy, &params },
                                       { &chaos_policy, &params } };
        randmodel_make(&m, 15, i, NULL);
        struct simtest_options o = { .reps = 3, .workers = m.workers,
                                     .spot = m.spot, .left = layers,
                                     .n_left = 2 };
        int status = simtest_run(&t, m.model, m.work, m.policy, o);
        bool bad = status != 0 ? t.err.code != SBS_EUSAGE
                               : witness.wrong != NULL;
        if (bad)
            printf("# run %u, %s: %s\n", i, m.policy,
                   status != 0 ? t.err.text : witness.wrong);
        wrong += bad;
        for (uint32_t r = 0; status == 0 && r < 3; r++)
            done += isnan(simtest_value(&t, 0, SBS_METRIC_makespan_s, r))
                        ? 0
                        : 1;
        simtest_fini(&t);
    }
    ok(wrong == 0 && done > runs, "chaos in %u runs, %u replications done",
       runs, done);
}

int main(void)
{
    test_static_binding();
    test_order();
    test_duplicates();
    test_ages();
    test_chunks();
    test_constants();
    test_refusals();
    test_cancel_waiting();
    test_loss_while_idle();
    test_chaos();
    return tap_done();
}
