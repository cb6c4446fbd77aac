/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated backend: answers the driver's orders with events in virtual
 * time. doc/semantics.md is its specification. */
#include "config.h"

#include "sim/sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "model/backend.h"
#include "model/journal.h"
#include "sim/attempt.h"
#include "sim/purpose.h"
#include "sim/state.h"

/* ---- growing arrays, rare after the first replications ----------------- */

static bool grow(struct sbs_sim *s, void **array, uint32_t *cap,
                 uint32_t want, size_t size)
{
    if (want <= *cap)
        return true;
    uint32_t n = want < 2 * *cap ? 2 * *cap : want;
    void *more = realloc(*array, n * size);
    if (!more) {
        s->out_of_memory = true;
        return false;
    }
    *array = more;
    *cap = n;
    return true;
}

#define GROW(s, array, cap, want) \
    grow(s, (void **)&(s)->array, &(s)->cap, want, sizeof *(s)->array)

/* ---- timers ------------------------------------------------------------ */

static bool timer_before(const struct sim_timer *a, const struct sim_timer *b)
{
    return a->time_s < b->time_s ||
           (a->time_s == b->time_s && a->order < b->order);
}

static void timer_push(struct sbs_sim *s, double t_s, uint64_t tag)
{
    if (!GROW(s, timers, cap_timers, s->n_timers + 1))
        return;
    struct sim_timer x = { t_s, s->timer_order++, tag };
    uint32_t i = s->n_timers++;
    for (; i > 0 && timer_before(&x, &s->timers[(i - 1) / 2]);
         i = (i - 1) / 2)
        s->timers[i] = s->timers[(i - 1) / 2];
    s->timers[i] = x;
}

static struct sim_timer timer_pop(struct sbs_sim *s)
{
    struct sim_timer first = s->timers[0], x = s->timers[--s->n_timers];
    uint32_t i = 0;
    for (;;) {
        uint32_t k = 2 * i + 1;
        if (k >= s->n_timers)
            break;
        if (k + 1 < s->n_timers &&
            timer_before(&s->timers[k + 1], &s->timers[k]))
            k++;
        if (!timer_before(&s->timers[k], &x))
            break;
        s->timers[i] = s->timers[k];
        i = k;
    }
    s->timers[i] = x;
    return first;
}

/* ---- a worker's next event --------------------------------------------- */

static inline void consider(double t_s, enum sbs_event_kind kind,
                            double *best_s, enum sbs_event_kind *best)
{
    if (t_s < *best_s || (t_s == *best_s && kind < *best)) {
        *best_s = t_s;
        *best = kind;
    }
}

static double notice_s(const struct sbs_sim *s, const struct sim_worker *w,
                       double now_s)
{
    double t = w->fate.lost_s - s->platform.model->loss.notice_s;
    return fmax(fmax(t, w->fate.granted_s), now_s);
}

/* What comes next for a worker that is left alone. */
static enum sbs_event_kind by_itself(const struct sim_worker *w, double *t_s)
{
    *t_s = w->over_s;
    if (w->on_attempt)
        return w->fails ? SBS_EVENT_LOST : SBS_EVENT_UPLOADED;
    if (w->probing)
        return SBS_EVENT_PROBED;
    *t_s = w->ready ? INFINITY : w->fate.ready_s;
    return w->ready ? SBS_EVENT_NONE : SBS_EVENT_READY;
}

/* It has been ordered to drop its attempt or to stop, or is to be lost. */
static bool is_threatened(const struct sim_worker *w)
{
    return w->stop_s < INFINITY || w->fate.lost_s < INFINITY ||
           (w->on_attempt && w->cancel_s < INFINITY);
}

static void consider_threats(const struct sbs_sim *s,
                             const struct sim_worker *w, double *t_s,
                             enum sbs_event_kind *kind)
{
    if (w->on_attempt && isfinite(w->cancel_s))
        consider(w->cancel_s, SBS_EVENT_CANCELLED, t_s, kind);
    if (isfinite(w->stop_s))
        consider(w->stop_s, SBS_EVENT_ENDED, t_s, kind);
    if (isfinite(w->fate.lost_s)) {
        consider(w->fate.lost_s, SBS_EVENT_LOST, t_s, kind);
        if (!w->noticed)
            consider(notice_s(s, w, s->now_s), SBS_EVENT_NOTICE, t_s, kind);
    }
}

