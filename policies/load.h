/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins: shared objects with one symbol, sbs_policy_plugin. */
#ifndef SBS_POLICIES_LOAD_H
#define SBS_POLICIES_LOAD_H

#include <sbsim/policy.h>

#include "base/error.h"

/* Load the policy in a shared object. Refused, before anything in it runs:
 * what is no regular file, and a file or folder that others than its owner
 * or root may write. Refused after: no symbol, another ABI number or struct
 * size, a bad name or parameter table. The object is never unloaded. */
const struct sbs_policy *sbs_load_plugin(const char *path,
                                         struct sbs_error *err);

#endif
