/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a run: defaults, amended by the layers from right to left. */
#include "config.h"

#include "model/driver.h"

#include <math.h>

#include "model/driver_state.h"

/* What planning knows of a stack. */
struct planning {
    const struct sbs_stack *stack;
    struct sbs_driver driver; /* of which plan() hooks see the constants */
    const struct sbs_policy *binder; /* a named base that binds, or NULL */
};

static int plan_layer(struct planning *g, const struct sbs_layer *layer,
                      struct sbs_plan *plan, struct sbs_error *err)
{
    const struct sbs_policy *p = layer->policy;
    struct driver_layer l = {
        .ctx = { .host = &sbs_driver_host, .params = layer->params },
        .driver = &g->driver,
        .policy = p,
    };
    uint32_t fleet = plan->workers + plan->extra, most = plan->max_workers;
    if (p->plan && p->plan(&l.ctx, plan) != 0) {
        plan->why[sizeof plan->why - 1] = '\0';
        return sbs_fail(err, SBS_EUSAGE, "--policy: %s: %s", p->name,
                        plan->why[0] ? plan->why
                                     : "refused its parameters");
    }
    /* What layers on the right may launch later comes on top of a fleet that
     * grows. */
    if (most > 0 && plan->max_workers == most &&
        plan->workers + plan->extra > fleet)
        plan->max_workers += plan->workers + plan->extra - fleet;
    bool pulls =
        plan->pull || (p->roles & (SBS_ROLE_CUT | SBS_ROLE_CHUNK));
    if (g->binder && pulls)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: %s binds tasks to workers, %s lets "
                        "workers pull them: the two contradict each other",
                        g->binder->name, p->name);
    return 0;
}

/* A base that the user named goes first, so that the others amend it. */
static int plan_named_base(struct planning *g, struct sbs_plan *plan,
                           struct sbs_error *err)
{
    for (uint32_t i = 0; i < g->stack->n_layers; i++) {
        const struct sbs_layer *layer = &g->stack->layer[i];
        if (!(layer->policy->roles & SBS_ROLE_BASE))
            continue;
        if (plan_layer(g, layer, plan, err) != 0)
            return -1;
        if (!plan->pull)
            g->binder = layer->policy;
    }
    return 0;
}

/* Layers that copy or keep workers plan for the work and the fleet that the
 * others have made, wherever they stand. */
static bool plans_late(const struct sbs_policy *p)
{
    return (p->roles & (SBS_ROLE_COPY | SBS_ROLE_KEEP)) != 0;
}

static int plan_layers(struct planning *g, bool late, struct sbs_plan *plan,
                       struct sbs_error *err)
{
    for (uint32_t i = g->stack->n_layers; i-- > 0;) {
        const struct sbs_layer *layer = &g->stack->layer[i];
        if (!(layer->policy->roles & SBS_ROLE_BASE) &&
            plans_late(layer->policy) == late &&
            plan_layer(g, layer, plan, err) != 0)
            return -1;
    }
    return 0;
}

static int check_plan(const struct sbs_plan *p, struct sbs_error *err)
{
    uint64_t units = (uint64_t)p->tasks * p->units_per_task;
    if (p->tasks == 0 || p->needed == 0 || p->needed > p->tasks ||
        p->units_per_task == 0 || p->workers == 0)
        return sbs_fail(err, SBS_EBUG, "a policy made an impossible plan");
    if (p->chunk_units == 0 || !(p->work_scale > 0) ||
        !isfinite(p->work_scale) || !(p->vcpu > 0) || !(p->memory_gb > 0) ||
        !(p->spot_share >= 0 && p->spot_share <= 1) ||
        !(p->wave_gap_s >= 0 && isfinite(p->wave_gap_s)) ||
        (p->dealt && !p->pull))
        return sbs_fail(err, SBS_EBUG, "a policy made an impossible plan");
    if (units > UINT32_MAX - 16)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: %llu units in all (at most %u)",
                        (unsigned long long)units, UINT32_MAX - 16);
    return 0;
}

bool sbs_plan_shares_spot(const struct sbs_plan *p, uint32_t w)
{
    if (w < p->on_demand)
        return false;
    double n = w - p->on_demand;
    return floor((n + 1) * p->spot_share) > floor(n * p->spot_share);
}

int sbs_driver_plan(const struct sbs_stack *stack,
                    const struct sbs_constants *constants,
                    struct sbs_plan *plan, struct sbs_error *err)
{
    struct planning g = { .stack = stack,
                          .driver = { .constants = *constants } };
    plan->pull = stack->has_cutter;
    plan->cut = stack->has_cutter;
    if (plan_named_base(&g, plan, err) != 0 ||
        plan_layers(&g, false, plan, err) != 0 ||
        plan_layers(&g, true, plan, err) != 0)
        return -1;
    /* The base nobody named comes last: it fits what the layers made. */
    if (!stack->has_base &&
        plan_layer(&g, plan->pull ? &stack->pull_base : &stack->bind_base,
                   plan, err) != 0)
        return -1;
    if (plan->warm > plan->workers)
        plan->warm = plan->workers;
    uint32_t launched = plan->workers + plan->extra;
    if (plan->max_workers < launched)
        plan->max_workers = launched;
    return check_plan(plan, err);
}
