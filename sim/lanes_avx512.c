/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define SBS_SIMD_AVX512
#define SBS_LANES_NAME sbs_lanes_avx512
#include "sim/lanes_body.h"
