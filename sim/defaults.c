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
    c->usd_per_worker_h = (s->vcpu * m->price.vcpu_h_usd +
                           s->memory_gb * m->price.gb_h_usd) *
                          (s->spot ? m->price.spot_factor : 1);
    c->vcpu = s->vcpu;
}

double sbs_sim_places(const struct sbs_model *m, double vcpu)
{
    /* 0.3 / 0.1 must be 3. */
    return floor(m->launcher.quota_vcpu / vcpu * (1 + 1e-12));
}

static int check_model(const struct sbs_model *m, double vcpu,
                       struct sbs_error *err)
{
    double gain;
    if (sbs_model_gain(m, vcpu, &gain, err) != 0)
        return -1;
    if (sbs_sim_places(m, vcpu) >= 1)
        return 0;
    return sbs_fail(err, SBS_EUSAGE,
                    "--vcpu: the quota of %g vCPU does not admit one "
                    "worker of %g", m->launcher.quota_vcpu, vcpu);
}

int sbs_sim_defaults(const struct sbs_scenario *s, struct sbs_plan *plan,
                     struct sbs_constants *constants, struct sbs_error *err)
{
    double gain, places = UINT32_MAX;
    for (size_t i = 0; i < s->models->n; i++) {
        const struct sbs_model *m = &s->models->models[i];
        if (check_model(m, s->vcpu, err) != 0)
            return -1;
        places = fmin(places, sbs_sim_places(m, s->vcpu));
    }
    if (sbs_model_gain(&s->models->stated, s->vcpu, &gain, err) != 0)
        return -1;
    fill_constants(s, gain, constants);
    *plan = (struct sbs_plan){
        .tasks = s->workload->tasks,
        .needed = s->workload->tasks,
        .units_per_task = 1,
        .places = (uint32_t)places,
        .workers = s->workers ? s->workers : s->workload->tasks,
        .divisible = s->workload->divisible,
        .exchangeable = s->workload->exchangeable,
        .min_unit_s = s->workload->min_unit_s,
        .task_s = sbs_workload_shortest_s(s->workload),
    };
    return 0;
}
