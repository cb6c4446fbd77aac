/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#ifdef __SSE2__
#define SBS_SIMD_SSE2
#else
#define SBS_SIMD_SCALAR
#endif
#define SBS_LANES_NAME sbs_lanes_plain
#include "sim/lanes_body.h"

const struct sbs_lanes_ops *sbs_lanes_for(enum sbs_isa isa)
{
    switch (isa == SBS_ISA_BEST ? sbs_cpu_best() : isa) {
#ifdef __x86_64__
    case SBS_ISA_AVX512:
        return &sbs_lanes_avx512;
    case SBS_ISA_AVX2:
        return &sbs_lanes_avx2;
#endif
    default:
        return &sbs_lanes_plain;
    }
}
