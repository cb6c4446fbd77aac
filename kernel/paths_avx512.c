/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define SBS_SIMD_AVX512
#define SBS_PATHS_FUNCTION sbs_paths_avx512
#include "kernel/paths_body.h"
