/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of sim/lockstep: groups of lanes (lockstep.c) and what has to go
 * lane by lane (lockstep_lane.c). */
#ifndef SBS_SIM_LOCKSTEP_STATE_H
#define SBS_SIM_LOCKSTEP_STATE_H

#include "model/bound.h"
#include "sim/client.h"
#include "sim/lanes.h"
#include "sim/launch.h"
#include "sim/platform.h"
#include "sim/series.h"
#include "sim/sim.h"

struct sbs_lockstep {
    const struct sbs_scenario *scenario;
    const struct sbs_plan *plan;
    struct sbs_series series;
    uint32_t *first_chunk; /* [workers + 1] */
    const struct sbs_lanes_ops *ops;
    struct sbs_lanes lanes;
    sbs_row *rows; /* of which the lanes' arrays are parts */
    struct sbs_platform platform[SBS_LANES_N];
    double *gain; /* [models] */
    struct sbs_launched *launched;
    /* What is the same in every group, and whether it has been done. */
    bool work_is_fixed, launches_alike, launched_once, local_is_fixed;

    /* A client that polls, or that does not need all: lane by lane. */
    bool watches;
    struct sbs_client client;
    uint32_t *task_left; /* [tasks] units not seen */
    uint32_t *order;     /* [chunks] by the time they are stored */
    double used_s[SBS_LANES_N], begun[SBS_LANES_N];
    struct sbs_bound_worker *workers; /* [workers] */
    double *scratch_s;                /* [2 workers + 2 tasks] */
};

/* makespan_s, first_s, half_s and used_s of lane l. -1: memory is short. */
int sbs_lockstep_watch(struct sbs_lockstep *k, int l, struct sbs_error *err);

/* The sums over workers of lane l when fewer results are needed than there
 * are tasks; begun. */
void sbs_lockstep_account(struct sbs_lockstep *k, int l);

/* bound_s of lane l for indivisible tasks, or when not all are needed. */
void sbs_lockstep_bound(struct sbs_lockstep *k, int l);

#endif
