/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker does: an attempt at a chunk, or a probe (doc/semantics.md,
 * 3). These are operations of the simulated backend; what they mean is said
 * in model/backend.h. `self` is the struct sbs_sim. */
#ifndef SBS_SIM_ATTEMPT_H
#define SBS_SIM_ATTEMPT_H

#include <stdint.h>

struct sbs_sim;

/* At the start of a replication, when its model is known. */
void sbs_attempt_reset(struct sbs_sim *sim);
void sbs_attempt_begin(void *self, uint32_t worker, uint32_t attempt,
                       uint32_t first_unit, uint32_t n_units);
void sbs_attempt_probe(void *self, uint32_t worker, double ref_s);
double sbs_attempt_progress(void *self, uint32_t worker);
uint32_t sbs_attempt_unbegun(void *self, uint32_t worker);
void sbs_attempt_shorten(void *self, uint32_t worker, uint32_t n_units);

#endif
