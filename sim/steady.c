/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/steady.h"

#include <math.h>

#include "sim/cores.h"
#include "sim/purpose.h"
#include "sim/state.h"

/* ---- what they can do --------------------------------------------------- */

static bool is_blind(const struct sbs_policy *p)
{
    bool hooked = p->start || p->on_idle || p->on_lost || p->on_seen ||
                  p->on_begun || p->on_ready || p->on_probed ||
                  p->on_notice || p->on_timer;
    return !hooked || (p->roles & SBS_ROLE_BLIND);
}

bool sbs_steady_stack(const struct sbs_stack *s, bool pull)
{
    for (uint32_t i = 0; i < s->n_layers; i++)
        if (!is_blind(s->layer[i].policy))
            return false;
    const struct sbs_layer *base = pull ? &s->pull_base : &s->bind_base;
    return s->has_base || is_blind(base->policy);
}

bool sbs_steady_plan(const struct sbs_plan *p)
{
    /* Pulled work that stops early leaves chunks that were never taken. */
    return p->extra == 0 && p->local == 0 && !p->dealt &&
           p->max_workers == p->workers &&
           (!p->pull || p->needed == p->tasks);
}

static bool is_steady(const struct sbs_model *m, const struct sbs_plan *p)
{
    bool spot = p->spot_share > 0 && p->on_demand < p->workers;
    return m->launcher.refuse_p <= 0 && m->startup.never_p <= 0 &&
           m->loss.fail_p <= 0 && !spot && m->speed.weather_log_sd <= 0 &&
           m->speed.drift_per_h == 0 && m->local.cores <= SBS_CORES_MAX &&
           sbs_sim_places(m, p->vcpu) >= p->workers;
}

bool sbs_steady_models(const struct sbs_scenario *s, const struct sbs_plan *p)
{
    const struct sbs_model *m = s->models->models;
    bool all = true;
    for (size_t i = 0; i < s->models->n && all; i++)
        all = is_steady(&m[i], p) &&
              sbs_steady_cores(&m[i]) == sbs_steady_cores(&m[0]);
    return all;
}

bool sbs_steady_seen_at_once(const struct sbs_scenario *s)
{
    bool all = true;
    for (size_t i = 0; i < s->models->n; i++) {
        const struct sbs_model *m = &s->models->models[i];
        double collect_s;
        all &= m->client.poll_s <= 0 && m->client.poll_task_s <= 0 &&
               sbs_dist_is_const(&m->client.collect_s, &collect_s) &&
               collect_s == 0;
    }
    return all;
}

/* ---- a replication ------------------------------------------------------ */

uint32_t sbs_steady_cores(const struct sbs_model *m)
{
    return (uint32_t)fmax(1, m->local.cores);
}

double sbs_steady_local_scale(const struct sbs_model *m,
                              const struct sbs_plan *p)
{
    return m->local.slowdown / m->local.efficiency * p->units_per_task /
           p->work_scale;
}

double sbs_steady_launch(const struct sbs_platform *platform,
                         const struct sbs_plan *p, struct sbs_launched *out)
{
    const struct sbs_model *m = platform->model;
    struct sbs_launcher launcher;
    sbs_launch_reset(&launcher, m, &platform->stream, platform->call_factor,
                     sbs_sim_places(m, p->vcpu));
    if (p->launches_per_call > 0)
        launcher.per_call = p->launches_per_call;
    double begun_s = launcher.client_free_s;
    uint32_t each = p->wave > 0 ? p->wave : p->workers;
    for (uint32_t first = 0, wave = 0; first < p->workers; wave++) {
        uint32_t warm = wave == 0 ? p->warm : 0, left = p->workers - first;
        uint32_t n = each < left - warm ? each + warm : left;
        for (uint32_t i = first; i < first + warm; i++)
            out[i] = (struct sbs_launched){ .granted_s = 0 };
        if (n > warm)
            sbs_launch_order(&launcher, wave * p->wave_gap_s, first + warm,
                             n - warm, out + first + warm);
        first += n;
    }
    return m->client.poll_while_launching ? begun_s : launcher.client_free_s;
}

double sbs_steady_stop_s(const struct sbs_platform *platform, uint32_t worker)
{
    const struct sbs_dist *d = &platform->model->stop_s;
    double fixed;
    if (sbs_dist_is_const(d, &fixed))
        return fixed;
    return sbs_dist_quantile(d, sbs_rng_u01(&platform->stream, worker,
                                            SBS_FOR_STOP, 0, 0));
}

void sbs_steady_add(const struct sbs_platform *platform,
                    const struct sbs_plan *p, uint32_t i,
                    const struct sbs_steady_life *life, double makespan_s,
                    struct sbs_steady_sums *sums)
{
    const struct sbs_model *m = platform->model;
    if (life->granted_s > makespan_s)
        return;
    bool came = life->ready_s < makespan_s;
    double end_s = life->end_s;
    if (!came)
        end_s = fmin(makespan_s + sbs_steady_stop_s(platform, i),
                     life->ready_s);
    double from_s = i < p->warm ? -p->warm_s : life->pull_s;
    double billed_s = sbs_account_billed_s(m, end_s - from_s);
    sums->launched++;
    sums->startup_s += fmin(life->ready_s, end_s) - life->granted_s;
    sums->compute_s += came ? life->compute_s : 0;
    sums->transfer_s += came ? life->transfer_s : 0;
    sums->billed_s += billed_s;
    sums->cost_usd += billed_s * sbs_account_usd_per_s(m, p, false);
}

bool sbs_steady_metrics(const struct sbs_model *model,
                        const struct sbs_steady_result *r,
                        const struct sbs_steady_sums *sums,
                        double m[SBS_N_METRICS])
{
    double makespan = r->makespan_s, regret = makespan / r->bound_s;
    double local_s = model->local.makespan_s;
    m[SBS_METRIC_makespan_s] = makespan;
    m[SBS_METRIC_first_s] = r->first_s;
    m[SBS_METRIC_half_s] = r->half_s;
    m[SBS_METRIC_cost_usd] = sums->cost_usd;
    m[SBS_METRIC_billed_s] = sums->billed_s;
    m[SBS_METRIC_speedup] = (isnan(local_s) ? r->local_s : local_s) / makespan;
    m[SBS_METRIC_regret] = m[SBS_METRIC_regret_cap] = regret;
    m[SBS_METRIC_bound_s] = r->bound_s;
    m[SBS_METRIC_launched] = sums->launched;
    m[SBS_METRIC_attempts] = r->attempts;
    m[SBS_METRIC_cancelled] = 0;
    m[SBS_METRIC_wasted_s] = r->wasted_s;
    m[SBS_METRIC_overhead_s] = sums->startup_s + sums->transfer_s;
    m[SBS_METRIC_idle_s] = 0;
    m[SBS_METRIC_dls_waste_s] = makespan - sums->compute_s / sums->launched;
    /* Regret below 1 by more than rounding is a bug to be reported. */
    return isfinite(makespan) && !isnan(regret) && !(regret < 1 - 1e-9);
}
