/* SPDX-License-Identifier: Apache-2.0 */
/* How the client comes to see results (doc/semantics.md, 5): a pass looks at
 * the open tasks in order, poll_task_s each, collects what it finds
 * (collect_s each), then sleeps poll_s. Instead of walking every look, the
 * next look that finds something is computed, in O(log tasks). */
#ifndef SBS_SIM_CLIENT_H
#define SBS_SIM_CLIENT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A result that waits. Its place is used again when it was taken. */
struct sbs_result {
    double uploaded_s, collect_s;
    uint32_t attempt;
    uint32_t first_task, last_task; /* it may span several */
    uint32_t next;                  /* place of one of the same task, or free */
};

/* Bit t of level 0: a result of task t waits; bit i of a level above: word i
 * of the level below has bits. */
enum { SBS_CLIENT_LEVELS = 6 }; /* 64^6 > 2^32 */

struct sbs_client {
    uint32_t n_tasks;
    double poll_s, poll_task_s;
    /* Open tasks, counted in a Fenwick tree when looking takes time. */
    uint32_t *tree;   /* [n_tasks + 1] */
    uint8_t *open;    /* [n_tasks] */
    uint32_t n_open;
    /* Results waiting to be found, per task in order of upload. */
    uint64_t *waiting[SBS_CLIENT_LEVELS]; /* one block, waiting[0] */
    uint32_t words[SBS_CLIENT_LEVELS], all_words;
    int levels; /* the last has one word */
    uint32_t *head, *tail;     /* [n_tasks] places */
    struct sbs_result *result; /* [cap_results] */
    uint32_t cap_results, n_results, free_result;
    uint32_t n_waiting; /* tasks */
    /* At anchor_s the loop is about to look at task `cursor` or the next
     * open one; INFINITY while it has not begun. */
    double anchor_s;
    uint32_t cursor;
    double busy_until_s; /* doing something else till then */
    /* The look that finds the next result, when there is one. */
    bool chosen;
    uint32_t chosen_task;
    double look_s, seen_s;
};

int sbs_client_init(struct sbs_client *c, uint32_t n_tasks);
void sbs_client_fini(struct sbs_client *c);
void sbs_client_reset(struct sbs_client *c, double poll_s,
                      double poll_task_s);

/* The polling loop begins. */
void sbs_client_begin(struct sbs_client *c, double t_s);
/* The client does something else from from_s to to_s. */
void sbs_client_delay(struct sbs_client *c, double from_s, double to_s);

/* The result of an attempt at tasks [first, last] is there; -1 when memory
 * is short. */
int sbs_client_upload(struct sbs_client *c, uint32_t attempt, double t_s,
                      double collect_s, uint32_t first_task,
                      uint32_t last_task);
/* The client needs nothing more of this task. */
void sbs_client_task_complete(struct sbs_client *c, uint32_t task);

/* Find the look that finds the next of the results that wait. */
void sbs_client_choose(struct sbs_client *c);
/* When the next result will have been collected; INFINITY = none waits. */
static inline double sbs_client_next_s(struct sbs_client *c)
{
    if (c->n_waiting == 0 || c->anchor_s == INFINITY)
        return INFINITY;
    if (!c->chosen)
        sbs_client_choose(c);
    return c->seen_s;
}
/* That moment has come: the attempt whose result the client now holds. */
uint32_t sbs_client_take(struct sbs_client *c);

#endif
