/* SPDX-License-Identifier: Apache-2.0 */
/* ECS tasks as `aws ecs describe-tasks` prints them, or as task-state-change
 * events. Only stamps, sizes and places are taken; account numbers, names of
 * clusters and the like are not. */
#include "config.h"

#include "traces/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/file.h"
#include "base/json.h"
#include "traces/cell.h"

/* One ECS task being taken in. */
struct task {
    struct sbs_import *im;
    const struct cJSON *json;
    const char *where;
    int64_t worker;
    bool old; /* an earlier state than one already applied: fill holes only */
    struct sbs_error *err;
};

static int take_text(struct task *t, const char *key, const char **cell)
{
    const char *text = "";
    if (sbs_json_string(t->json, t->where, key, &text, t->err))
        return -1;
    if (t->old && (*cell)[0])
        return 0;
    return sbs_import_text(t->im, cell, text, t->err);
}

static int take_stamps(struct task *t)
{
    static const char *const stamps[][2] = {
        { "createdAt", "created" },
        { "connectivityAt", "network_ready" },
        { "pullStartedAt", "pull_start" },
        { "pullStoppedAt", "pull_end" },
        { "startedAt", "container_start" },
        { "stoppingAt", "stopping" },
        { "executionStoppedAt", "container_exit" },
        { "stoppedAt", "stopped" } };
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
        double seconds = NAN;
        if (sbs_import_json_stamp(t->im, t->json, t->where, stamps[i][0],
                                  &seconds, t->err) ||
            sbs_import_cycle(t->im, t->worker, stamps[i][1], seconds, t->old,
                             t->err))
            return -1;
    }
    return 0;
}

/* "2048" (units of 1/1024 vCPU) or "2 vCPU"; "4096" (MiB) or "4 GB"; what is
 * said in another way stays a hole. */
static int take_size(struct task *t, const char *key, const char *unit,
                     double per_unit, double per_number, double *value)
{
    const char *text = "";
    char number[32];
    if (sbs_json_string(t->json, t->where, key, &text, t->err))
        return -1;
    size_t n = strspn(text, "0123456789.");
    const char *rest = text + n + strspn(text + n, " ");
    if (n == 0 || n >= sizeof number)
        return 0;
    memcpy(number, text, n);
    number[n] = '\0';
    double x;
    if (sbs_cell_number(number, &x) || x <= 0)
        return 0;
    if (*rest == '\0')
        *value = x * per_number;
    else if (strcmp(rest, unit) == 0)
        *value = x * per_unit;
    return 0;
}

static int take_sizes(struct task *t)
{
    struct sbs_trace_workers *w = &t->im->trace->workers;
    double vcpu = NAN, mem = NAN;
    if (take_size(t, "cpu", "vCPU", 1, 1 / 1024.0, &vcpu) ||
        take_size(t, "memory", "GB", 1073741824, 1048576, &mem))
        return -1;
    if (vcpu >= 1e-6 && vcpu <= 1024)
        w->vcpu[t->worker] = (double)(float)vcpu;
    if (mem > 0 && mem < 1e15)
        w->mem_bytes[t->worker] = (int64_t)mem;
    return 0;
}

/* The cell of a column of /workers in this task's row. */
static const char **cell(struct task *t, const char **column)
{
    return &column[t->worker];
}

static int take_launch(struct task *t)
{
    struct sbs_trace_workers *w = &t->im->trace->workers;
    const char *type = "", *provider = "";
    if (sbs_json_string(t->json, t->where, "launchType", &type, t->err) ||
        sbs_json_string(t->json, t->where, "capacityProviderName", &provider,
                        t->err))
        return -1;
    bool spot = strcmp(provider, "FARGATE_SPOT") == 0;
    if (spot)
        type = provider;
    else if (!type[0] && strcmp(provider, "FARGATE") == 0)
        type = provider;
    if (strncmp(type, "FARGATE", 7) == 0)
        w->spot[t->worker] = spot;
    return sbs_import_text(t->im, cell(t, w->launch_type), type, t->err);
}

