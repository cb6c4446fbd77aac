/* SPDX-License-Identifier: Apache-2.0 */
/* lpt: longest processing time first. */
#include <stdlib.h>

#include <sbsim/policy.h>

/* Consecutive queued units of one task; rank 0 is the longest task. */
struct lpt_run {
    uint32_t rank, first, n;
};

struct lpt_state {
    struct lpt_run *heap; /* first rank, then first unit on top */
    uint32_t n, cap;
    uint32_t *rank; /* [tasks] */
};

struct lpt_task {
    double s;
    uint32_t task;
};

static int by_length(const void *x, const void *y)
{
    const struct lpt_task *a = x, *b = y;
    if (a->s != b->s)
        return a->s > b->s ? -1 : 1;
    return a->task < b->task ? -1 : 1;
}

static bool before(const struct lpt_run *a, const struct lpt_run *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->first < b->first);
}

static void lpt_push(struct sbs_ctx *c, struct lpt_run x)
{
    struct lpt_state *s = c->state;
    if (s->n == s->cap) {
        uint32_t cap = 2 * s->cap + 16;
        struct lpt_run *more = c->host->alloc(c, cap * sizeof *more);
        if (!more)
            return;
        for (uint32_t i = 0; i < s->n; i++)
            more[i] = s->heap[i];
        s->heap = more;
        s->cap = cap;
    }
    uint32_t i = s->n++;
    for (; i > 0 && before(&x, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = x;
}

static void lpt_pop(struct lpt_state *s)
{
    struct lpt_run x = s->heap[--s->n];
    uint32_t i = 0;
    for (uint32_t k; (k = 2 * i + 1) < s->n; i = k) {
        if (k + 1 < s->n && before(&s->heap[k + 1], &s->heap[k]))
            k++;
        if (!before(&s->heap[k], &x))
            break;
        s->heap[i] = s->heap[k];
    }
    s->heap[i] = x;
}

/* Units that are or will be in the queue. */
static void lpt_add(struct sbs_ctx *c, uint32_t first, uint32_t n)
{
    struct lpt_state *s = c->state;
    uint32_t k = c->host->plan(c)->units_per_task;
    for (uint32_t u = first, end = first + n; s->rank && u < end;) {
        uint32_t task = u / k, next = (task + 1) * k;
        next = next < end ? next : end;
        lpt_push(c, (struct lpt_run){ s->rank[task], u, next - u });
        u = next;
    }
}

static void lpt_start(struct sbs_ctx *c)
{
    struct lpt_state *s = c->state;
    const struct sbs_plan *p = c->host->plan(c);
    uint32_t n = p->tasks;
    struct lpt_task *t = c->host->alloc(c, n * sizeof *t);
    s->rank = c->host->alloc(c, n * sizeof *s->rank);
    if (!t || !s->rank)
        return;
    for (uint32_t i = 0; i < n; i++)
        t[i] = (struct lpt_task){ c->host->predicted_s(c, i), i };
    qsort(t, n, sizeof *t, by_length);
    for (uint32_t i = 0; i < n; i++)
        s->rank[t[i].task] = i;
    for (uint32_t i = 0; i < n && !p->dealt; i++)
        lpt_add(c, t[i].task * p->units_per_task, p->units_per_task);
}

static enum sbs_taken lpt_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct lpt_state *s = c->state;
    uint32_t chunk = c->host->plan(c)->chunk_units;
    while (s->n > 0) {
        struct lpt_run *x = &s->heap[0];
        uint32_t n = x->n < chunk ? x->n : chunk;
        bool taken = c->host->take(c, w, x->first, n) == 0;
        if (!taken) { /* another layer has taken some of them */
            n = 1;
            taken = c->host->take(c, w, x->first, 1) == 0;
        }
        x->first += n;
        x->n -= n;
        if (x->n == 0)
            lpt_pop(s);
        if (taken)
            return SBS_TAKEN;
    }
    return SBS_PASS;
}

static enum sbs_taken lpt_on_lost(struct sbs_ctx *c, uint32_t w,
                                  enum sbs_loss why, uint32_t first_unit,
                                  uint32_t n_units)
{
    (void)w;
    (void)why;
    lpt_add(c, first_unit, n_units);
    return SBS_PASS;
}

SBS_POLICY(lpt) = {
    SBS_POLICY_HEAD,
    .name = "lpt",
    .summary = "idle workers take the longest task first",
    .description =
        "Sorts the tasks by their predicted length (the workload's list; "
        "under a law all are alike and the order is the workload's). An "
        "idle worker takes the next units of the longest task that has "
        "any in the queue: a whole task, or what the plan's chunk is "
        "under a cutter. Lost units come back at their task's rank.",
    .reference = "Graham, SIAM J. Appl. Math. 17 (1969) 416-429",
    .advice = "Helps when tasks differ in length and one worker gets few "
              "of them: at most 4/3 - 1/(3m) times the optimum on m equal "
              "workers. Does nothing when tasks are alike, as on ultra, or "
              "after fine cutting. It does not know which worker is fast.",
    .roles = SBS_ROLE_CHUNK,
    .state_size = sizeof(struct lpt_state),
    .start = lpt_start,
    .on_idle = lpt_on_idle,
    .on_lost = lpt_on_lost,
};
