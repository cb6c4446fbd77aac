/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of sim/lanes.h in the operations of base/simd.h, included once
 * per instruction set with SBS_LANES_NAME defined. Each expression repeats
 * one of the general engine; where it is, stands beside it. */
#include <math.h>
#include <string.h>

#include "base/dist.h"
#include "base/simd.h"
#include "sim/lanes.h"
#include "sim/purpose.h"

enum { N = SBS_LANES_N };

/* A law of the models, in each lane. */
#define LAWS(x, d, field) \
    const struct sbs_dist *d[N]; \
    for (int l_ = 0; l_ < N; l_++) \
    d[l_] = &(x)->model[l_]->field

/* For every part of a row that fills a register. */
#define EACH(s) (int s = 0; s < N; s += SBS_LANES)

static inline v_real row(const sbs_row *r, int s) { return v_load(r->lane + s); }

static inline void put(sbs_row *r, int s, v_real x) { v_store(r->lane + s, x); }

static inline v_real v_min(v_real a, v_real b)
{
    return v_pick(v_lt(a, b), a, b);
}

/* ---- laws -------------------------------------------------------------- */

static bool all_const(const struct sbs_dist *const d[N])
{
    bool all = true;
    for (int l = 0; l < N; l++)
        all &= d[l]->kind == SBS_DIST_CONST;
    return all;
}

/* sbs_dist_quantiles with a law of its own in each lane. */
static void quantile_rows(const struct sbs_lanes *x,
                          const struct sbs_dist *const d[N], size_t n,
                          const sbs_row *u, sbs_row *out)
{
    sbs_row shift, a, b;
    bool same = true;
    for (int l = 0; l < N; l++) {
        same &= d[l]->kind == d[0]->kind;
        shift.lane[l] = d[l]->shift;
        a.lane[l] = d[l]->a;
        b.lane[l] = d[l]->b;
    }
    switch (same ? d[0]->kind : SBS_DIST_MIXTURE) {
    case SBS_DIST_CONST:
        for (size_t i = 0; i < n; i++)
            out[i] = shift;
        break;
    case SBS_DIST_UNIFORM:
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s,
                    row(&shift, s) +
                        (row(&a, s) +
                         row(&u[i], s) * (row(&b, s) - row(&a, s))));
        break;
    case SBS_DIST_LOGNORMAL:
        x->batch->normal(N * n, u[0].lane, out[0].lane);
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s, row(&a, s) + row(&b, s) * row(&out[i], s));
        x->batch->exp(N * n, 0, 1, out[0].lane, out[0].lane);
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s, row(&shift, s) + row(&out[i], s));
        break;
    case SBS_DIST_EXPONENTIAL:
        x->batch->exponential(N * n, 0, 1, u[0].lane, out[0].lane);
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s, row(&shift, s) + row(&a, s) * row(&out[i], s));
        break;
    default:
        for (size_t i = 0; i < n; i++)
            for (int l = 0; l < N; l++)
                out[i].lane[l] = sbs_dist_quantile(d[l], u[i].lane[l]);
        break;
    }
}

/* ---- the fleet (sim/platform.c) ---------------------------------------- */

/* Variates of two laws that share the pair of uniforms, for all workers. */
static void draw_two(struct sbs_lanes *x, uint32_t purpose, uint32_t pair,
                     const struct sbs_dist *const a[N],
                     const struct sbs_dist *const b[N], sbs_row *out_a,
                     sbs_row *out_b)
{
    if (!all_const(a) || !all_const(b))
        x->batch->grid(&x->stream, 0, purpose, 0, pair, x->workers, x->u[0].lane,
                       x->v[0].lane);
    quantile_rows(x, a, x->workers, x->u, out_a);
    quantile_rows(x, b, x->workers, x->v, out_b);
}

