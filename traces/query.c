/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/query.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct phase {
    const char *name, *what;
};

static const struct phase phases[SBS_PHASE_COUNT] = {
#define QUERY_PHASE(id, name, what) { name, what },
    SBS_PHASES(QUERY_PHASE)
#undef QUERY_PHASE
};

const char *sbs_phase_name(enum sbs_phase phase)
{
    return phases[phase].name;
}

const char *sbs_phase_what(enum sbs_phase phase)
{
    return phases[phase].what;
}

const char *sbs_starts_name(enum sbs_starts starts)
{
    static const char *const names[] = { "fargate", "standalone", "service",
                                         "ec2" };
    return names[starts];
}

/* The life cycle of a container, wherever it stands. */
struct cycle {
    double created, network_ready, pull_start, pull_end, container_start;
    double boot_start, ready, container_exit, stopped;
};

static struct cycle cycle_of_task(const struct sbs_trace_tasks *t, size_t i)
{
    return (struct cycle){
        t->provision_start[i], t->network_ready[i], t->pull_start[i],
        t->pull_end[i], t->container_start[i], t->worker_boot_start[i],
        t->worker_boot_end[i], t->container_exit[i], t->stopped[i] };
}

static struct cycle cycle_of_worker(const struct sbs_trace_workers *w,
                                    size_t i)
{
    return (struct cycle){
        w->created[i], w->network_ready[i], w->pull_start[i],
        w->pull_end[i], w->container_start[i], w->boot_start[i],
        w->ready[i], w->container_exit[i], w->stopped[i] };
}

static double container_seconds(const struct cycle *c, enum sbs_phase phase)
{
    switch (phase) {
    case SBS_PHASE_NETWORK: return c->network_ready - c->created;
    case SBS_PHASE_PROVISION: return c->pull_start - c->created;
    case SBS_PHASE_PULL: return c->pull_end - c->pull_start;
    case SBS_PHASE_CONTAINER: return c->container_start - c->pull_end;
    case SBS_PHASE_START: return c->container_start - c->created;
    case SBS_PHASE_BOOT:
        /* The worker's own two clock readings, where it made both: ECS
         * stamps come from another clock. */
        return c->ready - (isnan(c->boot_start) ? c->container_start
                                                : c->boot_start);
    case SBS_PHASE_RUN: return c->container_exit - c->container_start;
    default: return c->stopped - c->container_exit;
    }
}

static double attempt_seconds(const struct sbs_trace_tasks *t, size_t i,
                              enum sbs_phase phase)
{
    switch (phase) {
    case SBS_PHASE_SUBMIT: return t->api_accepted[i] - t->submit[i];
    case SBS_PHASE_DOWNLOAD: return t->download_end[i] - t->download_start[i];
    case SBS_PHASE_COMPUTE: return t->compute_end[i] - t->compute_start[i];
    case SBS_PHASE_UPLOAD: return t->upload_end[i] - t->compute_end[i];
    default: return t->detected[i] - t->upload_end[i];
    }
}

static bool begins(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

/* Does container `worker` (or -1: nothing known of it) start that way? */
static bool starts_fit(const struct sbs_trace *trace, int64_t worker,
                       enum sbs_starts starts)
{
    const char *type = worker < 0 ? "" : trace->workers.launch_type[worker];
    const char *mode = worker < 0 ? "" : trace->workers.start_mode[worker];
    bool fargate = type[0] == '\0' || begins(type, "FARGATE");
    switch (starts) {
    case SBS_STARTS_STANDALONE:
        return fargate && strcmp(mode, "standalone") == 0;
    case SBS_STARTS_SERVICE:
        return fargate && strcmp(mode, "service") == 0;
    case SBS_STARTS_EC2:
        return strcmp(type, "EC2") == 0;
    default:
        return fargate;
    }
}

struct collector {
    struct sbs_phase_row *rows;
    size_t n, n_negative;
};

static void collect(struct collector *c, double seconds, int64_t worker,
                    int64_t task)
{
    if (isnan(seconds))
        return;
    seconds = round(seconds * 1e6) / 1e6;
    if (seconds < 0) {
        c->n_negative++;
        return;
    }
    c->rows[c->n++] = (struct sbs_phase_row){ seconds, worker, task };
}

int sbs_trace_phase(const struct sbs_trace *trace, enum sbs_phase phase,
                    enum sbs_starts starts, struct sbs_phase_row **rows,
                    size_t *n, size_t *n_negative, struct sbs_error *err)
{
    size_t most = trace->tasks.rows.n + trace->workers.rows.n;
    struct collector c = { malloc((most + 1) * sizeof *c.rows), 0, 0 };
    if (!c.rows)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    bool of_attempt = phase >= SBS_PHASE_SUBMIT;
    for (size_t i = 0; i < trace->tasks.rows.n; i++) {
        int64_t worker = trace->tasks.worker_index[i];
        if (!starts_fit(trace, worker, starts))
            continue;
        struct cycle cycle = cycle_of_task(&trace->tasks, i);
        collect(&c, of_attempt ? attempt_seconds(&trace->tasks, i, phase)
                               : container_seconds(&cycle, phase),
                worker, (int64_t)i);
    }
    for (size_t i = 0; !of_attempt && i < trace->workers.rows.n; i++) {
        if (!starts_fit(trace, (int64_t)i, starts))
            continue;
        struct cycle cycle = cycle_of_worker(&trace->workers, i);
        collect(&c, container_seconds(&cycle, phase), (int64_t)i, -1);
    }
    if (c.n == 0) {
        free(c.rows);
        c.rows = NULL;
    }
    *rows = c.rows;
    *n = c.n;
    if (n_negative)
        *n_negative = c.n_negative;
    return 0;
}

double sbs_trace_task_ref_s(const struct sbs_trace *trace, size_t task)
{
    double own = trace->tasks.ref_s[task];
    int64_t item = trace->tasks.workload_index[task];
    bool whole = trace->tasks.n_units[task] < 0 &&
                 trace->tasks.first_unit[task] <= 0;
    if (!isnan(own) || item < 0 || !whole)
        return own;
    return trace->workload.ref_seconds[item];
}

const struct sbs_sample *sbs_trace_sample(const struct sbs_trace *trace,
                                          const char *name)
{
    for (size_t i = 0; i < trace->n_samples; i++)
        if (strcmp(trace->samples[i].name, name) == 0)
            return &trace->samples[i];
    return NULL;
}

double sbs_trace_fact(const struct sbs_trace *trace, const char *name,
                      const char *item, size_t *row)
{
    const struct sbs_sample *sample = sbs_trace_sample(trace, name);
    for (size_t i = 0; sample && i < sample->col.rows.n; i++) {
        if (item && strcmp(sample->col.item[i], item) != 0)
            continue;
        if (row)
            *row = i;
        return sample->col.value[i];
    }
    return NAN;
}

int64_t sbs_trace_run(const struct sbs_trace *trace, const char *name)
{
    for (size_t i = 0; i < trace->runs.rows.n; i++)
        if (strcmp(trace->runs.name[i], name) == 0)
            return (int64_t)i;
    return -1;
}
