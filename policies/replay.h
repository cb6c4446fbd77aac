/* SPDX-License-Identifier: Apache-2.0 */
/* A log against the policy that its header names. */
#ifndef SBS_POLICIES_REPLAY_H
#define SBS_POLICIES_REPLAY_H

#include <stdio.h>

#include "model/log.h"
#include "policies/registry.h"

/* Feed the events of a log, of which only the header has been read, to its
 * policy and compare what it decides. Prints one line when all is the same
 * and the first difference otherwise, to `out`. 0 the same, 1 different; -1
 * and an error: the log cannot be read, its policy is not known, or it names
 * a plugin, which is a program, and `plugins` is false. */
int sbs_replay_log(struct sbs_log *log, struct sbs_registry *registry,
                   bool plugins, FILE *out, struct sbs_error *err);

#endif
