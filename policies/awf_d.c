/* SPDX-License-Identifier: Apache-2.0 */
/* awf-d: factoring with weights learnt in the run, overhead included. */
#include "policies/chunk.h"

static enum sbs_taken awf_d_on_idle(struct sbs_ctx *c, uint32_t w)
{
    bool batches = true, with_overhead = true;
    return awf_on_idle(c, w, batches, with_overhead);
}

SBS_POLICY(awf_d) = {
    SBS_POLICY_HEAD,
    .name = "awf-d",
    .summary = "awf-b that counts the overhead, too",
    .description =
        "Like awf-b, but a worker's time per unit includes claim, "
        "download and upload of its chunks, as in LB4OMP.",
    .reference = "Carino and Banicescu, J. Supercomput. 44 (2008) 41-63; "
                 "weights: Banicescu, Velusamy and Devaprasad, Cluster "
                 "Comput. 6 (2003) 215-226",
    .advice = "When workers differ in transfers, too. Small chunks make a "
              "worker look slow, whose next ones are then smaller still.",
    .roles = SBS_ROLE_CHUNK,
    .state_size = sizeof(struct awf_state),
    .on_idle = awf_d_on_idle,
};
