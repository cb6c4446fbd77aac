/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the JSON reader. What it accepts must survive writing and
 * reading again, and be either refused as a law or have finite, ordered
 * quantiles. */
#include "config.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>

#include <cJSON.h>

#include "base/dist.h"
#include "base/jsonw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_law(const cJSON *json)
{
    struct sbs_dist d = {0};
    double before = -INFINITY;
    if (sbs_dist_parse(&d, json, "law:", -INFINITY, NULL) < 0)
        return;
    for (int i = 1; i < 64; i++) {
        double x = sbs_dist_quantile(&d, i / 64.0);
        SBS_ASSERT(isfinite(x));
        /* Rounding may undo the order by a last digit, no more. */
        SBS_ASSERT(x >= before - 1e-9 * fabs(before));
        before = x;
    }
    sbs_dist_fini(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_error err = {0};
    cJSON *json = sbs_json_parse((const char *)data, size, "fuzz", &err);
    if (!json) {
        SBS_ASSERT(err.code == SBS_EINPUT && err.text[0]);
        return 0;
    }
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, json);
    SBS_ASSERT(sbs_jsonw_end(&w, &err) == 0);
    cJSON *again = sbs_json_parse(w.text, w.length, "again", &err);
    SBS_ASSERT(again && cJSON_Compare(json, again, 1));
    if (size < 2000) /* long lists of components cost time, not safety */
        check_law(json);
    cJSON_Delete(again);
    cJSON_Delete(json);
    sbs_jsonw_fini(&w);
    return 0;
}
