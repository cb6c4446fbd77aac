/* SPDX-License-Identifier: Apache-2.0 */
/* The result as CSV, one line a policy and metric. */
#ifndef SBS_REPORT_RESULT_CSV_H
#define SBS_REPORT_RESULT_CSV_H

#include "report/result.h"

#include <stdio.h>

/* Write a head line and the columns policy, metric, n, mean, se, sd, min,
 * p05, p50, p95, p99, max; undefined values are empty. Fields are quoted as
 * RFC 4180 says; lines end in LF. -1 when it cannot be written. */
int sbs_result_csv_write(const struct sbs_result *r, FILE *out,
                         struct sbs_error *err);

/* Its parts, with a leading column of that name unless it is NULL (0). */
void sbs_result_csv_head(FILE *out, int with_scenario);
void sbs_result_csv_lines(const struct sbs_result *r, const char *scenario,
                          FILE *out);

#endif
