/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "stats/select.h"
#include "stats/summary.h"
#include "sweep/propose.h"

/* Numbers of workers in the first design; replications of the search; how
 * often an aim is refined, candidates each time, of these of one family, and
 * how many families are looked at: those that lead, and some of the front. */
enum { GRID = 5, SEARCH = 200, ROUNDS = 8, NEW = 6, EACH = 3, LEADERS = 4,
       FAMILIES = 12 };
/* Candidates of the front that are tried in other sizes; bills for which the
 * least makespan is looked for. */
enum { SOME_SIZES = 5, BUDGETS = 3 };

uint32_t sbs_tune_search_reps(uint64_t draws)
{
    /* Whole cycles of the draws, unless these are very many. */
    if (draws < 2 || draws > 5 * SEARCH)
        return SEARCH;
    return (uint32_t)((SEARCH + draws - 1) / draws * draws);
}

/* Simulate what the pool has got since `from`. */
static int evaluate(struct sbs_tune *t, size_t from, struct sbs_error *err)
{
    size_t n = t->pool.n - from;
    struct sbs_entry **list = calloc(n + 1, sizeof *list);
    if (!list)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n; i++)
        list[i] = &t->pool.candidate[from + i]->search;
    int status = sbs_race_extend(&t->race, list, n, t->search_reps, err);
    for (size_t i = 0; i < n && status == 0; i++)
        t->dropped += list[i]->unfinished > 0 ? 1 : 0;
    free(list);
    return status;
}

/* ---- the first design ---------------------------------------------------- */

/* Ranges are filled by multiples of the golden ratio and its kin (Roberts'
 * R sequence), each number of workers with other values. */
static void place(double *x, size_t i, size_t n)
{
    static const double step[SBS_POOL_DIMS] = { 0, 0.8191725133961645,
                                                0.6710436067037893,
                                                0.5497004779019703 };
    x[0] = n > 1 ? (double)i / (double)(n - 1) : 0;
    for (size_t d = 1; d < SBS_POOL_DIMS; d++) {
        double u = 0.5 + step[d] * (double)i;
        x[d] = u - floor(u);
    }
}

static size_t grid_of(const struct sbs_pool *p)
{
    if (p->workers)
        return p->n_workers;
    return p->lo == p->hi ? 1 : GRID;
}

static int first_design(struct sbs_tune *t, struct sbs_error *err)
{
    struct sbs_pool *p = &t->pool;
    size_t grid = grid_of(p);
    for (size_t f = 0; f < p->families->n; f++) {
        /* One number of workers tells nothing of the ranges. */
        size_t n = grid == 1 && p->families->family[f].holes > 0 ? GRID : grid;
        for (size_t i = 0; i < n; i++) {
            double x[SBS_POOL_DIMS];
            struct sbs_candidate *c;
            place(x, i, n);
            if (grid == 1)
                x[0] = 0;
            if (sbs_pool_add(p, f, 0, x, &c, err) != 0)
                return -1;
        }
    }
    if (p->n == 0) {
        *err = p->why;
        return -1;
    }
    return evaluate(t, 0, err);
}

/* ---- near the front ----------------------------------------------------- */

static double mean_of(const struct sbs_entry *e, enum sbs_race_row row)
{
    return e->unfinished ? NAN : sbs_summary_sum(e->row[row], e->n) / e->n;
}