static void start_up(struct sbs_lanes *x)
{
    LAWS(x, provision, startup.provision_s);
    LAWS(x, pull, startup.pull_s);
    LAWS(x, container, startup.container_s);
    LAWS(x, boot, startup.boot_s);
    sbs_row *rest = x->ready_s, *two = x->end_s, *three = x->compute_s;
    draw_two(x, SBS_FOR_STARTUP, 0, provision, pull, x->pull_s, rest);
    draw_two(x, SBS_FOR_STARTUP, 1, container, boot, two, three);
    for (uint32_t i = 0; i < x->workers; i++)
        for EACH (s) {
            v_real factor = row(&x->startup_factor, s);
            v_real granted = row(&x->granted_s[i], s);
            v_real at = granted + row(&x->pull_s[i], s) * factor;
            v_real all =
                row(&rest[i], s) + row(&two[i], s) + row(&three[i], s);
            put(&x->pull_s[i], s, at);
            put(&x->ready_s[i], s, at + all * factor);
        }
    for (uint32_t i = 0; i < x->warm; i++) {
        x->pull_s[i] = x->granted_s[i];
        x->ready_s[i] = x->granted_s[i];
    }
}

static bool one_class(const struct sbs_lanes *x)
{
    bool one = true;
    for (int l = 0; l < N; l++)
        one &= x->model[l]->speed.n_classes == 1;
    return one;
}

/* Slow-downs of workers of several classes into `out`; x->u picks the class,
 * x->v the slow-down. */
static void slowdowns_by_class(struct sbs_lanes *x, sbs_row *out)
{
    x->batch->normal(N * (size_t)x->workers, x->v[0].lane,
                     x->z[0].lane);
    for (uint32_t i = 0; i < x->workers; i++)
        for (int l = 0; l < N; l++) {
            const struct sbs_model *m = x->model[l];
            size_t k = 0;
            while (k + 1 < m->speed.n_classes &&
                   x->u[i].lane[l] >= m->speed.classes[k].cumulative)
                k++;
            const struct sbs_dist *d = &m->speed.classes[k].slowdown;
            bool log = d->kind == SBS_DIST_LOGNORMAL;
            x->z[i].lane[l] = log ? d->a + d->b * x->z[i].lane[l] : 0;
            x->u[i].lane[l] = log ? d->shift
                             : sbs_dist_quantile(d, x->v[i].lane[l]);
            x->v[i].lane[l] = log;
        }
    x->batch->exp(N * (size_t)x->workers, 0, 1, x->z[0].lane,
                  out[0].lane);
    for (uint32_t i = 0; i < x->workers; i++)
        for EACH (s) {
            v_real shift = row(&x->u[i], s);
            put(&out[i], s,
                v_pick(v_lt(v_set(0), row(&x->v[i], s)),
                       shift + row(&out[i], s), shift));
        }
}

static void draw_slowdowns(struct sbs_lanes *x, sbs_row *out)
{
    LAWS(x, only, speed.classes[0].slowdown);
    if (!one_class(x) || !all_const(only))
        x->batch->grid(&x->stream, 0, SBS_FOR_SPEED, 0, 0, x->workers,
                       x->u[0].lane, x->v[0].lane);
    if (one_class(x))
        quantile_rows(x, only, x->workers, x->v, out);
    else
        slowdowns_by_class(x, out);
}

static void draw_rates(struct sbs_lanes *x)
{
    sbs_row sd, *noise = x->end_s;
    bool noisy = false;
    for (int l = 0; l < N; l++) {
        sd.lane[l] = x->model[l]->speed.log_sd;
        noisy |= sd.lane[l] > 0;
    }
    draw_slowdowns(x, x->rate);
    if (noisy) {
        x->batch->grid(&x->stream, 0, SBS_FOR_SPEED, 0, 1, x->workers,
                       x->u[0].lane, x->v[0].lane);
        x->batch->normal(N * (size_t)x->workers, x->u[0].lane,
                         noise[0].lane);
        for (uint32_t i = 0; i < x->workers; i++)
            for EACH (s)
                put(&noise[i], s, row(&sd, s) * row(&noise[i], s));
        x->batch->exp(N * (size_t)x->workers, 0, 1, noise[0].lane,
                      noise[0].lane);
    }
    for (uint32_t i = 0; i < x->workers; i++)
        for EACH (s) {
            v_real slow = row(&x->rate[i], s) * row(&x->speed_factor, s);
            if (noisy)
                slow *= row(&noise[i], s);
            put(&x->rate[i], s, row(&x->gain, s) / slow);
        }
}

static void fleet(struct sbs_lanes *x)
{
    start_up(x);
    draw_rates(x);
}

/* ---- work (sim/backend.c, draw_work) ----------------------------------- */

