/* SPDX-License-Identifier: Apache-2.0 */
/* css: k units at a time. */
#include "policies/chunk.h"

struct css_params {
    int64_t k;
};

static const struct sbs_param css_table[] = {
    SBS_PARAM(struct css_params, k, "units", 10, 1, 1e9,
              "units a worker takes at once"),
    SBS_PARAM_END
};

static enum sbs_taken css_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct css_params *p = c->params;
    return chunk_take(c, w, (double)p->k);
}

SBS_POLICY(css) = {
    SBS_POLICY_HEAD,
    .name = "css",
    .summary = "chunk self-scheduling: workers take k units at a time",
    .description =
        "A ready worker takes the next k units; the last chunk may be "
        "smaller. k = 1 is ss; k = n/p gives each worker one block, as "
        "DLS4LB's STATIC does. fsc computes a k.",
    .reference = "Kruskal and Weiss, IEEE Trans. Softw. Eng. 11 (1985) "
                 "1001-1016",
    .advice = "Batching that pays overhead once for k units. Too large a k "
              "leaves some workers idle while others do a last chunk; slow "
              "workers hold their last chunk longest.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .params = css_table,
    .params_size = sizeof(struct css_params),
    .on_idle = css_on_idle,
};
