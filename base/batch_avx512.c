/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/batch_isa.h"

#define SBS_SIMD_AVX512
#define SBS_BATCH_NAME sbs_batch_avx512
#include "base/batch_body.h"
