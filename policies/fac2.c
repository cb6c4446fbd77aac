/* SPDX-License-Identifier: Apache-2.0 */
/* fac2: factoring that gives out half of what is left in each batch. */
#include "policies/chunk.h"

static enum sbs_taken fac2_on_idle(struct sbs_ctx *c, uint32_t w)
{
    return chunk_take(c, w, chunk_fac2(c, c->state));
}

SBS_POLICY(fac2) = {
    SBS_POLICY_HEAD,
    .name = "fac2",
    .summary = "factoring by half: batches of p chunks of R/2p",
    .description =
        "Work is given out in batches of p equal chunks of ceil(R/2p), R "
        "being what is left when the batch begins: half of it. Needs no "
        "constants. R is counted anew for each batch, as in DLS4LB (which "
        "calls it FAC); LB4OMP halves the last chunk size instead, which "
        "rounds differently.",
    .reference = "Hummel, Schonberg and Flynn, Commun. ACM 35(8) (1992) "
                 "90-101: x = 2 in practice",
    .advice = "A good default when units or workers vary: a worker up to "
              "about twice as slow as the others still ends with them. The "
              "last batches are single units that pay overhead each.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .state_size = sizeof(struct chunk_batch),
    .on_idle = fac2_on_idle,
};
