/* SPDX-License-Identifier: Apache-2.0 */
/* The client's polling, computed look by look: a literal walk of DESIGN.md
 * 3.7 against sim/client, which jumps to the look that finds something. */
#include "config.h"

#include "sim/client.h"

#include <stdlib.h>

#include "base/rng.h"
#include "tests/tap.h"

enum { TASKS_MAX = 12, RESULTS_MAX = 60, PAUSES_MAX = 6, NOBODY = -1 };

struct pause {
    double from_s, to_s;
};

/* A random story: results that appear, pauses of the client, how many
 * results make a task complete. */
struct story {
    uint32_t n_tasks, n_results, n_pauses, need[TASKS_MAX];
    double poll_s, poll_task_s, begin_s;
    double uploaded_s[RESULTS_MAX], collect_s[RESULTS_MAX];
    uint32_t first[RESULTS_MAX], last[RESULTS_MAX];
    struct pause pause[PAUSES_MAX];
};

struct sight {
    uint32_t result;
    double seen_s;
};

/* ---- the literal walk -------------------------------------------------- */

struct walk {
    const struct story *s;
    double now_s;
    uint32_t next_pause, idle_looks;
    uint32_t left[TASKS_MAX];
    int taken[RESULTS_MAX];
    struct sight seen[RESULTS_MAX];
    uint32_t n_seen;
};

/* The thread works for `for_s`; pauses that begin meanwhile come on top. */
static void spend(struct walk *w, double for_s)
{
    const struct story *s = w->s;
    double end_s = w->now_s + for_s;
    while (w->next_pause < s->n_pauses &&
           s->pause[w->next_pause].from_s < end_s) {
        const struct pause *p = &s->pause[w->next_pause++];
        end_s += p->to_s - p->from_s;
    }
    w->now_s = end_s;
}

/* The result that a look at `task` at now_s finds first: earliest upload.
 * It counts under the first of its tasks that is open. */
static int find(const struct walk *w, uint32_t task)
{
    const struct story *s = w->s;
    int best = NOBODY;
    for (uint32_t r = 0; r < s->n_results; r++) {
        uint32_t under = s->first[r];
        while (under <= s->last[r] && w->left[under] == 0)
            under++;
        if (under != task || under > s->last[r] || w->taken[r] ||
            s->uploaded_s[r] > w->now_s)
            continue;
        if (best == NOBODY || s->uploaded_s[r] < s->uploaded_s[best])
            best = (int)r;
    }
    return best;
}

static void collect(struct walk *w, int r)
{
    const struct story *s = w->s;
    spend(w, s->collect_s[r]);
    w->taken[r] = 1;
    w->seen[w->n_seen++] = (struct sight){ (uint32_t)r, w->now_s };
    for (uint32_t t = s->first[r]; t <= s->last[r]; t++)
        if (w->left[t] > 0)
            w->left[t]--;
}

/* One look at an open task: it takes poll_task_s and finds what is there at
 * its end; all of it is collected. */
static void look(struct walk *w, uint32_t task)
{
    spend(w, w->s->poll_task_s);
    double looked_s = w->now_s;
    for (;;) {
        double now_s = w->now_s;
        w->now_s = looked_s;
        int r = find(w, task);
        w->now_s = now_s;
        if (r == NOBODY || w->left[task] == 0)
            return;
        collect(w, r);
    }
}

/* A loop that takes no time of its own and has found nothing waits for the
 * next upload; a pause may be under way then. */
static void wait_for_upload(struct walk *w)
{
    const struct story *s = w->s;
    double next_s = INFINITY;
    for (uint32_t r = 0; r < s->n_results; r++)
        if (s->uploaded_s[r] > w->now_s)
            next_s = fmin(next_s, s->uploaded_s[r]);
    while (w->next_pause < s->n_pauses &&
           s->pause[w->next_pause].from_s < next_s)
        next_s = fmax(next_s, s->pause[w->next_pause++].to_s);
    w->now_s = next_s;
}

