/* SPDX-License-Identifier: Apache-2.0 */
/* wf: fac2 with larger chunks for faster processors. */
#include "policies/chunk.h"

struct wf_prepared {
    double mean_speed;
};

static void wf_prepare(struct sbs_ctx *c, void *prepared)
{
    const struct sbs_constants *k = c->host->constants(c);
    struct wf_prepared *f = prepared;
    double shares = 0, speeds = 0;
    for (uint32_t i = 0; i < k->processors; i++) {
        shares += k->processor[i].share;
        speeds += k->processor[i].share / k->processor[i].slowdown;
    }
    f->mean_speed = speeds / shares;
}

static double wf_weight(const struct sbs_ctx *c, uint32_t w)
{
    const struct wf_prepared *f = c->prepared;
    const struct sbs_constants *k = c->host->constants(c);
    int32_t kind = c->host->worker(c, w)->processor;
    if (kind < 0 || (uint32_t)kind >= k->processors)
        return 1;
    return 1 / (k->processor[kind].slowdown * f->mean_speed);
}

static enum sbs_taken wf_on_idle(struct sbs_ctx *c, uint32_t w)
{
    double chunk = chunk_fac2(c, c->state);
    return chunk_take(c, w, ceil(wf_weight(c, w) * chunk));
}

SBS_POLICY(wf) = {
    SBS_POLICY_HEAD,
    .name = "wf",
    .summary = "weighted factoring: fac2, more for faster processors",
    .description =
        "The chunk of fac2 times the worker's weight, rounded up (as "
        "LB4OMP). The weight is the speed of the worker's kind of processor "
        "over the mean speed of the fleet, both from the calibrated model; "
        "a worker that is ready knows its kind. A worker of unknown kind "
        "weighs 1.",
    .reference = "Hummel, Schmidt, Uma and Wein, SPAA 1996, 318-328",
    .advice = "When kinds of processors differ and the differences within a "
              "kind are small. Weights that are wrong hurt: awf learns them.",
    .roles = SBS_ROLE_CHUNK,
    .prepared_size = sizeof(struct wf_prepared),
    .state_size = sizeof(struct chunk_batch),
    .prepare = wf_prepare,
    .on_idle = wf_on_idle,
};
