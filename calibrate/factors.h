/* SPDX-License-Identifier: Apache-2.0 */
/* The model with only some of its factors on. Each number that delays a run
 * belongs to exactly one factor; with none on, workers are reference cores
 * without overhead, with all on it is the model, bit for bit. */
#ifndef SBS_CALIBRATE_FACTORS_H
#define SBS_CALIBRATE_FACTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/model.h"

/* id, name, what belongs to it */
#define SBS_FACTORS(X)                                                       \
    X(SPEED, "core speed",                                                   \
      "the typical (log-mean) slow-down of all cores; gain by size")         \
    X(DISPERSION, "unequal cores",                                           \
      "processors, machines, weather, drift and runs around the typical")    \
    X(STARTUP, "start-up",                                                   \
      "provisioning, image pull, container, boot of a worker")               \
    X(LAUNCH, "launching",                                                   \
      "set-up and launch calls of the client, limits and quota")             \
    X(POLLING, "polling, transfers",                                         \
      "looking for results and fetching them, claims, data, stopping")       \
    X(LOSSES, "losses", "failed attempts, reclaimed spot workers")

enum sbs_factor {
#define SBS_FACTOR(id, name, what) SBS_FACTOR_##id,
    SBS_FACTORS(SBS_FACTOR)
#undef SBS_FACTOR
        SBS_FACTOR_N
};

const char *sbs_factor_id(enum sbs_factor f);
const char *sbs_factor_name(enum sbs_factor f);
const char *sbs_factor_what(enum sbs_factor f);

/* Does any draw lose work? (`spot`: has the plan spot workers?) */
bool sbs_factors_losses(const struct sbs_model_set *set, bool spot);

/* exp of the mean logarithm of a worker's slow-down; noise around classes
 * has log-mean 0. */
double sbs_factors_typical(const struct sbs_model *m);

/* Fill *out with `set` (borrowed, must outlive it) under the factors in
 * `on`, one bit each. `sizes` are the vCPU sizes a plan may ask for. Free
 * with sbs_factors_fini only. With none on (losses apart) the local
 * machine is made of reference cores, too. */
int sbs_factors_apply(const struct sbs_model_set *set, uint32_t on,
                      const double sizes[2], struct sbs_model_set *out,
                      struct sbs_error *err);
void sbs_factors_fini(struct sbs_model_set *out);

#endif
