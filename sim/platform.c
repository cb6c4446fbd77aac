/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/platform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    p->batch = sbs_batch_for(SBS_ISA_BEST);
    double u[3];
    sbs_rng_fill(&p->stream, 0, SBS_FOR_RUN, 0, 0, 3, u);
    p->startup_factor = factor(model->run.startup_log_sd, u[0]);
    p->call_factor = factor(model->run.call_log_sd, u[1]);
    p->speed_factor = factor(model->run.speed_log_sd, u[2]);
    p->drift_per_s = sbs_log1p(model->speed.drift_per_h) / 3600;
    p->steady =
        model->speed.weather_log_sd <= 0 && p->drift_per_s == 0;
}

/* ---- natures, in columns ----------------------------------------------- */

enum { TOGETHER = 64 }; /* workers drawn at a time */

static void fill(size_t n, double value, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value;
}

/* Variates of two laws that share the pair of uniforms, for n <= TOGETHER
 * workers from `first` on. */
static void draw_two(const struct sbs_platform *p, uint32_t first, size_t n,
                     uint32_t purpose, uint32_t pair,
                     const struct sbs_dist *a, const struct sbs_dist *b,
                     double *out_a, double *out_b)
{
    double u[2][TOGETHER];
    if (a->kind != SBS_DIST_CONST || b->kind != SBS_DIST_CONST)
        p->batch->entities(&p->stream, first, purpose, 0, pair, n, u[0],
                           u[1]);
    sbs_dist_quantiles(a, n, u[0], out_a);
    sbs_dist_quantiles(b, n, u[1], out_b);
}

static void draw_startups(const struct sbs_platform *p, uint32_t first,
                          size_t n, double *provision_s, double *rest_s)
{
    const struct sbs_model *m = p->model;
    double pull[TOGETHER], container[TOGETHER], boot[TOGETHER];
    draw_two(p, first, n, SBS_FOR_STARTUP, 0, &m->startup.provision_s,
             &m->startup.pull_s, provision_s, pull);
    draw_two(p, first, n, SBS_FOR_STARTUP, 1, &m->startup.container_s,
             &m->startup.boot_s, container, boot);
    for (size_t i = 0; i < n; i++)
        rest_s[i] = pull[i] + container[i] + boot[i];
}

static int32_t class_of(const struct sbs_model *m, double u)
{
    size_t i = 0;
    while (i + 1 < m->speed.n_classes && u >= m->speed.classes[i].cumulative)
        i++;
    return (int32_t)i;
}

/* Slow-downs of workers of several classes. Lognormal ones, the rule, are
 * made together. */
static void slowdowns_by_class(const struct sbs_platform *p, size_t n,
                               const double *u, const int32_t *class,
                               double *out)
{
    const struct sbs_class *classes = p->model->speed.classes;
    double log_s[TOGETHER];
    p->batch->normal(n, u, log_s);
    for (size_t i = 0; i < n; i++) {
        const struct sbs_dist *d = &classes[class[i]].slowdown;
        log_s[i] = d->kind == SBS_DIST_LOGNORMAL ? d->a + d->b * log_s[i] : 0;
    }
    p->batch->exp(n, 0, 1, log_s, out);
    for (size_t i = 0; i < n; i++) {
        const struct sbs_dist *d = &classes[class[i]].slowdown;
        out[i] = d->kind == SBS_DIST_LOGNORMAL ? d->shift + out[i]
                                               : sbs_dist_quantile(d, u[i]);
    }
}

static void draw_slowdowns(const struct sbs_platform *p, uint32_t first,
                           size_t n, int32_t *class, double *slowdown)
{
    const struct sbs_model *m = p->model;
    const struct sbs_dist *only = &m->speed.classes[0].slowdown;
    double u[2][TOGETHER];
    bool one = m->speed.n_classes == 1;
    for (size_t i = 0; i < n; i++)
        class[i] = 0;
    if (!one || only->kind != SBS_DIST_CONST)
        p->batch->entities(&p->stream, first, SBS_FOR_SPEED, 0, 0, n, u[0],
                           u[1]);
    if (one) {
        sbs_dist_quantiles(only, n, u[1], slowdown);
        return;
    }
    for (size_t i = 0; i < n; i++)
        class[i] = class_of(m, u[0][i]);
    slowdowns_by_class(p, n, u[1], class, slowdown);
}

