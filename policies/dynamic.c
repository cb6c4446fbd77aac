/* SPDX-License-Identifier: Apache-2.0 */
/* dynamic: a ready worker takes the next task (or unit) of the queue
 * itself; one that finds the queue empty exits. */
#include <sbsim/policy.h>

static int dynamic_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    (void)c;
    plan->pull = true;
    return 0;
}

static enum sbs_taken dynamic_on_idle(struct sbs_ctx *c, uint32_t w)
{
    uint32_t n = c->host->plan(c)->chunk_units;
    return c->host->assign(c, w, n) == 0 ? SBS_TAKEN : SBS_PASS;
}

SBS_POLICY(dynamic) = {
    SBS_POLICY_HEAD,
    .name = "dynamic",
    .summary = "ready workers pull the next whole task from a queue",
    .description =
        "Workers take one task at a time, in order, as soon as they are "
        "ready or done with the last one. Faster workers do more. With as "
        "many workers as tasks it differs from static only in who gets "
        "which task.",
    .reference = "self-scheduling: Tang and Yew, ICPP 1986; list "
                 "scheduling: Graham, Bell Syst. Tech. J. 45 (1966)",
    .advice =
        "Helps as soon as there are several tasks for each worker: slow "
        "and late workers take fewer. With one task for each it is static. "
        "Whole tasks leave a tail of up to one task on the slowest core; "
        "cut divisible work (split) to shorten it.",
    .roles = SBS_ROLE_BASE | SBS_ROLE_BLIND,
    .plan = dynamic_plan,
    .on_idle = dynamic_on_idle,
};
