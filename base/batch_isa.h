/* SPDX-License-Identifier: Apache-2.0 */
/* The builds of base/batch_body.h; batch.c chooses. */
#ifndef SBS_BASE_BATCH_ISA_H
#define SBS_BASE_BATCH_ISA_H

#include "base/batch.h"

extern const struct sbs_batch sbs_batch_plain, sbs_batch_avx2,
    sbs_batch_avx512;

#endif
