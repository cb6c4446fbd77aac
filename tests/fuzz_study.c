/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the reader of studies: a document is refused with a message, or all
 * of its points can be asked for. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "base/json.h"
#include "sweep/study.h"
#include "sweep/study_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct sbs_study *s, uint64_t point)
{
    struct sbs_error err = { 0 };
    char label[200];
    struct sbs_study_run run = sbs_study_run(s, point);
    SBS_ASSERT(run.reps >= 1 && run.reps <= SBS_STUDY_REPS_MAX);
    SBS_ASSERT(run.tasks >= 0 && run.tasks <= SBS_WORKLOAD_TASKS_MAX);
    SBS_ASSERT(run.workers >= 0 && run.workers <= 10000000);
    SBS_ASSERT(run.workload && run.vcpu > 0 && run.memory_gb > 0);
    char *spec = sbs_study_spec(s, point, &err);
    SBS_ASSERT(spec);
    free(spec);
    sbs_study_label(s, point, label, sizeof label);
    for (uint32_t k = 0; k < s->n_keys; k++) {
        char *text = sbs_study_value_text(sbs_study_at(s, k, point), false);
        SBS_ASSERT(text);
        free(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_error err = { 0 };
    struct sbs_study s;
    if (size > 4000) /* long lists cost time, not safety */
        return 0;
    cJSON *json = sbs_json_parse((const char *)data, size, "fuzz", &err);
    if (!json)
        return 0;
    if (sbs_study_parse(&s, json, "fuzz", &err) != 0) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0]);
        return 0;
    }
    SBS_ASSERT(s.n_points > 0 && s.n_points <= SBS_STUDY_POINTS_MAX);
    use(&s, 0);
    use(&s, s.n_points / 2);
    use(&s, s.n_points - 1);
    sbs_study_fini(&s);
    return 0;
}