static void work(struct sbs_lanes *x)
{
    const struct sbs_dist *d[N];
    v_real scale = v_set(x->work_scale), k = v_set(x->units_per_task);
    for (int l = 0; l < N; l++)
        d[l] = x->ref_s;
    if (!all_const(d))
        x->batch->grid(&x->stream, 0, SBS_FOR_WORK, 0, 0, x->tasks, x->u[0].lane,
                       x->v[0].lane);
    quantile_rows(x, d, x->tasks, x->u, x->unit_s);
    for (uint32_t t = 0; t < x->tasks; t++)
        for EACH (s)
            put(&x->unit_s[t], s, row(&x->unit_s[t], s) * scale / k);
}

/* ---- attempts (sim/attempt.c) ------------------------------------------ */

/* What goes with an attempt beside computing. */
struct around {
    sbs_row claim, download, upload, collect;
    bool drawn[2]; /* the first two, the last two */
    bool nothing;  /* the first three are 0 */
};

static void fill_around(const struct sbs_lanes *x, struct around *a)
{
    bool any = false;
    a->drawn[0] = a->drawn[1] = false;
    for (int l = 0; l < N; l++) {
        const struct sbs_model *m = x->model[l];
        a->drawn[0] |= m->unit.claim_s.kind != SBS_DIST_CONST ||
                       m->unit.download_s.kind != SBS_DIST_CONST;
        a->drawn[1] |= m->unit.upload_s.kind != SBS_DIST_CONST ||
                       m->client.collect_s.kind != SBS_DIST_CONST;
        a->claim.lane[l] = m->unit.claim_s.shift;
        a->download.lane[l] = m->unit.download_s.shift;
        a->upload.lane[l] = m->unit.upload_s.shift;
        a->collect.lane[l] = m->client.collect_s.shift;
        any |= a->claim.lane[l] != 0 || a->download.lane[l] != 0 || a->upload.lane[l] != 0;
    }
    a->nothing = !any && !a->drawn[0] && !a->drawn[1];
}

static void draw_pair(const struct sbs_lanes *x, const uint32_t *worker,
                      const uint32_t *ordinal, uint32_t pair,
                      const struct sbs_dist *const a[N],
                      const struct sbs_dist *const b[N], sbs_row *out_a,
                      sbs_row *out_b)
{
    sbs_row u, v;
    x->batch->lanes(&x->stream, worker, SBS_FOR_UNIT, ordinal, pair, u.lane,
                    v.lane);
    quantile_rows(x, a, 1, &u, out_a);
    quantile_rows(x, b, 1, &v, out_b);
}

static void draw_around(const struct sbs_lanes *x, const uint32_t *worker,
                        const uint32_t *ordinal, struct around *a)
{
    if (a->drawn[0]) {
        LAWS(x, claim, unit.claim_s);
        LAWS(x, download, unit.download_s);
        draw_pair(x, worker, ordinal, 0, claim, download, &a->claim,
                  &a->download);
    }
    if (a->drawn[1]) {
        LAWS(x, upload, unit.upload_s);
        LAWS(x, collect, client.collect_s);
        draw_pair(x, worker, ordinal, 1, upload, collect, &a->upload,
                  &a->collect);
    }
}

/* Reference seconds of a chunk. */
static void chunk_work(const struct sbs_lanes *x, const struct sbs_chunk *c,
                       sbs_row *out)
{
    uint32_t k = x->units_per_task, end = c->first_unit + c->n_units;
    memset(out, 0, sizeof *out);
    for (uint32_t u = c->first_unit; u < end;) {
        uint32_t task = u / k, to = (task + 1) * k < end ? (task + 1) * k
                                                         : end;
        v_real n = v_set(to - u);
        for EACH (s)
            put(out, s, row(out, s) + row(&x->unit_s[task], s) * n);
        u = to;
    }
}

/* The chunk is stored: so are its units, at the latest. */
static void note_done(struct sbs_lanes *x, const struct sbs_chunk *c,
                      const sbs_row *over)
{
    uint32_t first = c->first_unit / x->units_per_task;
    uint32_t last = (c->first_unit + c->n_units - 1) / x->units_per_task;
    for (uint32_t t = first; t <= last; t++)
        for EACH (s)
            put(&x->done_s[t], s,
                v_max(row(over, s), row(&x->done_s[t], s)));
}

