/* SPDX-License-Identifier: Apache-2.0 */
/* ss: one unit at a time. */
#include "policies/chunk.h"

static enum sbs_taken ss_on_idle(struct sbs_ctx *c, uint32_t w)
{
    return chunk_take(c, w, 1);
}

SBS_POLICY(ss) = {
    SBS_POLICY_HEAD,
    .name = "ss",
    .summary = "self-scheduling: workers take one unit at a time",
    .description =
        "A ready worker takes the next unit. Nobody ends more than one unit "
        "after another, and each unit pays claim, download and upload. It "
        "does what dynamic does, but as a chunk rule, to be compared with "
        "the others.",
    .reference = "Tang and Yew, ICPP 1986, 528-535",
    .advice = "Best balance when the overhead is small beside a unit; the "
              "more units, the more overhead.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .on_idle = ss_on_idle,
};
