/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/workload.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/nearest.h"

/* Seconds of one ultra task (10 M barrier paths) on one core of an Apple M4
 * Pro: staRburst commit f099e29, 2026-02-04, n = 1. */
#define ULTRA_TASK_S 695.0
enum { ULTRA_TASKS = 50 };

static const double ultra_relative_work[] = {
#include "model/ultra_work.h"
};

enum {
    ULTRA_KNOWN = sizeof ultra_relative_work / sizeof ultra_relative_work[0],
    WHERE_SIZE = 256
};

static int read_list(struct sbs_workload *w, const cJSON *list,
                     const char *where, struct sbs_error *err)
{
    int n = cJSON_GetArraySize(list);
    if (n < 1 || n > SBS_WORKLOAD_TASKS_MAX)
        return sbs_fail(err, SBS_EINPUT,
                        "%s ref_s: has %d values (allowed: 1 to %d)", where,
                        n, SBS_WORKLOAD_TASKS_MAX);
    w->list_s = calloc((size_t)n, sizeof *w->list_s);
    if (!w->list_s)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsNumber(item) || !(item->valuedouble > 0))
            return sbs_fail(err, SBS_EINPUT,
                            "%s ref_s.%u: must be a number above 0", where,
                            w->list_n);
        w->list_s[w->list_n++] = item->valuedouble;
    }
    return 0;
}

/* How many tasks: the document's number, the list's, or the one asked for. */
static int settle_tasks(struct sbs_workload *w, int64_t stated,
                        int64_t asked, const char *where,
                        struct sbs_error *err)
{
    if (w->list_s) {
        if (asked > 0)
            return sbs_fail(err, SBS_EUSAGE,
                            "--tasks: the workload lists the time of each "
                            "of its %u tasks", w->list_n);
        if (stated > 0 && stated != w->list_n)
            return sbs_fail(err, SBS_EINPUT,
                            "%s tasks: is %lld, but ref_s lists %u", where,
                            (long long)stated, w->list_n);
        stated = w->list_n;
    }
    if (asked > 0)
        stated = asked;
    if (stated < 1)
        return sbs_fail(err, SBS_EINPUT, "%s tasks: is missing", where);
    w->tasks = (uint32_t)stated;
    return 0;
}

static int read_fields(struct sbs_workload *w, const cJSON *json,
                       const char *where, int64_t asked,
                       struct sbs_error *err)
{
    static const char *const keys[] = {
        "schema", "schema_version", "tasks", "ref_s", "divisible",
        "min_unit_s", "exchangeable", "input_bytes", "output_bytes"
    };
    char place[WHERE_SIZE];
    int64_t tasks = 0;
    if (sbs_json_is_object(json, where, err) != 0 ||
        sbs_json_schema(json, where, "sbsim-workload", 1, err) != 0 ||
        sbs_json_known(json, where, keys, sizeof keys / sizeof keys[0],
                       err) != 0 ||
        sbs_json_need(json, where, "ref_s", err) != 0 ||
        sbs_json_integer(json, where, "tasks", 1, SBS_WORKLOAD_TASKS_MAX,
                         &tasks, err) != 0 ||
        sbs_json_bool(json, where, "divisible", &w->divisible, err) != 0 ||
        sbs_json_bool(json, where, "exchangeable", &w->exchangeable, err) !=
            0 ||
        sbs_json_real(json, where, "min_unit_s", 0, 1e12, &w->min_unit_s,
                      err) != 0 ||
        sbs_json_real(json, where, "input_bytes", 0, 1e18, &w->input_bytes,
                      err) != 0 ||
        sbs_json_real(json, where, "output_bytes", 0, 1e18,
                      &w->output_bytes, err) != 0)
        return -1;
    const cJSON *ref = sbs_json_get(json, "ref_s");
    if (cJSON_IsArray(ref)) {
        if (read_list(w, ref, where, err) != 0)
            return -1;
    } else if (sbs_dist_parse(&w->ref_s, ref,
                              sbs_json_where(place, sizeof place, where,
                                             "ref_s"),
                              SBS_JSON_ABOVE_0, err) != 0) {
        return -1;
    }
    return settle_tasks(w, tasks, asked, where, err);
}

