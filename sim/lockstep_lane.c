/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "sim/lockstep_state.h"
#include "sim/state.h"
#include "sim/steady.h"

/* ---- what the client sees ---------------------------------------------- */

static bool stored_before(const struct sbs_lane_attempt *a,
                          const struct sbs_lane_attempt *b, int l)
{
    return a->over.lane[l] < b->over.lane[l] ||
           (a->over.lane[l] == b->over.lane[l] && a->worker[l] < b->worker[l]);
}

/* Chunks by the time they are stored, then by worker. They are nearly in that
 * order when they were pulled. */
static void sort_chunks(struct sbs_lockstep *k, int l)
{
    const struct sbs_lane_attempt *at = k->lanes.attempt;
    uint32_t *order = k->order;
    for (uint32_t c = 0; c < k->lanes.n_chunks; c++) {
        uint32_t i = c;
        for (; i > 0 && stored_before(&at[c], &at[order[i - 1]], l); i--)
            order[i] = order[i - 1];
        order[i] = c;
    }
}

/* What the client has seen so far. */
struct seen {
    uint32_t tasks;
    bool enough;
};

static void see_task(struct sbs_lockstep *k, int l, double t_s,
                     struct seen *seen)
{
    uint32_t needed = k->plan->needed;
    seen->tasks++;
    if (seen->tasks == 1)
        k->lanes.first_s.lane[l] = t_s;
    if (seen->tasks == (needed + 1) / 2)
        k->lanes.half_s.lane[l] = t_s;
    if (seen->tasks == needed) {
        k->lanes.makespan_s.lane[l] = t_s;
        seen->enough = true;
    }
}

static void see_chunk(struct sbs_lockstep *k, int l, uint32_t c, double t_s,
                      struct seen *seen)
{
    const struct sbs_chunk *chunk = &k->lanes.chunk[c];
    const struct sbs_lane_attempt *at = &k->lanes.attempt[c];
    for (uint32_t u = chunk->first_unit;
         u < chunk->first_unit + chunk->n_units; u++) {
        uint32_t task = u / k->plan->units_per_task;
        if (--k->task_left[task] > 0)
            continue;
        sbs_client_task_complete(&k->client, task);
        see_task(k, l, t_s, seen);
    }
    k->used_s[l] += at->over.lane[l] - at->begun.lane[l];
}

static int upload(struct sbs_lockstep *k, int l, uint32_t c)
{
    const struct sbs_chunk *chunk = &k->lanes.chunk[c];
    const struct sbs_lane_attempt *at = &k->lanes.attempt[c];
    uint32_t per_task = k->plan->units_per_task;
    return sbs_client_upload(&k->client, c, at->over.lane[l],
                             at->collect.lane[l],
                             chunk->first_unit / per_task,
                             (chunk->first_unit + chunk->n_units - 1) /
                                 per_task);
}

int sbs_lockstep_watch(struct sbs_lockstep *k, int l, struct sbs_error *err)
{
    const struct sbs_lanes *x = &k->lanes;
    const struct sbs_model *m = x->model[l];
    struct seen seen = { 0 };
    uint32_t next = 0;
    sort_chunks(k, l);
    sbs_client_reset(&k->client, m->client.poll_s, m->client.poll_task_s);
    sbs_client_begin(&k->client, x->anchor_s.lane[l]);
    for (uint32_t t = 0; t < x->tasks; t++)
        k->task_left[t] = x->units_per_task;
    k->used_s[l] = 0;
    while (!seen.enough) {
        double stored_s = next < x->n_chunks
                              ? x->attempt[k->order[next]].over.lane[l]
                              : INFINITY;
        double seen_s = sbs_client_next_s(&k->client);
        if (isinf(stored_s) && isinf(seen_s)) {
            k->lanes.odd[l] = true; /* it will never be done */
            k->lanes.makespan_s.lane[l] = NAN;
            return 0;
        }
        if (stored_s <= seen_s) {
            if (upload(k, l, k->order[next++]) != 0)
                return sbs_fail(err, SBS_EMEMORY,
                                "out of memory in a replication");
        } else {
            see_chunk(k, l, sbs_client_take(&k->client), seen_s, &seen);
        }
    }
    return 0;
}

/* ---- the bill of bound work that stops early --------------------------- */

/* A worker's life and what it was spent on. */
struct life {
    double end_s, compute_s, transfer_s, begun;
};

/* What worker i, ready by the makespan, had begun and done by then. */
static struct life live(const struct sbs_lockstep *k, uint32_t i, int l)
{
    const struct sbs_lanes *x = &k->lanes;
    struct life life = { .end_s = x->ready_s[i].lane[l] };
    for (uint32_t c = x->first_chunk[i]; c < x->first_chunk[i + 1]; c++) {
        const struct sbs_lane_attempt *at = &x->attempt[c];
        double end = at->over.lane[l];
        bool runs_on = end > x->makespan_s.lane[l];
        if (runs_on)
            end = fmin(x->makespan_s.lane[l] +
                           sbs_steady_stop_s(&k->platform[l], i), end);
        double from = fmin(at->from.lane[l], end);
        double to = fmax(from, fmin(at->to.lane[l], end));
        life.begun++;
        life.compute_s += to - from;
        life.transfer_s += (from - at->begun.lane[l]) + (end - to);
        life.end_s = end;
        if (runs_on)
            break;
    }
    return life;
}

void sbs_lockstep_account(struct sbs_lockstep *k, int l)
{
    struct sbs_lanes *x = &k->lanes;
    double makespan = x->makespan_s.lane[l];
    struct sbs_steady_sums sums = { 0 };
    k->begun[l] = 0;
    for (uint32_t i = 0; i < x->workers; i++) {
        struct sbs_steady_life all = {
            .granted_s = x->granted_s[i].lane[l],
            .pull_s = x->pull_s[i].lane[l],
            .ready_s = x->ready_s[i].lane[l],
        };
        x->odd[l] |= all.ready_s == makespan;
        if (all.ready_s < makespan) {
            struct life some = live(k, i, l);
            all.end_s = some.end_s;
            all.compute_s = some.compute_s;
            all.transfer_s = some.transfer_s;
            k->begun[l] += some.begun;
        }
        sbs_steady_add(&k->platform[l], k->plan, i, &all, makespan, &sums);
    }
    x->launched.lane[l] = sums.launched;
    x->startup_s.lane[l] = sums.startup_s;
    x->computed_s.lane[l] = sums.compute_s;
    x->moved_s.lane[l] = sums.transfer_s;
    x->billed_s.lane[l] = sums.billed_s;
    x->cost_usd.lane[l] = sums.cost_usd;
}

/* ---- the bound --------------------------------------------------------- */

void sbs_lockstep_bound(struct sbs_lockstep *k, int l)
{
    struct sbs_lanes *x = &k->lanes;
    double *unit_s = k->scratch_s, *task_s = unit_s + x->tasks;
    double *scratch = task_s + x->tasks;
    for (uint32_t t = 0; t < x->tasks; t++)
        unit_s[t] = x->unit_s[t].lane[l];
    for (uint32_t i = 0; i < x->workers; i++)
        k->workers[i] = (struct sbs_bound_worker){ x->ready_s[i].lane[l],
                                                   x->rate[i].lane[l] };
    double work_s = sbs_regret_work_s(k->plan, unit_s, task_s);
    x->bound_s.lane[l] = sbs_regret_steady_s(k->plan, k->workers, x->workers,
                                        task_s, work_s, scratch);
}
