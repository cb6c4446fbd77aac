/* SPDX-License-Identifier: Apache-2.0 */
/* rnd: chunks of random size, a control for the rules with a reason. */
#include "policies/chunk.h"

struct rnd_params {
    int64_t min, max;
};

static const struct sbs_param rnd_table[] = {
    SBS_PARAM(struct rnd_params, min, "units", 1, 1, 1e9, "smallest chunk"),
    SBS_PARAM(struct rnd_params, max, "units", 0, 0, 1e9,
              "largest chunk; 0 = all units but one"),
    SBS_PARAM_END
};

static enum sbs_taken rnd_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct rnd_params *p = c->params;
    double lo = (double)p->min;
    double hi = p->max > 0 ? (double)p->max : chunk_units(c) - 1;
    double sizes = fmax(hi - lo + 1, 1);
    return chunk_take(c, w, lo + floor(c->host->rand_u01(c) * sizes));
}

SBS_POLICY(rnd) = {
    SBS_POLICY_HEAD,
    .name = "rnd",
    .summary = "chunks of random size, as a control",
    .description =
        "A ready worker takes a uniformly random number of units from min "
        "to max. The bounds are those of LB4OMP: 1 (KMP_RND_START) to the "
        "chunk parameter, or n - 1 without one.",
    .reference = "Mueller Korndoerfer, Eleliemy, Mohammed and Ciorba "
                 "(LB4OMP), IEEE Trans. Parallel Distrib. Syst. 33 (2022) "
                 "830-841",
    .advice = "Not to be used: a rule that does not beat it is worth "
              "nothing. With the default bounds one worker often takes most "
              "of the work; max=n/2p is a fairer control.",
    .roles = SBS_ROLE_CHUNK,
    .params = rnd_table,
    .params_size = sizeof(struct rnd_params),
    .on_idle = rnd_on_idle,
};
