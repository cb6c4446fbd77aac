/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "model/path.h"
#include "model/stress.h"
#include "policies/registry.h"
#include "policies/stack.h"

enum { LABEL = 320 };

struct sbs_world {
    const struct sbs_study *study;
    const struct sbs_study_inputs *inputs;
    struct sbs_registry *registry;
    /* What was made, and the text of what it was made from: "" = nothing. */
    char *model_from, *work_from;
    struct sbs_model_set models;
    struct sbs_workload work;
    struct sbs_spec_list specs;
    struct sbs_scenario scenario;
    struct sbs_plan plan;
    struct sbs_constants constants;
    struct sbs_replicas *replicas;
    bool there, refused;
    uint64_t at; /* the point it is at, when it is there */
};

struct sbs_world *sbs_world_create(const struct sbs_study *study,
                                   const struct sbs_study_inputs *inputs,
                                   struct sbs_error *err)
{
    struct sbs_world *w = calloc(1, sizeof *w);
    if (w) {
        w->study = study;
        w->inputs = inputs;
        w->registry = sbs_registry_create();
    }
    if (w && w->registry)
        return w;
    free(w);
    sbs_fail(err, SBS_EMEMORY, "out of memory");
    return NULL;
}

static void forget_policy(struct sbs_world *w)
{
    sbs_replicas_destroy(w->replicas);
    w->replicas = NULL;
    sbs_stack_fini(&w->specs);
    w->specs = (struct sbs_spec_list){ NULL, 0 };
}

static void forget_model(struct sbs_world *w)
{
    if (w->model_from)
        sbs_model_fini(&w->models);
    free(w->model_from);
    w->model_from = NULL;
}

static void forget_work(struct sbs_world *w)
{
    if (w->work_from)
        sbs_workload_fini(&w->work);
    free(w->work_from);
    w->work_from = NULL;
}

void sbs_world_destroy(struct sbs_world *w)
{
    if (!w)
        return;
    forget_policy(w);
    forget_model(w);
    forget_work(w);
    sbs_registry_destroy(w->registry);
    free(w);
}

/* ---- what a document is made from -------------------------------------- */

/* Everything that changes model or work at a point, as one text. */
static char *key_of(const struct sbs_world *w, uint64_t point,
                    enum sbs_study_kind kind, const char *head,
                    struct sbs_error *err)
{
    const struct sbs_study *s = w->study;
    struct sbs_jsonw j;
    char *text = NULL;
    sbs_jsonw_init(&j, NULL);
    sbs_jsonw_flat_array(&j);
    sbs_jsonw_string(&j, head);
    for (uint32_t k = 0; k < s->n_keys; k++) {
        if (s->key[k].kind != kind)
            continue;
        struct sbs_study_value v = sbs_study_at(s, k, point);
        if (v.json)
            sbs_jsonw_tree(&j, v.json);
        else
            sbs_jsonw_real(&j, v.number);
    }
    sbs_jsonw_close(&j);
    if (sbs_jsonw_end(&j, err) == 0)
        text = sbs_jsonw_take(&j);
    sbs_jsonw_fini(&j);
    return text;
}

static int set_text(cJSON *json, const char *path, struct sbs_study_value v,
                    struct sbs_error *err)
{
    char *text = sbs_study_value_text(v, false);
    int status = text ? sbs_model_set_all(json, path, text, err)
                      : sbs_fail(err, SBS_EMEMORY, "out of memory");
    free(text);
    return status;
}

static bool is_work(const char *path, const char **rest)
{
    static const char prefix[] = "workload.";
    bool is = strncmp(path, prefix, sizeof prefix - 1) == 0;
    *rest = is ? path + sizeof prefix - 1 : path;
    return is;
}

/* "set" of the study. */
static int apply_set(const struct sbs_study *s, cJSON *json, bool work,
                     struct sbs_error *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, s->set) {
        const char *path;
        if (is_work(item->string, &path) != work)
            continue;
        struct sbs_study_value v = { item, item->valuedouble };
        if (set_text(json, path, v, err) != 0)
            return -1;
    }
    return 0;
}

