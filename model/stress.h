/* SPDX-License-Identifier: Apache-2.0 */
/* Stress scenarios: named overlays on a model, because the ranking of
 * policies depends on what goes wrong. An overlay changes the document after
 * calibration, in all posterior draws too, and before --set, which has the
 * last word. doc/scenarios.md describes each with its evidence. */
#ifndef SBS_MODEL_STRESS_H
#define SBS_MODEL_STRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct cJSON;

/* Name, whether the fleet is spot capacity, one line. */
#define SBS_STRESSES(X)                                                     \
    X(rare5x, false, "2% of the workers are 5 times slower")                \
    X(neverstart, false, "5.7% of the workers never become ready")          \
    X(bimodal, false, "two processors 1.8 times apart, with the same mean") \
    X(throttled, false, "10 launches at once, one in 5 s after that, "      \
                        "20% refused")                                      \
    X(spotstorm, true, "spot capacity, half of it reclaimed within 23 min") \
    X(drift, false, "workers slow down by 30% an hour and waver by 15%")

struct sbs_stress {
    const char *name;
    const char *summary;  /* one line: what is different */
    const char *evidence; /* what its numbers rest on */
    bool spot;            /* the fleet is spot capacity */
    int (*apply)(struct cJSON *model, struct sbs_error *err);
};

size_t sbs_stress_count(void);
const struct sbs_stress *sbs_stress_at(size_t i);
/* NULL when there is none of this name. */
const struct sbs_stress *sbs_stress_find(const char *name);

/* Change a valid model (sbs_model_parse has accepted it). -1 when the
 * overlay makes no sense for it, or memory is short. */
int sbs_stress_apply(const struct sbs_stress *s, struct cJSON *model,
                     struct sbs_error *err);

/* Multiply a valid law, a number or {"dist": ...}, by a factor > 0 in
 * place. */
void sbs_stress_scale_law(struct cJSON *law, double factor);

#endif
