/* SPDX-License-Identifier: Apache-2.0 */
/* fsc: fixed-size chunks of the size that Kruskal and Weiss found best. */
#include "policies/chunk.h"

struct fsc_prepared {
    double k;
};

static void fsc_prepare(struct sbs_ctx *c, void *prepared)
{
    struct fsc_prepared *f = prepared;
    const struct sbs_constants *x = c->host->constants(c);
    double n = chunk_units(c), p = chunk_workers(c);
    double spread_s = x->unit_sd_s * p * sqrt(log(p));
    double k = pow(sqrt(2) * n * x->overhead_s / spread_s, 2.0 / 3);
    /* With equal units (or one worker) nothing is gained by a second chunk;
     * nor is the formula meant for chunks beyond n/p. */
    double most = ceil(n / p);
    f->k = spread_s > 0 ? fmin(ceil(k), most) : most;
}

static enum sbs_taken fsc_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct fsc_prepared *f = c->prepared;
    return chunk_take(c, w, f->k);
}

SBS_POLICY(fsc) = {
    SBS_POLICY_HEAD,
    .name = "fsc",
    .summary = "fixed-size chunks, sized by overhead and spread",
    .description =
        "Chunks of k = (sqrt(2) n h / (sigma p sqrt(ln p)))^(2/3) units, "
        "rounded up as in DLS4LB: the k that minimises Kruskal and Weiss's "
        "approximation of the makespan, n mu/p + n h/(k p) + "
        "sigma sqrt(2 k ln p). At most ceil(n/p), which is also taken where "
        "the formula has no value (equal units, one worker). mu, sigma and "
        "h are the calibrated constants.",
    .reference = "Kruskal and Weiss, IEEE Trans. Softw. Eng. 11 (1985) "
                 "1001-1016",
    .advice = "Good when units vary independently and the constants are "
              "right. It does not know of slow workers or late starts.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .prepared_size = sizeof(struct fsc_prepared),
    .prepare = fsc_prepare,
    .on_idle = fsc_on_idle,
};