/* The values of the axes. */
static int apply_axes(const struct sbs_study *s, uint64_t point,
                      enum sbs_study_kind kind, cJSON *json,
                      struct sbs_error *err)
{
    for (uint32_t k = 0; k < s->n_keys; k++)
        if (s->key[k].kind == kind &&
            set_text(json, s->key[k].path, sbs_study_at(s, k, point), err))
            return -1;
    return 0;
}

/* An overlay wants a model in which all is where it should be. */
static int apply_scenario(const char *scenario, cJSON *model,
                          const char *name, struct sbs_error *err)
{
    struct sbs_model_set plain;
    if (!scenario)
        return 0;
    if (sbs_model_parse(&plain, model, name, err) != 0)
        return -1;
    sbs_model_fini(&plain);
    return sbs_stress_apply(sbs_stress_find(scenario), model, err);
}

/* ---- going ------------------------------------------------------------- */

static int make_model(struct sbs_world *w, uint64_t point,
                      const struct sbs_study_run *run, struct sbs_error *err)
{
    const struct sbs_study_inputs *in = w->inputs;
    char *from = key_of(w, point, SBS_STUDY_MODEL,
                        run->scenario ? run->scenario : "", err);
    if (!from)
        return -1;
    if (w->model_from && strcmp(from, w->model_from) == 0) {
        free(from);
        return 0;
    }
    forget_model(w);
    cJSON *model = cJSON_Duplicate(in->model, true);
    int status = -1;
    if (!model)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    else if (apply_scenario(run->scenario, model, in->model_name, err) == 0 &&
             apply_set(w->study, model, false, err) == 0 &&
             apply_axes(w->study, point, SBS_STUDY_MODEL, model, err) == 0)
        status = sbs_model_parse(&w->models, model, in->model_name, err);
    cJSON_Delete(model);
    if (status == 0)
        w->model_from = from;
    else
        free(from);
    return status;
}

static const struct sbs_study_work *
find_work(const struct sbs_study_inputs *in, const char *name)
{
    for (size_t i = 0; i < in->n_works; i++)
        if (strcmp(in->works[i].name, name) == 0)
            return &in->works[i];
    return NULL;
}

static int make_work(struct sbs_world *w, uint64_t point,
                     const struct sbs_study_run *run, struct sbs_error *err)
{
    const struct sbs_study_work *work = find_work(w->inputs, run->workload);
    char head[600];
    if (!work)
        return sbs_fail(err, SBS_EBUG, "%s: workload was not read",
                        run->workload);
    snprintf(head, sizeof head, "%lld %.500s", (long long)run->tasks,
             run->workload);
    char *from = key_of(w, point, SBS_STUDY_WORK, head, err);
    if (!from)
        return -1;
    if (w->work_from && strcmp(from, w->work_from) == 0) {
        free(from);
        return 0;
    }
    forget_work(w);
    cJSON *json = work->json
                      ? cJSON_Duplicate(work->json, true)
                      : sbs_workload_shipped(run->workload, run->tasks, err);
    int64_t tasks = work->json ? run->tasks : 0;
    int status = -1;
    if (!json && work->json)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (json && apply_set(w->study, json, true, err) == 0 &&
        apply_axes(w->study, point, SBS_STUDY_WORK, json, err) == 0)
        status = sbs_workload_parse(&w->work, json, run->workload, tasks, err);
    cJSON_Delete(json);
    if (status == 0)
        w->work_from = from;
    else
        free(from);
    return status;
}

static int make_policy(struct sbs_world *w, uint64_t point,
                       struct sbs_error *err)
{
    char *spec = sbs_study_spec(w->study, point, err);
    int status = -1;
    if (spec && sbs_stack_parse(&w->specs, spec, w->registry, err) == 0)
        status = w->specs.n == 1
                     ? 0
                     : sbs_fail(err, SBS_EINPUT, "\"%.200s\" is %zu policies; "
                                "each wants an element of its own", spec,
                                w->specs.n);
    free(spec);
    return status;
}

