/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/log_real.h"

#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"

void sbs_log_put_real(struct sbs_jsonw *w, double value)
{
    if (isfinite(value))
        sbs_jsonw_real(w, value);
    else
        sbs_jsonw_string(w, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

int sbs_log_get_real(const struct cJSON *json, const char *where,
                     const char *key, double lo, double hi, double *value,
                     struct sbs_error *err)
{
    char place[200];
    const cJSON *item = sbs_json_get(json, key);
    bool any = isnan(hi);
    if (sbs_json_need(json, where, key, err) != 0)
        return -1;
    if (!cJSON_IsString(item))
        return sbs_json_real(json, where, key, lo, any ? INFINITY : hi,
                             value, err);
    const char *text = item->valuestring;
    if (any && strcmp(text, "nan") == 0)
        *value = NAN;
    else if ((any || isinf(hi)) && strcmp(text, "inf") == 0)
        *value = INFINITY;
    else if (isinf(lo) && strcmp(text, "-inf") == 0)
        *value = -INFINITY;
    else
        return sbs_fail(err, SBS_EINPUT, "%s: must be a number (\"%.40s\")",
                        sbs_json_where(place, sizeof place, where, key), text);
    return 0;
}
