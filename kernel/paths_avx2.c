/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define SBS_SIMD_AVX2
#define SBS_PATHS_FUNCTION sbs_paths_avx2
#include "kernel/paths_body.h"
