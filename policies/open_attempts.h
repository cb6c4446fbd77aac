/* SPDX-License-Identifier: Apache-2.0 */
/* The attempts whose results the client has not seen, for rules that rank
 * them: a scan costs what is open, not what was ever begun. */
#ifndef SBS_POLICIES_OPEN_ATTEMPTS_H
#define SBS_POLICIES_OPEN_ATTEMPTS_H

#include "policies/copies.h"

struct open_attempts {
    uint32_t *attempt, n, cap;
    uint32_t next; /* the first that is not on the list yet */
};

static inline void open_start(struct sbs_ctx *c, struct open_attempts *o)
{
    const struct sbs_plan *p = c->host->plan(c);
    o->cap = p->max_workers + p->local + p->tasks * p->units_per_task;
    o->attempt = c->host->alloc(c, o->cap * sizeof *o->attempt);
}

/* Off with those seen or dropped, on with the new; oldest numbers first. */
static inline void open_update(struct sbs_ctx *c, struct open_attempts *o)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < o->n; i++)
        if (copies_is_open(c, c->host->attempt(c, o->attempt[i])))
            o->attempt[kept++] = o->attempt[i];
    o->n = kept;
    uint32_t all = c->host->attempts(c);
    for (; o->next < all && o->n < o->cap; o->next++)
        if (copies_is_open(c, c->host->attempt(c, o->next)))
            o->attempt[o->n++] = o->next;
}

#endif
