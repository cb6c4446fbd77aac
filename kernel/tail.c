/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kernel/tail.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int sbs_tail_init(struct sbs_tail *t, size_t keep, struct sbs_error *err)
{
    *t = (struct sbs_tail){ .keep = keep, .cut = INFINITY };
    t->capacity = 2 * keep + 4096;
    t->v = malloc(t->capacity * sizeof *t->v);
    if (!t->v) {
        t->capacity = 0;
        return sbs_fail(err, SBS_EMEMORY,
                        "out of memory for the %zu smallest values", keep);
    }
    return 0;
}

void sbs_tail_fini(struct sbs_tail *t)
{
    if (!t)
        return;
    free(t->v);
    *t = (struct sbs_tail){ 0 };
}

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

/* Bring the k smallest of v[0..n) to its front, 0 < k < n, and the largest of
 * them to v[k - 1]: Hoare's FIND (CACM 4, 1961) with three-way partition, so
 * that equal values cost nothing, and pivots that no input foresees. */
static void select_smallest(double *v, size_t n, size_t k)
{
    size_t lo = 0, hi = n; /* place k - 1 is within [lo, hi) */
    uint64_t random = 0x9E3779B97F4A7C15u;
    while (hi - lo > 1) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double pivot = v[lo + (size_t)(random >> 33) % (hi - lo)];
        /* [lo, less) below, [less, i) equal, [more, hi) above the pivot */
        size_t less = lo, i = lo, more = hi;
        while (i < more) {
            if (v[i] < pivot)
                swap(&v[less++], &v[i++]);
            else if (v[i] > pivot)
                swap(&v[i], &v[--more]);
            else
                i++;
        }
        if (k - 1 < less)
            hi = less;
        else if (k - 1 >= more)
            lo = more;
        else
            return;
    }
}

/* Drop all but the `keep` smallest. */
static void tail_shrink(struct sbs_tail *t)
{
    if (t->n <= t->keep)
        return;
    select_smallest(t->v, t->n, t->keep);
    t->n = t->keep;
    t->cut = t->v[t->n - 1];
}

void sbs_tail_add(struct sbs_tail *t, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (t->n == t->capacity)
            tail_shrink(t);
        if (values[i] <= t->cut)
            t->v[t->n++] = values[i];
    }
}

void sbs_tail_join(struct sbs_tail *t, const double *values, size_t n,
                   double cut)
{
    if (cut < t->cut) {
        size_t left = 0;
        for (size_t i = 0; i < t->n; i++)
            if (t->v[i] <= cut)
                t->v[left++] = t->v[i];
        t->n = left;
        t->cut = cut;
    }
    sbs_tail_add(t, values, n);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sbs_tail_finish(struct sbs_tail *t)
{
    tail_shrink(t);
    qsort(t->v, t->n, sizeof *t->v, by_value);
}
