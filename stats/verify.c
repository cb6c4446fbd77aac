/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/verify.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "base/fmath.h"

double sbs_verify_pit(const double *sorted, size_t n, double y)
{
    size_t below = 0;
    while (below < n && sorted[below] <= y)
        below++;
    return (double)(below + 1) / (double)(n + 1);
}

double sbs_verify_crps(const double *sorted, size_t n, double y)
{
    double apart = 0, pairs = 0;
    for (size_t i = 0; i < n; i++) {
        apart += fabs(sorted[i] - y);
        /* Each is above i others and below n - 1 - i. */
        pairs += (2 * (double)i - (double)(n - 1)) * sorted[i];
    }
    return apart / (double)n - pairs / ((double)n * (double)(n - 1));
}

double sbs_verify_w1(const double *a, size_t na, const double *b, size_t nb)
{
    double sum = 0, done = 0;
    /* Both quantile functions are constant until the next i/na or k/nb. */
    for (size_t i = 0, k = 0; i < na && k < nb;) {
        double to_a = (double)(i + 1) / (double)na;
        double to_b = (double)(k + 1) / (double)nb;
        double to = fmin(to_a, to_b);
        sum += (to - done) * fabs(a[i] - b[k]);
        done = to;
        if (to_a <= to)
            i++;
        if (to_b <= to)
            k++;
    }
    return sum;
}

double sbs_verify_curve(const struct sbs_curve *sim, size_t n,
                        struct sbs_curve live, double *distance,
                        double *each)
{
    double *sum = calloc(n + 1, sizeof *sum); /* the last is the live one */
    double p = NAN;
    *distance = NAN;
    if (sum && n > 0) {
        size_t as_far = 1;
        for (size_t i = 0; i < n; i++) {
            for (size_t k = i + 1; k <= n; k++) {
                struct sbs_curve other = k < n ? sim[k] : live;
                double d =
                    sbs_verify_w1(sim[i].t, sim[i].n, other.t, other.n);
                sum[i] += d;
                sum[k] += d;
            }
        }
        for (size_t i = 0; i < n; i++) {
            as_far += sum[i] >= sum[n] ? 1u : 0u;
            if (each)
                each[i] = sum[i] / (double)n;
        }
        *distance = sum[n] / (double)n;
        p = (double)as_far / (double)(n + 1);
    }
    free(sum);
    return p;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double sbs_verify_uniform(double *u, size_t n)
{
    double worst = 0;
    qsort(u, n, sizeof *u, by_size);
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, u[i] - (double)i / (double)n);
        worst = fmax(worst, (double)(i + 1) / (double)n - u[i]);
    }
    return worst;
}

/* P(at most k). */
static double at_most(uint64_t k, uint64_t n, double p)
{
    return gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n);
}

void sbs_verify_coverage(struct sbs_coverage *c, uint64_t k, uint64_t n,
                         double level)
{
    double hit = (double)k, miss = (double)(n - k);
    *c = (struct sbs_coverage){.k = k, .n = n, .lo = 0, .hi = 1};
    if (k > 0)
        c->lo = gsl_cdf_beta_Pinv(0.025, hit, miss + 1);
    if (k < n)
        c->hi = gsl_cdf_beta_Pinv(0.975, hit + 1, miss);
    c->p = at_most(k, n, level);
    while (c->least < n && at_most(c->least, n, level) < 0.05)
        c->least++;
    c->power60 = c->least > 0 ? 1 - at_most(c->least - 1, n, 0.6) : 1;
}

void sbs_verify_equivalence(struct sbs_equivalence *e, const double *values,
                            size_t n, double target, double margin,
                            double cv_guess)
{
    const double z = sbs_norm_quantile(0.95) + sbs_norm_quantile(0.9);
    double sum = 0, squares = 0;
    *e = (struct sbs_equivalence){.n = n, .ratio = NAN, .lo = NAN, .hi = NAN,
                                  .p_different = NAN, .cv = cv_guess};
    for (size_t i = 0; i < n; i++)
        sum += values[i] / target;
    if (n > 0)
        e->ratio = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        double apart = values[i] / target - e->ratio;
        squares += apart * apart;
    }
    if (n > 1) {
        double df = (double)(n - 1), sd = sqrt(squares / df);
        double se = sd / sqrt((double)n);
        double half = se * gsl_cdf_tdist_Pinv(0.95, df);
        double beyond = fabs(e->ratio - 1) - margin;
        e->cv = sd / e->ratio;
        e->lo = e->ratio - half;
        e->hi = e->ratio + half;
        e->p_different = se > 0 ? gsl_cdf_tdist_Q(beyond / se, df)
                                : beyond > 0 ? 0 : 1;
        if (e->lo > 1 - margin && e->hi < 1 + margin)
            e->verdict = SBS_TOST_EQUIVALENT;
        else if (e->lo > 1 + margin || e->hi < 1 - margin)
            e->verdict = SBS_TOST_DIFFERENT;
    }
    e->n_needed = fmax(2, ceil(z * e->cv / margin * (z * e->cv / margin)));
}

/* P(at most `most` of the n (n-1)/2 pairs are out of order). The number of
 * inversions of a random order is a sum of uniforms on 0..i, i < n. */
static double inversions_at_most(size_t n, size_t most)
{
    size_t size = n * (n - 1) / 2 + 1;
    double *p = calloc(2 * size, sizeof *p), *q = p ? p + size : NULL;
    double sum = NAN;
    if (p) {
        p[0] = 1;
        for (size_t i = 1; i < n; i++) {
            double window = 0;
            for (size_t k = 0; k < size; k++) {
                window += p[k];
                if (k > i)
                    window -= p[k - i - 1];
                q[k] = fmax(0, window) / (double)(i + 1);
            }
            double *swap = p;
            p = q;
            q = swap;
        }
        sum = 0;
        for (size_t k = 0; k <= most && k < size; k++)
            sum += p[k];
    }
    free(p < q ? p : q);
    return sum;
}

double sbs_verify_kendall(const double *x, const double *y, size_t n,
                          double *p)
{
    size_t pairs = n * (n - 1) / 2, against = 0;
    double score = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            double s = (x[k] - x[i]) * (y[k] - y[i]);
            score += s > 0 ? 1 : s < 0 ? -1 : 0;
            against += s > 0 ? 0u : 1u; /* a tie is no agreement */
        }
    }
    *p = inversions_at_most(n, against);
    return score / (double)pairs;
}

size_t sbs_verify_holm(const double *p, size_t n, double alpha,
                       unsigned char *rejected)
{
    size_t tested = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        rejected[i] = 0;
        tested += isnan(p[i]) ? 0u : 1u;
    }
    while (count < tested) {
        size_t least = n;
        for (size_t i = 0; i < n; i++)
            if (!isnan(p[i]) && !rejected[i] &&
                (least == n || p[i] < p[least]))
                least = i;
        if (p[least] > alpha / (double)(tested - count))
            break;
        rejected[least] = 1;
        count++;
    }
    return count;
}
