/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/replicas.h"

#include <stdlib.h>

#include "sim/flow.h"
#include "sim/lockstep.h"

struct sbs_replicas {
    const struct sbs_scenario *scenario;
    const struct sbs_stack *stack;
    const struct sbs_plan *plan;
    const struct sbs_constants *constants;
    struct sbs_lockstep *lockstep; /* many at a time, or NULL */
    struct sbs_flow *flow;         /* large ones, or NULL */
    struct sbs_sim *sim;           /* one by one; made when first needed */
    struct sbs_driver *driver;
};

static int make_general(struct sbs_replicas *x, struct sbs_error *err)
{
    if (!x->sim)
        x->sim = sbs_sim_create(x->scenario, x->plan, err);
    if (x->sim && !x->driver)
        x->driver = sbs_driver_create(x->stack, x->plan, x->constants, err);
    return x->driver ? 0 : -1;
}

/* The fastest way that can do it. */
static int choose(struct sbs_replicas *x, struct sbs_error *err)
{
    if (sbs_lockstep_create(x->scenario, x->stack, x->plan, x->constants,
                            SBS_ISA_BEST, &x->lockstep, err) != 0)
        return -1;
    if (!x->lockstep &&
        sbs_flow_create(x->scenario, x->stack, x->plan, &x->flow, err) != 0)
        return -1;
    return x->lockstep || x->flow ? 0 : make_general(x, err);
}

struct sbs_replicas *
sbs_replicas_create(const struct sbs_scenario *scenario,
                    const struct sbs_stack *stack,
                    const struct sbs_plan *plan,
                    const struct sbs_constants *constants,
                    struct sbs_error *err)
{
    struct sbs_replicas *x = malloc(sizeof *x);
    if (!x) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    *x = (struct sbs_replicas){ .scenario = scenario,
                                .stack = stack,
                                .plan = plan,
                                .constants = constants };
    if (choose(x, err) == 0)
        return x;
    sbs_replicas_destroy(x);
    return NULL;
}

void sbs_replicas_destroy(struct sbs_replicas *x)
{
    if (!x)
        return;
    sbs_lockstep_destroy(x->lockstep);
    sbs_flow_destroy(x->flow);
    sbs_driver_destroy(x->driver);
    sbs_sim_destroy(x->sim);
    free(x);
}

enum sbs_way sbs_replicas_way(const struct sbs_replicas *x)
{
    return x->lockstep ? SBS_WAY_LOCKSTEP
           : x->flow   ? SBS_WAY_FLOW
                       : SBS_WAY_GENERAL;
}

void sbs_replicas_go_general(struct sbs_replicas *x)
{
    sbs_lockstep_destroy(x->lockstep);
    sbs_flow_destroy(x->flow);
    x->lockstep = NULL;
    x->flow = NULL;
}

static int run_one(struct sbs_replicas *x, uint32_t replication,
                   double *values, size_t stride, struct sbs_error *err)
{
    double m[SBS_N_METRICS];
    bool done = false;
    enum sbs_unfinished why = SBS_FINISHED;
    if (x->flow &&
        sbs_flow_run(x->flow, replication, m, &done, err) != 0)
        return -1;
    if (!done) {
        if (make_general(x, err) != 0 ||
            sbs_sim_replicate(x->sim, x->driver, replication, m, err) != 0)
            return -1;
        why = sbs_sim_why(x->sim);
    }
    for (size_t k = 0; k < SBS_N_METRICS; k++)
        values[k * stride] = m[k];
    values[SBS_N_METRICS * stride] = why;
    return 0;
}

int sbs_replicas_run(struct sbs_replicas *x, uint32_t first, uint32_t n,
                     double *values, size_t stride, uint32_t *failed,
                     struct sbs_error *err)
{
    for (uint32_t i = 0, group; i < n; i += group) {
        bool done[SBS_LOCKSTEP_GROUP] = { false };
        group = n - i < SBS_LOCKSTEP_GROUP ? n - i : SBS_LOCKSTEP_GROUP;
        *failed = first + i;
        if (x->lockstep &&
            sbs_lockstep_run(x->lockstep, first + i, group, values + i,
                             stride, done, err) != 0)
            return -1;
        for (uint32_t k = 0; k < group; k++) {
            *failed = first + i + k;
            if (!done[k] && run_one(x, first + i + k, values + i + k, stride,
                                    err) != 0)
                return -1;
        }
    }
    return 0;
}
