/* SPDX-License-Identifier: Apache-2.0 */
/* The result as JSON (schema "sbsim-result", version 1). */
#ifndef SBS_REPORT_RESULT_JSON_H
#define SBS_REPORT_RESULT_JSON_H

#include "report/result.h"

#include <stdio.h>

/* Write the document to `out`; -1 when it cannot be written. Only keys that
 * begin with "wall_" depend on time. */
int sbs_result_json_write(const struct sbs_result *r, FILE *out,
                          struct sbs_error *err);

#endif
