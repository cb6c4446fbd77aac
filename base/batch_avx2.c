/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/batch_isa.h"

#define SBS_SIMD_AVX2
#define SBS_BATCH_NAME sbs_batch_avx2
#include "base/batch_body.h"
