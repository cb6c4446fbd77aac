/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Make room for one more element; doubling keeps it rare. */
static int grow(void **array, uint32_t *cap, uint32_t n, size_t size)
{
    if (n < *cap)
        return 0;
    uint32_t want = *cap < 16 ? 16 : 2 * *cap;
    void *bigger = realloc(*array, (size_t)want * size);
    if (!bigger)
        return -1;
    *array = bigger;
    *cap = want;
    return 0;
}

#define GROW(b, array, cap, n) \
    grow((void **)&(b)->array, &(b)->cap, (b)->n, sizeof *(b)->array)

int sbs_book_init(struct sbs_book *b, uint32_t n_tasks,
                  uint32_t units_per_task, uint32_t n_workers)
{
    memset(b, 0, sizeof *b);
    b->n_tasks = n_tasks;
    b->units_per_task = units_per_task;
    b->n_units = n_tasks * units_per_task;
    size_t n = b->n_units;
    b->unit_flags = calloc(n, sizeof *b->unit_flags);
    b->holders = calloc(n, sizeof *b->holders);
    b->owner = calloc(n, sizeof *b->owner);
    b->copy_head = malloc(n * sizeof *b->copy_head);
    b->task_left = calloc(n_tasks, sizeof *b->task_left);
    b->cap_workers = n_workers + 8;
    b->workers = calloc(b->cap_workers, sizeof *b->workers);
    b->cap_attempts = b->n_units + 8;
    b->attempts = calloc(b->cap_attempts, sizeof *b->attempts);
    b->cap_bindings = n_workers + 8;
    b->bindings = calloc(b->cap_bindings, sizeof *b->bindings);
    if (!b->unit_flags || !b->holders || !b->owner || !b->copy_head ||
        !b->task_left || !b->workers || !b->attempts || !b->bindings) {
        sbs_book_fini(b);
        return -1;
    }
    memset(b->copy_head, 0xff, n * sizeof *b->copy_head);
    return 0;
}

void sbs_book_fini(struct sbs_book *b)
{
    free(b->unit_flags);
    free(b->holders);
    free(b->owner);
    free(b->copy_head);
    free(b->task_left);
    free(b->lost);
    free(b->workers);
    free(b->attempts);
    free(b->bindings);
    free(b->copies);
    memset(b, 0, sizeof *b);
}

void sbs_book_reset(struct sbs_book *b, bool pull)
{
    memset(b->unit_flags, 0, b->n_units * sizeof *b->unit_flags);
    memset(b->holders, 0, b->n_units * sizeof *b->holders);
    if (b->copies_made)
        memset(b->copy_head, 0xff, b->n_units * sizeof *b->copy_head);
    for (uint32_t t = 0; t < b->n_tasks; t++)
        b->task_left[t] = b->units_per_task;
    b->copies_made = false;
    b->queue_next = 0;
    b->queue_end = pull ? b->n_units : 0;
    b->n_lost = b->lost_units = b->n_workers = b->n_attempts = 0;
    b->n_bindings = b->n_copies = 0;
}

uint32_t sbs_book_add_worker(struct sbs_book *b)
{
    if (GROW(b, workers, cap_workers, n_workers) != 0) {
        b->out_of_memory = true;
        return SBS_NONE;
    }
    struct sbs_book_worker *w = &b->workers[b->n_workers];
    w->pub = (struct sbs_worker){ .state = SBS_WORKER_ORDERED,
                                  .requested_s = INFINITY,
                                  .ready_s = NAN,
                                  .attempt = SBS_NONE,
                                  .processor = -1 };
    w->current = w->bound_head = w->bound_tail = SBS_NONE;
    w->cancelling = w->asked = false;
    return b->n_workers++;
}

int sbs_book_grow_attempts(struct sbs_book *b)
{
    if (GROW(b, attempts, cap_attempts, n_attempts) == 0)
        return 0;
    b->out_of_memory = true;
    return -1;
}

