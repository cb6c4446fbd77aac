/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/platform.h"

#include <math.h>

#include "base/fmath.h"
#include "sim/purpose.h"

static double factor(double log_sd, double u)
{
    return log_sd > 0 ? sbs_exp(log_sd * sbs_norm_quantile(u)) : 1;
}

void sbs_platform_reset(struct sbs_platform *p,
                        const struct sbs_model *model, uint64_t seed,
                        uint32_t replication, double gain)
{
    p->model = model;
    p->stream = sbs_stream_init(seed, replication);
    p->gain = gain;
    double u[3];
    sbs_rng_fill(&p->stream, 0, SBS_FOR_RUN, 0, 0, 3, u);
    p->startup_factor = factor(model->run.startup_log_sd, u[0]);
    p->call_factor = factor(model->run.call_log_sd, u[1]);
    p->speed_factor = factor(model->run.speed_log_sd, u[2]);
    p->drift_per_s = sbs_log1p(model->speed.drift_per_h) / 3600;
    p->steady =
        model->speed.weather_log_sd <= 0 && p->drift_per_s == 0;
}

static double draw(const struct sbs_dist *d, double u)
{
    double fixed;
    return sbs_dist_is_const(d, &fixed) ? fixed : sbs_dist_quantile(d, u);
}

static void draw_startup(const struct sbs_platform *p, uint32_t w,
                         struct sbs_fate *fate)
{
    const struct sbs_model *m = p->model;
    double u[6];
    sbs_rng_u01x2(&p->stream, w, SBS_FOR_STARTUP, 0, 0, u);
    sbs_rng_u01x2(&p->stream, w, SBS_FOR_STARTUP, 0, 1, u + 2);
    double provision = draw(&m->startup.provision_s, u[0]);
    double rest = draw(&m->startup.pull_s, u[1]) +
                  draw(&m->startup.container_s, u[2]) +
                  draw(&m->startup.boot_s, u[3]);
    fate->pull_start_s = fate->granted_s + provision * p->startup_factor;
    fate->ready_s = fate->pull_start_s + rest * p->startup_factor;
    if (m->startup.never_p > 0 &&
        sbs_rng_u01(&p->stream, w, SBS_FOR_STARTUP, 0, 4) <
            m->startup.never_p)
        fate->ready_s = INFINITY;
}

static size_t draw_class(const struct sbs_model *m, double u)
{
    size_t i = 0;
    while (i + 1 < m->speed.n_classes && u >= m->speed.classes[i].cumulative)
        i++;
    return i;
}

static double draw_rate(const struct sbs_platform *p, uint32_t w,
                        int32_t *processor)
{
    const struct sbs_model *m = p->model;
    double u[2];
    sbs_rng_u01x2(&p->stream, w, SBS_FOR_SPEED, 0, 0, u);
    size_t k = draw_class(m, u[0]);
    const struct sbs_class *c = &m->speed.classes[k];
    *processor = (int32_t)k;
    double slowdown = draw(&c->slowdown, u[1]) * p->speed_factor;
    if (m->speed.log_sd > 0)
        slowdown *= factor(m->speed.log_sd,
                           sbs_rng_u01(&p->stream, w, SBS_FOR_SPEED, 0, 2));
    return p->gain / slowdown;
}

void sbs_platform_draw(const struct sbs_platform *p, uint32_t w,
                       double granted_s, bool warm, bool spot,
                       struct sbs_fate *fate)
{
    fate->calm = false;
    fate->granted_s = fate->pull_start_s = fate->ready_s = granted_s;
    if (!warm)
        draw_startup(p, w, fate);
    fate->rate = draw_rate(p, w, &fate->processor);
    fate->lost_s = INFINITY;
    if (spot && p->model->loss.spot_per_h > 0) {
        double u = sbs_rng_u01(&p->stream, w, SBS_FOR_SPOT, 0, 0);
        fate->lost_s = granted_s - sbs_log1p(-u) * 3600 /
                                       p->model->loss.spot_per_h;
    }
}

void sbs_platform_own(const struct sbs_platform *p, struct sbs_fate *fate)
{
    const struct sbs_model *m = p->model;
    *fate = (struct sbs_fate){
        .rate = m->local.efficiency / m->local.slowdown,
        .lost_s = INFINITY,
        .calm = true,
        .processor = -1,
    };
}

