/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/sweep_inputs.h"

#include <cjson/cJSON.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/path.h"

enum { STUDY_BYTES_MAX = 64 << 20 };

static int no_memory(struct sbs_error *err)
{
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

/* ---- flags into the study ---------------------------------------------- */

/* Let a key have this value (taken over), whatever it had. */
static int put(cJSON *study, const char *key, cJSON *value,
               struct sbs_error *err)
{
    cJSON_DeleteItemFromObjectCaseSensitive(study, key);
    if (value && cJSON_AddItemToObject(study, key, value))
        return 0;
    cJSON_Delete(value);
    return no_memory(err);
}

static int put_text(cJSON *study, const char *key, const char *text,
                    struct sbs_error *err)
{
    return text ? put(study, key, cJSON_CreateString(text), err) : 0;
}

static int put_number(cJSON *study, const char *key, double x,
                      struct sbs_error *err)
{
    return x > 0 ? put(study, key, cJSON_CreateNumber(x), err) : 0;
}

static int put_set(cJSON *study, const char *text, struct sbs_error *err)
{
    const char *eq = strchr(text, '=');
    char path[256];
    size_t n = eq ? (size_t)(eq - text) : 0;
    if (n == 0 || n >= sizeof path || !eq[1])
        return sbs_fail(err, SBS_EUSAGE,
                        "--set: must be path=value (got \"%s\")", text);
    snprintf(path, sizeof path, "%.*s", (int)n, text);
    char place[300];
    snprintf(place, sizeof place, "--set %s", path);
    cJSON *set = cJSON_GetObjectItemCaseSensitive(study, "set");
    if (!cJSON_IsObject(set)) {
        if (put(study, "set", cJSON_CreateObject(), err) != 0)
            return -1;
        set = cJSON_GetObjectItemCaseSensitive(study, "set");
    }
    cJSON *value = sbs_json_parse(eq + 1, strlen(eq + 1), place, err);
    return value ? put(set, path, value, err) : -1;
}

static int put_flags(cJSON *study, const struct sbs_sweep_options *o,
                     struct sbs_error *err)
{
    if (!cJSON_IsObject(study))
        return 0; /* the reader will say so */
    if (o->trace && o->model)
        return sbs_fail(err, SBS_EUSAGE, "--trace and --model: only one of "
                        "them can be given");
    if (o->trace || o->model) {
        cJSON_DeleteItemFromObjectCaseSensitive(study, "trace");
        cJSON_DeleteItemFromObjectCaseSensitive(study, "model");
    }
    if (put_text(study, "trace", o->trace, err) != 0 ||
        put_text(study, "model", o->model, err) != 0 ||
        put_text(study, "workload", o->workload, err) != 0 ||
        put_text(study, "scenario", o->scenario, err) != 0 ||
        put_text(study, "keep", o->keep, err) != 0 ||
        put_number(study, "tasks", (double)o->tasks, err) != 0 ||
        put_number(study, "workers", (double)o->workers, err) != 0 ||
        put_number(study, "reps", (double)o->reps, err) != 0 ||
        put_number(study, "vcpu", o->vcpu, err) != 0 ||
        put_number(study, "memory_gb", o->memory_gb, err) != 0)
        return -1;
    if (o->spot && put(study, "spot", cJSON_CreateTrue(), err) != 0)
        return -1;
    if (o->seed >= 0 &&
        put(study, "seed", cJSON_CreateNumber((double)o->seed), err) != 0)
        return -1;
    for (size_t i = 0; i < o->sets.n; i++)
        if (put_set(study, o->sets.item[i], err) != 0)
            return -1;
    return 0;
}

static int read_study(struct sbs_sweep_inputs *x,
                      const struct sbs_sweep_options *o,
                      struct sbs_error *err)
{
    const char *file = o->study.item[0];
    size_t length;
    x->text = sbs_file_read(file, STUDY_BYTES_MAX, &length, err);
    cJSON *json = x->text ? sbs_json_parse(x->text, length, file, err) : NULL;
    if (json && put_flags(json, o, err) == 0)
        return sbs_study_parse(&x->study, json, file, err);
    cJSON_Delete(json);
    return -1;
}

/* ---- the documents ----------------------------------------------------- */

/* A file is looked for as on the command line, then beside the study. The
 * caller frees the result. */
static char *find(const char *study, const char *name, struct sbs_error *err)
{
    char *path = sbs_path_find(name, err);
    if (!path || name[0] == '/' || access(path, F_OK) == 0)
        return path;
    char *copy = strdup(study);
    const char *dir = copy ? dirname(copy) : "";
    size_t size = strlen(dir) + strlen(name) + 2;
    char *other = copy ? malloc(size) : NULL;
    if (other)
        snprintf(other, size, "%s/%s", dir, name);
    free(copy);
    if (other && access(other, F_OK) == 0) {
        free(path);
        return other;
    }
    free(other);
    return path;
}

/* Tasks that a document says it has. */
static int64_t tasks_of(const cJSON *json)
{
    const cJSON *tasks = sbs_json_get(json, "tasks");
    const cJSON *list = sbs_json_get(json, "ref_s");
    if (cJSON_IsArray(list))
        return cJSON_GetArraySize(list);
    return cJSON_IsNumber(tasks) && tasks->valuedouble >= 1 &&
                   tasks->valuedouble <= SBS_WORKLOAD_TASKS_MAX
               ? (int64_t)tasks->valuedouble
               : 0;
}

static int add_work(struct sbs_sweep_inputs *x, const char *file,
                    const char *name, struct sbs_error *err)
{
    size_t n = x->inputs.n_works;
    for (size_t i = 0; i < n; i++)
        if (strcmp(x->works[i].name, name) == 0)
            return 0;
    if (n == SBS_SWEEP_WORKS_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s: more than %d workloads", file,
                        SBS_SWEEP_WORKS_MAX);
    char *path = find(file, name, err);
    if (!path)
        return -1;
    struct sbs_input_options o = { .workload = path };
    int64_t tasks = 0;
    size_t files = x->in.n_files;
    cJSON *json = sbs_inputs_read_workload(&x->in, &o, &tasks, err);
    free(path);
    if (!json)
        return -1;
    x->docs[n] = json;
    x->works[n] = (struct sbs_study_work){ .name = name,
                                           .json = x->in.n_files > files
                                                       ? json
                                                       : NULL,
                                           .tasks = tasks_of(json) };
    x->inputs.n_works++;
    return 0;
}

static int read_works(struct sbs_sweep_inputs *x, const char *file,
                      struct sbs_error *err)
{
    const struct sbs_study *s = &x->study;
    x->inputs.works = x->works;
    bool axis = false;
    for (uint32_t k = 0; k < s->n_keys; k++) {
        const struct sbs_study_key *key = &s->key[k];
        const struct sbs_study_axis *a = &s->axis[key->axis];
        if (strcmp(key->name, "workload") != 0)
            continue;
        axis = true;
        for (uint32_t i = 0; i < a->levels; i++) {
            const cJSON *v = a->list[i];
            if (a->rows)
                v = cJSON_GetArrayItem(v, (int)key->column);
            if (add_work(x, file, v->valuestring, err) != 0)
                return -1;
        }
    }
    return axis ? 0 : add_work(x, file, s->run.workload, err);
}

static int read_model(struct sbs_sweep_inputs *x, const char *file,
                      struct sbs_error *err)
{
    const struct sbs_study *s = &x->study;
    char *path = find(file, s->trace ? s->trace : s->model, err);
    if (!path)
        return -1;
    struct sbs_input_options o = { .trace = s->trace ? path : NULL,
                                   .model = s->trace ? NULL : path };
    x->in.model = sbs_inputs_read_model(&x->in, &o, err);
    free(path);
    x->inputs.model = x->in.model;
    x->inputs.model_name = s->trace ? s->trace : s->model;
    return x->in.model ? 0 : -1;
}

/* ---- where it is from -------------------------------------------------- */

static char *json_text(const cJSON *json, struct sbs_error *err)
{
    struct sbs_jsonw w;
    char *text = NULL;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, json);
    if (sbs_jsonw_end(&w, err) == 0)
        text = sbs_jsonw_take(&w);
    sbs_jsonw_fini(&w);
    return text;
}

