/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/replicas.h"

#include <stdlib.h>

#include "sim/lockstep.h"

struct sbs_replicas {
    struct sbs_sim *sim;
    struct sbs_driver *driver;
    struct sbs_lockstep *lockstep; /* NULL: one by one */
};

struct sbs_replicas *
sbs_replicas_create(const struct sbs_scenario *scenario,
                    const struct sbs_stack *stack,
                    const struct sbs_plan *plan,
                    const struct sbs_constants *constants,
                    struct sbs_error *err)
{
    struct sbs_replicas *x = calloc(1, sizeof *x);
    if (!x) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    x->sim = sbs_sim_create(scenario, plan, err);
    if (x->sim)
        x->driver = sbs_driver_create(stack, plan, constants, err);
    if (x->driver &&
        sbs_lockstep_create(scenario, stack, plan, constants, SBS_ISA_BEST,
                            &x->lockstep, err) == 0)
        return x;
    sbs_replicas_destroy(x);
    return NULL;
}

void sbs_replicas_destroy(struct sbs_replicas *x)
{
    if (!x)
        return;
    sbs_lockstep_destroy(x->lockstep);
    sbs_driver_destroy(x->driver);
    sbs_sim_destroy(x->sim);
    free(x);
}

int sbs_replicas_in_lockstep(const struct sbs_replicas *x)
{
    return x->lockstep != NULL;
}

void sbs_replicas_alone(struct sbs_replicas *x)
{
    sbs_lockstep_destroy(x->lockstep);
    x->lockstep = NULL;
}

static int run_one(struct sbs_replicas *x, uint32_t replication,
                   double *values, size_t stride, struct sbs_error *err)
{
    double m[SBS_N_METRICS];
    if (sbs_sim_replicate(x->sim, x->driver, replication, m, err) != 0)
        return -1;
    for (size_t k = 0; k < SBS_N_METRICS; k++)
        values[k * stride] = m[k];
    values[SBS_N_METRICS * stride] = sbs_sim_why(x->sim);
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
