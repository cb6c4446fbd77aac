/* SPDX-License-Identifier: Apache-2.0 */
/* steal (steal-remainder): an idle worker takes so much of the running chunk
 * that would end last that both end together. */
#include <math.h>
#include <stdio.h>

#include <sbsim/policy.h>

#include "policies/cut.h"

struct steal_params {
    int64_t units;
    double floor_s;
};

static const struct sbs_param steal_table[] = {
    SBS_PARAM(struct steal_params, units, "units per task", 1000, 1, 1e6,
              "how finely a chunk can be cut, without a cutter"),
    SBS_PARAM(struct steal_params, floor_s, "s", 1, 0, 1e9,
              "nothing is taken from who ends within"),
    SBS_PARAM_END
};

struct steal_worker {
    uint32_t attempt; /* begun last */
    double unit_s; /* predicted reference seconds of a unit of it */
    double rate;   /* of those before, 0 = none yet */
    bool running;  /* is in the list */
};

struct steal_state {
    uint32_t *running, n_running; /* workers that may be on an attempt */
    struct steal_worker *worker;
    uint32_t cap;
};

static int steal_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct steal_params *p = c->params;
    plan->pull = true;
    if (plan->cut || plan->units_per_task > 1)
        return 0;
    if (!plan->divisible) {
        snprintf(plan->why, sizeof plan->why,
                 "takes parts of running tasks, and the workload does not "
                 "say that its tasks can be cut (--set "
                 "workload.divisible=true if they can)");
        return -1;
    }
    plan->units_per_task = plan->chunk_units = cut_finely(plan, p->units);
    return 0;
}

/* Arrays for worker w; false when memory is short. */
static bool reserve(struct sbs_ctx *c, uint32_t w)
{
    struct steal_state *s = c->state;
    if (w < s->cap)
        return true;
    uint32_t cap = 2 * w + 16;
    uint32_t *running = c->host->alloc(c, cap * sizeof *running);
    struct steal_worker *worker = c->host->alloc(c, cap * sizeof *worker);
    if (!running || !worker)
        return false;
    for (uint32_t i = 0; i < s->cap; i++) {
        running[i] = s->running[i];
        worker[i] = s->worker[i];
    }
    s->running = running;
    s->worker = worker;
    s->cap = cap;
    return true;
}

/* Mean predicted length of a unit of the attempt. */
static double unit_s(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    uint32_t k = c->host->plan(c)->units_per_task;
    uint32_t end = a->first_unit + a->n_units;
    double sum = 0;
    for (uint32_t u = a->first_unit; u < end;) {
        uint32_t next = (u / k + 1) * k;
        next = next < end ? next : end;
        sum += c->host->predicted_s(c, u / k) * (next - u) / k;
        u = next;
    }
    return sum / a->n_units;
}

/* Reference seconds per second of a worker, from its last attempt, or those
 * before while that has nothing to show; 0 = not known. */
static double rate_of(struct sbs_ctx *c, uint32_t w)
{
    const struct steal_state *s = c->state;
    if (w >= s->cap || !(s->worker[w].unit_s > 0))
        return 0;
    const struct steal_worker *x = &s->worker[w];
    const struct sbs_attempt *a = c->host->attempt(c, x->attempt);
    double work = a->n_units * x->unit_s, rate = 0;
    if (a->state == SBS_ATTEMPT_DONE)
        rate = work / a->compute_s;
    else if (a->state == SBS_ATTEMPT_RUNNING)
        rate = c->host->progress(c, x->attempt) * work /
               (c->host->now_s(c) - a->begun_s);
    return rate > 0 && isfinite(rate) ? rate : x->rate;
}

static void steal_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    struct steal_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    uint32_t w = a->worker;
    if (!reserve(c, w))
        return;
    struct steal_worker *x = &s->worker[w];
    x->rate = rate_of(c, w);
    x->attempt = attempt;
    x->unit_s = unit_s(c, a);
    if (!x->running)
        s->running[s->n_running++] = w;
    x->running = true;
}

