/* SPDX-License-Identifier: Apache-2.0 */
/* Self-scheduling of exponential(1) units in a plain loop, with random
 * numbers of its own: who is free first takes the next chunk. */
#ifndef SBS_TESTS_PLAIN_DLS_H
#define SBS_TESTS_PLAIN_DLS_H

#include <stdint.h>

#include "tests/plain_chunks.h"

/* splitmix64 (Steele, Lea and Flood, OOPSLA 2014) */
static inline double plain_exponential(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return -log(((double)(z >> 11) + 0.5) / 9007199254740992.0);
}

static inline double plain_sum(uint64_t *state, int units)
{
    double sum = 0;
    for (int i = 0; i < units; i++)
        sum += plain_exponential(state);
    return sum;
}

struct plain_worker {
    double free_s, taken_s, compute_s;
    int number, busy;
};

/* The first of a heap of p by the time at which it is free, then number. */
static inline void plain_sift(struct plain_worker *heap, int p)
{
    struct plain_worker x = heap[0];
    int i = 0;
    for (int k; (k = 2 * i + 1) < p; i = k) {
        if (k + 1 < p && (heap[k + 1].free_s < heap[k].free_s ||
                          (heap[k + 1].free_s == heap[k].free_s &&
                           heap[k + 1].number < heap[k].number)))
            k++;
        if (x.free_s < heap[k].free_s ||
            (x.free_s == heap[k].free_s && x.number < heap[k].number))
            break;
        heap[i] = heap[k];
    }
    heap[i] = x;
}

/* Makespan less computing per worker of one run. */
static inline double plain_waste(struct plain s, uint64_t *random)
{
    struct plain_worker *heap = calloc((size_t)s.p, sizeof *heap);
    double sum = 0, end = 0;
    plain_begin(&s);
    for (int i = 0; i < s.p; i++)
        heap[i].number = i;
    for (int left = s.n; left > 0;) {
        struct plain_worker *w = heap;
        if (w->busy)
            plain_did(&s, w->number, w->compute_s, w->free_s - w->taken_s);
        double x = plain_size(&s, w->number, left, w->free_s);
        int units = plain_rounded(&s, x, left);
        plain_took(&s, w->number, units, w->free_s);
        w->busy = 1;
        w->taken_s = w->free_s;
        w->compute_s = plain_sum(random, units);
        w->free_s += s.h + w->compute_s;
        sum += w->compute_s;
        end = w->free_s > end ? w->free_s : end;
        left -= units;
        plain_sift(heap, s.p);
    }
    plain_end(&s);
    free(heap);
    return end - sum / s.p;
}

/* The same for blocks of n/p units bound beforehand, each unit with its own
 * overhead, as sbsim's static has it. */
static inline double plain_static_waste(int n, int p, double h,
                                        uint64_t *random)
{
    double sum = 0, end = 0;
    for (int64_t i = 0; i < p; i++) {
        int units = (int)((i + 1) * n / p - i * n / p);
        double x = plain_sum(random, units);
        sum += x;
        end = fmax(end, x + units * h);
    }
    return end - sum / p;
}

#endif
