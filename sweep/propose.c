/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/propose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "stats/gp.h"
#include "stats/summary.h"

/* Places in the pool, then the size. */
enum { DIMS = SBS_POOL_DIMS + 1 };
_Static_assert((int)DIMS <= (int)SBS_GP_DIMS, "a process over all of it");

/* The grid on which the best place is looked for. */
enum { STEPS_WORKERS = 33, STEPS_RANGE = 9 };

/* What a family has shown so far. */
struct seen {
    const struct sbs_pool *pool;
    const struct sbs_candidate **c;
    size_t n, dims; /* workers, ranges, and the size if there are several */
    double *x, *y, *noise, *miss, *miss_noise;
    const struct sbs_candidate *reference; /* y is relative to it */
    double level;                          /* log of its value */
};

static void seen_fini(struct seen *s)
{
    free(s->c);
    free(s->x);
    free(s->y);
    free(s->noise);
    free(s->miss);
    free(s->miss_noise);
}

/* The size between the smallest and the largest, by logarithms. */
static double size_at(const struct sbs_pool *p, size_t size)
{
    double lo = INFINITY, hi = 0;
    for (size_t i = 0; i < p->sizes; i++) {
        lo = fmin(lo, p->vcpu[i]);
        hi = fmax(hi, p->vcpu[i]);
    }
    return hi > lo ? sbs_log(p->vcpu[size] / lo) / sbs_log(hi / lo) : 0;
}

/* A candidate's place as the process sees it: out[dims]. */
static void point(const struct seen *s, const double *x, size_t size,
                  double *out)
{
    size_t own = s->dims - (s->pool->sizes > 1 ? 1 : 0);
    memcpy(out, x, own * sizeof *out);
    if (own < s->dims)
        out[own] = size_at(s->pool, size);
}

/* Variance of log(mean a / mean b), from pairs (delta method). */
static double noise_of(const double *a, double mean_a, const double *b,
                       double mean_b, uint32_t n)
{
    double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        double apart = a[i] / mean_a - b[i] / mean_b;
        squares += apart * apart;
    }
    return squares / ((double)n - 1) / n;
}

static int seen_fill(struct seen *s, const struct sbs_aim *aim,
                     uint64_t draws, struct sbs_error *err)
{
    const struct sbs_entry *b = &s->reference->search;
    struct sbs_standing base, st;
    if (sbs_aim_stand(aim, b, draws, &base, err) != 0)
        return -1;
    s->level = sbs_log(base.value);
    for (size_t i = 0; i < s->n; i++) {
        const struct sbs_entry *e = &s->c[i]->search;
        if (sbs_aim_stand(aim, e, draws, &st, err) != 0)
            return -1;
        point(s, s->c[i]->x, s->c[i]->size, s->x + i * s->dims);
        s->y[i] = sbs_log(st.value / base.value);
        s->noise[i] = noise_of(sbs_aim_values(aim, e), st.value,
                               sbs_aim_values(aim, b), base.value, e->n);
        s->miss[i] = fmax(-3, fmin(3, st.miss));
        s->miss_noise[i] = st.miss_sd * st.miss_sd;
    }
    return 0;
}

static int seen_init(struct seen *s, const struct sbs_pool *pool,
                     const struct sbs_aim *aim, uint64_t draws, size_t family,
                     struct sbs_error *err)
{
    size_t n = pool->n + 1, d = DIMS;
    *s = (struct seen){ .pool = pool };
    s->dims = pool->families->family[family].holes + 1;
    s->dims += pool->sizes > 1 ? 1 : 0;
    s->c = malloc(n * sizeof *s->c);
    s->x = malloc(n * d * sizeof *s->x);
    s->y = malloc(n * sizeof *s->y);
    s->noise = malloc(n * sizeof *s->noise);
    s->miss = malloc(n * sizeof *s->miss);
    s->miss_noise = malloc(n * sizeof *s->miss_noise);
    if (!s->c || !s->x || !s->y || !s->noise || !s->miss || !s->miss_noise)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < pool->n; i++) {
        const struct sbs_candidate *c = pool->candidate[i];
        if (c->family == family && c->search.n > 1 &&
            c->search.unfinished == 0)
            s->c[s->n++] = c;
    }
    if (s->n == 0)
        return 0;
    s->reference = s->c[0];
    return seen_fill(s, aim, draws, err);
}

/* ---- looking about ------------------------------------------------------ */

