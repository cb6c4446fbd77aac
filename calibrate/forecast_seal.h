/* SPDX-License-Identifier: Apache-2.0 */
/* The seal of a forecast, for its writer and its reader. */
#ifndef SBS_CALIBRATE_FORECAST_SEAL_H
#define SBS_CALIBRATE_FORECAST_SEAL_H

#include "base/error.h"

struct cJSON;

/* SHA-256 of the tree without its "content_sha256", in canonical form. */
int sbs_forecast_seal(const struct cJSON *tree, char hash[65],
                      struct sbs_error *err);

#endif
