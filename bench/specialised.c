/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bench/specialised.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "sim/purpose.h"

/* Cells of equal probability; the outermost are inverted exactly, because
 * there the quantile bends too much for a cubic. Tasks drawn at a time. */
enum { CELLS = 4096, TAIL = 32, BLOCK = 512 };

/* The quantile of a law, a cubic a cell through values and slopes at its
 * ends: relative error below 1e-8 (bench_bag measures it). */
struct table {
    struct sbs_dist law;
    double c[CELLS][4];
};

/* Which of the bag's laws. */
enum which { START, SLOWDOWN, WORK, N_LAWS };

struct specialised {
    uint32_t tasks, workers;
    uint64_t seed;
    struct sbs_dist law[N_LAWS];
    bool exact, as_engine;
    /* The winner tree: of the two below node i, 2 i and 2 i + 1, the earlier
     * time and whose it is; leaf w is node leaves + w, the earliest of all
     * node 1. Times are not negative, so their bits order as they do. */
    uint32_t leaves;
    uint64_t *time_bits; /* [2 leaves] */
    uint32_t *worker;    /* [2 leaves] */
    double *start_s, *slowdown;
    double task_s[BLOCK];
    struct table *table; /* [N_LAWS], or NULL */
};

/* dq/du = q sigma / phi(z), for q = exp(mu + sigma z). */
static double slope(const struct sbs_dist *d, double q)
{
    double z = (log(q) - d->a) / d->b;
    return q * d->b * sqrt(2 * M_PI) * exp(0.5 * z * z);
}

static void fill_table(struct table *t, const struct sbs_dist *law)
{
    t->law = *law;
    for (int i = TAIL; i < CELLS - TAIL; i++) {
        double u0 = (double)i / CELLS, u1 = (double)(i + 1) / CELLS;
        double q0 = sbs_dist_quantile(law, u0);
        double q1 = sbs_dist_quantile(law, u1);
        double d0 = slope(law, q0) / CELLS, d1 = slope(law, q1) / CELLS;
        t->c[i][0] = q0;
        t->c[i][1] = d0;
        t->c[i][2] = 3 * (q1 - q0) - 2 * d0 - d1;
        t->c[i][3] = 2 * (q0 - q1) + d0 + d1;
    }
}

static void look_up(const struct table *t, size_t n, double *x)
{
    for (size_t k = 0; k < n; k++) {
        double at = x[k] * CELLS;
        int i = (int)at;
        const double *c = t->c[i];
        double f = at - i;
        if (i < TAIL || i >= CELLS - TAIL)
            x[k] = sbs_dist_quantile(&t->law, x[k]);
        else
            x[k] = c[0] + f * (c[1] + f * (c[2] + f * c[3]));
    }
}

/* AS 241 between the quartiles and somewhat beyond; branch-free, so that the
 * compiler makes several at once. As in base/fmath.h. */
static double middle(double p)
{
    double q = p - 0.5, r = 0.180625 - q * q, r2 = r * r, r4 = r2 * r2;
    double n =
        ((3.3871328727963666080e0 + r * 1.3314166789178437745e2) +
         r2 * (1.9715909503065514427e3 + r * 1.3731693765509461125e4)) +
        r4 * ((4.5921953931549871457e4 + r * 6.7265770927008700853e4) +
              r2 * (3.3430575583588128105e4 + r * 2.5090809287301226727e3));
    double d =
        ((1.0 + r * 4.2313330701600911252e1) +
         r2 * (6.8718700749205790830e2 + r * 5.3941960214247511077e3)) +
        r4 * ((2.1213794301586595867e4 + r * 3.9307895800092710610e4) +
              r2 * (2.8729085735721942674e4 + r * 5.2264952788528545610e3));
    return q * n / d;
}

/* Uniforms to variates of a lognormal law, n <= BLOCK. */
static void invert(const struct sbs_dist *d, uint32_t n, double *x)
{
    double z[BLOCK];
    uint32_t tail[BLOCK], n_tail = 0;
    const double mu = d->a, sigma = d->b;
    for (uint32_t k = 0; k < n; k++)
        z[k] = middle(x[k]);
    for (uint32_t k = 0; k < n; k++) {
        tail[n_tail] = k;
        n_tail += fabs(x[k] - 0.5) > 0.425;
    }
    for (uint32_t i = 0; i < n_tail; i++)
        z[tail[i]] = sbs_norm_quantile(x[tail[i]]);
    for (uint32_t k = 0; k < n; k++)
        x[k] = sbs_exp(mu + sigma * z[k]);
}

static void make_variates(const struct specialised *s, enum which which,
                          uint32_t n, double *x)
{
    for (uint32_t done = 0; done < n; done += BLOCK) {
        uint32_t now = n - done < BLOCK ? n - done : BLOCK;
        if (s->exact)
            invert(&s->law[which], now, x + done);
        else
            look_up(&s->table[which], now, x + done);
    }
}

