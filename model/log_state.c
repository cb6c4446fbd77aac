/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/log_state.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum attempt_state { RUNNING, STORED, SEEN, DROPPED };

struct log_attempt {
    uint32_t number, first_unit, n_units;
    enum attempt_state state;
};

struct log_worker {
    enum sbs_worker_state state;
    bool stopping, cancelling;
    struct log_attempt *attempt; /* while busy */
};

int sbs_log_state_init(struct sbs_log_state *s,
                       const struct sbs_log_header *header)
{
    uint32_t units = header->plan.tasks * header->plan.units_per_task;
    *s = (struct sbs_log_state){ .header = header, .units = units };
    s->unit_seen = calloc(units / 8 + 1, 1);
    return s->unit_seen ? 0 : -1;
}

void sbs_log_state_fini(struct sbs_log_state *s)
{
    tdestroy(s->attempts, free);
    free(s->worker);
    free(s->unit_seen);
    *s = (struct sbs_log_state){ 0 };
}

static int compare_attempts(const void *a, const void *b)
{
    uint32_t x = ((const struct log_attempt *)a)->number;
    uint32_t y = ((const struct log_attempt *)b)->number;
    return (x > y) - (x < y);
}

static struct log_attempt *find_attempt(const struct sbs_log_state *s,
                                        double number)
{
    struct log_attempt key = { .number = (uint32_t)number };
    void *found = tfind(&key, &s->attempts, compare_attempts);
    return found ? *(struct log_attempt **)found : NULL;
}

/* ---- what can follow ---------------------------------------------------- */

static struct log_worker *worker_of(const struct sbs_log_state *s,
                                    const struct sbs_log_entry *e)
{
    return e->value[0] < s->workers ? &s->worker[(uint32_t)e->value[0]]
                                    : NULL;
}

static bool is_on(const struct log_worker *w, double attempt)
{
    return w->state == SBS_WORKER_BUSY && w->attempt->number == attempt;
}

static const char *event_of_worker(const struct sbs_log_state *s,
                                   const struct sbs_log_entry *e,
                                   const struct log_worker *w)
{
    if (w->state == SBS_WORKER_ENDED)
        return "the worker has ended";
    switch (e->kind) {
    case SBS_LOG_STORED:
        return is_on(w, e->value[1]) ? NULL : "it is not on this attempt";
    case SBS_LOG_CANCELLED:
        return is_on(w, e->value[1]) && w->cancelling
                   ? NULL
                   : "nobody has cancelled this attempt";
    case SBS_LOG_PROBED:
        return w->state == SBS_WORKER_PROBING ? NULL : "it is on no probe";
    case SBS_LOG_LOST:
        if (w->state == SBS_WORKER_BUSY ? is_on(w, e->value[1])
                                        : e->value[1] < 0)
            return NULL;
        return "it is not on this attempt";
    case SBS_LOG_ENDED:
        return w->stopping ? NULL : "nobody has stopped it";
    case SBS_LOG_READY:
        if (w->state != SBS_WORKER_STARTING)
            return "it is ready already";
        return e->value[1] < s->header->constants.processors
                   ? NULL
                   : "it is of no known processor";
    default:
        return NULL;
    }
}

static const char *event_of_client(const struct sbs_log_state *s,
                                   const struct sbs_log_entry *e)
{
    if (e->kind == SBS_LOG_TIMER)
        return e->value[0] < s->header->n_layers ? NULL : "no such layer";
    if (e->kind == SBS_LOG_NOTHING)
        return NULL;
    const struct log_attempt *a = find_attempt(s, e->value[0]);
    return a && a->state == STORED ? NULL : "its result is not stored";
}

static const char *check_event(const struct sbs_log_state *s,
                               const struct sbs_log_entry *e)
{
    if (e->kind == SBS_LOG_SEEN || e->kind == SBS_LOG_TIMER ||
        e->kind == SBS_LOG_NOTHING)
        return event_of_client(s, e);
    const struct log_worker *w = worker_of(s, e);
    return w ? event_of_worker(s, e, w) : "no such worker";
}

