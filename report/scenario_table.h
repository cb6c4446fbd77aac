/* SPDX-License-Identifier: Apache-2.0 */
/* The same policies under several scenarios: who is best where, and which
 * pairs change places. */
#ifndef SBS_REPORT_SCENARIO_TABLE_H
#define SBS_REPORT_SCENARIO_TABLE_H

#include "report/result.h"

#include <stdio.h>

/* Borrowed. The results have the same policies in the same order, made by
 * sbs_result_make, their values still there. */
struct sbs_scenario_result {
    const char *name;    /* "plain", "rare5x" */
    const char *summary; /* one line */
    const struct sbs_result *result;
};

/* Who is before whom in one result. -1: policy a is before b, 1: behind, 0:
 * they cannot be told apart. One that always finishes is before one that
 * does not; else the paired differences of the makespans decide, which go
 * to *apart (of b - a) when it is not NULL. */
int sbs_scenario_order(const struct sbs_result *r, size_t a, size_t b,
                       struct sbs_paired *apart);

/* Means with intervals and ranks, and in words where the order of list[0]
 * flips; schema "sbsim-scenarios", version 1; CSV with a leading column
 * "scenario". -1 when it cannot be written. */
int sbs_scenario_table_write(const struct sbs_scenario_result *list, size_t n,
                             FILE *out, struct sbs_error *err);
int sbs_scenario_json_write(const struct sbs_scenario_result *list, size_t n,
                            FILE *out, struct sbs_error *err);
int sbs_scenario_csv_write(const struct sbs_scenario_result *list, size_t n,
                           FILE *out, struct sbs_error *err);

#endif
