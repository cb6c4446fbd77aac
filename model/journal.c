/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/journal.h"

/* Orders are written before they are passed on: of a program that dies in
 * one, the log shows it. */
#define NOTE(j, kind, ...)                                              \
    write_entry((j), &(struct sbs_log_entry){ (kind), (j)->now_s,       \
                                              { __VA_ARGS__ } })

static void write_entry(struct sbs_journal *j, const struct sbs_log_entry *e)
{
    if (!j->failed)
        j->failed = !sbs_log_write(e, j->file);
}

static void journal_launch(void *self, const struct sbs_launch_order *o)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_LAUNCH, o->first, o->n, o->warm, o->local,
         o->not_before_s);
    j->inner.ops->launch(j->inner.self, o);
}

static void journal_launched(void *self)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_LAUNCHED, 0);
    j->inner.ops->launched(j->inner.self);
}

static double journal_requested_s(void *self, uint32_t worker)
{
    struct sbs_journal *j = self;
    double is = j->inner.ops->requested_s(j->inner.self, worker);
    NOTE(j, SBS_LOG_REQUESTED_S, worker, is);
    return is;
}

static void journal_begin(void *self, uint32_t worker, uint32_t attempt,
                          uint32_t first_unit, uint32_t n_units)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_BEGIN, worker, attempt, first_unit, n_units);
    j->inner.ops->begin(j->inner.self, worker, attempt, first_unit, n_units);
}

static void journal_probe(void *self, uint32_t worker, double ref_s)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_PROBE, worker, ref_s);
    j->inner.ops->probe(j->inner.self, worker, ref_s);
}

static double journal_progress(void *self, uint32_t worker)
{
    struct sbs_journal *j = self;
    double is = j->inner.ops->progress(j->inner.self, worker);
    NOTE(j, SBS_LOG_PROGRESS, worker, is);
    return is;
}

static uint32_t journal_unbegun(void *self, uint32_t worker)
{
    struct sbs_journal *j = self;
    uint32_t is = j->inner.ops->unbegun(j->inner.self, worker);
    NOTE(j, SBS_LOG_UNBEGUN, worker, is);
    return is;
}

static void journal_shorten(void *self, uint32_t worker, uint32_t n_units)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_SHORTEN, worker, n_units);
    j->inner.ops->shorten(j->inner.self, worker, n_units);
}

static void journal_cancel(void *self, uint32_t worker)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_CANCEL, worker);
    j->inner.ops->cancel(j->inner.self, worker);
}

static void journal_stop(void *self, uint32_t worker)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_STOP, worker);
    j->inner.ops->stop(j->inner.self, worker);
}

static void journal_leave(void *self, uint32_t worker)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_LEAVE, worker);
    j->inner.ops->leave(j->inner.self, worker);
}

static void journal_wake_at(void *self, double t_s, uint64_t tag)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_WAKE_AT, (double)(tag >> 32), (uint32_t)tag, t_s);
    j->inner.ops->wake_at(j->inner.self, t_s, tag);
}

static void journal_task_complete(void *self, uint32_t task)
{
    struct sbs_journal *j = self;
    NOTE(j, SBS_LOG_TASK_COMPLETE, task);
    j->inner.ops->task_complete(j->inner.self, task);
}

static bool journal_over_quota(void *self)
{
    struct sbs_journal *j = self;
    bool is = j->inner.ops->over_quota(j->inner.self);
    NOTE(j, SBS_LOG_OVER_QUOTA, is);
    return is;
}

static double journal_policy_u01(void *self, uint32_t layer, uint32_t draw)
{
    struct sbs_journal *j = self;
    double is = j->inner.ops->policy_u01(j->inner.self, layer, draw);
    NOTE(j, SBS_LOG_POLICY_U01, layer, draw, is);
    return is;
}

static double journal_predicted_s(void *self, uint32_t task)
{
    struct sbs_journal *j = self;
    double is = j->inner.ops->predicted_s(j->inner.self, task);
    NOTE(j, SBS_LOG_PREDICTED_S, task, is);
    return is;
}

static double journal_foresee_work_s(void *self, uint32_t worker, double t_s)
{
    struct sbs_journal *j = self;
    double is = j->inner.ops->foresee_work_s(j->inner.self, worker, t_s);
    NOTE(j, SBS_LOG_FORESEE_WORK_S, worker, t_s, is);
    return is;
}

static double journal_foresee_task_s(void *self, uint32_t task)
{
    struct sbs_journal *j = self;
    double is = j->inner.ops->foresee_task_s(j->inner.self, task);
    NOTE(j, SBS_LOG_FORESEE_TASK_S, task, is);
    return is;
}

static void journal_next(void *self, struct sbs_event *event)
{
    struct sbs_journal *j = self;
    j->inner.ops->next(j->inner.self, event);
    struct sbs_log_entry e = sbs_log_of_event(event);
    j->now_s = event->time_s;
    write_entry(j, &e);
}

static const struct sbs_backend_ops journal_ops = {
    .launch = journal_launch,
    .launched = journal_launched,
    .requested_s = journal_requested_s,
    .begin = journal_begin,
    .probe = journal_probe,
    .progress = journal_progress,
    .unbegun = journal_unbegun,
    .shorten = journal_shorten,
    .cancel = journal_cancel,
    .stop = journal_stop,
    .leave = journal_leave,
    .wake_at = journal_wake_at,
    .task_complete = journal_task_complete,
    .over_quota = journal_over_quota,
    .policy_u01 = journal_policy_u01,
    .predicted_s = journal_predicted_s,
    .foresee_work_s = journal_foresee_work_s,
    .foresee_task_s = journal_foresee_task_s,
    .next = journal_next,
};

struct sbs_backend sbs_journal_begin(struct sbs_journal *j,
                                     struct sbs_backend inner)
{
    j->inner = inner;
    j->now_s = 0;
    j->failed = false;
    return (struct sbs_backend){ &journal_ops, j };
}

int sbs_journal_end(struct sbs_journal *j, const struct sbs_outcome *out,
                    struct sbs_error *err)
{
    struct sbs_log_entry e = sbs_log_of_outcome(out, j->now_s);
    write_entry(j, &e);
    return j->failed ? sbs_fail(err, SBS_EIO, "the log cannot be written")
                     : 0;
}
