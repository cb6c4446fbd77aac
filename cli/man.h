/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the man page about policies. */
#ifndef SBS_CLI_MAN_H
#define SBS_CLI_MAN_H

#include <stdio.h>

/* Every built-in policy with its parameters, as roff. */
void sbs_man_policies(FILE *out);

#endif
