/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/replay.h"

#include <math.h>
#include <string.h>

static bool is_over(const struct sbs_replay *r)
{
    return r->differs || r->err.code != SBS_EOK;
}

/* The next line of the log; false when there is none to go by. */
static bool next_line(struct sbs_replay *r, struct sbs_log_entry *e)
{
    if (is_over(r))
        return false;
    return sbs_log_next(r->log, e, &r->err) == 1;
}

static void note_difference(struct sbs_replay *r,
                            const struct sbs_log_entry *logged,
                            const char *now)
{
    r->differs = true;
    r->line = sbs_log_line(r->log);
    r->time_s = logged->time_s;
    sbs_log_text(logged, sbs_log_values(logged->kind), r->logged);
    snprintf(r->now, sizeof r->now, "%s", now);
}

/* The driver does or asks this. On true it is in the log, and *logged has
 * the answer, too. */
static bool expect(struct sbs_replay *r, struct sbs_log_entry now,
                   struct sbs_log_entry *logged)
{
    char text[SBS_LOG_TEXT];
    int n = sbs_log_asked(now.kind);
    now.time_s = r->now_s;
    if (!next_line(r, logged))
        return false;
    if (!sbs_log_same(logged, &now, n)) {
        note_difference(r, logged, sbs_log_text(&now, n, text));
        return false;
    }
    r->decisions += sbs_log_class_of(now.kind) == SBS_LOG_ORDER;
    return true;
}

#define EXPECT(r, kind, ...)                                             \
    expect((r),                                                          \
           (struct sbs_log_entry){ (kind), 0, { __VA_ARGS__ } },         \
           &logged)

static void replay_launch(void *self, const struct sbs_launch_order *o)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_LAUNCH, o->first, o->n, o->warm, o->local,
           o->not_before_s);
}

static void replay_launched(void *self)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_LAUNCHED, 0);
}

static double replay_requested_s(void *self, uint32_t worker)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_REQUESTED_S, worker) ? logged.value[1]
                                                     : INFINITY;
}

static void replay_begin(void *self, uint32_t worker, uint32_t attempt,
                         uint32_t first_unit, uint32_t n_units)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_BEGIN, worker, attempt, first_unit, n_units);
}

static void replay_probe(void *self, uint32_t worker, double ref_s)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_PROBE, worker, ref_s);
}

static double replay_progress(void *self, uint32_t worker)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_PROGRESS, worker) ? logged.value[1] : 0;
}

static uint32_t replay_unbegun(void *self, uint32_t worker)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_UNBEGUN, worker) ? (uint32_t)logged.value[1]
                                                 : 0;
}

static void replay_shorten(void *self, uint32_t worker, uint32_t n_units)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_SHORTEN, worker, n_units);
}

static void replay_cancel(void *self, uint32_t worker)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_CANCEL, worker);
}

static void replay_stop(void *self, uint32_t worker)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_STOP, worker);
}

static void replay_leave(void *self, uint32_t worker)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_LEAVE, worker);
}

static void replay_wake_at(void *self, double t_s, uint64_t tag)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_WAKE_AT, (double)(tag >> 32), (uint32_t)tag, t_s);
}

static void replay_task_complete(void *self, uint32_t task)
{
    struct sbs_log_entry logged;
    EXPECT(self, SBS_LOG_TASK_COMPLETE, task);
}

static bool replay_over_quota(void *self)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_OVER_QUOTA, 0) && logged.value[0] != 0;
}

/* A policy that draws until it likes the number must find one, even behind
 * the first difference: multiples of the golden ratio are everywhere. */
static double replay_policy_u01(void *self, uint32_t layer, uint32_t draw)
{
    struct sbs_replay *r = self;
    struct sbs_log_entry logged;
    if (EXPECT(r, SBS_LOG_POLICY_U01, layer, draw))
        return logged.value[2];
    return fmod(0.5 + 0.6180339887498949 * ++r->invented, 1);
}

static double replay_predicted_s(void *self, uint32_t task)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_PREDICTED_S, task) ? logged.value[1] : 1;
}

static double replay_foresee_work_s(void *self, uint32_t worker, double t_s)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_FORESEE_WORK_S, worker, t_s)
               ? logged.value[2]
               : NAN;
}

static double replay_foresee_task_s(void *self, uint32_t task)
{
    struct sbs_log_entry logged;
    return EXPECT(self, SBS_LOG_FORESEE_TASK_S, task) ? logged.value[1] : NAN;
}

static void replay_next(void *self, struct sbs_event *event)
{
    struct sbs_replay *r = self;
    struct sbs_log_entry e;
    *event = (struct sbs_event){ .kind = SBS_EVENT_NONE, .time_s = r->now_s };
    if (!next_line(r, &e))
        return;
    if (sbs_log_class_of(e.kind) != SBS_LOG_EVENT) {
        note_difference(r, &e, "nothing more until the next event");
        return;
    }
    *event = sbs_log_event(&e);
    r->now_s = e.time_s;
    r->events++;
}

static const struct sbs_backend_ops replay_ops = {
    .launch = replay_launch,
    .launched = replay_launched,
    .requested_s = replay_requested_s,
    .begin = replay_begin,
    .probe = replay_probe,
    .progress = replay_progress,
    .unbegun = replay_unbegun,
    .shorten = replay_shorten,
    .cancel = replay_cancel,
    .stop = replay_stop,
    .leave = replay_leave,
    .wake_at = replay_wake_at,
    .task_complete = replay_task_complete,
    .over_quota = replay_over_quota,
    .policy_u01 = replay_policy_u01,
    .predicted_s = replay_predicted_s,
    .foresee_work_s = replay_foresee_work_s,
    .foresee_task_s = replay_foresee_task_s,
    .next = replay_next,
};

int sbs_replay_run(struct sbs_replay *r, struct sbs_log *log,
                   struct sbs_driver *driver, struct sbs_error *err)
{
    struct sbs_outcome out;
    *r = (struct sbs_replay){ .log = log };
    struct sbs_backend backend = { &replay_ops, r };
    if (sbs_driver_run(driver, backend, &out, err) != 0)
        return -1;
    struct sbs_log_entry logged, now = sbs_log_of_outcome(&out, r->now_s);
    if (next_line(r, &logged) &&
        !sbs_log_same(&logged, &now, sbs_log_values(now.kind))) {
        char text[SBS_LOG_TEXT];
        sbs_log_text(&now, sbs_log_values(now.kind), text);
        note_difference(r, &logged, text);
    }
    if (r->err.code == SBS_EOK)
        return 0;
    if (err)
        *err = r->err;
    return -1;
}
