/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/client.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fmath.h"

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

static bool uploaded_before(const struct sbs_client *c, uint32_t a,
                            uint32_t b)
{
    double a_s = c->result[a].uploaded_s, b_s = c->result[b].uploaded_s;
    return a_s < b_s || (a_s == b_s && a < b);
}

/* In order of upload: at the end, but for a result that moves here when a
 * task it spans is complete. */
static void attach(struct sbs_client *c, uint32_t attempt, uint32_t task)
{
    uint32_t before = NO_RESULT, after = c->head[task];
    if (after == NO_RESULT) {
        c->waiting[task >> 6] |= bit(task);
        c->n_waiting++;
    } else if (uploaded_before(c, c->tail[task], attempt)) {
        before = c->tail[task];
        after = NO_RESULT;
    } else {
        for (; uploaded_before(c, after, attempt);
             after = c->result[after].next)
            before = after;
    }
    c->result[attempt].next = after;
    if (before == NO_RESULT)
        c->head[task] = attempt;
    else
        c->result[before].next = attempt;
    if (after == NO_RESULT)
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

/* End of look number k (0, 1, ...) at a task that is `looks` looks away from
 * the anchor, with the sleep between two passes before it or not. Looks of
 * one pass that take no time have exactly the same end. */
static double look_end(const struct sbs_client *c, double looks, double wrap,
                       double k)
{
    return c->anchor_s + (looks + k * c->n_open) * c->poll_task_s +
           (wrap + k) * c->poll_s;
}

/* End of the first look at `task` after the anchor that finds what was
 * uploaded at u_s. */
static double look_time(const struct sbs_client *c, uint32_t task,
                        double u_s)
{
    u_s = sbs_greater(u_s, c->busy_until_s);
    double period = c->n_open * c->poll_task_s + c->poll_s;
    if (period <= 0)
        return sbs_greater(u_s, c->anchor_s);
    uint32_t looks = 0;
    bool wrap = task < c->cursor;
    if (looking_takes_time(c)) {
        looks = open_before(c, task + 1) - open_before(c, c->cursor);
        looks += wrap ? c->n_open : 0;
    }
    double k = 0;
    if (look_end(c, looks, wrap, 0) < u_s) {
        k = ceil((u_s - look_end(c, looks, wrap, 0)) / period);
        /* The division rounds; the comparison decides. */
        if (k >= 1 && look_end(c, looks, wrap, k - 1) >= u_s)
            k--;
        if (look_end(c, looks, wrap, k) < u_s)
            k++;
    }
    return look_end(c, looks, wrap, k);
}

static void choose(struct sbs_client *c, uint32_t task, double look_s)
{
    c->chosen = true;
    c->chosen_task = task;
    c->look_s = look_s;
    c->seen_s = look_s + c->result[c->head[task]].collect_s;
}

/* Looks of one pass at the same instant are in task order; a loop that takes
 * no time at all goes on from the cursor. */
static bool looked_at_before(const struct sbs_client *c, uint32_t a,
                             double a_s, uint32_t b, double b_s)
{
    if (a_s != b_s)
        return a_s < b_s;
    bool passes = c->poll_s > 0 || c->poll_task_s > 0;
    bool both = (a < c->cursor) == (b < c->cursor);
    return passes || both ? a < b : b < c->cursor;
}

/* The earliest look among all that wait. Of those uploaded before the
 * anchor the first in cyclic order is the earliest, so the walk ends there. */
void sbs_client_choose(struct sbs_client *c)
{
    uint32_t task = next_waiting(c, c->cursor), first = task, best = task;
    double best_s = INFINITY;
    do {
        double u_s = c->result[c->head[task]].uploaded_s;
        double look_s = look_time(c, task, u_s);
        if (looked_at_before(c, task, look_s, best, best_s)) {
            best = task;
            best_s = look_s;
        }
        if (sbs_greater(u_s, c->busy_until_s) <= c->anchor_s)
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
    c->busy_until_s = 0;
    c->cursor = 0;
    c->chosen = false;
}

void sbs_client_begin(struct sbs_client *c, double t_s)
{
    c->anchor_s = t_s;
}

void sbs_client_delay(struct sbs_client *c, double from_s, double to_s)
{
    double for_s = to_s - from_s;
    c->anchor_s += for_s;
    c->busy_until_s = to_s;
    /* A look that is over stays over; the collecting is interrupted. */
    if (c->chosen && c->look_s > from_s)
        c->chosen = false;
    else
        c->seen_s += for_s;
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
        if (looked_at_before(c, task, look_s, c->chosen_task, c->look_s))
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
