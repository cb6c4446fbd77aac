/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies that copy have in common: who runs a copy, who leaves
 * after one, and looking at attempts in order of age. */
#ifndef SBS_POLICIES_COPIES_H
#define SBS_POLICIES_COPIES_H

#include <math.h>

#include <sbsim/policy.h>

enum { HOST_NEW, HOST_IDLE };

#define COPIES_HOST_PARAM(T, def) \
    SBS_PARAM_CHOICE(T, host, "new|idle", def, \
                     "copies run on new workers or on idle ones")

struct copies {
    uint32_t *idle; /* held workers, host=idle */
    uint32_t n_idle;
    bool *launched; /* [max_workers] by this layer, for a copy */
};

/* In plan(): the run may launch `more` workers for copies. */
static inline void copies_allow(struct sbs_plan *plan, double more)
{
    uint32_t planned = plan->workers + plan->extra;
    if (plan->max_workers < planned)
        plan->max_workers = planned;
    double most = plan->max_workers + more;
    plan->max_workers = most < 1e9 ? (uint32_t)most : 1000000000;
}

static inline void copies_start(struct sbs_ctx *c, struct copies *s)
{
    uint32_t most = c->host->plan(c)->max_workers;
    s->idle = c->host->alloc(c, most * sizeof *s->idle);
    s->launched = c->host->alloc(c, most);
}

/* n new workers for copies; the first one's number, or -1. */
static inline int64_t copies_launch(struct sbs_ctx *c, struct copies *s,
                                    uint32_t n)
{
    int64_t w = c->host->launch(c, n);
    uint32_t most = c->host->plan(c)->max_workers;
    for (uint32_t i = 0; w >= 0 && i < n && w + i < most; i++)
        s->launched[w + i] = true;
    return w;
}

/* A chunk on a new worker; false when none can be launched. */
static inline bool copies_on_new(struct sbs_ctx *c, struct copies *s,
                                 uint32_t first_unit, uint32_t n_units)
{
    int64_t w = copies_launch(c, s, 1);
    return w >= 0 &&
           c->host->bind(c, (uint32_t)w, first_unit, n_units, false) == 0;
}

/* One more copy of an attempt, on a held worker or else on a new one. */
static inline bool copies_make(struct sbs_ctx *c, struct copies *s, int host,
                               const struct sbs_attempt *a)
{
    uint32_t first = a->first_unit, n = a->n_units;
    while (s->n_idle > 0) {
        uint32_t w = s->idle[--s->n_idle];
        if (c->host->worker(c, w)->state == SBS_WORKER_IDLE &&
            c->host->bind(c, w, first, n, false) == 0)
            return true;
    }
    return host == HOST_NEW && copies_on_new(c, s, first, n);
}

/* Some of its units are missing still; all are seen of one that lost a race
 * and is about to be dropped. */
static inline bool copies_is_needed(struct sbs_ctx *c,
                                    const struct sbs_attempt *a)
{
    for (uint32_t u = 0; u < a->n_units; u++)
        if (!c->host->unit_seen(c, a->first_unit + u))
            return true;
    return false;
}

/* A result that is stored but not seen yet is, to the client, still running. */
static inline bool copies_is_open(struct sbs_ctx *c,
                                  const struct sbs_attempt *a)
{
    return a->state <= SBS_ATTEMPT_DONE && isnan(a->seen_s) &&
           copies_is_needed(c, a);
}

static inline bool copies_may_copy(struct sbs_ctx *c,
                                   const struct sbs_attempt *a)
{
    return !a->copy && c->host->copies(c, a->first_unit) == 0 &&
           copies_is_open(c, a);
}

/* A worker of the planned fleet is at work, so it will come for the queue. */
static inline bool copies_fleet_at_work(struct sbs_ctx *c)
{
    const struct sbs_plan *plan = c->host->plan(c);
    for (uint32_t w = 0; w < plan->workers + plan->extra; w++) {
        const struct sbs_worker *worker = c->host->worker(c, w);
        if (worker->state == SBS_WORKER_BUSY && !worker->stopping)
            return true;
    }
    return false;
}

/* In on_idle: a worker launched for a copy does not join the fleet
 * afterwards: a policy that copies must not win by a larger fleet. */
static inline bool copies_leaves(struct sbs_ctx *c, const struct copies *s,
                                 uint32_t w)
{
    return w < c->host->plan(c)->max_workers && s->launched[w] &&
           copies_fleet_at_work(c);
}

