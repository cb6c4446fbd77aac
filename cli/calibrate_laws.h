/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim calibrate --laws. */
#ifndef SBS_CLI_CALIBRATE_LAWS_H
#define SBS_CLI_CALIBRATE_LAWS_H

#include <stdbool.h>

#include "base/error.h"

/* Read the trace, fit every phase, print the table (unless quiet, or the JSON
 * goes to stdout) and write the JSON to `json` (NULL: none). */
int sbs_calibrate_laws(const char *trace, const char *json, bool quiet,
                       struct sbs_error *err);

#endif