/* Both words of every block; the loop over blocks is vectorised. */
static void draw_dense(const struct sbs_stream *stream, enum which which,
                       uint32_t first, uint32_t n, double *x)
{
    uint32_t pair = first / 2;
    for (uint32_t k = 0; k + 1 < n; k += 2)
        sbs_rng_u01x2(stream, 0, which, 0, pair + k / 2, x + k);
    if (n & 1)
        x[n - 1] = sbs_rng_u01(stream, 0, which, 0, first + n - 1);
}

static void draw(const struct specialised *s, const struct sbs_stream *stream,
                 enum which which, uint32_t first, uint32_t n, double *x)
{
    static const uint32_t purpose[] = { SBS_FOR_STARTUP, SBS_FOR_SPEED,
                                        SBS_FOR_WORK };
    static const uint32_t number[] = { 0, 2, 0 };
    if (s->as_engine)
        sbs_rng_fill_entities(stream, first, purpose[which], 0, number[which],
                              n, x);
    else
        draw_dense(stream, which, first, n, x);
    make_variates(s, which, n, x);
}

static uint64_t bits(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

static double seconds(uint64_t b)
{
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

/* Fill the tree from start_s. */
static void tree_fill(struct specialised *s)
{
    uint64_t *t = s->time_bits;
    uint32_t *who = s->worker;
    for (uint32_t w = 0; w < s->leaves; w++) {
        t[s->leaves + w] = bits(w < s->workers ? s->start_s[w] : INFINITY);
        who[s->leaves + w] = w;
    }
    for (uint32_t i = s->leaves - 1; i > 0; i--) {
        uint32_t second = t[2 * i + 1] < t[2 * i];
        t[i] = t[2 * i + second];
        who[i] = who[2 * i + second];
    }
}

/* The earliest has a new time: it plays its way up again. A mask instead of
 * a choice, which the compiler makes a branch that nothing can predict. */
static void tree_play(uint64_t *t, uint32_t *who, uint32_t leaves,
                      double time_s)
{
    uint32_t worker = who[1], i = leaves + worker;
    uint64_t time = t[i] = bits(time_s);
    for (; i > 1; i /= 2) {
        uint64_t other = t[i ^ 1];
        uint32_t mask = -(uint32_t)(other < time);
        worker ^= (who[i ^ 1] ^ worker) & mask;
        time = other < time ? other : time;
        t[i / 2] = time;
        who[i / 2] = worker;
    }
}

static double replicate(struct specialised *s, uint32_t replication)
{
    struct sbs_stream stream = sbs_stream_init(s->seed, replication);
    double last_s = 0;
    draw(s, &stream, START, 0, s->workers, s->start_s);
    draw(s, &stream, SLOWDOWN, 0, s->workers, s->slowdown);
    tree_fill(s);
    for (uint32_t done = 0; done < s->tasks; done += BLOCK) {
        uint32_t n = s->tasks - done < BLOCK ? s->tasks - done : BLOCK;
        draw(s, &stream, WORK, done, n, s->task_s);
        for (uint32_t k = 0; k < n; k++) {
            double end_s = seconds(s->time_bits[1]) +
                           s->task_s[k] * s->slowdown[s->worker[1]];
            last_s = end_s > last_s ? end_s : last_s;
            tree_play(s->time_bits, s->worker, s->leaves, end_s);
        }
    }
    return last_s;
}

struct specialised *specialised_create(const struct bench_bag *bag,
                                       enum specialised_how how)
{
    struct specialised *s = calloc(1, sizeof *s);
    if (!s)
        bench_die("out of memory");
    *s = (struct specialised){
        .tasks = bag->tasks,
        .workers = bag->workers,
        .seed = bag->seed,
        .law = { bag->start_s, bag->slowdown, bag->ref_s },
        .exact = !(how & SPECIALISED_TABLES),
        .as_engine = how & SPECIALISED_AS_ENGINE,
        .leaves = 2,
    };
    while (s->leaves < bag->workers)
        s->leaves *= 2;
    s->time_bits = calloc(2 * s->leaves, sizeof *s->time_bits);
    s->worker = calloc(2 * s->leaves, sizeof *s->worker);
    s->start_s = calloc(bag->workers, sizeof *s->start_s);
    s->slowdown = calloc(bag->workers, sizeof *s->slowdown);
    if (!s->exact)
        s->table = calloc(N_LAWS, sizeof *s->table);
    if (!s->time_bits || !s->worker || !s->start_s || !s->slowdown ||
        (!s->exact && !s->table))
        bench_die("out of memory");
    for (int i = 0; s->table && i < N_LAWS; i++)
        fill_table(&s->table[i], &s->law[i]);
    return s;
}

void specialised_destroy(struct specialised *s)
{
    free(s->table);
    free(s->slowdown);
    free(s->start_s);
    free(s->worker);
    free(s->time_bits);
    free(s);
}

struct bench_sum specialised_run(struct specialised *s, uint32_t reps,
                                 double *out)
{
    struct bench_sum sum = { 0 };
    for (uint32_t r = 0; r < reps; r++) {
        double makespan_s = replicate(s, r);
        bench_add(&sum, makespan_s);
        if (out)
            out[r] = makespan_s;
    }
    return sum;
}