uint32_t sbs_platform_slot(const struct sbs_platform *p, double t_s)
{
    if (p->steady || p->model->speed.weather_log_sd <= 0)
        return 0;
    double slot_s = p->model->speed.weather_slot_s;
    double slot = floor(t_s / slot_s);
    /* The division rounds; slots begin exactly at multiples. */
    if (slot * slot_s > t_s)
        slot--;
    else if ((slot + 1) * slot_s <= t_s)
        slot++;
    return slot < (double)SBS_RNG_ORDINAL_MAX ? (uint32_t)slot
                                              : SBS_RNG_ORDINAL_MAX;
}

double sbs_platform_slot_end_s(const struct sbs_platform *p, uint32_t slot)
{
    if (p->steady || p->model->speed.weather_log_sd <= 0 ||
        slot >= SBS_RNG_ORDINAL_MAX)
        return INFINITY;
    return ((double)slot + 1) * p->model->speed.weather_slot_s;
}

/* The rate at from_s; within a slot it falls by exp(-drift_per_s t). */
static double rate_at(const struct sbs_platform *p, uint32_t w,
                      const struct sbs_fate *fate, uint32_t slot,
                      double from_s)
{
    double rate = fate->rate;
    if (fate->calm)
        return rate;
    double sd = p->model->speed.weather_log_sd;
    if (sd > 0)
        rate *= factor(
            sd, sbs_rng_u01(&p->stream, w, SBS_FOR_WEATHER, slot, 0));
    if (p->drift_per_s != 0)
        rate *= sbs_exp(-p->drift_per_s * (from_s - fate->ready_s));
    return rate;
}

static double work_for(const struct sbs_platform *p,
                       const struct sbs_fate *fate, double rate,
                       double for_s)
{
    if (p->drift_per_s == 0 || fate->calm)
        return rate * for_s;
    return -rate * sbs_expm1(-p->drift_per_s * for_s) / p->drift_per_s;
}

/* Seconds that work_s takes at this rate, INFINITY when never. */
static double time_for(const struct sbs_platform *p, double rate,
                       double work_s)
{
    if (p->drift_per_s == 0)
        return work_s / rate;
    double left = p->drift_per_s * work_s / rate;
    return left < 1 ? -sbs_log1p(-left) / p->drift_per_s : INFINITY;
}

double sbs_platform_slot_work(const struct sbs_platform *p, uint32_t w,
                              const struct sbs_fate *fate, double from_s,
                              double to_s)
{
    uint32_t slot = sbs_platform_slot(p, from_s);
    return work_for(p, fate, rate_at(p, w, fate, slot, from_s),
                    to_s - from_s);
}

double sbs_platform_work(const struct sbs_platform *p, uint32_t w,
                         const struct sbs_fate *fate, double from_s,
                         double to_s)
{
    double work = 0;
    if (p->steady || fate->calm)
        return fate->rate * fmax(to_s - from_s, 0);
    while (from_s < to_s) {
        uint32_t slot = sbs_platform_slot(p, from_s);
        double end_s = fmin(sbs_platform_slot_end_s(p, slot), to_s);
        work += sbs_platform_slot_work(p, w, fate, from_s, end_s);
        from_s = end_s;
    }
    return work;
}

double sbs_platform_finish(const struct sbs_platform *p, uint32_t w,
                           const struct sbs_fate *fate, double from_s,
                           double work_s)
{
    if (p->steady || fate->calm)
        return from_s + work_s / fate->rate;
    uint32_t slot = sbs_platform_slot(p, from_s);
    for (;; slot++) {
        double rate = rate_at(p, w, fate, slot, from_s);
        double end_s = sbs_platform_slot_end_s(p, slot);
        if (!(rate > 0)) /* drifted away to nothing */
            return INFINITY;
        double need_s = time_for(p, rate, work_s);
        if (from_s + need_s <= end_s || isinf(end_s))
            return from_s + need_s;
        work_s -= work_for(p, fate, rate, end_s - from_s);
        from_s = end_s;
    }
}
