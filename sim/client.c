/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/client.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define NO_RESULT UINT32_MAX

/* ---- open tasks -------------------------------------------------------- */

static bool looking_takes_time(const struct sbs_client *c)
{
    return c->poll_task_s > 0;
}

/* Open tasks among [0, end). */
static uint32_t open_before(const struct sbs_client *c, uint32_t end)
{
    uint32_t sum = 0;
    for (uint32_t i = end; i > 0; i &= i - 1)
        sum += c->tree[i];
    return sum;
}

static void close_task(struct sbs_client *c, uint32_t task)
{
    c->open[task] = 0;
    c->n_open--;
    if (looking_takes_time(c))
        for (uint32_t i = task + 1; i <= c->n_tasks; i += i & (0u - i))
            c->tree[i]--;
}

/* ---- waiting results --------------------------------------------------- */

static uint64_t bit(uint32_t task)
{
    return (uint64_t)1 << (task & 63);
}

static void attach(struct sbs_client *c, uint32_t attempt, uint32_t task)
{
    c->result[attempt].next = NO_RESULT;
    if (c->head[task] == NO_RESULT) {
        c->head[task] = attempt;
        c->waiting[task >> 6] |= bit(task);
        c->n_waiting++;
    } else {
        c->result[c->tail[task]].next = attempt;
    }
    c->tail[task] = attempt;
}

static uint32_t detach(struct sbs_client *c, uint32_t task)
{
    uint32_t attempt = c->head[task];
    c->head[task] = c->result[attempt].next;
    if (c->head[task] == NO_RESULT) {
        c->waiting[task >> 6] &= ~bit(task);
        c->n_waiting--;
    }
    return attempt;
}

/* A result is looked for under the first of its tasks that is open; with
 * none open nobody needs it. */
static bool place(struct sbs_client *c, uint32_t attempt)
{
    const struct sbs_result *r = &c->result[attempt];
    for (uint32_t t = r->first_task; t <= r->last_task; t++)
        if (c->open[t]) {
            attach(c, attempt, t);
            return true;
        }
    return false;
}

/* The first waiting task at or after `from`, in cyclic order. */
static uint32_t next_waiting(const struct sbs_client *c, uint32_t from)
{
    uint32_t words = (c->n_tasks + 63) / 64;
    uint32_t w = from >> 6;
    uint64_t bits = from < c->n_tasks
                        ? c->waiting[w] & ~(bit(from) - 1)
                        : 0;
    for (uint32_t i = 0; i <= words; i++) {
        if (bits)
            return w * 64 + (uint32_t)__builtin_ctzll(bits);
        w = w + 1 < words ? w + 1 : 0;
        bits = c->waiting[w];
    }
    return NO_RESULT;
}

/* ---- when is it found? ------------------------------------------------- */

/* End of the first look at `task` that comes after the anchor and finds what
 * was uploaded at u_s. */
static double look_time(const struct sbs_client *c, uint32_t task,
                        double u_s)
{
    if (c->poll_s <= 0 && c->poll_task_s <= 0)
        return fmax(u_s, c->anchor_s);
    uint32_t looks = 0;
    if (looking_takes_time(c)) {
        looks = open_before(c, task + 1) - open_before(c, c->cursor);
        if (task < c->cursor)
            looks += c->n_open;
    }
    double t = c->anchor_s + looks * c->poll_task_s;
    if (task < c->cursor)
        t += c->poll_s;
    double period = c->n_open * c->poll_task_s + c->poll_s;
    if (t < u_s)
        t += ceil((u_s - t) / period) * period;
    /* Rounding may leave the look a hair before the upload. */
    return fmax(t, u_s);
}

static void choose(struct sbs_client *c, uint32_t task, double look_s)
{
    c->chosen = true;
    c->chosen_task = task;
    c->look_s = look_s;
    c->seen_s = look_s + c->result[c->head[task]].collect_s;
}

/* The earliest look among all that wait. Of those uploaded before the
 * anchor the first in cyclic order is the earliest, so the walk ends there. */
static void choose_next(struct sbs_client *c)
{
    uint32_t task = next_waiting(c, c->cursor), first = task, best = task;
    double best_s = INFINITY;
    do {
        double u_s = c->result[c->head[task]].uploaded_s;
        double look_s = look_time(c, task, u_s);
        if (look_s < best_s) {
            best = task;
            best_s = look_s;
        }
        if (u_s <= c->anchor_s)
            break;
        task = next_waiting(c, task + 1);
    } while (task != first);
    choose(c, best, best_s);
}