void sbs_sim_schedule(struct sbs_sim *s, uint32_t i)
{
    const struct sim_worker *w = &s->workers[i];
    double t;
    enum sbs_event_kind kind = by_itself(w, &t);
    if (is_threatened(w))
        consider_threats(s, w, &t, &kind);
    if (s->seating)
        sbs_queue_seat(&s->queue, i, t, (uint32_t)kind);
    else
        sbs_queue_set(&s->queue, i, t, (uint32_t)kind);
    if (s->stale == i)
        s->stale = SIM_NONE;
}

/* ---- launching --------------------------------------------------------- */

/* The launch of worker i is granted at t_s. */
static void grant(struct sbs_sim *s, uint32_t i, double t_s)
{
    struct sim_worker *w = &s->workers[i];
    w->granted = true;
    if (w->local)
        sbs_platform_own(&s->platform, &w->fate);
    else
        sbs_platform_fate(&s->platform, &s->natures, i, t_s, w->warm, w->spot,
                          &w->fate);
    sbs_sim_schedule(s, i);
}

/* Zeroed all at once: one by one takes longer than all the rest. */
static void reset_workers(struct sbs_sim *s, const struct sbs_launch_order *o)
{
    memset(&s->workers[o->first], 0, o->n * sizeof *s->workers);
    for (uint32_t i = o->first; i < o->first + o->n; i++) {
        struct sim_worker *w = &s->workers[i];
        w->cancel_s = w->stop_s = INFINITY;
        w->end_s = w->free_s = NAN;
        w->fate.granted_s = w->fate.ready_s = INFINITY;
        w->fate.pull_start_s = w->fate.lost_s = INFINITY;
        w->spot = !o->local && sbs_plan_is_spot(s->plan, i);
    }
}

static void launch_cold(struct sbs_sim *s, uint32_t first, uint32_t n,
                        double not_before_s)
{
    double before = s->launcher.client_free_s;
    double from = fmax(s->now_s, not_before_s);
    sbs_launch_order(&s->launcher, from, first, n, s->launched);
    /* A launch ordered while polling keeps the client's thread busy. */
    if (!s->platform.model->client.poll_while_launching)
        sbs_client_delay(&s->client, fmax(before, s->now_s),
                         s->launcher.client_free_s);
    for (uint32_t k = 0; k < n; k++) {
        struct sim_worker *w = &s->workers[first + k];
        w->requested_s = s->launched[k].requested_s;
        w->fate.granted_s = s->launched[k].granted_s;
        if (!s->launched[k].queued)
            grant(s, first + k, s->launched[k].granted_s);
        else if (GROW(s, waiting, cap_waiting, s->n_waiting + 1))
            s->waiting[s->n_waiting++] = first + k;
    }
}

/* So many workers get their places in the queue in one go. */
enum { SEATED_TOGETHER = 8 };

static void backend_launch(void *self, const struct sbs_launch_order *o)
{
    struct sbs_sim *s = self;
    uint32_t first = o->first, n = o->n;
    /* What is there already goes through no launcher. */
    uint32_t present = o->local ? n : o->warm;
    if (!GROW(s, workers, cap_workers, first + n) ||
        !GROW(s, launched, cap_launched, n) ||
        sbs_queue_reserve(&s->queue, first + n) != 0 ||
        sbs_platform_natures(&s->platform, first + n, &s->natures) != 0) {
        s->out_of_memory = true;
        return;
    }
    s->n_workers = first + n;
    reset_workers(s, o);
    s->seating = n > SEATED_TOGETHER;
    for (uint32_t i = first; i < first + present; i++) {
        s->workers[i].local = o->local;
        s->workers[i].warm = !o->local;
        if (!o->local)
            sbs_launch_occupy(&s->launcher);
        grant(s, i, 0);
    }
    if (n > present)
        launch_cold(s, first + present, n - present, o->not_before_s);
    if (s->seating)
        sbs_queue_play(&s->queue);
    s->seating = false;
}

static void backend_launched(void *self)
{
    struct sbs_sim *s = self;
    const struct sbs_model *m = s->platform.model;
    s->planned = s->launcher;
    if (!m->client.poll_while_launching)
        sbs_client_begin(&s->client, s->launcher.client_free_s);
}

static double backend_requested_s(void *self, uint32_t worker)
{
    const struct sbs_sim *s = self;
    return s->workers[worker].requested_s;
}

/* ---- the life of a worker ---------------------------------------------- */

void sbs_sim_end(struct sbs_sim *s, uint32_t i, double at_s)
{
    struct sim_worker *w = &s->workers[i];
    sbs_sim_book(w, at_s);
    w->end_s = at_s;
    sbs_queue_drop(&s->queue, i);
    if (s->stale == i)
        s->stale = SIM_NONE;
}

/* The place of a worker that is gone goes to the first in line. A core of
 * the user had none. */
