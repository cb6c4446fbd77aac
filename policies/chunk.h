/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules of self-scheduling share. R: units left in the queue; p: the
 * planned workers; n: all units. Whatever a formula gives, a chunk has at
 * least one unit and at most R: rules may return infinities and NaN. */
#ifndef SBS_POLICIES_CHUNK_H
#define SBS_POLICIES_CHUNK_H

#include <math.h>
#include <string.h>

#include <sbsim/policy.h>

static inline double chunk_workers(const struct sbs_ctx *c)
{
    return c->host->plan(c)->workers;
}

static inline double chunk_units(const struct sbs_ctx *c)
{
    const struct sbs_plan *p = c->host->plan(c);
    return (double)p->tasks * p->units_per_task;
}

static inline double chunk_left(const struct sbs_ctx *c)
{
    return c->host->queued_units(c);
}

/* sigma / mu of a unit; what takes no time does not vary. */
static inline double chunk_cv(const struct sbs_ctx *c)
{
    const struct sbs_constants *k = c->host->constants(c);
    return k->unit_mean_s > 0 ? k->unit_sd_s / k->unit_mean_s : 0;
}

static inline enum sbs_taken chunk_take(struct sbs_ctx *c, uint32_t w,
                                        double x)
{
    /* fmax of 1 and NaN is 1. */
    double n = fmin(fmax(x, 1), chunk_left(c));
    return n >= 1 && c->host->assign(c, w, (uint32_t)n) == 0 ? SBS_TAKEN
                                                             : SBS_PASS;
}

/* ---- factoring: batches of p chunks of one size ------------------------ */

struct chunk_batch {
    uint32_t grabs, batches; /* left in this batch; begun */
    double size;
};

/* Count a grab; true = it is the first of a batch, whose size is due. */
static inline bool chunk_opens_batch(const struct sbs_ctx *c,
                                     struct chunk_batch *b)
{
    bool opens = b->grabs == 0;
    if (opens) {
        b->grabs = c->host->plan(c)->workers;
        b->batches++;
    }
    b->grabs--;
    return opens;
}

/* A chunk of FAC2: half of what is left, shared by p. */
static inline double chunk_fac2(const struct sbs_ctx *c,
                                struct chunk_batch *b)
{
    double left = chunk_left(c);
    if (left >= 1 && chunk_opens_batch(c, b))
        b->size = ceil(left / (2 * chunk_workers(c)));
    return b->size;
}

/* ---- what was learnt of each worker ------------------------------------ */

/* The array with room for element i, or NULL. Replacements for lost workers
 * have numbers beyond the plan's. */
static inline void *chunk_grown(struct sbs_ctx *c, void *old, uint32_t *cap,
                                uint32_t i, size_t size)
{
    if (i < *cap)
        return old;
    uint32_t want = 2 * i + 16;
    char *bigger = c->host->alloc(c, want * size);
    if (!bigger)
        return NULL;
    if (*cap > 0)
        memcpy(bigger, old, *cap * size);
    *cap = want;
    return bigger;
}

/* The attempt that the worker has done last, if it is news: `counted` is the
 * last one looked at, plus 1. */
static inline const struct sbs_attempt *chunk_news(const struct sbs_ctx *c,
                                                   uint32_t w,
                                                   uint32_t *counted)
{
    uint32_t number = c->host->worker(c, w)->attempt;
    const struct sbs_attempt *a = c->host->attempt(c, number);
    if (!a || number + 1 == *counted || a->state != SBS_ATTEMPT_DONE)
        return NULL;
    *counted = number + 1;
    return a;
}

/* ---- adaptive weighted factoring --------------------------------------- */

struct awf_worker {
    uint32_t counted;
    double attempts, time_s, units; /* the latter two weighted by recency */
    double speed;                   /* units / time_s; 0 = no history */
};

struct awf_state {
    struct chunk_batch batch;
    struct awf_worker *worker;
    uint32_t cap, known; /* workers with a history */
    double speeds;       /* their sum */
};

/* The k-th attempt of a worker weighs k. */
static inline void awf_learn(struct sbs_ctx *c, uint32_t w, bool with_overhead)
{
    struct awf_state *s = c->state;
    struct awf_worker *x = &s->worker[w];
    const struct sbs_attempt *a = chunk_news(c, w, &x->counted);
    if (!a)
        return;
    double took_s = with_overhead ? a->stored_s - a->begun_s : a->compute_s;
    x->attempts++;
    x->time_s += x->attempts * took_s;
    x->units += x->attempts * a->n_units;
    if (!(x->time_s > 0))
        return;
    s->known += x->speed <= 0;
    s->speeds -= x->speed;
    x->speed = x->units / x->time_s;
    s->speeds += x->speed;
}

static inline enum sbs_taken awf_on_idle(struct sbs_ctx *c, uint32_t w,
                                         bool batches, bool with_overhead)
{
    struct awf_state *s = c->state;
    struct awf_worker *grown =
        chunk_grown(c, s->worker, &s->cap, w, sizeof *s->worker);
    if (!grown)
        return SBS_PASS;
    s->worker = grown;
    awf_learn(c, w, with_overhead);
    double speed = s->worker[w].speed;
    double weight = speed > 0 ? speed * s->known / s->speeds : 1;
    double chunk = batches
                       ? chunk_fac2(c, &s->batch)
                       : ceil(chunk_left(c) / (2 * chunk_workers(c)));
    return chunk_take(c, w, ceil(weight * chunk));
}

#endif
