/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/split.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "base/fmath.h"

/* The values of one draw. */
struct group {
    double n, mean;
};

struct anova {
    struct group *group; /* [draws], those without a value with n = 0 */
    size_t draws;
    double k, n;         /* groups that have values; values */
    double mean;
    double within, between; /* sums of squares */
    double n0;           /* what a group counts for, by draws */
    double clustered;    /* sum of squared group totals about the mean */
};

static void count_groups(struct anova *a, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct group *g = &a->group[i % a->draws];
        if (!isfinite(values[i]))
            continue;
        /* Welford (1962): one value at a time. */
        double apart = values[i] - g->mean;
        g->n++;
        g->mean += apart / g->n;
        a->within += apart * (values[i] - g->mean);
    }
    double squares = 0, sum = 0;
    for (size_t d = 0; d < a->draws; d++) {
        const struct group *g = &a->group[d];
        a->k += g->n > 0;
        a->n += g->n;
        sum += g->n * g->mean;
        squares += g->n * g->n;
    }
    a->mean = sum / a->n;
    for (size_t d = 0; d < a->draws; d++) {
        const struct group *g = &a->group[d];
        double apart = g->mean - a->mean;
        a->between += g->n * apart * apart;
        a->clustered += g->n * g->n * apart * apart;
    }
    a->n0 = (a->n - squares / a->n) / (a->k - 1);
}

/* End of the interval for the variance between draws: the ratio of mean
 * squares taken as the quantile `f` of its law, the sum of squares between as
 * the quantile `chi2` of its own. */
static double variance_at(const struct anova *a, double ms_w, double f,
                          double chi2)
{
    return fmax(0, (a->between - f * ms_w * (a->k - 1)) / chi2 / a->n0);
}

/* The same for the share; `ratio` is NaN when nothing varies at all. */
static double share_at(const struct anova *a, double ratio, double f)
{
    double theta = fmax(0, (ratio / f - 1) / a->n0);
    return isinf(theta) ? 1 : theta / (1 + theta);
}

static void split_variance(struct sbs_split *s, const struct anova *a)
{
    double df_b = a->k - 1, df_w = a->n - a->k;
    double ms_b = a->between / df_b, ms_w = a->within / df_w;
    double ignorance = fmax(0, (ms_b - ms_w) / a->n0);
    s->sd_run = sqrt(ms_w);
    s->sd_ignorance = sqrt(ignorance);
    s->share = ignorance > 0 ? ignorance / (ignorance + ms_w) : 0;
    double ratio = ms_b / ms_w; /* INFINITY when nothing varies within */
    double f_hi = gsl_cdf_fdist_Pinv(0.975, df_b, df_w);
    double f_lo = gsl_cdf_fdist_Pinv(0.025, df_b, df_w);
    double c_hi = gsl_cdf_chisq_Pinv(0.975, df_b);
    double c_lo = gsl_cdf_chisq_Pinv(0.025, df_b);
    s->ignorance_lo = sqrt(variance_at(a, ms_w, f_hi, c_hi));
    s->ignorance_hi = sqrt(variance_at(a, ms_w, f_lo, c_lo));
    s->share_lo = share_at(a, ratio, f_hi);
    s->share_hi = share_at(a, ratio, f_lo);
}

/* P(mean > 0): the mean of each draw is known up to the noise of its few
 * replications, so it is normal about a value shrunk to the mean of all
 * (empirical Bayes, Efron and Morris 1975); the average over draws of the
 * probabilities of these normals. Counting shrunk (or raw) means instead
 * would count a spread that is too narrow (too wide). */
static void find_p_positive(struct sbs_split *s, const struct anova *a)
{
    double run = s->sd_run * s->sd_run, sum = 0;
    double ignorance = s->sd_ignorance * s->sd_ignorance;
    for (size_t d = 0; d < a->draws; d++) {
        const struct group *g = &a->group[d];
        if (g->n == 0)
            continue;
        double noise = run / g->n;
        double keep = ignorance > 0 ? ignorance / (ignorance + noise) : 0;
        double mean = a->mean + keep * (g->mean - a->mean);
        double var = keep * noise + (1 - keep) * (1 - keep) * s->se * s->se;
        sum += var > 0 ? sbs_norm_cdf(mean / sqrt(var))
                       : mean > 0 ? 1 : mean == 0 ? 0.5 : 0;
    }
    s->p_positive = sum / a->k;
    /* As if each draw were one vote (Jeffreys' prior): five that agree do not
     * make certain. */
    double vote = (sum + 0.5) / (a->k + 1);
    s->p_positive_se = sqrt(vote * (1 - vote) / (a->k + 2));
}

int sbs_split_make(struct sbs_split *s, const double *values, size_t n,
                   size_t draws, struct sbs_error *err)
{
    struct anova a = {.draws = draws};
    *s = (struct sbs_split){0, NAN, NAN, NAN, NAN, NAN, NAN,
                            NAN, NAN, NAN, NAN, NAN};
    if (draws < 2)
        return 0;
    a.group = calloc(draws, sizeof *a.group);
    if (!a.group)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    count_groups(&a, values, n);
    if (a.k >= 2) {
        double t = gsl_cdf_tdist_Pinv(0.975, a.k - 1);
        s->draws = (uint64_t)a.k;
        s->se = sqrt(a.k / (a.k - 1) * a.clustered) / a.n;
        s->half = t * s->se;
        if (a.n > a.k) {
            split_variance(s, &a);
            s->half = t * sqrt(s->sd_ignorance * s->sd_ignorance +
                               s->se * s->se);
            find_p_positive(s, &a);
        }
    }
    free(a.group);
    return 0;
}