static void release_place(struct sbs_sim *s, uint32_t gone, double t_s)
{
    if (s->workers[gone].local)
        return;
    while (s->waiting_head < s->n_waiting) {
        uint32_t i = s->waiting[s->waiting_head++];
        struct sim_worker *w = &s->workers[i];
        if (isnan(w->end_s)) {
            grant(s, i, fmax(t_s, w->fate.granted_s));
            return;
        }
    }
    s->launcher.places += 1;
}

static double stop_delay_s(const struct sbs_sim *s, uint32_t i,
                           struct sim_worker *w)
{
    const struct sbs_dist *d = &s->platform.model->stop_s;
    double fixed;
    if (sbs_dist_is_const(d, &fixed))
        return fixed;
    return sbs_dist_quantile(d, sbs_rng_u01(&s->platform.stream, i,
                                            SBS_FOR_STOP, w->stops++, 0));
}

static void backend_cancel(void *self, uint32_t i)
{
    struct sbs_sim *s = self;
    struct sim_worker *w = &s->workers[i];
    w->cancel_s = s->now_s + stop_delay_s(s, i, w);
    sbs_sim_schedule(s, i);
}

static void backend_stop(void *self, uint32_t i)
{
    struct sbs_sim *s = self;
    struct sim_worker *w = &s->workers[i];
    w->stop_s = s->now_s + stop_delay_s(s, i, w);
    sbs_sim_schedule(s, i);
}

static void backend_leave(void *self, uint32_t i)
{
    struct sbs_sim *s = self;
    sbs_sim_end(s, i, s->now_s);
    release_place(s, i, s->now_s);
}

static void backend_wake_at(void *self, double t_s, uint64_t tag)
{
    timer_push(self, t_s, tag);
}

static void backend_task_complete(void *self, uint32_t task)
{
    struct sbs_sim *s = self;
    sbs_client_task_complete(&s->client, task);
    if (s->held_s)
        s->held_s[s->n_held++] = s->now_s;
}

static bool backend_over_quota(void *self)
{
    struct sbs_sim *s = self;
    while (s->waiting_head < s->n_waiting &&
           !isnan(s->workers[s->waiting[s->waiting_head]].end_s))
        s->waiting_head++;
    return s->waiting_head < s->n_waiting;
}

static double backend_policy_u01(void *self, uint32_t layer, uint32_t draw)
{
    const struct sbs_sim *s = self;
    return sbs_rng_u01(&s->platform.stream, layer, SBS_FOR_POLICY, 0, draw);
}

static double backend_predicted_s(void *self, uint32_t task)
{
    const struct sbs_sim *s = self;
    const struct sbs_workload *w = s->scenario->workload;
    return s->plan->work_scale * (w->list_s ? w->list_s[task % w->list_n]
                                            : sbs_dist_mean(&w->ref_s));
}

static double backend_foresee_work_s(void *self, uint32_t i, double t_s)
{
    const struct sbs_sim *s = self;
    const struct sbs_fate *f = &s->workers[i].fate;
    if (!s->workers[i].granted || !(f->ready_s < t_s))
        return 0;
    return sbs_platform_work(&s->platform, i, f, f->ready_s,
                             fmin(t_s, f->lost_s));
}

static double backend_foresee_task_s(void *self, uint32_t task)
{
    const struct sbs_sim *s = self;
    return s->unit_s[task] * s->plan->units_per_task;
}

/* ---- events ------------------------------------------------------------ */

static void upload(struct sbs_sim *s, const struct sim_worker *w)
{
    uint32_t k = s->plan->units_per_task;
    uint32_t first = w->first_unit, last = first + w->n_units - 1;
    if (sbs_client_upload(&s->client, w->attempt, s->now_s, w->collect_s,
                          k == 1 ? first : first / k,
                          k == 1 ? last : last / k) != 0)
        s->out_of_memory = true;
}

