/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define SBS_SIMD_SSE2
#define SBS_PATHS_FUNCTION sbs_paths_sse2
#include "kernel/paths_body.h"
