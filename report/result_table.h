/* SPDX-License-Identifier: Apache-2.0 */
/* The answer as a table of at most 100 columns, for people. */
#ifndef SBS_REPORT_RESULT_TABLE_H
#define SBS_REPORT_RESULT_TABLE_H

#include "report/result.h"

#include <stdio.h>

/* Write title, table, what did not finish, warnings, the verdict, and what it
 * rests on. -1 when it cannot be written or out of memory. */
int sbs_result_table_write(const struct sbs_result *r, FILE *out,
                           struct sbs_error *err);

#endif
