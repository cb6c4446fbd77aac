/* SPDX-License-Identifier: Apache-2.0 */
/* The completion curves of a forecast: the first replications once more, with
 * the times at which the client came to hold each task written down. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/forecast.h"
#include "sweep/run.h"

/* Replications of one policy, in `sim`, into p; times_s has room for a time
 * of every task. */
static int simulate(struct sbs_forecast_policy *p, struct sbs_sim *sim,
                    struct sbs_driver *driver, uint32_t reps, uint32_t needed,
                    double *times_s, struct sbs_error *err)
{
    double metrics[SBS_N_METRICS];
    sbs_sim_note_held(sim, times_s);
    for (uint32_t r = 0; r < reps; r++) {
        if (sbs_sim_replicate(sim, driver, r, metrics, err) != 0)
            return -1;
        if (isnan(metrics[SBS_METRIC_makespan_s]))
            continue;
        /* The last look may have found more than is needed. */
        uint32_t held = sbs_sim_held(sim);
        size_t n = sbs_forecast_thin(times_s, held < needed ? held : needed);
        if (p->n_curves == 0)
            p->n_points = n;
        if (n != p->n_points)
            return sbs_fail(err, SBS_EBUG, "%s: %zu tasks held, not %zu",
                            p->spec, n, p->n_points);
        memcpy(p->times_s + p->n_curves++ * n, times_s, n * sizeof *times_s);
    }
    return 0;
}

int sbs_forecast_curves(struct sbs_forecast_policy *p,
                        const struct sbs_run *run, uint32_t stack,
                        const struct sbs_run_outcome *o,
                        struct sbs_error *err)
{
    uint32_t reps = run->reps < SBS_FORECAST_CURVES ? run->reps
                                                    : SBS_FORECAST_CURVES;
    struct sbs_sim *sim = sbs_sim_create(&run->scenario, &o->plan, err);
    struct sbs_driver *driver =
        sim ? sbs_driver_create(run->stacks[stack], &o->plan, &o->constants,
                                err)
            : NULL;
    double *times_s = malloc(((size_t)o->plan.tasks + 1) * sizeof *times_s);
    int status = -1;
    p->times_s = malloc((size_t)reps * SBS_FORECAST_POINTS *
                        sizeof *p->times_s);
    if (driver && (!times_s || !p->times_s))
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    else if (driver)
        status = simulate(p, sim, driver, reps, o->plan.needed, times_s, err);
    free(times_s);
    sbs_driver_destroy(driver);
    sbs_sim_destroy(sim);
    return status;
}
