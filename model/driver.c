/* SPDX-License-Identifier: Apache-2.0 */
/* The loop. What it means: doc/semantics.md. */
#include "config.h"

#include "model/driver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/driver_state.h"

/* A policy that does nothing but wake itself this often has lost its way,
 * and a run that loses this many workers, plus so many for each planned
 * worker and unit, will never be done: both count as unfinished. */
enum { IDLE_TIMERS_MAX = 1000000, LOST_MAX = 1000, LOST_MAX_EACH = 100 };

/* ---- units that must be done again ------------------------------------ */

static bool ask_on_lost(struct sbs_driver *d, uint32_t w, enum sbs_loss why,
                        struct sbs_range r)
{
    for (uint32_t i = 0; i < d->n_layers; i++) {
        struct driver_layer *l = &d->layer[i];
        if (l->policy->on_lost &&
            l->policy->on_lost(&l->ctx, w, why, r.first, r.end - r.first) ==
                SBS_TAKEN)
            return true;
    }
    return false;
}

static void wake_held(struct sbs_driver *d, uint32_t w)
{
    const struct sbs_worker *pub = &d->book.workers[w].pub;
    if (pub->state == SBS_WORKER_IDLE && !pub->stopping)
        sbs_driver_employ(d, w);
}

/* Held workers wake up for the queue; nobody there: one more is launched. */
static void find_hands(struct sbs_driver *d)
{
    struct sbs_book *b = &d->book;
    /* Of many lost one after the other, each is passed over once. */
    while (d->ended < b->n_workers &&
           b->workers[d->ended].pub.state == SBS_WORKER_ENDED)
        d->ended++;
    for (uint32_t w = d->ended; w < b->n_workers && sbs_book_queued(b); w++)
        wake_held(d, w);
    if (d->live == 0 && sbs_book_queued(b))
        sbs_driver_launch(d, 1);
}

/* Of the units a gone worker held, those nobody else holds and whose result
 * is not stored yet are handed on, in runs of consecutive units. */
static void redo(struct sbs_driver *d, uint32_t w, enum sbs_loss why,
                 struct sbs_range units)
{
    struct sbs_book *b = &d->book;
    sbs_book_release(b, units);
    struct sbs_range run = { units.first, units.first };
    for (uint32_t u = units.first; u <= units.end; u++) {
        bool again = u < units.end && b->holders[u] == 0 &&
                     b->unit_flags[u] == 0;
        if (again) {
            run.end = u + 1;
            continue;
        }
        if (run.end > run.first && !ask_on_lost(d, w, why, run))
            sbs_book_give_back(b, run);
        run.first = run.end = u + 1;
    }
}

/* The worker is gone: its attempt and everything bound to it. */
static void abandon(struct sbs_driver *d, uint32_t w, enum sbs_loss why,
                    enum sbs_attempt_state state)
{
    struct sbs_book *b = &d->book;
    b->workers[w].pub.state = SBS_WORKER_ENDED;
    uint32_t a = b->workers[w].current;
    b->workers[w].current = SBS_NONE;
    if (a != SBS_NONE) {
        struct sbs_attempt *at = &b->attempts[a];
        at->state = state;
        redo(d, w, why,
             (struct sbs_range){ at->first_unit,
                                 at->first_unit + at->n_units });
    }
    for (uint32_t i = b->workers[w].bound_head; i != SBS_NONE;) {
        struct sbs_binding x = b->bindings[i];
        redo(d, w, why, (struct sbs_range){ x.next_unit, x.end_unit });
        i = x.next;
    }
    b->workers[w].bound_head = SBS_NONE;
    find_hands(d);
}

/* ---- workers ----------------------------------------------------------- */

/* Order n workers; the number of the first, or SBS_NONE. */
static uint32_t launch(struct sbs_driver *d, struct sbs_launch_order order)
{
    struct sbs_book *b = &d->book;
    uint32_t first = order.first = b->n_workers;
    for (uint32_t i = 0; i < order.n; i++) {
        uint32_t w = sbs_book_add_worker(b);
        if (w == SBS_NONE)
            return SBS_NONE;
        b->workers[w].pub.local = order.local;
        b->workers[w].pub.spot = !order.local && sbs_plan_is_spot(d->plan, w);
    }
    d->live += order.n;
    d->backend.ops->launch(d->backend.self, &order);
    for (uint32_t w = first; w < first + order.n; w++)
        b->workers[w].pub.requested_s =
            d->backend.ops->requested_s(d->backend.self, w);
    return first;
}

