/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/law_sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOME_OK = 0, OUTCOME_CUT = 2 /* and above */ };

static const struct {
    const char *name, *unit, *what;
} samples[SBS_LAW_SAMPLE_COUNT] = {
#define SAMPLE_TEXT(id, name, unit, what) {name, unit, what},
    SBS_LAW_SAMPLES(SAMPLE_TEXT)
#undef SAMPLE_TEXT
};

/* Which phase of the trace, and of which containers. */
static const struct {
    enum sbs_phase phase;
    enum sbs_phases_of of;
} sources[SBS_LAW_SAMPLE_COUNT] = {
    [SBS_LAW_SAMPLE_PROVISION] = {SBS_PHASE_PROVISION, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_PULL] = {SBS_PHASE_PULL, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_CONTAINER] = {SBS_PHASE_CONTAINER, SBS_PHASES_STANDALONE},
    [SBS_LAW_SAMPLE_SERVICE] = {SBS_PHASE_CONTAINER, SBS_PHASES_SERVICE},
    [SBS_LAW_SAMPLE_START] = {SBS_PHASE_START, SBS_PHASES_STANDALONE},
    [SBS_LAW_SAMPLE_START_SERVICE] = {SBS_PHASE_START, SBS_PHASES_SERVICE},
    [SBS_LAW_SAMPLE_BOOT] = {SBS_PHASE_BOOT, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_DOWNLOAD] = {SBS_PHASE_DOWNLOAD, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_COMPUTE] = {SBS_PHASE_COMPUTE, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_SLOWDOWN] = {SBS_PHASE_COMPUTE, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_UPLOAD] = {SBS_PHASE_UPLOAD, SBS_PHASES_ALL},
    [SBS_LAW_SAMPLE_STOP] = {SBS_PHASE_DEPROVISION, SBS_PHASES_ALL},
};

const char *sbs_law_sample_name(enum sbs_law_sample s)
{
    return samples[s].name;
}

const char *sbs_law_sample_unit(enum sbs_law_sample s)
{
    return samples[s].unit;
}

const char *sbs_law_sample_what(enum sbs_law_sample s)
{
    return samples[s].what;
}

/* The stamps of an attempt in the order in which they come. */
enum { PROVISION, PULL, PULLED, RUNNING, BOOT, BOOTED, DOWNLOAD, DOWNLOADED,
       COMPUTE, COMPUTED, UPLOADED, STAMPS };

/* Between which two a phase lies; the others have none of their own here. */
static const struct {
    int from, to;
} between[SBS_PHASE_COUNT] = {
    [SBS_PHASE_PROVISION] = {PROVISION, PULL},
    [SBS_PHASE_PULL] = {PULL, PULLED},
    [SBS_PHASE_CONTAINER] = {PULLED, RUNNING},
    [SBS_PHASE_START] = {PROVISION, RUNNING},
    [SBS_PHASE_BOOT] = {BOOT, BOOTED},
    [SBS_PHASE_DOWNLOAD] = {DOWNLOAD, DOWNLOADED},
    [SBS_PHASE_COMPUTE] = {COMPUTE, COMPUTED},
    [SBS_PHASE_UPLOAD] = {COMPUTED, UPLOADED},
};

static void stamps_of(const struct sbs_trace_tasks *t, size_t i, double *s)
{
    s[PROVISION] = t->provision_start[i];
    s[PULL] = t->pull_start[i];
    s[PULLED] = t->pull_end[i];
    s[RUNNING] = t->container_start[i];
    s[BOOT] = isnan(t->worker_boot_start[i]) ? t->container_start[i]
                                             : t->worker_boot_start[i];
    s[BOOTED] = t->worker_boot_end[i];
    s[DOWNLOAD] = t->download_start[i];
    s[DOWNLOADED] = t->download_end[i];
    s[COMPUTE] = t->compute_start[i];
    s[COMPUTED] = t->compute_end[i];
    s[UPLOADED] = t->upload_end[i];
}

/* The last moment the attempt was seen alive. */
static double last_seen(const struct sbs_trace *trace, size_t i)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    const double ends[] = {t->stopping[i], t->container_exit[i],
                           t->stopped[i]};
    int64_t run = t->run_index[i];

    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++)
        if (!isnan(ends[k]))
            return ends[k];
    return run >= 0 ? trace->runs.end[run] : NAN;
}

static bool was_cut(const struct sbs_trace *trace, size_t i)
{
    return trace->tasks.outcome[i] >= OUTCOME_CUT;
}

/* Seconds after which a phase of attempt i was cut off; NaN when it was not,
 * or when later stamps show that it ended, only not when. User code that was
 * killed has an end, but no result. */
