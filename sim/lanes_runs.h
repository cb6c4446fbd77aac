/* SPDX-License-Identifier: Apache-2.0 */
/* Part of sim/lanes_body.h: pulled work, many equal chunks at a time. */

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
    enum { SUMS = 4 };
    v_real sum[SUMS], one = v_set(1);
    const sbs_row *free_s = x->end_s;
    uint32_t i = 0, n = x->workers;
    for (int k = 0; k < SUMS; k++)
        sum[k] = v_set(0);
    for (; i + SUMS <= n; i += SUMS)
        for (uint32_t k = 0; k < SUMS; k++) {
            v_mask is = v_lt(row(&free_s[i + k], s), before);
            sum[k] = v_add_if(is, sum[k], one);
        }
    for (; i < n; i++)
        sum[0] = v_add_if(v_lt(row(&free_s[i], s), before), sum[0], one);
    v_real all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    return (struct census){ all, before, before };
}

/* Lower the limit where more are free before it than chunks are left, by
 * guesses between a time with too few and one with too many. One too many:
 * without the latest it is right. Short of that, all before a time with too
 * few and of those just then as many as are missing: what this leaves over
 * another round gives out. */
static void set_limit(const struct sbs_lanes *x, struct round *r, int s)
{
    /* A count costs a third of a census, and five usually do. */
    enum { GUESSES = 20, COUNTS = 5 };
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
        struct census c = k < COUNTS ? count_only(x, guess, s)
                                     : take_census(x, guess, s);
        v_mask below = v_and(open, v_lt(c.n, left));
        v_mask above = v_and(open, v_lt(left, c.n));
        v_mask hit = v_and(open, v_eq(c.n, left));
        v_mask over = v_and(open, v_eq(c.n, left + one));
        if (k < COUNTS)
            over = v_but(over, over);
        limit = v_pick(hit, guess, v_pick(over, c.latest, limit));
        low = v_pick(below, c.next, low);
        few = v_pick(below, c.n, few);
        high = v_pick(above, c.latest, high);
        many = v_pick(above, c.n, many);
        found = v_or(found, v_or(hit, over));
        open = v_and(v_but(open, found), v_lt(low, high));
        if (k >= COUNTS)
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