uint32_t sbs_driver_launch(struct sbs_driver *d, uint32_t n)
{
    uint32_t first = launch(d, (struct sbs_launch_order){ .n = n });
    /* Who is held without work has a place that others need. */
    for (uint32_t w = 0; first != SBS_NONE && w < first &&
                         d->backend.ops->over_quota(d->backend.self); w++)
        wake_held(d, w);
    return first;
}

void sbs_driver_make_current(struct sbs_driver *d, uint32_t w)
{
    struct sbs_book *b = &d->book;
    struct sbs_range units;
    if (!sbs_book_has_bound(b, w) || !sbs_book_next_bound(b, w, &units))
        return;
    struct sbs_worker *pub = &b->workers[w].pub;
    bool first = pub->attempts == 0 && pub->state < SBS_WORKER_IDLE;
    b->workers[w].current = sbs_book_add_attempt(
        b, w, units, first ? pub->requested_s : d->now_s);
}

static void begin(struct sbs_driver *d, uint32_t w)
{
    struct sbs_book_worker *worker = &d->book.workers[w];
    struct sbs_attempt *a = &d->book.attempts[worker->current];
    a->state = SBS_ATTEMPT_RUNNING;
    a->begun_s = d->now_s;
    worker->pub.state = SBS_WORKER_BUSY;
    worker->pub.attempts++;
    worker->pub.attempt = worker->current;
    worker->cancelling = false;
    d->out.attempts++;
    uint32_t attempt = worker->current;
    d->backend.ops->begin(d->backend.self, w, attempt, a->first_unit,
                          a->n_units);
    for (uint32_t i = 0; i < d->on_begun.n; i++) {
        struct driver_layer *l = d->on_begun.layer[i];
        l->policy->on_begun(&l->ctx, attempt);
    }
}

static void begin_probe(struct sbs_driver *d, uint32_t w, double ref_s)
{
    struct sbs_worker *pub = &d->book.workers[w].pub;
    pub->state = SBS_WORKER_PROBING;
    d->backend.ops->probe(d->backend.self, w, ref_s);
}

/* Ask the layers what an idle worker shall do; true = it has an attempt. It
 * stays without one when held or sent to a probe. */
static bool ask_on_idle(struct sbs_driver *d, uint32_t w, bool *hold)
{
    struct sbs_book *b = &d->book;
    /* A hook may wake another worker up, which is then asked in between. */
    struct driver_answer inner = { .asking = w }, *outer = d->answer;
    d->answer = &inner;
    b->workers[w].asked = true;
    for (uint32_t i = 0; i < d->on_idle.n; i++) {
        struct driver_layer *l = d->on_idle.layer[i];
        if (l->policy->on_idle(&l->ctx, w) == SBS_TAKEN)
            break;
    }
    d->answer = outer;
    b->workers[w].asked = false;
    *hold = inner.hold;
    if (inner.probe_s > 0) {
        *hold = true;
        begin_probe(d, w, inner.probe_s);
        return false;
    }
    if (inner.assigned)
        b->workers[w].current =
            sbs_book_add_attempt(b, w, inner.units, d->now_s);
    else
        sbs_driver_make_current(d, w);
    return b->workers[w].current != SBS_NONE;
}

void sbs_driver_employ(struct sbs_driver *d, uint32_t w)
{
    struct sbs_book_worker *worker = &d->book.workers[w];
    /* A hook may have found work for it already, or is just about to. */
    if (worker->pub.state != SBS_WORKER_IDLE || worker->asked)
        return;
    if (worker->pub.stopping) {
        /* No more work for it: it exits before its stop takes effect. */
        abandon(d, w, SBS_LOSS_STOPPED, SBS_ATTEMPT_CANCELLED);
        d->backend.ops->leave(d->backend.self, w);
        return;
    }
    if (worker->current == SBS_NONE)
        sbs_driver_make_current(d, w);
    bool hold = false;
    if (d->book.workers[w].current != SBS_NONE || ask_on_idle(d, w, &hold)) {
        begin(d, w);
        return;
    }
    if (hold)
        return;
    d->book.workers[w].pub.state = SBS_WORKER_ENDED;
    d->live--;
    d->backend.ops->leave(d->backend.self, w);
}

