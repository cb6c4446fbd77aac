/* SPDX-License-Identifier: Apache-2.0 */
/* any-k: more replicas than results are needed; the first ones count. The
 * same as oversubscribe with mode=any-k, under a name that says so. */
#include "policies/enough.h"

struct any_k_params {
    double factor;
};

static const struct sbs_param any_k_table[] = {
    SBS_PARAM(struct any_k_params, factor, "", 1.1, 1, 100,
              "how many times the needed results are started"),
    SBS_PARAM_END
};

static int any_k_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct any_k_params *p = c->params;
    return enough_any_k(plan, p->factor, "any-k");
}

SBS_POLICY(any_k) = {
    SBS_POLICY_HEAD,
    .name = "any-k",
    .summary = "start more replicas than needed, stop at the n-th result",
    .description =
        "Runs ceil(factor n) replicas on ceil(factor m) workers and is done "
        "when n results are held; the others are ordered stopped. Needs "
        "exchangeable tasks: replicas with seeds of their own, any of which "
        "will do. The same as oversubscribe with mode=any-k.",
    .reference = "order statistics: E X(k:n) of n times; Joshi, Soljanin, "
                 "Wornell, ACM TOMPECS 2 (2017)",
    .advice =
        "Helps whenever a few workers are much slower than the rest, or "
        "never start: the slowest (factor - 1)/factor of the replicas are "
        "not waited for. They are billed until they are stopped, so the bill "
        "grows by less than factor. Hurts the result when slow replicas have "
        "other values than fast ones (see truncate), and is wrong for tasks "
        "that differ, such as scenarios that are all wanted.",
    .roles = SBS_ROLE_FLEET | SBS_ROLE_STOP,
    .params = any_k_table,
    .params_size = sizeof(struct any_k_params),
    .plan = any_k_plan,
};
