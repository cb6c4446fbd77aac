/* SPDX-License-Identifier: Apache-2.0 */
/* The model file of an estimate. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/jsonw.h"
#include "calibrate/calibrate.h"

/* A number under a key; NaN is left out. */
static void number(struct sbs_jsonw *w, const char *key, double value)
{
    if (isnan(value))
        return;
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, sbs_rows_round(value));
}

static void law(struct sbs_jsonw *w, const char *key,
                const struct sbs_law *law)
{
    if (law->kind == SBS_LAW_ABSENT)
        return;
    if (law->kind == SBS_LAW_CONST) {
        number(w, key, law->a);
        return;
    }
    sbs_jsonw_key(w, key);
    sbs_jsonw_flat_object(w);
    sbs_jsonw_key(w, "dist");
    if (law->kind == SBS_LAW_UNIFORM) {
        sbs_jsonw_string(w, "uniform");
        number(w, "lo", law->a);
        number(w, "hi", law->b);
    } else {
        sbs_jsonw_string(w, "lognormal");
        number(w, "mu", law->a);
        number(w, "sigma", law->b);
    }
    if (law->shift > 0)
        number(w, "shift", law->shift);
    sbs_jsonw_close(w);
}

static void open(struct sbs_jsonw *w, const char *key)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_object(w);
}

static void client(struct sbs_jsonw *w, const struct sbs_estimate *e)
{
    open(w, "client");
    law(w, "setup_s", &e->setup);
    law(w, "call_s", &e->call);
    number(w, "launches_per_call", e->launches_per_call);
    number(w, "calls_per_s", e->calls_per_s);
    number(w, "poll_s", e->poll_s);
    number(w, "poll_task_s", e->poll_task_s);
    law(w, "collect_s", &e->collect);
    sbs_jsonw_key(w, "poll_while_launching");
    sbs_jsonw_bool(w, false);
    sbs_jsonw_close(w);
    open(w, "launcher");
    number(w, "burst", e->burst);
    number(w, "refill_per_s", e->refill_per_s);
    sbs_jsonw_close(w);
}

static void startup(struct sbs_jsonw *w, const struct sbs_estimate *e)
{
    open(w, "startup");
    law(w, "provision_s", &e->provision);
    law(w, "pull_s", &e->pull);
    law(w, "container_s", &e->container);
    law(w, "boot_s", &e->boot);
    sbs_jsonw_close(w);
}

static void speed(struct sbs_jsonw *w, const struct sbs_estimate *e)
{
    static const char *const sizes[] = {"2", "4", "8", "16"};
    const struct sbs_mixture *m = &e->mixture;
    struct sbs_law slow = {SBS_LAW_LOGNORMAL, 0, 0, 0, 0};
    double weight;
    size_t k;

    open(w, "speed");
    sbs_jsonw_key(w, "classes");
    sbs_jsonw_array(w);
    for (k = 0; k < m->n; k++) {
        weight = sbs_mixture_weight(m, k, e->share_new);
        if (!(sbs_rows_round(weight) > 0))
            continue;
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "name");
        sbs_jsonw_string(w, m->name[k]);
        number(w, "weight", weight);
        slow.a = m->classes[k].log_slowdown + sbs_log(e->r_factor);
        slow.b = m->classes[k].log_sd;
        if (slow.b > 0)
            law(w, "slowdown", &slow);
        else
            number(w, "slowdown", sbs_exp(slow.a));
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    number(w, "log_sd", m->machine_log_sd);
    sbs_jsonw_key(w, "vcpu_gain");
    sbs_jsonw_flat_object(w);
    /* One thread: a second vCPU gives it a core of its own, more give
     * nothing. 1 vCPU is uncertain. */
    number(w, "1", e->gain_1);
    for (k = 0; k < sizeof sizes / sizeof *sizes; k++)
        number(w, sizes[k], 1);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void rest(struct sbs_jsonw *w, const struct sbs_estimate *e)
{
    open(w, "run");
    number(w, "startup_log_sd", e->startup_log_sd);
    number(w, "call_log_sd", e->call_log_sd);
    number(w, "speed_log_sd", e->speed_log_sd);
    sbs_jsonw_close(w);
    open(w, "unit");
    law(w, "claim_s", &e->claim);
    law(w, "download_s", &e->download);
    law(w, "upload_s", &e->upload);
    sbs_jsonw_close(w);
    open(w, "loss");
    number(w, "notice_s", e->notice_s);
    sbs_jsonw_close(w);
    law(w, "stop_s", &e->stop);
    open(w, "price");
    number(w, "vcpu_h_usd", e->vcpu_h_usd);
    number(w, "gb_h_usd", e->gb_h_usd);
    number(w, "min_billed_s", e->min_billed_s);
    number(w, "round_s", e->round_s);
    number(w, "spot_factor", e->spot_factor);
    sbs_jsonw_close(w);
    open(w, "local");
    number(w, "cores", e->local_cores);
    number(w, "efficiency", e->local_efficiency);
    sbs_jsonw_close(w);
}

char *sbs_calibrate_model_text(const struct sbs_estimate *est,
                               struct sbs_error *err)
{
    struct sbs_jsonw w;
    char *text = NULL;

    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_object(&w);
    sbs_jsonw_key(&w, "schema");
    sbs_jsonw_string(&w, "sbsim-model");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_integer(&w, 1);
    client(&w, est);
    startup(&w, est);
    speed(&w, est);
    rest(&w, est);
    sbs_jsonw_close(&w);
    if (!sbs_jsonw_end(&w, err))
        text = sbs_jsonw_take(&w);
    sbs_jsonw_fini(&w);
    return text;
}