static const char *check_launch(const struct sbs_log_state *s,
                                const struct sbs_log_entry *e)
{
    const double *v = e->value;
    if (v[0] != s->workers)
        return "not the next worker";
    if (v[1] < 1 || v[2] > v[1])
        return "not so many workers";
    return s->workers + v[1] <= SBS_LOG_WORKERS_MAX
               ? NULL
               : "too many workers for a log";
}

static const char *check_begin(const struct sbs_log_state *s,
                               const struct sbs_log_entry *e)
{
    const double *v = e->value;
    if (v[3] < 1 || v[2] + v[3] > s->units)
        return "no such units";
    return find_attempt(s, v[1]) ? "the attempt has begun already" : NULL;
}

/* Orders to one worker, which is there. */
static const char *order_to_worker(const struct sbs_log_state *s,
                                   const struct sbs_log_entry *e,
                                   const struct log_worker *w)
{
    bool idle = w->state == SBS_WORKER_IDLE;
    bool busy = w->state == SBS_WORKER_BUSY;
    switch (e->kind) {
    case SBS_LOG_BEGIN:
        return idle && !w->stopping ? check_begin(s, e)
                                    : "the worker is not idle";
    case SBS_LOG_PROBE:
        return idle && !w->stopping ? NULL : "the worker is not idle";
    case SBS_LOG_LEAVE:
        return idle ? NULL : "the worker is not idle";
    case SBS_LOG_SHORTEN:
        return busy && e->value[1] < w->attempt->n_units
                   ? NULL
                   : "it has not so many units";
    case SBS_LOG_CANCEL:
        return busy && !w->cancelling ? NULL : "nothing to cancel";
    case SBS_LOG_STOP:
        return w->state != SBS_WORKER_ENDED && !w->stopping
                   ? NULL
                   : "it has been stopped already";
    case SBS_LOG_UNBEGUN:
        return busy && e->value[1] < w->attempt->n_units
                   ? NULL
                   : "it has not so many units";
    case SBS_LOG_PROGRESS:
        return busy ? NULL : "the worker is not busy";
    default:
        return NULL;
    }
}

static const char *check_order(const struct sbs_log_state *s,
                               const struct sbs_log_entry *e)
{
    const struct log_worker *w;
    switch (e->kind) {
    case SBS_LOG_LAUNCH:
        return check_launch(s, e);
    case SBS_LOG_WAKE_AT:
    case SBS_LOG_POLICY_U01:
        return e->value[0] < s->header->n_layers ? NULL : "no such layer";
    case SBS_LOG_TASK_COMPLETE:
    case SBS_LOG_PREDICTED_S:
    case SBS_LOG_FORESEE_TASK_S:
        return e->value[0] < s->header->plan.tasks ? NULL : "no such task";
    case SBS_LOG_LAUNCHED:
    case SBS_LOG_OVER_QUOTA:
        return NULL;
    default:
        w = worker_of(s, e);
        return w ? order_to_worker(s, e, w) : "no such worker";
    }
}

static const char *check(const struct sbs_log_state *s,
                         const struct sbs_log_entry *e)
{
    enum sbs_log_class class = sbs_log_class_of(e->kind);
    if (class == SBS_LOG_EVENT)
        return e->time_s >= s->now_s ? check_event(s, e)
                                     : "before the line before it";
    if (e->time_s != s->now_s)
        return "not at the time of the event before it";
    return class == SBS_LOG_END ? NULL : check_order(s, e);
}

/* ---- what it changes ---------------------------------------------------- */

static void set_state(struct sbs_log_state *s, struct log_worker *w,
                      enum sbs_worker_state state)
{
    s->in[w->state]--;
    s->in[state]++;
    w->state = state;
    if (state == SBS_WORKER_ENDED && w->stopping)
        s->stopping--;
}

static int add_workers(struct sbs_log_state *s, uint32_t n)
{
    uint32_t want = s->workers + n;
    if (want > s->cap_workers) {
        uint32_t cap = want < 2 * s->cap_workers ? 2 * s->cap_workers : want;
        struct log_worker *more = realloc(s->worker, cap * sizeof *more);
        if (!more)
            return -1;
        s->worker = more;
        s->cap_workers = cap;
    }
    for (uint32_t i = s->workers; i < want; i++)
        s->worker[i] = (struct log_worker){ .state = SBS_WORKER_STARTING };
    s->workers = want;
    s->in[SBS_WORKER_STARTING] += n;
    return 0;
}

