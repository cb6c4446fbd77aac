/* SPDX-License-Identifier: Apache-2.0 */
/* A layer that decides nothing and checks everything: put left of a stack it
 * sees each event after the driver has handled it. */
#ifndef SBS_TESTS_WITNESS_H
#define SBS_TESTS_WITNESS_H

#include <math.h>
#include <sbsim/policy.h>
#include <stdio.h>

/* The policy's params point to a pointer to one; it sums over runs. */
struct witness {
    const char *wrong; /* the first thing that was */
    uint32_t runs, lost, copies, begun;
    double last_s;
};


static inline struct witness *witness_of(const struct sbs_ctx *c)
{
    return *(struct witness *const *)c->params;
}

static inline void witness_check(const struct sbs_ctx *c, int good,
                                 const char *what)
{
    struct witness *w = witness_of(c);
    if (!good && !w->wrong)
        w->wrong = what;
}

/* Time goes forward. */
static inline void witness_clock(const struct sbs_ctx *c)
{
    struct witness *w = witness_of(c);
    double now = c->host->now_s(c);
    witness_check(c, now >= w->last_s, "time runs backwards");
    w->last_s = now;
}

static inline void witness_start(struct sbs_ctx *c)
{
    struct witness *w = witness_of(c);
    const struct sbs_plan *p = c->host->plan(c);
    w->runs++;
    w->last_s = 0;
    witness_check(c, c->host->now_s(c) == 0, "start is not at 0");
    witness_check(c, c->host->workers(c) >= p->workers + p->extra,
                  "the plan is not launched");
}

static inline void witness_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    const struct sbs_host *h = c->host;
    const struct sbs_attempt *a = h->attempt(c, attempt);
    const struct sbs_worker *w = h->worker(c, a->worker);
    const struct sbs_plan *p = h->plan(c);
    uint32_t units = p->tasks * p->units_per_task, unseen = 0;
    witness_clock(c);
    witness_of(c)->begun++;
    witness_of(c)->copies += a->copy;
    witness_check(c, a->state == SBS_ATTEMPT_RUNNING, "begun, not running");
    witness_check(c, w->state == SBS_WORKER_BUSY && w->attempt == attempt,
                  "begun on a worker that is not busy with it");
    witness_check(c, !w->stopping, "begun on a worker ordered stopped");
    witness_check(c, w->ready_s <= h->now_s(c), "begun before ready");
    witness_check(c, a->n_units > 0 && a->first_unit < units &&
                         a->n_units <= units - a->first_unit,
                  "units out of range");
    for (uint32_t u = a->first_unit; u < a->first_unit + a->n_units; u++)
        unseen += !h->unit_seen(c, u);
    witness_check(c, unseen > 0, "begun with nothing left to find out");
    for (uint32_t i = 0; i < h->attempts(c); i++)
        witness_check(c, i == attempt || h->attempt(c, i)->worker !=
                                             a->worker ||
                             h->attempt(c, i)->state > SBS_ATTEMPT_RUNNING,
                      "two attempts on one worker");
}

static inline void witness_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    const struct sbs_host *h = c->host;
    const struct sbs_plan *p = h->plan(c);
    const struct sbs_attempt *a = h->attempt(c, attempt);
    uint32_t k = p->units_per_task, whole = 0;
    witness_clock(c);
    witness_check(c, a->state == SBS_ATTEMPT_DONE, "seen, not done");
    witness_check(c, a->seen_s == h->now_s(c), "seen at another time");
    for (uint32_t u = a->first_unit; u < a->first_unit + a->n_units; u++)
        witness_check(c, h->unit_seen(c, u), "seen without its units");
    for (uint32_t t = 0; t < p->tasks; t++) {
        uint32_t n = 0;
        for (uint32_t u = t * k; u < (t + 1) * k; u++)
            n += h->unit_seen(c, u);
        whole += n == k;
    }
    witness_check(c, whole == h->tasks_seen(c), "tasks are miscounted");
    /* A chunk that spans tasks may bring more than the last one needed. */
    witness_check(c, whole <= p->needed || a->n_units > 1,
                  "more than needed");
}

static inline enum sbs_taken
witness_on_lost(struct sbs_ctx *c, uint32_t w, enum sbs_loss why,
                uint32_t first, uint32_t n)
{
    (void)why;
    witness_clock(c);
    witness_of(c)->lost++;
    for (uint32_t u = first; u < first + n; u++)
        witness_check(c, !c->host->unit_seen(c, u), "lost what is seen");
    (void)w;
    return SBS_PASS;
}

static inline enum sbs_taken witness_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct sbs_worker *x = c->host->worker(c, w);
    witness_clock(c);
    witness_check(c, x->state == SBS_WORKER_IDLE && !x->stopping &&
                         x->ready_s <= c->host->now_s(c),
                  "asked for a worker that is not idle");
    return SBS_PASS;
}

static inline void witness_on_ready(struct sbs_ctx *c, uint32_t w)
{
    witness_clock(c);
    witness_check(c, c->host->worker(c, w)->ready_s == c->host->now_s(c),
                  "ready at another time");
}

static inline void witness_on_notice(struct sbs_ctx *c, uint32_t w,
                                     double deadline_s)
{
    const struct sbs_worker *x = c->host->worker(c, w);
    witness_clock(c);
    witness_check(c, deadline_s >= c->host->now_s(c), "notice comes late");
    witness_check(c, x->requested_s <= c->host->now_s(c),
                  "notice for a worker not asked for yet");
}

static const struct sbs_policy witness_policy = {
    SBS_POLICY_HEAD,
    .name = "witness",
    .summary = "checks",
    .start = witness_start,
    .on_idle = witness_on_idle,
    .on_lost = witness_on_lost,
    .on_ready = witness_on_ready,
    .on_begun = witness_on_begun,
    .on_seen = witness_on_seen,
    .on_notice = witness_on_notice,
};

#endif
