/* SPDX-License-Identifier: Apache-2.0 */
/* endgame: once the queue is empty, whoever is idle runs an unfinished chunk
 * again, the one with the fewest copies. */
#include "policies/copies.h"

struct endgame_params {
    int64_t copies;
};

static const struct sbs_param endgame_table[] = {
    SBS_PARAM(struct endgame_params, copies, "", 1000, 1, 1000,
              "the most copies of a chunk beside the first"),
    SBS_PARAM_END
};

struct endgame_state {
    uint32_t *open, n, cap; /* first attempts, in order, as of this pass */
    uint32_t at;            /* the next of them to look at */
    uint32_t next;          /* the first attempt never listed */
    uint32_t level;         /* this pass copies what has so many at most */
};

static void endgame_start(struct sbs_ctx *c)
{
    struct endgame_state *s = c->state;
    const struct sbs_plan *p = c->host->plan(c);
    s->cap = p->tasks * p->units_per_task;
    s->open = c->host->alloc(c, s->cap * sizeof *s->open);
}

/* Workers see in the store what is done; they need not wait for the client. */
static bool is_unfinished(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    return a->state <= SBS_ATTEMPT_RUNNING && copies_is_needed(c, a);
}

static void next_pass(struct sbs_ctx *c)
{
    struct endgame_state *s = c->state;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->n; i++)
        if (is_unfinished(c, c->host->attempt(c, s->open[i])))
            s->open[kept++] = s->open[i];
    for (; s->next < c->host->attempts(c) && kept < s->cap; s->next++) {
        const struct sbs_attempt *a = c->host->attempt(c, s->next);
        if (!a->copy && is_unfinished(c, a))
            s->open[kept++] = s->next;
    }
    s->n = kept;
    s->at = 0;
}

/* Every copy made moves the pass on by one, so the work for all idle workers
 * together is about one look per copy. */
static const struct sbs_attempt *fewest_copies(struct sbs_ctx *c)
{
    const struct endgame_params *p = c->params;
    struct endgame_state *s = c->state;
    for (; s->level < p->copies; s->level++) {
        for (int pass = 0; pass < 2; pass++) {
            while (s->at < s->n) {
                const struct sbs_attempt *a =
                    c->host->attempt(c, s->open[s->at++]);
                if (is_unfinished(c, a) &&
                    c->host->copies(c, a->first_unit) <= s->level)
                    return a;
            }
            next_pass(c);
            if (s->n == 0)
                return NULL;
        }
    }
    return NULL;
}

static enum sbs_taken endgame_on_idle(struct sbs_ctx *c, uint32_t w)
{
    if (c->host->queued_units(c) > 0)
        return SBS_PASS;
    const struct sbs_attempt *a = fewest_copies(c);
    if (!a || c->host->bind(c, w, a->first_unit, a->n_units, false) != 0)
        return SBS_PASS;
    return SBS_TAKEN;
}

SBS_POLICY(endgame) = {
    SBS_POLICY_HEAD,
    .name = "endgame",
    .summary = "queue empty: idle workers re-run what is not finished",
    .description =
        "A worker that finds the queue empty runs again the unfinished "
        "chunk with the fewest copies, the oldest first, until nothing is "
        "unfinished. Results stored but not seen by the client count as "
        "finished, because the workers share the store. Chunks that are "
        "bound to a worker behind another one are not copied before it "
        "comes to them, nor is what another layer killed and restarted.",
    .reference = "rDLB: Mohammed, Cavelan, Ciorba: A novel approach for "
                 "robust dynamic load balancing of scientific applications "
                 "with independent tasks, HPCS 2019",
    .advice = "Cures chunks that hang and workers that never start at the "
              "price of workers that go on to the end and bill; with small "
              "chunks it also trims the tail. Pointless with one large "
              "task per worker: a copy starts from scratch.",
    .roles = SBS_ROLE_COPY,
    .params = endgame_table,
    .params_size = sizeof(struct endgame_params),
    .state_size = sizeof(struct endgame_state),
    .start = endgame_start,
    .on_idle = endgame_on_idle,
};