/* The whole on_idle of a policy whose copies run on new workers. */
static inline enum sbs_taken copies_on_idle(struct sbs_ctx *c,
                                            const struct copies *s,
                                            uint32_t w)
{
    return copies_leaves(c, s, w) ? SBS_TAKEN : SBS_PASS;
}

/* In on_idle, host=idle: is this a worker that could run copies? Then it is
 * on the list; copies_hold() once it was offered what there is to copy. */
static inline bool copies_offer(struct sbs_ctx *c, struct copies *s,
                                int host, uint32_t w)
{
    if (host != HOST_IDLE || c->host->queued_units(c) > 0 ||
        s->n_idle >= c->host->plan(c)->max_workers)
        return false;
    s->idle[s->n_idle++] = w;
    return true;
}

static inline enum sbs_taken copies_hold(struct sbs_ctx *c, struct copies *s,
                                         uint32_t w)
{
    bool last = s->n_idle > 0 && s->idle[s->n_idle - 1] == w;
    if (c->host->hold(c, w) != 0 && last)
        s->n_idle--;
    return SBS_TAKEN;
}

/* ---- looking at attempts in order of age ------------------------------- */

struct look {
    uint32_t next_planned, next_other; /* oldest attempts not looked at */
    double armed_s;    /* when the earliest timer set is due */
    double oldest_s;   /* of the timers set for the oldest attempts, latest */
    double interval_s; /* looks are on this grid; 0 = at any time */
};

/* The first multiple of interval_s that is not before t; the division rounds,
 * and a look a hair too early would find nothing and come again at once. */
static inline double look_grid_s(double interval_s, double t_s)
{
    double k = ceil(t_s / interval_s);
    return k * interval_s < t_s ? (k + 1) * interval_s : k * interval_s;
}

/* Next look at the grid of interval_s not before t. */
static inline void look_arm(struct sbs_ctx *c, struct look *l, double t_s)
{
    if (l->interval_s > 0)
        t_s = look_grid_s(l->interval_s, t_s);
    double now = c->host->now_s(c);
    if (l->armed_s >= now && l->armed_s <= t_s)
        return;
    if (c->host->wake_at(c, fmax(t_s, now), 0) == 0)
        l->armed_s = t_s;
}

/* The same for the oldest attempt, which look after look finds: where its
 * timer is set already, a second one would do nothing. */
static inline void look_arm_oldest(struct sbs_ctx *c, struct look *l,
                                   double t_s)
{
    double on_s = l->interval_s > 0 ? look_grid_s(l->interval_s, t_s) : t_s;
    double now = c->host->now_s(c);
    if (on_s == l->oldest_s && on_s > now) {
        if (!(l->armed_s >= now && l->armed_s <= on_s))
            l->armed_s = on_s;
        return;
    }
    look_arm(c, l, t_s);
    if (l->armed_s == on_s && on_s > l->oldest_s)
        l->oldest_s = on_s;
}

/* A timer is due. False: an earlier one has looked since it was set, and the
 * next look is set already; else every stale timer would set one more. */
static inline bool look_is_due(struct sbs_ctx *c, struct look *l)
{
    if (l->armed_s > c->host->now_s(c))
        return false;
    l->armed_s = -1;
    return true;
}

/* Age from which an attempt is copied; INFINITY = not now. */
typedef double (*look_due_f)(struct sbs_ctx *c, const struct sbs_attempt *a);

/* Attempts from *next on (end excluded) in order of age: copy those that are
 * due, and wake up for the first that is not. */
static inline void look_from(struct sbs_ctx *c, struct look *l,
                             struct copies *s, int host, look_due_f due_s,
                             uint32_t *next, uint32_t end)
{
    double now = c->host->now_s(c);
    for (; *next < end; ++*next) {
        const struct sbs_attempt *a = c->host->attempt(c, *next);
        if (!copies_may_copy(c, a))
            continue;
        double at = a->since_s + due_s(c, a);
        if (!(at < INFINITY))
            return;
        if (at > now) {
            look_arm_oldest(c, l, at);
            return;
        }
        if (!copies_make(c, s, host, a))
            return;
    }
}

static inline void look_at_all(struct sbs_ctx *c, struct look *l,
                               struct copies *s, int host, look_due_f due_s)
{
    uint32_t planned = c->host->planned_attempts(c);
    if (l->next_other < planned)
        l->next_other = planned;
    look_from(c, l, s, host, due_s, &l->next_planned, planned);
    look_from(c, l, s, host, due_s, &l->next_other, c->host->attempts(c));
}

#endif