/* What the worker's event means for the simulator's own books. */
static void apply(struct sbs_sim *s, struct sbs_event *e)
{
    struct sim_worker *w = &s->workers[e->worker];
    switch (e->kind) {
    case SBS_EVENT_READY:
        w->ready = true;
        w->free_s = e->time_s;
        e->processor = w->fate.processor;
        break;
    case SBS_EVENT_PROBED:
        e->took_s = e->time_s - w->begun_s;
        sbs_sim_book(w, e->time_s);
        break;
    case SBS_EVENT_UPLOADED:
        e->took_s = w->compute_to_s - w->compute_from_s;
        sbs_sim_book(w, e->time_s);
        upload(s, w);
        break;
    case SBS_EVENT_CANCELLED:
        sbs_sim_book(w, e->time_s);
        w->cancel_s = INFINITY;
        break;
    case SBS_EVENT_NOTICE:
        w->noticed = true;
        e->deadline_s = w->fate.lost_s;
        break;
    case SBS_EVENT_LOST:
        e->failed = w->on_attempt && w->fails && e->time_s >= w->over_s;
        sbs_sim_end(s, e->worker, e->time_s);
        release_place(s, e->worker, e->time_s);
        return;
    default: /* ENDED */
        sbs_sim_end(s, e->worker, e->time_s);
        if (w->granted)
            release_place(s, e->worker, e->time_s);
        return;
    }
    /* It mostly begins something at once or leaves: one move in the queue
     * instead of two. */
    s->stale = e->worker;
}

static void take_worker_event(struct sbs_sim *s, struct sbs_queue_entry first,
                              struct sbs_event *e)
{
    const struct sim_worker *w = &s->workers[first.slot];
    e->kind = (enum sbs_event_kind)first.kind;
    e->time_s = s->now_s = first.time_s;
    e->worker = first.slot;
    e->attempt = w->on_attempt ? w->attempt : SBS_NO_ATTEMPT;
    apply(s, e);
}

static void backend_next(void *self, struct sbs_event *e)
{
    struct sbs_sim *s = self;
    if (s->stale != SIM_NONE)
        sbs_sim_schedule(s, s->stale);
    struct sbs_queue_entry first = sbs_queue_first(&s->queue);
    double worker_s = first.time_s;
    double timer_s = s->n_timers ? s->timers[0].time_s : INFINITY;
    double seen_s =
        s->client.n_waiting ? sbs_client_next_s(&s->client) : INFINITY;
    double least_s = sbs_lesser(sbs_lesser(worker_s, timer_s), seen_s);
    if (s->out_of_memory || !(least_s < INFINITY)) {
        e->kind = SBS_EVENT_NONE;
        e->worker = 0;
        e->time_s = s->now_s;
    } else if (worker_s == least_s &&
               (worker_s < seen_s || first.kind == SBS_EVENT_UPLOADED)) {
        take_worker_event(s, first, e);
    } else if (seen_s == least_s) {
        e->kind = SBS_EVENT_SEEN;
        e->time_s = s->now_s = seen_s;
        e->attempt = sbs_client_take(&s->client);
    } else {
        struct sim_timer t = timer_pop(s);
        e->kind = SBS_EVENT_TIMER;
        e->time_s = s->now_s = t.time_s;
        e->tag = t.tag;
    }
}

static const struct sbs_backend_ops backend_ops = {
    .launch = backend_launch,
    .launched = backend_launched,
    .requested_s = backend_requested_s,
    .begin = sbs_attempt_begin,
    .probe = sbs_attempt_probe,
    .progress = sbs_attempt_progress,
    .unbegun = sbs_attempt_unbegun,
    .shorten = sbs_attempt_shorten,
    .cancel = backend_cancel,
    .stop = backend_stop,
    .leave = backend_leave,
    .wake_at = backend_wake_at,
    .task_complete = backend_task_complete,
    .over_quota = backend_over_quota,
    .policy_u01 = backend_policy_u01,
    .predicted_s = backend_predicted_s,
    .foresee_work_s = backend_foresee_work_s,
    .foresee_task_s = backend_foresee_task_s,
    .next = backend_next,
};

/* ---- a replication ----------------------------------------------------- */

enum { TOGETHER = 64 }; /* tasks drawn at a time */

void sbs_sim_draw_tasks(const struct sbs_platform *p,
                        const struct sbs_workload *w, uint32_t first,
                        uint32_t n, double *work_s)
{
    double u[TOGETHER], unused[TOGETHER];
    if (w->list_s) {
        for (uint32_t i = 0; i < n; i++)
            work_s[i] = w->list_s[(first + i) % w->list_n];
        return;
    }
    if (!sbs_dist_is_const(&w->ref_s, NULL))
        p->batch->entities(&p->stream, first, SBS_FOR_WORK, 0, 0, n, u,
                           unused);
    sbs_dist_quantiles(&w->ref_s, n, u, work_s);
}

static void draw_work(struct sbs_sim *s)
{
    double k = s->plan->units_per_task;
    for (uint32_t t = 0, n; t < s->plan->tasks; t += n) {
        n = s->plan->tasks - t < TOGETHER ? s->plan->tasks - t : TOGETHER;
        sbs_sim_draw_tasks(&s->platform, s->scenario->workload, t, n,
                           s->unit_s + t);
        for (uint32_t i = 0; i < n; i++)
            s->unit_s[t + i] = s->unit_s[t + i] * s->plan->work_scale / k;
    }
}

