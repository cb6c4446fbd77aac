/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wide: many workers on small units, each of which leaves when the queue is
 * empty. How many? The client launches one every delta seconds, so m workers
 * come after s + m delta/2 on average and share W seconds of work:
 *
 *     T(m) = s + W/m + m delta/2,   least at m* = sqrt(2 W/delta).
 *
 * The same client collects the results, c seconds each, when it has launched
 * all: with u m + v of them it is not done before m delta + (u m + v) c. The
 * fleet grows no further than to where the two times meet.
 */
#include "policies/cut.h"

enum { UNITS_EACH = 20 };

struct wide_params {
    int64_t workers;
};

static const struct sbs_param wide_table[] = {
    SBS_PARAM(struct wide_params, workers, "workers", 0, 0, 1e6,
              "how many; 0 = best for the launch rate and the work"),
    SBS_PARAM_END
};

static bool cuts(const struct sbs_plan *plan)
{
    return plan->divisible && plan->units_per_task == 1;
}

/* Workers that keep the client busy just as long as the work lasts. */
static double client_bound(const struct sbs_constants *x,
                           const struct sbs_plan *plan, double work_s)
{
    double each = cuts(plan) ? UNITS_EACH : 0;
    double others = cuts(plan) ? 0 : plan->needed * plan->units_per_task;
    double a = x->launch_s / 2 + each * x->collect_s;
    double b = others * x->collect_s - x->startup_mean_s;
    return (sqrt(b * b + 4 * a * work_s) - b) / (2 * a);
}

/* The best number, but no more than have a place, and a unit each that is
 * worth its overhead. Without launch times there is none: the fleet stays as
 * it is, within these bounds. */
static double best_workers(const struct sbs_constants *x,
                           const struct sbs_plan *plan)
{
    double task_s = x->unit_mean_s * plan->work_scale;
    double work_s = plan->needed * task_s, m = plan->workers;
    double units = cuts(plan) ? cut_most(plan) : plan->units_per_task;
    if (x->overhead_s > 0)
        units = fmax(1, fmin(units, task_s / x->overhead_s));
    if (x->launch_s > 0)
        m = fmin(sqrt(2 * work_s / x->launch_s),
                 client_bound(x, plan, work_s));
    m = fmin(m, fmin(plan->places, plan->needed * units));
    return fmax(1, fmin(round(m), 1e6));
}

static int wide_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct wide_params *p = c->params;
    plan->workers = p->workers > 0
                        ? (uint32_t)p->workers
                        : (uint32_t)best_workers(c->host->constants(c),
                                                 plan);
    plan->pull = true;
    if (cuts(plan))
        cut_into(plan, ceil((double)UNITS_EACH * plan->workers /
                            plan->tasks));
    return 0;
}

SBS_POLICY(wide) = {
    SBS_POLICY_HEAD,
    .name = "wide",
    .summary = "as many workers as launching one by one still repays",
    .description =
        "Launches `workers` workers on split work; each exits when the "
        "queue is empty. workers=0 takes sqrt(2 W / delta), where the time "
        "s + W/m + m delta/2 is least: W is the work in seconds of a mean "
        "worker, delta the client's time for a launch. The fleet stays "
        "smaller where launching and collecting would keep the client busy "
        "for longer than the work lasts, and within the quota and one unit "
        "a worker. Divisible work that no layer "
        "cuts is cut into about 20 units a worker, none shorter than "
        "min_unit_s.",
    .reference = "derived in policies/wide.c for a client that launches one "
                 "after the other; brief/profiling-plan.md, scale testing",
    .advice =
        "Helps divisible work that is long against start-up: time falls "
        "nearly as 1/workers until launching holds it back, and the bill "
        "grows only by the start-up of each worker. Hurts short work (the "
        "fleet starts, pays its minimum, and finds the queue empty; see "
        "early-stop) and does nothing for work that cannot be cut. A client "
        "that launches faster (batched) makes a wider fleet the best.",
    .roles = SBS_ROLE_FLEET,
    .params = wide_table,
    .params_size = sizeof(struct wide_params),
    .plan = wide_plan,
};
