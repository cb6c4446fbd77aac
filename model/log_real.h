/* SPDX-License-Identifier: Apache-2.0 */
/* Reals of a log, which may be infinite or unknown: JSON has no such
 * numbers, so they are the strings "inf" and "nan". */
#ifndef SBS_MODEL_LOG_REAL_H
#define SBS_MODEL_LOG_REAL_H

#include <float.h>
#include <math.h>

#include "base/error.h"

struct cJSON;
struct sbs_jsonw;

/* As `hi`: infinite is not allowed; infinite and NAN are. */
#define SBS_LOG_FINITE DBL_MAX
#define SBS_LOG_OR_NAN NAN

void sbs_log_put_real(struct sbs_jsonw *w, double value);

/* A member that must be there, in [lo, hi]. */
int sbs_log_get_real(const struct cJSON *json, const char *where,
                     const char *key, double lo, double hi, double *value,
                     struct sbs_error *err);

#endif
