/* SPDX-License-Identifier: Apache-2.0 */
/* The host table: what a policy may ask and do. Every action is checked
 * here; a wrong one is refused with -1 and changes nothing. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/driver_state.h"

static struct driver_layer *layer_of(const struct sbs_ctx *c)
{
    return (struct driver_layer *)(uintptr_t)c;
}

static struct sbs_driver *driver_of(const struct sbs_ctx *c)
{
    return layer_of(c)->driver;
}

static double host_now_s(const struct sbs_ctx *c)
{
    return driver_of(c)->now_s;
}

static const struct sbs_plan *host_plan(const struct sbs_ctx *c)
{
    return driver_of(c)->plan;
}

static const struct sbs_constants *host_constants(const struct sbs_ctx *c)
{
    return &driver_of(c)->constants;
}

static uint32_t host_workers(const struct sbs_ctx *c)
{
    return driver_of(c)->book.n_workers;
}

static const struct sbs_worker *host_worker(const struct sbs_ctx *c,
                                            uint32_t w)
{
    struct sbs_driver *d = driver_of(c);
    if (w >= d->book.n_workers)
        return NULL;
    struct sbs_worker *pub = &d->book.workers[w].pub;
    if (pub->state == SBS_WORKER_ORDERED && pub->requested_s <= d->now_s)
        pub->state = SBS_WORKER_STARTING;
    return pub;
}

static uint32_t host_attempts(const struct sbs_ctx *c)
{
    return driver_of(c)->book.n_attempts;
}

static uint32_t host_planned_attempts(const struct sbs_ctx *c)
{
    return driver_of(c)->planned_attempts;
}

static const struct sbs_attempt *host_attempt(const struct sbs_ctx *c,
                                              uint32_t a)
{
    const struct sbs_book *b = &driver_of(c)->book;
    return a < b->n_attempts ? &b->attempts[a].pub : NULL;
}

static uint32_t host_queued_units(const struct sbs_ctx *c)
{
    return sbs_book_queued(&driver_of(c)->book);
}

static uint32_t host_tasks_seen(const struct sbs_ctx *c)
{
    return driver_of(c)->tasks_seen;
}

static bool host_unit_seen(const struct sbs_ctx *c, uint32_t unit)
{
    const struct sbs_book *b = &driver_of(c)->book;
    return unit < b->n_units && (b->unit_flags[unit] & SBS_UNIT_SEEN);
}

static uint32_t host_copies(const struct sbs_ctx *c, uint32_t unit)
{
    const struct sbs_book *b = &driver_of(c)->book;
    return unit < b->n_units && b->holders[unit] > 1
               ? b->holders[unit] - 1u
               : 0;
}

static double host_rand_u01(struct sbs_ctx *c)
{
    struct driver_layer *l = layer_of(c);
    const struct sbs_backend *be = &l->driver->backend;
    return be->ops->policy_u01(be->self, l->index, l->draws++);
}

static struct driver_block *block_with(struct sbs_driver *d, size_t bytes)
{
    for (struct driver_block *k = d->blocks; k; k = k->next)
        if (k->size - k->used >= bytes)
            return k;
    size_t size = bytes < 4096 ? 4096 : 2 * bytes;
    struct driver_block *k = malloc(sizeof *k + size);
    if (!k)
        return NULL;
    *k = (struct driver_block){ .next = d->blocks, .size = size };
    return d->blocks = k;
}

static void *host_alloc(struct sbs_ctx *c, size_t bytes)
{
    struct sbs_driver *d = driver_of(c);
    size_t rounded = (bytes + 15) & ~(size_t)15;
    struct driver_block *k =
        bytes < SIZE_MAX / 4 ? block_with(d, rounded) : NULL;
    if (!k) {
        d->book.out_of_memory = true;
        return NULL;
    }
    void *p = k->bytes + k->used;
    k->used += rounded;
    return memset(p, 0, bytes);
}

static int64_t host_launch(struct sbs_ctx *c, uint32_t n)
{
    struct sbs_driver *d = driver_of(c);
    uint32_t counted = d->book.n_workers - d->gone;
    uint32_t most = d->plan->max_workers;
    if (n == 0 || counted >= most || n > most - counted)
        return -1;
    uint32_t first = sbs_driver_launch(d, n, 0);
    return first == SBS_NONE ? -1 : (int64_t)first;
}

static bool can_take_work(const struct sbs_driver *d, uint32_t w)
{
    return w < d->book.n_workers &&
           d->book.workers[w].pub.state != SBS_WORKER_ENDED &&
           !d->book.workers[w].pub.stopping;
}

static int host_bind(struct sbs_ctx *c, uint32_t worker, uint32_t first_unit,
                     uint32_t n_units, bool one_by_one)
{
    struct sbs_driver *d = driver_of(c);
    struct sbs_book *b = &d->book;
    if (!can_take_work(d, worker) || n_units == 0 ||
        first_unit >= b->n_units || n_units > b->n_units - first_unit)
        return -1;
    struct sbs_range units = { first_unit, first_unit + n_units };
    if (sbs_book_bind(b, worker, units, one_by_one) != 0)
        return -1;
    struct sbs_book_worker *w = &b->workers[worker];
    if (w->pub.state == SBS_WORKER_IDLE && d->answer.asking != worker)
        sbs_driver_employ(d, worker);
    else if (w->current == SBS_NONE && w->pub.state < SBS_WORKER_IDLE)
        sbs_driver_make_current(d, worker);
    return 0;
}

static int host_assign(struct sbs_ctx *c, uint32_t worker, uint32_t n_units)
{
    struct sbs_driver *d = driver_of(c);
    struct driver_answer *x = &d->answer;
    if (x->asking != worker || worker == SBS_NONE || x->assigned)
        return -1;
    x->assigned = sbs_book_take(&d->book, worker, n_units, &x->units);
    return x->assigned ? 0 : -1;
}

static int host_hold(struct sbs_ctx *c, uint32_t worker)
{
    struct sbs_driver *d = driver_of(c);
    if (d->answer.asking != worker || worker == SBS_NONE)
        return -1;
    if (d->backend.ops->over_quota(d->backend.self))
        return -1;
    d->answer.hold = true;
    return 0;
}

static int host_cancel(struct sbs_ctx *c, uint32_t attempt)
{
    return sbs_driver_cancel(driver_of(c), attempt);
}

static int host_stop(struct sbs_ctx *c, uint32_t worker)
{
    return sbs_driver_stop(driver_of(c), worker);
}

static int host_wake_at(struct sbs_ctx *c, double t_s, uint32_t tag)
{
    struct driver_layer *l = layer_of(c);
    struct sbs_driver *d = l->driver;
    if (!(t_s >= d->now_s && t_s < 1e300))
        return -1;
    d->backend.ops->wake_at(d->backend.self, t_s,
                            (uint64_t)l->index << 32 | tag);
    return 0;
}

const struct sbs_host sbs_driver_host = {
    .now_s = host_now_s,
    .plan = host_plan,
    .constants = host_constants,
    .workers = host_workers,
    .planned_attempts = host_planned_attempts,
    .worker = host_worker,
    .attempts = host_attempts,
    .attempt = host_attempt,
    .queued_units = host_queued_units,
    .tasks_seen = host_tasks_seen,
    .unit_seen = host_unit_seen,
    .copies = host_copies,
    .rand_u01 = host_rand_u01,
    .alloc = host_alloc,
    .launch = host_launch,
    .bind = host_bind,
    .assign = host_assign,
    .hold = host_hold,
    .cancel = host_cancel,
    .stop = host_stop,
    .wake_at = host_wake_at,
};
