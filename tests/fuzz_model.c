/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the readers of models and workloads: a document is refused with a
 * message, or what was read is within the ranges that a simulation needs. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "base/json.h"
#include "model/model.h"
#include "model/workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_model(const cJSON *json)
{
    struct sbs_model_set set;
    struct sbs_error err = { 0 };
    if (sbs_model_parse(&set, json, "fuzz", &err) != 0) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0]);
        return;
    }
    SBS_ASSERT(set.n > 0);
    for (size_t i = 0; i < set.n; i++) {
        const struct sbs_model *m = &set.models[i];
        SBS_ASSERT(m->speed.n_classes > 0);
        SBS_ASSERT(m->speed.classes[m->speed.n_classes - 1].cumulative == 1);
        SBS_ASSERT(m->speed.weather_slot_s > 0);
        for (size_t g = 0; g < m->speed.n_gains; g++)
            SBS_ASSERT(m->speed.gains[g].gain > 0 &&
                       m->speed.gains[g].vcpu > 0);
        double mean, sd, gain;
        sbs_model_slowdown(m, &mean, &sd);
        SBS_ASSERT(mean > 0);
        sbs_model_startup(m, &mean, &sd);
        SBS_ASSERT(mean >= 0);
        sbs_model_gain(m, 2, &gain, &err);
    }
    sbs_model_fini(&set);
}

static void use_workload(const cJSON *json)
{
    struct sbs_workload w;
    struct sbs_error err = { 0 };
    if (sbs_workload_parse(&w, json, "fuzz", 0, &err) != 0) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0]);
        return;
    }
    double mean, sd;
    SBS_ASSERT(w.tasks > 0 && w.tasks <= SBS_WORKLOAD_TASKS_MAX);
    SBS_ASSERT(sbs_workload_shortest_s(&w) >= 0);
    sbs_workload_task_s(&w, &mean, &sd);
    SBS_ASSERT(mean >= 0);
    sbs_workload_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_error err = { 0 };
    if (size > 4000) /* long lists cost time, not safety */
        return 0;
    cJSON *json = sbs_json_parse((const char *)data, size, "fuzz", &err);
    if (!json)
        return 0;
    use_model(json);
    use_workload(json);
    cJSON_Delete(json);
    return 0;
}
