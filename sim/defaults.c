/* SPDX-License-Identifier: Apache-2.0 */
/* What a run starts from before any policy has spoken. */
#include "config.h"

#include <math.h>

#include "sim/sim.h"

static void fill_constants(const struct sbs_scenario *s, double gain,
                           struct sbs_constants *c)
{
    const struct sbs_model *m = &s->models->stated;
    double slow, slow_sd, task, task_sd;
    sbs_model_slowdown(m, &slow, &slow_sd);
    sbs_workload_task_s(s->workload, &task, &task_sd);
    double second = (slow * slow + slow_sd * slow_sd) *
                    (task * task + task_sd * task_sd);
    c->unit_mean_s = task * slow / gain;
    c->unit_sd_s = sqrt(fmax(second - task * slow * task * slow, 0)) / gain;
    sbs_model_startup(m, &c->startup_mean_s, &c->startup_sd_s);
    c->overhead_s = sbs_dist_mean(&m->unit.claim_s) +
                    sbs_dist_mean(&m->unit.download_s) +
                    sbs_dist_mean(&m->unit.upload_s);
    c->usd_per_worker_h = s->vcpu * m->price.vcpu_h_usd +
                          s->memory_gb * m->price.gb_h_usd;
    c->vcpu = s->vcpu;
}

int sbs_sim_defaults(const struct sbs_scenario *s, struct sbs_plan *plan,
                     struct sbs_constants *constants, struct sbs_error *err)
{
    const struct sbs_model *m = &s->models->stated;
    double gain;
    if (sbs_model_gain(m, s->vcpu, &gain, err) != 0)
        return -1;
    if (m->launcher.quota_vcpu < s->vcpu)
        return sbs_fail(err, SBS_EUSAGE,
                        "--vcpu: the quota of %g vCPU does not admit one "
                        "worker of %g", m->launcher.quota_vcpu, s->vcpu);
    fill_constants(s, gain, constants);
    *plan = (struct sbs_plan){
        .tasks = s->workload->tasks,
        .needed = s->workload->tasks,
        .units_per_task = 1,
        .workers = s->workers ? s->workers : s->workload->tasks,
        .divisible = s->workload->divisible,
        .exchangeable = s->workload->exchangeable,
        .min_unit_s = s->workload->min_unit_s,
        .task_s = sbs_workload_shortest_s(s->workload),
    };
    return 0;
}