/* ---- interface --------------------------------------------------------- */

int sbs_client_init(struct sbs_client *c, uint32_t n_tasks)
{
    size_t n = n_tasks;
    *c = (struct sbs_client){ .n_tasks = n_tasks };
    c->tree = calloc(n + 1, sizeof *c->tree);
    c->open = calloc(n, sizeof *c->open);
    c->waiting = calloc(n / 64 + 1, sizeof *c->waiting);
    c->head = malloc(n * sizeof *c->head);
    c->tail = malloc(n * sizeof *c->tail);
    if (c->tree && c->open && c->waiting && c->head && c->tail)
        return 0;
    sbs_client_fini(c);
    return -1;
}

void sbs_client_fini(struct sbs_client *c)
{
    free(c->tree);
    free(c->open);
    free(c->waiting);
    free(c->head);
    free(c->tail);
    free(c->result);
    memset(c, 0, sizeof *c);
}

void sbs_client_reset(struct sbs_client *c, double poll_s,
                      double poll_task_s)
{
    c->poll_s = poll_s;
    c->poll_task_s = poll_task_s;
    memset(c->open, 1, c->n_tasks);
    memset(c->waiting, 0, (c->n_tasks / 64 + 1) * sizeof *c->waiting);
    memset(c->head, 0xff, c->n_tasks * sizeof *c->head);
    if (looking_takes_time(c))
        for (uint32_t i = 1; i <= c->n_tasks; i++)
            c->tree[i] = i & (0u - i); /* all open: each covers its span */
    c->n_open = c->n_tasks;
    c->n_waiting = 0;
    c->anchor_s = INFINITY;
    c->cursor = 0;
    c->chosen = false;
}

void sbs_client_begin(struct sbs_client *c, double t_s)
{
    c->anchor_s = t_s;
}

void sbs_client_delay(struct sbs_client *c, double for_s)
{
    c->anchor_s += for_s;
    if (c->chosen) {
        c->look_s += for_s;
        c->seen_s += for_s;
    }
}

int sbs_client_upload(struct sbs_client *c, uint32_t attempt, double t_s,
                      double collect_s, uint32_t first_task,
                      uint32_t last_task)
{
    if (attempt >= c->cap_results) {
        uint32_t want = attempt < 32 ? 64 : 2 * attempt;
        struct sbs_result *more =
            realloc(c->result, want * sizeof *c->result);
        if (!more)
            return -1;
        c->result = more;
        c->cap_results = want;
    }
    c->result[attempt] = (struct sbs_result){ .uploaded_s = t_s,
                                              .collect_s = collect_s,
                                              .first_task = first_task,
                                              .last_task = last_task };
    if (!place(c, attempt) || isinf(c->anchor_s))
        return 0;
    /* Until its look is over, the choice may be overtaken. */
    if (c->chosen && t_s <= c->look_s) {
        uint32_t task = first_task;
        while (!c->open[task])
            task++;
        double look_s = look_time(c, task, t_s);
        if (look_s < c->look_s)
            choose(c, task, look_s);
    }
    return 0;
}

void sbs_client_task_complete(struct sbs_client *c, uint32_t task)
{
    close_task(c, task);
    while (c->head[task] != NO_RESULT)
        place(c, detach(c, task));
    if (c->chosen && c->chosen_task == task)
        c->chosen = false;
}

double sbs_client_next_s(struct sbs_client *c)
{
    if (c->n_waiting == 0 || isinf(c->anchor_s))
        return INFINITY;
    if (!c->chosen)
        choose_next(c);
    return c->seen_s;
}

uint32_t sbs_client_take(struct sbs_client *c)
{
    uint32_t task = c->chosen_task;
    uint32_t attempt = detach(c, task);
    c->chosen = false;
    c->anchor_s = c->seen_s;
    c->cursor = task + 1;
    /* The same look found more of this task. */
    if (c->head[task] != NO_RESULT &&
        c->result[c->head[task]].uploaded_s <= c->look_s) {
        c->cursor = task;
        c->chosen = true;
        c->chosen_task = task;
        c->seen_s += c->result[c->head[task]].collect_s;
    }
    return attempt;
}
