/* SPDX-License-Identifier: Apache-2.0 */
/* gss: a p-th of what is left. */
#include "policies/chunk.h"

struct gss_params {
    int64_t min;
};

static const struct sbs_param gss_table[] = {
    SBS_PARAM(struct gss_params, min, "units", 1, 1, 1e9,
              "smallest chunk, but for the last"),
    SBS_PARAM_END
};

static enum sbs_taken gss_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct gss_params *p = c->params;
    double share = ceil(chunk_left(c) / chunk_workers(c));
    return chunk_take(c, w, fmax(share, (double)p->min));
}

SBS_POLICY(gss) = {
    SBS_POLICY_HEAD,
    .name = "gss",
    .summary = "guided self-scheduling: a p-th of what is left",
    .description =
        "A ready worker takes ceil(R/p) of the R units left, at least min "
        "(GSS(k) of the paper). Workers that come late find smaller chunks, "
        "so uneven starts even out.",
    .reference = "Polychronopoulos and Kuck, IEEE Trans. Comput. C-36 "
                 "(1987) 1425-1439",
    .advice = "Few chunks, made for uneven starts and equal units. The first "
              "chunks are a p-th of everything: one on a slow worker, or of "
              "long units, ends last.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .params = gss_table,
    .params_size = sizeof(struct gss_params),
    .on_idle = gss_on_idle,
};