static size_t grid_size(const struct sbs_pool *p, size_t holes)
{
    size_t n = STEPS_WORKERS * p->sizes;
    for (size_t d = 0; d < holes; d++)
        n *= STEPS_RANGE;
    return n;
}

static void grid_at(const struct sbs_pool *p, size_t i, size_t holes,
                    struct sbs_spot *at)
{
    memset(at, 0, sizeof *at);
    at->size = i % p->sizes;
    i /= p->sizes;
    at->x[0] = (double)(i % STEPS_WORKERS) / (STEPS_WORKERS - 1);
    i /= STEPS_WORKERS;
    for (size_t d = 1; d <= holes; d++, i /= STEPS_RANGE)
        at->x[d] = (double)(i % STEPS_RANGE) / (STEPS_RANGE - 1);
}

struct surfaces {
    struct sbs_gp *value, *miss; /* miss NULL: no conditions */
    double least, worth;
};

/* How much a candidate at x is worth trying; 0 or less: not at all. */
static double worth_of(const struct surfaces *g, const double *x)
{
    double mean, sd, sure = 1;
    if (g->miss) {
        sbs_gp_at(g->miss, x, &mean, &sd);
        sure = sd > 0 ? sbs_norm_cdf(-mean / sd) : mean <= 0;
        if (!isfinite(g->least))
            return sure > 0.01 ? sure : 0;
    }
    sbs_gp_at(g->value, x, &mean, &sd);
    double better = sbs_gp_improvement(mean, sd, g->least) * sure;
    return better >= g->worth ? better : 0;
}

static bool near(const struct sbs_spot *a, const struct sbs_spot *b)
{
    double apart = 0;
    for (size_t d = 0; d < SBS_POOL_DIMS; d++)
        apart = fmax(apart, fabs(a->x[d] - b->x[d]));
    return a->size == b->size && apart < 0.06;
}

/* The best place of the grid that is not close to one taken this time. */
static bool best_place(const struct sbs_pool *p, const double *worth, size_t n,
                       size_t holes, struct sbs_spot *taken, size_t n_taken)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        struct sbs_spot at;
        bool close = false;
        if (!(worth[i] > most))
            continue;
        grid_at(p, i, holes, &at);
        for (size_t k = 0; k < n_taken; k++)
            close |= near(&at, &taken[k]);
        if (close)
            continue;
        most = worth[i];
        taken[n_taken] = at;
        taken[n_taken].worth = most;
    }
    return most > 0;
}

static int find_best(const struct surfaces *g, const struct seen *s,
                     size_t family, size_t most, struct sbs_spot *spot,
                     struct sbs_error *err)
{
    size_t holes = s->pool->families->family[family].holes, found = 0;
    size_t n = grid_size(s->pool, holes);
    double *worth = malloc(n * sizeof *worth);
    if (!worth)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n; i++) {
        double x[DIMS];
        struct sbs_spot at;
        grid_at(s->pool, i, holes, &at);
        point(s, at.x, at.size, x);
        worth[i] = worth_of(g, x);
    }
    while (found < most && best_place(s->pool, worth, n, holes, spot, found))
        spot[found++].family = family;
    free(worth);
    return (int)found;
}

static int has_conditions(const struct sbs_aim *aim)
{
    return isfinite(aim->deadline_s) || aim->speedup > 0 ||
           isfinite(aim->budget_usd);
}

int sbs_propose(const struct sbs_pool *pool, const struct sbs_aim *aim,
                uint64_t draws, size_t family, double least, double worth,
                size_t most, struct sbs_spot *spot, struct sbs_error *err)
{
    struct seen s;
    struct surfaces g = { .worth = worth };
    int status = seen_init(&s, pool, aim, draws, family, err);
    if (status == 0 && s.n >= 3) {
        struct sbs_error none;
        g.value = sbs_gp_create(s.x, s.y, s.noise, s.n, s.dims, &none);
        if (has_conditions(aim))
            g.miss = sbs_gp_create(s.x, s.miss, s.miss_noise, s.n, s.dims,
                                   &none);
        g.least = isfinite(least) ? sbs_log(least) - s.level : INFINITY;
        if (g.value && (g.miss || isfinite(g.least)))
            status = find_best(&g, &s, family, most, spot, err);
    }
    sbs_gp_destroy(g.value);
    sbs_gp_destroy(g.miss);
    seen_fini(&s);
    return status;
}
