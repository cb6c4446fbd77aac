/* SPDX-License-Identifier: Apache-2.0 */
/* tap: tapering, guided self-scheduling less a margin for the spread. */
#include "policies/chunk.h"

struct tap_params {
    double alpha;
};

static const struct sbs_param tap_table[] = {
    SBS_PARAM(struct tap_params, alpha, "", 1.3, 0, 100,
              "confidence: margin in standard deviations"),
    SBS_PARAM_END
};

static enum sbs_taken tap_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct tap_params *p = c->params;
    double v = p->alpha > 0 ? p->alpha * chunk_cv(c) : 0;
    double t = chunk_left(c) / chunk_workers(c);
    double x = t + v * v / 2 - v * sqrt(2 * t + v * v / 4);
    return chunk_take(c, w, ceil(x));
}

SBS_POLICY(tap) = {
    SBS_POLICY_HEAD,
    .name = "tap",
    .summary = "tapering: guided chunks less a margin for spread",
    .description =
        "A ready worker takes T + v^2/2 - v sqrt(2T + v^2/4) units, rounded "
        "up, with T = R/p and v = alpha sigma/mu: gss made smaller, so that "
        "a chunk of long units is unlikely to end after all others. mu and "
        "sigma are the calibrated constants. alpha = 1.3 is the usual "
        "choice; alpha = 0 is gss.",
    .reference = "Lucco, PLDI 1992, 200-211",
    .advice = "Where gss is good but units vary. It allows for the spread of "
              "units, not for slow workers.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .params = tap_table,
    .params_size = sizeof(struct tap_params),
    .on_idle = tap_on_idle,
};
