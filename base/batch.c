/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/batch_isa.h"

#ifdef __SSE2__
#define SBS_SIMD_SSE2
#else
#define SBS_SIMD_SCALAR
#endif
#define SBS_BATCH_NAME sbs_batch_plain
#include "base/batch_body.h"

const struct sbs_batch *sbs_batch_for(enum sbs_isa isa)
{
    switch (isa == SBS_ISA_BEST ? sbs_cpu_best() : isa) {
#ifdef __x86_64__
    case SBS_ISA_AVX512:
        return &sbs_batch_avx512;
    case SBS_ISA_AVX2:
        return &sbs_batch_avx2;
#endif
    default:
        return &sbs_batch_plain;
    }
}
