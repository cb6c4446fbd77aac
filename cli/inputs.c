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
#include "model/path.h"

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

cJSON *sbs_inputs_read_model(struct sbs_inputs *in,
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

cJSON *sbs_inputs_read_workload(struct sbs_inputs *in,
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

/* ---- overlays ---------------------------------------------------------- */

static bool is_work(const char *set)
{
    return strncmp(set, workload_prefix, sizeof workload_prefix - 1) == 0;
}

/* "fargate.h5 with --scenario drift and --set": where to look for what is
 * wrong. */
static void effective_name(char name[static NAME_SIZE], const char *file,
                           const struct sbs_stress *stress,
                           const struct sbs_words *sets, bool work)
{
    bool changed = false;
    for (size_t i = 0; i < sets->n; i++)
        changed = changed || is_work(sets->item[i]) == work;
    snprintf(name, NAME_SIZE, "%s%s%s%s", file,
             stress ? " with --scenario " : "", stress ? stress->name : "",
             !changed ? "" : stress ? " and --set" : " with --set");
}

/* Apply what is set of the model, or of the workload. */
static int apply_sets(const struct sbs_words *sets, cJSON *json, bool work,
                      struct sbs_error *err)
{
    for (size_t i = 0; i < sets->n; i++) {
        const char *text = sets->item[i], *eq = strchr(text, '=');
        char path[256];
        size_t n = eq ? (size_t)(eq - text) : 0;
        if (n == 0 || n >= sizeof path || !eq[1])
            return sbs_fail(err, SBS_EUSAGE,
                            "--set: must be path=value (got \"%s\")", text);
        if (is_work(text) != work)
            continue;
        snprintf(path, sizeof path, "%.*s", (int)n, text);
        size_t skip = work ? sizeof workload_prefix - 1 : 0;
        if (sbs_model_set_all(json, path + skip, eq + 1, err) != 0)
            return -1;
    }
    return 0;
}

/* An overlay wants a model in which all is where it should be. */
static int apply_stress(const struct sbs_stress *stress, cJSON *model,
                        const char *name, struct sbs_error *err)
{
    struct sbs_model_set plain;
    if (!stress)
        return 0;
    if (sbs_model_parse(&plain, model, name, err) != 0)
        return -1;
    sbs_model_fini(&plain);
    return sbs_stress_apply(stress, model, err);
}

int sbs_inputs_model(const struct sbs_inputs *in,
                     const struct sbs_input_options *o,
                     const struct sbs_stress *stress,
                     struct sbs_model_set *set, struct sbs_error *err)
{
    const char *file = o->trace ? o->trace : o->model;
    char name[NAME_SIZE];
    cJSON *model = cJSON_Duplicate(in->model, true);
    int status = -1;
    *set = (struct sbs_model_set){ 0 };
    effective_name(name, file, stress, &o->sets, false);
    if (!model)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    else if (apply_stress(stress, model, file, err) == 0 &&
             apply_sets(&o->sets, model, false, err) == 0)
        status = sbs_model_parse(set, model, name, err);
    cJSON_Delete(model);
    return status;
}

/* ---- all of it --------------------------------------------------------- */

int sbs_inputs_load(struct sbs_inputs *in, const struct sbs_input_options *o,
                    struct sbs_error *err)
{
    *in = (struct sbs_inputs){ 0 };
    int status = -1;
    int64_t tasks = o->tasks;
    char name[NAME_SIZE];
    cJSON *workload = NULL;
    if (!o->trace == !o->model) {
        sbs_fail(err, SBS_EUSAGE,
                 o->trace ? "--trace and --model: only one of them can be "
                            "given"
                          : "--trace or --model: one of them is needed");
        goto out;
    }
    workload = sbs_inputs_read_workload(in, o, &tasks, err);
    in->model = workload ? sbs_inputs_read_model(in, o, err) : NULL;
    if (!in->model ||
        sbs_inputs_model(in, o, o->stress, &in->models, err) != 0 ||
        apply_sets(&o->sets, workload, true, err) != 0)
        goto out;
    effective_name(name, o->workload, NULL, &o->sets, true);
    if (sbs_workload_parse(&in->workload, workload, name, tasks, err) != 0)
        goto out;
    in->has_posterior = sbs_json_get(in->models.json, "posterior") != NULL;
    status = 0;
out:
    cJSON_Delete(workload);
    if (status != 0)
        sbs_inputs_fini(in);
    return status;
}

void sbs_inputs_fini(struct sbs_inputs *in)
{
    sbs_model_fini(&in->models);
    sbs_workload_fini(&in->workload);
    cJSON_Delete(in->model);
    for (size_t i = 0; i < in->n_files; i++)
        free(in->path[i]);
    *in = (struct sbs_inputs){ 0 };
}
