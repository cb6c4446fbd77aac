/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bench/bench.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "policies/stack.h"
#include "sim/replicas.h"

/* Replications between two looks at the results. */
enum { BATCH = 64 };

struct bench_engine {
    struct sbs_registry *registry;
    struct sbs_spec_list specs;
    struct sbs_scenario scenario;
    struct sbs_plan plan;
    struct sbs_constants constants;
    struct sbs_replicas *replicas;
};

double bench_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

uint32_t bench_number(const char *text, const char *what, uint32_t lo,
                      uint32_t hi)
{
    char *end;
    unsigned long x = strtoul(text, &end, 10);
    if (end == text || *end || text[0] == '-' || x < lo || x > hi)
        bench_die("%s %s must be an integer in [%u, %u]", what, text, lo, hi);
    return (uint32_t)x;
}

void bench_load(struct bench_setting *s, const char *model, const char *work,
                uint32_t tasks, uint32_t workers)
{
    struct sbs_error err = { 0 };
    memset(s, 0, sizeof *s);
    cJSON *m = sbs_json_read(model, &err);
    cJSON *w = !m ? NULL
               : strcmp(work, "ultra") == 0
                   ? sbs_workload_shipped(work, tasks, &err)
                   : sbs_json_read(work, &err);
    if (!m || !w || sbs_model_parse(&s->models, m, model, &err) != 0 ||
        sbs_workload_parse(&s->workload, w, work,
                           cJSON_IsArray(cJSON_GetObjectItem(w, "ref_s"))
                               ? 0
                               : tasks,
                           &err) != 0)
        bench_die("%s", err.text);
    s->workers = workers;
    cJSON_Delete(m);
    cJSON_Delete(w);
}

void bench_unload(struct bench_setting *s)
{
    sbs_model_fini(&s->models);
    sbs_workload_fini(&s->workload);
}

struct bench_bag bench_as_bag(const struct bench_setting *s)
{
    const struct sbs_model *m = &s->models.stated;
    struct bench_bag bag = {
        .start_s = m->startup.provision_s,
        .slowdown = sbs_dist_lognormal(0, m->speed.log_sd, 0),
        .ref_s = s->workload.ref_s,
        .workers = s->workers ? s->workers : s->workload.tasks,
        .tasks = s->workload.tasks,
        .seed = 1,
    };
    if (bag.start_s.kind != SBS_DIST_LOGNORMAL ||
        bag.slowdown.kind != SBS_DIST_LOGNORMAL || s->workload.list_s ||
        bag.ref_s.kind != SBS_DIST_LOGNORMAL)
        bench_die("the plain loops know a bag of lognormal times only");
    return bag;
}

struct bench_engine *bench_engine_create(const struct bench_setting *s,
                                         const char *policy)
{
    struct sbs_error err = { 0 };
    struct bench_engine *e = calloc(1, sizeof *e);
    if (!e)
        bench_die("out of memory");
    e->registry = sbs_registry_create();
    if (!e->registry ||
        sbs_stack_parse(&e->specs, policy, e->registry, &err) != 0)
        bench_die("%s", err.text);
    e->scenario = (struct sbs_scenario){ .models = &s->models,
                                         .workload = &s->workload,
                                         .workers = s->workers,
                                         .vcpu = 2,
                                         .memory_gb = 4,
                                         .seed = 1 };
    const struct sbs_stack *stack = &e->specs.spec[0].stack;
    if (sbs_sim_plan(&e->scenario, stack, &e->plan, &e->constants, &err) != 0)
        bench_die("%s", err.text);
    e->replicas = sbs_replicas_create(&e->scenario, stack, &e->plan,
                                      &e->constants, &err);
    if (!e->replicas)
        bench_die("%s", err.text);
    return e;
}

void bench_engine_go_general(struct bench_engine *e)
{
    sbs_replicas_go_general(e->replicas);
}

void bench_engine_destroy(struct bench_engine *e)
{
    sbs_replicas_destroy(e->replicas);
    sbs_stack_fini(&e->specs);
    sbs_registry_destroy(e->registry);
    free(e);
}

struct bench_sum bench_engine_run(struct bench_engine *e, uint32_t reps,
                                  double *out)
{
    static double values[SBS_N_ROWS * BATCH];
    const double *makespan_s = values + SBS_METRIC_makespan_s * BATCH;
    const double *launched = values + SBS_METRIC_launched * BATCH;
    const double *attempts = values + SBS_METRIC_attempts * BATCH;
    struct bench_sum sum = { 0 };
    struct sbs_error err = { 0 };
    uint32_t failed;
    for (uint32_t first = 0; first < reps; first += BATCH) {
        uint32_t n = reps - first < BATCH ? reps - first : BATCH;
        if (sbs_replicas_run(e->replicas, first, n, values, BATCH, &failed,
                             &err) != 0)
            bench_die("%s", err.text);
        for (uint32_t i = 0; i < n; i++) {
            bench_add(&sum, makespan_s[i]);
            sum.events += launched[i] + attempts[i];
        }
        if (out)
            memcpy(out + first, makespan_s, n * sizeof *out);
    }
    return sum;
}

void bench_once(const struct bench_setting *s, const char *policy,
                uint32_t reps)
{
    struct bench_engine *e = bench_engine_create(s, policy);
    struct bench_sum sum = bench_engine_run(e, reps, NULL);
    printf("%.17g\n", sum.events);
    bench_engine_destroy(e);
}

double bench_mean(const struct bench_sum *s)
{
    return s->sum / s->n;
}

double bench_se(const struct bench_sum *s)
{
    double mean = bench_mean(s);
    return sqrt((s->squares / s->n - mean * mean) / (s->n - 1));
}