/* The worker that will be on its attempt for longest, and how things are. */
struct steal_victim {
    uint32_t w;
    double left_s, rate, unit_s;
};

/* The mean rate of those whose rate is known; the list is cleared of who is
 * on nothing. */
static double look_around(struct sbs_ctx *c)
{
    struct steal_state *s = c->state;
    double sum = 0, n = 0;
    for (uint32_t i = 0; i < s->n_running;) {
        uint32_t w = s->running[i];
        if (c->host->worker(c, w)->state != SBS_WORKER_BUSY) {
            s->worker[w].running = false;
            s->running[i] = s->running[--s->n_running];
            continue;
        }
        double rate = s->worker[w].rate = rate_of(c, w);
        sum += rate;
        n += rate > 0;
        i++;
    }
    return n > 0 ? sum / n : 0;
}

static struct steal_victim ends_last(struct sbs_ctx *c, double mean)
{
    const struct steal_state *s = c->state;
    struct steal_victim best = { .left_s = -1 };
    for (uint32_t i = 0; i < s->n_running; i++) {
        const struct steal_worker *x = &s->worker[s->running[i]];
        uint32_t w = s->running[i];
        double rate = x->rate > 0 ? x->rate : mean;
        double left_s = (1 - c->host->progress(c, x->attempt)) *
                        c->host->attempt(c, x->attempt)->n_units *
                        x->unit_s / rate;
        if (left_s > best.left_s && c->host->stealable(c, w) > 0)
            best = (struct steal_victim){ w, left_s, rate, x->unit_s };
    }
    return best;
}

static enum sbs_taken steal_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct steal_params *p = c->params;
    double h = c->host->constants(c)->overhead_s;
    if (c->host->queued_units(c) > 0)
        return SBS_PASS;
    double own = rate_of(c, w), mean = look_around(c);
    if (!(mean > 0)) /* nobody has shown anything yet */
        mean = own > 0 ? own : 1;
    if (!(own > 0))
        own = mean;
    struct steal_victim v = ends_last(c, mean);
    if (v.left_s < p->floor_s || v.left_s <= h)
        return SBS_PASS;
    double share_s = (v.left_s - h) * v.rate * own / (v.rate + own);
    double units = floor(share_s / v.unit_s);
    if (units < 1 || units * v.unit_s / v.rate <= h)
        return SBS_PASS;
    return c->host->steal(c, w, v.w, (uint32_t)fmin(units, 1e9)) > 0
               ? SBS_TAKEN
               : SBS_PASS;
}

SBS_POLICY(steal) = {
    SBS_POLICY_HEAD,
    .name = "steal",
    .summary = "an idle worker takes part of the chunk that ends last",
    .description =
        "Steal-remainder. Workers pull whole tasks, each a chunk of "
        "`units` units (fewer when min_unit_s says so, or beyond a "
        "million in all). When the queue is empty an idle worker looks "
        "for the running chunk that will end last, by its progress and "
        "the time it took, and takes x = (left - h) r_v r_i / (r_v + r_i) "
        "of its end, so that thief and victim end together: left is the "
        "victim's time, h the mean overhead, r the rates; a worker that "
        "has computed nothing yet counts as the mean. It exits when the "
        "last ends within floor_s, or when the gain does not pay for h. "
        "With a cutter or a chunk rule it cuts nothing itself: their chunks "
        "are handed out, and units of them stolen.",
    .reference = "the balancing of remainders is folklore; each step makes "
                 "two workers end together, as water filling has all of them "
                 "do",
    .advice = "For divisible work whose kernel reports a cursor and accepts "
              "a new end. Near the divisible bound with one attempt per "
              "task and a few thefts, where split pays its overhead for "
              "each unit. Useless when all chunks end together anyway, or "
              "when the overhead is as long as what is left.",
    .roles = SBS_ROLE_STEAL,
    .params = steal_table,
    .params_size = sizeof(struct steal_params),
    .state_size = sizeof(struct steal_state),
    .plan = steal_plan,
    .on_idle = steal_on_idle,
    .on_begun = steal_on_begun,
};
