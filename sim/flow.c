/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/agenda.h"
#include "sim/cores.h"
#include "sim/purpose.h"
#include "sim/state.h"
#include "sim/steady.h"

enum { TOGETHER = 64 }; /* tasks drawn at a time */

/* In the agenda a worker's event goes with the first unit of its chunk. */
#define NO_CHUNK UINT32_MAX

/* A worker under way: what every chunk touches, half a cache line. */
struct hand {
    double rate, compute_s, transfer_s;
    uint32_t attempts;
};

struct sbs_flow {
    const struct sbs_scenario *scenario;
    const struct sbs_plan *plan;
    uint32_t n_units;
    struct sbs_platform platform;
    struct sbs_natures natures;
    struct sbs_launched *launched; /* [workers] */
    struct sbs_agenda agenda;
    struct hand *hand; /* [workers] */
    double *end_s;     /* [workers] */
    struct sbs_bound_worker *bound; /* [workers] when ready, how fast */
    uint32_t *task_left; /* [tasks] units to come, when they are several */
    /* Tasks [window, window + TOGETHER) are drawn. */
    uint32_t window;
    double unit_s[TOGETHER];
    double work_s;       /* of all tasks drawn so far */
    double local_scale;
    struct sbs_cores cores;
    /* Of the replication. */
    double anchor_s, makespan_s, first_s, half_s;
    uint32_t tasks_done;
};

/* ---- create, destroy --------------------------------------------------- */

/* The queue is taken in order, chunk_units at a time. */
static bool takes_in_order(const struct sbs_stack *s, const struct sbs_plan *p)
{
    for (uint32_t i = 0; i < s->n_layers; i++)
        if (s->layer[i].policy->roles & SBS_ROLE_CHUNK)
            return false;
    return p->pull && sbs_steady_stack(s, p->pull);
}

int sbs_flow_create(const struct sbs_scenario *scenario,
                    const struct sbs_stack *stack,
                    const struct sbs_plan *plan, struct sbs_flow **out,
                    struct sbs_error *err)
{
    *out = NULL;
    if (!plan->divisible || !takes_in_order(stack, plan) ||
        !sbs_steady_plan(plan) || !sbs_steady_models(scenario, plan) ||
        !sbs_steady_seen_at_once(scenario))
        return 0;
    size_t w = plan->workers;
    struct sbs_flow *f = calloc(1, sizeof *f);
    if (!f)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    f->scenario = scenario;
    f->plan = plan;
    f->n_units = plan->tasks * plan->units_per_task;
    f->launched = malloc(w * sizeof *f->launched);
    f->hand = malloc(w * sizeof *f->hand);
    f->end_s = malloc(w * sizeof *f->end_s);
    f->bound = malloc(w * sizeof *f->bound);
    if (plan->units_per_task > 1)
        f->task_left = malloc(plan->tasks * sizeof *f->task_left);
    if (!f->launched || !f->hand || !f->end_s || !f->bound ||
        (plan->units_per_task > 1 && !f->task_left) ||
        sbs_agenda_init(&f->agenda, plan->workers) != 0) {
        sbs_flow_destroy(f);
        return sbs_fail(err, SBS_EMEMORY, "out of memory for %u workers",
                        plan->workers);
    }
    *out = f;
    return 0;
}

void sbs_flow_destroy(struct sbs_flow *f)
{
    if (!f)
        return;
    sbs_natures_fini(&f->natures);
    sbs_agenda_fini(&f->agenda);
    free(f->launched);
    free(f->hand);
    free(f->end_s);
    free(f->bound);
    free(f->task_left);
    free(f);
}

/* ---- the tasks ---------------------------------------------------------- */

static void draw_window(struct sbs_flow *f, uint32_t first)
{
    const struct sbs_plan *p = f->plan;
    uint32_t left = p->tasks - first, n = left < TOGETHER ? left : TOGETHER;
    sbs_sim_draw_tasks(&f->platform, f->scenario->workload, first, n,
                       f->unit_s);
    f->window = first;
    for (uint32_t i = 0; i < n; i++) {
        f->unit_s[i] = f->unit_s[i] * p->work_scale / p->units_per_task;
        f->work_s += f->unit_s[i] * p->units_per_task;
        sbs_cores_add(&f->cores, f->unit_s[i] * f->local_scale);
    }
}

