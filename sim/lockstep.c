/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/lockstep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lanes.h"
#include "sim/lockstep_state.h"
#include "sim/series.h"
#include "sim/state.h"
#include "sim/steady.h"

/* Beyond these, keeping workers in order by insertion costs more than the
 * general engine's tree, and rows no longer fit a cache. */
enum {
    WORKERS_MAX = 512,
    TASKS_MAX = 4096,
    UNITS_MAX = 1 << 16
};

/* A run is long when it serves one worker in so many (measured: bench). */
enum { LONG_RUN = 8 };

enum { N = SBS_LANES_N };

_Static_assert((int)SBS_LOCKSTEP_GROUP == (int)SBS_LANES_N, "a lane each");

/* ---- what it can do ---------------------------------------------------- */

static bool fits(const struct sbs_scenario *s, const struct sbs_plan *p)
{
    uint64_t units = (uint64_t)p->tasks * p->units_per_task;
    return p->workers <= WORKERS_MAX && p->tasks <= TASKS_MAX &&
           units <= UNITS_MAX && sbs_steady_plan(p) &&
           sbs_steady_models(s, p);
}

/* ---- create, destroy --------------------------------------------------- */

static uint32_t power_above(uint32_t n)
{
    uint32_t p = 1;
    while (p <= n)
        p *= 2;
    return p;
}

/* All rows in one block, each array after the other. */
static int make_rows(struct sbs_lockstep *k)
{
    struct sbs_lanes *x = &k->lanes;
    size_t w = x->workers, t = x->tasks, most = w > t ? w : t;
    struct {
        sbs_row **rows;
        size_t n;
    } all[] = {
        { &x->granted_s, w }, { &x->pull_s, w },    { &x->ready_s, w },
        { &x->rate, w },      { &x->end_s, w },     { &x->compute_s, w },
        { &x->transfer_s, w }, { &x->unit_s, t },   { &x->done_s, t },
        { &x->u, most },      { &x->v, most },      { &x->z, most },
        { &x->free_s, x->ring }, { &x->place, x->ring },
        { &x->core_s, x->core_ring },
    };
    size_t n = 0, parts = sizeof all / sizeof all[0];
    for (size_t i = 0; i < parts; i++)
        n += all[i].n;
    k->rows = aligned_alloc(64, n * sizeof(sbs_row));
    if (!k->rows)
        return -1;
    memset(k->rows, 0, n * sizeof(sbs_row));
    n = 0;
    for (size_t i = 0; i < parts; i++) {
        *all[i].rows = k->rows + n;
        n += all[i].n;
    }
    return 0;
}

static int make_room(struct sbs_lockstep *k)
{
    struct sbs_lanes *x = &k->lanes;
    size_t w = x->workers, t = x->tasks;
    size_t attempts = x->n_chunks * sizeof *x->attempt;
    x->attempts = malloc(w * N * sizeof *x->attempts);
    k->launched = malloc(w * sizeof *k->launched);
    k->gain = malloc(k->scenario->models->n * sizeof *k->gain);
    k->workers = malloc(w * sizeof *k->workers);
    k->scratch_s = malloc((2 * w + 2 * t) * sizeof *k->scratch_s);
    if (!x->attempts || !k->launched || !k->gain || !k->workers ||
        !k->scratch_s || make_rows(k) != 0)
        return -1;
    if (!k->watches)
        return 0;
    x->attempt = aligned_alloc(64, (attempts + 63) & ~(size_t)63);
    k->task_left = malloc(t * sizeof *k->task_left);
    k->order = malloc(x->n_chunks * sizeof *k->order);
    return x->attempt && k->task_left && k->order &&
                   sbs_client_init(&k->client, x->tasks) == 0
               ? 0
               : -1;
}

static bool launches_alike(const struct sbs_scenario *s)
{
    const struct sbs_model *m = &s->models->models[0];
    return s->models->n == 1 && m->run.call_log_sd <= 0 &&
           sbs_dist_is_const(&m->client.setup_s, NULL) &&
           sbs_dist_is_const(&m->client.call_s, NULL);
}

/* Work that is the same in every replication. */
static void fix_work(struct sbs_lockstep *k)
{
    const struct sbs_workload *w = k->scenario->workload;
    const struct sbs_plan *p = k->plan;
    double each = 0;
    k->work_is_fixed = w->list_s || sbs_dist_is_const(&w->ref_s, &each);
    for (uint32_t t = 0; k->work_is_fixed && t < p->tasks; t++)
        for (int l = 0; l < N; l++)
            k->lanes.unit_s[t].lane[l] =
                (w->list_s ? w->list_s[t % w->list_n] : each) *
                p->work_scale / p->units_per_task;
}