int sbs_driver_stop(struct sbs_driver *d, uint32_t w)
{
    if (w >= d->book.n_workers)
        return -1;
    struct sbs_worker *pub = &d->book.workers[w].pub;
    if (pub->stopping || pub->state == SBS_WORKER_ENDED ||
        d->book.workers[w].asked)
        return -1;
    pub->stopping = true;
    d->live--;
    d->backend.ops->stop(d->backend.self, w);
    return 0;
}

/* A worker that has not begun its attempt drops it at once; without other
 * work there is no reason left to have it. */
static void cancel_waiting(struct sbs_driver *d, uint32_t w)
{
    struct sbs_book *b = &d->book;
    struct sbs_attempt *at = &b->attempts[b->workers[w].current];
    at->state = SBS_ATTEMPT_CANCELLED;
    b->workers[w].current = SBS_NONE;
    redo(d, w, SBS_LOSS_STOPPED,
         (struct sbs_range){ at->first_unit,
                             at->first_unit + at->n_units });
    if (b->workers[w].current == SBS_NONE)
        sbs_driver_make_current(d, w);
    if (b->workers[w].current == SBS_NONE && sbs_book_queued(b) == 0)
        sbs_driver_stop(d, w);
}

int sbs_driver_cancel(struct sbs_driver *d, uint32_t attempt)
{
    struct sbs_book *b = &d->book;
    if (attempt >= b->n_attempts)
        return -1;
    struct sbs_attempt *at = &b->attempts[attempt];
    struct sbs_book_worker *w = &b->workers[at->worker];
    if (at->state > SBS_ATTEMPT_RUNNING || w->pub.stopping)
        return -1;
    if (at->state == SBS_ATTEMPT_WAITING) {
        d->out.cancelled++;
        cancel_waiting(d, at->worker);
        return 0;
    }
    if (w->cancelling)
        return -1;
    w->cancelling = true;
    d->out.cancelled++;
    d->backend.ops->cancel(d->backend.self, at->worker);
    return 0;
}

/* ---- results ----------------------------------------------------------- */

/* All of a worker's current attempt is held by the client already. */
static bool attempt_is_moot(const struct sbs_book *b, uint32_t a)
{
    const struct sbs_attempt *at = &b->attempts[a];
    for (uint32_t u = at->first_unit; u < at->first_unit + at->n_units; u++)
        if (!(b->unit_flags[u] & SBS_UNIT_SEEN))
            return false;
    return true;
}

void sbs_driver_drop_if_moot(struct sbs_driver *d, uint32_t w)
{
    uint32_t a = d->book.workers[w].current;
    if (a != SBS_NONE && attempt_is_moot(&d->book, a))
        sbs_driver_cancel(d, a);
}

/* The losers of a race for unit u are ordered stopped. */
static void cancel_losers(struct sbs_driver *d, uint32_t u)
{
    struct sbs_book *b = &d->book;
    if (b->holders[u] == 0)
        return;
    sbs_driver_drop_if_moot(d, b->owner[u]);
    for (uint32_t i = b->copy_head[u]; i != SBS_NONE; i = b->copies[i].next)
        sbs_driver_drop_if_moot(d, b->copies[i].worker);
}

static void note_task(struct sbs_driver *d, uint32_t task)
{
    uint32_t needed = d->plan->needed;
    d->tasks_seen++;
    d->backend.ops->task_complete(d->backend.self, task);
    if (d->tasks_seen == 1)
        d->out.first_s = d->now_s;
    if (d->tasks_seen == (needed + 1) / 2)
        d->out.half_s = d->now_s;
    if (d->tasks_seen == needed) {
        d->out.makespan_s = d->now_s;
        d->out.finished = 1;
    }
}

static bool note_unit(struct sbs_driver *d, uint32_t u)
{
    struct sbs_book *b = &d->book;
    if (b->unit_flags[u] & SBS_UNIT_SEEN)
        return false;
    b->unit_flags[u] |= SBS_UNIT_SEEN;
    uint32_t task = sbs_book_task_of(b, u);
    if (--b->task_left[task] == 0)
        note_task(d, task);
    return true;
}

static void on_seen(struct sbs_driver *d, uint32_t a)
{
    struct sbs_book *b = &d->book;
    struct sbs_attempt *at = &b->attempts[a];
    uint32_t first = at->first_unit, end = first + at->n_units;
    at->seen_s = d->now_s;
    bool used = false;
    for (uint32_t u = first; u < end; u++)
        used |= note_unit(d, u);
    if (used)
        d->out.used_s += at->stored_s - at->begun_s;
    for (uint32_t u = first; u < end && b->copies_made; u++)
        cancel_losers(d, u);
    for (uint32_t i = 0; i < d->on_seen.n; i++) {
        struct driver_layer *l = d->on_seen.layer[i];
        l->policy->on_seen(&l->ctx, a);
    }
}