/* Beside the owner: chain the worker to each unit it shares. */
static void add_copy(struct sbs_book *b, uint32_t worker, uint32_t unit)
{
    if (GROW(b, copies, cap_copies, n_copies) != 0) {
        b->out_of_memory = true;
        return;
    }
    b->copies_made = true;
    b->copies[b->n_copies] =
        (struct sbs_copy){ .worker = worker, .next = b->copy_head[unit] };
    b->copy_head[unit] = b->n_copies++;
}

void sbs_book_share(struct sbs_book *b, uint32_t worker, uint32_t unit)
{
    if (b->holders[unit] == UINT16_MAX) {
        b->out_of_memory = true; /* nobody copies a unit that often */
        return;
    }
    b->holders[unit]++;
    add_copy(b, worker, unit);
}

int sbs_book_bind(struct sbs_book *b, uint32_t worker,
                  struct sbs_range units, bool one_by_one)
{
    if (GROW(b, bindings, cap_bindings, n_bindings) != 0) {
        b->out_of_memory = true;
        return -1;
    }
    struct sbs_book_worker *w = &b->workers[worker];
    uint32_t i = b->n_bindings++;
    b->bindings[i] = (struct sbs_binding){ .next_unit = units.first,
                                           .end_unit = units.end,
                                           .next = SBS_NONE,
                                           .one_by_one = one_by_one };
    if (w->bound_head == SBS_NONE)
        w->bound_head = i;
    else
        b->bindings[w->bound_tail].next = i;
    w->bound_tail = i;
    sbs_book_hold(b, worker, units);
    return 0;
}

/* The client told the worker's list which units it holds already. */
static void skip_seen(struct sbs_book *b, struct sbs_binding *x)
{
    uint32_t from = x->next_unit;
    while (x->next_unit < x->end_unit &&
           (b->unit_flags[x->next_unit] & SBS_UNIT_SEEN))
        x->next_unit++;
    sbs_book_release(b, (struct sbs_range){ from, x->next_unit });
}

bool sbs_book_next_bound(struct sbs_book *b, uint32_t worker,
                         struct sbs_range *units)
{
    struct sbs_book_worker *w = &b->workers[worker];
    while (w->bound_head != SBS_NONE) {
        struct sbs_binding *x = &b->bindings[w->bound_head];
        skip_seen(b, x);
        if (x->next_unit == x->end_unit) {
            w->bound_head = x->next;
            continue;
        }
        units->first = x->next_unit;
        units->end = x->one_by_one ? x->next_unit + 1 : x->end_unit;
        x->next_unit = units->end;
        if (x->next_unit == x->end_unit)
            w->bound_head = x->next;
        return true;
    }
    return false;
}

uint32_t sbs_book_bound_units(const struct sbs_book *b, uint32_t worker)
{
    uint32_t n = 0;
    for (uint32_t i = b->workers[worker].bound_head; i != SBS_NONE;
         i = b->bindings[i].next)
        n += b->bindings[i].end_unit - b->bindings[i].next_unit;
    return n;
}

bool sbs_book_unbind_last(struct sbs_book *b, uint32_t worker, uint32_t n,
                          struct sbs_range *units)
{
    struct sbs_binding *last = NULL;
    for (uint32_t i = b->workers[worker].bound_head; i != SBS_NONE;
         i = b->bindings[i].next)
        if (b->bindings[i].end_unit > b->bindings[i].next_unit)
            last = &b->bindings[i];
    if (!last || n == 0)
        return false;
    uint32_t all = last->end_unit - last->next_unit;
    units->end = last->end_unit;
    units->first = last->end_unit - (n < all ? n : all);
    last->end_unit = units->first;
    sbs_book_release(b, *units);
    return true;
}

/* At most n units from the front of r, unless the client has them. */
static bool take_from(const struct sbs_book *b, uint32_t n,
                      struct sbs_range *r, struct sbs_range *units)
{
    while (r->first < r->end && (b->unit_flags[r->first] & SBS_UNIT_SEEN))
        r->first++;
    units->first = units->end = r->first;
    while (units->end < r->end && units->end - units->first < n &&
           !(b->unit_flags[units->end] & SBS_UNIT_SEEN))
        units->end++;
    r->first = units->end;
    return units->end > units->first;
}

