/* SPDX-License-Identifier: Apache-2.0 */
/* Running the engine in a test: a model, a workload and a --policy text, in
 * JSON with ' for ", without the schema keys; metrics of every replication
 * come back. */
#ifndef SBS_TESTS_SIMTEST_H
#define SBS_TESTS_SIMTEST_H

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policies/stack.h"
#include "sweep/run.h"

struct simtest {
    struct sbs_model_set models;
    struct sbs_workload work;
    struct sbs_registry *registry;
    struct sbs_spec_list specs;
    const struct sbs_stack **stacks;
    struct sbs_run run;
    struct sbs_run_outcome *out; /* [run.n_stacks]; values NULL: failed */
    struct sbs_error err;
};

/* All but these: 2 vCPU, 4 GB, seed 1, 1 thread. */
struct simtest_options {
    uint32_t reps, workers;
    double vcpu;
    int spot, threads;
    uint64_t seed;
    const struct sbs_layer *left; /* [n_left, or 1] put before each stack */
    uint32_t n_left;
};

/* More replications when SBS_LONG is set. */
static inline uint32_t simtest_reps(uint32_t quick, uint32_t full)
{
    const char *is_long = getenv("SBS_LONG");
    return is_long && *is_long ? full : quick;
}

/* {"schema": ..., body} */
static inline cJSON *simtest_json(const char *schema, const char *body,
                                  struct sbs_error *err)
{
    size_t size = strlen(body) + 128;
    char *text = malloc(size);
    snprintf(text, size, "{'schema':'%s','schema_version':1%s%s}", schema,
             *body ? "," : "", body);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    cJSON *json = sbs_json_parse(text, strlen(text), "test", err);
    free(text);
    return json;
}

static inline int simtest_model(struct sbs_model_set *set, const char *body,
                                struct sbs_error *err)
{
    cJSON *json = simtest_json("sbsim-model", body, err);
    int status = json ? sbs_model_parse(set, json, "m.json", err) : -1;
    cJSON_Delete(json);
    return status;
}

static inline int simtest_workload(struct sbs_workload *w, const char *body,
                                   int64_t tasks, struct sbs_error *err)
{
    cJSON *json = simtest_json("sbsim-workload", body, err);
    int status =
        json ? sbs_workload_parse(w, json, "w.json", tasks, err) : -1;
    cJSON_Delete(json);
    return status;
}

static inline void simtest_fini(struct simtest *t)
{
    for (uint32_t i = 0; t->out && i < t->run.n_stacks; i++)
        sbs_run_outcome_fini(&t->out[i]);
    free(t->out);
    free(t->stacks);
    sbs_stack_fini(&t->specs);
    sbs_registry_destroy(t->registry);
    sbs_workload_fini(&t->work);
    sbs_model_fini(&t->models);
    memset(t, 0, sizeof *t);
}

/* Put `left` before the layers of a stack. */
static inline void simtest_put_left(struct sbs_stack *s,
                                    const struct sbs_layer *left, uint32_t n)
{
    memmove(s->layer + n, s->layer, s->n_layers * sizeof s->layer[0]);
    memcpy(s->layer, left, n * sizeof *left);
    s->n_layers += n;
}

/* Run; -1 with t->err filled when anything is refused. The caller calls
 * simtest_fini in any case. */
static inline int simtest_run(struct simtest *t, const char *model,
                              const char *workload, const char *policy,
                              struct simtest_options o)
{
    memset(t, 0, sizeof *t);
    t->registry = sbs_registry_create();
    if (simtest_model(&t->models, model, &t->err) != 0 ||
        simtest_workload(&t->work, workload, 0, &t->err) != 0 ||
        sbs_stack_parse(&t->specs, policy, t->registry, &t->err) != 0)
        return -1;
    uint32_t n = (uint32_t)t->specs.n;
    t->stacks = calloc(n, sizeof *t->stacks);
    t->out = calloc(n, sizeof *t->out);
    for (uint32_t i = 0; i < n; i++) {
        if (o.left)
            simtest_put_left(&t->specs.spec[i].stack, o.left,
                             o.n_left ? o.n_left : 1);
        t->stacks[i] = &t->specs.spec[i].stack;
    }
    t->run = (struct sbs_run){
        .scenario = { .models = &t->models,
                      .workload = &t->work,
                      .workers = o.workers,
                      .vcpu = o.vcpu > 0 ? o.vcpu : 2,
                      .memory_gb = 4,
                      .spot = o.spot != 0,
                      .seed = o.seed ? o.seed : 1 },
        .stacks = t->stacks,
        .n_stacks = n,
        .reps = o.reps ? o.reps : 1,
        .threads = o.threads ? o.threads : 1,
    };
    return sbs_run_all(&t->run, t->out, &t->err);
}

/* Metric m of replication r of stack i. */
static inline double simtest_value(const struct simtest *t, uint32_t i,
                                   enum sbs_metric m, uint32_t r)
{
    return sbs_run_metric(&t->out[i], t->run.reps, m)[r];
}

/* Mean and standard error over all replications. */
static inline double simtest_mean(const struct simtest *t, uint32_t i,
                                  enum sbs_metric m, double *se)
{
    const double *x = sbs_run_metric(&t->out[i], t->run.reps, m);
    double n = t->run.reps, sum = 0, squares = 0;
    for (uint32_t r = 0; r < t->run.reps; r++)
        sum += x[r];
    for (uint32_t r = 0; r < t->run.reps; r++)
        squares += (x[r] - sum / n) * (x[r] - sum / n);
    *se = sqrt(squares / (n - 1) / n);
    return sum / n;
}

#endif