static void keep(struct sbs_lanes *x, uint32_t chunk, const uint32_t *worker,
                 const struct sbs_lane_attempt *at)
{
    if (!x->attempt)
        return;
    x->attempt[chunk] = *at;
    memcpy(x->attempt[chunk].worker, worker,
           sizeof x->attempt[chunk].worker);
}

/* ---- bound work -------------------------------------------------------- */

/* Worker i does its chunks one after the other. */
static void run_bound(struct sbs_lanes *x, uint32_t i, struct around *around)
{
    struct sbs_lane_attempt at;
    sbs_row work_s;
    uint32_t worker[N], ordinal[N];
    at.over = x->ready_s[i];
    memset(&x->compute_s[i], 0, sizeof(sbs_row));
    memset(&x->transfer_s[i], 0, sizeof(sbs_row));
    for (uint32_t c = x->first_chunk[i]; c < x->first_chunk[i + 1]; c++) {
        for (int l = 0; l < N; l++) {
            worker[l] = i;
            ordinal[l] = c - x->first_chunk[i];
        }
        draw_around(x, worker, ordinal, around);
        chunk_work(x, &x->chunk[c], &work_s);
        for EACH (s) {
            v_real begun = row(&at.over, s);
            v_real from = begun + row(&around->claim, s) +
                          row(&around->download, s);
            v_real to = from + row(&work_s, s) / row(&x->rate[i], s);
            v_real over = to + row(&around->upload, s);
            put(&at.begun, s, begun);
            put(&at.from, s, from);
            put(&at.to, s, to);
            put(&at.over, s, over);
            put(&x->compute_s[i], s, row(&x->compute_s[i], s) + (to - from));
            put(&x->transfer_s[i], s,
                row(&x->transfer_s[i], s) + ((from - begun) + (over - to)));
        }
        at.collect = around->collect;
        note_done(x, &x->chunk[c], &at.over);
        keep(x, c, worker, &at);
    }
    x->end_s[i] = at.over;
}

/* ---- pulled work ------------------------------------------------------- */

/* Put (t, p) where it belongs among the ring's places [lo, at), which are in
 * order, and move up what comes behind. A later time or, on the same time, a
 * higher worker is farther behind. Every place is compared with what is
 * inserted, not with what it pushes up, so that no step waits for another. */
static inline void insert(sbs_row *time, sbs_row *place, uint32_t mask,
                          v_real t, v_real p, uint32_t lo, uint32_t at, int s)
{
    v_real own_t = t, own_p = p;  /* what stood at `at` */
    v_mask pushed = v_eq(t, t);   /* it has moved up */
    for (; at > lo; at--) {
        v_real next_t = row(&time[(at - 1) & mask], s);
        v_real next_p = row(&place[(at - 1) & mask], s);
        v_mask pushes = v_or(v_lt(t, next_t),
                             v_and(v_eq(t, next_t), v_lt(p, next_p)));
        put(&time[at & mask], s,
            v_pick(pushes, next_t, v_pick(pushed, t, own_t)));
        put(&place[at & mask], s,
            v_pick(pushes, next_p, v_pick(pushed, p, own_p)));
        if (!v_any(pushes))
            return;
        own_t = next_t;
        own_p = next_p;
        pushed = pushes;
    }
    put(&time[at & mask], s, v_pick(pushed, t, own_t));
    put(&place[at & mask], s, v_pick(pushed, p, own_p));
}

/* The same behind a head at lo - 1, when only places before `end` will ever
 * be heads: what comes behind is in no order. */
static inline void enqueue(sbs_row *time, sbs_row *place, uint32_t mask,
                           v_real t, v_real p, uint32_t lo, uint32_t at,
                           uint32_t end, int s)
{
    if (end > at) {
        insert(time, place, mask, t, p, lo, at, s);
        return;
    }
    if (end > lo) {
        v_real last_t = row(&time[(end - 1) & mask], s);
        v_real last_p = row(&place[(end - 1) & mask], s);
        v_mask pushes = v_or(v_lt(t, last_t),
                             v_and(v_eq(t, last_t), v_lt(p, last_p)));
        if (v_any(pushes)) {
            insert(time, place, mask, v_pick(pushes, t, last_t),
                   v_pick(pushes, p, last_p), lo, end - 1, s);
            t = v_pick(pushes, last_t, t);
            p = v_pick(pushes, last_p, p);
        }
    }
    put(&time[at & mask], s, t);
    put(&place[at & mask], s, p);
}

