/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of sim/lanes.h in the operations of base/simd.h, included once
 * per instruction set with SBS_LANES_NAME and the choice of base/simd.h
 * defined. Each expression repeats one of the general engine; the file it is
 * from stands beside it. */
#include <math.h>
#include <string.h>

#include "base/dist.h"
#include "base/simd.h"
#include "sim/lanes.h"
#include "sim/purpose.h"

#include "sim/lanes_draw.h"

#include "sim/lanes_attempt.h"

#include "sim/lanes_runs.h"

/* ---- the schedule ------------------------------------------------------ */

static void schedule(struct sbs_lanes *x)
{
    struct around around;
    fill_around(x, &around);
    memset(x->done_s, 0, x->tasks * sizeof(sbs_row));
    bool drawn = around.drawn[0] || around.drawn[1];
    if (x->pull && x->long_runs && !x->attempt && !drawn)
        pull_in_runs(x, &around);
    else if (x->pull)
        pull_singly(x, &around);
    else
        for (uint32_t i = 0; i < x->workers; i++)
            run_bound(x, i, &around);
}

/* ---- order statistics -------------------------------------------------- */

static inline void order(sbs_row *a, sbs_row *b)
{
    for EACH (s) {
        v_real x = row(a, s), y = row(b, s);
        put(a, s, v_min(x, y));
        put(b, s, v_max(x, y));
    }
}

/* Those from j on that are k apart, within blocks of so many (a power of
 * two). */
static inline void order_stretch(sbs_row *r, uint32_t n, uint32_t j,
                                 uint32_t k, uint32_t block)
{
    for (uint32_t i = j; i < j + k && i + k < n; i++)
        if ((i ^ (i + k)) < block)
            order(&r[i], &r[i + k]);
}

/* Batcher's merge exchange (Knuth, The Art of Computer Programming 3, 5.2.2,
 * algorithm M): all lanes are sorted by the same comparisons. */
static void sort_rows(sbs_row *r, uint32_t n)
{
    for (uint32_t p = 1; p < n; p *= 2)
        for (uint32_t k = p; k >= 1; k /= 2)
            for (uint32_t j = k % p; j + k < n; j += 2 * k)
                order_stretch(r, n, j, k, 2 * p);
}

static void finish(struct sbs_lanes *x)
{
    uint32_t n = x->tasks;
    for (uint32_t t = 0; t < n; t++)
        for EACH (s)
            put(&x->done_s[t], s,
                v_max(row(&x->anchor_s, s), row(&x->done_s[t], s)));
    sort_rows(x->done_s, n);
    x->first_s = x->done_s[0];
    x->half_s = x->done_s[(n + 1) / 2 - 1];
    x->makespan_s = x->done_s[n - 1];
}

/* ---- the bill (sim/account.c) ------------------------------------------ */

/* When an ordered stop of each worker takes effect, counted from the order:
 * a row a worker, or one for all where nothing is drawn. */
static const sbs_row *stop_delays(struct sbs_lanes *x, uint32_t *step)
{
    LAWS(x, stop, stop_s);
    uint32_t worker[N], none[N] = { 0 };
    sbs_row u = { { 0 } }, v;
    *step = !all_const(stop);
    for (uint32_t i = 0; i < (*step ? x->workers : 1); i++) {
        for (int l = 0; l < N; l++)
            worker[l] = i;
        if (*step)
            x->batch->lanes(&x->stream, worker, SBS_FOR_STOP, none, 0,
                            u.lane, v.lane);
        quantile_rows(x, stop, 1, &u, &x->z[i]);
    }
    return x->z;
}

struct prices {
    sbs_row round_s, least_s;
    bool rounds;
};

static v_real billed(const struct prices *p, v_real for_s, int s)
{
    v_mask some = v_lt(v_set(0), for_s);
    if (p->rounds) {
        v_real round = row(&p->round_s, s);
        v_real up = round * v_ceil(for_s / round - v_set(1e-9));
        for_s = v_pick(v_lt(v_set(0), round), up, for_s);
    }
    for_s = v_max(row(&p->least_s, s), for_s);
    return v_pick(some, for_s, v_set(0));
}

struct sums {
    v_real launched, startup_s, computed_s, moved_s, billed_s, cost_usd;
    v_real odd; /* ready at the very makespan: how often */
};

static inline void add_worker(const struct sbs_lanes *x, uint32_t i,
                              v_real stop_s, const struct prices *prices,
                              int s, struct sums *sum)
{
    v_real makespan = row(&x->makespan_s, s), none = v_set(0), one = v_set(1);
    v_real granted = row(&x->granted_s[i], s);
    v_real ready = row(&x->ready_s[i], s);
    /* Launched by the makespan; ready by it. */
    v_mask late = v_lt(makespan, granted);
    v_mask came = v_lt(ready, makespan);
    v_real end = v_pick(came, row(&x->end_s[i], s),
                        v_min(makespan + stop_s, ready));
    v_real from = i < x->warm ? v_set(-x->warm_s) : row(&x->pull_s[i], s);
    v_real paid = v_pick(late, none, billed(prices, end - from, s));
    v_real up = v_min(ready, end) - granted;
    v_mask idle = v_or(late, v_lt(makespan, ready));
    sum->launched += v_pick(late, none, one);
    sum->startup_s += v_pick(late, none, up);
    sum->computed_s += v_pick(idle, none, row(&x->compute_s[i], s));
    sum->moved_s += v_pick(idle, none, row(&x->transfer_s[i], s));
    sum->billed_s += paid;
    sum->cost_usd += paid * row(&x->usd_per_s, s);
    sum->odd = v_add_if(v_eq(ready, makespan), sum->odd, one);
}

