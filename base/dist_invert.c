/* SPDX-License-Identifier: Apache-2.0 */
/* The quantile x of u solves F(x) = u. A table holds x at u = j/256 with the
 * slope dx/du there; inside a cell a cubic (Hermite) gives a first guess and
 * one to three Newton steps the rest, kept inside a shrinking bracket. In the
 * upper half 1 - F(x) = 1 - u is solved instead, and near both ends the
 * logarithm of that, so that tails keep their relative accuracy. Atoms (the
 * jumps of F) are listed apart and looked up first. */
#include "config.h"

#include "base/dist_invert.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/gammafn.h"
#include "base/reals.h"

enum { CELLS = 256, MAX_STEPS = 300 };

struct sbs_dist_table {
    double x[CELLS + 1];     /* x[j] = quantile of j/CELLS, 0 < j < CELLS */
    double slope[CELLS + 1]; /* dx/du there; 0 if there is none */
    bool continuous;         /* some of the mass is not in atoms */
    size_t atoms;
    double *atom;            /* ascending */
    double *under, *upto;    /* P(X < atom), P(X <= atom) */
};

struct bracket {
    double lo, hi; /* F(lo) <= u <= F(hi) */
    double guess;
};

static double middle(double lo, double hi)
{
    /* By magnitude while the ends are far apart: from 1 down to 1e-300 it is
     * ten steps, not a thousand. */
    if (lo >= 0 && hi > 4 * lo)
        return sqrt(fmax(lo, DBL_TRUE_MIN)) * sqrt(hi);
    return lo + 0.5 * (hi - lo);
}

/* Newton's step at x; 0 if there is none to take. */
static double newton(const struct sbs_dist_at *at, double u, double target)
{
    bool upper = u > 0.5;
    double mass = upper ? at->above : at->below;
    if (!(at->density > 0) || !(mass > 0))
        return 0;
    double step = mass - target;
    if (target < 2.0 / CELLS)
        step = mass * sbs_log(mass / target);
    step /= at->density;
    return upper ? step : -step;
}

static double solve(const struct sbs_dist *d, double u, struct bracket in)
{
    double target = u > 0.5 ? 1 - u : u, lo = in.lo, hi = in.hi;
    double x = in.guess;
    if (!(x > lo && x < hi))
        x = middle(lo, hi);
    for (int i = 1; i < MAX_STEPS && x > lo && x < hi; i++) {
        struct sbs_dist_at at = sbs_dist_at(d, x);
        if (u > 0.5 ? at.above > target : at.below < target)
            lo = x;
        else
            hi = x;
        double step = newton(&at, u, target), next = x + step;
        /* Newton doubles the digits: if this step is small, in x and in what
         * it adds to the mass, the next one is nothing. */
        if (step != 0 && fabs(step) <= 1e-10 * fabs(x) &&
            fabs(step) * at.density <= 1e-9 * target)
            return next < in.lo ? in.lo : next > in.hi ? in.hi : next;
        if (i % 4 == 0 || step == 0 || !(next > lo && next < hi))
            next = middle(lo, hi);
        x = next;
    }
    return hi;
}

/* A bracket and a guess from Gamma's shape alone, in units of its scale. */
static struct bracket gamma_bracket(const struct sbs_dist *d, double u)
{
    const double a = d->a;
    struct bracket in;
    /* P(a, x) <= x^a / Gamma(a + 1) */
    in.lo = sbs_exp((sbs_log(u) + sbs_gammafn_log(a + 1)) / a) * (1 - 1e-9);
    in.lo *= d->b;
    in.hi = d->b * (a + 4 * sqrt(a) + 4);
    while (sbs_dist_at(d, in.hi).below < u && sbs_dist_at(d, in.hi).above > 0)
        in.hi *= 2;
    /* Wilson and Hilferty 1931 */
    double cube = 1 - 1 / (9 * a) + sbs_norm_quantile(u) / (3 * sqrt(a));
    in.guess = d->b * a * cube * cube * cube;
    if (!(in.guess > in.lo))
        in.guess = in.lo;
    return in;
}

/* A bracket by doubling and halving from a guess; for laws on (0, inf) with
 * a density. */
