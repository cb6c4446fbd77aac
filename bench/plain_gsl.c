/* SPDX-License-Identifier: Apache-2.0 */
/* The reference of every ratio: mt19937, gsl_ran_lognormal and a binary heap
 * of events; each worker, once ready, pulls the next task. Only the makespan:
 * no bill, no bound, no policies. */
#include "config.h"

#include "bench/plain_gsl.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

struct event {
    double time_s;
    uint32_t worker;
};

struct heap {
    struct event *event;
    uint32_t n;
};

static void push(struct heap *h, struct event e)
{
    uint32_t i = h->n++;
    for (; i > 0 && e.time_s < h->event[(i - 1) / 2].time_s; i = (i - 1) / 2)
        h->event[i] = h->event[(i - 1) / 2];
    h->event[i] = e;
}

static struct event pop(struct heap *h)
{
    struct event first = h->event[0], last = h->event[--h->n];
    uint32_t i = 0;
    for (uint32_t k; (k = 2 * i + 1) < h->n; i = k) {
        if (k + 1 < h->n && h->event[k + 1].time_s < h->event[k].time_s)
            k++;
        if (last.time_s <= h->event[k].time_s)
            break;
        h->event[i] = h->event[k];
    }
    h->event[i] = last;
    return first;
}

static double draw(const struct sbs_dist *d, gsl_rng *g)
{
    return gsl_ran_lognormal(g, d->a, d->b);
}

static double replicate(const struct bench_bag *bag, struct heap *h,
                        double *slowdown, gsl_rng *g)
{
    uint32_t tasks = bag->tasks;
    double makespan_s = 0;
    for (uint32_t w = 0; w < bag->workers; w++) {
        push(h, (struct event){ draw(&bag->start_s, g), w });
        slowdown[w] = draw(&bag->slowdown, g);
    }
    while (h->n > 0) {
        struct event e = pop(h);
        if (tasks > 0) {
            tasks--;
            e.time_s += draw(&bag->ref_s, g) * slowdown[e.worker];
            if (e.time_s > makespan_s)
                makespan_s = e.time_s;
            push(h, e);
        }
    }
    return makespan_s;
}

struct bench_sum plain_gsl_run(const struct bench_bag *bag, uint32_t reps)
{
    struct bench_sum sum = { 0 };
    struct heap heap = { calloc(bag->workers, sizeof *heap.event), 0 };
    double *slowdown = calloc(bag->workers, sizeof *slowdown);
    gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
    if (!heap.event || !slowdown || !g)
        bench_die("out of memory");
    gsl_rng_set(g, (unsigned long)bag->seed);
    for (uint32_t r = 0; r < reps; r++)
        bench_add(&sum, replicate(bag, &heap, slowdown, g));
    gsl_rng_free(g);
    free(slowdown);
    free(heap.event);
    return sum;
}
