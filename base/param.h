/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a declared parameter table (struct sbs_param of policy.h). */
#ifndef SBS_BASE_PARAM_H
#define SBS_BASE_PARAM_H

#include <stddef.h>

#include <sbsim/policy.h>

#include "base/error.h"

/* Number of entries before SBS_PARAM_END; a NULL table has none. */
size_t sbs_param_count(const struct sbs_param *table);

/* Fill params with every default. */
void sbs_param_defaults(const struct sbs_param *table, void *params);

/* Set one parameter from its text: a number (unit "s" also takes ms, m, h:
 * 500ms, 10m, 2h), true|false, or a choice by name. An unknown name, a value
 * that is no number or out of range fails with "who: name=text: what". */
int sbs_param_set(const struct sbs_param *table, void *params,
                  const char *who, const char *name, const char *text,
                  struct sbs_error *err);

/* The value as a number; a choice is its position, a bool 0 or 1. */
double sbs_param_value(const struct sbs_param *p, const void *params);

/* The value as text, as sbs_param_set would take it. */
void sbs_param_print(const struct sbs_param *p, const void *params,
                     char *text, size_t size);

/* Copy choice number i of "a|b|c" into name; -1 when there is none. */
int sbs_param_choice(const struct sbs_param *p, int i, char *name,
                     size_t size);

/* A table a plugin brought: names, ranges, offsets within params_size and
 * known types; fails with what is wrong. */
int sbs_param_check(const struct sbs_param *table, size_t params_size,
                    struct sbs_error *err);

#endif
