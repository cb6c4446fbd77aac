/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a log: the table of their kinds, and to and from JSON. */
#include "config.h"

#include "model/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "model/log_real.h"

/* What a value may be. */
enum domain {
    NO_VALUE,
    NUMBER,    /* of a worker, an attempt, units: below 2^32 */
    OR_NONE,   /* the same, or -1 */
    FLAG,      /* true or false */
    SECONDS,   /* at least 0, finite */
    OR_NEVER,  /* at least 0 or infinite */
    SHARE,     /* 0 to 1 */
    OR_NAN,    /* at least 0, infinite, or NAN: not known, not reached */
    ANY
};

struct field {
    const char *name;
    enum domain domain;
};

struct kind {
    const char *name;
    enum sbs_log_class class;
    struct field field[SBS_LOG_VALUES];
};

#define WORKER { "worker", NUMBER }
#define ATTEMPT { "attempt", NUMBER }
#define TASK { "task", NUMBER }
#define OUTCOME                                                            \
    { { "makespan_s", OR_NAN }, { "first_s", OR_NAN },                     \
      { "half_s", OR_NAN }, { "workers", NUMBER }, { "attempts", NUMBER }, \
      { "cancelled", NUMBER }, { "used_s", SECONDS } }

static const struct kind kinds[SBS_LOG_N_KINDS] = {
    [SBS_LOG_STORED] = { "stored", SBS_LOG_EVENT,
                         { WORKER, ATTEMPT, { "took_s", SECONDS } } },
    [SBS_LOG_SEEN] = { "seen", SBS_LOG_EVENT, { ATTEMPT } },
    [SBS_LOG_PROBED] = { "probed", SBS_LOG_EVENT,
                         { WORKER, { "took_s", SECONDS } } },
    [SBS_LOG_CANCELLED] = { "cancelled", SBS_LOG_EVENT, { WORKER, ATTEMPT } },
    [SBS_LOG_LOST] = { "lost", SBS_LOG_EVENT,
                       { WORKER, { "attempt", OR_NONE },
                         { "failed", FLAG } } },
    [SBS_LOG_ENDED] = { "ended", SBS_LOG_EVENT, { WORKER } },
    [SBS_LOG_READY] = { "ready", SBS_LOG_EVENT,
                        { WORKER, { "processor", OR_NONE } } },
    [SBS_LOG_NOTICE] = { "notice", SBS_LOG_EVENT,
                         { WORKER, { "deadline_s", SECONDS } } },
    [SBS_LOG_TIMER] = { "timer", SBS_LOG_EVENT,
                        { { "layer", NUMBER }, { "tag", NUMBER } } },
    [SBS_LOG_NOTHING] = { "nothing", SBS_LOG_EVENT, { { NULL, NO_VALUE } } },

    [SBS_LOG_LAUNCH] = { "launch", SBS_LOG_ORDER,
                         { { "first", NUMBER }, { "n", NUMBER },
                           { "warm", NUMBER }, { "local", FLAG },
                           { "not_before_s", SECONDS } } },
    [SBS_LOG_BEGIN] = { "begin", SBS_LOG_ORDER,
                        { WORKER, ATTEMPT, { "first_unit", NUMBER },
                          { "n_units", NUMBER } } },
    [SBS_LOG_PROBE] = { "probe", SBS_LOG_ORDER,
                        { WORKER, { "ref_s", SECONDS } } },
    [SBS_LOG_SHORTEN] = { "shorten", SBS_LOG_ORDER,
                          { WORKER, { "n_units", NUMBER } } },
    [SBS_LOG_CANCEL] = { "cancel", SBS_LOG_ORDER, { WORKER } },
    [SBS_LOG_STOP] = { "stop", SBS_LOG_ORDER, { WORKER } },
    [SBS_LOG_LEAVE] = { "leave", SBS_LOG_ORDER, { WORKER } },
    [SBS_LOG_WAKE_AT] = { "wake_at", SBS_LOG_ORDER,
                          { { "layer", NUMBER }, { "tag", NUMBER },
                            { "at_s", SECONDS } } },

    [SBS_LOG_LAUNCHED] = { "launched", SBS_LOG_NOTE, { { NULL, NO_VALUE } } },
    [SBS_LOG_TASK_COMPLETE] = { "task_complete", SBS_LOG_NOTE, { TASK } },

    [SBS_LOG_REQUESTED_S] = { "requested_s", SBS_LOG_ANSWER,
                              { WORKER, { "is", OR_NEVER } } },
    [SBS_LOG_PROGRESS] = { "progress", SBS_LOG_ANSWER,
                           { WORKER, { "is", SHARE } } },
    [SBS_LOG_UNBEGUN] = { "unbegun", SBS_LOG_ANSWER,
                          { WORKER, { "is", NUMBER } } },
    [SBS_LOG_OVER_QUOTA] = { "over_quota", SBS_LOG_ANSWER,
                             { { "is", FLAG } } },
    [SBS_LOG_POLICY_U01] = { "policy_u01", SBS_LOG_ANSWER,
                             { { "layer", NUMBER }, { "draw", NUMBER },
                               { "is", SHARE } } },
    [SBS_LOG_PREDICTED_S] = { "predicted_s", SBS_LOG_ANSWER,
                              { TASK, { "is", OR_NAN } } },
    [SBS_LOG_FORESEE_WORK_S] = { "foresee_work_s", SBS_LOG_ANSWER,
                                 { WORKER, { "by_s", ANY },
                                   { "is", OR_NAN } } },
    [SBS_LOG_FORESEE_TASK_S] = { "foresee_task_s", SBS_LOG_ANSWER,
                                 { TASK, { "is", OR_NAN } } },

    [SBS_LOG_FINISHED] = { "finished", SBS_LOG_END, OUTCOME },
    [SBS_LOG_FINISHED + SBS_UNFINISHED_STUCK] = { "stuck", SBS_LOG_END,
                                                  OUTCOME },
    [SBS_LOG_FINISHED + SBS_UNFINISHED_LOST] = { "lost", SBS_LOG_END,
                                                 OUTCOME },
    [SBS_LOG_FINISHED + SBS_UNFINISHED_TIMERS] = { "timers", SBS_LOG_END,
                                                   OUTCOME },
};

