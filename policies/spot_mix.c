/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spot-mix: some workers on demand, a share of the others spot, and
 * checkpoints against reclaims. A checkpoint is a unit uploaded: a task is
 * cut into pieces of about tau seconds, of which a lost worker loses one.
 * Young's interval is tau = sqrt(2 C M), C the cost of a checkpoint (here
 * claim + download + upload), M the mean time between reclaims.
 */
#include <stdio.h>

#include "policies/cut.h"

enum { CHECKPOINT_NONE, CHECKPOINT_YOUNG, CHECKPOINT_EVERY };

struct spot_mix_params {
    int64_t base;
    double share;
    int checkpoint;
    double every_s;
    bool replace;
};

struct spot_mix_state {
    uint32_t replaced; /* the worker lost last, plus 1 */
};

static const struct sbs_param spot_mix_table[] = {
    SBS_PARAM(struct spot_mix_params, base, "workers", 0, 0, 1e6,
              "the first so many are on demand"),
    SBS_PARAM(struct spot_mix_params, share, "", 1, 0, 1,
              "share of the others that is spot"),
    SBS_PARAM_CHOICE(struct spot_mix_params, checkpoint, "none|young|every",
                     CHECKPOINT_NONE, "cut tasks into units saved one by one"),
    SBS_PARAM(struct spot_mix_params, every_s, "s", 300, 1e-3, 1e7,
              "checkpoint=every: computing time between two"),
    SBS_PARAM(struct spot_mix_params, replace, "", 1, 0, 1,
              "under pulling launch one for each worker lost at work"),
    SBS_PARAM_END
};

/* Computing time between two checkpoints; INFINITY = never, NAN = there is
 * no best one. */
static double interval_s(const struct spot_mix_params *p,
                         const struct sbs_constants *x)
{
    if (p->checkpoint == CHECKPOINT_EVERY)
        return p->every_s;
    if (p->checkpoint == CHECKPOINT_NONE || !(x->spot_per_h > 0))
        return INFINITY;
    return x->overhead_s > 0 ? sqrt(2 * x->overhead_s * 3600 / x->spot_per_h)
                             : NAN;
}

static int spot_mix_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct spot_mix_params *p = c->params;
    const struct sbs_constants *x = c->host->constants(c);
    double tau_s = interval_s(p, x);
    plan->on_demand = (uint32_t)p->base;
    plan->spot_share = p->share;
    if (isinf(tau_s))
        return 0;
    if (!plan->divisible || isnan(tau_s)) {
        snprintf(plan->why, sizeof plan->why, "%s",
                 plan->divisible
                     ? "checkpoint=young knows no interval where a unit "
                       "costs nothing to save (use checkpoint=every)"
                     : "checkpoints cut tasks, and the workload does not "
                       "say that its tasks can be cut");
        return -1;
    }
    cut_into(plan, round(x->unit_mean_s * plan->work_scale / tau_s));
    return 0;
}

/* Nobody else does that under a base whose workers pull; static does. */
static enum sbs_taken spot_mix_on_lost(struct sbs_ctx *c, uint32_t w,
                                       enum sbs_loss why,
                                       uint32_t first_unit, uint32_t n_units)
{
    const struct spot_mix_params *p = c->params;
    struct spot_mix_state *s = c->state;
    (void)first_unit;
    (void)n_units;
    if (p->replace && c->host->plan(c)->pull && why != SBS_LOSS_STOPPED &&
        s->replaced != w + 1) {
        s->replaced = w + 1;
        c->host->launch(c, 1);
    }
    return SBS_PASS;
}

SBS_POLICY(spot_mix) = {
    SBS_POLICY_HEAD,
    .name = "spot-mix",
    .summary = "some workers on demand, some spot, with checkpoints",
    .description =
        "The first `base` workers are on demand, of the others `share` is "
        "spot, spread evenly; replacements likewise by their number. "
        "Checkpoints cut divisible tasks into units that are uploaded one "
        "by one, so that a reclaim costs one unit: round(task / tau) of "
        "them, with Young's tau = sqrt(2 C M) from the mean overhead of a "
        "unit and the reclaim rate, or tau = every_s; a cutter of the stack "
        "goes before. Where workers pull, a worker that is lost at work is "
        "replaced by a new one (replace=true), as static does by itself. "
        "Holds with and without --spot.",
    .reference = "Young, Comm. ACM 17 (1974) 530-531, first order optimum "
                 "of the checkpoint interval",
    .advice =
        "Spot is cheaper by a known factor and slower by an unknown one: it "
        "helps when tasks are short against the time between reclaims, or "
        "checkpointed. A lost worker late in the job is what it costs; a "
        "base on demand does not protect the tasks of the others. "
        "Checkpoints hurt when reclaims are rare, each being an overhead.",
    .roles = SBS_ROLE_SPOT,
    .params = spot_mix_table,
    .params_size = sizeof(struct spot_mix_params),
    .state_size = sizeof(struct spot_mix_state),
    .plan = spot_mix_plan,
    .on_lost = spot_mix_on_lost,
};