static int something_is_open(const struct walk *w)
{
    for (uint32_t t = 0; t < w->s->n_tasks; t++)
        if (w->left[t] > 0)
            return 1;
    return 0;
}

static void walk(struct walk *w, const struct story *s)
{
    int at_once = s->poll_s <= 0 && s->poll_task_s <= 0;
    double last_s = 0;
    *w = (struct walk){ .s = s, .now_s = s->begin_s };
    memcpy(w->left, s->need, sizeof w->left);
    for (uint32_t r = 0; r < s->n_results; r++)
        last_s = fmax(last_s, s->uploaded_s[r]);
    uint32_t t = 0, found_nothing = 0;
    while (isfinite(w->now_s) && found_nothing < 3 * s->n_tasks &&
           something_is_open(w)) {
        uint32_t before = w->n_seen;
        double looked_from_s = w->now_s;
        if (w->left[t] > 0)
            look(w, t);
        found_nothing = w->n_seen == before && looked_from_s > last_s
                            ? found_nothing + 1
                            : 0;
        t = (t + 1) % s->n_tasks;
        if (t == 0)
            spend(w, s->poll_s);
        w->idle_looks = w->n_seen > before ? 0 : w->idle_looks + 1;
        if (at_once && w->idle_looks == s->n_tasks) {
            w->idle_looks = 0;
            wait_for_upload(w);
        }
    }
}

/* ---- sim/client on the same story -------------------------------------- */

struct fast {
    struct sbs_client client;
    uint32_t left[TASKS_MAX];
    struct sight seen[RESULTS_MAX];
    uint32_t n_seen;
};

static void take(struct fast *f, const struct story *s)
{
    double seen_s = sbs_client_next_s(&f->client);
    uint32_t r = sbs_client_take(&f->client);
    f->seen[f->n_seen++] = (struct sight){ r, seen_s };
    for (uint32_t t = s->first[r]; t <= s->last[r]; t++)
        if (f->left[t] > 0 && --f->left[t] == 0)
            sbs_client_task_complete(&f->client, t);
}

/* Uploads come before sightings of the same instant, as in the engine. */
static void play(struct fast *f, const struct story *s)
{
    uint32_t r = 0, p = 0;
    memcpy(f->left, s->need, sizeof f->left);
    f->n_seen = 0;
    sbs_client_reset(&f->client, s->poll_s, s->poll_task_s);
    sbs_client_begin(&f->client, s->begin_s);
    for (;;) {
        double up_s = r < s->n_results ? s->uploaded_s[r] : INFINITY;
        double pause_s = p < s->n_pauses ? s->pause[p].from_s : INFINITY;
        double seen_s = sbs_client_next_s(&f->client);
        if (isinf(up_s) && isinf(pause_s) && isinf(seen_s))
            return;
        if (up_s <= seen_s && up_s <= pause_s) {
            sbs_client_upload(&f->client, r, up_s, s->collect_s[r],
                              s->first[r], s->last[r]);
            r++;
        } else if (seen_s <= pause_s) {
            take(f, s);
        } else {
            sbs_client_delay(&f->client, s->pause[p].from_s,
                             s->pause[p].to_s);
            p++;
        }
    }
}

/* ---- random stories ---------------------------------------------------- */

struct dice {
    struct sbs_stream stream;
    uint32_t n;
};

static double u01(struct dice *d)
{
    return sbs_rng_u01(&d->stream, 0, 1, 0, d->n++);
}

static uint32_t below(struct dice *d, uint32_t n)
{
    return (uint32_t)(u01(d) * n);
}