static struct bracket doubled_bracket(const struct sbs_dist *d, double u,
                                      double guess)
{
    guess = fmin(fmax(guess, DBL_MIN), DBL_MAX); /* NaN, too */
    struct bracket in = {guess, guess, guess};
    while (in.lo > 0 && sbs_dist_at(d, in.lo).below >= u)
        in.lo /= 2;
    while (isfinite(in.hi) && (u > 0.5 ? sbs_dist_at(d, in.hi).above > 1 - u
                                       : sbs_dist_at(d, in.hi).below < u))
        in.hi *= 2;
    return in;
}

/* Guess by the lognormal with the same mean and variance. */
static struct bracket invgauss_bracket(const struct sbs_dist *d, double u)
{
    double square = sbs_log1p(d->a / d->b);
    return doubled_bracket(d, u, d->a * sbs_exp(sqrt(square) *
                                                    sbs_norm_quantile(u) -
                                                square / 2));
}

/* The longer of the two phases alone is shorter than their sum. */
static struct bracket hypoexp_bracket(const struct sbs_dist *d, double u)
{
    return doubled_bracket(d, u, -fmax(d->a, d->b) * sbs_log1p(-u));
}

/* The mixture's quantile lies between those of its components. */
static struct bracket mixture_bracket(const struct sbs_dist *d, double u)
{
    struct bracket in = {INFINITY, -INFINITY, 0};
    for (size_t i = 0; i < d->n; i++) {
        double x = sbs_dist_quantile(&d->parts[i], u);
        in.lo = fmin(in.lo, x);
        in.hi = fmax(in.hi, x);
    }
    /* Rounding must not lose an end. */
    in.lo = nextafter(in.lo, -INFINITY);
    in.hi = nextafter(in.hi, INFINITY);
    in.guess = u > 0.5 ? nextafter(in.hi, in.lo) : nextafter(in.lo, in.hi);
    return in;
}

static struct bracket wide_bracket(const struct sbs_dist *d, double u)
{
    switch (d->kind) {
    case SBS_DIST_GAMMA:
        return gamma_bracket(d, u);
    case SBS_DIST_INVGAUSS:
        return invgauss_bracket(d, u);
    case SBS_DIST_HYPOEXPONENTIAL:
        return hypoexp_bracket(d, u);
    default:
        return mixture_bracket(d, u);
    }
}

