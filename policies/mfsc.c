/* SPDX-License-Identifier: Apache-2.0 */
/* mfsc: fixed-size chunks, about as many as fac2 would make. */
#include "policies/chunk.h"

static enum sbs_taken mfsc_on_idle(struct sbs_ctx *c, uint32_t w)
{
    double each = chunk_units(c) / chunk_workers(c);
    /* The formula has a pole at one unit each. */
    double k = each > 1 ? floor(0.55 + each * log(2) / log(each)) : 1;
    return chunk_take(c, w, fmin(k, ceil(each)));
}

SBS_POLICY(mfsc) = {
    SBS_POLICY_HEAD,
    .name = "mfsc",
    .summary = "fixed-size chunks, as many as factoring makes",
    .description =
        "Chunks of floor(0.55 + (n/p) ln 2 / ln(n/p)) units, at most "
        "ceil(n/p), so that there are about as many as under fac2. Needs "
        "neither spread nor overhead. DLS4LB and LB4OMP round n/p up before "
        "they use it; this does not.",
    .reference = "mFSC in DLS4LB (DLS.c, chunkMFSC) and LB4OMP",
    .advice = "fsc for those who know no sigma and h. All chunks are of "
              "one size, so the last ones are larger than those of "
              "factoring.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .on_idle = mfsc_on_idle,
};
