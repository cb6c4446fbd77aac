/* SPDX-License-Identifier: Apache-2.0 */
/* awf-b: factoring with weights learnt in the run. */
#include "policies/chunk.h"

static enum sbs_taken awf_b_on_idle(struct sbs_ctx *c, uint32_t w)
{
    bool batches = true, with_overhead = false;
    return awf_on_idle(c, w, batches, with_overhead);
}

SBS_POLICY(awf_b) = {
    SBS_POLICY_HEAD,
    .name = "awf-b",
    .summary = "adaptive weighted factoring, in batches",
    .description =
        "The chunk of fac2 times a weight learnt in the run, rounded up. A "
        "worker's time per unit is the mean of its attempts, the k-th "
        "weighing k, of the computing alone; its weight is its speed over "
        "the mean speed of the workers that have done a chunk. A worker "
        "without history weighs 1, as in LB4OMP (DLS4LB gives it the least "
        "weight seen).",
    .reference = "Carino and Banicescu, J. Supercomput. 44 (2008) 41-63; "
                 "weights: Banicescu, Velusamy and Devaprasad, Cluster "
                 "Comput. 6 (2003) 215-226",
    .advice = "When workers differ in speed for the whole run and nobody "
              "knows which. The first batch is that of fac2, so little is "
              "left to adapt when there are few units a worker.",
    .roles = SBS_ROLE_CHUNK,
    .state_size = sizeof(struct awf_state),
    .on_idle = awf_b_on_idle,
};