static double cut_after(const struct sbs_trace *trace, size_t i,
                        enum sbs_phase phase)
{
    double stamp[STAMPS], end;
    int from = between[phase].from, to = between[phase].to, k;

    if (!was_cut(trace, i) || to == from)
        return NAN;
    stamps_of(&trace->tasks, i, stamp);
    for (k = to + 1; k < STAMPS; k++)
        if (!isnan(stamp[k]))
            return NAN;
    end = last_seen(trace, i);
    if (!isnan(stamp[to]))
        end = phase == SBS_PHASE_COMPUTE ? stamp[to] : NAN;
    return end > stamp[from] ? end - stamp[from] : NAN;
}

static bool wanted(const struct sbs_trace *trace, int64_t worker,
                   enum sbs_phases_of which)
{
    bool service = worker >= 0 &&
                   !strcmp(trace->workers.start_mode[worker], "service");
    const char *type = worker < 0 ? "" : trace->workers.launch_type[worker];

    return (!*type || !strncmp(type, "FARGATE", 7)) &&
           (which == SBS_PHASES_ALL ||
            service == (which == SBS_PHASES_SERVICE));
}

/* Divide by the reference work; false when that is not known. */
static bool scaled(const struct sbs_trace *trace, int64_t task,
                   enum sbs_law_sample which, struct sbs_obs *o)
{
    double ref;

    if (which != SBS_LAW_SAMPLE_SLOWDOWN)
        return true;
    ref = task < 0 ? NAN : sbs_trace_task_ref_s(trace, (size_t)task);
    if (!(ref > 0))
        return false;
    o->lo /= ref;
    o->hi /= ref;
    return true;
}

static void add_seen(const struct sbs_trace *trace, enum sbs_law_sample which,
                     const struct sbs_phase_row *rows, size_t n_rows,
                     struct sbs_obs *obs, size_t *n)
{
    enum sbs_phase phase = sources[which].phase;

    for (size_t i = 0; i < n_rows; i++) {
        struct sbs_obs o = sbs_phases_interval(rows[i].seconds, NULL);
        int64_t task = rows[i].task;

        if (!wanted(trace, rows[i].worker, sources[which].of) ||
            (task >= 0 && !isnan(cut_after(trace, (size_t)task, phase))) ||
            !scaled(trace, task, which, &o))
            continue;
        obs[(*n)++] = o;
    }
}

int sbs_law_sample_collect(const struct sbs_trace *trace,
                           enum sbs_law_sample which, struct sbs_obs **obs,
                           size_t *n, struct sbs_error *err)
{
    enum sbs_phase phase = sources[which].phase;
    struct sbs_phase_row *rows = NULL;
    struct sbs_obs *made;
    size_t n_rows, k = 0;

    if (sbs_trace_phase(trace, phase, SBS_STARTS_FARGATE, &rows, &n_rows,
                        NULL, err))
        return -1;
    made = calloc(n_rows + trace->tasks.rows.n + 1, sizeof *made);
    if (!made) {
        free(rows);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    add_seen(trace, which, rows, n_rows, made, &k);
    free(rows);
    for (size_t i = 0; i < trace->tasks.rows.n; i++) {
        struct sbs_obs o = {cut_after(trace, i, phase), INFINITY};

        if (isnan(o.lo) ||
            !wanted(trace, trace->tasks.worker_index[i], sources[which].of) ||
            !scaled(trace, (int64_t)i, which, &o))
            continue;
        made[k++] = o;
    }
    *obs = made;
    *n = k;
    return 0;
}

static bool started(const struct sbs_trace *trace, size_t i)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    int64_t w = t->worker_index[i];

    return !isnan(t->container_start[i]) || !isnan(t->worker_boot_start[i]) ||
           !isnan(t->compute_start[i]) || t->outcome[i] == OUTCOME_OK ||
           (w >= 0 && !isnan(trace->workers.container_start[w]));
}

int sbs_law_sample_never(const struct sbs_trace *trace,
                         struct sbs_law_never *out, struct sbs_error *err)
{
    bool *seen = calloc(trace->workers.rows.n + 1, sizeof *seen);
    size_t n = 0, never = 0;

    if (!seen)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < trace->tasks.rows.n; i++) {
        int64_t w = trace->tasks.worker_index[i];

        if (!wanted(trace, w, SBS_PHASES_ALL) || (w >= 0 && seen[w]))
            continue;
        if (started(trace, i)) {
            n++;
        } else if (trace->tasks.outcome[i] > OUTCOME_OK &&
                   !isnan(trace->tasks.provision_start[i])) {
            n++;
            never++;
        } else {
            continue;
        }
        if (w >= 0)
            seen[w] = true;
    }
    free(seen);
    *out = sbs_law_never(never, n);
    return 0;
}
