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

/* The same as a value of a larger document. */
struct sbs_jsonw;
void sbs_result_json_put(const struct sbs_result *r, struct sbs_jsonw *w);

#endif