/* Reference seconds of the units [first, end), which are taken in order. */
static double chunk_work_s(struct sbs_flow *f, uint32_t first, uint32_t end)
{
    uint32_t k = f->plan->units_per_task;
    double work_s = 0;
    for (uint32_t u = first; u < end;) {
        uint32_t task = u / k, to = (task + 1) * k < end ? (task + 1) * k
                                                         : end;
        if (task >= f->window + TOGETHER)
            draw_window(f, f->window + TOGETHER);
        work_s += f->unit_s[task - f->window] * (to - u);
        u = to;
    }
    return work_s;
}

/* ---- the workers -------------------------------------------------------- */

static void begin(struct sbs_flow *f, uint32_t replication)
{
    const struct sbs_scenario *s = f->scenario;
    const struct sbs_model *m =
        &s->models->models[replication % s->models->n];
    double gain = 1;
    sbs_model_gain(m, f->plan->vcpu, &gain, NULL); /* known: sbs_sim_plan */
    sbs_platform_reset(&f->platform, m, s->seed, replication, gain);
    f->natures.n = 0;
    f->work_s = 0;
    f->tasks_done = 0;
    f->local_scale = sbs_steady_local_scale(m, f->plan);
    sbs_cores_reset(&f->cores, sbs_steady_cores(m));
    for (uint32_t t = 0; f->task_left && t < f->plan->tasks; t++)
        f->task_left[t] = f->plan->units_per_task;
    draw_window(f, 0);
}

/* All workers into the queue, at the time at which they are ready. False: one
 * never is, or waits for a place. */
static bool line_up(struct sbs_flow *f)
{
    const struct sbs_plan *p = f->plan;
    struct sbs_fate fate;
    bool good = true;
    f->anchor_s = sbs_steady_launch(&f->platform, p, f->launched);
    sbs_agenda_clear(&f->agenda);
    for (uint32_t i = 0; i < p->workers; i++) {
        sbs_platform_fate(&f->platform, &f->natures, i,
                          f->launched[i].granted_s, i < p->warm, false,
                          &fate);
        f->hand[i] = (struct hand){ .rate = fate.rate };
        f->bound[i] = (struct sbs_bound_worker){ fate.ready_s, fate.rate };
        sbs_agenda_seat(&f->agenda, i, fate.ready_s, NO_CHUNK);
        good &= isfinite(fate.ready_s) && !f->launched[i].queued;
    }
    sbs_agenda_play(&f->agenda);
    return good;
}

/* Seconds around computing, drawn for this attempt of this worker. */
static double drawn_s(const struct sbs_flow *f, const struct sbs_dist *d,
                      uint32_t worker, uint32_t draw)
{
    double fixed;
    if (sbs_dist_is_const(d, &fixed))
        return fixed;
    return sbs_dist_quantile(
        d, sbs_rng_u01(&f->platform.stream, worker, SBS_FOR_UNIT,
                       f->hand[worker].attempts, draw));
}

/* Worker i, free at begun_s, does the units [first, end); when they are
 * stored. */
static double do_chunk(struct sbs_flow *f, uint32_t i, double begun_s,
                       uint32_t first, uint32_t end)
{
    const struct sbs_model *m = f->platform.model;
    struct hand *h = &f->hand[i];
    double claim = drawn_s(f, &m->unit.claim_s, i, 0);
    double download = drawn_s(f, &m->unit.download_s, i, 1);
    double upload = drawn_s(f, &m->unit.upload_s, i, 2);
    double from = begun_s + claim + download;
    double to = from + chunk_work_s(f, first, end) / h->rate;
    double over = to + upload;
    h->compute_s += to - from;
    h->transfer_s += (from - begun_s) + (over - to);
    h->attempts++;
    return over;
}