/* Index of the first atom with P(X <= atom) >= u. */
static size_t find_atom(const struct sbs_dist_table *t, double u)
{
    size_t lo = 0, hi = t->atoms;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (t->upto[mid] < u)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Narrow the bracket to between the atoms around atom k. */
static void between_atoms(const struct sbs_dist_table *t, size_t k,
                          struct bracket *in)
{
    if (k > 0)
        in->lo = fmax(in->lo, t->atom[k - 1]);
    if (k < t->atoms)
        in->hi = fmin(in->hi, t->atom[k]);
}

static struct bracket cell_bracket(const struct sbs_dist_table *t, size_t j,
                                   double u)
{
    struct bracket in = {t->x[j], t->x[j + 1], 0};
    double s = u * CELLS - (double)j, r = 1 - s;
    double from = t->slope[j] / CELLS, to = t->slope[j + 1] / CELLS;
    in.guess = r * r * ((1 + 2 * s) * in.lo + s * from) +
               s * s * ((1 + 2 * r) * in.hi - r * to);
    if (!(from > 0 && to > 0))
        in.guess = in.lo + s * (in.hi - in.lo);
    return in;
}

double sbs_dist_invert(const struct sbs_dist *d, double u)
{
    const struct sbs_dist_table *t = d->table;
    size_t k = 0;
    if (!t)
        return solve(d, u, wide_bracket(d, u));
    if (t->atoms > 0) {
        k = find_atom(t, u);
        if (!t->continuous)
            return t->atom[k < t->atoms ? k : t->atoms - 1];
        if (k < t->atoms && t->under[k] < u)
            return t->atom[k];
    }
    size_t j = (size_t)(u * CELLS);
    struct bracket in = j > 0 && j < CELLS - 1 ? cell_bracket(t, j, u)
                                               : wide_bracket(d, u);
    if (t->atoms > 0)
        between_atoms(t, k, &in);
    return solve(d, u, in);
}

/* Count the atoms of d and, if `to` is not NULL, write them there. */
static size_t list_atoms(const struct sbs_dist *d, double *to)
{
    size_t n = 0;
    switch (d->kind) {
    case SBS_DIST_CONST:
        if (to)
            to[0] = d->shift;
        return 1;
    case SBS_DIST_EMPIRICAL:
        for (size_t i = 0; to && i < d->n; i++)
            to[i] = d->shift + d->values[i];
        return d->n;
    case SBS_DIST_MIXTURE:
        for (size_t i = 0; i < d->n; i++)
            n += list_atoms(&d->parts[i], to ? to + n : NULL);
        return n;
    default:
        return 0;
    }
}

static bool has_density(const struct sbs_dist *d)
{
    if (d->kind == SBS_DIST_CONST || d->kind == SBS_DIST_EMPIRICAL)
        return false;
    for (size_t i = 0; d->kind == SBS_DIST_MIXTURE && i < d->n; i++) {
        if (has_density(&d->parts[i]))
            return true;
    }
    return d->kind != SBS_DIST_MIXTURE;
}

/* Fill the list of atoms; -1 when out of memory. */
static int make_atoms(struct sbs_dist_table *t, const struct sbs_dist *d)
{
    size_t n = list_atoms(d, NULL), kept = 0;
    if (n == 0)
        return 0;
    t->atom = malloc(n * sizeof *t->atom);
    t->under = malloc(n * sizeof *t->under);
    t->upto = malloc(n * sizeof *t->upto);
    if (!t->atom || !t->under || !t->upto)
        return -1;
    list_atoms(d, t->atom);
    sbs_reals_sort(t->atom, t->under, n);
    for (size_t i = 0; i < n; i++) {
        double x = t->atom[i];
        if (kept > 0 && t->atom[kept - 1] == x)
            continue;
        t->atom[kept] = x;
        t->upto[kept] = sbs_dist_at(d, x).below;
        t->under[kept] = sbs_dist_at(d, nextafter(x, -INFINITY)).below;
        kept++;
    }
    t->atoms = kept;
    return 0;
}

static void make_nodes(struct sbs_dist_table *t, const struct sbs_dist *d)
{
    for (size_t j = 1; j < CELLS; j++) {
        double u = (double)j / CELLS;
        size_t k = find_atom(t, u);
        if (k < t->atoms && t->under[k] < u) {
            t->x[j] = t->atom[k];
            continue;
        }
        struct bracket in = wide_bracket(d, u);
        between_atoms(t, k, &in);
        if (j > 1) {
            in.lo = fmax(in.lo, t->x[j - 1]);
            in.guess = t->x[j - 1] + t->slope[j - 1] / CELLS;
        }
        t->x[j] = solve(d, u, in);
        double density = sbs_dist_at(d, t->x[j]).density;
        t->slope[j] = density > 0 ? 1 / density : 0;
    }
}

bool sbs_dist_needs_table(enum sbs_dist_kind kind)
{
    return kind == SBS_DIST_GAMMA || kind == SBS_DIST_INVGAUSS ||
           kind == SBS_DIST_HYPOEXPONENTIAL || kind == SBS_DIST_MIXTURE;
}

struct sbs_dist_table *sbs_dist_table_make(const struct sbs_dist *d)
{
    struct sbs_dist_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->continuous = has_density(d);
    if (make_atoms(t, d) < 0) {
        sbs_dist_table_free(t);
        return NULL;
    }
    if (t->continuous)
        make_nodes(t, d);
    return t;
}

static double *copy_reals(const double *from, size_t n)
{
    double *to = malloc((n ? n : 1) * sizeof *to);
    if (to && n > 0)
        memcpy(to, from, n * sizeof *to);
    return to;
}

struct sbs_dist_table *sbs_dist_table_copy(const struct sbs_dist_table *from)
{
    struct sbs_dist_table *t = malloc(sizeof *t);
    if (!t)
        return NULL;
    *t = *from;
    t->atom = copy_reals(from->atom, from->atoms);
    t->under = copy_reals(from->under, from->atoms);
    t->upto = copy_reals(from->upto, from->atoms);
    if (!t->atom || !t->under || !t->upto) {
        sbs_dist_table_free(t);
        return NULL;
    }
    return t;
}

void sbs_dist_table_free(struct sbs_dist_table *table)
{
    if (!table)
        return;
    free(table->atom);
    free(table->under);
    free(table->upto);
    free(table);
}