/* One growing line; what does not fit is marked. */
struct line {
    char text[4000];
    size_t n;
};

static void add(struct line *l, const char *flag, const char *value)
{
    const char *safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789_-./=:,+%@";
    bool plain = value && value[0] && strspn(value, safe) == strlen(value);
    const char *quote = !value || plain ? "" : "'";
    int n = snprintf(l->text + l->n, sizeof l->text - l->n, " %s%s%s%s%s",
                     flag, flag[0] && value ? " " : "", quote,
                     value ? value : "", quote);
    if (n > 0 && (size_t)n < sizeof l->text - l->n)
        l->n += (size_t)n;
    else
        l->text[l->n] = '\0';
}

static void add_number(struct line *l, const char *flag, double x)
{
    char text[SBS_JSONW_NUMBER];
    if (x > 0)
        add(l, flag, sbs_jsonw_format(text, x));
}

/* The command without what does not change the file: threads, where to,
 * resuming. */
static void command_of(struct line *l, const struct sbs_sweep_options *o)
{
    char seed[32];
    l->n = (size_t)snprintf(l->text, sizeof l->text, "sbsim sweep");
    add(l, "", o->study.item[0]);
    if (o->trace)
        add(l, "--trace", o->trace);
    if (o->model)
        add(l, "--model", o->model);
    if (o->workload)
        add(l, "--workload", o->workload);
    if (o->scenario)
        add(l, "--scenario", o->scenario);
    add_number(l, "--tasks", (double)o->tasks);
    add_number(l, "--workers", (double)o->workers);
    add_number(l, "--vcpu", o->vcpu);
    add_number(l, "--memory-gb", o->memory_gb);
    if (o->spot)
        add(l, "--spot", NULL);
    for (size_t i = 0; i < o->sets.n; i++)
        add(l, "--set", o->sets.item[i]);
    add_number(l, "--reps", (double)o->reps);
    snprintf(seed, sizeof seed, "%lld", (long long)o->seed);
    if (o->seed >= 0)
        add(l, "--seed", seed);
    if (o->keep)
        add(l, "--keep", o->keep);
}

