/* SPDX-License-Identifier: Apache-2.0 */
/* Clairvoyant bounds against the optimum of small instances, found by
 * trying every assignment. */
#include "config.h"

#include "model/bound.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

enum { WORKERS = 4, TASKS = 6, INSTANCES = 1000 };

struct instance {
    struct sbs_bound_worker worker[WORKERS];
    size_t workers, tasks;
    double task_s[TASKS], sum_s; /* in descending order */
};

/* The best makespan of whole tasks on workers; branch and bound. */
static double best(const struct instance *x, size_t task, double free_s[],
                   double so_far, double least)
{
    if (task == x->tasks || so_far >= least)
        return fmin(so_far, least);
    for (size_t i = 0; i < x->workers; i++) {
        double before = free_s[i];
        free_s[i] += x->task_s[task] / x->worker[i].rate;
        least = best(x, task + 1, free_s, fmax(so_far, free_s[i]), least);
        free_s[i] = before;
    }
    return least;
}

static int descending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a < b) - (a > b);
}

static void make(struct instance *x, uint32_t number)
{
    struct sbs_stream dice = sbs_stream_init(99, number);
    double u[2 + 2 * WORKERS + TASKS];
    sbs_rng_fill(&dice, 0, 1, 0, 0, sizeof u / sizeof u[0], u);
    x->workers = 1 + (size_t)(u[0] * WORKERS);
    x->tasks = 1 + (size_t)(u[1] * TASKS);
    x->sum_s = 0;
    for (size_t i = 0; i < x->workers; i++)
        x->worker[i] = (struct sbs_bound_worker){
            floor(u[2 + i] * 20), 0.2 + 2 * u[2 + WORKERS + i]
        };
    for (size_t j = 0; j < x->tasks; j++) {
        x->task_s[j] = number % 3 ? 1 + 30 * u[2 + 2 * WORKERS + j] : 10;
        x->sum_s += x->task_s[j];
    }
    qsort(x->task_s, x->tasks, sizeof x->task_s[0], descending);
}

/* How much is done by t when every worker works from a_s on. */
static double done_by(const struct instance *x, double t_s)
{
    double work = 0;
    for (size_t i = 0; i < x->workers; i++)
        work += x->worker[i].rate * fmax(t_s - x->worker[i].a_s, 0);
    return work;
}

static void test_random(void)
{
    int level_good = 1, bound_good = 1, order_good = 1, equal_good = 1;
    double ratio = 0;
    for (uint32_t k = 0; k < INSTANCES; k++) {
        struct instance x;
        double free_s[WORKERS], scratch[2 * WORKERS];
        make(&x, k);
        double l1 = sbs_bound_level(x.worker, x.workers, x.sum_s);
        double l2 =
            sbs_bound_longest(x.worker, x.workers, x.task_s[0]);
        double least = fmax(l1, l2);
        sbs_bound_sort(x.worker, x.workers);
        double l3 = sbs_bound_longest_j(x.worker, x.workers, x.task_s,
                                        x.tasks, least, scratch);
        for (size_t i = 0; i < x.workers; i++)
            free_s[i] = x.worker[i].a_s;
        double opt = best(&x, 0, free_s, 0, INFINITY);
        level_good &= fabs(done_by(&x, l1) / x.sum_s - 1) < 1e-12;
        order_good &= l3 >= least;
        bound_good &= l3 <= opt * (1 + 1e-12);
        if (k % 3 == 0) /* tasks of 10 */
            equal_good &= fabs(sbs_bound_equal_units(x.worker, x.workers, 10,
                                                     (double)x.tasks,
                                                     scratch) -
                               opt) <= 1e-12 * opt;
        ratio += l3 / opt / INSTANCES;
    }
    ok(level_good, "L1 is when the work is done by all: divisible work "
       "attains it");
    ok(order_good, "L3 is never below L1 and L2");
    ok(bound_good, "no bound is above the optimum of %d instances",
       INSTANCES);
    ok(equal_good, "equal units: the exact optimum");
    ok(ratio > 0.9, "bound / optimum is %.3f on average", ratio);
}

/* SCIENCE.md B.7: a = (0, 10, 20), s = (1, 2, .5), W = 60. */
static void test_example(void)
{
    struct sbs_bound_worker w[] = { { 20, 0.5 }, { 0, 1 }, { 10, 2 } };
    is_near(sbs_bound_level(w, 3, 60), 180.0 / 7, 1e-15, "T = 180/7");
    sbs_bound_sort(w, 3);
    ok(w[0].a_s == 0 && w[2].a_s == 20, "workers are sorted by time");
    struct instance x = { .workers = 3, .tasks = 6 };
    double scratch[3];
    is_near(sbs_bound_equal_units(w, 3, 10, 6, scratch), 30, 1e-15,
            "six equal units of 10: 30");
    is_near(sbs_bound_equal_units(w, 3, 60e-6, 1e6, scratch), 180.0 / 7,
            3e-6, "a million units: the level bound");
    double free_s[] = { 0, 10, 20 };
    for (int i = 0; i < 3; i++)
        x.worker[i] = w[i];
    for (int j = 0; j < 6; j++)
        x.task_s[j] = 10;
    is_near(best(&x, 0, free_s, 0, INFINITY), 30, 1e-15,
            "six tasks of 10: 30 at best");
}

static void test_corners(void)
{
    struct sbs_bound_worker w[] = { { INFINITY, 1 }, { INFINITY, 2 } };
    double task_s[] = { 3, 2 }, scratch[4];
    ok(isinf(sbs_bound_level(w, 2, 5)), "nobody ever ready: never");
    ok(isinf(sbs_bound_equal_units(w, 2, 1, 5, scratch)),
       "... for equal units");
    ok(isinf(sbs_bound_longest(w, 2, 5)), "... for the longest task");
    ok(isinf(sbs_bound_longest_j(w, 2, task_s, 2, INFINITY, scratch)),
       "... for each number of tasks");
    w[0] = (struct sbs_bound_worker){ 0, 1 };
    w[1] = (struct sbs_bound_worker){ 0, 10 };
    double l1 = sbs_bound_level(w, 2, 5);
    is_near(l1, 5.0 / 11, 1e-15, "both at once");
    is_near(sbs_bound_longest_j(w, 2, task_s, 1, l1, scratch), l1, 1e-15,
            "one task of 3 on the fast one is less than L1");
    struct sbs_bound_worker many[600];
    for (int i = 0; i < 600; i++)
        many[i] = (struct sbs_bound_worker){ (i * 7919) % 600, 1 };
    sbs_bound_sort(many, 600);
    int sorted = 1;
    for (int i = 1; i < 600; i++)
        sorted &= many[i - 1].a_s <= many[i].a_s;
    ok(sorted, "600 workers are sorted as well");
}

int main(void)
{
    test_random();
    test_example();
    test_corners();
    return tap_done();
}