/* The chunks of worker i are first_chunk[i] to first_chunk[i + 1] - 1. */
static int index_chunks(struct sbs_lockstep *k)
{
    uint32_t w = k->plan->workers, c = 0;
    k->first_chunk = malloc((w + (size_t)1) * sizeof *k->first_chunk);
    if (!k->first_chunk)
        return -1;
    for (uint32_t i = 0; i <= w; i++) {
        while (c < k->series.n && k->series.chunk[c].worker < i)
            c++;
        k->first_chunk[i] = c;
    }
    return 0;
}

/* Runs are worth a round over all workers when they serve a good part of
 * them. */
static bool has_long_runs(const struct sbs_series *s, const struct sbs_plan *p)
{
    uint32_t runs = 0;
    for (uint32_t c = 0; c < s->n; runs++)
        c += sbs_chunk_run(s->chunk + c, s->n - c, p->units_per_task);
    return (uint64_t)s->n * LONG_RUN >= (uint64_t)runs * p->workers;
}

static void set_up(struct sbs_lockstep *k, enum sbs_isa isa)
{
    const struct sbs_plan *p = k->plan;
    const struct sbs_scenario *s = k->scenario;
    struct sbs_lanes *x = &k->lanes;
    k->ops = sbs_lanes_for(isa);
    k->watches = !sbs_steady_seen_at_once(s) || p->needed < p->tasks;
    k->launches_alike = launches_alike(s);
    *x = (struct sbs_lanes){
        .batch = sbs_batch_for(isa),
        .workers = p->workers,
        .tasks = p->tasks,
        .warm = p->warm,
        .warm_s = p->warm_s,
        .local_tasks = p->work_scale != 1 ? p->tasks : p->needed,
        .cores = sbs_steady_cores(&s->models->models[0]),
        .pull = p->pull,
        .long_runs = has_long_runs(&k->series, p),
        .n_chunks = k->series.n,
        .units_per_task = p->units_per_task,
        .chunk = k->series.chunk,
        .first_chunk = k->first_chunk,
        .ref_s = s->workload->list_s ? NULL : &s->workload->ref_s,
        .work_scale = p->work_scale,
        .ring = power_above(p->workers),
        .core_ring = power_above(sbs_steady_cores(&s->models->models[0])),
    };
}

int sbs_lockstep_create(const struct sbs_scenario *scenario,
                        const struct sbs_stack *stack,
                        const struct sbs_plan *plan,
                        const struct sbs_constants *constants,
                        enum sbs_isa isa, struct sbs_lockstep **out,
                        struct sbs_error *err)
{
    *out = NULL;
    if (!fits(scenario, plan))
        return 0;
    struct sbs_lockstep *k = calloc(1, sizeof *k);
    if (!k)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    k->scenario = scenario;
    k->plan = plan;
    int status = sbs_series_record(scenario, stack, plan, constants,
                                   &k->series, err);
    if (status != 1) {
        sbs_lockstep_destroy(k);
        return status;
    }
    bool room = index_chunks(k) == 0;
    set_up(k, isa);
    if (!room || make_room(k) != 0) {
        sbs_lockstep_destroy(k);
        return sbs_fail(err, SBS_EMEMORY, "out of memory for %u tasks",
                        plan->tasks);
    }
    for (size_t i = 0; i < scenario->models->n; i++) {
        k->gain[i] = 1; /* known: sbs_sim_plan */
        sbs_model_gain(&scenario->models->models[i], plan->vcpu, &k->gain[i],
                       NULL);
    }
    fix_work(k);
    *out = k;
    return 0;
}

void sbs_lockstep_destroy(struct sbs_lockstep *k)
{
    if (!k)
        return;
    sbs_series_fini(&k->series);
    sbs_client_fini(&k->client);
    free(k->first_chunk);
    free(k->rows);
    free(k->lanes.attempts);
    free(k->lanes.attempt);
    free(k->launched);
    free(k->gain);
    free(k->workers);
    free(k->scratch_s);
    free(k->task_left);
    free(k->order);
    free(k);
}

/* ---- a group ----------------------------------------------------------- */

