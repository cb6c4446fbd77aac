/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of self-scheduling once more, each as its formula reads and
 * without an eye to speed: sums are taken anew whenever they are needed. To
 * be compared with policies/. Letters as in the papers: n units, p workers,
 * R units left, mu and sigma of a unit, h a chunk's overhead. */
#ifndef SBS_TESTS_PLAIN_CHUNKS_H
#define SBS_TESTS_PLAIN_CHUNKS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum plain_rule {
    PLAIN_SS, PLAIN_CSS, PLAIN_FSC, PLAIN_MFSC, PLAIN_GSS, PLAIN_TSS,
    PLAIN_FAC, PLAIN_FAC2, PLAIN_TAP, PLAIN_BOLD, PLAIN_WF, PLAIN_AWF_B,
    PLAIN_AWF_C, PLAIN_AWF_D, PLAIN_AWF_E, PLAIN_AF, PLAIN_RULES
};

/* A chunk somebody has taken. */
struct plain_chunk {
    int worker, units, done;
    double taken_s, compute_s, elapsed_s; /* the last two once done */
};

struct plain {
    enum plain_rule rule;
    int n, p;
    double mu, sigma, h;
    int k, min, first, last, whole_step; /* css, gss, tss; 0 = default */
    double alpha;                        /* tap */
    const double *weight;                /* wf, of each worker */
    struct plain_chunk *chunk; /* all so far */
    int chunks, batch_left;    /* R when the batch began */
};

static inline void plain_begin(struct plain *s)
{
    s->chunk = calloc((size_t)s->n, sizeof *s->chunk);
    s->chunks = s->batch_left = 0;
}

static inline void plain_end(struct plain *s)
{
    free(s->chunk);
    s->chunk = NULL;
}

static inline void plain_took(struct plain *s, int worker, int units,
                              double now_s)
{
    s->chunk[s->chunks++] = (struct plain_chunk){ .worker = worker,
                                                  .units = units,
                                                  .taken_s = now_s };
}

/* The chunk the worker took last is done. */
static inline void plain_did(struct plain *s, int worker, double compute_s,
                             double elapsed_s)
{
    int i = s->chunks - 1;
    while (s->chunk[i].worker != worker)
        i--;
    s->chunk[i].done = 1;
    s->chunk[i].compute_s = compute_s;
    s->chunk[i].elapsed_s = elapsed_s;
}

/* ---- fixed and shrinking sizes; before rounding ------------------------ */

static inline double plain_fsc(const struct plain *s)
{
    double blocks = ceil((double)s->n / s->p);
    if (s->p == 1 || s->sigma == 0)
        return blocks;
    double below = s->sigma * s->p * sqrt(log(s->p));
    double k = cbrt(pow(sqrt(2) * s->n * s->h / below, 2));
    return k > blocks ? blocks : k;
}

static inline double plain_mfsc(const struct plain *s)
{
    double each = (double)s->n / s->p;
    if (each <= 1)
        return 1;
    double k = 0.55 + each * log(2) / log(each);
    return k > ceil(each) ? ceil(each) : k;
}

static inline double plain_tss(const struct plain *s)
{
    int f = s->first ? s->first : (s->n + 2 * s->p - 1) / (2 * s->p);
    int l = s->last ? s->last : 1;
    if (l > f)
        l = f;
    int steps = (2 * s->n + f + l - 1) / (f + l) - 1;
    double step = steps ? (double)(f - l) / steps : 0;
    double size = f - (s->whole_step ? floor(step) : step) * s->chunks;
    return size < l ? l : size;
}

static inline double plain_fac(const struct plain *s)
{
    double R = s->batch_left;
    double b = s->p / (2 * sqrt(R)) * s->sigma / s->mu;
    double x = 1 + b * b + b * sqrt(b * b + 2);
    if (s->chunks >= s->p)
        x = 2 + b * b + b * sqrt(b * b + 4);
    return R / (x * s->p);
}

static inline double plain_tap(const struct plain *s, int R)
{
    double v = s->alpha * s->sigma / s->mu, T = (double)R / s->p;
    return T + v * v / 2 - v * sqrt(2 * T + v * v / 4);
}

static inline double plain_bold(const struct plain *s, int R, double now_s)
{
    double Q = (double)R / s->p, M = s->n, N = s->n;
    if (Q <= 1)
        return 1;
    for (int i = 0; i < s->chunks; i++) {
        const struct plain_chunk *c = &s->chunk[i];
        double speed = c->units / (c->units * s->mu + s->h);
        M -= c->done ? c->units : 0;
        N -= c->done ? c->units : (now_s - c->taken_s) * speed;
    }
    double ratio = s->sigma / s->mu, a = 2 * ratio * ratio;
    double b = a > 0 ? 8 * a * log(8 * a) : 0;
    double c1 = s->h / (s->mu * log(2)), c2 = sqrt(8 * atan(1)) * c1;
    double r = N > R ? N : R, T = r / s->p, v = Q / (b + Q);
    double d = R / (1 + 1 / log(Q) - v);
    if (d <= c2 || a == 0)
        return T;
    if (c2 == 0)
        return 1;
    if (isinf(a))
        return fmin(fmax(c1 * log(Q * log(Q)), 0), T);
    double y = a * log(d / c2) * (1 + M / (r * s->p));
    double w = b > 0 ? log(v * log(Q) * b) : log(log(Q));
    double x = T + y / 2 - sqrt(y * (T + y / 4)) + (w > 0 ? c1 * w : 0);
    return x < T ? x : T;
}

