/* SPDX-License-Identifier: Apache-2.0 */
/* Kill an attempt at a given age and try again on a new worker: the frame of
 * restart and luby, which differ in the ages. */
#ifndef SBS_POLICIES_RESTART_H
#define SBS_POLICIES_RESTART_H

#include "policies/copies.h"

struct restarts {
    struct copies copies;
    uint32_t *made; /* [units] restarts of the chunk that begins there */
    uint32_t next;  /* the first attempt without a timer */
};

/* The age at which a chunk restarted so many times is killed. */
typedef double (*restart_age_f)(struct sbs_ctx *c, uint32_t made);

static inline void restart_start(struct sbs_ctx *c)
{
    struct restarts *s = c->state;
    const struct sbs_plan *plan = c->host->plan(c);
    size_t units = (size_t)plan->tasks * plan->units_per_task;
    copies_start(c, &s->copies);
    s->made = c->host->alloc(c, units * sizeof *s->made);
}

/* A timer for each new attempt; its tag is the attempt. */
static inline void restart_watch(struct sbs_ctx *c, restart_age_f age_s)
{
    struct restarts *s = c->state;
    double now = c->host->now_s(c);
    for (; s->next < c->host->attempts(c); s->next++) {
        const struct sbs_attempt *a = c->host->attempt(c, s->next);
        double since = isfinite(a->since_s) ? a->since_s : now;
        double at = since + age_s(c, s->made[a->first_unit]);
        c->host->wake_at(c, fmax(at, now), s->next);
    }
}

/* Its time is up: the new attempt first, so that nothing counts as lost. An
 * attempt goes on when it was restarted often enough or nothing can be
 * launched. */
static inline void restart_now(struct sbs_ctx *c, uint32_t attempt,
                               int64_t most)
{
    struct restarts *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    uint32_t first = a->first_unit, n = a->n_units;
    if (!copies_is_open(c, a) || s->made[first] >= most ||
        !copies_on_new(c, &s->copies, first, n))
        return;
    s->made[first]++;
    c->host->cancel(c, attempt);
}

#endif
