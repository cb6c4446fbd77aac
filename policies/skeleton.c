/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skeleton: the file to copy when you write a policy. It works (a ready
 * worker takes `units` units of the queue, and what is late by after_s gets
 * one copy), has every hook, and says what each is for. Delete the hooks you
 * do not need: a NULL hook costs nothing. doc/writing-a-policy.md is the
 * short course; <sbsim/policy.h> the reference.
 *
 * Outside this tree:
 *     cc -shared -fPIC -DSBS_PLUGIN -o mine.so mine.c
 *     sbsim --policy ./mine.so:units=4 --trace fargate.h5
 */
#include <math.h>

#include <sbsim/policy.h>

/* Parameters: one field each, bool, int64_t, double, or int for a choice. */
struct skeleton_params {
    int64_t units;
    double after_s;
};

/* name, unit, default, least, most, help of at most 60 characters */
static const struct sbs_param skeleton_table[] = {
    SBS_PARAM(struct skeleton_params, units, "units", 1, 1, 1e6,
              "how many units a worker takes at once"),
    SBS_PARAM(struct skeleton_params, after_s, "s", INFINITY, 0, INFINITY,
              "age at which a unit is copied once"),
    SBS_PARAM_END
};

/* What is the same in every run of a plan: computed once, then read only. */
struct skeleton_prepared {
    double unit_s;
};

/* What a run must remember; zeroed at its start. */
struct skeleton_state {
    uint32_t done, lost;
    double slowest_s;
};

/* Before anything is launched: check parameters, amend the plan, or refuse
 * with -1 and a reason in plan->why. May be called more than once; of the
 * host only constants() may be asked. */
static int skeleton_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct skeleton_params *p = c->params;
    if (isfinite(p->after_s)) /* room for one copy of everything */
        plan->max_workers += plan->tasks * plan->units_per_task;
    return 0;
}

/* Once per plan; of the host only plan() and constants() may be asked. */
static void skeleton_prepare(struct sbs_ctx *c, void *prepared)
{
    struct skeleton_prepared *x = prepared;
    x->unit_s = c->host->constants(c)->unit_mean_s;
}

/* The planned launches are ordered: bind work, set timers. */
static void skeleton_start(struct sbs_ctx *c)
{
    const struct skeleton_params *p = c->params;
    if (isfinite(p->after_s))
        c->host->wake_at(c, p->after_s, 0);
}

/* Decision: worker w is ready and has nothing to do. Give it work (assign,
 * take, steal, bind), a probe, or hold it, and return SBS_TAKEN; SBS_TAKEN
 * alone lets it exit; SBS_PASS leaves it to the layers on the right. */
static enum sbs_taken skeleton_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct skeleton_params *p = c->params;
    return c->host->assign(c, w, (uint32_t)p->units) == 0 ? SBS_TAKEN
                                                          : SBS_PASS;
}

/* Decision: worker w is gone, these units are to be done again. SBS_PASS
 * puts them to the front of the queue. */
static enum sbs_taken skeleton_on_lost(struct sbs_ctx *c, uint32_t w,
                                       enum sbs_loss why,
                                       uint32_t first_unit, uint32_t n_units)
{
    struct skeleton_state *s = c->state;
    (void)w;
    (void)why;
    (void)first_unit;
    s->lost += n_units;
    return SBS_PASS;
}

/* News: worker w is usable; its processor is known now. */
static void skeleton_on_ready(struct sbs_ctx *c, uint32_t w)
{
    (void)c;
    (void)w;
}

/* News: the probe ordered in on_idle took so long. on_idle follows. */
static void skeleton_on_probed(struct sbs_ctx *c, uint32_t w, double took_s)
{
    struct skeleton_state *s = c->state;
    (void)w;
    s->slowest_s = fmax(s->slowest_s, took_s);
}

/* News: an attempt has begun. */
static void skeleton_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    (void)c;
    (void)attempt;
}

/* News: the client holds the result of an attempt. */
static void skeleton_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct skeleton_state *s = c->state;
    s->done += c->host->attempt(c, attempt)->n_units;
}

/* News: worker w will be reclaimed at deadline_s (spot capacity). */
static void skeleton_on_notice(struct sbs_ctx *c, uint32_t w,
                               double deadline_s)
{
    (void)c;
    (void)w;
    (void)deadline_s;
}

/* News: a wake_at of this layer is due. */
static void skeleton_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    const struct sbs_plan *plan = c->host->plan(c);
    (void)tag;
    for (uint32_t u = 0; u < plan->tasks * plan->units_per_task; u++) {
        if (c->host->unit_seen(c, u) || c->host->copies(c, u) > 0)
            continue;
        int64_t w = c->host->launch(c, 1); /* -1: no more are allowed */
        if (w < 0)
            return;
        c->host->bind(c, (uint32_t)w, u, 1, true);
    }
}

SBS_POLICY(skeleton) = {
    SBS_POLICY_HEAD,
    .name = "skeleton",
    .summary = "one line: the question it answers",
    .description = "The algorithm in words: who decides what, when, from "
                   "which knowledge; and which published variant it is.",
    .reference = "author, title, where, year; or the source read",
    .advice = "When it helps and when it hurts.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_COPY,
    .params = skeleton_table,
    .params_size = sizeof(struct skeleton_params),
    .prepared_size = sizeof(struct skeleton_prepared),
    .state_size = sizeof(struct skeleton_state),
    .plan = skeleton_plan,
    .prepare = skeleton_prepare,
    .start = skeleton_start,
    .on_idle = skeleton_on_idle,
    .on_lost = skeleton_on_lost,
    .on_ready = skeleton_on_ready,
    .on_probed = skeleton_on_probed,
    .on_begun = skeleton_on_begun,
    .on_seen = skeleton_on_seen,
    .on_notice = skeleton_on_notice,
    .on_timer = skeleton_on_timer,
};
