/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/launch.h"

#include <math.h>

#include "sim/purpose.h"

/* Refused launches come again after 1, 2, 4, ... s, at most 20 s. */
#define RETRY_MAX_S 20.0
/* A launch refused this often in a row is never granted. */
enum { TRIES_MAX = 10000 };

void sbs_launch_reset(struct sbs_launcher *l, const struct sbs_model *model,
                      const struct sbs_stream *stream, double call_factor,
                      double places)
{
    double u = sbs_rng_u01(stream, 0, SBS_FOR_SETUP, 0, 0);
    *l = (struct sbs_launcher){
        .model = model,
        .stream = stream,
        .call_factor = call_factor,
        .per_call = floor(model->client.launches_per_call),
        .client_free_s = sbs_dist_quantile(&model->client.setup_s, u),
        .last_start_s = -INFINITY,
        .tokens = fmax(model->launcher.burst, 1),
        .places = places,
    };
}

/* The next call: its start, and its end in *end_s. */
static double call(struct sbs_launcher *l, double now_s, double *end_s)
{
    const struct sbs_model *m = l->model;
    double start = fmax(now_s, l->client_free_s);
    if (isfinite(m->client.calls_per_s))
        start = fmax(start, l->last_start_s + 1 / m->client.calls_per_s);
    double duration, fixed;
    if (sbs_dist_is_const(&m->client.call_s, &fixed))
        duration = fixed;
    else
        duration = sbs_dist_quantile(
            &m->client.call_s,
            sbs_rng_u01(l->stream, l->calls, SBS_FOR_CALL, 0, 0));
    l->calls++;
    l->last_start_s = start;
    *end_s = l->client_free_s = start + duration * l->call_factor;
    return start;
}

static bool has_tokens_for_all(const struct sbs_launcher *l)
{
    return isinf(l->model->launcher.burst) ||
           isinf(l->model->launcher.refill_per_s);
}

/* When a launch that asks at t_s gets a token. First come, first served. */
static double take_token(struct sbs_launcher *l, double t_s)
{
    double burst = fmax(l->model->launcher.burst, 1);
    double refill = l->model->launcher.refill_per_s;
    t_s = fmax(t_s, l->tokens_at_s);
    double level =
        fmin(burst, l->tokens + (t_s - l->tokens_at_s) * refill);
    if (level < 1) {
        t_s += (1 - level) / refill;
        level = 1;
    }
    l->tokens = level - 1;
    l->tokens_at_s = t_s;
    return t_s;
}

static double refusals_s(const struct sbs_launcher *l, uint32_t worker)
{
    double p = l->model->launcher.refuse_p, wait = 0, step = 1;
    for (uint32_t k = 0; k < TRIES_MAX; k++) {
        if (sbs_rng_u01(l->stream, worker, SBS_FOR_REFUSE, k, 0) >= p)
            return wait;
        wait += step;
        step = fmin(2 * step, RETRY_MAX_S);
    }
    return INFINITY;
}

void sbs_launch_occupy(struct sbs_launcher *l)
{
    l->places -= 1;
}

void sbs_launch_order(struct sbs_launcher *l, double now_s, uint32_t first,
                      uint32_t n, struct sbs_launched *out)
{
    double start = 0, end = 0, left = 0;
    bool limited = !has_tokens_for_all(l);
    bool refuses = l->model->launcher.refuse_p > 0;
    for (uint32_t i = 0; i < n; i++) {
        if (left < 1) {
            start = call(l, now_s, &end);
            left = fmax(l->per_call, 1);
        }
        left -= 1;
        out[i].requested_s = start;
        out[i].granted_s = limited ? take_token(l, end) : end;
        if (refuses)
            out[i].granted_s += refusals_s(l, first + i);
        out[i].queued = l->places < 1;
        if (!out[i].queued)
            l->places -= 1;
    }
}
