/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/bound.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int by_time(const void *x, const void *y)
{
    const struct sbs_bound_worker *a = x, *b = y;
    if (a->a_s != b->a_s)
        return a->a_s < b->a_s ? -1 : 1;
    return (a->rate > b->rate) - (a->rate < b->rate);
}

static int descending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a < b) - (a > b);
}

/* Launch order is nearly order of readiness: insertion sort, and the general
 * one where that would be slow. */
void sbs_bound_sort(struct sbs_bound_worker *w, size_t n)
{
    if (n > 256) {
        qsort(w, n, sizeof *w, by_time);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct sbs_bound_worker x = w[i];
        size_t j = i;
        for (; j > 0 && by_time(&w[j - 1], &x) > 0; j--)
            w[j] = w[j - 1];
        w[j] = x;
    }
}

static inline void add_usable(const struct sbs_bound_worker *w, double t,
                              double *rate, double *offset)
{
    bool usable = w->a_s < t;
    double r = usable ? w->rate : 0, a = usable ? w->a_s : 0;
    *rate += r;
    *offset += r * a;
}

/* What those usable before t would have done by T is rate T - offset. */
static double level_of(const struct sbs_bound_worker *w, size_t n, double t,
                       double work_s)
{
    enum { SUMS = 4 }; /* side by side, so that none waits for the other */
    double rate[SUMS] = { 0 }, offset[SUMS] = { 0 };
    size_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            add_usable(&w[i + k], t, &rate[k], &offset[k]);
    for (; i < n; i++)
        add_usable(&w[i], t, &rate[i % SUMS], &offset[i % SUMS]);
    return (work_s + ((offset[0] + offset[1]) + (offset[2] + offset[3]))) /
           ((rate[0] + rate[1]) + (rate[2] + rate[3]));
}

/* The work done by T is convex in T and made of straight pieces. Newton's
 * method from the last piece comes down to the right one without ever
 * passing it, mostly at once. */
double sbs_bound_level(const struct sbs_bound_worker *workers, size_t n,
                       double work_s)
{
    double t = INFINITY, next = level_of(workers, n, t, work_s);
    if (isinf(next)) { /* some are ready too late to be added up */
        t = sbs_bound_longest(workers, n, work_s); /* one does it all */
        next = level_of(workers, n, t, work_s);
    }
    while (next < t) {
        t = next;
        next = level_of(workers, n, t, work_s);
    }
    return t;
}

/* Whole units that surely fit before the level bound, then one after the
 * other to whoever is done with it first: at most one a worker or so. */
double sbs_bound_equal_units(const struct sbs_bound_worker *workers, size_t n,
                             double unit_s, double n_units, double *scratch)
{
    double level = sbs_bound_level(workers, n, unit_s * n_units);
    double last = 0, *units = scratch;
    if (!isfinite(level))
        return level;
    for (size_t i = 0; i < n; i++) {
        double for_s = level * (1 - 1e-9) - workers[i].a_s;
        units[i] = for_s > 0 ? floor(for_s * workers[i].rate / unit_s) : 0;
        n_units -= units[i];
        if (units[i] > 0)
            last = fmax(last, workers[i].a_s +
                                  units[i] * unit_s / workers[i].rate);
    }
    for (; n_units > 0; n_units--) {
        size_t best = 0;
        double first = INFINITY;
        for (size_t i = 0; i < n; i++) {
            double t =
                workers[i].a_s + (units[i] + 1) * unit_s / workers[i].rate;
            if (t < first) {
                first = t;
                best = i;
            }
        }
        units[best]++;
        last = fmax(last, first);
    }
    return last;
}

double sbs_bound_longest(const struct sbs_bound_worker *workers, size_t n,
                         double longest_s)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++)
        least = fmin(least, workers[i].a_s + longest_s / workers[i].rate);
    return least;
}

/* min-heap of the j largest rates seen so far */
static void heap_down(double *h, size_t n, size_t i)
{
    for (;;) {
        size_t k = 2 * i + 1;
        if (k >= n)
            return;
        if (k + 1 < n && h[k + 1] < h[k])
            k++;
        if (h[i] <= h[k])
            return;
        double x = h[i];
        h[i] = h[k];
        h[k] = x;
        i = k;
    }
}

static void heap_up(double *h, size_t i)
{
    while (i > 0 && h[i] < h[(i - 1) / 2]) {
        double x = h[i];
        h[i] = h[(i - 1) / 2];
        h[(i - 1) / 2] = x;
        i = (i - 1) / 2;
    }
}

/* Smallest T by which the j fastest usable workers can have done work_s. */
static double top_j_time(const struct sbs_bound_worker *w, size_t n,
                         size_t j, double work_s, double *heap)
{
    size_t in = 0;
    double rate = 0, done = 0, now = 0;
    for (size_t i = 0; i < n && isfinite(w[i].a_s); i++) {
        double then = done + rate * (w[i].a_s - now);
        if (then >= work_s && rate > 0)
            break;
        done = then;
        now = w[i].a_s;
        if (in < j) {
            heap[in] = w[i].rate;
            heap_up(heap, in++);
            rate += w[i].rate;
        } else if (w[i].rate > heap[0]) {
            rate += w[i].rate - heap[0];
            heap[0] = w[i].rate;
            heap_down(heap, in, 0);
        }
    }
    return rate > 0 ? now + (work_s - done) / rate : INFINITY;
}

/* Work each worker could do by t, most first: a cheap lower bound on what
 * the j fastest can do is the sum of the first j. */
static size_t best_by(const struct sbs_bound_worker *w, size_t n, double t,
                      double *done)
{
    size_t usable = 0;
    for (size_t i = 0; i < n && w[i].a_s < t; i++)
        done[usable++] = w[i].rate * (t - w[i].a_s);
    qsort(done, usable, sizeof *done, descending);
    return usable;
}

double sbs_bound_longest_j(const struct sbs_bound_worker *workers, size_t n,
                           const double *task_s, size_t n_tasks,
                           double least_s, double *scratch)
{
    double *list = scratch, *heap = scratch + n;
    double bound = least_s, need = 0, have = 0;
    if (!isfinite(least_s))
        return least_s;
    /* From n workers on, j tasks have the whole fleet: that is L1. */
    size_t most = n_tasks < n ? n_tasks : n;
    size_t usable = best_by(workers, n, bound, list);
    bool again;
    do {
        again = false;
        need = have = 0;
        for (size_t j = 1; j <= most; j++) {
            need += task_s[j - 1];
            have += j <= usable ? list[j - 1] : 0;
            if (have >= need * (1 - 1e-12))
                continue;
            double t = top_j_time(workers, n, j, need, heap);
            if (t > bound) {
                bound = t;
                usable = best_by(workers, n, bound, list);
                again = true;
                break;
            }
        }
    } while (again);
    return bound;
}
