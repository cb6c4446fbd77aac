/* SPDX-License-Identifier: Apache-2.0 */
/* The host table: what a policy may ask and do. Every action is checked
 * here; a wrong one is refused with -1 and changes nothing. */
#include "config.h"

#include <math.h>
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
    return a < b->n_attempts ? &b->attempts[a] : NULL;
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

static bool is_running(const struct sbs_driver *d, uint32_t a)
{
    const struct sbs_book *b = &d->book;
    return a < b->n_attempts && b->attempts[a].state == SBS_ATTEMPT_RUNNING;
}

static double host_progress(const struct sbs_ctx *c, uint32_t a)
{
    struct sbs_driver *d = driver_of(c);
    const struct sbs_book *b = &d->book;
    if (is_running(d, a))
        return d->backend.ops->progress(d->backend.self,
                                        b->attempts[a].worker);
    return a < b->n_attempts && b->attempts[a].state == SBS_ATTEMPT_DONE;
}

/* Units of the worker's attempt that it has not begun. */
static uint32_t unbegun(const struct sbs_driver *d, uint32_t w)
{
    uint32_t a = d->book.workers[w].current;
    if (a == SBS_NONE)
        return 0;
    if (!is_running(d, a))
        return d->book.attempts[a].n_units;
    return d->backend.ops->unbegun(d->backend.self, w);
}

static uint32_t host_stealable(const struct sbs_ctx *c, uint32_t w)
{
    const struct sbs_driver *d = driver_of(c);
    if (w >= d->book.n_workers ||
        d->book.workers[w].pub.state == SBS_WORKER_ENDED)
        return 0;
    return sbs_book_bound_units(&d->book, w) + unbegun(d, w);
}

static double host_predicted_s(const struct sbs_ctx *c, uint32_t task)
{
    struct sbs_driver *d = driver_of(c);
    if (task >= d->plan->tasks)
        return NAN;
    return d->backend.ops->predicted_s(d->backend.self, task);
}

static bool may_foresee(const struct sbs_ctx *c)
{
    return (layer_of(c)->policy->roles & SBS_ROLE_ORACLE) != 0;
}

static double host_foresee_work_s(const struct sbs_ctx *c, uint32_t w,
                                  double t_s)
{
    struct sbs_driver *d = driver_of(c);
    if (!may_foresee(c) || w >= d->book.n_workers)
        return NAN;
    return d->backend.ops->foresee_work_s(d->backend.self, w, t_s);
}

static double host_foresee_task_s(const struct sbs_ctx *c, uint32_t task)
{
    struct sbs_driver *d = driver_of(c);
    if (!may_foresee(c) || task >= d->plan->tasks)
        return NAN;
    return d->backend.ops->foresee_task_s(d->backend.self, task);
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
    uint32_t counted = d->book.n_workers - d->plan->local - d->gone;
    uint32_t most = d->plan->max_workers;
    if (n == 0 || counted >= most || n > most - counted)
        return -1;
    uint32_t first = sbs_driver_launch(d, n);
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
    if (w->pub.state == SBS_WORKER_IDLE)
        sbs_driver_employ(d, worker);
    else if (w->current == SBS_NONE && w->pub.state < SBS_WORKER_IDLE)
        sbs_driver_make_current(d, worker);
    return 0;
}

/* Is this the worker that a layer is being asked about, and nothing found
 * for it yet? */
static bool may_answer(const struct sbs_driver *d, uint32_t worker)
{
    const struct driver_answer *x = d->answer;
    return x && x->asking == worker && !x->assigned && !(x->probe_s > 0);
}

static int host_assign(struct sbs_ctx *c, uint32_t worker, uint32_t n_units)
{
    struct sbs_driver *d = driver_of(c);
    struct driver_answer *x = d->answer;
    if (!may_answer(d, worker))
        return -1;
    x->assigned = sbs_book_take(&d->book, worker, n_units, &x->units);
    return x->assigned ? 0 : -1;
}