static const char *const classes[] = { "event", "order", "note", "answer",
                                       "end" };
enum { N_CLASSES = sizeof classes / sizeof *classes };

enum sbs_log_class sbs_log_class_of(enum sbs_log_kind kind)
{
    return kinds[kind].class;
}

int sbs_log_values(enum sbs_log_kind kind)
{
    int n = 0;
    while (n < SBS_LOG_VALUES && kinds[kind].field[n].domain != NO_VALUE)
        n++;
    return n;
}

int sbs_log_asked(enum sbs_log_kind kind)
{
    return sbs_log_values(kind) - (kinds[kind].class == SBS_LOG_ANSWER);
}

static bool same_real(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

bool sbs_log_same(const struct sbs_log_entry *a,
                  const struct sbs_log_entry *b, int n)
{
    if (a->kind != b->kind || !same_real(a->time_s, b->time_s))
        return false;
    for (int i = 0; i < n; i++)
        if (!same_real(a->value[i], b->value[i]))
            return false;
    return true;
}

/* ---- writing ------------------------------------------------------------ */

static void put_entry(struct sbs_jsonw *w, const struct sbs_log_entry *e,
                      int n)
{
    const struct kind *k = &kinds[e->kind];
    sbs_jsonw_flat_object(w);
    sbs_jsonw_key(w, "t");
    sbs_log_put_real(w, e->time_s);
    sbs_jsonw_key(w, classes[k->class]);
    sbs_jsonw_string(w, k->name);
    for (int i = 0; i < n; i++) {
        sbs_jsonw_key(w, k->field[i].name);
        if (k->field[i].domain == FLAG)
            sbs_jsonw_bool(w, e->value[i] != 0);
        else
            sbs_log_put_real(w, e->value[i]);
    }
    sbs_jsonw_close(w);
}

const char *sbs_log_text(const struct sbs_log_entry *e, int n,
                         char text[SBS_LOG_TEXT])
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, NULL);
    put_entry(&w, e, n);
    snprintf(text, SBS_LOG_TEXT, "%s", w.failed ? "" : w.text);
    sbs_jsonw_fini(&w);
    return text;
}

bool sbs_log_write(const struct sbs_log_entry *e, FILE *file)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, file);
    put_entry(&w, e, sbs_log_values(e->kind));
    return !w.failed && putc('\n', file) != EOF;
}

/* ---- reading ------------------------------------------------------------ */

static int read_flag(const cJSON *json, const char *where, const char *name,
                     double *value, struct sbs_error *err)
{
    bool flag = false;
    if (sbs_json_need(json, where, name, err) != 0 ||
        sbs_json_bool(json, where, name, &flag, err) != 0)
        return -1;
    *value = flag;
    return 0;
}

static int read_number(const cJSON *json, const char *where, const char *name,
                       int64_t lo, double *value, struct sbs_error *err)
{
    int64_t number = 0;
    if (sbs_json_need(json, where, name, err) != 0 ||
        sbs_json_integer(json, where, name, lo, UINT32_MAX, &number, err) !=
            0)
        return -1;
    *value = (double)number;
    return 0;
}

static int read_value(const cJSON *json, const char *where,
                      const struct field *f, double *value,
                      struct sbs_error *err)
{
    switch (f->domain) {
    case FLAG:
        return read_flag(json, where, f->name, value, err);
    case NUMBER:
        return read_number(json, where, f->name, 0, value, err);
    case OR_NONE:
        return read_number(json, where, f->name, -1, value, err);
    case SECONDS:
        return sbs_log_get_real(json, where, f->name, 0, SBS_LOG_FINITE,
                                value, err);
    case OR_NEVER:
        return sbs_log_get_real(json, where, f->name, 0, INFINITY, value,
                                err);
    case SHARE:
        return sbs_log_get_real(json, where, f->name, 0, 1, value, err);
    case OR_NAN:
        return sbs_log_get_real(json, where, f->name, 0, SBS_LOG_OR_NAN,
                                value, err);
    default:
        return sbs_log_get_real(json, where, f->name, -INFINITY,
                                SBS_LOG_OR_NAN, value, err);
    }
}

