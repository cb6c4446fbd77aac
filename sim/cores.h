/* SPDX-License-Identifier: Apache-2.0 */
/* List schedule on the user's own cores: each piece of work, in order, goes
 * to the core that is free first. Free times are kept in ascending order in a
 * ring that moves on: a new one is the latest or nearly so. */
#ifndef SBS_SIM_CORES_H
#define SBS_SIM_CORES_H

#include <stdint.h>
#include <string.h>

enum { SBS_CORES_MAX = 512, SBS_CORES_RING = 1024 };

struct sbs_cores {
    uint32_t n, head;
    double last_s; /* when the last work so far ends */
    double free_s[SBS_CORES_RING];
};

/* n in [1, SBS_CORES_MAX] cores, all free at 0. */
static inline void sbs_cores_reset(struct sbs_cores *c, uint32_t n)
{
    c->n = n;
    c->head = 0;
    c->last_s = 0;
    memset(c->free_s, 0, n * sizeof *c->free_s);
}

/* work_s seconds of work on one core. The first steps of the insertion are
 * made without asking, because the processor cannot guess how many it takes
 * (of lognormal work with a log-sd of 0.25 on 10 cores 1.3, rarely 4); so
 * written, gcc makes a maximum and a minimum of a step. */
static inline void sbs_cores_add(struct sbs_cores *c, double work_s)
{
    enum { MASK = SBS_CORES_RING - 1, UNASKED = 4 };
    double end_s = c->free_s[c->head & MASK] + work_s;
    uint32_t first = ++c->head, at = c->head + c->n - 1;
    c->last_s = end_s > c->last_s ? end_s : c->last_s;
    for (int i = 0; i < UNASKED && c->n > UNASKED; i++, at--) {
        double other_s = c->free_s[(at - 1) & MASK];
        c->free_s[at & MASK] = end_s > other_s ? end_s : other_s;
        end_s = end_s < other_s ? end_s : other_s;
    }
    for (; at > first && c->free_s[(at - 1) & MASK] > end_s; at--)
        c->free_s[at & MASK] = c->free_s[(at - 1) & MASK];
    c->free_s[at & MASK] = end_s;
}

#endif
