/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/factors.h"

#include <sbsim/policy.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"

const char *sbs_factor_id(enum sbs_factor f)
{
    static const char *const ids[] = { "core_speed", "dispersion", "startup",
                                       "launch", "polling", "losses" };
    return ids[f];
}

const char *sbs_factor_name(enum sbs_factor f)
{
#define NAME_(id, name, what) name,
    static const char *const names[] = { SBS_FACTORS(NAME_) };
#undef NAME_
    return names[f];
}

const char *sbs_factor_what(enum sbs_factor f)
{
#define WHAT_(id, name, what) what,
    static const char *const texts[] = { SBS_FACTORS(WHAT_) };
#undef WHAT_
    return texts[f];
}

static bool is_on(uint32_t on, enum sbs_factor f)
{
    return on >> f & 1;
}

bool sbs_factors_losses(const struct sbs_model_set *set, bool spot)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->models[i].loss.fail_p > 0 ||
            (spot && set->models[i].loss.spot_per_h > 0))
            return true;
    return false;
}

static double log_mean(const struct sbs_dist *d)
{
    enum { N = 4096 };
    double sum = 0, fixed;
    if (sbs_dist_is_const(d, &fixed))
        return sbs_log(fixed);
    if (d->kind == SBS_DIST_LOGNORMAL && d->shift == 0)
        return d->a;
    for (int i = 0; i < N; i++)
        sum += sbs_log(sbs_dist_quantile(d, (i + 0.5) / N));
    return sum / N;
}

double sbs_factors_typical(const struct sbs_model *m)
{
    double sum = 0;
    for (size_t i = 0; i < m->speed.n_classes; i++)
        sum += m->speed.classes[i].weight *
               log_mean(&m->speed.classes[i].slowdown);
    return sbs_exp(sum);
}

/* The models below share what they do not change with those they come from:
 * only classes and gains are their own. */

static int cut_dispersion(struct sbs_model *m, double slowdown)
{
    size_t n = m->speed.n_classes;
    struct sbs_class *own = malloc(n * sizeof *own);
    if (!own)
        return -1;
    memcpy(own, m->speed.classes, n * sizeof *own);
    for (size_t i = 0; i < n; i++)
        own[i].slowdown = sbs_dist_const(slowdown);
    m->speed.classes = own;
    m->speed.log_sd = m->speed.weather_log_sd = m->speed.drift_per_h = 0;
    m->run.speed_log_sd = 0;
    return 0;
}

/* Every size of worker is `gain` times as fast. */
static int set_gain(struct sbs_model *m, double gain, const double sizes[2])
{
    size_t n = m->speed.n_gains;
    struct sbs_gain *own = malloc((n + 2) * sizeof *own);
    if (!own)
        return -1;
    for (size_t i = 0; i < n; i++)
        own[i] = (struct sbs_gain){ m->speed.gains[i].vcpu, gain };
    for (int i = 0; i < 2 && m->speed.n_gains == 0; i++)
        own[n++] = (struct sbs_gain){ sizes[i], gain };
    m->speed.gains = own;
    m->speed.n_gains = n;
    return 0;
}

static void cut_overheads(struct sbs_model *m, uint32_t on)
{
    struct sbs_dist none = sbs_dist_const(0);
    if (!is_on(on, SBS_FACTOR_STARTUP)) {
        m->startup.provision_s = m->startup.pull_s = none;
        m->startup.container_s = m->startup.boot_s = none;
        m->startup.never_p = m->run.startup_log_sd = 0;
    }
    if (!is_on(on, SBS_FACTOR_LAUNCH)) {
        m->client.setup_s = m->client.call_s = none;
        m->client.launches_per_call = m->client.calls_per_s = INFINITY;
        m->launcher.burst = m->launcher.refill_per_s = INFINITY;
        m->launcher.quota_vcpu = INFINITY;
        m->launcher.refuse_p = m->run.call_log_sd = 0;
    }
    if (!is_on(on, SBS_FACTOR_POLLING)) {
        m->client.collect_s = m->unit.claim_s = none;
        m->unit.download_s = m->unit.upload_s = m->stop_s = none;
        m->client.poll_s = m->client.poll_task_s = 0;
        m->client.poll_while_launching = true;
    }
    if (!is_on(on, SBS_FACTOR_LOSSES))
        m->loss.spot_per_h = m->loss.fail_p = 0;
}

/* `m` is a plain copy. -1: out of memory; what is its own is freed by
 * `release` all the same. */
static int apply(struct sbs_model *m, uint32_t on, const double sizes[2])
{
    bool speed = is_on(on, SBS_FACTOR_SPEED);
    bool dispersion = is_on(on, SBS_FACTOR_DISPERSION);
    double typical = speed == dispersion ? 1 : sbs_factors_typical(m);
    int status = 0;
    cut_overheads(m, on);
    /* Unequal cores around the reference core: gain takes out the rest. */
    if (!speed)
        status = set_gain(m, dispersion ? typical : 1, sizes);
    if (!dispersion && status == 0)
        status = cut_dispersion(m, typical);
    if ((on & ~(1u << SBS_FACTOR_LOSSES)) == 0) {
        m->local.slowdown = m->local.efficiency = 1;
        m->local.makespan_s = NAN;
    }
    return status;
}

static void release(struct sbs_model *m, const struct sbs_model *from)
{
    if (m->speed.classes != from->speed.classes)
        free(m->speed.classes);
    if (m->speed.gains != from->speed.gains)
        free(m->speed.gains);
}

/* What policies are told of the classes. */
static int list_processors(struct sbs_model_set *out)
{
    const struct sbs_model *m = &out->stated;
    out->processors = calloc(m->speed.n_classes, sizeof *out->processors);
    for (size_t i = 0; out->processors && i < m->speed.n_classes; i++) {
        const struct sbs_class *c = &m->speed.classes[i];
        out->processors[i] = (struct sbs_processor){
            c->name, c->weight, sbs_dist_mean(&c->slowdown)
        };
    }
    return out->processors ? 0 : -1;
}

/* What a view of a set keeps to free it: where it came from. */
struct view {
    const struct sbs_model_set *from;
    struct sbs_model models[];
};

static struct view *view_of(const struct sbs_model_set *out)
{
    return (struct view *)((char *)out->models -
                           offsetof(struct view, models));
}

int sbs_factors_apply(const struct sbs_model_set *set, uint32_t on,
                      const double sizes[2], struct sbs_model_set *out,
                      struct sbs_error *err)
{
    *out = (struct sbs_model_set){ 0 };
    struct view *view =
        malloc(sizeof *view + set->n * sizeof view->models[0]);
    if (!view)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    view->from = set;
    memcpy(view->models, set->models, set->n * sizeof view->models[0]);
    out->models = view->models;
    out->n = set->n;
    out->stated = set->stated;
    out->json = set->json;
    int status = apply(&out->stated, on, sizes);
    for (size_t i = 0; i < set->n && status == 0; i++)
        status = apply(&out->models[i], on, sizes);
    if (status == 0 && list_processors(out) == 0)
        return 0;
    sbs_factors_fini(out);
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

void sbs_factors_fini(struct sbs_model_set *out)
{
    if (!out->models)
        return;
    struct view *view = view_of(out);
    for (size_t i = 0; i < out->n; i++)
        release(&out->models[i], &view->from->models[i]);
    release(&out->stated, &view->from->stated);
    free(view);
    free(out->processors);
    *out = (struct sbs_model_set){ 0 };
}