static void draw_rates(const struct sbs_platform *p, uint32_t first, size_t n,
                       int32_t *class, double *rate)
{
    double sd = p->model->speed.log_sd;
    double u[TOGETHER], unused[TOGETHER], noise[TOGETHER];
    fill(n, 1, noise);
    if (sd > 0) {
        p->batch->entities(&p->stream, first, SBS_FOR_SPEED, 0, 1, n, u,
                           unused);
        p->batch->normal(n, u, u);
        p->batch->exp(n, 0, sd, u, noise);
    }
    draw_slowdowns(p, first, n, class, rate);
    for (size_t i = 0; i < n; i++)
        rate[i] = p->gain / (rate[i] * p->speed_factor * noise[i]);
}

/* Those of the n workers from `first` on go to x[at], x[at + 1], ... */
static void draw_natures(const struct sbs_platform *p, uint32_t first,
                         size_t n, struct sbs_natures *x, uint32_t at)
{
    draw_startups(p, first, n, x->provision_s + at, x->rest_s + at);
    draw_rates(p, first, n, x->processor + at, x->rate + at);
}

static int reserve(struct sbs_natures *x, uint32_t n)
{
    if (n <= x->cap)
        return 0;
    uint32_t cap = n < 2 * x->cap ? 2 * x->cap : n;
    double *reals[3] = { x->provision_s, x->rest_s, x->rate };
    for (int i = 0; i < 3; i++) {
        double *more = realloc(reals[i], cap * sizeof *more);
        if (!more)
            return -1;
        *(i == 0 ? &x->provision_s : i == 1 ? &x->rest_s : &x->rate) = more;
    }
    int32_t *more = realloc(x->processor, cap * sizeof *more);
    if (!more)
        return -1;
    x->processor = more;
    x->cap = cap;
    return 0;
}

int sbs_platform_natures(const struct sbs_platform *p, uint32_t n,
                         struct sbs_natures *x)
{
    if (reserve(x, n) != 0)
        return -1;
    while (x->n < n) {
        uint32_t k = n - x->n < TOGETHER ? n - x->n : TOGETHER;
        draw_natures(p, x->n, k, x, x->n);
        x->n += k;
    }
    return 0;
}

void sbs_natures_fini(struct sbs_natures *x)
{
    free(x->provision_s);
    free(x->rest_s);
    free(x->rate);
    free(x->processor);
    memset(x, 0, sizeof *x);
}

/* ---- fates ------------------------------------------------------------- */

/* The fate of worker w, of which x[at] is the nature. */
static void fate_of(const struct sbs_platform *p, const struct sbs_natures *x,
                    uint32_t at, uint32_t w, double granted_s, bool warm,
                    bool spot, struct sbs_fate *fate)
{
    const struct sbs_model *m = p->model;
    fate->calm = false;
    fate->granted_s = fate->pull_start_s = fate->ready_s = granted_s;
    if (!warm) {
        fate->pull_start_s = granted_s + x->provision_s[at] *
                                             p->startup_factor;
        fate->ready_s =
            fate->pull_start_s + x->rest_s[at] * p->startup_factor;
        if (m->startup.never_p > 0 &&
            sbs_rng_u01(&p->stream, w, SBS_FOR_STARTUP, 0, 4) <
                m->startup.never_p)
            fate->ready_s = INFINITY;
    }
    fate->rate = x->rate[at];
    fate->processor = x->processor[at];
    fate->lost_s = INFINITY;
    if (spot && m->loss.spot_per_h > 0) {
        double u = sbs_rng_u01(&p->stream, w, SBS_FOR_SPOT, 0, 0);
        fate->lost_s =
            granted_s - sbs_log1p(-u) * 3600 / m->loss.spot_per_h;
    }
}

void sbs_platform_fate(const struct sbs_platform *p,
                       const struct sbs_natures *x, uint32_t w,
                       double granted_s, bool warm, bool spot,
                       struct sbs_fate *fate)
{
    fate_of(p, x, w, w, granted_s, warm, spot, fate);
}

void sbs_platform_draw(const struct sbs_platform *p, uint32_t w,
                       double granted_s, bool warm, bool spot,
                       struct sbs_fate *fate)
{
    double provision_s, rest_s, rate;
    int32_t processor;
    struct sbs_natures one = { .provision_s = &provision_s,
                               .rest_s = &rest_s,
                               .rate = &rate,
                               .processor = &processor };
    draw_natures(p, w, 1, &one, 0);
    fate_of(p, &one, 0, w, granted_s, warm, spot, fate);
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