static void task_done(struct sbs_flow *f, double t_s)
{
    uint32_t n = ++f->tasks_done, all = f->plan->tasks;
    double seen_s = t_s > f->anchor_s ? t_s : f->anchor_s;
    if (n == 1)
        f->first_s = seen_s;
    if (n == (all + 1) / 2)
        f->half_s = seen_s;
    if (n == all)
        f->makespan_s = seen_s;
}

/* The units [first, end) are stored. */
static void chunk_done(struct sbs_flow *f, uint32_t first, uint32_t end,
                       double t_s)
{
    uint32_t k = f->plan->units_per_task;
    for (uint32_t u = first; u < end && k == 1; u++)
        task_done(f, t_s);
    for (uint32_t u = first; u < end && k > 1;) {
        uint32_t task = u / k, to = (task + 1) * k < end ? (task + 1) * k
                                                         : end;
        if ((f->task_left[task] -= to - u) == 0)
            task_done(f, t_s);
        u = to;
    }
}

static uint32_t chunk_end(const struct sbs_flow *f, uint32_t first)
{
    uint32_t left = f->n_units - first, n = f->plan->chunk_units;
    return first + (n < left ? n : left);
}

static uint32_t pull(struct sbs_flow *f)
{
    struct sbs_agenda *a = &f->agenda;
    uint32_t next = 0, chunks = 0, here = f->plan->workers;
    while (here > 0) {
        struct sbs_queue_entry e = sbs_agenda_first(a);
        __builtin_prefetch(&f->hand[sbs_agenda_ahead(a)], 1);
        if (e.kind != NO_CHUNK)
            chunk_done(f, e.kind, chunk_end(f, e.kind), e.time_s);
        if (next == f->n_units) {
            f->end_s[e.slot] = e.time_s;
            sbs_agenda_drop_first(a);
            here--;
            continue;
        }
        uint32_t end = chunk_end(f, next);
        double over = do_chunk(f, e.slot, e.time_s, next, end);
        sbs_agenda_put_first(a, e.slot, over, next);
        next = end;
        chunks++;
    }
    return chunks;
}

/* ---- the numbers -------------------------------------------------------- */

static bool add_up(struct sbs_flow *f, struct sbs_steady_sums *sums)
{
    const struct sbs_plan *p = f->plan;
    bool sound = true;
    for (uint32_t i = 0; i < p->workers; i++) {
        const struct hand *h = &f->hand[i];
        struct sbs_steady_life life = {
            .granted_s = f->launched[i].granted_s,
            .ready_s = f->bound[i].a_s,
            .end_s = f->end_s[i],
            .compute_s = h->compute_s,
            .transfer_s = h->transfer_s,
        };
        life.pull_s =
            i < p->warm ? life.granted_s
                        : life.granted_s + f->natures.provision_s[i] *
                                               f->platform.startup_factor;
        sound &= life.ready_s != f->makespan_s;
        sbs_steady_add(&f->platform, p, i, &life, f->makespan_s, sums);
    }
    return sound;
}

int sbs_flow_run(struct sbs_flow *f, uint32_t replication,
                 double metrics[SBS_N_METRICS], bool *done,
                 struct sbs_error *err)
{
    struct sbs_steady_sums sums = { 0 };
    begin(f, replication);
    if (sbs_platform_natures(&f->platform, f->plan->workers, &f->natures) != 0)
        return sbs_fail(err, SBS_EMEMORY, "out of memory for %u workers",
                        f->plan->workers);
    *done = line_up(f);
    if (!*done)
        return 0;
    uint32_t chunks = pull(f);
    *done = f->tasks_done == f->plan->tasks && add_up(f, &sums);
    struct sbs_steady_result r = {
        .makespan_s = f->makespan_s,
        .first_s = f->first_s,
        .half_s = f->half_s,
        .local_s = f->cores.last_s,
        .bound_s = sbs_bound_level(f->bound, f->plan->workers, f->work_s),
        .attempts = chunks,
    };
    *done &= sbs_steady_metrics(f->platform.model, &r, &sums, metrics);
    return 0;
}