int sbs_workload_parse(struct sbs_workload *w, const struct cJSON *json,
                       const char *name, int64_t tasks,
                       struct sbs_error *err)
{
    char where[WHERE_SIZE];
    *w = (struct sbs_workload){ 0 };
    snprintf(where, sizeof where, "%s:", name);
    if (read_fields(w, json, where, tasks, err) != 0)
        goto fail;
    w->json = cJSON_Duplicate(json, true);
    cJSON *n = w->json ? cJSON_CreateNumber(w->tasks) : NULL;
    if (!n) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto fail;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(w->json, "tasks");
    cJSON_AddItemToObject(w->json, "tasks", n);
    return 0;
fail:
    sbs_workload_fini(w);
    return -1;
}

void sbs_workload_fini(struct sbs_workload *w)
{
    free(w->list_s);
    sbs_dist_fini(&w->ref_s);
    cJSON_Delete(w->json);
    *w = (struct sbs_workload){ 0 };
}

struct cJSON *sbs_workload_shipped(const char *name, int64_t tasks,
                                   struct sbs_error *err)
{
    static const char *const known[] = { "ultra" };
    if (strcmp(name, known[0]) != 0) {
        const char *near = sbs_nearest(name, known, 1);
        sbs_fail(err, SBS_EUSAGE,
                 "--workload: no file and no shipped workload \"%s\"%s%s%s "
                 "(shipped: ultra)", name, near ? " (did you mean \"" : "",
                 near ? near : "", near ? "\"?)" : "");
        return NULL;
    }
    int64_t n = tasks > 0 ? tasks : ULTRA_TASKS;
    if (n > ULTRA_KNOWN) {
        sbs_fail(err, SBS_EUSAGE,
                 "--tasks: the work of ultra's scenarios is known for 1 to "
                 "%d (got %lld)", ULTRA_KNOWN, (long long)n);
        return NULL;
    }
    cJSON *doc = cJSON_CreateObject();
    cJSON *list = doc ? cJSON_AddArrayToObject(doc, "ref_s") : NULL;
    bool good = list && cJSON_AddTrueToObject(doc, "divisible");
    for (int64_t i = 0; good && i < n; i++) {
        cJSON *x =
            cJSON_CreateNumber(ULTRA_TASK_S * ultra_relative_work[i]);
        good = x && cJSON_AddItemToArray(list, x);
    }
    good = good && cJSON_AddStringToObject(doc, "schema", "sbsim-workload") &&
           cJSON_AddNumberToObject(doc, "schema_version", 1);
    if (good)
        return doc;
    cJSON_Delete(doc);
    sbs_fail(err, SBS_EMEMORY, "out of memory");
    return NULL;
}

double sbs_workload_shortest_s(const struct sbs_workload *w)
{
    if (!w->list_s)
        return sbs_dist_min(&w->ref_s);
    double least = w->list_s[0];
    for (uint32_t i = 1; i < w->list_n; i++)
        least = fmin(least, w->list_s[i]);
    return least;
}

void sbs_workload_task_s(const struct sbs_workload *w, double *mean,
                         double *sd)
{
    if (!w->list_s) {
        *mean = sbs_dist_mean(&w->ref_s);
        *sd = sqrt(sbs_dist_var(&w->ref_s));
        return;
    }
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < w->list_n; i++)
        sum += w->list_s[i];
    *mean = sum / w->list_n;
    for (uint32_t i = 0; i < w->list_n; i++)
        squares += (w->list_s[i] - *mean) * (w->list_s[i] - *mean);
    *sd = sqrt(squares / w->list_n);
}