static bool take_lost(struct sbs_book *b, uint32_t n,
                      struct sbs_range *units)
{
    bool taken = false;
    while (b->n_lost > 0 && !taken) {
        struct sbs_range *r = &b->lost[0];
        uint32_t first = r->first;
        taken = take_from(b, n, r, units);
        b->lost_units -= r->first - first;
        if (r->first == r->end)
            memmove(r, r + 1, --b->n_lost * sizeof *r);
    }
    return taken;
}

static bool take_new(struct sbs_book *b, uint32_t n, struct sbs_range *units)
{
    struct sbs_range rest = { b->queue_next, b->queue_end };
    bool taken = take_from(b, n, &rest, units);
    b->queue_next = rest.first;
    return taken;
}

bool sbs_book_take(struct sbs_book *b, uint32_t worker, uint32_t n,
                   struct sbs_range *units)
{
    if (n == 0 || sbs_book_queued(b) == 0)
        return false;
    if (!(b->n_lost > 0 && take_lost(b, n, units)) && !take_new(b, n, units))
        return false;
    sbs_book_hold(b, worker, *units);
    return true;
}

static bool holds_all(const struct sbs_range *r, struct sbs_range units)
{
    return r->first <= units.first && units.end <= r->end;
}

/* How many lost ranges begin at or before a unit. */
static uint32_t lost_before(const struct sbs_book *b, uint32_t unit)
{
    uint32_t lo = 0, hi = b->n_lost;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (b->lost[mid].first <= unit)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void remove_lost(struct sbs_book *b, uint32_t i)
{
    b->n_lost--;
    memmove(&b->lost[i], &b->lost[i + 1], (b->n_lost - i) * sizeof *b->lost);
}

/* Units are taken out of lost range i; what was on either side stays. */
static void cut_lost(struct sbs_book *b, uint32_t i, struct sbs_range units)
{
    struct sbs_range *r = &b->lost[i], behind = { units.end, r->end };
    b->lost_units -= r->end - units.first;
    r->end = units.first;
    if (r->first == r->end)
        remove_lost(b, i);
    if (behind.first < behind.end)
        sbs_book_give_back(b, behind);
}

/* The same for what was never taken. */
static void cut_queue(struct sbs_book *b, struct sbs_range units)
{
    struct sbs_range before = { b->queue_next, units.first };
    b->queue_next = units.end;
    if (before.first < before.end)
        sbs_book_give_back(b, before);
}

bool sbs_book_take_these(struct sbs_book *b, uint32_t worker,
                         struct sbs_range units)
{
    struct sbs_range rest = { b->queue_next, b->queue_end };
    for (uint32_t u = units.first; u < units.end; u++)
        if (b->unit_flags[u] & SBS_UNIT_SEEN)
            return false;
    if (holds_all(&rest, units)) {
        cut_queue(b, units);
        sbs_book_hold(b, worker, units);
        return true;
    }
    for (uint32_t i = lost_before(b, units.first); i-- > 0;) {
        if (!holds_all(&b->lost[i], units))
            continue;
        cut_lost(b, i, units);
        sbs_book_hold(b, worker, units);
        return true;
    }
    return false;
}

/* Neighbours become one, so that what is queued can be taken together. */
void sbs_book_give_back(struct sbs_book *b, struct sbs_range units)
{
    if (GROW(b, lost, cap_lost, n_lost) != 0) {
        b->out_of_memory = true;
        return;
    }
    uint32_t i = lost_before(b, units.first);
    b->lost_units += units.end - units.first;
    if (i > 0 && b->lost[i - 1].end == units.first) {
        units.first = b->lost[--i].first;
        remove_lost(b, i);
    }
    if (i < b->n_lost && b->lost[i].first == units.end) {
        units.end = b->lost[i].end;
        remove_lost(b, i);
    }
    if (units.end == b->queue_next && b->queue_next < b->queue_end) {
        b->queue_next = units.first;
        b->lost_units -= units.end - units.first;
        return;
    }
    memmove(&b->lost[i + 1], &b->lost[i], (b->n_lost++ - i) * sizeof *b->lost);
    b->lost[i] = units;
}
