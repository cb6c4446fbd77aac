/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the readers of forecasts and measured runs: a document is refused
 * with a message, or what was read can be scored. A forecast is sealed first,
 * or none would get past its hash. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/json.h"
#include "calibrate/forecast_seal.h"
#include "calibrate/score.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two runs of whatever policy is forecast first. */
static void score(const struct sbs_forecast *f)
{
    struct sbs_measured_run run[2] = {{.name = NULL}, {.name = NULL}};
    struct sbs_measured m = {run, 2};
    struct sbs_score s;
    struct sbs_error err = {0};
    double times_s[3] = {1, 2, 3};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < SBS_N_FIGURES; k++)
            run[i].figure[k] = 10 * (i + 1);
        run[i].times_s = times_s;
        run[i].n_times = 3;
    }
    if (sbs_score_make(&s, f, &m, f->policy[0].spec, &err) != 0)
        return;
    for (size_t i = 0; i < s.n_checks; i++)
        SBS_ASSERT(isnan(s.check[i].p) ||
                   (s.check[i].p >= 0 && s.check[i].p <= 1));
    sbs_score_fini(&s);
}

static void use_forecast(cJSON *json)
{
    struct sbs_forecast f;
    struct sbs_error err = {0};
    char hash[65];
    if (!cJSON_IsObject(json) || sbs_forecast_seal(json, hash, &err) != 0)
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(json, "content_sha256");
    cJSON_AddStringToObject(json, "content_sha256", hash);
    char *text = cJSON_PrintUnformatted(json);
    if (text &&
        sbs_forecast_read(&f, text, strlen(text), "fuzz", &err) == 0) {
        SBS_ASSERT(f.n_policies > 0 && f.policy[0].n_values > 0);
        score(&f);
        sbs_forecast_fini(&f);
    } else if (text) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0] && !f.tree);
    }
    free(text);
}

static void use_measured(const char *text, size_t size)
{
    struct sbs_measured m;
    struct sbs_error err = {0};
    if (sbs_measured_read(&m, text, size, "fuzz", &err) != 0) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0] && !m.run);
        return;
    }
    SBS_ASSERT(m.n > 0);
    for (size_t i = 0; i < m.n; i++)
        for (size_t k = 1; k < m.run[i].n_times; k++)
            SBS_ASSERT(m.run[i].times_s[k] >= m.run[i].times_s[k - 1]);
    sbs_measured_fini(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_error err = {0};
    if (size > 4000) /* long lists cost time, not safety */
        return 0;
    use_measured((const char *)data, size);
    cJSON *json = sbs_json_parse((const char *)data, size, "fuzz", &err);
    if (json)
        use_forecast(json);
    cJSON_Delete(json);
    return 0;
}