static void on_uploaded(struct sbs_driver *d, uint32_t w, double compute_s)
{
    struct sbs_book *b = &d->book;
    struct sbs_attempt *a = &b->attempts[b->workers[w].current];
    struct sbs_range units = { a->first_unit, a->first_unit + a->n_units };
    a->state = SBS_ATTEMPT_DONE;
    a->stored_s = d->now_s;
    a->compute_s = compute_s;
    for (uint32_t u = units.first; u < units.end; u++)
        b->unit_flags[u] |= SBS_UNIT_UPLOADED;
    sbs_book_release(b, units);
    b->workers[w].current = SBS_NONE;
    b->workers[w].pub.state = SBS_WORKER_IDLE;
    sbs_driver_employ(d, w);
}

static void on_cancelled(struct sbs_driver *d, uint32_t w)
{
    struct sbs_book *b = &d->book;
    struct sbs_attempt *at = &b->attempts[b->workers[w].current];
    at->state = SBS_ATTEMPT_CANCELLED;
    b->workers[w].current = SBS_NONE;
    b->workers[w].pub.state = SBS_WORKER_IDLE;
    redo(d, w, SBS_LOSS_STOPPED,
         (struct sbs_range){ at->first_unit,
                             at->first_unit + at->n_units });
    sbs_driver_employ(d, w);
}

static bool loses_for_ever(const struct sbs_driver *d)
{
    uint64_t each = (uint64_t)d->plan->workers + d->book.n_units;
    return d->gone > LOST_MAX && d->gone > LOST_MAX + LOST_MAX_EACH * each;
}

static void on_lost(struct sbs_driver *d, const struct sbs_event *e)
{
    if (!d->book.workers[e->worker].pub.stopping) {
        d->live--;
        d->gone++;
        if (loses_for_ever(d))
            d->out.why = SBS_UNFINISHED_LOST;
    }
    abandon(d, e->worker, e->failed ? SBS_LOSS_FAILED : SBS_LOSS_RECLAIMED,
            SBS_ATTEMPT_LOST);
}

static void on_probed(struct sbs_driver *d, uint32_t w, double took_s)
{
    d->book.workers[w].pub.state = SBS_WORKER_IDLE;
    for (uint32_t i = 0; i < d->n_layers; i++)
        if (d->layer[i].policy->on_probed)
            d->layer[i].policy->on_probed(&d->layer[i].ctx, w, took_s);
    sbs_driver_employ(d, w);
}

static void on_ready(struct sbs_driver *d, uint32_t w, int32_t processor)
{
    d->book.workers[w].pub.ready_s = d->now_s;
    d->book.workers[w].pub.state = SBS_WORKER_IDLE;
    d->book.workers[w].pub.processor = processor;
    for (uint32_t i = 0; i < d->on_ready.n; i++) {
        struct driver_layer *l = d->on_ready.layer[i];
        if (!d->book.workers[w].pub.stopping)
            l->policy->on_ready(&l->ctx, w);
    }
    sbs_driver_employ(d, w);
}

static void on_notice(struct sbs_driver *d, const struct sbs_event *e)
{
    for (uint32_t i = 0; i < d->n_layers; i++)
        if (d->layer[i].policy->on_notice)
            d->layer[i].policy->on_notice(&d->layer[i].ctx, e->worker,
                                          e->deadline_s);
}

static void on_timer(struct sbs_driver *d, uint64_t tag)
{
    struct driver_layer *l = &d->layer[tag >> 32];
    if (++d->timers >= IDLE_TIMERS_MAX)
        d->out.why = SBS_UNFINISHED_TIMERS;
    if (l->policy->on_timer)
        l->policy->on_timer(&l->ctx, (uint32_t)tag);
}

static void handle(struct sbs_driver *d, const struct sbs_event *e)
{
    switch (e->kind) {
    case SBS_EVENT_UPLOADED:
        on_uploaded(d, e->worker, e->took_s);
        break;
    case SBS_EVENT_PROBED:
        on_probed(d, e->worker, e->took_s);
        break;
    case SBS_EVENT_SEEN:
        on_seen(d, e->attempt);
        break;
    case SBS_EVENT_CANCELLED:
        on_cancelled(d, e->worker);
        break;
    case SBS_EVENT_LOST:
        on_lost(d, e);
        break;
    case SBS_EVENT_ENDED:
        abandon(d, e->worker, SBS_LOSS_STOPPED, SBS_ATTEMPT_CANCELLED);
        break;
    case SBS_EVENT_READY:
        on_ready(d, e->worker, e->processor);
        break;
    case SBS_EVENT_NOTICE:
        on_notice(d, e);
        break;
    case SBS_EVENT_TIMER:
        on_timer(d, e->tag);
        break;
    case SBS_EVENT_NONE:
        break;
    }
}

