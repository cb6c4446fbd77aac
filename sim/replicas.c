/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/replicas.h"

#include <stdlib.h>

struct sbs_replicas {
    struct sbs_sim *sim;
    struct sbs_driver *driver;
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
    if (x->driver)
        return x;
    sbs_replicas_destroy(x);
    return NULL;
}

void sbs_replicas_destroy(struct sbs_replicas *x)
{
    if (!x)
        return;
    sbs_driver_destroy(x->driver);
    sbs_sim_destroy(x->sim);
    free(x);
}

int sbs_replicas_run(struct sbs_replicas *x, uint32_t first, uint32_t n,
                     double *values, size_t stride, uint32_t *failed,
                     struct sbs_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        double m[SBS_N_METRICS];
        if (sbs_sim_replicate(x->sim, x->driver, first + i, m, err) != 0) {
            *failed = first + i;
            return -1;
        }
        for (size_t k = 0; k < SBS_N_METRICS; k++)
            values[k * stride + i] = m[k];
        values[SBS_N_METRICS * stride + i] = sbs_sim_why(x->sim);
    }
    return 0;
}
