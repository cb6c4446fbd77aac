/* SPDX-License-Identifier: Apache-2.0 */
/* Running median, and running k-th smallest, of the values so far. */
#ifndef SBS_POLICIES_MEDIAN_H
#define SBS_POLICIES_MEDIAN_H

#include <stdint.h>

struct median {
    double *low, *high; /* max-heap of the lower half, min-heap of the rest */
    uint32_t n_low, n_high;
};

/* sign +1: min-heap, -1: max-heap. */
static inline void heap_push(double *h, uint32_t n, double x, double sign)
{
    while (n > 0 && sign * x < sign * h[(n - 1) / 2]) {
        h[n] = h[(n - 1) / 2];
        n = (n - 1) / 2;
    }
    h[n] = x;
}

/* Take the root off a heap of n; the heap has n - 1 left. */
static inline double heap_pop(double *h, uint32_t n, double sign)
{
    double root = h[0], x = h[n - 1];
    uint32_t i = 0, end = n - 1;
    for (;;) {
        uint32_t k = 2 * i + 1;
        if (k >= end)
            break;
        if (k + 1 < end && sign * h[k + 1] < sign * h[k])
            k++;
        if (sign * x <= sign * h[k])
            break;
        h[i] = h[k];
        i = k;
    }
    h[i] = x;
    return root;
}

static inline void median_add(struct median *m, double x)
{
    heap_push(m->low, m->n_low++, x, -1);
    double most = heap_pop(m->low, m->n_low--, -1);
    heap_push(m->high, m->n_high++, most, 1);
    if (m->n_high > m->n_low)
        heap_push(m->low, m->n_low++, heap_pop(m->high, m->n_high--, 1),
                  -1);
}

static inline double median_value(const struct median *m)
{
    return m->n_low > m->n_high ? m->low[0] : (m->low[0] + m->high[0]) / 2;
}

/* The lower part keeps the k smallest: their largest is low[0]. */
static inline void smallest_add(struct median *m, uint32_t k, double x)
{
    heap_push(m->low, m->n_low++, x, -1);
    if (m->n_low > k) {
        heap_pop(m->low, m->n_low--, -1);
        m->n_high++; /* counted only */
    }
}

#endif