static int go(struct sbs_world *w, uint64_t point, struct sbs_error *err)
{
    struct sbs_study_run run = sbs_study_run(w->study, point);
    const struct sbs_stress *stress =
        run.scenario ? sbs_stress_find(run.scenario) : NULL;
    if (make_model(w, point, &run, err) != 0 ||
        make_work(w, point, &run, err) != 0 ||
        make_policy(w, point, err) != 0)
        return -1;
    w->scenario = (struct sbs_scenario){
        .models = &w->models,
        .workload = &w->work,
        .workers = (uint32_t)run.workers,
        .vcpu = run.vcpu,
        .memory_gb = run.memory_gb,
        .spot = run.spot || (stress && stress->spot),
        .seed = w->study->seed
    };
    if (sbs_sim_plan(&w->scenario, &w->specs.spec[0].stack, &w->plan,
                     &w->constants, err) == 0)
        return 0;
    w->refused = err->code == SBS_EUSAGE || err->code == SBS_EINPUT;
    return -1;
}

int sbs_world_go(struct sbs_world *w, uint64_t point, struct sbs_error *err)
{
    char label[LABEL];
    if (w->there && w->at == point)
        return 0;
    forget_policy(w);
    w->refused = false;
    w->at = point;
    w->there = go(w, point, err) == 0;
    if (w->there)
        return 0;
    if (err->code == SBS_EUSAGE)
        err->code = SBS_EINPUT; /* it stands in a file */
    sbs_fail_at(err, sbs_study_label(w->study, point, label, sizeof label));
    return sbs_fail_at(err, w->study->file);
}

bool sbs_world_refused(const struct sbs_world *w)
{
    return w->refused;
}

uint32_t sbs_world_tasks(const struct sbs_world *w)
{
    return w->work.tasks;
}

uint32_t sbs_world_workers(const struct sbs_world *w)
{
    return w->plan.workers;
}

size_t sbs_world_draws(const struct sbs_world *w)
{
    return sbs_json_get(w->models.json, "posterior") ? w->models.n : 0;
}

const char *sbs_world_spec(const struct sbs_world *w)
{
    return w->specs.spec[0].text;
}

struct sbs_replicas *sbs_world_replicas(struct sbs_world *w,
                                        struct sbs_error *err)
{
    if (!w->replicas)
        w->replicas =
            sbs_replicas_create(&w->scenario, &w->specs.spec[0].stack,
                                &w->plan, &w->constants, err);
    return w->replicas;
}

int64_t sbs_study_tasks(const struct sbs_study_inputs *inputs,
                        const struct sbs_study_run *run)
{
    const struct sbs_study_work *work = find_work(inputs, run->workload);
    int64_t tasks = run->tasks > 0 ? run->tasks : work ? work->tasks : 1;
    return tasks > 0 ? tasks : 1;
}

/* ---- hashes ------------------------------------------------------------ */

int sbs_study_json_hash(const struct cJSON *json, char text[SBS_HASH_TEXT],
                        struct sbs_error *err)
{
    struct sbs_jsonw j;
    sbs_jsonw_init(&j, NULL);
    sbs_jsonw_tree(&j, json);
    int status = sbs_jsonw_end(&j, err);
    if (status == 0)
        sbs_hash_buffer(j.text, j.length, text);
    sbs_jsonw_fini(&j);
    return status;
}

int sbs_study_model_hash(const struct sbs_study *s,
                         const struct sbs_study_inputs *inputs,
                         char text[SBS_HASH_TEXT], struct sbs_error *err)
{
    cJSON *model = cJSON_Duplicate(inputs->model, true);
    int status =
        !model ? sbs_fail(err, SBS_EMEMORY, "out of memory")
        : apply_scenario(s->run.scenario, model, inputs->model_name, err) ||
                apply_set(s, model, false, err)
            ? -1
            : sbs_study_json_hash(model, text, err);
    cJSON_Delete(model);
    return status;
}