/* "HASH  NAME" for each file, by the names that the study has. */
static void files_of(const struct sbs_sweep_inputs *x, struct line *l)
{
    size_t file = 0;
    l->n = 0;
    l->text[0] = '\0';
    for (size_t i = 0; file < x->in.n_files; i++) {
        const char *name = i == 0 ? x->inputs.model_name : x->works[i - 1].name;
        if (i > 0 && !x->works[i - 1].json)
            continue;
        int n = snprintf(l->text + l->n, sizeof l->text - l->n, "%s%s  %s",
                         file ? "\n" : "", x->in.hash[file], name);
        if (n > 0 && (size_t)n < sizeof l->text - l->n)
            l->n += (size_t)n;
        file++;
    }
}

static int make_head(struct sbs_sweep_inputs *x,
                     const struct sbs_sweep_options *o, struct sbs_error *err)
{
    char study[SBS_HASH_TEXT], settings[SBS_HASH_TEXT], model[SBS_HASH_TEXT];
    char host[256] = "";
    struct line command, files;
    x->settings = json_text(x->study.json, err);
    x->model = json_text(x->in.model, err);
    if (!x->settings || !x->model ||
        sbs_study_model_hash(&x->study, &x->inputs, model, err) != 0)
        return -1;
    sbs_hash_buffer(x->text, strlen(x->text), study);
    sbs_hash_buffer(x->settings, strlen(x->settings), settings);
    if (gethostname(host, sizeof host - 1) != 0 || !host[0])
        snprintf(host, sizeof host, "unknown");
    command_of(&command, o);
    files_of(x, &files);
    cJSON *h = x->head = cJSON_CreateObject();
    bool good = cJSON_AddStringToObject(h, "program", PACKAGE_STRING) &&
                cJSON_AddStringToObject(h, "study_sha256", study) &&
                cJSON_AddStringToObject(h, "settings_sha256", settings) &&
                cJSON_AddStringToObject(h, "model_sha256", model) &&
                cJSON_AddStringToObject(h, "inputs", files.text) &&
                cJSON_AddStringToObject(h, "host", host) &&
                cJSON_AddStringToObject(h, "command", command.text);
    if (good && o->parts > 1)
        good = cJSON_AddNumberToObject(h, "part", o->part_of + 1) &&
               cJSON_AddNumberToObject(h, "parts", o->parts);
    if (!good)
        return no_memory(err);
    x->from = (struct sbs_provenance){ .head = h,
                                       .study = x->text,
                                       .settings = x->settings,
                                       .model = x->model };
    return 0;
}

/* ---- all of it --------------------------------------------------------- */

int sbs_sweep_inputs_load(struct sbs_sweep_inputs *x,
                          const struct sbs_sweep_options *o,
                          struct sbs_error *err)
{
    const char *file = o->study.item[0];
    *x = (struct sbs_sweep_inputs){ 0 };
    return read_study(x, o, err) != 0 || read_model(x, file, err) != 0 ||
                   read_works(x, file, err) != 0 || make_head(x, o, err) != 0
               ? -1
               : 0;
}

void sbs_sweep_inputs_fini(struct sbs_sweep_inputs *x)
{
    for (size_t i = 0; i < x->inputs.n_works; i++)
        cJSON_Delete(x->docs[i]);
    cJSON_Delete(x->head);
    sbs_inputs_fini(&x->in);
    sbs_study_fini(&x->study);
    free(x->settings);
    free(x->model);
    free(x->text);
    *x = (struct sbs_sweep_inputs){ 0 };
}
