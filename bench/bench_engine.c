/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replications per second of the engine on the ultra workload, and the ratio
 * to a plain loop for the same model beside it: GSL's mt19937 and
 * gsl_ran_lognormal, no policies, no polling, no bill, no bounds.
 *
 *   bench_engine MODEL.json [POLICY REPS]
 *
 * With a policy only that one runs, once, for an instruction count. Rounds
 * alternate between engine and plain loop, so that both see the same noise;
 * the fastest round counts.
 */
#include "config.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "base/json.h"
#include "policies/stack.h"
#include "sweep/run.h"

enum { ROUNDS = 5, TASKS = 50 };

struct setting {
    struct sbs_model_set models;
    struct sbs_workload workload;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the plain loop ---------------------------------------------------- */

static double plain_draw(const struct sbs_dist *d, gsl_rng *g)
{
    double fixed;
    if (sbs_dist_is_const(d, &fixed))
        return fixed;
    if (d->kind == SBS_DIST_LOGNORMAL)
        return d->shift + gsl_ran_lognormal(g, d->a, d->b);
    return sbs_dist_quantile(d, gsl_rng_uniform_pos(g));
}

static double plain_rate(const struct sbs_model *m, gsl_rng *g)
{
    double u = gsl_rng_uniform(g);
    size_t i = 0;
    while (i + 1 < m->speed.n_classes && u >= m->speed.classes[i].cumulative)
        i++;
    double slow = plain_draw(&m->speed.classes[i].slowdown, g);
    return exp(gsl_ran_gaussian(g, m->speed.log_sd)) / slow;
}

static void plain_fleet(const struct sbs_model *m, gsl_rng *g,
                        double ready_s[TASKS], double rate[TASKS])
{
    double t = plain_draw(&m->client.setup_s, g);
    for (int i = 0; i < TASKS; i++) {
        t += plain_draw(&m->client.call_s, g);
        ready_s[i] = t + plain_draw(&m->startup.provision_s, g) +
                     plain_draw(&m->startup.pull_s, g) +
                     plain_draw(&m->startup.container_s, g) +
                     plain_draw(&m->startup.boot_s, g);
        rate[i] = plain_rate(m, g);
    }
}

static double plain_static(const struct setting *s, gsl_rng *g)
{
    const struct sbs_model *m = &s->models.stated;
    double ready_s[TASKS], rate[TASKS], last = 0;
    plain_fleet(m, g, ready_s, rate);
    for (int i = 0; i < TASKS; i++) {
        double overhead = plain_draw(&m->unit.claim_s, g) +
                          plain_draw(&m->unit.download_s, g) +
                          plain_draw(&m->unit.upload_s, g);
        last = fmax(last, ready_s[i] + overhead +
                              s->workload.list_s[i] / rate[i]);
    }
    return last;
}

static double plain_split(const struct setting *s, gsl_rng *g)
{
    enum { UNITS = 20 };
    const struct sbs_model *m = &s->models.stated;
    double t[TASKS], rate[TASKS], last = 0;
    int heap[TASKS];
    plain_fleet(m, g, t, rate);
    for (int i = 0; i < TASKS; i++) {
        int k = i;
        for (; k > 0 && t[i] < t[heap[(k - 1) / 2]]; k = (k - 1) / 2)
            heap[k] = heap[(k - 1) / 2];
        heap[k] = i;
    }
    for (int u = 0; u < TASKS * UNITS; u++) {
        int w = heap[0], i = 0;
        double overhead = plain_draw(&m->unit.claim_s, g) +
                          plain_draw(&m->unit.download_s, g) +
                          plain_draw(&m->unit.upload_s, g);
        t[w] += overhead + s->workload.list_s[u / UNITS] / UNITS / rate[w];
        last = fmax(last, t[w]);
        for (int k; (k = 2 * i + 1) < TASKS; i = k) {
            if (k + 1 < TASKS && t[heap[k + 1]] < t[heap[k]])
                k++;
            if (t[w] <= t[heap[k]])
                break;
            heap[i] = heap[k];
        }
        heap[i] = w;
    }
    return last;
}

/* ---- measuring --------------------------------------------------------- */

static double engine_per_s(const struct setting *s, const char *policy,
                           uint32_t reps, double *mean_s)
{
    struct sbs_error err = { 0 };
    struct sbs_registry *registry = sbs_registry_create();
    struct sbs_spec_list specs;
    struct sbs_run_outcome out;
    if (!registry || sbs_stack_parse(&specs, policy, registry, &err) != 0) {
        fprintf(stderr, "bench_engine: %s\n", err.text);
        exit(1);
    }
    const struct sbs_stack *stack = &specs.spec[0].stack;
    struct sbs_run run = { .scenario = { .models = &s->models,
                                         .workload = &s->workload,
                                         .vcpu = 2,
                                         .memory_gb = 4,
                                         .seed = 1 },
                           .stacks = &stack,
                           .n_stacks = 1,
                           .reps = reps,
                           .threads = 1 };
    double begun = now_s();
    if (sbs_run_all(&run, &out, &err) != 0) {
        fprintf(stderr, "bench_engine: %s\n", err.text);
        exit(1);
    }
    double rate = reps / (now_s() - begun), sum = 0;
    for (uint32_t r = 0; r < reps; r++)
        sum += out.values[r];
    *mean_s = sum / reps;
    sbs_run_outcome_fini(&out);
    sbs_stack_fini(&specs);
    sbs_registry_destroy(registry);
    return rate;
}

typedef double plain_f(const struct setting *s, gsl_rng *g);

static double plain_per_s(const struct setting *s, plain_f *f, uint32_t reps,
                          double *mean_s)
{
    gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
    double begun = now_s(), sum = 0;
    for (uint32_t r = 0; r < reps; r++)
        sum += f(s, g);
    double rate = reps / (now_s() - begun);
    *mean_s = sum / reps;
    gsl_rng_free(g);
    return rate;
}

static void compare(const struct setting *s, const char *policy,
                    plain_f *plain, uint32_t reps)
{
    double engine = 0, loop = 0, engine_mean = 0, loop_mean = 0;
    for (int i = 0; i < ROUNDS; i++) {
        engine = fmax(engine, engine_per_s(s, policy, reps, &engine_mean));
        loop = fmax(loop, plain_per_s(s, plain, reps, &loop_mean));
    }
    printf("%-16s %10.0f %12.0f %8.2f %10.1f %10.1f\n", policy, engine, loop,
           engine / loop, engine_mean, loop_mean);
}

static int load(struct setting *s, const char *path, struct sbs_error *err)
{
    cJSON *model = sbs_json_read(path, err);
    cJSON *work = sbs_workload_shipped("ultra", TASKS, err);
    int status = !model || !work ||
                         sbs_model_parse(&s->models, model, path, err) != 0 ||
                         sbs_workload_parse(&s->workload, work, "ultra", 0,
                                            err) != 0
                     ? -1
                     : 0;
    cJSON_Delete(model);
    cJSON_Delete(work);
    return status;
}

int main(int argc, char **argv)
{
    struct setting s = { 0 };
    struct sbs_error err = { 0 };
    if (argc < 2 || load(&s, argv[1], &err) != 0) {
        fprintf(stderr, "bench_engine: %s\n",
                argc < 2 ? "usage: bench_engine MODEL.json [POLICY REPS]"
                         : err.text);
        return 2;
    }
    if (argc == 4) {
        double mean_s;
        long reps = strtol(argv[3], NULL, 10);
        if (reps < 1 || reps > 100000000) {
            fprintf(stderr, "bench_engine: REPS must be in [1, 1e8]\n");
            return 2;
        }
        engine_per_s(&s, argv[2], (uint32_t)reps, &mean_s);
    } else {
        puts("ultra, calibrated model, one thread; replications per second, "
             "best of 5 rounds\n"
             "policy               engine   plain loop    ratio   makespan"
             "   of loop, s");
        compare(&s, "static", plain_static, 4000);
        compare(&s, "split:units=20", plain_split, 1000);
        compare(&s, "speculative", plain_static, 4000);
        puts("The plain loop has no client, bill, bound or policy: its "
             "makespan is without polling.");
    }
    sbs_model_fini(&s.models);
    sbs_workload_fini(&s.workload);
    return 0;
}
