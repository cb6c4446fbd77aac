/* SPDX-License-Identifier: Apache-2.0 */
/* The loop that turns events into policy calls and policy actions into
 * backend calls. It is the same in virtual time and on real workers; it
 * checks every action, so that no policy can cheat in either. */
#ifndef SBS_MODEL_DRIVER_H
#define SBS_MODEL_DRIVER_H

#include <stdint.h>

#include <sbsim/policy.h>

#include "base/error.h"
#include "model/backend.h"
#include "model/layer.h"

/* Why a run has not finished. */
enum sbs_unfinished {
    SBS_FINISHED,
    SBS_UNFINISHED_STUCK,  /* nothing can happen any more */
    SBS_UNFINISHED_LOST,   /* work is lost again and again */
    SBS_UNFINISHED_TIMERS, /* a policy does nothing but wake itself */
    SBS_N_UNFINISHED
};
/* In words, to follow "did not finish because". */
const char *sbs_unfinished_text(enum sbs_unfinished why);

/* What the client knows at the end of a run; what workers cost is the
 * backend's to tell. Times in seconds from the call; NAN when not reached. */
struct sbs_outcome {
    int finished;
    enum sbs_unfinished why; /* when not finished */
    double makespan_s, first_s, half_s;
    uint32_t workers;   /* ordered */
    uint32_t attempts;  /* begun */
    uint32_t cancelled; /* attempts ordered dropped, by rule or as losers */
    double used_s; /* worker-seconds of attempts whose result was used */
};

struct sbs_driver;

/* Ask the layers for the plan of a run, defaults in, final plan out. -1 with
 * the policy's own words when a layer refuses. The context is params only:
 * plan() hooks see no clock and no workers. */
int sbs_driver_plan(const struct sbs_stack *stack,
                    const struct sbs_constants *constants,
                    struct sbs_plan *plan, struct sbs_error *err);

/* sbs_plan_is_spot for a plan that has spot workers. */
bool sbs_plan_shares_spot(const struct sbs_plan *plan, uint32_t w);

/* Is worker w (not a core of the user) spot under this plan? Spot workers
 * are spread evenly over the launch order behind the first on_demand ones,
 * so that any stretch of it holds their share. */
static inline bool sbs_plan_is_spot(const struct sbs_plan *plan, uint32_t w)
{
    return plan->spot_share > 0 && sbs_plan_shares_spot(plan, w);
}

/* A driver for runs of one stack under one plan, reused from run to run.
 * Stack and plan are borrowed; the constants are those of uncut tasks. NULL
 * and an error when memory is short. */
struct sbs_driver *sbs_driver_create(const struct sbs_stack *stack,
                                     const struct sbs_plan *plan,
                                     const struct sbs_constants *constants,
                                     struct sbs_error *err);
void sbs_driver_destroy(struct sbs_driver *d);

/* One run. -1 only when memory is short; a run that cannot finish is an
 * outcome with finished = 0. */
int sbs_driver_run(struct sbs_driver *d, struct sbs_backend backend,
                   struct sbs_outcome *out, struct sbs_error *err);

#endif
