/* SPDX-License-Identifier: Apache-2.0 */
/* What a run starts from before any policy has spoken. */
#include "config.h"

#include <math.h>

#include "sim/sim.h"

/* What the constants hang on: the user's and the model's choice, or the one
 * a policy has made. */
struct choice {
    double vcpu, memory_gb;
    uint32_t launches_per_call; /* 0 = as the model says */
};

/* Calls are no closer than the rate limit of the API allows. */
static double launch_s(const struct sbs_model *m, uint32_t per_call)
{
    double n = per_call > 0 ? per_call
                            : fmax(floor(m->client.launches_per_call), 1);
    return fmax(sbs_dist_mean(&m->client.call_s),
                1 / m->client.calls_per_s) / n;
}

static void fill_constants(const struct sbs_scenario *s,
                           struct choice choice, double gain,
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
    c->launch_s = launch_s(m, choice.launches_per_call);
    c->collect_s = sbs_dist_mean(&m->client.collect_s);
    c->stop_s = sbs_dist_mean(&m->stop_s);
    c->usd_per_worker_h = (choice.vcpu * m->price.vcpu_h_usd +
                           choice.memory_gb * m->price.gb_h_usd) *
                          (s->spot ? m->price.spot_factor : 1);
    c->spot_factor = m->price.spot_factor;
    c->spot_per_h = m->loss.spot_per_h;
    c->local_cores = m->local.cores;
    c->local_slowdown = m->local.slowdown / m->local.efficiency;
    c->processors = (uint32_t)m->speed.n_classes;
    c->processor = s->models->processors;
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
                    "the quota of %g vCPU does not admit one worker of %g",
                    m->launcher.quota_vcpu, vcpu);
}

static int set_defaults(const struct sbs_scenario *s, struct choice choice,
                        struct sbs_plan *plan,
                        struct sbs_constants *constants,
                        struct sbs_error *err)
{
    double gain, places = UINT32_MAX;
    const char *who = choice.vcpu == s->vcpu ? "--vcpu" : "--policy";
    for (size_t i = 0; i < s->models->n; i++) {
        const struct sbs_model *m = &s->models->models[i];
        if (check_model(m, choice.vcpu, err) != 0)
            return sbs_fail_at(err, who);
        places = fmin(places, sbs_sim_places(m, choice.vcpu));
    }
    if (sbs_model_gain(&s->models->stated, choice.vcpu, &gain, err) != 0)
        return sbs_fail_at(err, who);
    fill_constants(s, choice, gain, constants);
    *plan = (struct sbs_plan){
        .tasks = s->workload->tasks,
        .needed = s->workload->tasks,
        .units_per_task = 1,
        .chunk_units = 1,
        .work_scale = 1,
        .spot_share = s->spot ? 1 : 0,
        .vcpu = choice.vcpu,
        .memory_gb = choice.memory_gb,
        .places = (uint32_t)places,
        .workers = s->workers ? s->workers : s->workload->tasks,
        .divisible = s->workload->divisible,
        .exchangeable = s->workload->exchangeable,
        .min_unit_s = s->workload->min_unit_s,
        .task_s = sbs_workload_shortest_s(s->workload),
    };
    return 0;
}

int sbs_sim_ask(const struct sbs_scenario *s, const struct sbs_plan *made,
                struct sbs_plan *plan, struct sbs_constants *constants,
                struct sbs_error *err)
{
    struct choice choice = { made->vcpu, made->memory_gb,
                             made->launches_per_call };
    return set_defaults(s, choice, plan, constants, err);
}

/* A policy may choose another size of workers or of launch calls; then all
 * plan again, knowing what such workers can do and cost. */
int sbs_sim_plan(const struct sbs_scenario *s, const struct sbs_stack *stack,
                 struct sbs_plan *plan, struct sbs_constants *constants,
                 struct sbs_error *err)
{
    struct choice choice = { s->vcpu, s->memory_gb, 0 };
    for (int pass = 0; pass < 2; pass++) {
        if (set_defaults(s, choice, plan, constants, err) != 0 ||
            sbs_driver_plan(stack, constants, plan, err) != 0)
            return -1;
        if (plan->vcpu == choice.vcpu &&
            plan->memory_gb == choice.memory_gb &&
            plan->launches_per_call == choice.launches_per_call)
            return 0;
        choice = (struct choice){ plan->vcpu, plan->memory_gb,
                                  plan->launches_per_call };
    }
    return sbs_fail(err, SBS_EBUG,
                    "a policy cannot settle on a size of workers or calls");
}