static void reset(struct sbs_sim *s, uint32_t replication)
{
    const struct sbs_scenario *c = s->scenario;
    const struct sbs_model *m = &c->models->models[replication %
                                                   c->models->n];
    double gain = 1;
    sbs_model_gain(m, s->plan->vcpu, &gain, NULL); /* known: sbs_sim_plan */
    sbs_platform_reset(&s->platform, m, c->seed, replication, gain);
    sbs_launch_reset(&s->launcher, m, &s->platform.stream,
                     s->platform.call_factor,
                     sbs_sim_places(m, s->plan->vcpu));
    if (s->plan->launches_per_call > 0)
        s->launcher.per_call = s->plan->launches_per_call;
    sbs_client_reset(&s->client, m->client.poll_s, m->client.poll_task_s);
    if (m->client.poll_while_launching)
        sbs_client_begin(&s->client, s->launcher.client_free_s);
    sbs_queue_clear(&s->queue);
    s->n_held = s->natures.n = s->n_chunks = 0;
    s->n_workers = s->n_waiting = s->waiting_head = s->n_timers = 0;
    s->timer_order = 0;
    s->stale = SIM_NONE;
    s->now_s = 0;
    sbs_attempt_reset(s);
    draw_work(s);
}

int sbs_sim_replicate(struct sbs_sim *sim, struct sbs_driver *driver,
                      uint32_t replication, double metrics[SBS_N_METRICS],
                      struct sbs_error *err)
{
    struct sbs_outcome out;
    for (int i = 0; i < SBS_N_METRICS; i++)
        metrics[i] = NAN;
    reset(sim, replication);
    struct sbs_backend backend = { &backend_ops, sim };
    if (sim->journal)
        backend = sbs_journal_begin(sim->journal, backend);
    if (sbs_driver_run(driver, backend, &out, err) != 0)
        return -1;
    sim->why = out.why;
    if (sim->out_of_memory)
        return sbs_fail(err, SBS_EMEMORY, "out of memory in a replication");
    if (sim->journal && sbs_journal_end(sim->journal, &out, err) != 0)
        return -1;
    return out.finished ? sbs_account_close(sim, &out, metrics, err) : 0;
}

void sbs_sim_record(struct sbs_sim *sim, struct sbs_journal *journal)
{
    sim->journal = journal;
}

void sbs_sim_note_held(struct sbs_sim *sim, double *held_s)
{
    sim->held_s = held_s;
}

void sbs_sim_note_chunks(struct sbs_sim *sim, struct sbs_chunk *chunk,
                         uint32_t cap)
{
    sim->chunks = chunk;
    sim->cap_chunks = cap;
}

uint32_t sbs_sim_noted(const struct sbs_sim *sim)
{
    return sim->n_chunks;
}

uint32_t sbs_sim_held(const struct sbs_sim *sim)
{
    return sim->n_held;
}

enum sbs_unfinished sbs_sim_why(const struct sbs_sim *sim)
{
    return sim->why;
}

/* ---- create, destroy --------------------------------------------------- */

struct sbs_sim *sbs_sim_create(const struct sbs_scenario *s,
                               const struct sbs_plan *plan,
                               struct sbs_error *err)
{
    struct sbs_sim *sim = calloc(1, sizeof *sim);
    if (!sim)
        goto fail;
    sim->scenario = s;
    sim->plan = plan;
    sim->unit_s = calloc(plan->tasks, sizeof *sim->unit_s);
    sim->bounds.task_s = calloc(plan->tasks, sizeof *sim->unit_s);
    if (sim->unit_s && sim->bounds.task_s &&
        sbs_queue_reserve(&sim->queue, sbs_sim_planned(plan)) == 0 &&
        sbs_client_init(&sim->client, plan->tasks) == 0) {
        sim->local_s = sbs_account_local_s(sim);
        return sim;
    }
fail:
    sbs_sim_destroy(sim);
    sbs_fail(err, SBS_EMEMORY, "out of memory for %u tasks", plan->tasks);
    return NULL;
}

void sbs_sim_destroy(struct sbs_sim *sim)
{
    if (!sim)
        return;
    sbs_client_fini(&sim->client);
    sbs_queue_fini(&sim->queue);
    sbs_natures_fini(&sim->natures);
    free(sim->workers);
    free(sim->waiting);
    free(sim->launched);
    free(sim->timers);
    free(sim->unit_s);
    free(sim->local_free_at);
    sbs_regret_fini(&sim->bounds);
    free(sim);
}
