/* SPDX-License-Identifier: Apache-2.0 */
/* Part of sim/lanes_body.h: who does which chunk when, one chunk at a time,
 * bound or pulled. */

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
        any |= a->claim.lane[l] != 0 || a->download.lane[l] != 0 ||
               a->upload.lane[l] != 0;
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
