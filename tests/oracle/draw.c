/* SPDX-License-Identifier: Apache-2.0 */
/* draw N: writes N bags of tasks, of all sizes, with the very variates of
 * sbsim's streams (start times, speeds, works) and the makespans that sbsim
 * simulates for them, for the independent program bag.cpp:
 *
 *   workers tasks units claim_s upload_s policies
 *   ready_s speed         (each worker)
 *   work                  (each task)
 *   policy makespan       (each policy)
 */
#include "config.h"

#include "sim/platform.h"
#include "sim/purpose.h"
#include "tests/simtest.h"

#define CLAIM_S 0.3
#define UPLOAD_S 0.2

static const char model[] =
    "'startup':{'provision_s':{'dist':'lognormal','mu':2.6,'sigma':0.4},"
    "'pull_s':{'dist':'exponential','mean':20},"
    "'boot_s':{'dist':'gamma','shape':2,'scale':5}},"
    "'speed':{'classes':["
    "{'weight':3,'slowdown':{'dist':'lognormal','mu':0.6,'sigma':0.1}},"
    "{'weight':1,'slowdown':{'dist':'lognormal','mu':1.3,'sigma':0.2}},"
    "{'weight':0.1,'slowdown':{'dist':'pareto','alpha':2,'xm':3}}],"
    "'log_sd':0.05},"
    "'unit':{'claim_s':0.3,'upload_s':0.2}";

struct shape {
    uint32_t workers, tasks, units;
};

static struct shape shape_of(uint32_t replication)
{
    struct sbs_stream stream = sbs_stream_init(2026, replication);
    double u[3];
    sbs_rng_fill(&stream, 0, 1, 0, 0, 3, u);
    uint32_t workers = 1 + (uint32_t)(u[0] * 24);
    return (struct shape){ workers, workers + (uint32_t)(u[1] * 80),
                           1 + (uint32_t)(u[2] * 12) };
}

static void print_variates(const struct simtest *t, const struct shape *s,
                           uint64_t seed)
{
    struct sbs_platform platform;
    struct sbs_fate fate;
    sbs_platform_reset(&platform, &t->models.models[0], seed, 0, 1);
    for (uint32_t w = 0; w < s->workers; w++) {
        sbs_platform_draw(&platform, w, 0, false, false, &fate);
        printf("%.17g %.17g\n", fate.ready_s, fate.rate);
    }
    for (uint32_t i = 0; i < s->tasks; i++)
        printf("%.17g\n",
               sbs_dist_quantile(&t->work.ref_s,
                                 sbs_rng_u01(&platform.stream, i,
                                             SBS_FOR_WORK, 0, 0)));
}

static int draw(uint32_t replication)
{
    static const char *const names[] = { "static", "dynamic", "split", "gss",
                                         "fac2" };
    struct shape s = shape_of(replication);
    struct simtest_options o = { .workers = s.workers,
                                 .seed = (uint64_t)replication + 1 };
    struct simtest t;
    char work[200], policies[200];
    snprintf(work, sizeof work,
             "'tasks':%u,'divisible':true,'ref_s':"
             "{'dist':'weibull','shape':1.2,'scale':60}", s.tasks);
    snprintf(policies, sizeof policies,
             "static,dynamic,split:units=%u,split:units=%u+gss,"
             "split:units=%u+fac2", s.units, s.units, s.units);
    int status = simtest_run(&t, model, work, policies, o);
    if (status == 0) {
        printf("%u %u %u %.17g %.17g %u\n", s.workers, s.tasks, s.units,
               CLAIM_S, UPLOAD_S, t.run.n_stacks);
        print_variates(&t, &s, o.seed);
        for (uint32_t i = 0; i < t.run.n_stacks; i++)
            printf("%s %.17g\n", names[i],
                   simtest_value(&t, i, SBS_METRIC_makespan_s, 0));
    } else {
        fprintf(stderr, "draw: %s\n", t.err.text);
    }
    simtest_fini(&t);
    return status;
}

int main(int argc, char **argv)
{
    long n = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    if (n < 1)
        return 2;
    for (uint32_t r = 0; r < (uint32_t)n; r++)
        if (draw(r) != 0)
            return 1;
    return fflush(stdout) == 0 ? 0 : 1;
}