static int host_take(struct sbs_ctx *c, uint32_t worker, uint32_t first_unit,
                     uint32_t n_units)
{
    struct sbs_driver *d = driver_of(c);
    struct driver_answer *x = d->answer;
    uint32_t all = d->book.n_units;
    if (!may_answer(d, worker) || n_units == 0 || first_unit >= all ||
        n_units > all - first_unit)
        return -1;
    x->units = (struct sbs_range){ first_unit, first_unit + n_units };
    x->assigned = sbs_book_take_these(&d->book, worker, x->units);
    return x->assigned ? 0 : -1;
}

/* The last units of the victim's attempt, begun by nobody, are taken off
 * it; an attempt that is not begun may vanish as a whole. */
static bool cut_attempt(struct sbs_driver *d, uint32_t victim, uint32_t n,
                        struct sbs_range *units)
{
    struct sbs_book *b = &d->book;
    struct sbs_book_worker *w = &b->workers[victim];
    uint32_t free_units = unbegun(d, victim);
    if (free_units == 0 || n == 0)
        return false;
    struct sbs_attempt *at = &b->attempts[w->current];
    if (n > free_units)
        n = free_units;
    if (at->state == SBS_ATTEMPT_RUNNING)
        d->backend.ops->shorten(d->backend.self, victim, n);
    units->end = at->first_unit + at->n_units;
    units->first = units->end - n;
    at->n_units -= n;
    sbs_book_release(b, *units);
    if (at->n_units == 0) {
        at->state = SBS_ATTEMPT_CANCELLED;
        w->current = SBS_NONE;
    }
    return true;
}

/* Units that the client has seen meanwhile are not worth taking. */
static bool any_unseen(const struct sbs_book *b, struct sbs_range units)
{
    for (uint32_t u = units.first; u < units.end; u++)
        if (!(b->unit_flags[u] & SBS_UNIT_SEEN))
            return true;
    return false;
}

static int64_t host_steal(struct sbs_ctx *c, uint32_t worker,
                          uint32_t victim, uint32_t n_units)
{
    struct sbs_driver *d = driver_of(c);
    if (!may_answer(d, worker) || victim == worker ||
        victim >= d->book.n_workers ||
        d->book.workers[victim].pub.state == SBS_WORKER_ENDED)
        return -1;
    struct sbs_range *units = &d->answer->units;
    do {
        if (!sbs_book_unbind_last(&d->book, victim, n_units, units) &&
            !cut_attempt(d, victim, n_units, units))
            return -1;
    } while (!any_unseen(&d->book, *units));
    sbs_book_hold(&d->book, worker, *units);
    d->answer->assigned = true;
    sbs_driver_drop_if_moot(d, victim);
    return units->end - units->first;
}

static int host_probe(struct sbs_ctx *c, uint32_t worker, double ref_s)
{
    struct sbs_driver *d = driver_of(c);
    if (!may_answer(d, worker) || !(ref_s > 0 && ref_s < 1e300))
        return -1;
    d->answer->probe_s = ref_s;
    return 0;
}

static int host_wake(struct sbs_ctx *c, uint32_t worker)
{
    struct sbs_driver *d = driver_of(c);
    if (worker >= d->book.n_workers || d->book.workers[worker].asked ||
        d->book.workers[worker].pub.state != SBS_WORKER_IDLE)
        return -1;
    sbs_driver_employ(d, worker);
    return 0;
}

static int host_hold(struct sbs_ctx *c, uint32_t worker)
{
    struct sbs_driver *d = driver_of(c);
    if (!d->answer || d->answer->asking != worker)
        return -1;
    /* A core of the user has no place that others could wait for. */
    if (!d->book.workers[worker].pub.local &&
        d->backend.ops->over_quota(d->backend.self))
        return -1;
    d->answer->hold = true;
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
    .progress = host_progress,
    .stealable = host_stealable,
    .predicted_s = host_predicted_s,
    .foresee_work_s = host_foresee_work_s,
    .foresee_task_s = host_foresee_task_s,
    .rand_u01 = host_rand_u01,
    .alloc = host_alloc,
    .launch = host_launch,
    .bind = host_bind,
    .assign = host_assign,
    .take = host_take,
    .steal = host_steal,
    .probe = host_probe,
    .hold = host_hold,
    .wake = host_wake,
    .cancel = host_cancel,
    .stop = host_stop,
    .wake_at = host_wake_at,
};
