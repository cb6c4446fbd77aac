/* SPDX-License-Identifier: Apache-2.0 */
/* Replications a second on a small bag of tasks, as ratios to the plain
 * program in the same run: the engine under four policies, and the
 * specialised loop. Rounds alternate, so that all see the same noise; the
 * fastest of each counts.
 *
 *   bench_bag MODEL.json WORK.json [SECONDS]   seconds a round, default 0.2
 *   bench_bag MODEL.json WORK.json POLICY REPS  that alone, once
 */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "bench/plain_gsl.h"
#include "bench/specialised.h"

enum { ROUNDS = 7, CHECKED = 4096 };

struct contender {
    const char *name;
    double goal; /* ratio to the plain program; 0: none */
    const char *policy; /* NULL: not the engine */
    bool general; /* by the general engine, whatever is faster */
    struct bench_engine *engine;
    struct specialised *loop;
    double per_s;
    struct bench_sum sum;
};

static struct bench_sum run(struct contender *c, const struct bench_bag *bag,
                            uint32_t reps)
{
    if (c->engine)
        return bench_engine_run(c->engine, reps, NULL);
    if (c->loop)
        return specialised_run(c->loop, reps, NULL);
    return plain_gsl_run(bag, reps);
}

/* One round of about `round_s` seconds. */
static void measure(struct contender *c, const struct bench_bag *bag,
                    double round_s)
{
    uint32_t reps = 256;
    if (c->per_s > 0)
        reps = (uint32_t)fmin(fmax(c->per_s * round_s, 64), 1e8);
    double begun_s = bench_now_s();
    c->sum = run(c, bag, reps);
    c->per_s = fmax(c->per_s, reps / (bench_now_s() - begun_s));
}

/* Largest relative difference to the engine's makespans under dynamic. */
static double furthest(const double *engine_s, const struct bench_bag *bag,
                       enum specialised_how how)
{
    static double loop_s[CHECKED];
    double worst = 0;
    struct specialised *loop =
        specialised_create(bag, how | SPECIALISED_AS_ENGINE);
    specialised_run(loop, CHECKED, loop_s);
    for (int r = 0; r < CHECKED; r++)
        worst = fmax(worst, fabs(loop_s[r] / engine_s[r] - 1));
    specialised_destroy(loop);
    return worst;
}

static void print(const struct contender *c, const struct contender *plain)
{
    printf("%-22s %12.0f %8.2f", c->name, c->per_s, c->per_s / plain->per_s);
    if (c->goal > 0)
        printf(" %6.2f", c->goal);
    else
        printf(" %6s", "");
    printf(" %12.3f %8.3f\n", bench_mean(&c->sum), bench_se(&c->sum));
}

static void compare(const struct bench_setting *s,
                    const struct bench_bag *bag, double round_s)
{
    static double engine_s[CHECKED];
    struct contender all[] = {
        { .name = "plain GSL" },
        { .name = "specialised, exact",
          .loop = specialised_create(bag, SPECIALISED_EXACT) },
        { .name = "specialised, tables",
          .loop = specialised_create(bag, SPECIALISED_TABLES) },
        { .name = "dynamic", .policy = "dynamic" },
        { .name = "static", .goal = 7, .policy = "static" },
        { .name = "split:units=20", .goal = 1.75, .policy = "split:units=20" },
        { .name = "general: dynamic", .goal = 1.8, .policy = "dynamic",
          .general = true },
        { .name = "general: speculative", .goal = 1.2,
          .policy = "speculative", .general = true },
    };
    enum { N = sizeof all / sizeof *all };
    for (int i = 0; i < N; i++)
        if (all[i].policy) {
            all[i].engine = bench_engine_create(s, all[i].policy);
            if (all[i].general)
                bench_engine_go_general(all[i].engine);
        }
    for (int round = 0; round <= ROUNDS; round++)
        for (int i = 0; i < N; i++)
            measure(&all[i], bag, round_s);
    printf("%u tasks, %u workers, one thread, best of %d rounds\n"
           "                       replications   ratio   goal     makespan"
           "  std.err.\n"
           "                         per second                           s"
           "         s\n",
           bag->tasks, bag->workers, ROUNDS);
    for (int i = 0; i < N; i++)
        print(&all[i], &all[0]);
    bench_engine_run(all[3].engine, CHECKED, engine_s);
    printf("%d makespans of the specialised loop, with the engine's draws, "
           "differ from those of\ndynamic by at most %.1e exact, %.1e with "
           "tables (relative)\n",
           CHECKED, furthest(engine_s, bag, SPECIALISED_EXACT),
           furthest(engine_s, bag, SPECIALISED_TABLES));
    for (int i = 0; i < N; i++) {
        if (all[i].engine)
            bench_engine_destroy(all[i].engine);
        if (all[i].loop)
            specialised_destroy(all[i].loop);
    }
}

int main(int argc, char **argv)
{
    struct bench_setting s;
    if (argc < 3 || argc > 5)
        bench_die("usage: bench_bag MODEL.json WORK.json "
                  "[SECONDS | POLICY REPS]");
    bench_load(&s, argv[1], argv[2], 0, 0);
    if (argc == 5) {
        bench_once(&s, argv[3], bench_number(argv[4], "REPS", 1, 100000000));
    } else {
        double round_s = argc == 4 ? strtod(argv[3], NULL) : 0.2;
        if (!(round_s > 0 && round_s <= 100))
            bench_die("SECONDS must be in (0, 100]");
        struct bench_bag bag = bench_as_bag(&s);
        compare(&s, &bag, round_s);
    }
    bench_unload(&s);
    return 0;
}
