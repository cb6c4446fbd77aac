/* SPDX-License-Identifier: Apache-2.0 */
/* bold: Hagerup's strategy, which dares larger chunks than factoring. The
 * letters are his: M units are not done, N is an estimate of what they come
 * to, S the sum of the speeds at which running chunks are worked off. */
#include "policies/chunk.h"

struct bold_prepared {
    double a, b, c1, c2, c3;
};

struct bold_worker {
    double units, begun_s, speed; /* of its chunk; units 0 = has none */
};

struct bold_state {
    struct bold_worker *worker;
    uint32_t cap, taking; /* the worker whose chunk begins next, plus 1 */
    bool begun;
    double m, n, s, now_s;
};

static void bold_prepare(struct sbs_ctx *c, void *prepared)
{
    struct bold_prepared *k = prepared;
    const struct sbs_constants *x = c->host->constants(c);
    double cv = chunk_cv(c);
    k->a = 2 * cv * cv;
    k->b = k->a > 0 ? 8 * k->a * log(8 * k->a) : 0;
    k->c1 = x->overhead_s / (x->unit_mean_s * log(2));
    k->c2 = sqrt(2 * acos(-1)) * k->c1;
    k->c3 = log(k->c2);
}

static double bold_chunk(const struct bold_prepared *k,
                         const struct bold_state *s, double left, double p)
{
    double q = left / p;
    if (q <= 1)
        return 1;
    double r = fmax(left, s->n), t = r / p;
    double v = q / (k->b + q);
    double d = left / (1 + 1 / log(q) - v);
    if (d <= k->c2)
        return floor(t);
    /* Without spread no margin is due. */
    double y = k->a > 0 ? k->a * (log(d) - k->c3) * (1 + s->m / (r * p)) : 0;
    double w = log((k->b > 0 ? q / (1 + q / k->b) : 1) * log(q));
    /* The paper's t + y/2 - sqrt(y (t + y/4)), with a value for y infinite
     * (no overhead, or no bound on the spread). */
    double x = t * t / (t + y / 2 + sqrt(y * (t + y / 4)));
    return floor(fmin(x + fmax(0, k->c1 * w), t));
}

/* What the running chunks have come to since the last event. */
static void bold_advance(struct bold_state *s, double now_s)
{
    s->n -= (now_s - s->now_s) * s->s;
    s->now_s = now_s;
}

/* The worker's chunk is done, or lost: then nothing of it is. */
static void bold_end(struct bold_state *s, uint32_t w, bool done)
{
    struct bold_worker *x = &s->worker[w];
    double expected = (s->now_s - x->begun_s) * x->speed;
    s->n += done ? expected - x->units : expected;
    s->m -= done ? x->units : 0;
    s->s -= x->speed;
    *x = (struct bold_worker){ 0 };
}

static enum sbs_taken bold_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct bold_state *s = c->state;
    struct bold_worker *grown =
        chunk_grown(c, s->worker, &s->cap, w, sizeof *s->worker);
    if (!grown)
        return SBS_PASS;
    s->worker = grown;
    if (!s->begun)
        s->m = s->n = chunk_units(c);
    s->begun = true;
    bold_advance(s, c->host->now_s(c));
    if (s->worker[w].units > 0)
        bold_end(s, w, true);
    double left = chunk_left(c);
    s->m = fmax(s->m, left);
    double chunk = bold_chunk(c->prepared, s, left, chunk_workers(c));
    if (chunk_take(c, w, chunk) != SBS_TAKEN)
        return SBS_PASS;
    s->taking = w + 1;
    return SBS_TAKEN;
}

static void bold_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    struct bold_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    const struct sbs_constants *k = c->host->constants(c);
    if (s->taking != a->worker + 1)
        return;
    s->taking = 0;
    double n = a->n_units, took_s = n * k->unit_mean_s + k->overhead_s;
    struct bold_worker *x = &s->worker[a->worker];
    x->units = n;
    x->begun_s = a->begun_s;
    x->speed = took_s > 0 ? n / took_s : 0;
    s->s += x->speed;
}

static enum sbs_taken bold_on_lost(struct sbs_ctx *c, uint32_t w,
                                   enum sbs_loss why, uint32_t first_unit,
                                   uint32_t n_units)
{
    struct bold_state *s = c->state;
    (void)why, (void)first_unit, (void)n_units;
    if (w < s->cap && s->worker[w].units > 0) {
        bold_advance(s, c->host->now_s(c));
        bold_end(s, w, false);
    }
    return SBS_PASS;
}

SBS_POLICY(bold) = {
    SBS_POLICY_HEAD,
    .name = "bold",
    .summary = "Hagerup's bold strategy: chunks by spread and overhead",
    .description =
        "Weighs overhead against spread for each chunk: gss less a margin "
        "for the spread of what is left (as tap), plus what the overhead of "
        "the chunks to come is worth, knowing how far the running chunks "
        "should have got by now. Algorithm 2 of the paper with the "
        "constants a = 2 (sigma/mu)^2, b = 8a ln 8a, c1 = h/(mu ln 2); "
        "LB4OMP has the same. Chunks of lost workers are taken back out of "
        "the estimates.",
    .reference = "Hagerup, J. Parallel Distrib. Comput. 47 (1997) 185-197",
    .advice = "For many units that vary independently, with an overhead that "
              "matters, and constants that are right.",
    .roles = SBS_ROLE_CHUNK,
    .prepared_size = sizeof(struct bold_prepared),
    .state_size = sizeof(struct bold_state),
    .prepare = bold_prepare,
    .on_idle = bold_on_idle,
    .on_lost = bold_on_lost,
    .on_begun = bold_on_begun,
};
