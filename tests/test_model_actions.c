/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy may do about an idle worker: take, steal, probe, hold, wake;
 * what it may know: progress, what can be stolen, an oracle's foresight.
 * Each case is small enough to do by hand. (Long because all cases share one
 * scripted policy and its expectations; each is short.) */
#include "config.h"

#include "tests/script.h"
#include "tests/tap.h"

#define TEN "'tasks':10,'ref_s':1"
/* Workers are ready one after the other, this many seconds apart. */
#define CALLS(s) "'client':{'launches_per_call':1,'call_s':" s "}"

static void deal(struct sbs_plan *plan)
{
    plan->dealt = true;
}

/* All units in one chunk for the first worker, or for the second. */
static void all_to_first(struct sbs_ctx *c, struct script *s)
{
    const struct sbs_plan *p = c->host->plan(c);
    EXPECT(s, c->host->bind(c, 0, 0, p->tasks * p->units_per_task, false) ==
                  0);
}

static void all_to_second(struct sbs_ctx *c, struct script *s)
{
    const struct sbs_plan *p = c->host->plan(c);
    EXPECT(s, c->host->bind(c, 1, 0, p->tasks * p->units_per_task, false) ==
                  0);
}

/* ---- take -------------------------------------------------------------- */

static enum sbs_taken take_idle(struct sbs_ctx *c, struct script *s,
                                uint32_t w)
{
    const struct sbs_host *h = c->host;
    if (s->idles == 2) { /* units 4 and 5 are gone */
        EXPECT(s, h->take(c, w, 5, 1) == -1);
        EXPECT(s, h->take(c, w, 3, 2) == -1);
        EXPECT(s, h->queued_units(c) == 8);
    }
    if (s->idles > 1)
        return SBS_PASS;
    EXPECT(s, h->take(c, w, 9, 2) == -1);
    EXPECT(s, h->take(c, w, 0, 0) == -1);
    EXPECT(s, h->take(c, w, UINT32_MAX, 2) == -1);
    EXPECT(s, h->take(c, w, 1, UINT32_MAX) == -1);
    EXPECT(s, h->take(c, w + 1, 0, 1) == -1);
    EXPECT(s, h->queued_units(c) == 10);
    EXPECT(s, h->take(c, w, 4, 2) == 0);
    EXPECT(s, h->take(c, w, 0, 1) == -1);
    EXPECT(s, h->assign(c, w, 1) == -1);
    EXPECT(s, h->probe(c, w, 1) == -1);
    EXPECT(s, h->queued_units(c) == 8);
    return SBS_TAKEN;
}

static void take_start(struct sbs_ctx *c, struct script *s)
{
    EXPECT(s, c->host->take(c, 0, 0, 1) == -1);
    EXPECT(s, c->host->steal(c, 0, 0, 1) == -1);
    EXPECT(s, c->host->probe(c, 0, 1) == -1);
    EXPECT(s, c->host->wake(c, 0) == -1);
    EXPECT(s, c->host->wake(c, 77) == -1);
}

