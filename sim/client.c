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

static uint64_t bit(uint32_t i)
{
    return (uint64_t)1 << (i & 63);
}

static void mark(struct sbs_client *c, uint32_t task)
{
    for (int level = 0; level < c->levels; level++, task >>= 6) {
        uint64_t *word = &c->waiting[level][task >> 6];
        uint64_t before = *word;
        *word |= bit(task);
        if (before)
            return;
    }
}

static void unmark(struct sbs_client *c, uint32_t task)
{
    for (int level = 0; level < c->levels; level++, task >>= 6) {
        uint64_t *word = &c->waiting[level][task >> 6];
        *word &= ~bit(task);
        if (*word)
            return;
    }
}

/* The first waiting task at or after `from`, NO_RESULT when there is none. */
static uint32_t next_waiting_from(const struct sbs_client *c, uint32_t from)
{
    uint32_t i = from;
    int level = 0;
    for (; level < c->levels; level++) {
        if (i >> 6 >= c->words[level])
            return NO_RESULT;
        uint64_t bits = c->waiting[level][i >> 6] & ~(bit(i) - 1);
        if (bits) {
            i = (i & ~(uint32_t)63) + (uint32_t)__builtin_ctzll(bits);
            break;
        }
        i = (i >> 6) + 1;
    }
    if (level == c->levels)
        return NO_RESULT;
    while (level-- > 0)
        i = i * 64 + (uint32_t)__builtin_ctzll(c->waiting[level][i]);
    return i;
}

/* The same in cyclic order; one waits. */
static uint32_t next_waiting(const struct sbs_client *c, uint32_t from)
{
    uint32_t task = next_waiting_from(c, from);
    return task != NO_RESULT ? task : next_waiting_from(c, 0);
}

static bool uploaded_before(const struct sbs_client *c, uint32_t a,
                            uint32_t b)
{
    const struct sbs_result *x = &c->result[a], *y = &c->result[b];
    return x->uploaded_s < y->uploaded_s ||
           (x->uploaded_s == y->uploaded_s && x->attempt < y->attempt);
}

/* In order of upload: at the end, but for a result that moves here when a
 * task it spans is complete. */
static void attach(struct sbs_client *c, uint32_t place, uint32_t task)
{
    uint32_t before = NO_RESULT, after = c->head[task];
    if (after == NO_RESULT) {
        mark(c, task);
        c->n_waiting++;
    } else if (uploaded_before(c, c->tail[task], place)) {
        before = c->tail[task];
        after = NO_RESULT;
    } else {
        for (; uploaded_before(c, after, place);
             after = c->result[after].next)
            before = after;
    }
    c->result[place].next = after;
    if (before == NO_RESULT)
        c->head[task] = place;
    else
        c->result[before].next = place;
    if (after == NO_RESULT)
        c->tail[task] = place;
}

static uint32_t detach(struct sbs_client *c, uint32_t task)
{
    uint32_t place = c->head[task];
    c->head[task] = c->result[place].next;
    if (c->head[task] == NO_RESULT) {
        unmark(c, task);
        c->n_waiting--;
    }
    return place;
}

/* A place for a result; NO_RESULT when memory is short. */
static uint32_t make_place(struct sbs_client *c)
{
    uint32_t place = c->free_result;
    if (place != NO_RESULT) {
        c->free_result = c->result[place].next;
        return place;
    }
    if (c->n_results == c->cap_results) {
        uint32_t want = c->cap_results ? 2 * c->cap_results : 64;
        struct sbs_result *more =
            realloc(c->result, want * sizeof *c->result);
        if (!more)
            return NO_RESULT;
        c->result = more;
        c->cap_results = want;
    }
    return c->n_results++;
}

static void free_place(struct sbs_client *c, uint32_t place)
{
    c->result[place].next = c->free_result;
    c->free_result = place;
}

/* A result is looked for under the first of its tasks that is open; with
 * none open nobody needs it. */
static bool put_in(struct sbs_client *c, uint32_t place)
{
    const struct sbs_result *r = &c->result[place];
    for (uint32_t t = r->first_task; t <= r->last_task; t++)
        if (c->open[t]) {
            attach(c, place, t);
            return true;
        }
    free_place(c, place);
    return false;
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

static int make_levels(struct sbs_client *c)
{
    uint32_t n = c->n_tasks;
    do {
        n = (n + 63) / 64;
        c->words[c->levels++] = n;
        c->all_words += n;
    } while (n > 1);
    c->waiting[0] = calloc(c->all_words, sizeof *c->waiting[0]);
    if (!c->waiting[0])
        return -1;
    for (int i = 1; i < c->levels; i++)
        c->waiting[i] = c->waiting[i - 1] + c->words[i - 1];
    return 0;
}

int sbs_client_init(struct sbs_client *c, uint32_t n_tasks)
{
    size_t n = n_tasks;
    *c = (struct sbs_client){ .n_tasks = n_tasks };
    c->tree = calloc(n + 1, sizeof *c->tree);
    c->open = calloc(n, sizeof *c->open);
    c->head = malloc(n * sizeof *c->head);
    c->tail = malloc(n * sizeof *c->tail);
    if (c->tree && c->open && c->head && c->tail && make_levels(c) == 0)
        return 0;
    sbs_client_fini(c);
    return -1;
}

void sbs_client_fini(struct sbs_client *c)
{
    free(c->tree);
    free(c->open);
    free(c->waiting[0]);
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
    memset(c->waiting[0], 0, c->all_words * sizeof *c->waiting[0]);
    memset(c->head, 0xff, c->n_tasks * sizeof *c->head);
    if (looking_takes_time(c))
        for (uint32_t i = 1; i <= c->n_tasks; i++)
            c->tree[i] = i & (0u - i); /* all open: each covers its span */
    c->n_open = c->n_tasks;
    c->n_waiting = c->n_results = 0;
    c->free_result = NO_RESULT;
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
    uint32_t place = make_place(c);
    if (place == NO_RESULT)
        return -1;
    c->result[place] = (struct sbs_result){ .uploaded_s = t_s,
                                            .collect_s = collect_s,
                                            .attempt = attempt,
                                            .first_task = first_task,
                                            .last_task = last_task };
    if (!put_in(c, place) || isinf(c->anchor_s))
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
        put_in(c, detach(c, task));
    if (c->chosen && c->chosen_task == task)
        c->chosen = false;
}

uint32_t sbs_client_take(struct sbs_client *c)
{
    uint32_t task = c->chosen_task;
    uint32_t place = detach(c, task), attempt = c->result[place].attempt;
    free_place(c, place);
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