/* Continuous times, or (grid) times that coincide again and again. */
static double some_s(struct dice *d, double scale, int grid)
{
    return grid ? 0.25 * below(d, 1 + (uint32_t)(4 * scale))
                : u01(d) * scale;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static void add_results(struct story *s, struct dice *d, int grid,
                        int spans)
{
    uint32_t n = s->n_tasks + below(d, RESULTS_MAX - s->n_tasks);
    s->n_results = n;
    for (uint32_t r = 0; r < n; r++)
        s->uploaded_s[r] = some_s(d, 100, grid);
    qsort(s->uploaded_s, n, sizeof s->uploaded_s[0], by_value);
    int costly = u01(d) < 0.7;
    for (uint32_t r = 0; r < n; r++) {
        s->collect_s[r] = costly ? some_s(d, 3, grid) : 0;
        s->first[r] = below(d, s->n_tasks);
        s->last[r] = s->first[r];
        while (spans && s->last[r] + 1 < s->n_tasks && u01(d) < 0.3)
            s->last[r]++;
        for (uint32_t t = s->first[r]; t <= s->last[r]; t++)
            s->need[t]++;
    }
    /* Some results are not needed: copies that lose. Some never come. */
    for (uint32_t t = 0; t < s->n_tasks; t++) {
        s->need[t] = s->need[t] > 0 ? s->need[t] : 1;
        if (s->need[t] > 1 && u01(d) < 0.4)
            s->need[t] -= below(d, s->need[t]);
    }
}

static void make_story(struct story *s, uint32_t number, int grid,
                       int spans, int pauses)
{
    struct dice d = { sbs_stream_init(20260205, number), 0 };
    *s = (struct story){ .n_tasks = 1 + below(&d, TASKS_MAX) };
    switch (below(&d, 4)) {
    case 0: /* seen at once */
        break;
    case 1:
        s->poll_s = 0.25 + some_s(&d, 12, grid);
        break;
    case 2:
        s->poll_task_s = 0.25 + some_s(&d, 1, grid);
        break;
    default:
        s->poll_s = 0.25 + some_s(&d, 12, grid);
        s->poll_task_s = 0.25 + some_s(&d, 1, grid);
    }
    s->begin_s = some_s(&d, 60, grid);
    add_results(s, &d, grid, spans);
    double t = s->begin_s;
    uint32_t n = pauses ? below(&d, PAUSES_MAX + 1) : 0;
    for (uint32_t p = 0; p < n; p++) {
        t += u01(&d) * 30;
        s->pause[p].from_s = t;
        t += u01(&d) * 10;
        s->pause[p].to_s = t;
    }
    s->n_pauses = n;
}

static int same(const struct walk *w, const struct fast *f, uint32_t number)
{
    for (uint32_t i = 0; i < w->n_seen || i < f->n_seen; i++) {
        if (i < w->n_seen && i < f->n_seen &&
            w->seen[i].result == f->seen[i].result &&
            fabs(w->seen[i].seen_s - f->seen[i].seen_s) <=
                1e-9 * w->seen[i].seen_s)
            continue;
        printf("# story %u, sight %u: want ", number, i);
        if (i < w->n_seen)
            printf("%u at %.12g", w->seen[i].result, w->seen[i].seen_s);
        printf(" got ");
        if (i < f->n_seen)
            printf("%u at %.12g", f->seen[i].result, f->seen[i].seen_s);
        printf("\n");
        return 0;
    }
    return 1;
}

static void test_stories(int grid, int spans, int pauses, const char *name)
{
    static struct story story;
    struct walk slow;
    struct fast fast;
    uint32_t wrong = 0, results = 0, n = 4000;
    for (uint32_t i = 0; i < n; i++) {
        make_story(&story, i, grid, spans, pauses);
        walk(&slow, &story);
        if (sbs_client_init(&fast.client, story.n_tasks) != 0)
            break;
        play(&fast, &story);
        sbs_client_fini(&fast.client);
        results += slow.n_seen;
        if (!same(&slow, &fast, i) && ++wrong == 3)
            break;
    }
    ok(wrong == 0 && results > n, "%s: %u stories, %u sights", name, n,
       results);
}

int main(void)
{
    test_stories(0, 0, 0, "plain");
    test_stories(1, 0, 0, "coinciding times");
    test_stories(0, 1, 0, "results that span tasks");
    test_stories(1, 1, 0, "results that span tasks, coinciding times");
    test_stories(0, 0, 1, "launches in between");
    test_stories(0, 1, 1, "launches in between, results that span tasks");
    return tap_done();
}