static void test_take(void)
{
    static const uint32_t order[] = { 4, 0, 1, 2, 3, 6, 7, 8, 9 };
    struct script s = { .start = take_start, .idle = take_idle };
    struct simtest t;
    struct simtest_options o = { .workers = 1 };
    const char *wrong = script_run(&s, 0, &t, "", TEN, "dynamic", o);
    int good = s.n_begun == 9;
    for (uint32_t i = 0; good && i < 9; i++)
        good = noted(&s.begun[i], 0, order[i], i ? 1 : 2, i ? i + 1 : 0);
    ok(!wrong && good && simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 10,
       "take: these units, the others in their order; else refused%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

static void cancel_first(struct sbs_ctx *c, struct script *s, uint32_t tag)
{
    (void)tag;
    EXPECT(s, c->host->cancel(c, 0) == 0);
}

static void wake_at_half(struct sbs_ctx *c, struct script *s)
{
    EXPECT(s, c->host->wake_at(c, 0.5, 0) == 0);
}

/* Units 0 and 1 come back at 0.5; with what lies behind they are one. */
static enum sbs_taken retake_idle(struct sbs_ctx *c, struct script *s,
                                  uint32_t w)
{
    const struct sbs_host *h = c->host;
    if (s->idles == 1)
        return h->assign(c, w, 2) == 0 ? SBS_TAKEN : SBS_PASS;
    if (s->idles > 2)
        return SBS_PASS;
    EXPECT(s, h->queued_units(c) == 10);
    EXPECT(s, h->take(c, w, 1, 3) == 0);
    EXPECT(s, h->queued_units(c) == 7);
    return SBS_TAKEN;
}

static void test_retake(void)
{
    static const uint32_t order[] = { 0, 1, 0, 4, 5, 6, 7, 8, 9 };
    struct script s = { .start = wake_at_half, .idle = retake_idle,
                        .timer = cancel_first };
    struct simtest t;
    struct simtest_options o = { .workers = 1 };
    const char *wrong = script_run(&s, 0, &t, "", TEN, "dynamic", o);
    int good = s.n_begun == 9 && s.begun[1].n == 3;
    for (uint32_t i = 0; good && i < 9; i++)
        good = s.begun[i].first == order[i];
    ok(!wrong && good &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 10.5,
       "take: what was lost and what lies behind it, together%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- steal from what is bound ------------------------------------------ */

static void deal_one_by_one(struct sbs_ctx *c, struct script *s)
{
    EXPECT(s, c->host->bind(c, 0, 0, 8, true) == 0);
    EXPECT(s, c->host->stealable(c, 0) == 8);
    EXPECT(s, c->host->stealable(c, 1) == 0);
    EXPECT(s, c->host->stealable(c, 77) == 0);
}

static enum sbs_taken steal_bound_idle(struct sbs_ctx *c, struct script *s,
                                       uint32_t w)
{
    const struct sbs_host *h = c->host;
    switch (w == 1 ? s->calls++ : 99) {
    case 0: /* at 0: worker 0 is on unit 0 */
        EXPECT(s, h->stealable(c, 0) == 7);
        EXPECT(s, h->steal(c, 1, 1, 1) == -1);
        EXPECT(s, h->steal(c, 1, 77, 1) == -1);
        EXPECT(s, h->steal(c, 1, 0, 0) == -1);
        EXPECT(s, h->steal(c, 0, 1, 1) == -1);
        EXPECT(s, h->stealable(c, 0) == 7);
        EXPECT(s, h->steal(c, 1, 0, 3) == 3);
        EXPECT(s, h->steal(c, 1, 0, 1) == -1);
        EXPECT(s, h->stealable(c, 0) == 4);
        return SBS_TAKEN;
    case 1: /* at 30: worker 0 is on unit 3 */
        EXPECT(s, h->stealable(c, 0) == 1);
        EXPECT(s, h->steal(c, 1, 0, UINT32_MAX) == 1);
        EXPECT(s, h->stealable(c, 0) == 0);
        return SBS_TAKEN;
    case 2:
        EXPECT(s, h->steal(c, 1, 0, 1) == -1);
        return SBS_PASS;
    default:
        return SBS_PASS;
    }
}

static void test_steal_bound(void)
{
    struct script s = { .plan = deal, .start = deal_one_by_one,
                        .idle = steal_bound_idle };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong = script_run(&s, 0, &t, "", "'tasks':8,'ref_s':10",
                                   "dynamic", o);
    ok(!wrong && s.n_begun == 6 && noted(&s.begun[1], 1, 5, 3, 0) &&
           noted(&s.begun[5], 1, 4, 1, 30) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 40 &&
           simtest_value(&t, 0, SBS_METRIC_idle_s, 0) == 0 &&
           simtest_value(&t, 0, SBS_METRIC_wasted_s, 0) == 0,
       "steal: the last of what is bound, behind what is begun%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- steal from a worker that is not ready ----------------------------- */

/* Ready at 20 and 40; units of 10 s, all for the second. */
static enum sbs_taken steal_waiting_idle(struct sbs_ctx *c, struct script *s,
                                         uint32_t w)
{
    const struct sbs_host *h = c->host;
    switch (s->calls++) {
    case 0: /* worker 0 at 20 */
        EXPECT(s, w == 0 && h->stealable(c, 1) == 4);
        EXPECT(s, h->progress(c, 0) == 0);
        EXPECT(s, h->steal(c, 0, 1, 1) == 1);
        EXPECT(s, h->attempt(c, 0)->n_units == 3);
        EXPECT(s, h->attempt(c, 0)->state == SBS_ATTEMPT_WAITING);
        return SBS_TAKEN;
    case 1: /* at 30 */
        EXPECT(s, w == 0 && h->steal(c, 0, 1, 9) == 3);
        EXPECT(s, h->attempt(c, 0)->state == SBS_ATTEMPT_CANCELLED);
        EXPECT(s, h->stealable(c, 1) == 0);
        return SBS_TAKEN;
    case 2: /* worker 1 at 40: 0 is done, 1 begins */
        EXPECT(s, w == 1 && h->stealable(c, 0) == 1);
        EXPECT(s, h->steal(c, 1, 0, 9) == 1);
        return SBS_TAKEN;
    default:
        return SBS_PASS;
    }
}

static void test_steal_waiting(void)
{
    struct script s = { .plan = deal, .start = all_to_second,
                        .idle = steal_waiting_idle };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong = script_run(&s, 0, &t, CALLS("20"),
                                   "'tasks':4,'ref_s':10", "dynamic", o);
    ok(!wrong && s.n_begun == 3 && noted(&s.begun[0], 0, 3, 1, 20) &&
           noted(&s.begun[1], 0, 0, 3, 30) &&
           noted(&s.begun[2], 1, 2, 1, 40) && s.n_done == 3 &&
           noted(&s.done[1], 0, 0, 2, 50) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 50 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 3 &&
           simtest_value(&t, 0, SBS_METRIC_cancelled, 0) == 0,
       "steal: from an attempt not begun, all of it, and back%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

static enum sbs_taken steal_all_idle(struct sbs_ctx *c, struct script *s,
                                     uint32_t w)
{
    EXPECT(s, w == 0);
    return c->host->steal(c, w, 1 - w, UINT32_MAX) > 0 ? SBS_TAKEN
                                                       : SBS_PASS;
}

static void test_never_ready(void)
{
    struct script s = { .plan = deal, .start = all_to_second,
                        .idle = steal_all_idle };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong =
        script_run(&s, 0, &t, "'startup':{'never_p':1}",
                   "'tasks':4,'ref_s':10",
                   "warm-pool:size=1,keep_s=0+dynamic", o);
    ok(!wrong && simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 40 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 1,
       "steal: from a worker that never gets ready%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- steal from a running attempt -------------------------------------- */

static void timers_every_11(struct sbs_ctx *c, struct script *s)
{
    all_to_first(c, s);
    for (uint32_t k = 1; k < 9; k++)
        c->host->wake_at(c, 11 * k + 0.5, k);
}

/* 25 claimed, 28 begun to compute; units of 10 s; at 50 on the third. */
static enum sbs_taken steal_running_idle(struct sbs_ctx *c, struct script *s,
                                         uint32_t w)
{
    const struct sbs_host *h = c->host;
    if (w == 0 || s->calls++ > 0)
        return SBS_PASS;
    EXPECT(s, fabs(h->progress(c, 0) - 0.22) < 1e-12);
    EXPECT(s, h->stealable(c, 0) == 7);
    EXPECT(s, h->steal(c, 1, 0, 4) == 4);
    EXPECT(s, fabs(h->progress(c, 0) - 22.0 / 60) < 1e-12);
    EXPECT(s, h->stealable(c, 0) == 3);
    return SBS_TAKEN;
}

static void running_timer(struct sbs_ctx *c, struct script *s, uint32_t k)
{
    const struct sbs_host *h = c->host;
    EXPECT(s, h->progress(c, 77) == 0);
    if (k == 1) /* 11.5: not ready */
        EXPECT(s, h->progress(c, 0) == 0 && h->stealable(c, 0) == 10);
    if (k == 2) /* 22.5 */
        EXPECT(s, h->progress(c, 0) == 0);
    if (k == 3) /* 33.5: 5.5 of 100 s */
        EXPECT(s, fabs(h->progress(c, 0) - 0.055) < 1e-12 &&
                      h->stealable(c, 0) == 9);
    if (k >= 5 && k <= 7) /* 55.5, 66.5, 77.5; of 60 s */
        EXPECT(s, fabs(h->progress(c, 0) - (11 * k - 27.5) / 60) < 1e-12);
    if (k == 8) /* 88.5: uploading */
        EXPECT(s, h->progress(c, 0) == 1 && h->stealable(c, 0) == 0);
}

static void running_seen(struct sbs_ctx *c, struct script *s, uint32_t a)
{
    EXPECT(s, c->host->progress(c, a) == 1);
    EXPECT(s, fabs(c->host->attempt(c, a)->compute_s - (a ? 40 : 60)) <
                  1e-9);
}

static void test_steal_running(void)
{
    struct script s = { .plan = deal, .start = timers_every_11,
                        .idle = steal_running_idle, .timer = running_timer,
                        .seen = running_seen };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong =
        script_run(&s, 0, &t, CALLS("25") ",'unit':{'claim_s':1,"
                   "'download_s':2,'upload_s':3}", "'tasks':10,'ref_s':10",
                   "dynamic", o);
    ok(!wrong && s.n_done == 2 && noted(&s.done[0], 0, 0, 6, 91) &&
           noted(&s.done[1], 1, 6, 4, 96) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 96 &&
           fabs(simtest_value(&t, 0, SBS_METRIC_overhead_s, 0) - 12) < 1e-9,
       "steal: from a running attempt; progress by hand%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

/* The one that is on it is stopped: its part of the units is done again, and
 * nothing else. */
static void stop_tagged(struct sbs_ctx *c, struct script *s, uint32_t w)
{
    EXPECT(s, c->host->stop(c, w) == 0);
    EXPECT(s, c->host->stop(c, w) == -1);
}

static enum sbs_taken steal_four_idle(struct sbs_ctx *c, struct script *s,
                                      uint32_t w)
{
    if (w == 1 && s->calls++ == 0)
        EXPECT(s, c->host->steal(c, 1, 0, 4) == 4);
    return SBS_PASS;
}

static void stop_first_at_50(struct sbs_ctx *c, struct script *s)
{
    all_to_first(c, s);
    c->host->wake_at(c, 50, 0);
}

static void stop_second_at_30(struct sbs_ctx *c, struct script *s)
{
    all_to_first(c, s);
    c->host->wake_at(c, 30, 1);
}

static void test_lost_afterwards(void)
{
    struct script s = { .plan = deal, .start = stop_first_at_50,
                        .idle = steal_four_idle, .timer = stop_tagged };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong = script_run(&s, 0, &t, "", "'tasks':10,'ref_s':10",
                                   "dynamic", o);
    /* Units 6..9 at 40 by worker 1, then 0..5 after 50, one by one: stopped
     * at 50 worker 0 has not stored them; worker 1 was gone by then. */
    ok(!wrong && s.n_begun == 8 && noted(&s.done[0], 1, 6, 4, 40) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 110 &&
           simtest_value(&t, 0, SBS_METRIC_wasted_s, 0) == 50,
       "steal: then the victim is stopped, only its own units are done "
       "again%s%s", wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);

    s.start = stop_second_at_30;
    wrong = script_run(&s, 0, &t, "", "'tasks':10,'ref_s':10", "dynamic", o);
    ok(!wrong && s.n_begun == 6 && noted(&s.done[0], 0, 0, 6, 60) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 100 &&
           simtest_value(&t, 0, SBS_METRIC_wasted_s, 0) == 30,
       "... or the thief is: its units go back%s%s", wrong ? ": " : "",
       wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- work is conserved ------------------------------------------------- */

static void random_deal(struct sbs_ctx *c, struct script *s)
{
    (void)s;
    c->host->bind(c, 0, 0, 150, false);
    c->host->bind(c, 1, 150, 150, true);
}

static enum sbs_taken random_steal(struct sbs_ctx *c, struct script *s,
                                   uint32_t w)
{
    const struct sbs_host *h = c->host;
    uint32_t n = h->workers(c), v = (uint32_t)(h->rand_u01(c) * n);
    for (uint32_t i = 0; i < n; i++, v = (v + 1) % n) {
        uint32_t units = h->stealable(c, v);
        if (v == w || units == 0)
            continue;
        uint32_t want = 1 + (uint32_t)(h->rand_u01(c) * units);
        EXPECT(s, h->steal(c, w, v, want) > 0);
        EXPECT(s, h->stealable(c, v) < units);
        s->count++;
        return SBS_TAKEN;
    }
    return SBS_PASS;
}

/* What the worker could do while it computed is what was to be done: each
 * unit is a third of a task. */
static void conserve_seen(struct sbs_ctx *c, struct script *s, uint32_t a)
{
    const struct sbs_attempt *x = c->host->attempt(c, a);
    double want = 0;
    double did = c->host->foresee_work_s(c, x->worker, x->stored_s) -
                 c->host->foresee_work_s(c, x->worker, x->begun_s);
    for (uint32_t u = x->first_unit; u < x->first_unit + x->n_units; u++)
        want += c->host->foresee_task_s(c, u / 3) / 3;
    s->sum += want;
    s->squares = fmax(s->squares, fabs(did - want) / want);
    EXPECT(s, fabs(x->compute_s - (x->stored_s - x->begun_s)) < 1e-9);
}

static void test_conserved(void)
{
    struct script s = { .plan = deal, .start = random_deal,
                        .idle = random_steal, .seen = conserve_seen };
    struct simtest t;
    uint32_t reps = simtest_reps(200, 5000);
    struct simtest_options o = { .workers = 7, .reps = reps };
    const char *wrong = script_run(
        &s, 1, &t, "'startup':{'boot_s':{'dist':'exponential','mean':20}},"
        "'speed':{'log_sd':0.5,'weather':{'slot_s':7,'log_sd':0.4},"
        "'drift_per_h':3}", "'tasks':100,'divisible':true,"
        "'ref_s':{'dist':'gamma','shape':2,'scale':2}", "split:units=3", o);
    uint32_t unfinished = 0;
    for (uint32_t r = 0; !wrong && r < reps; r++)
        unfinished += isnan(simtest_value(&t, 0, SBS_METRIC_makespan_s, r))
                          ? 1
                          : 0;
    ok(!wrong && unfinished == 0 && s.squares < 1e-9,
       "%u thefts under weather and drift: work is conserved to %.2g%s%s",
       s.count, s.squares, wrong ? ": " : "", wrong ? wrong : "");
    ok(fabs(s.sum / reps / 400 - 1) < 0.05,
       "each unit is computed once: %.6g s a run", s.sum / reps);
    simtest_fini(&t);
}

/* ---- failures ---------------------------------------------------------- */

static void deal_with_local(struct sbs_plan *plan)
{
    plan->dealt = true;
    plan->local = 1;
}

/* The user's own core, which never fails, takes half of the first attempt
 * as that begins. */
static enum sbs_taken halve_idle(struct sbs_ctx *c, struct script *s,
                                 uint32_t w)
{
    const struct sbs_host *h = c->host;
    if (s->calls++ > 0 || !h->worker(c, w)->local)
        return SBS_PASS;
    EXPECT(s, h->steal(c, w, 0, 500) == 500);
    return SBS_TAKEN;
}

static void note_failure(struct sbs_ctx *c, struct script *s,
                         enum sbs_loss why)
{
    double now = c->host->now_s(c);
    if (why != SBS_LOSS_FAILED || c->host->attempt(c, 0)->state !=
                                      SBS_ATTEMPT_LOST || s->idles > 1e6)
        return;
    if (c->host->workers(c) > 2) /* only the first attempt counts */
        return;
    EXPECT(s, now <= 500);
    s->count++;
    s->sum += now;
    s->squares += now * now;
}

/* p = 0.4 at a uniform point of 1000 s, of which 500 are left. */
static void test_failures(void)
{
    struct script s = { .plan = deal_with_local, .start = all_to_first,
                        .idle = halve_idle, .lost = note_failure };
    struct simtest t;
    uint32_t reps = simtest_reps(4000, 100000);
    struct simtest_options o = { .workers = 1, .reps = reps };
    const char *wrong = script_run(
        &s, 0, &t, "'loss':{'fail_p':0.4},'local':{'cores':1,'slowdown':1,"
        "'efficiency':1}", "'tasks':1000,'ref_s':1", "dynamic", o);
    double p = (double)s.count / reps, mean = s.sum / s.count;
    ok(!wrong, "a shortened attempt fails within what is left of it%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    is_z(p, sqrt(0.2 * 0.8 / reps), 0.2, "... in proportion to its length");
    is_z(mean, 500 / sqrt(12.0 * s.count), 250, "... at a uniform point");
    simtest_fini(&t);
}

/* ---- probes ------------------------------------------------------------ */

static enum sbs_taken probe_idle(struct sbs_ctx *c, struct script *s,
                                 uint32_t w)
{
    const struct sbs_host *h = c->host;
    if (s->calls++ > 0)
        return SBS_PASS;
    EXPECT(s, h->probe(c, w, 0) == -1);
    EXPECT(s, h->probe(c, w, -1) == -1);
    EXPECT(s, h->probe(c, w, NAN) == -1);
    EXPECT(s, h->probe(c, w, INFINITY) == -1);
    EXPECT(s, h->probe(c, w + 1, 1) == -1);
    EXPECT(s, h->probe(c, w, 5) == 0);
    EXPECT(s, h->probe(c, w, 5) == -1);
    EXPECT(s, h->assign(c, w, 1) == -1);
    EXPECT(s, h->take(c, w, 0, 1) == -1);
    return SBS_TAKEN;
}

static void note_probed(struct sbs_ctx *c, struct script *s, uint32_t w,
                        double took_s)
{
    EXPECT(s, c->host->worker(c, w)->state == SBS_WORKER_IDLE);
    s->count++;
    s->sum = took_s;
}

static void at_3(struct sbs_ctx *c, struct script *s)
{
    (void)s;
    c->host->wake_at(c, 3, 0);
}

static void bind_probing(struct sbs_ctx *c, struct script *s, uint32_t tag)
{
    EXPECT(s, c->host->worker(c, 0)->state == SBS_WORKER_PROBING);
    EXPECT(s, c->host->wake(c, 0) == -1);
    EXPECT(s, c->host->bind(c, 0, tag, 1, true) == 0);
    EXPECT(s, c->host->worker(c, 0)->state == SBS_WORKER_PROBING);
    EXPECT(s, c->host->stealable(c, 0) == 1);
}

static void test_probe(void)
{
    struct script s = { .idle = probe_idle, .probed = note_probed };
    struct simtest t;
    struct simtest_options o = { .workers = 1 };
    const char *model = "'speed':{'classes':[{'slowdown':2}]},'stop_s':4";
    const char *wrong =
        script_run(&s, 0, &t, model, "'tasks':2,'ref_s':10", "dynamic", o);
    ok(!wrong && s.count == 1 && s.sum == 10 &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 50 &&
           simtest_value(&t, 0, SBS_METRIC_overhead_s, 0) == 10 &&
           simtest_value(&t, 0, SBS_METRIC_wasted_s, 0) == 0 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 2,
       "probe: 5 s at slow-down 2 are 10 s of overhead%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);

    s.plan = deal;
    s.start = at_3;
    s.timer = bind_probing;
    wrong = script_run(&s, 0, &t, model, "'tasks':1,'ref_s':10", "dynamic",
                       o);
    ok(!wrong && s.n_begun == 1 && noted(&s.begun[0], 0, 0, 1, 10) &&
           s.idles == 2 &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 30,
       "probe: what is bound meanwhile begins after it%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);

    s.plan = NULL;
    s.timer = stop_tagged;
    o.workers = 2;
    wrong = script_run(&s, 0, &t, model, "'tasks':2,'ref_s':10", "dynamic",
                       o);
    ok(!wrong && s.count == 2 && s.n_begun == 2 &&
           noted(&s.begun[0], 1, 0, 1, 0) && noted(&s.begun[1], 1, 1, 1, 20) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 40 &&
           simtest_value(&t, 0, SBS_METRIC_overhead_s, 0) == 7,
       "probe: a stop ends it%s%s", wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

static enum sbs_taken probe_first_idle(struct sbs_ctx *c, struct script *s,
                                       uint32_t w)
{
    (void)s;
    if (c->host->worker(c, w)->attempts > 0 || s->calls++ % 2)
        return SBS_PASS;
    return c->host->probe(c, w, 30) == 0 ? SBS_TAKEN : SBS_PASS;
}

/* Spot workers that live 40 s on average: many are lost in a probe of 30 s.
 * A debug build checks that every worker's time adds up. */
static void test_probe_lost(void)
{
    struct script s = { .idle = probe_first_idle, .probed = note_probed };
    struct simtest t;
    struct simtest_options o = { .workers = 6, .reps = 200, .spot = 1 };
    uint32_t done = 0;
    const char *wrong = script_run(&s, 0, &t, "'loss':{'spot_per_h':90}",
                                   "'tasks':12,'ref_s':10", "dynamic", o);
    for (uint32_t r = 0; !wrong && r < 200; r++)
        done += isnan(simtest_value(&t, 0, SBS_METRIC_makespan_s, r)) ? 0 : 1;
    ok(!wrong && done == 200 && s.count > 400 && s.count < 2000,
       "probe: workers lost in it, %u were not%s%s", s.count,
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- hold and wake ----------------------------------------------------- */

static enum sbs_taken hold_idle(struct sbs_ctx *c, struct script *s,
                                uint32_t w)
{
    const struct sbs_host *h = c->host;
    s->calls++;
    EXPECT(s, h->wake(c, w) == -1);
    if (h->now_s(c) == 0)
        return h->hold(c, w) == 0 ? SBS_TAKEN : SBS_PASS;
    if (w == 0 && s->calls == 3) {
        /* Worker 1 is asked in between, and asks for worker 0. */
        EXPECT(s, h->wake(c, 1) == 0);
        EXPECT(s, h->worker(c, 1)->state == SBS_WORKER_BUSY);
        EXPECT(s, h->steal(c, 0, 1, 1) == 1);
        return SBS_TAKEN;
    }
    if (w == 1 && s->calls == 4) {
        EXPECT(s, h->wake(c, 0) == -1);
        EXPECT(s, h->stop(c, 0) == -1);
        EXPECT(s, h->assign(c, 0, 1) == -1);
        EXPECT(s, h->bind(c, 0, 0, 1, true) == 0);
        EXPECT(s, h->worker(c, 0)->state == SBS_WORKER_IDLE);
        EXPECT(s, h->bind(c, 1, 1, 2, false) == 0);
        return SBS_TAKEN;
    }
    return SBS_PASS;
}

static void wake_tagged(struct sbs_ctx *c, struct script *s, uint32_t w)
{
    EXPECT(s, c->host->worker(c, w)->state == SBS_WORKER_IDLE);
    EXPECT(s, c->host->wake(c, w) == 0);
    EXPECT(s, c->host->wake(c, w) == -1);
}

/* Held from 0 to 3. Worker 0 steals unit 2 from 1 and then does unit 0,
 * which worker 1 has bound to it. */
static void test_wake(void)
{
    struct script s = { .plan = deal, .start = at_3, .idle = hold_idle,
                        .timer = wake_tagged };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong = script_run(&s, 0, &t, "", "'tasks':3,'ref_s':10",
                                   "dynamic", o);
    ok(!wrong && s.n_begun == 3 && noted(&s.begun[0], 1, 1, 2, 3) &&
           noted(&s.begun[1], 0, 2, 1, 3) && noted(&s.begun[2], 0, 0, 1, 13) &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 23 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 3,
       "wake: who is being asked is not asked again%s%s", wrong ? ": " : "",
       wrong ? wrong : "");
    simtest_fini(&t);
}

static enum sbs_taken hold_once_idle(struct sbs_ctx *c, struct script *s,
                                     uint32_t w)
{
    int status = c->host->hold(c, w);
    if (s->idles == 1)
        EXPECT(s, w == 0 && status == -1);
    return status == 0 ? SBS_TAKEN : SBS_PASS;
}

/* One place under the quota, two workers: the first may not be held while
 * the second waits, and works. */
static void test_hold_quota(void)
{
    struct script s = { .idle = hold_once_idle };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong = script_run(&s, 0, &t, "'launcher':{'quota_vcpu':2}",
                                   "'tasks':2,'ref_s':10", "dynamic", o);
    ok(!wrong && s.n_begun == 2 &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 20,
       "hold: refused while a launch waits for the place%s%s",
       wrong ? ": " : "", wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- work found before the driver asks --------------------------------- */

static void bind_ready(struct sbs_ctx *c, struct script *s, uint32_t w)
{
    EXPECT(s, c->host->bind(c, w, w, 1, false) == 0);
}

static void test_bind_in_ready(void)
{
    struct script s = { .plan = deal, .ready = bind_ready };
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    const char *wrong = script_run(&s, 0, &t, "", "'tasks':2,'ref_s':10",
                                   "dynamic", o);
    ok(!wrong && s.n_begun == 2 &&
           simtest_value(&t, 0, SBS_METRIC_attempts, 0) == 2 &&
           simtest_value(&t, 0, SBS_METRIC_makespan_s, 0) == 10,
       "bind in on_ready: begun once%s%s", wrong ? ": " : "",
       wrong ? wrong : "");
    simtest_fini(&t);
}

/* ---- what is known ----------------------------------------------------- */

static void know_start(struct sbs_ctx *c, struct script *s)
{
    const struct sbs_host *h = c->host;
    static const double list[] = { 10, 20, 5 };
    int sees = s->count != 0;
    for (uint32_t k = 0; k < 3; k++) {
        double x = h->foresee_task_s(c, k);
        EXPECT(s, h->predicted_s(c, k) == list[k]);
        EXPECT(s, sees ? x == list[k] : isnan(x));
    }
    EXPECT(s, isnan(h->predicted_s(c, 3)));
    EXPECT(s, isnan(h->foresee_task_s(c, 3)));
    EXPECT(s, isnan(h->foresee_work_s(c, 2, 10)));
    /* Ready at 4 and 8, twice as slow as the reference core. */
    double x = h->foresee_work_s(c, 1, 18), y = h->foresee_work_s(c, 1, 8);
    EXPECT(s, sees ? x == 5 && y == 0 : isnan(x) && isnan(y));
}

static void test_foresee(void)
{
    struct simtest t;
    struct simtest_options o = { .workers = 2 };
    for (uint32_t oracle = 0; oracle < 2; oracle++) {
        struct script s = { .start = know_start, .count = oracle };
        const char *wrong = script_run(
            &s, (int)oracle, &t,
            CALLS("4") ",'speed':{'classes':[{'slowdown':2}]}",
            "'ref_s':[10,20,5],'divisible':true", "split:units=5", o);
        ok(!wrong, "%s%s%s", oracle ? "an oracle foresees"
                                    : "nobody else foresees",
           wrong ? ": " : "", wrong ? wrong : "");
        simtest_fini(&t);
    }
}

int main(void)
{
    test_take();
    test_retake();
    test_steal_bound();
    test_steal_waiting();
    test_never_ready();
    test_steal_running();
    test_lost_afterwards();
    test_conserved();
    test_failures();
    test_probe();
    test_probe_lost();
    test_wake();
    test_hold_quota();
    test_bind_in_ready();
    test_foresee();
    return tap_done();
}