/* Candidates on the front of the search's means, by time. */
static int find_front(const struct sbs_tune *t, size_t **list, size_t *n,
                      struct sbs_error *err)
{
    const struct sbs_pool *p = &t->pool;
    double *time = malloc(2 * p->n * sizeof *time), *bill = time + p->n;
    unsigned char *on = malloc(p->n);
    *list = malloc(p->n * sizeof **list);
    *n = 0;
    if (!time || !on || !*list) {
        free(time);
        free(on);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    for (size_t i = 0; i < p->n; i++) {
        time[i] = mean_of(&p->candidate[i]->search, SBS_RACE_TIME);
        bill[i] = mean_of(&p->candidate[i]->search, SBS_RACE_BILL);
    }
    sbs_select_front(time, bill, p->n, t->rule.indifference, on);
    for (size_t i = 0; i < p->n; i++) {
        size_t at = *n;
        if (!on[i])
            continue;
        for (; at > 0 && time[(*list)[at - 1]] > time[i]; at--)
            (*list)[at] = (*list)[at - 1];
        (*list)[at] = i;
        ++*n;
    }
    free(time);
    free(on);
    return 0;
}

/* What is on the front, with workers of the other sizes. */
static int other_sizes(struct sbs_tune *t, struct sbs_error *err)
{
    struct sbs_pool *p = &t->pool;
    size_t *front, n, from = p->n;
    if (p->sizes < 2)
        return 0;
    int status = find_front(t, &front, &n, err);
    size_t some = n < SOME_SIZES ? n : SOME_SIZES;
    for (size_t i = 0; i < some && status == 0; i++)
        for (size_t s = 1; s < p->sizes && status == 0; s++) {
            size_t at = some > 1 ? i * (n - 1) / (some - 1) : 0;
            const struct sbs_candidate *c = p->candidate[front[at]];
            struct sbs_candidate *new;
            status = sbs_pool_add(p, c->family, s, c->x, &new, err);
        }
    free(front);
    return status == 0 ? evaluate(t, from, err) : -1;
}

/* ---- for an aim --------------------------------------------------------- */

/* In the order of an aim: what meets its conditions first, then by value; of
 * what does not, by how little is missing. */
struct ranked {
    size_t candidate;
    struct sbs_standing s;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    double miss_x = fmax(0, x->s.miss), miss_y = fmax(0, y->s.miss);
    if (miss_x != miss_y)
        return miss_x < miss_y ? -1 : 1;
    if (x->s.value != y->s.value)
        return x->s.value < y->s.value ? -1 : 1;
    return x->candidate < y->candidate ? -1 : 1;
}

static int rank_all(const struct sbs_tune *t, const struct sbs_aim *aim,
                    struct ranked **out, struct sbs_error *err)
{
    const struct sbs_pool *p = &t->pool;
    struct ranked *r = malloc((p->n + 1) * sizeof *r);
    if (!r)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < p->n; i++) {
        r[i].candidate = i;
        if (sbs_aim_stand(aim, &p->candidate[i]->search, t->rule.draws,
                          &r[i].s, err) != 0) {
            free(r);
            return -1;
        }
    }
    qsort(r, p->n, sizeof *r, by_rank);
    *out = r;
    return 0;
}

static size_t note_family(size_t *list, size_t n, size_t family)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == family)
            return n;
    list[n] = family;
    return n + 1;
}

/* Families in which better might be found. */
static int promising(const struct sbs_tune *t, const struct ranked *r,
                     size_t list[FAMILIES], size_t *n, struct sbs_error *err)
{
    size_t *front, fronts;
    *n = 0;
    for (size_t i = 0; i < t->pool.n && *n < LEADERS; i++)
        *n = note_family(list, *n,
                         t->pool.candidate[r[i].candidate]->family);
    if (find_front(t, &front, &fronts, err) != 0)
        return -1;
    for (size_t i = 0; i < fronts && *n < FAMILIES; i++)
        *n = note_family(list, *n, t->pool.candidate[front[i]]->family);
    free(front);
    return 0;
}

static int by_worth(const void *a, const void *b)
{
    const struct sbs_spot *x = a, *y = b;
    if (x->worth != y->worth)
        return x->worth > y->worth ? -1 : 1;
    return x->family < y->family ? -1 : x->family > y->family;
}

/* The best places that these families have to offer, best first. */
static int look(const struct sbs_tune *t, const struct sbs_aim *aim,
                struct sbs_spot *spot, size_t *n, struct sbs_error *err)
{
    struct ranked *r;
    size_t family[FAMILIES], families;
    *n = 0;
    if (rank_all(t, aim, &r, err) != 0)
        return -1;
    double least = r[0].s.miss <= 0 ? r[0].s.value : INFINITY;
    int found = promising(t, r, family, &families, err);
    free(r);
    for (size_t i = 0; i < families && found >= 0; i++) {
        found = sbs_propose(&t->pool, aim, t->rule.draws, family[i], least,
                            t->rule.indifference / 10, EACH, spot + *n, err);
        *n += found > 0 ? (size_t)found : 0;
    }
    qsort(spot, *n, sizeof *spot, by_worth);
    return found < 0 ? -1 : 0;
}

static int refine_once(struct sbs_tune *t, const struct sbs_aim *aim,
                       size_t *made, struct sbs_error *err)
{
    struct sbs_spot spot[FAMILIES * EACH];
    size_t from = t->pool.n, n;
    int status = look(t, aim, spot, &n, err);
    for (size_t i = 0; i < n && t->pool.n - from < NEW && status == 0; i++) {
        struct sbs_candidate *c;
        status = sbs_pool_add(&t->pool, spot[i].family, spot[i].size,
                              spot[i].x, &c, err);
    }
    *made = t->pool.n - from;
    return status == 0 ? evaluate(t, from, err) : -1;
}

static int refine(struct sbs_tune *t, const struct sbs_aim *aim,
                  struct sbs_error *err)
{
    size_t made = 1;
    for (int round = 0; round < ROUNDS && made > 0; round++)
        if (refine_once(t, aim, &made, err) != 0)
            return -1;
    return 0;
}

/* So that the front has no holes: the least makespan for any bill, and for
 * bills between the highest and the lowest of the front. */
