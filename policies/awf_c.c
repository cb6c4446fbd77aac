/* SPDX-License-Identifier: Apache-2.0 */
/* awf-c: factoring with weights learnt in the run, chunk by chunk. */
#include "policies/chunk.h"

static enum sbs_taken awf_c_on_idle(struct sbs_ctx *c, uint32_t w)
{
    bool batches = false, with_overhead = false;
    return awf_on_idle(c, w, batches, with_overhead);
}

SBS_POLICY(awf_c) = {
    SBS_POLICY_HEAD,
    .name = "awf-c",
    .summary = "adaptive weighted factoring, chunk by chunk",
    .description =
        "Like awf-b, but each chunk is ceil(R/2p) of the R units left at "
        "that moment, times the weight: no batches. Times are those of the "
        "computing alone.",
    .reference = "Carino and Banicescu, J. Supercomput. 44 (2008) 41-63; "
                 "weights: Banicescu, Velusamy and Devaprasad, Cluster "
                 "Comput. 6 (2003) 215-226",
    .advice = "Adapts a little earlier than awf-b.",
    .roles = SBS_ROLE_CHUNK,
    .state_size = sizeof(struct awf_state),
    .on_idle = awf_c_on_idle,
};
