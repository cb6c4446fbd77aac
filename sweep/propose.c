/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/propose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "stats/gp.h"
#include "stats/summary.h"

_Static_assert((int)SBS_POOL_DIMS <= (int)SBS_GP_DIMS, "a process per place");

/* The grid on which the best place is looked for. */
enum { STEPS_WORKERS = 33, STEPS_RANGE = 9, TRIES = 20 };

/* What a family has shown so far. */
struct seen {
    const struct sbs_candidate **c;
    size_t n, dims;
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
        memcpy(s->x + i * s->dims, s->c[i]->x, s->dims * sizeof *s->x);
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
                     size_t size, struct sbs_error *err)
{
    size_t n = pool->n + 1, d = SBS_POOL_DIMS;
    *s = (struct seen){ .dims = pool->families->family[family].holes + 1 };
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
        if (c->family == family && c->size == size && c->search.n > 1 &&
            c->search.unfinished == 0)
            s->c[s->n++] = c;
    }
    if (s->n == 0)
        return 0;
    s->reference = s->c[0];
    return seen_fill(s, aim, draws, err);
}

/* ---- looking about --------------------------------------------------------- */

static size_t grid_size(size_t dims)
{
    size_t n = STEPS_WORKERS;
    for (size_t d = 1; d < dims; d++)
        n *= STEPS_RANGE;
    return n;
}

static void grid_at(size_t i, size_t dims, double *x)
{
    memset(x, 0, SBS_POOL_DIMS * sizeof *x);
    x[0] = (double)(i % STEPS_WORKERS) / (STEPS_WORKERS - 1);
    i /= STEPS_WORKERS;
    for (size_t d = 1; d < dims; d++, i /= STEPS_RANGE)
        x[d] = (double)(i % STEPS_RANGE) / (STEPS_RANGE - 1);
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

/* The best place of the grid that is not close to one taken this time. */
static int best_place(const double *worth, size_t n, size_t dims,
                      double taken[][SBS_POOL_DIMS], size_t n_taken,
                      double *x)
{
    double most = 0, at[SBS_POOL_DIMS];
    for (size_t i = 0; i < n; i++) {
        int near_one = 0;
        if (!(worth[i] > most))
            continue;
        grid_at(i, dims, at);
        for (size_t k = 0; k < n_taken; k++) {
            double apart = 0;
            for (size_t d = 0; d < dims; d++)
                apart = fmax(apart, fabs(at[d] - taken[k][d]));
            near_one |= apart < 0.06;
        }
        if (near_one)
            continue;
        most = worth[i];
        memcpy(x, at, sizeof at);
    }
    return most > 0;
}

static int add_best(struct sbs_pool *pool, const struct surfaces *g,
                    const struct seen *s, size_t family, size_t size,
                    size_t most, size_t *made, struct sbs_error *err)
{
    double taken[TRIES][SBS_POOL_DIMS];
    size_t n = grid_size(s->dims);
    double *worth = malloc(n * sizeof *worth);
    if (!worth)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n; i++) {
        double x[SBS_POOL_DIMS];
        grid_at(i, s->dims, x);
        worth[i] = worth_of(g, x);
    }
    int status = 0;
    for (size_t t = 0; t < TRIES && *made < most && status == 0; t++) {
        struct sbs_candidate *c;
        if (!best_place(worth, n, s->dims, taken, t, taken[t]))
            break;
        status = sbs_pool_add(pool, family, size, taken[t], &c, err);
        *made += status == 0 && c ? 1 : 0;
    }
    free(worth);
    return status;
}

static int has_conditions(const struct sbs_aim *aim)
{
    return isfinite(aim->deadline_s) || aim->speedup > 0 ||
           isfinite(aim->budget_usd);
}

int sbs_propose(struct sbs_pool *pool, const struct sbs_aim *aim,
                uint64_t draws, size_t family, size_t size, double least,
                double worth, size_t most, size_t *made,
                struct sbs_error *err)
{
    struct seen s;
    struct surfaces g = { .worth = worth };
    *made = 0;
    int status = seen_init(&s, pool, aim, draws, family, size, err);
    if (status == 0 && s.n >= 3) {
        struct sbs_error none;
        g.value = sbs_gp_create(s.x, s.y, s.noise, s.n, s.dims, &none);
        if (has_conditions(aim))
            g.miss = sbs_gp_create(s.x, s.miss, s.miss_noise, s.n, s.dims,
                                   &none);
        g.least = isfinite(least) ? sbs_log(least) - s.level : INFINITY;
        if (g.value && (g.miss || isfinite(g.least)))
            status = add_best(pool, &g, &s, family, size, most, made, err);
    }
    sbs_gp_destroy(g.value);
    sbs_gp_destroy(g.miss);
    seen_fini(&s);
    return status;
}
