/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/series.h"

#include <stdlib.h>
#include <string.h>

#include "sim/steady.h"

static int by_worker(const void *x, const void *y)
{
    const struct sbs_chunk *a = x, *b = y;
    if (a->worker != b->worker)
        return a->worker < b->worker ? -1 : 1;
    return (a->first_unit > b->first_unit) - (a->first_unit < b->first_unit);
}

/* Every unit in one chunk; else somebody copied or lost it. */
static bool covers_once(const struct sbs_chunk *c, uint32_t n, uint32_t units)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += c[i].n_units;
    return sum == units;
}

static int watch(const struct sbs_scenario *scenario,
                 const struct sbs_stack *stack, const struct sbs_plan *plan,
                 const struct sbs_constants *constants,
                 struct sbs_series *out, struct sbs_error *err)
{
    double metrics[SBS_N_METRICS];
    uint32_t units = plan->tasks * plan->units_per_task;
    int status = -1;
    struct sbs_sim *sim = sbs_sim_create(scenario, plan, err);
    struct sbs_driver *driver =
        sim ? sbs_driver_create(stack, plan, constants, err) : NULL;
    out->chunk = malloc(units * sizeof *out->chunk);
    if (!out->chunk)
        sbs_fail(err, SBS_EMEMORY, "out of memory for %u chunks", units);
    if (!driver || !out->chunk)
        goto done;
    sbs_sim_note_chunks(sim, out->chunk, units);
    status = sbs_sim_replicate(sim, driver, 0, metrics, err);
    out->n = sbs_sim_noted(sim);
    if (status == 0)
        status = sbs_sim_why(sim) == SBS_FINISHED && out->n <= units &&
                 covers_once(out->chunk, out->n, units);
done:
    sbs_driver_destroy(driver);
    sbs_sim_destroy(sim);
    return status;
}

int sbs_series_record(const struct sbs_scenario *scenario,
                      const struct sbs_stack *stack,
                      const struct sbs_plan *plan,
                      const struct sbs_constants *constants,
                      struct sbs_series *out, struct sbs_error *err)
{
    memset(out, 0, sizeof *out);
    if (!sbs_steady_stack(stack, plan->pull))
        return 0;
    /* To the last chunk, also where fewer results would be enough. */
    struct sbs_plan all = *plan;
    all.needed = all.tasks;
    int status = watch(scenario, stack, &all, constants, out, err);
    if (status == 1 && !plan->pull)
        qsort(out->chunk, out->n, sizeof *out->chunk, by_worker);
    if (status != 1)
        sbs_series_fini(out);
    return status;
}

void sbs_series_fini(struct sbs_series *s)
{
    free(s->chunk);
    memset(s, 0, sizeof *s);
}
