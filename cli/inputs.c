/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/inputs.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/path.h"
#include "calibrate/calibrate.h"

static const char workload_prefix[] = "workload.";
enum { NAME_SIZE = 256 };

/* Remember a file and where it was found; its hash is filled by the caller. */
static const char *add_file(struct sbs_inputs *in, const char *name,
                            struct sbs_error *err)
{
    char *path = sbs_path_find(name, err);
    if (!path)
        return NULL;
    size_t i = in->n_files++;
    in->path[i] = path;
    in->files[i] = (struct sbs_result_file){ path, in->hash[i] };
    return path;
}

/* Read a JSON file once, so that a pipe will do, and note its hash. */
static cJSON *read_json(struct sbs_inputs *in, const char *name,
                        struct sbs_error *err)
{
    const char *path = add_file(in, name, err);
    size_t length;
    char *text = path ? sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err)
                      : NULL;
    if (!text)
        return NULL;
    sbs_hash_buffer(text, length, in->hash[in->n_files - 1]);
    cJSON *json = sbs_json_parse(text, length, path, err);
    free(text);
    return json;
}

/* ---- the model --------------------------------------------------------- */

static cJSON *model_from_trace(struct sbs_inputs *in, const char *name,
                               struct sbs_error *err)
{
    struct sbs_trace *trace = NULL, *facts = NULL;
    struct sbs_calibrated c = { 0 };
    cJSON *model = NULL;
    const char *path = add_file(in, name, err);
    if (!path || sbs_hash_file(path, in->hash[in->n_files - 1], err) != 0 ||
        sbs_trace_read(path, SBS_TRACE_STRICT, &trace, err) != 0)
        return NULL;
    if (sbs_calibrate_read_facts(trace, &facts, err) != 0 ||
        sbs_calibrate_model_for(trace, facts, &c, err) != 0)
        goto out;
    snprintf(in->basis, sizeof in->basis, "%s", c.basis);
    snprintf(in->weakest, sizeof in->weakest, "%s", c.weakest);
    snprintf(in->note, sizeof in->note, "%s", c.note);
    model = sbs_json_parse(c.model_json, strlen(c.model_json), path, err);
out:
    sbs_calibrated_fini(&c);
    sbs_trace_destroy(facts);
    sbs_trace_destroy(trace);
    return model;
}

static cJSON *model_json(struct sbs_inputs *in,
                         const struct sbs_input_options *o,
                         struct sbs_error *err)
{
    if (o->trace)
        return model_from_trace(in, o->trace, err);
    snprintf(in->basis, sizeof in->basis,
             "the model as stated in %s; nothing was fitted to "
             "measurements", o->model);
    snprintf(in->weakest, sizeof in->weakest,
             "that the stated model describes your runs");
    return read_json(in, o->model, err);
}

/* ---- the workload ------------------------------------------------------ */

static bool is_file(const char *name)
{
    struct sbs_error err;
    char *path = sbs_path_find(name, &err);
    struct stat st;
    bool there = path && stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
    free(path);
    return there;
}

/* *tasks becomes 0 when the shipped workload has taken care of it. */
static cJSON *workload_json(struct sbs_inputs *in,
                            const struct sbs_input_options *o,
                            int64_t *tasks, struct sbs_error *err)
{
    if (is_file(o->workload))
        return read_json(in, o->workload, err);
    if (strpbrk(o->workload, "/.")) {
        sbs_fail(err, SBS_EINPUT, "%s: no such file", o->workload);
        return NULL;
    }
    *tasks = 0;
    return sbs_workload_shipped(o->workload, o->tasks, err);
}

/* ---- --set ------------------------------------------------------------- */

static bool is_work(const char *set)
{
    return strncmp(set, workload_prefix, sizeof workload_prefix - 1) == 0;
}

/* "fargate.h5 with --set": where to look for what is wrong. */
static void effective_name(char name[static NAME_SIZE], const char *file,
                           const struct sbs_words *sets, bool work)
{
    bool changed = false;
    for (size_t i = 0; i < sets->n; i++)
        changed = changed || is_work(sets->item[i]) == work;
    snprintf(name, NAME_SIZE, "%s%s", file, changed ? " with --set" : "");
}

/* What the user sets holds in every posterior draw too, as the last word. */
static int set_in_draws(cJSON *model, const char *path, const char *value,
                        struct sbs_error *err)
{
    cJSON *posterior = cJSON_GetObjectItemCaseSensitive(model, "posterior");
    cJSON *draws = cJSON_GetObjectItemCaseSensitive(posterior, "draws");
    cJSON *draw;
    cJSON_ArrayForEach(draw, draws) {
        cJSON *v = sbs_json_parse(value, strlen(value), "--set", err);
        if (!v)
            return -1;
        cJSON_DeleteItemFromObjectCaseSensitive(draw, path);
        if (!cJSON_IsObject(draw) || !cJSON_AddItemToObject(draw, path, v))
            cJSON_Delete(v);
    }
    return 0;
}

static int apply_sets(const struct sbs_words *sets, cJSON *model,
                      cJSON *workload, struct sbs_error *err)
{
    for (size_t i = 0; i < sets->n; i++) {
        const char *text = sets->item[i], *eq = strchr(text, '=');
        char path[256];
        size_t n = eq ? (size_t)(eq - text) : 0;
        if (n == 0 || n >= sizeof path || !eq[1])
            return sbs_fail(err, SBS_EUSAGE,
                            "--set: must be path=value (got \"%s\")", text);
        snprintf(path, sizeof path, "%.*s", (int)n, text);
        size_t skip = sizeof workload_prefix - 1;
        bool work = is_work(path);
        if (sbs_model_set_path(work ? workload : model,
                               work ? path + skip : path, eq + 1, err) != 0)
            return -1;
        if (!work && strncmp(path, "posterior", 9) != 0 &&
            set_in_draws(model, path, eq + 1, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- all of it --------------------------------------------------------- */

int sbs_inputs_load(struct sbs_inputs *in, const struct sbs_input_options *o,
                    struct sbs_error *err)
{
    *in = (struct sbs_inputs){ 0 };
    int status = -1;
    int64_t tasks = o->tasks;
    cJSON *model = NULL, *workload = NULL;
    if (!o->trace == !o->model) {
        sbs_fail(err, SBS_EUSAGE,
                 o->trace ? "--trace and --model: only one of them can be "
                            "given"
                          : "--trace or --model: one of them is needed");
        goto out;
    }
    workload = workload_json(in, o, &tasks, err);
    model = workload ? model_json(in, o, err) : NULL;
    if (!model || apply_sets(&o->sets, model, workload, err) != 0)
        goto out;
    char name[2][NAME_SIZE];
    effective_name(name[0], o->trace ? o->trace : o->model, &o->sets, false);
    effective_name(name[1], o->workload, &o->sets, true);
    if (sbs_model_parse(&in->models, model, name[0], err) != 0 ||
        sbs_workload_parse(&in->workload, workload, name[1], tasks,
                           err) != 0)
        goto out;
    in->has_posterior = sbs_json_get(model, "posterior") != NULL;
    status = 0;
out:
    cJSON_Delete(model);
    cJSON_Delete(workload);
    if (status != 0)
        sbs_inputs_fini(in);
    return status;
}

void sbs_inputs_fini(struct sbs_inputs *in)
{
    sbs_model_fini(&in->models);
    sbs_workload_fini(&in->workload);
    for (size_t i = 0; i < in->n_files; i++)
        free(in->path[i]);
    *in = (struct sbs_inputs){ 0 };
}