static int begin(struct sbs_log_state *s, struct log_worker *w,
                 const double *v)
{
    struct log_attempt *a = malloc(sizeof *a);
    if (!a)
        return -1;
    *a = (struct log_attempt){ .number = (uint32_t)v[1],
                               .first_unit = (uint32_t)v[2],
                               .n_units = (uint32_t)v[3] };
    if (!tsearch(a, &s->attempts, compare_attempts)) {
        free(a);
        return -1;
    }
    w->attempt = a;
    w->cancelling = false;
    set_state(s, w, SBS_WORKER_BUSY);
    s->begun++;
    return 0;
}

static void leave_attempt(struct sbs_log_state *s, struct log_worker *w,
                          enum attempt_state as)
{
    if (w->state != SBS_WORKER_BUSY)
        return;
    w->attempt->state = as;
    if (as == STORED)
        s->stored++;
    else
        s->dropped++;
}

static void see(struct sbs_log_state *s, struct log_attempt *a)
{
    a->state = SEEN;
    s->seen++;
    for (uint32_t u = a->first_unit; u < a->first_unit + a->n_units; u++) {
        uint8_t bit = (uint8_t)(1u << (u % 8));
        s->units_seen += !(s->unit_seen[u / 8] & bit);
        s->unit_seen[u / 8] |= bit;
    }
}

static int change_worker(struct sbs_log_state *s,
                         const struct sbs_log_entry *e, struct log_worker *w)
{
    switch (e->kind) {
    case SBS_LOG_READY:
    case SBS_LOG_PROBED:
        set_state(s, w, SBS_WORKER_IDLE);
        return 0;
    case SBS_LOG_STORED:
    case SBS_LOG_CANCELLED:
        leave_attempt(s, w, e->kind == SBS_LOG_STORED ? STORED : DROPPED);
        set_state(s, w, SBS_WORKER_IDLE);
        return 0;
    case SBS_LOG_LOST:
    case SBS_LOG_ENDED:
    case SBS_LOG_LEAVE:
        leave_attempt(s, w, DROPPED);
        set_state(s, w, SBS_WORKER_ENDED);
        return 0;
    case SBS_LOG_BEGIN:
        return begin(s, w, e->value);
    case SBS_LOG_PROBE:
        set_state(s, w, SBS_WORKER_PROBING);
        return 0;
    case SBS_LOG_SHORTEN:
        w->attempt->n_units -= (uint32_t)e->value[1];
        return 0;
    case SBS_LOG_CANCEL:
        w->cancelling = true;
        return 0;
    case SBS_LOG_STOP:
        w->stopping = true;
        s->stopping++;
        return 0;
    default:
        return 0;
    }
}

static int change(struct sbs_log_state *s, const struct sbs_log_entry *e)
{
    enum sbs_log_class class = sbs_log_class_of(e->kind);
    if (class == SBS_LOG_ANSWER || class == SBS_LOG_END)
        return 0;
    switch (e->kind) {
    case SBS_LOG_LAUNCH:
        return add_workers(s, (uint32_t)e->value[1]);
    case SBS_LOG_SEEN:
        see(s, find_attempt(s, e->value[0]));
        return 0;
    case SBS_LOG_TASK_COMPLETE:
        s->tasks_complete++;
        return 0;
    case SBS_LOG_TIMER:
    case SBS_LOG_WAKE_AT:
    case SBS_LOG_NOTHING:
    case SBS_LOG_LAUNCHED:
        return 0;
    default:
        return change_worker(s, e, worker_of(s, e));
    }
}

int sbs_log_state_apply(struct sbs_log_state *s,
                        const struct sbs_log_entry *e, const char *where,
                        struct sbs_error *err)
{
    char text[SBS_LOG_TEXT];
    const char *why = check(s, e);
    if (why)
        return sbs_fail(err, SBS_EINPUT, "%s impossible here: %s: %.160s",
                        where, why,
                        sbs_log_text(e, sbs_log_values(e->kind), text));
    if (change(s, e) != 0)
        return sbs_fail(err, SBS_EMEMORY, "%s out of memory", where);
    s->now_s = e->time_s;
    return 0;
}
