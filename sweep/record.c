/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/record.h"

#include "model/journal.h"

static int check_size(const struct sbs_plan *p, struct sbs_error *err)
{
    uint64_t units = (uint64_t)p->tasks * p->units_per_task;
    if (units > SBS_LOG_UNITS_MAX || p->max_workers > SBS_LOG_WORKERS_MAX)
        return sbs_fail(err, SBS_EUSAGE,
                        "--log: %llu units and up to %u workers are too many "
                        "for a log (at most %d of each)",
                        (unsigned long long)units, p->max_workers,
                        SBS_LOG_UNITS_MAX);
    return 0;
}

static int run(const struct sbs_log_about *about,
               const struct sbs_scenario *scenario, FILE *out,
               struct sbs_error *err)
{
    struct sbs_journal journal = { .file = out };
    double metrics[SBS_N_METRICS];
    struct sbs_sim *sim = sbs_sim_create(scenario, about->plan, err);
    struct sbs_driver *driver =
        sim ? sbs_driver_create(about->stack, about->plan, about->constants,
                                err)
            : NULL;
    int status = -1;
    if (driver && sbs_log_write_header(about, out, err) == 0) {
        sbs_sim_record(sim, &journal);
        status = sbs_sim_replicate(sim, driver, about->replication, metrics,
                                   err);
    }
    sbs_driver_destroy(driver);
    sbs_sim_destroy(sim);
    return status;
}

int sbs_record_run(const struct sbs_record *record,
                   const struct sbs_spec *spec, uint32_t replication,
                   FILE *out, struct sbs_error *err)
{
    const struct sbs_scenario *s = record->scenario;
    struct sbs_plan asked, plan;
    struct sbs_constants constants;
    if (sbs_sim_plan(s, &spec->stack, &plan, &constants, err) != 0 ||
        sbs_sim_ask(s, &plan, &asked, &constants, err) != 0 ||
        check_size(&plan, err) != 0)
        return -1;
    struct sbs_log_about about = {
        .world = "sim",
        .spec = spec->text,
        .stack = &spec->stack,
        .asked = &asked,
        .plan = &plan,
        .constants = &constants,
        .seed = s->seed,
        .replication = replication,
        .model_sha256 = record->model_sha256,
        .workload_sha256 = record->workload_sha256,
    };
    return run(&about, s, out, err);
}
