/* SPDX-License-Identifier: Apache-2.0 */
/* probe-drop: launch more workers than needed, time a short kernel on each,
 * keep the fastest. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sbsim/policy.h>

struct probe_drop_params {
    int64_t launch, keep;
    double probe_s, deadline_s;
};

static const struct sbs_param probe_drop_table[] = {
    SBS_PARAM(struct probe_drop_params, launch, "workers", 0, 0, 1e6,
              "workers launched; 0 = 10% more than are kept"),
    SBS_PARAM(struct probe_drop_params, keep, "workers", 0, 0, 1e6,
              "the fastest so many are kept; 0 = the fleet"),
    SBS_PARAM(struct probe_drop_params, probe_s, "s", 20, 1e-3, 1e6,
              "length of the probe on the reference core"),
    SBS_PARAM(struct probe_drop_params, deadline_s, "s", 0, 0, 1e9,
              "decide by then; 0 = start-up + 3 sd + a probe"),
    SBS_PARAM_END
};

/* When the constants give no usable deadline. */
#define DEADLINE_UNKNOWN_S 3600.0

struct probed_worker {
    double took_s; /* INFINITY: no answer yet */
    uint32_t w;
    bool probed, dropped;
};

struct probe_drop_state {
    struct probed_worker *worker; /* [launched] */
    uint32_t answered;
    bool decided;
};

/* ceil(1.1 keep), safe against 1.1 x 50 = 55.000000000000007. */
static uint32_t launched(const struct sbs_ctx *c, uint32_t keep)
{
    const struct probe_drop_params *p = c->params;
    return p->launch > 0 ? (uint32_t)p->launch
                         : (uint32_t)ceil(1.1 * keep - 1e-9 * keep);
}

static int probe_drop_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct probe_drop_params *p = c->params;
    plan->pull = true;
    if (p->keep > 0)
        plan->workers = (uint32_t)p->keep;
    uint32_t all = launched(c, plan->workers);
    if (all < plan->workers) {
        snprintf(plan->why, sizeof plan->why,
                 "launch=%u is less than the %u workers to keep", all,
                 plan->workers);
        return -1;
    }
    plan->extra += all - plan->workers;
    return 0;
}

static double deadline_s(struct sbs_ctx *c, uint32_t all)
{
    const struct probe_drop_params *p = c->params;
    const struct sbs_constants *k = c->host->constants(c);
    double slowdown = 0;
    if (p->deadline_s > 0)
        return p->deadline_s;
    for (uint32_t i = 0; i < k->processors; i++)
        slowdown += k->processor[i].share * k->processor[i].slowdown;
    double t = k->startup_mean_s + 3 * k->startup_sd_s +
               all * k->launch_s + p->probe_s * fmax(slowdown, 1);
    return isfinite(t) ? t : DEADLINE_UNKNOWN_S;
}

static void probe_drop_start(struct sbs_ctx *c)
{
    struct probe_drop_state *s = c->state;
    uint32_t all = launched(c, c->host->plan(c)->workers);
    s->worker = c->host->alloc(c, all * sizeof *s->worker);
    for (uint32_t i = 0; s->worker && i < all; i++)
        s->worker[i] = (struct probed_worker){ .took_s = INFINITY, .w = i };
    c->host->wake_at(c, deadline_s(c, all), 0);
}

static int by_time(const void *x, const void *y)
{
    const struct probed_worker *a = x, *b = y;
    if (a->took_s != b->took_s)
        return a->took_s < b->took_s ? -1 : 1;
    return a->w < b->w ? -1 : 1;
}

/* One that has work finishes that first: stopping it would waste it. */
static void drop(struct sbs_ctx *c, uint32_t w)
{
    struct probe_drop_state *s = c->state;
    s->worker[w].dropped = true;
    if (c->host->worker(c, w)->state != SBS_WORKER_BUSY &&
        c->host->stealable(c, w) == 0)
        c->host->stop(c, w);
}

