/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/cpu.h"

bool sbs_cpu_has(enum sbs_isa isa)
{
    switch (isa) {
    case SBS_ISA_BEST:
    case SBS_ISA_SCALAR:
        return true;
#ifdef __x86_64__
    case SBS_ISA_SSE2:
        return true;
    /* These also ask whether the system saves the wider registers. */
    case SBS_ISA_AVX2:
        return __builtin_cpu_supports("avx2");
    case SBS_ISA_AVX512:
        return __builtin_cpu_supports("avx512f");
#else
    case SBS_ISA_SSE2:
    case SBS_ISA_AVX2:
    case SBS_ISA_AVX512:
        return false;
#endif
    }
    return false;
}

enum sbs_isa sbs_cpu_best(void)
{
    static const enum sbs_isa widest_first[] = { SBS_ISA_AVX512, SBS_ISA_AVX2,
                                                 SBS_ISA_SSE2 };
    for (int i = 0; i < 3; i++)
        if (sbs_cpu_has(widest_first[i]))
            return widest_first[i];
    return SBS_ISA_SCALAR;
}

const char *sbs_cpu_isa_name(enum sbs_isa isa)
{
    static const char *const names[] = { "best", "scalar", "sse2", "avx2",
                                         "avx512" };
    return (unsigned)isa < 5 ? names[isa] : "?";
}
