/* SPDX-License-Identifier: Apache-2.0 */
/* awf-e: factoring with weights learnt in the run, overhead included. */
#include "policies/chunk.h"

static enum sbs_taken awf_e_on_idle(struct sbs_ctx *c, uint32_t w)
{
    bool batches = false, with_overhead = true;
    return awf_on_idle(c, w, batches, with_overhead);
}

SBS_POLICY(awf_e) = {
    SBS_POLICY_HEAD,
    .name = "awf-e",
    .summary = "awf-c that counts the overhead, too",
    .description =
        "Like awf-c (each chunk from what is left at that moment), but a "
        "worker's time per unit includes claim, download and upload of its "
        "chunks, as in LB4OMP.",
    .reference = "Carino and Banicescu, J. Supercomput. 44 (2008) 41-63; "
                 "weights: Banicescu, Velusamy and Devaprasad, Cluster "
                 "Comput. 6 (2003) 215-226",
    .advice = "When workers differ in transfers, too; see awf-d.",
    .roles = SBS_ROLE_CHUNK,
    .state_size = sizeof(struct awf_state),
    .on_idle = awf_e_on_idle,
};
