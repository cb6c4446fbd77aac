/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define SBS_SIMD_SCALAR
#define SBS_PATHS_FUNCTION sbs_paths_scalar
#include "kernel/paths_body.h"
