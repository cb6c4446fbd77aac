/* SPDX-License-Identifier: Apache-2.0 */
/* work-stealing: every worker has its share from the start; who runs out
 * takes half of what a random other one has left. */
#include <sbsim/policy.h>

/* Workers that may have units to be stolen. Who turns out to have none is
 * put out and comes back with its next attempt of several units, so looking
 * for a victim costs O(1), amortised. */
struct work_stealing_state {
    uint32_t *rich, n_rich, cap;
    uint32_t *place; /* [cap] of a worker in rich, plus 1; 0 = not there */
};

static int work_stealing_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    (void)c;
    plan->pull = plan->dealt = true;
    return 0;
}

/* Arrays for at least n workers; false when memory is short. */
static bool reserve(struct sbs_ctx *c, uint32_t n)
{
    struct work_stealing_state *s = c->state;
    if (n <= s->cap)
        return true;
    uint32_t cap = 2 * n;
    uint32_t *rich = c->host->alloc(c, cap * sizeof *rich);
    uint32_t *place = c->host->alloc(c, cap * sizeof *place);
    if (!rich || !place)
        return false;
    for (uint32_t i = 0; i < s->n_rich; i++) {
        rich[i] = s->rich[i];
        place[rich[i]] = i + 1;
    }
    s->rich = rich;
    s->place = place;
    s->cap = cap;
    return true;
}

static void enrich(struct sbs_ctx *c, uint32_t w)
{
    struct work_stealing_state *s = c->state;
    if (!reserve(c, w + 1) || s->place[w] != 0)
        return;
    s->rich[s->n_rich++] = w;
    s->place[w] = s->n_rich;
}

static void put_out(struct work_stealing_state *s, uint32_t i)
{
    s->place[s->rich[i]] = 0;
    s->rich[i] = s->rich[--s->n_rich];
    if (i < s->n_rich)
        s->place[s->rich[i]] = i + 1;
}

static void work_stealing_start(struct sbs_ctx *c)
{
    const struct sbs_plan *p = c->host->plan(c);
    uint64_t n = (uint64_t)p->tasks * p->units_per_task, m = p->workers;
    for (uint64_t i = 0; i < m; i++) {
        uint64_t lo = i * n / m, hi = (i + 1) * n / m;
        if (lo < hi && c->host->bind(c, (uint32_t)i, (uint32_t)lo,
                                     (uint32_t)(hi - lo), true) == 0)
            enrich(c, (uint32_t)i);
    }
}

static enum sbs_taken work_stealing_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct work_stealing_state *s = c->state;
    if (c->host->assign(c, w, c->host->plan(c)->chunk_units) == 0)
        return SBS_TAKEN;
    while (s->n_rich > 0) {
        uint32_t i = (uint32_t)(c->host->rand_u01(c) * s->n_rich);
        uint32_t v = s->rich[i], units = c->host->stealable(c, v);
        if (units > 0 && c->host->steal(c, w, v, (units + 1) / 2) > 0)
            return SBS_TAKEN;
        put_out(s, i);
    }
    return SBS_PASS;
}

static void work_stealing_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    if (a->n_units > 1)
        enrich(c, a->worker);
}

SBS_POLICY(work_stealing) = {
    SBS_POLICY_HEAD,
    .name = "work-stealing",
    .summary = "each has its share; who runs out steals half of another's",
    .description =
        "Worker i gets the contiguous units floor(i n/m) to "
        "floor((i+1) n/m)-1 before it is launched and runs them one by "
        "one. An idle worker first takes units that others lost, else "
        "picks a victim at random among the workers with units not begun, "
        "ready or not, and takes the last half (rounded up) of what that "
        "one is bound to do, or of its running chunk. What it steals is "
        "one chunk: others may steal from its end in turn. It exits when "
        "nobody has any. This is steal-half; a victim without units is "
        "not drawn, as if asking cost nothing. Units are whole tasks "
        "unless a cutter is there (split:units=20+work-stealing).",
    .reference = "Tchiboukdjian, Gast, Trystram, Roch, Bernard, A tighter "
                 "analysis of work stealing, ISAAC 2010",
    .advice = "Helps where workers differ in speed or start late and the "
              "units are many; with one task per worker there is nothing "
              "to steal until somebody starts late or never. A central "
              "queue (dynamic) does the same with less; the point of "
              "shares is that a worker needs no queue for most units. "
              "Hurts when a large stolen chunk is lost with its thief.",
    .roles = SBS_ROLE_BASE | SBS_ROLE_CHUNK | SBS_ROLE_STEAL,
    .state_size = sizeof(struct work_stealing_state),
    .plan = work_stealing_plan,
    .start = work_stealing_start,
    .on_idle = work_stealing_on_idle,
    .on_begun = work_stealing_on_begun,
};