static int refine_front(struct sbs_tune *t, struct sbs_error *err)
{
    struct sbs_aim aim = { .goal = SBS_GOAL_MAKESPAN,
                           .deadline_s = INFINITY,
                           .budget_usd = INFINITY };
    size_t *front, n;
    if (refine(t, &aim, err) != 0 || find_front(t, &front, &n, err) != 0)
        return -1;
    double ends[2] = { 0, 0 };
    int status = 0;
    for (size_t i = 0; i < 2 && n > 0 && status == 0; i++)
        status = sbs_aim_bill(&t->pool.candidate[front[i ? n - 1 : 0]]->search,
                              t->rule.draws, &ends[i], err);
    free(front);
    for (int i = 1; i <= BUDGETS && status == 0 && ends[1] > 0; i++) {
        double part = (double)i / (BUDGETS + 1);
        aim.budget_usd = ends[1] * sbs_exp(part * sbs_log(ends[0] / ends[1]));
        status = refine(t, &aim, err);
    }
    return status;
}

static int refine_all(struct sbs_tune *t, struct sbs_error *err)
{
    for (size_t a = 0; a < t->aims; a++)
        if (refine(t, &t->aim[a], err) != 0)
            return -1;
    return refine_front(t, err);
}

/* ---- judging ------------------------------------------------------------ */

/* Rank with what is within `sds` of its errors of meeting the conditions as
 * if it met them (below 0: only what meets them by that much). */
static void lean(struct ranked *r, size_t n, double sds)
{
    for (size_t i = 0; i < n; i++) {
        double miss = r[i].s.miss - sds * r[i].s.miss_sd;
        r[i].s.miss = miss <= 0 ? 0 : fmax(miss, r[i].s.miss);
    }
    qsort(r, n, sizeof *r, by_rank);
}

static size_t take(size_t *index, size_t n, size_t most,
                   const struct ranked *r, size_t all)
{
    for (size_t i = 0; i < all && n < most; i++) {
        bool known = false;
        for (size_t k = 0; k < n; k++)
            known |= index[k] == r[i].candidate;
        if (!known)
            index[n++] = r[i].candidate;
    }
    return n;
}

/* The best by the search: half of those that may meet the conditions for all
 * that is known, half of those that very probably do. */
static int choose(struct sbs_tune *t, size_t a, struct sbs_error *err)
{
    size_t index[SBS_TUNE_FINALISTS], n = 0;
    for (int sure = 0; sure < 2; sure++) {
        struct ranked *r;
        if (rank_all(t, &t->aim[a], &r, err) != 0)
            return -1;
        lean(r, t->pool.n, sure ? -2 : 2);
        n = take(index, n,
                 sure ? SBS_TUNE_FINALISTS : SBS_TUNE_FINALISTS / 2, r,
                 t->pool.n);
        free(r);
    }
    return sbs_choose(&t->pool, &t->rule, &t->aim[a], index, n, &t->choice[a],
                      err);
}

/* Evenly by rank, when there are more than can be judged. */
static int judge_front(struct sbs_tune *t, struct sbs_error *err)
{
    size_t *front, n;
    int status = find_front(t, &front, &n, err);
    if (status == 0 && n > SBS_TUNE_FRONT) {
        for (size_t i = 0; i < SBS_TUNE_FRONT; i++)
            front[i] = front[i * (n - 1) / (SBS_TUNE_FRONT - 1)];
        n = SBS_TUNE_FRONT;
    }
    if (status == 0) {
        t->front = calloc(n + 1, sizeof *t->front);
        t->n_front = n;
        status = t->front ? sbs_choose_front(&t->pool, &t->rule, front, n,
                                             t->front, err)
                          : sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    free(front);
    return status;
}

int sbs_tune_run(struct sbs_tune *t, struct sbs_error *err)
{
    uint64_t draws = t->rule.draws > 1 ? t->rule.draws : 1;
    t->search_reps = sbs_tune_search_reps(t->rule.draws);
    /* Judging begins behind the search, with the first draw. */
    t->rule.first = (uint32_t)((t->search_reps + draws - 1) / draws * draws);
    t->rule.race = &t->race;
    t->choice = calloc(t->aims + 1, sizeof *t->choice);
    if (!t->choice)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (first_design(t, err) != 0 || other_sizes(t, err) != 0 ||
        refine_all(t, err) != 0)
        return -1;
    t->searched = t->race.done;
    for (size_t a = 0; a < t->aims; a++)
        if (choose(t, a, err) != 0)
            return -1;
    if (judge_front(t, err) != 0)
        return -1;
    t->judged = t->race.done - t->searched;
    return 0;
}

void sbs_tune_fini(struct sbs_tune *t)
{
    for (size_t a = 0; t->choice && a < t->aims; a++)
        sbs_choice_fini(&t->choice[a]);
    free(t->choice);
    free(t->front);
    sbs_pool_fini(&t->pool);
    t->choice = NULL;
    t->front = NULL;
}