/* Workers in the order in which they are ready. */
static void line_up(struct sbs_lanes *x)
{
    for (uint32_t i = 0; i < x->workers; i++) {
        sbs_row place;
        for (int l = 0; l < N; l++)
            place.lane[l] = 0x1p52 + (double)(i * N + (uint32_t)l);
        for EACH (s)
            insert(x->free_s, x->place, x->ring - 1, row(&x->ready_s[i], s),
                   row(&place, s), 0, i, s);
    }
    memset(x->compute_s, 0, x->workers * sizeof(sbs_row));
    memset(x->transfer_s, 0, x->workers * sizeof(sbs_row));
    memset(x->attempts, 0, x->workers * N * sizeof *x->attempts);
}

static inline v_word place_of(v_real place)
{
    return v_as_word(place) & v_setw(UINT64_C(0xfffffffffffff));
}

static void add_at(double *sums, v_word at, v_real x)
{
    v_scatter(sums, at, v_gather(sums, at) + x);
}

/* Which worker takes this chunk, and for the how-manieth time. */
static void who_takes(struct sbs_lanes *x, uint32_t head, uint32_t worker[N],
                      uint32_t ordinal[N])
{
    for (int l = 0; l < N; l++) {
        uint32_t at = (uint32_t)(x->place[head].lane[l] - 0x1p52);
        worker[l] = at / N;
        ordinal[l] = x->attempts[at]++;
    }
}

static void pull_chunk(struct sbs_lanes *x, uint32_t k, bool watched,
                       struct around *around)
{
    uint32_t mask = x->ring - 1, head = k & mask;
    struct sbs_lane_attempt at;
    sbs_row work_s;
    uint32_t worker[N], ordinal[N];
    if (watched) {
        who_takes(x, head, worker, ordinal);
        draw_around(x, worker, ordinal, around);
        at.collect = around->collect;
    }
    chunk_work(x, &x->chunk[k], &work_s);
    for EACH (s) {
        v_real begun = row(&x->free_s[head], s);
        v_real place = row(&x->place[head], s);
        v_word w = place_of(place);
        v_real from = begun + row(&around->claim, s) +
                      row(&around->download, s);
        v_real to =
            from + row(&work_s, s) / v_gather(x->rate[0].lane, w);
        v_real over = to + row(&around->upload, s);
        add_at(x->compute_s[0].lane, w, to - from);
        if (!around->nothing)
            add_at(x->transfer_s[0].lane, w, (from - begun) + (over - to));
        put(&at.begun, s, begun);
        put(&at.from, s, from);
        put(&at.to, s, to);
        put(&at.over, s, over);
        enqueue(x->free_s, x->place, mask, over, place, k + 1,
                k + x->workers, x->n_chunks, s);
    }
    note_done(x, &x->chunk[k], &at.over);
    if (watched)
        keep(x, k, worker, &at);
}

static void pull_singly(struct sbs_lanes *x, struct around *around)
{
    bool watched = x->attempt || around->drawn[0] || around->drawn[1];
    line_up(x);
    for (uint32_t k = 0; k < x->n_chunks; k++)
        pull_chunk(x, k, watched, around);
    /* Whoever is left in the ring has found the queue empty then. */
    for (uint32_t i = 0; i < x->workers; i++) {
        uint32_t at = (x->n_chunks + i) & (x->ring - 1);
        for (int l = 0; l < N; l++)
            x->end_s[0].lane[(uint32_t)(x->place[at].lane[l] - 0x1p52)] =
                x->free_s[at].lane[l];
    }
}

/* ---- pulled work, many equal chunks at a time --------------------------- */

/* Of a run of chunks of one length, whoever comes free before the first of
 * all possible ends takes one, and nobody takes two: who exactly takes which
 * does not matter. In each lane `left` chunks are to be given out; those
 * free before limit_s get one, and the first `ties` of those free just
 * then. */
struct round {
    sbs_row work_s;
    sbs_row left, limit_s, ties;
    sbs_row first_s; /* when the first worker is free */
    sbs_row done_s;  /* when the last of the run is stored */
};

