/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the spread is from run to run and how much is ignorance of the
 * parameters, below the table of a result whose model has draws. */
#ifndef SBS_REPORT_IGNORANCE_H
#define SBS_REPORT_IGNORANCE_H

#include "report/human.h"
#include "report/result.h"

#include <stdbool.h>
#include <stdio.h>

/* Nothing without draws. Times in `unit`. */
void sbs_ignorance_write(const struct sbs_result *r,
                         struct sbs_human_unit unit, FILE *out);

/* What a reader must know when the replications do not suit the draws: too
 * few to tell the two apart, or draws that count unequally. False: fine. */
bool sbs_ignorance_note(uint64_t reps, uint64_t draws, char *text,
                        size_t size);

#endif
