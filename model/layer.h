/* SPDX-License-Identifier: Apache-2.0 */
/* A stack of policies as the driver takes it. */
#ifndef SBS_MODEL_LAYER_H
#define SBS_MODEL_LAYER_H

#include <stdint.h>

#include <sbsim/policy.h>

enum { SBS_LAYERS_MAX = 8 };

/* Borrowed: the owner (policies/stack) outlives every run that uses it. */
struct sbs_layer {
    const struct sbs_policy *policy;
    const void *params; /* policy->params_size bytes */
};

/* layer[0] is the leftmost as typed; a named base comes last, wherever it
 * was typed. What no layer decides falls to `fixed`
 * when the user named a base, otherwise to `pull` under a cutter, a chunk
 * rule or a plan that pulls, else to `bind`. */
struct sbs_stack {
    uint32_t n_layers;
    struct sbs_layer layer[SBS_LAYERS_MAX];
    struct sbs_layer bind_base, pull_base; /* static, dynamic */
    int has_base;                          /* one of the layers is a base */
    int has_cutter;                        /* SBS_ROLE_CUT or _CHUNK */
};

#endif
