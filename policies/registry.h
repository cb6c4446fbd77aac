/* SPDX-License-Identifier: Apache-2.0 */
/* The policies a program knows: the built-ins of list.def and the plugins it
 * has loaded. */
#ifndef SBS_POLICIES_REGISTRY_H
#define SBS_POLICIES_REGISTRY_H

#include <stddef.h>

#include <sbsim/policy.h>

#include "base/error.h"

struct sbs_registry;

/* A registry with the built-ins; NULL when memory is short. */
struct sbs_registry *sbs_registry_create(void);
/* Plugins stay mapped until the process ends: a policy never vanishes. */
void sbs_registry_destroy(struct sbs_registry *r);

size_t sbs_registry_count(const struct sbs_registry *r);
const struct sbs_policy *sbs_registry_at(const struct sbs_registry *r,
                                         size_t i);

/* By name, or by path (a word with a slash) which loads the plugin. NULL and
 * an error: unknown (with the nearest name), or refused by sbs_load. */
const struct sbs_policy *sbs_registry_find(struct sbs_registry *r,
                                           const char *name,
                                           struct sbs_error *err);

/* The built-in with this name; NULL when there is none. */
const struct sbs_policy *sbs_registry_builtin(const char *name);

#endif
