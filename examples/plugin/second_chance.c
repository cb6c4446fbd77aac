/* SPDX-License-Identifier: Apache-2.0 */
/*
 * second-chance: an example of a policy in a file of its own. After after_s
 * seconds every unit whose result the client has not seen gets one copy on a
 * newly launched worker. Build it against an installed sbsim and use it:
 *
 *     cc -shared -fPIC -DSBS_PLUGIN -o second-chance.so second_chance.c
 *     sbsim --policy static,./second-chance.so:after_s=1200 --trace T.h5
 */
#include <sbsim/policy.h>

struct second_chance_params {
    double after_s;
};

static const struct sbs_param second_chance_table[] = {
    SBS_PARAM(struct second_chance_params, after_s, "s", 1800, 0, 1e7,
              "when to copy what is not there yet"),
    SBS_PARAM_END
};

static int second_chance_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    (void)c;
    /* Room for a copy of every unit. */
    plan->max_workers += plan->tasks * plan->units_per_task;
    return 0;
}

static void second_chance_start(struct sbs_ctx *c)
{
    const struct second_chance_params *p = c->params;
    c->host->wake_at(c, p->after_s, 0);
}

static void second_chance_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    const struct sbs_plan *plan = c->host->plan(c);
    uint32_t units = plan->tasks * plan->units_per_task;
    (void)tag;
    for (uint32_t u = 0; u < units; u++) {
        if (c->host->unit_seen(c, u) || c->host->copies(c, u) > 0)
            continue;
        int64_t worker = c->host->launch(c, 1);
        if (worker < 0)
            return;
        c->host->bind(c, (uint32_t)worker, u, 1, true);
    }
}

SBS_POLICY(second_chance) = {
    SBS_POLICY_HEAD,
    .name = "second-chance",
    .summary = "one copy of everything that is late at a given time",
    .description = "At after_s every unit without a result gets one copy on "
                   "a new worker; the first result counts.",
    .reference = "an example; compare delayed cloning: Aktas, Peng, "
                 "Soljanin, arXiv 1710.00748",
    .roles = SBS_ROLE_COPY,
    .params = second_chance_table,
    .params_size = sizeof(struct second_chance_params),
    .plan = second_chance_plan,
    .start = second_chance_start,
    .on_timer = second_chance_on_timer,
};
