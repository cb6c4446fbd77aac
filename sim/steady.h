/* SPDX-License-Identifier: Apache-2.0 */
/* What the two fast ways of running a replication share (sim/lockstep,
 * sim/flow): what they can do, the planned launches, a worker's bill, the
 * metrics. Models are steady: no losses, weather or drift, no quota in force;
 * workers are idle never and results are used all. */
#ifndef SBS_SIM_STEADY_H
#define SBS_SIM_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/metric.h"
#include "sim/launch.h"
#include "sim/platform.h"
#include "sim/sim.h"

/* Do the layers decide by plan, constants and queue alone? One that has no
 * hook in a run does; others say so (SBS_ROLE_BLIND). */
bool sbs_steady_stack(const struct sbs_stack *s, bool pull);
/* No workers but the base fleet, no quota that could matter. */
bool sbs_steady_plan(const struct sbs_plan *p);
bool sbs_steady_models(const struct sbs_scenario *s, const struct sbs_plan *p);
/* Every result is seen the moment it is stored. */
bool sbs_steady_seen_at_once(const struct sbs_scenario *s);

/* The user's own cores; seconds on one of them per second of a unit. */
uint32_t sbs_steady_cores(const struct sbs_model *m);
double sbs_steady_local_scale(const struct sbs_model *m,
                              const struct sbs_plan *p);

/* The planned launches as the driver orders them (launch_plan) and the
 * backend carries them out (backend_launch): out[workers]. When the client
 * begins to look for results. */
double sbs_steady_launch(const struct sbs_platform *platform,
                         const struct sbs_plan *p, struct sbs_launched *out);

/* A worker that came and left by itself, at end_s. */
struct sbs_steady_life {
    double granted_s, pull_s, ready_s, end_s, compute_s, transfer_s;
};

struct sbs_steady_sums {
    double launched, startup_s, compute_s, transfer_s, billed_s, cost_usd;
};

/* How long after the makespan a worker's ordered stop takes effect. */
double sbs_steady_stop_s(const struct sbs_platform *platform, uint32_t worker);

/* Add worker i; one not ready by the makespan is ordered stopped. */
void sbs_steady_add(const struct sbs_platform *platform,
                    const struct sbs_plan *p, uint32_t i,
                    const struct sbs_steady_life *life, double makespan_s,
                    struct sbs_steady_sums *sums);

struct sbs_steady_result {
    double makespan_s, first_s, half_s, bound_s, attempts;
    double local_s;  /* list schedule on the user's own cores */
    double wasted_s;
};

/* False when they look wrong: the general engine knows better. */
bool sbs_steady_metrics(const struct sbs_model *m,
                        const struct sbs_steady_result *r,
                        const struct sbs_steady_sums *sums,
                        double metrics[SBS_N_METRICS]);

#endif
