/* SPDX-License-Identifier: Apache-2.0 */
/* The sizes in which Fargate offers workers. */
#ifndef SBS_CLI_FARGATE_SIZE_H
#define SBS_CLI_FARGATE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

/* Does Fargate offer workers of this many vCPU and GB? When not, `text` (of
 * `size` bytes) says what it offers instead, as a note on the result. */
bool sbs_fargate_size_offered(double vcpu, double memory_gb, char *text,
                              size_t size);

#endif