/* When each worker would store one more chunk: x->v; when it would have
 * computed it: x->z, the same when nothing goes with an attempt. The earliest
 * end is the limit. */
static inline void look_ahead(struct sbs_lanes *x, const struct around *around,
                              bool bare, struct round *r)
{
    for EACH (s) {
        v_real limit = v_set(INFINITY), first = limit;
        v_real work_s = row(&r->work_s, s);
        v_real claim = row(&around->claim, s);
        v_real download = row(&around->download, s);
        v_real upload = row(&around->upload, s);
        const sbs_row *free_s = x->end_s, *rate = x->rate;
        sbs_row *to_s = x->z, *over_s = x->v;
        for (uint32_t i = 0, n = x->workers; i < n; i++) {
            v_real from = row(&free_s[i], s);
            first = v_min(from, first);
            if (!bare)
                from = from + claim + download;
            v_real over = from + work_s / row(&rate[i], s);
            if (!bare) {
                put(&to_s[i], s, over);
                over = over + upload;
            }
            put(&over_s[i], s, over);
            limit = v_min(over, limit);
        }
        put(&r->limit_s, s, limit);
        put(&r->first_s, s, first);
    }
}

/* How many workers are free before a time, the latest of them and the first
 * of the others. */
struct census {
    v_real n, latest, next;
};

static inline void count_one(const sbs_row *free_s, v_real before, int s,
                             struct census *c)
{
    v_real at = row(free_s, s);
    v_mask is = v_lt(at, before);
    c->n = v_add_if(is, c->n, v_set(1));
    c->latest = v_pick(is, v_max(at, c->latest), c->latest);
    c->next = v_pick(is, c->next, v_min(at, c->next));
}

static struct census take_census(const struct sbs_lanes *x, v_real before,
                                 int s)
{
    struct census none = { v_set(0), v_set(-INFINITY), v_set(INFINITY) };
    struct census a = none, b = none;
    const sbs_row *free_s = x->end_s;
    uint32_t i = 0, n = x->workers;
    for (; i + 1 < n; i += 2) {
        count_one(&free_s[i], before, s, &a);
        count_one(&free_s[i + 1], before, s, &b);
    }
    if (i < n)
        count_one(&free_s[i], before, s, &a);
    return (struct census){ a.n + b.n, v_max(a.latest, b.latest),
                            v_min(a.next, b.next) };
}

/* The number alone; the time itself bounds both neighbours. */
static struct census count_only(const struct sbs_lanes *x, v_real before,
                                int s)
{
    v_real a = v_set(0), b = a, one = v_set(1);
    const sbs_row *free_s = x->end_s;
    uint32_t i = 0, n = x->workers;
    for (; i + 1 < n; i += 2) {
        a = v_add_if(v_lt(row(&free_s[i], s), before), a, one);
        b = v_add_if(v_lt(row(&free_s[i + 1], s), before), b, one);
    }
    if (i < n)
        a = v_add_if(v_lt(row(&free_s[i], s), before), a, one);
    return (struct census){ a + b, before, before };
}

/* Lower the limit where more are free before it than chunks are left, by
 * guesses between a time with too few and one with too many. One too many:
 * without the latest it is right. Short of that, all before a time with too
 * few and of those just then as many as are missing: what this leaves over
 * another round gives out. */
static void set_limit(const struct sbs_lanes *x, struct round *r, int s)
{
    enum { GUESSES = 20 };
    v_real left = row(&r->left, s), low = row(&r->first_s, s);
    v_real limit = v_pick(v_lt(v_set(0), left), row(&r->limit_s, s),
                          v_set(-INFINITY)), high = limit;
    v_real one = v_set(1), few = v_set(0), many = count_only(x, limit, s).n;
    v_mask searched = v_lt(left, many), open = searched;
    v_mask found = v_but(open, open);
    for (int k = 0; k < GUESSES && v_any(open); k++) {
        v_real share = (left - few + v_set(0.5)) / (many - few);
        v_real guess = low + (high - low) * share;
        if (k % 4 == 3)
            guess = low + (high - low) * v_set(0.5);
        /* The first guess is rarely near enough for neighbours to help. */
        struct census c = k == 0 ? count_only(x, guess, s)
                                 : take_census(x, guess, s);
        v_mask below = v_and(open, v_lt(c.n, left));
        v_mask above = v_and(open, v_lt(left, c.n));
        v_mask hit = v_and(open, v_eq(c.n, left));
        v_mask over = v_and(open, v_eq(c.n, left + one));
        if (k == 0)
            over = v_but(over, over);
        limit = v_pick(hit, guess, v_pick(over, c.latest, limit));
        low = v_pick(below, c.next, low);
        few = v_pick(below, c.n, few);
        high = v_pick(above, c.latest, high);
        many = v_pick(above, c.n, many);
        found = v_or(found, v_or(hit, over));
        open = v_and(v_but(open, found), v_lt(low, high));
        if (k > 0)
            open = v_and(open, v_lt(few + one, left));
    }
    v_mask rest = v_but(searched, found);
    put(&r->limit_s, s, v_pick(rest, low, limit));
    put(&r->ties, s, v_pick(rest, left - few, v_set(0)));
}

