/* SPDX-License-Identifier: Apache-2.0 */
/* Which vector instructions this processor has, asked at run time. Code that
 * is compiled once per instruction set chooses here; results never depend on
 * the choice. */
#ifndef SBS_BASE_CPU_H
#define SBS_BASE_CPU_H

#include <stdbool.h>

enum sbs_isa {
    SBS_ISA_BEST,   /* the widest this processor has */
    SBS_ISA_SCALAR, /* plain C */
    SBS_ISA_SSE2,   /* every x86-64 */
    SBS_ISA_AVX2,
    SBS_ISA_AVX512  /* AVX-512F */
};

/* Can this processor (and this build) run it? True for BEST and SCALAR. */
bool sbs_cpu_has(enum sbs_isa isa);

/* The instruction set BEST stands for. */
enum sbs_isa sbs_cpu_best(void);

/* "best", "scalar", "sse2", "avx2", "avx512". */
const char *sbs_cpu_isa_name(enum sbs_isa isa);

#endif
