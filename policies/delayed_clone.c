/* SPDX-License-Identifier: Apache-2.0 */
/* delayed-clone: one copy of whatever is not done at a given age. */
#include "policies/copies.h"

struct delayed_clone_params {
    double after_s;
    int host;
};

static const struct sbs_param delayed_clone_table[] = {
    SBS_PARAM(struct delayed_clone_params, after_s, "s", 1800, 0, 1e7,
              "age, from the launch request, at which a copy is made"),
    COPIES_HOST_PARAM(struct delayed_clone_params, HOST_NEW),
    SBS_PARAM_END
};

struct delayed_clone_state {
    struct copies copies;
    struct look look;
};

static double after_s(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    (void)a;
    return ((const struct delayed_clone_params *)c->params)->after_s;
}

static void copy_what_is_due(struct sbs_ctx *c)
{
    const struct delayed_clone_params *p = c->params;
    struct delayed_clone_state *s = c->state;
    look_at_all(c, &s->look, &s->copies, p->host, after_s);
}

static int delayed_clone_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct delayed_clone_params *p = c->params;
    copies_allow(plan, p->host == HOST_NEW
                           ? (double)plan->tasks * plan->units_per_task
                           : 0);
    return 0;
}

static void delayed_clone_start(struct sbs_ctx *c)
{
    struct delayed_clone_state *s = c->state;
    copies_start(c, &s->copies);
    s->look.armed_s = -1;
    copy_what_is_due(c);
}

static void delayed_clone_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    if (attempt >= c->host->planned_attempts(c))
        copy_what_is_due(c);
}

/* What a worker that never starts had behind a task now seen is its next
 * attempt, and old already. Not before all results of this instant. */
static void delayed_clone_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct delayed_clone_state *s = c->state;
    (void)attempt;
    if (s->look.next_other < c->host->attempts(c))
        look_arm(c, &s->look, c->host->now_s(c));
}

static void delayed_clone_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct delayed_clone_state *s = c->state;
    (void)tag;
    if (look_is_due(c, &s->look))
        copy_what_is_due(c);
}

static enum sbs_taken delayed_clone_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct delayed_clone_params *p = c->params;
    struct delayed_clone_state *s = c->state;
    if (copies_leaves(c, &s->copies, w))
        return SBS_TAKEN;
    if (!copies_offer(c, &s->copies, p->host, w))
        return SBS_PASS;
    look_arm(c, &s->look, c->host->now_s(c));
    return copies_hold(c, &s->copies, w);
}

SBS_POLICY(delayed_clone) = {
    SBS_POLICY_HEAD,
    .name = "delayed-clone",
    .summary = "one copy of whatever is not done at a given age",
    .description =
        "An attempt whose result the client has not seen after_s seconds "
        "after its launch request (or after its worker took it) gets one "
        "copy, on a new worker or, with host=idle, on one that is held "
        "because nothing is left in the queue.",
    .reference = "Aktas, Peng, Soljanin, arXiv 1710.00748",
    .advice = "Helps when few attempts are much longer than all others and "
              "after_s lies just beyond the bulk. An after_s within the "
              "bulk copies nearly everything; one far beyond it does "
              "nothing but rescue workers that never start.",
    .roles = SBS_ROLE_COPY,
    .params = delayed_clone_table,
    .params_size = sizeof(struct delayed_clone_params),
    .state_size = sizeof(struct delayed_clone_state),
    .plan = delayed_clone_plan,
    .start = delayed_clone_start,
    .on_idle = delayed_clone_on_idle,
    .on_seen = delayed_clone_on_seen,
    .on_begun = delayed_clone_on_begun,
    .on_timer = delayed_clone_on_timer,
};