/* Give the chunks out: who takes one is through with it at x->v. */
static inline void give_out(struct sbs_lanes *x, const struct around *around,
                            bool bare, struct round *r, int s)
{
    v_real limit = row(&r->limit_s, s), ties = row(&r->ties, s);
    v_real done = row(&r->done_s, s), left = row(&r->left, s);
    v_real minus = v_set(-1), none = v_set(0);
    v_real claim = row(&around->claim, s);
    v_real download = row(&around->download, s);
    const sbs_row *over_s = x->v, *to_s = bare ? x->v : x->z;
    sbs_row *free_s = x->end_s, *compute_s = x->compute_s;
    sbs_row *transfer_s = x->transfer_s;
    bool tied = v_any(v_lt(none, ties));
    for (uint32_t i = 0, n = x->workers; i < n; i++) {
        v_real begun = row(&free_s[i], s), from = begun;
        v_real over = row(&over_s[i], s), to = row(&to_s[i], s);
        v_mask takes = v_lt(begun, limit);
        if (tied) {
            v_mask is = v_and(v_eq(begun, limit), v_lt(none, ties));
            ties = v_add_if(is, ties, minus);
            takes = v_or(takes, is);
        }
        if (!bare) {
            from = begun + claim + download;
            put(&transfer_s[i], s,
                v_add_if(takes, row(&transfer_s[i], s),
                         (from - begun) + (over - to)));
        }
        put(&compute_s[i], s,
            v_add_if(takes, row(&compute_s[i], s), to - from));
        put(&free_s[i], s, v_pick(takes, over, begun));
        left = v_add_if(takes, left, minus);
        done = v_pick(takes, v_max(over, done), done);
    }
    put(&r->done_s, s, done);
    put(&r->left, s, left);
}

/* Chunks that take no time lead nowhere: the general engine knows better. */
static bool goes_on(struct sbs_lanes *x, const sbs_row *before, sbs_row *left)
{
    bool more = false;
    for (int l = 0; l < N; l++) {
        bool stuck = left->lane[l] > 0 && left->lane[l] == before->lane[l];
        x->odd[l] |= stuck;
        left->lane[l] = stuck ? 0 : left->lane[l];
        more |= left->lane[l] > 0;
    }
    return more;
}

static inline void play_round(struct sbs_lanes *x,
                              const struct around *around, bool bare,
                              struct round *r)
{
    look_ahead(x, around, bare, r);
    for EACH (s) {
        set_limit(x, r, s);
        give_out(x, around, bare, r, s);
    }
}

/* n equal chunks of one task. */
static void pull_run(struct sbs_lanes *x, const struct sbs_chunk *c,
                     uint32_t n, const struct around *around)
{
    struct round r = { .done_s = { { 0 } } };
    sbs_row before;
    chunk_work(x, c, &r.work_s);
    for EACH (s)
        put(&r.left, s, v_set(n));
    do {
        before = r.left;
        if (around->nothing)
            play_round(x, around, true, &r);
        else
            play_round(x, around, false, &r);
    } while (goes_on(x, &before, &r.left));
    note_done(x, c, &r.done_s);
}

