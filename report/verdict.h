/* SPDX-License-Identifier: Apache-2.0 */
/* The one sentence that answers. */
#ifndef SBS_REPORT_VERDICT_H
#define SBS_REPORT_VERDICT_H

#include "report/human.h"
#include "report/result.h"

#include <stddef.h>

/* Write into text[0..size) which policy has the lowest mean makespan, by how
 * much against the first, at what extra bill, and whether the replications
 * can tell it from the others at all. Cut if too long. */
void sbs_verdict(const struct sbs_result *r, char *text, size_t size);

/* The unit of all times of an answer: that of its longest mean makespan. */
struct sbs_human_unit sbs_verdict_unit(const struct sbs_result *r);

#endif
