/* SPDX-License-Identifier: Apache-2.0 */
/* fac: factoring with the share that the spread of units calls for. */
#include "policies/chunk.h"

static double fac_size(const struct sbs_ctx *c, uint32_t batch)
{
    double left = chunk_left(c), p = chunk_workers(c);
    double b = p / (2 * sqrt(left)) * chunk_cv(c);
    /* The first batch has all workers free at once, later ones do not. */
    double x = batch == 1 ? 1 + b * b + b * sqrt(b * b + 2)
                          : 2 + b * b + b * sqrt(b * b + 4);
    return ceil(left / (x * p));
}

static enum sbs_taken fac_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct chunk_batch *b = c->state;
    if (chunk_left(c) >= 1 && chunk_opens_batch(c, b))
        b->size = fac_size(c, b->batches);
    return chunk_take(c, w, b->size);
}

SBS_POLICY(fac) = {
    SBS_POLICY_HEAD,
    .name = "fac",
    .summary = "factoring: batches of p equal chunks, by the spread",
    .description =
        "Work is given out in batches of p equal chunks of ceil(R/(x p)), R "
        "being what is left when the batch begins. With "
        "b = (p/(2 sqrt(R))) sigma/mu, x is 1 + b^2 + b sqrt(b^2 + 2) for "
        "the first batch and 2 + b^2 + b sqrt(b^2 + 4) for later ones, as "
        "in the paper and LB4OMP (DLS4LB's FAC is fac2). The more units "
        "vary, the smaller the batches. mu and sigma are the calibrated "
        "constants.",
    .reference = "Hummel, Schonberg and Flynn, Commun. ACM 35(8) (1992) "
                 "90-101",
    .advice = "For units that vary independently. With equal units its first "
              "batch is everything: a slow or late worker then ends last. "
              "fac2 is the robust one.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .state_size = sizeof(struct chunk_batch),
    .on_idle = fac_on_idle,
};