static void pull_in_runs(struct sbs_lanes *x, const struct around *around)
{
    memcpy(x->end_s, x->ready_s, x->workers * sizeof(sbs_row));
    memset(x->compute_s, 0, x->workers * sizeof(sbs_row));
    memset(x->transfer_s, 0, x->workers * sizeof(sbs_row));
    for (uint32_t c = 0, n; c < x->n_chunks; c += n) {
        n = sbs_chunk_run(x->chunk + c, x->n_chunks - c, x->units_per_task);
        pull_run(x, &x->chunk[c], n, around);
    }
}

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
        v_mask swapped = v_lt(y, x);
        put(a, s, v_pick(swapped, y, x));
        put(b, s, v_pick(swapped, x, y));
    }
}

/* Batcher's merge exchange (Knuth, The Art of Computer Programming 3, 5.2.2,
 * algorithm M): all lanes are sorted by the same comparisons. */
static void sort_rows(sbs_row *r, uint32_t n)
{
    for (uint32_t p = 1; p < n; p *= 2)
        for (uint32_t k = p; k >= 1; k /= 2)
            for (uint32_t j = k % p; j + k < n; j += 2 * k)
                for (uint32_t i = j; i < j + k && i + k < n; i++)
                    if (i / (2 * p) == (i + k) / (2 * p))
                        order(&r[i], &r[i + k]);
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

/* When an ordered stop of worker i takes effect, counted from the order. */
static void stop_delay(const struct sbs_lanes *x, uint32_t i, sbs_row *out)
{
    LAWS(x, stop, stop_s);
    uint32_t worker[N], none[N] = { 0 };
    sbs_row u, v;
    for (int l = 0; l < N; l++)
        worker[l] = i;
    if (!all_const(stop))
        x->batch->lanes(&x->stream, worker, SBS_FOR_STOP, none, 0, u.lane,
                        v.lane);
    quantile_rows(x, stop, 1, &u, out);
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

static void add_worker(struct sbs_lanes *x, uint32_t i,
                       const struct prices *prices, double warm_s)
{
    sbs_row stop_s;
    stop_delay(x, i, &stop_s);
    for EACH (s) {
        v_real makespan = row(&x->makespan_s, s), none = v_set(0);
        v_real granted = row(&x->granted_s[i], s);
        v_real ready = row(&x->ready_s[i], s);
        /* Launched by the makespan; ready by it. */
        v_mask late = v_lt(makespan, granted);
        v_mask came = v_lt(ready, makespan);
        v_real end = v_pick(came, row(&x->end_s[i], s),
                            v_min(makespan + row(&stop_s, s), ready));
        v_real from = i < x->warm ? v_set(-warm_s) : row(&x->pull_s[i], s);
        v_real paid = v_pick(late, none, billed(prices, end - from, s));
        v_real up = v_min(ready, end) - granted;
        v_mask idle = v_or(late, v_lt(makespan, ready));
        put(&x->launched, s,
            row(&x->launched, s) + v_pick(late, none, v_set(1)));
        put(&x->startup_s, s,
            row(&x->startup_s, s) + v_pick(late, none, up));
        put(&x->computed_s, s,
            row(&x->computed_s, s) +
                v_pick(idle, none, row(&x->compute_s[i], s)));
        put(&x->moved_s, s,
            row(&x->moved_s, s) +
                v_pick(idle, none, row(&x->transfer_s[i], s)));
        put(&x->billed_s, s, row(&x->billed_s, s) + paid);
        put(&x->cost_usd, s,
            row(&x->cost_usd, s) + paid * row(&x->usd_per_s, s));
    }
    for (int l = 0; l < N; l++)
        x->odd[l] |= x->ready_s[i].lane[l] == x->makespan_s.lane[l];
}

static void account(struct sbs_lanes *x)
{
    struct prices prices = { .rounds = false };
    sbs_row *sums[] = { &x->launched, &x->startup_s, &x->computed_s,
                        &x->moved_s,  &x->billed_s,  &x->cost_usd };
    for (size_t k = 0; k < sizeof sums / sizeof sums[0]; k++)
        memset(sums[k], 0, sizeof(sbs_row));
    for (int l = 0; l < N; l++) {
        prices.round_s.lane[l] = x->model[l]->price.round_s;
        prices.least_s.lane[l] = x->model[l]->price.min_billed_s;
        prices.rounds |= prices.round_s.lane[l] > 0;
    }
    for (uint32_t i = 0; i < x->workers; i++)
        add_worker(x, i, &prices, x->warm_s);
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
