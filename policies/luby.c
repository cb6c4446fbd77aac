/* SPDX-License-Identifier: Apache-2.0 */
/* luby: restart at ages 1, 1, 2, 1, 1, 2, 4, ... units: within a logarithm
 * of the best fixed age for any law, which need not be known. */
#include "policies/restart.h"

struct luby_params {
    double unit_s;
    int64_t most;
};

static const struct sbs_param luby_table[] = {
    SBS_PARAM(struct luby_params, unit_s, "s", 1800, 1e-6, 1e7,
              "the shortest age at which an attempt is killed"),
    SBS_PARAM(struct luby_params, most, "", 20, 0, 1e6,
              "restarts of a task"),
    SBS_PARAM_END
};

/* Element i = 1, 2, ...: 2^(k-1) at i = 2^k - 1, else that of i less the
 * largest 2^k - 1 below it. */
static double luby(uint32_t i)
{
    for (;;) {
        uint32_t k = 1;
        while (k < 32 && (1u << k) - 1 < i)
            k++;
        if (k == 32 || (1u << k) - 1 == i)
            return ldexp(1, (int)k - 1);
        i -= (1u << (k - 1)) - 1;
    }
}

static double age_s(struct sbs_ctx *c, uint32_t made)
{
    return luby(made + 1) * ((const struct luby_params *)c->params)->unit_s;
}

static int luby_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct luby_params *p = c->params;
    copies_allow(plan, (double)p->most * plan->tasks);
    return 0;
}

static void luby_start(struct sbs_ctx *c)
{
    restart_start(c);
    restart_watch(c, age_s);
}

static void luby_on_news(struct sbs_ctx *c, uint32_t attempt)
{
    (void)attempt;
    restart_watch(c, age_s);
}

static void luby_on_timer(struct sbs_ctx *c, uint32_t attempt)
{
    const struct luby_params *p = c->params;
    restart_now(c, attempt, p->most);
    restart_watch(c, age_s);
}

static enum sbs_taken luby_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct restarts *s = c->state;
    return copies_on_idle(c, &s->copies, w);
}

SBS_POLICY(luby) = {
    SBS_POLICY_HEAD,
    .name = "luby",
    .summary = "restart at ages 1, 1, 2, 1, 1, 2, 4, ... times a unit",
    .description =
        "As restart, but attempt k of a task is killed at age unit_s times "
        "element k of the Luby sequence. Ages count from the launch "
        "request, so unit_s includes the start-up. After `most` restarts "
        "of a task the attempt goes on.",
    .reference = "Luby, Sinclair, Zuckerman, Inf. Process. Lett. 47 (1993) "
                 "173-180",
    .advice = "For laws of which nothing is known. Who knows a good tau_s "
              "does better with restart; a unit_s below the start-up "
              "wastes every short attempt.",
    .roles = SBS_ROLE_COPY,
    .params = luby_table,
    .params_size = sizeof(struct luby_params),
    .state_size = sizeof(struct restarts),
    .plan = luby_plan,
    .start = luby_start,
    .on_idle = luby_on_idle,
    .on_seen = luby_on_news,
    .on_begun = luby_on_news,
    .on_timer = luby_on_timer,
};
