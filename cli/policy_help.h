/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed about a policy, built-in or plugin. */
#ifndef SBS_CLI_POLICY_HELP_H
#define SBS_CLI_POLICY_HELP_H

#include <stdio.h>

#include <sbsim/policy.h>

/* The algorithm in words, parameters with ranges and defaults, reference. */
void sbs_policy_help(const struct sbs_policy *p, FILE *out);

/* For `--help` beside `--policy LIST`: the parameters of the policies named
 * in argv. Returns the exit status: 2 and a message when LIST is wrong. */
int sbs_policy_help_named(int argc, char **argv, FILE *out);

#endif