static bool begins(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static int take_start_mode(struct task *t)
{
    const char *group = "", *by = "", *mode = "";
    if (sbs_json_string(t->json, t->where, "group", &group, t->err) ||
        sbs_json_string(t->json, t->where, "startedBy", &by, t->err))
        return -1;
    if (begins(group, "service:") || begins(by, "ecs-svc/"))
        mode = "service";
    else if (begins(group, "family:"))
        mode = "standalone";
    return sbs_import_text(t->im,
                           cell(t, t->im->trace->workers.start_mode), mode,
                           t->err);
}

/* arn:aws:ecs:REGION:account:task/... */
static int take_region(struct task *t, const char *arn)
{
    char region[64];
    const char *at = arn;
    if (!begins(arn, "arn:"))
        return 0;
    for (int i = 0; i < 3 && at; i++) {
        at = strchr(at, ':');
        at = at ? at + 1 : NULL;
    }
    size_t n = at ? strcspn(at, ":") : 0;
    if (n == 0 || n >= sizeof region)
        return 0;
    memcpy(region, at, n);
    region[n] = '\0';
    return sbs_import_text(t->im, cell(t, t->im->trace->workers.region),
                           region, t->err);
}

static int take_arch(struct task *t)
{
    const struct cJSON *list = NULL, *one;
    if (sbs_json_array(t->json, t->where, "attributes", &list, t->err))
        return -1;
    cJSON_ArrayForEach(one, list) {
        const struct cJSON *name = sbs_json_get(one, "name");
        const struct cJSON *value = sbs_json_get(one, "value");
        if (cJSON_IsString(name) && cJSON_IsString(value) &&
            strcmp(name->valuestring, "ecs.cpu-architecture") == 0)
            return sbs_import_text(t->im,
                                   cell(t, t->im->trace->workers.arch),
                                   value->valuestring, t->err);
    }
    return 0;
}

/* Exit status of the task: the first that is not 0, 0 when all are. */
static int take_containers(struct task *t, int64_t *exit_status)
{
    struct sbs_trace_workers *w = &t->im->trace->workers;
    const struct cJSON *list = NULL, *one;
    int n = 0, known = 0;
    *exit_status = -1;
    if (sbs_json_array(t->json, t->where, "containers", &list, t->err))
        return -1;
    cJSON_ArrayForEach(one, list) {
        int64_t code = -1;
        const char *image = "";
        if (sbs_json_integer(one, t->where, "exitCode", 0, INT16_MAX, &code,
                             t->err) ||
            sbs_json_string(one, t->where, "image", &image, t->err))
            return -1;
        n++;
        known += code >= 0;
        if (code > 0 && *exit_status <= 0)
            *exit_status = code;
        /* Without the registry, which names the account. */
        if (n == 1 && sbs_import_text(t->im, cell(t, w->image),
                                      sbs_import_short_id(image), t->err))
            return -1;
    }
    if (*exit_status < 0 && n > 0 && known == n)
        *exit_status = 0;
    if (n > 0)
        w->n_containers[t->worker] = n;
    return 0;
}

static int take_end(struct task *t)
{
    struct sbs_trace *trace = t->im->trace;
    const char *code = "", *reason = "";
    int64_t exit_status;
    if (sbs_json_string(t->json, t->where, "stopCode", &code, t->err) ||
        sbs_json_string(t->json, t->where, "stoppedReason", &reason,
                        t->err) ||
        take_containers(t, &exit_status))
        return -1;
    char text[1000];
    snprintf(text, sizeof text, "%.100s%s%.800s", code,
             code[0] && reason[0] ? ": " : "", reason);
    if (sbs_import_text(t->im, cell(t, trace->workers.stop_reason), text,
                        t->err))
        return -1;
    if (exit_status >= 0)
        trace->workers.exit_status[t->worker] = exit_status;
    if (t->im->n_attempts[t->worker] > 1)
        return 0; /* the worker's log says how each attempt ended */
    int64_t row = sbs_import_attempt(t->im, t->worker, -1, -1, -1, t->err);
    if (row < 0)
        return -1;
    bool only_ecs = trace->tasks.workload_index[row] < 0 &&
                    trace->tasks.first_unit[row] < 0 &&
                    trace->tasks.attempt[row] < 0;
    if (only_ecs && exit_status >= 0)
        trace->tasks.exit_status[row] = exit_status;
    sbs_import_settle(t->im, row);
    return 0;
}

/* Events come in any order: the version (or, without one, the time of the
 * update) says which state is later. */
static int take_version(struct task *t)
{
    double version = NAN, updated = NAN;
    if (sbs_json_real(t->json, t->where, "version", 0, 1e15, &version,
                      t->err) ||
        sbs_import_json_stamp(t->im, t->json, t->where, "updatedAt",
                              &updated, t->err))
        return -1;
    if (isnan(version))
        version = updated;
    double *last = &t->im->version[t->worker];
    t->old = version < *last;
    if (version > *last)
        *last = version;
    return 0;
}

static int take_task(struct sbs_import *im, const struct cJSON *json,
                     const char *where, struct sbs_error *err)
{
    struct sbs_trace_workers *w = &im->trace->workers;
    const char *arn = "";
    if (sbs_json_need(json, where, "taskArn", err) ||
        sbs_json_string(json, where, "taskArn", &arn, err))
        return -1;
    const char *id = sbs_import_short_id(arn);
    if (!id[0] || strlen(id) > 200)
        return sbs_fail(err, SBS_EINPUT, "%s taskArn: not the name of a task "
                        "(\"%.60s\")", where, arn);
    struct task t = { im, json, where, sbs_import_worker(im, id, err), false,
                      err };
    if (t.worker < 0 || take_version(&t) || take_stamps(&t) ||
        take_launch(&t) || take_start_mode(&t) || take_region(&t, arn) ||
        take_arch(&t) || take_sizes(&t) || take_end(&t) ||
        take_text(&t, "availabilityZone", cell(&t, w->az)) ||
        take_text(&t, "platformVersion", cell(&t, w->platform_version)) ||
        sbs_import_text(im, cell(&t, w->kind), "ECS", err))
        return -1;
    im->n_read++;
    return 0;
}

static int take_value(struct sbs_import *im, const struct cJSON *value,
                      const char *where, struct sbs_error *err);

static int take_list(struct sbs_import *im, const struct cJSON *list,
                     const char *where, struct sbs_error *err)
{
    const struct cJSON *one;
    size_t i = 0;
    cJSON_ArrayForEach(one, list) {
        char place[600];
        sbs_json_where_item(place, sizeof place, where, i++);
        if (sbs_json_is_object(one, place, err) ||
            take_value(im, one, place, err))
            return -1;
    }
    return 0;
}

/* A describe-tasks answer, a list, an event or a task. */
static int take_value(struct sbs_import *im, const struct cJSON *value,
                      const char *where, struct sbs_error *err)
{
    const struct cJSON *list = NULL, *detail = NULL;
    const char *type = "";
    if (cJSON_IsArray(value))
        return take_list(im, value, where, err);
    char place[560];
    if (sbs_json_is_object(value, where, err))
        return -1;
    if (sbs_json_get(value, "tasks")) {
        if (sbs_json_array(value, where, "tasks", &list, err))
            return -1;
        return take_list(im, list, sbs_json_where(place, sizeof place, where,
                                                  "tasks"), err);
    }
    if (!sbs_json_get(value, "detail"))
        return take_task(im, value, where, err);
    if (sbs_json_object(value, where, "detail", &detail, err) ||
        sbs_json_string(value, where, "detail-type", &type, err))
        return -1;
    /* Of other things (container instances, deployments): nothing here. */
    if (type[0] && strcmp(type, "ECS Task State Change") != 0)
        return 0;
    sbs_json_where(place, sizeof place, where, "detail");
    return take_task(im, detail, place, err);
}

int sbs_import_ecs_text(struct sbs_import *im, const char *text,
                        size_t length, const char *name,
                        struct sbs_error *err)
{
    im->name = name;
    im->n_read = 0;
    if (sbs_import_values(im, text, length, name, take_value, err))
        return -1;
    if (im->n_read == 0)
        return sbs_fail(err, SBS_EINPUT, "%s: no ECS task in it", name);
    return 0;
}

int sbs_import_ecs(struct sbs_import *im, const char *path,
                   struct sbs_error *err)
{
    size_t length;
    char *text = sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err);
    if (!text)
        return -1;
    int status = sbs_import_ecs_text(im, text, length, path, err);
    free(text);
    return status ? -1 : sbs_import_note(im, "--ecs", path, err);
}