/* ---- weights and moments of each worker -------------------------------- */

/* The worker's time per unit, its k-th chunk weighing k; 0 = none done. */
static inline double plain_unit_s(const struct plain *s, int worker)
{
    double time_s = 0, units = 0;
    int overhead = s->rule == PLAIN_AWF_D || s->rule == PLAIN_AWF_E, k = 0;
    for (int i = 0; i < s->chunks; i++) {
        const struct plain_chunk *c = &s->chunk[i];
        if (c->worker != worker || !c->done)
            continue;
        k++;
        time_s += k * (overhead ? c->elapsed_s : c->compute_s);
        units += (double)k * c->units;
    }
    return units > 0 ? time_s / units : 0;
}

static inline double plain_awf_weight(const struct plain *s, int worker)
{
    double own = plain_unit_s(s, worker), sum = 0;
    int known = 0;
    for (int i = 0; i < s->p; i++) {
        double t = plain_unit_s(s, i);
        sum += t > 0 ? 1 / t : 0;
        known += t > 0;
    }
    return own > 0 ? known * (1 / own) / sum : 1;
}

/* Mean and variance of a worker's time per unit, from its chunks; -1 = fewer
 * than two are done. */
static inline int plain_moments(const struct plain *s, int worker,
                                double *mu, double *var)
{
    double time_s = 0, units = 0, squares = 0;
    int m = 0;
    for (int i = 0; i < s->chunks; i++)
        if (s->chunk[i].worker == worker && s->chunk[i].done) {
            m++;
            time_s += s->chunk[i].compute_s;
            units += s->chunk[i].units;
        }
    if (m < 2)
        return -1;
    *mu = time_s / units;
    for (int i = 0; i < s->chunks; i++) {
        const struct plain_chunk *c = &s->chunk[i];
        double off = c->compute_s / c->units - *mu;
        if (c->worker == worker && c->done)
            squares += c->units * off * off;
    }
    *var = squares / (m - 1);
    return 0;
}

/* -1 = the worker has too little history. */
static inline double plain_af(const struct plain *s, int worker, int R)
{
    double own, mu, var, D = 0, speeds = 0;
    int known = 0;
    if (plain_moments(s, worker, &own, &var) != 0)
        return -1;
    for (int i = 0; i < s->p; i++)
        if (plain_moments(s, i, &mu, &var) == 0) {
            known++;
            D += var / mu;
            speeds += 1 / mu;
        }
    D *= (double)s->p / known;
    double T = 1 / (speeds * s->p / known);
    return (D + 2 * T * R - sqrt(D * D + 4 * D * T * R)) / (2 * own);
}

/* ---- the next chunk ---------------------------------------------------- */

static inline double plain_fac2(const struct plain *s, int R)
{
    return ceil(R / (2.0 * s->p));
}

/* Before rounding and clamping. */
static inline double plain_size(struct plain *s, int worker, int R,
                                double now_s)
{
    int opens = s->chunks % s->p == 0;
    if (s->rule == PLAIN_AF) {
        double x = plain_af(s, worker, R);
        if (x >= 0)
            return x;
        /* Only chunks by fac2 make up its batches. */
        opens = s->batch_left == 0 || s->k == s->p;
        s->k = opens ? 1 : s->k + 1;
    }
    if (opens)
        s->batch_left = R;
    switch (s->rule) {
    case PLAIN_CSS: return s->k;
    case PLAIN_FSC: return plain_fsc(s);
    case PLAIN_MFSC: return plain_mfsc(s);
    case PLAIN_GSS: return fmax(s->min, (double)R / s->p);
    case PLAIN_TSS: return plain_tss(s);
    case PLAIN_FAC: return plain_fac(s);
    case PLAIN_AF:
    case PLAIN_FAC2: return plain_fac2(s, s->batch_left);
    case PLAIN_TAP: return plain_tap(s, R);
    case PLAIN_BOLD: return plain_bold(s, R, now_s);
    case PLAIN_WF: return s->weight[worker] * plain_fac2(s, s->batch_left);
    case PLAIN_AWF_B:
    case PLAIN_AWF_D:
        return plain_awf_weight(s, worker) * plain_fac2(s, s->batch_left);
    case PLAIN_AWF_C:
    case PLAIN_AWF_E:
        return plain_awf_weight(s, worker) * plain_fac2(s, R);
    default: return 1;
    }
}

static inline int plain_rounded(const struct plain *s, double x, int R)
{
    int down = s->rule == PLAIN_MFSC || s->rule == PLAIN_TSS ||
               s->rule == PLAIN_BOLD;
    x = down ? floor(x) : ceil(x);
    return !(x > 1) ? 1 : x > R ? R : (int)x;
}

#endif
