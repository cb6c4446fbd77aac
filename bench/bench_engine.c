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

#include "bench/bench.h"

enum { ROUNDS = 5, TASKS = 50 };

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

static double plain_static(const struct bench_setting *s, gsl_rng *g)
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

static double plain_split(const struct bench_setting *s, gsl_rng *g)
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

static double engine_per_s(struct bench_engine *e, uint32_t reps,
                           double *mean_s)
{
    double begun = bench_now_s();
    struct bench_sum sum = bench_engine_run(e, reps, NULL);
    double rate = reps / (bench_now_s() - begun);
    *mean_s = bench_mean(&sum);
    return rate;
}

typedef double plain_f(const struct bench_setting *s, gsl_rng *g);

static double plain_per_s(const struct bench_setting *s, plain_f *f,
                          uint32_t reps, double *mean_s)
{
    gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
    double begun = bench_now_s(), sum = 0;
    for (uint32_t r = 0; r < reps; r++)
        sum += f(s, g);
    double rate = reps / (bench_now_s() - begun);
    *mean_s = sum / reps;
    gsl_rng_free(g);
    return rate;
}

static void compare(const struct bench_setting *s, const char *policy,
                    plain_f *plain, uint32_t reps)
{
    double engine = 0, loop = 0, engine_mean = 0, loop_mean = 0;
    struct bench_engine *e = bench_engine_create(s, policy);
    for (int i = 0; i < ROUNDS; i++) {
        engine = fmax(engine, engine_per_s(e, reps, &engine_mean));
        loop = fmax(loop, plain_per_s(s, plain, reps, &loop_mean));
    }
    printf("%-16s %10.0f %12.0f %8.2f %10.1f %10.1f\n", policy, engine, loop,
           engine / loop, engine_mean, loop_mean);
    bench_engine_destroy(e);
}

int main(int argc, char **argv)
{
    struct bench_setting s;
    if (argc != 2 && argc != 4)
        bench_die("usage: bench_engine MODEL.json [POLICY REPS]");
    bench_load(&s, argv[1], "ultra", TASKS, 0);
    if (argc == 4) {
        bench_once(&s, argv[2], bench_number(argv[3], "REPS", 1, 100000000));
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
    bench_unload(&s);
    return 0;
}
