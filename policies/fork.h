/* SPDX-License-Identifier: Apache-2.0 */
/* Single forks, of which fork-keep, fork-kill and multi-fork are made: when
 * the client has seen round((1 - p) n) of n tasks, each unfinished one gets r
 * more copies (keep), or r + 1 new ones in place of what it has (kill). */
#ifndef SBS_POLICIES_FORK_H
#define SBS_POLICIES_FORK_H

#include <string.h>

#include "policies/copies.h"

struct fork {
    double p;
    uint32_t new_copies; /* of each unfinished task */
    bool kill;
};

/* The completion at which it fires. */
static inline double fork_at(const struct fork *f, uint32_t n)
{
    return round((1 - f->p) * n);
}

static inline void fork_allow(struct sbs_plan *plan, const struct fork *f)
{
    double open = plan->tasks - fork_at(f, plan->needed);
    copies_allow(plan, open * f->new_copies);
}

/* Units some worker has; the others wait in the queue and are left alone. */
static inline bool *fork_taken(struct sbs_ctx *c)
{
    const struct sbs_plan *plan = c->host->plan(c);
    uint32_t units = plan->tasks * plan->units_per_task;
    bool *taken = c->host->alloc(c, units);
    if (!taken || c->host->queued_units(c) == 0)
        return taken ? memset(taken, 1, units) : NULL;
    for (uint32_t i = 0; i < c->host->attempts(c); i++) {
        const struct sbs_attempt *a = c->host->attempt(c, i);
        if (copies_is_open(c, a))
            memset(taken + a->first_unit, 1, a->n_units);
    }
    return taken;
}

/* The next run of unseen taken units in [*at, end): its length, 0 = none. */
static inline uint32_t fork_run(struct sbs_ctx *c, const bool *taken,
                                uint32_t *at, uint32_t end)
{
    while (*at < end && (!taken[*at] || c->host->unit_seen(c, *at)))
        ++*at;
    uint32_t to = *at;
    while (to < end && taken[to] && !c->host->unit_seen(c, to))
        to++;
    return to - *at;
}

static inline void fork_copy_task(struct sbs_ctx *c, const bool *taken,
                                  uint32_t task, uint32_t worker)
{
    uint32_t k = c->host->plan(c)->units_per_task;
    uint32_t end = (task + 1) * k;
    uint32_t n;
    for (uint32_t at = task * k; (n = fork_run(c, taken, &at, end)) > 0;
         at += n)
        c->host->bind(c, worker, at, n, true);
}

/* What ran before the fork. A worker that binds its tasks goes with all of
 * them; one that pulls is free for the queue. */
static inline void fork_kill_before(struct sbs_ctx *c, uint32_t attempts)
{
    bool pull = c->host->plan(c)->pull;
    for (uint32_t i = 0; i < attempts; i++) {
        const struct sbs_attempt *a = c->host->attempt(c, i);
        if (a->state > SBS_ATTEMPT_RUNNING || !copies_is_needed(c, a))
            continue;
        if (pull)
            c->host->cancel(c, i);
        else
            c->host->stop(c, a->worker);
    }
}

/* Fork now. The new copies are bound before the old ones are killed, so that
 * nothing counts as lost. */
static inline void fork_fire(struct sbs_ctx *c, struct copies *s,
                             const struct fork *f)
{
    const struct sbs_plan *plan = c->host->plan(c);
    uint32_t k = plan->units_per_task, open = 0;
    uint32_t before = c->host->attempts(c);
    bool *taken = fork_taken(c);
    if (!taken || f->new_copies == 0)
        return;
    for (uint32_t t = 0; t < plan->tasks; t++) {
        uint32_t at = t * k;
        open += fork_run(c, taken, &at, (t + 1) * k) > 0;
    }
    int64_t w = copies_launch(c, s, open * f->new_copies);
    if (open == 0 || w < 0)
        return;
    for (uint32_t t = 0; t < plan->tasks; t++) {
        uint32_t at = t * k;
        if (fork_run(c, taken, &at, (t + 1) * k) == 0)
            continue;
        for (uint32_t i = 0; i < f->new_copies; i++)
            fork_copy_task(c, taken, t, (uint32_t)w++);
    }
    if (f->kill)
        fork_kill_before(c, before);
}

/* ---- the hooks of a policy that forks once ----------------------------- */

struct fork_params {
    double p;
    int64_t r;
};

struct fork_state {
    struct copies copies;
    bool fired;
};

static inline struct fork fork_of(const struct fork_params *p, bool kill)
{
    return (struct fork){ p->p, (uint32_t)p->r + (kill ? 1 : 0), kill };
}

static inline bool fork_is_due(struct sbs_ctx *c, const struct fork *f)
{
    return c->host->tasks_seen(c) >= fork_at(f, c->host->plan(c)->needed);
}

static inline void fork_start(struct sbs_ctx *c, const struct fork *f)
{
    struct fork_state *s = c->state;
    copies_start(c, &s->copies);
    s->fired = fork_is_due(c, f);
    if (s->fired)
        fork_fire(c, &s->copies, f);
}

/* Fire at the end of this instant: what else is seen in it is finished. */
static inline void fork_on_seen(struct sbs_ctx *c, const struct fork *f)
{
    struct fork_state *s = c->state;
    if (s->fired || !fork_is_due(c, f))
        return;
    s->fired = true;
    c->host->wake_at(c, c->host->now_s(c), 0);
}

static inline enum sbs_taken fork_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct fork_state *s = c->state;
    return copies_on_idle(c, &s->copies, w);
}

#endif