/* ---- a run ------------------------------------------------------------- */

/* The planned launches, wave by wave; the warm ones are not launched, so they
 * belong to the first. The user's own cores come last. */
static void launch_plan(struct sbs_driver *d)
{
    const struct sbs_plan *p = d->plan;
    uint32_t all = p->workers + p->extra;
    uint32_t each = p->wave > 0 ? p->wave : all;
    for (uint32_t first = 0, k = 0; first < all; k++) {
        uint32_t warm = k == 0 ? p->warm : 0, left = all - first;
        uint32_t n = each < left - warm ? each + warm : left;
        launch(d, (struct sbs_launch_order){
                      .n = n,
                      .warm = warm,
                      .not_before_s = k * p->wave_gap_s });
        first += n;
    }
    if (p->local > 0)
        launch(d, (struct sbs_launch_order){ .n = p->local, .local = true });
    d->backend.ops->launched(d->backend.self);
}

static void start(struct sbs_driver *d)
{
    launch_plan(d);
    /* The base first: its work comes before copies of it. */
    for (uint32_t i = d->n_layers; i-- > 0;) {
        struct driver_layer *l = &d->layer[i];
        if (l->policy->start && (l->policy->roles & SBS_ROLE_BASE))
            l->policy->start(&l->ctx);
    }
    d->planned_attempts = d->book.n_attempts;
    for (uint32_t i = 0; i < d->n_layers; i++) {
        struct driver_layer *l = &d->layer[i];
        if (l->policy->start && !(l->policy->roles & SBS_ROLE_BASE))
            l->policy->start(&l->ctx);
    }
}

static void reset(struct sbs_driver *d, struct sbs_backend backend)
{
    sbs_book_reset(&d->book, d->plan->pull && !d->plan->dealt);
    for (struct driver_block *k = d->blocks; k; k = k->next)
        k->used = 0;
    for (uint32_t i = 0; i < d->n_layers; i++) {
        struct driver_layer *l = &d->layer[i];
        if (l->policy->state_size)
            memset(l->ctx.state, 0, l->policy->state_size);
        l->draws = 0;
    }
    d->backend = backend;
    d->now_s = 0;
    d->out = (struct sbs_outcome){ .makespan_s = NAN, .first_s = NAN,
                                   .half_s = NAN };
    d->timers = 0;
    d->tasks_seen = d->planned_attempts = d->live = d->gone = d->ended = 0;
    d->answer = NULL;
}

const char *sbs_unfinished_text(enum sbs_unfinished why)
{
    static const char *const text[SBS_N_UNFINISHED] = {
        [SBS_FINISHED] = "it finished",
        [SBS_UNFINISHED_STUCK] =
            "what is missing waits for workers that never come to it",
        [SBS_UNFINISHED_LOST] = "workers were lost again and again",
        [SBS_UNFINISHED_TIMERS] = "the policy did nothing but wake itself",
    };
    return text[why];
}

static bool goes_on(const struct sbs_driver *d)
{
    return !d->out.finished && d->out.why == SBS_FINISHED &&
           !d->book.out_of_memory;
}

int sbs_driver_run(struct sbs_driver *d, struct sbs_backend backend,
                   struct sbs_outcome *out, struct sbs_error *err)
{
    reset(d, backend);
    start(d);
    struct sbs_event e = { .kind = SBS_EVENT_NONE };
    while (goes_on(d)) {
        backend.ops->next(backend.self, &e);
        if (e.kind == SBS_EVENT_NONE) {
            d->out.why = SBS_UNFINISHED_STUCK;
            break;
        }
        SBS_DASSERT(e.time_s >= d->now_s);
        d->now_s = e.time_s;
        if (e.kind != SBS_EVENT_TIMER)
            d->timers = 0;
        handle(d, &e);
    }
    d->out.workers = d->book.n_workers;
    *out = d->out;
    if (d->book.out_of_memory)
        return sbs_fail(err, SBS_EMEMORY, "out of memory in a run");
    return 0;
}