/* Which kind of line is this? */
static const struct kind *find_kind(const cJSON *json, const char *where,
                                    struct sbs_error *err)
{
    const char *name = NULL;
    int class = 0;
    while (class < N_CLASSES && !sbs_json_get(json, classes[class]))
        class++;
    if (class == N_CLASSES) {
        sbs_fail(err, SBS_EINPUT,
                 "%s no event, order, note, answer or end", where);
        return NULL;
    }
    if (sbs_json_string(json, where, classes[class], &name, err) != 0)
        return NULL;
    for (const struct kind *k = kinds; k < kinds + SBS_LOG_N_KINDS; k++)
        if ((int)k->class == class && strcmp(k->name, name) == 0)
            return k;
    sbs_fail(err, SBS_EINPUT, "%s %s: unknown (\"%.40s\")", where,
             classes[class], name);
    return NULL;
}

int sbs_log_parse(const struct cJSON *json, const char *where,
                  struct sbs_log_entry *e, struct sbs_error *err)
{
    const char *keys[2 + SBS_LOG_VALUES] = { "t" };
    if (sbs_json_is_object(json, where, err) != 0)
        return -1;
    const struct kind *k = find_kind(json, where, err);
    if (!k)
        return -1;
    *e = (struct sbs_log_entry){ .kind = (enum sbs_log_kind)(k - kinds) };
    int n = sbs_log_values(e->kind);
    keys[1] = classes[k->class];
    for (int i = 0; i < n; i++)
        keys[2 + i] = k->field[i].name;
    if (sbs_json_known(json, where, keys, 2 + (size_t)n, err) != 0 ||
        sbs_log_get_real(json, where, "t", 0, SBS_LOG_FINITE, &e->time_s,
                         err) != 0)
        return -1;
    for (int i = 0; i < n; i++)
        if (read_value(json, where, &k->field[i], &e->value[i], err) != 0)
            return -1;
    return 0;
}

/* ---- events and outcomes ------------------------------------------------ */

static double or_none(uint32_t number)
{
    return number == UINT32_MAX ? -1 : (double)number;
}

struct sbs_log_entry sbs_log_of_event(const struct sbs_event *x)
{
    struct sbs_log_entry e = { (enum sbs_log_kind)x->kind, x->time_s,
                               { x->worker } };
    switch (x->kind) {
    case SBS_EVENT_UPLOADED:
        e.value[1] = x->attempt;
        e.value[2] = x->took_s;
        break;
    case SBS_EVENT_SEEN:
        e.value[0] = x->attempt;
        break;
    case SBS_EVENT_PROBED:
        e.value[1] = x->took_s;
        break;
    case SBS_EVENT_CANCELLED:
        e.value[1] = x->attempt;
        break;
    case SBS_EVENT_LOST:
        e.value[1] = or_none(x->attempt);
        e.value[2] = x->failed;
        break;
    case SBS_EVENT_READY:
        e.value[1] = x->processor;
        break;
    case SBS_EVENT_NOTICE:
        e.value[1] = x->deadline_s;
        break;
    case SBS_EVENT_TIMER:
        e.value[0] = (double)(x->tag >> 32);
        e.value[1] = (double)(uint32_t)x->tag;
        break;
    case SBS_EVENT_NONE:
    case SBS_EVENT_ENDED:
        break;
    }
    return e;
}

struct sbs_event sbs_log_event(const struct sbs_log_entry *e)
{
    const double *v = e->value;
    struct sbs_event x = { .kind = (enum sbs_event_kind)e->kind,
                           .time_s = e->time_s,
                           .attempt = SBS_NO_ATTEMPT };
    if (e->kind == SBS_LOG_SEEN) {
        x.attempt = (uint32_t)v[0];
        return x;
    }
    if (e->kind == SBS_LOG_TIMER) {
        x.tag = (uint64_t)v[0] << 32 | (uint64_t)v[1];
        return x;
    }
    x.worker = (uint32_t)v[0];
    if (e->kind == SBS_LOG_STORED || e->kind == SBS_LOG_CANCELLED ||
        (e->kind == SBS_LOG_LOST && v[1] >= 0))
        x.attempt = (uint32_t)v[1];
    if (e->kind == SBS_LOG_STORED)
        x.took_s = v[2];
    if (e->kind == SBS_LOG_PROBED)
        x.took_s = v[1];
    x.failed = e->kind == SBS_LOG_LOST && v[2] != 0;
    x.deadline_s = e->kind == SBS_LOG_NOTICE ? v[1] : 0;
    x.processor = e->kind == SBS_LOG_READY ? (int32_t)v[1] : 0;
    return x;
}

struct sbs_log_entry sbs_log_of_outcome(const struct sbs_outcome *out,
                                        double now_s)
{
    return (struct sbs_log_entry){
        (enum sbs_log_kind)(SBS_LOG_FINISHED + (int)out->why),
        now_s,
        { out->makespan_s, out->first_s, out->half_s, out->workers,
          out->attempts, out->cancelled, out->used_s }
    };
}