/* The fastest of those that answered and are there still; when they are too
 * few, also the first launched of those that have not answered. */
static void decide(struct sbs_ctx *c)
{
    struct probe_drop_state *s = c->state;
    uint32_t keep = c->host->plan(c)->workers, all = launched(c, keep);
    struct probed_worker *order =
        c->host->alloc(c, all * sizeof *order);
    s->decided = true;
    if (!order || !s->worker)
        return;
    for (uint32_t i = 0; i < all; i++)
        order[i] = s->worker[i];
    qsort(order, all, sizeof *order, by_time);
    for (uint32_t i = 0, kept = 0; i < all; i++) {
        uint32_t w = order[i].w;
        const struct sbs_worker *x = c->host->worker(c, w);
        if (x->state == SBS_WORKER_ENDED || x->stopping)
            continue;
        if (kept++ >= keep)
            drop(c, w);
    }
    for (uint32_t i = 0; i < all; i++)
        if (!s->worker[i].dropped)
            c->host->wake(c, i);
}

static enum sbs_taken probe_drop_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct probe_drop_params *p = c->params;
    struct probe_drop_state *s = c->state;
    if (!s->worker || w >= launched(c, c->host->plan(c)->workers))
        return SBS_PASS;
    if (s->worker[w].dropped)
        return SBS_TAKEN; /* without work: it exits */
    if (s->decided)
        return SBS_PASS;
    if (!s->worker[w].probed) {
        s->worker[w].probed = c->host->probe(c, w, p->probe_s) == 0;
        return s->worker[w].probed ? SBS_TAKEN : SBS_PASS;
    }
    /* Under a quota it may not wait idly: it works. */
    return c->host->hold(c, w) == 0 ? SBS_TAKEN : SBS_PASS;
}

static void probe_drop_on_probed(struct sbs_ctx *c, uint32_t w,
                                 double took_s)
{
    struct probe_drop_state *s = c->state;
    uint32_t all = launched(c, c->host->plan(c)->workers);
    if (!s->worker || w >= all || s->decided)
        return;
    s->worker[w].took_s = took_s;
    if (++s->answered == all)
        decide(c);
}

static void probe_drop_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    const struct probe_drop_state *s = c->state;
    (void)tag;
    if (!s->decided)
        decide(c);
}

SBS_POLICY(probe_drop) = {
    SBS_POLICY_HEAD,
    .name = "probe-drop",
    .summary = "launch more than needed, probe each, keep the fastest",
    .description =
        "Launches `launch` workers. Each that gets ready times probe_s "
        "reference seconds and waits, billed. When all have answered, or "
        "at the deadline, the `keep` fastest are kept and the others "
        "ordered stopped, also those that are not ready; when fewer have "
        "answered, the first launched of the rest are kept as well and "
        "pull work without a probe. Kept workers pull. While launches "
        "wait under the quota nobody may wait idly: a probed worker works, "
        "and leaves after its chunk if it is not kept. The deadline counts "
        "from the call; 0 = mean + 3 sd of start-up + all launches + a "
        "probe at the mean slow-down.",
    .reference = "the CPU lottery: brief/profiling-plan.md, hypotheses 1 and 3",
    .advice = "Helps when speed belongs to the worker and differs much, and "
              "the work is long against start-up: the fleet then works at "
              "the speed of its best. Everybody waits for the decision, so "
              "one late starter costs all of them up to the deadline; the "
              "dropped are billed for start-up and probe. Pulling small "
              "units gets most of the gain without dropping anybody.",
    .roles = SBS_ROLE_FLEET | SBS_ROLE_KEEP,
    .params = probe_drop_table,
    .params_size = sizeof(struct probe_drop_params),
    .state_size = sizeof(struct probe_drop_state),
    .plan = probe_drop_plan,
    .start = probe_drop_start,
    .on_idle = probe_drop_on_idle,
    .on_probed = probe_drop_on_probed,
    .on_timer = probe_drop_on_timer,
};
