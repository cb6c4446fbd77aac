/* SPDX-License-Identifier: Apache-2.0 */
/* hybrid: the user's own cores join the fleet. They are there at once and
 * cost nothing. */
#include <math.h>

#include <sbsim/policy.h>

struct hybrid_params {
    int64_t cores;
};

static const struct sbs_param hybrid_table[] = {
    SBS_PARAM(struct hybrid_params, cores, "cores", 0, 0, 4096,
              "of the user's machine; 0 = as many as the model says"),
    SBS_PARAM_END
};

static int hybrid_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct hybrid_params *p = c->params;
    double all = floor(fmin(c->host->constants(c)->local_cores, 4096));
    plan->local = p->cores > 0 ? (uint32_t)p->cores : (uint32_t)fmax(all, 1);
    plan->pull = true;
    return 0;
}

/* A core that finds nothing stays: it costs nothing, and work may be lost
 * elsewhere. */
static enum sbs_taken hybrid_on_idle(struct sbs_ctx *c, uint32_t w)
{
    if (c->host->worker(c, w)->local && c->host->queued_units(c) == 0)
        c->host->hold(c, w);
    return SBS_PASS;
}

SBS_POLICY(hybrid) = {
    SBS_POLICY_HEAD,
    .name = "hybrid",
    .summary = "the user's own cores join the fleet, for free",
    .description =
        "`cores` cores of the user's machine pull work like workers do, "
        "from time 0 on, at local.efficiency / local.slowdown of the "
        "reference core, with claim, download and upload. They are never "
        "lost and not billed, and stay to the end for work that is lost "
        "elsewhere. They are numbered after the planned fleet, so the "
        "others are the workers they would be without.",
    .reference = "bursting: the local machine is part of the pool; no one "
                 "paper",
    .advice =
        "Helps most when the fleet starts slowly or is small against the "
        "machine. With tasks that are not cut it can hurt: a slow core that "
        "takes one of the last whole tasks is waited for, so cut the work "
        "(split) or use a chunk rule. The machine is busy meanwhile.",
    .roles = SBS_ROLE_LOCAL,
    .params = hybrid_table,
    .params_size = sizeof(struct hybrid_params),
    .plan = hybrid_plan,
    .on_idle = hybrid_on_idle,
};