static void begin_lane(struct sbs_lockstep *k, uint32_t replication, int l)
{
    struct sbs_lanes *x = &k->lanes;
    size_t i = replication % k->scenario->models->n;
    const struct sbs_model *m = &k->scenario->models->models[i];
    struct sbs_platform *f = &k->platform[l];
    sbs_platform_reset(f, m, k->scenario->seed, replication, k->gain[i]);
    x->model[l] = m;
    x->startup_factor.lane[l] = f->startup_factor;
    x->speed_factor.lane[l] = f->speed_factor;
    x->gain.lane[l] = f->gain;
    x->odd[l] = false;
    x->local_scale.lane[l] = sbs_steady_local_scale(m, k->plan);
    x->usd_per_s.lane[l] = sbs_account_usd_per_s(m, k->plan, false);
}

static void launch_lane(struct sbs_lockstep *k, int l)
{
    struct sbs_lanes *x = &k->lanes;
    x->anchor_s.lane[l] =
        sbs_steady_launch(&k->platform[l], k->plan, k->launched);
    for (uint32_t i = 0; i < x->workers; i++)
        x->granted_s[i].lane[l] = k->launched[i].granted_s;
}

static void launch_all(struct sbs_lockstep *k)
{
    if (k->launches_alike && k->launched_once)
        return;
    for (int l = 0; l < N; l++)
        launch_lane(k, l);
    k->launched_once = true;
}

/* ---- the numbers ------------------------------------------------------- */

/* False when they look wrong. */
static bool store(const struct sbs_lockstep *k, int l, double *values,
                  size_t stride)
{
    const struct sbs_lanes *x = &k->lanes;
    struct sbs_steady_sums sums = {
        .launched = x->launched.lane[l],
        .startup_s = x->startup_s.lane[l],
        .compute_s = x->computed_s.lane[l],
        .transfer_s = x->moved_s.lane[l],
        .billed_s = x->billed_s.lane[l],
        .cost_usd = x->cost_usd.lane[l],
    };
    struct sbs_steady_result r = {
        .makespan_s = x->makespan_s.lane[l],
        .first_s = x->first_s.lane[l],
        .half_s = x->half_s.lane[l],
        .bound_s = x->bound_s.lane[l],
        .local_s = x->local_s.lane[l],
        .attempts = x->n_chunks,
    };
    double m[SBS_N_METRICS];
    if (k->plan->needed < k->plan->tasks) {
        double attempts_s = sums.compute_s + sums.transfer_s;
        double wasted_s = attempts_s - k->used_s[l];
        r.attempts = k->begun[l];
        r.wasted_s = wasted_s > 1e-10 * attempts_s ? wasted_s : 0;
    }
    if (!sbs_steady_metrics(x->model[l], &r, &sums, m))
        return false;
    for (size_t i = 0; i < SBS_N_METRICS; i++)
        values[i * stride + (size_t)l] = m[i];
    values[SBS_N_METRICS * stride + (size_t)l] = SBS_FINISHED;
    return true;
}

int sbs_lockstep_run(struct sbs_lockstep *k, uint32_t first, uint32_t n,
                     double *values, size_t stride, bool *done,
                     struct sbs_error *err)
{
    struct sbs_lanes *x = &k->lanes;
    const struct sbs_plan *p = k->plan;
    bool all = p->needed == p->tasks;
    for (int l = 0; l < N; l++)
        begin_lane(k, first + (uint32_t)l, l);
    x->stream = k->platform[0].stream;
    launch_all(k);
    k->ops->fleet(x);
    if (!k->work_is_fixed)
        k->ops->work(x);
    k->ops->schedule(x);
    if (!k->watches)
        k->ops->finish(x);
    for (int l = 0; l < (int)n && k->watches; l++)
        if (sbs_lockstep_watch(k, l, err) != 0)
            return -1;
    if (all)
        k->ops->account(x);
    if (all && p->divisible)
        k->ops->bound(x);
    for (int l = 0; l < (int)n; l++) {
        if (!all)
            sbs_lockstep_account(k, l);
        if (!all || !p->divisible)
            sbs_lockstep_bound(k, l);
    }
    if (!k->local_is_fixed)
        k->ops->local(x);
    k->local_is_fixed = k->work_is_fixed && k->scenario->models->n == 1;
    for (int l = 0; l < (int)n; l++) {
        done[l] = !x->odd[l] && store(k, l, values, stride);
    }
    return 0;
}