static struct prices prices_of(const struct sbs_lanes *x)
{
    struct prices p = { .rounds = false };
    for (int l = 0; l < N; l++) {
        p.round_s.lane[l] = x->model[l]->price.round_s;
        p.least_s.lane[l] = x->model[l]->price.min_billed_s;
        p.rounds |= p.round_s.lane[l] > 0;
    }
    return p;
}

static void account(struct sbs_lanes *x)
{
    struct prices prices = prices_of(x);
    uint32_t step;
    const sbs_row *stop_s = stop_delays(x, &step);
    sbs_row odd;
    for EACH (s) {
        v_real none = v_set(0);
        struct sums sum = { none, none, none, none, none, none, none };
        for (uint32_t i = 0; i < x->workers; i++)
            add_worker(x, i, row(&stop_s[i * step], s), &prices, s, &sum);
        put(&x->launched, s, sum.launched);
        put(&x->startup_s, s, sum.startup_s);
        put(&x->computed_s, s, sum.computed_s);
        put(&x->moved_s, s, sum.moved_s);
        put(&x->billed_s, s, sum.billed_s);
        put(&x->cost_usd, s, sum.cost_usd);
        put(&odd, s, sum.odd);
    }
    for (int l = 0; l < N; l++)
        x->odd[l] |= odd.lane[l] > 0;
}

/* ---- the bound (model/bound.c) ----------------------------------------- */

static v_real level_of(const struct sbs_lanes *x, v_real t, int s)
{
    enum { SUMS = 4 };
    v_real none = v_set(0), rate[SUMS], offset[SUMS];
    for (int k = 0; k < SUMS; k++)
        rate[k] = offset[k] = none;
    uint32_t i = 0;
    for (; i + SUMS <= x->workers; i += SUMS)
        for (uint32_t k = 0; k < SUMS; k++) {
            v_real a = row(&x->ready_s[i + k], s);
            v_mask usable = v_lt(a, t);
            v_real r = v_pick(usable, row(&x->rate[i + k], s), none);
            rate[k] += r;
            offset[k] += r * v_pick(usable, a, none);
        }
    for (uint32_t k = 0; i + k < x->workers; k++) {
        v_real a = row(&x->ready_s[i + k], s);
        v_mask usable = v_lt(a, t);
        v_real r = v_pick(usable, row(&x->rate[i + k], s), none);
        rate[k] += r;
        offset[k] += r * v_pick(usable, a, none);
    }
    return (row(&x->work_s, s) +
            ((offset[0] + offset[1]) + (offset[2] + offset[3]))) /
           ((rate[0] + rate[1]) + (rate[2] + rate[3]));
}

static void bound(struct sbs_lanes *x)
{
    v_real k = v_set(x->units_per_task);
    memset(&x->work_s, 0, sizeof x->work_s);
    for (uint32_t t = 0; t < x->tasks; t++)
        for EACH (s)
            put(&x->work_s, s,
                row(&x->work_s, s) + row(&x->unit_s[t], s) * k);
    for EACH (s) {
        v_real t = v_set(INFINITY), next = level_of(x, t, s);
        v_mask lower = v_lt(next, t);
        while (v_any(lower)) {
            t = v_pick(lower, next, t);
            next = level_of(x, t, s);
            lower = v_lt(next, t);
        }
        put(&x->bound_s, s, t);
    }
}

/* ---- the user's own machine (sim/account.c, list_by_window) ------------ */

static void local(struct sbs_lanes *x)
{
    uint32_t mask = x->core_ring - 1;
    sbs_row last = { { 0 } };
    memset(x->core_s, 0, x->core_ring * sizeof(sbs_row));
    for (uint32_t t = 0; t < x->local_tasks; t++)
        for EACH (s) {
            v_real end = row(&x->core_s[t & mask], s) +
                         row(&x->unit_s[t], s) * row(&x->local_scale, s);
            uint32_t at = t + x->cores;
            put(&last, s, v_max(end, row(&last, s)));
            for (; at > t + 1; at--) {
                v_real before = row(&x->core_s[(at - 1) & mask], s);
                v_mask first = v_lt(end, before);
                if (!v_any(first))
                    break;
                put(&x->core_s[at & mask], s, v_pick(first, before, end));
                end = v_pick(first, end, before);
            }
            put(&x->core_s[at & mask], s, end);
        }
    x->local_s = last;
}

const struct sbs_lanes_ops SBS_LANES_NAME = {
    .fleet = fleet,
    .work = work,
    .schedule = schedule,
    .finish = finish,
    .account = account,
    .bound = bound,
    .local = local,
};
