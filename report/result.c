/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/result.h"

#include <math.h>
#include <stdlib.h>

const char *sbs_result_metric_name(enum sbs_metric metric)
{
    static const char *const names[] = {
#define SBS_RESULT_NAME(name) #name,
        SBS_METRICS(SBS_RESULT_NAME)
#undef SBS_RESULT_NAME
    };
    return (unsigned)metric < SBS_N_METRICS ? names[metric] : "?";
}

/* The metric over finished replications only: the others become NaN. A metric
 * that was not filled in is NaN throughout. */
static void finished(const struct sbs_result_policy *p, enum sbs_metric metric,
                     double *out)
{
    const double *makespan_s = p->values[SBS_METRIC_makespan_s];
    const double *values = p->values[metric];
    for (uint64_t i = 0; i < p->reps; i++)
        out[i] = values && isfinite(makespan_s[i]) ? values[i] : NAN;
}

/* Squares of what is larger overflow, and no cloud takes so long. */
static const double value_max = 1e100;

/* Times from a model such as pull_s = 1e308 have no sums and no table. */
static int check_size(const struct sbs_result_policy *p,
                      enum sbs_metric metric, const double *values,
                      struct sbs_error *err)
{
    for (uint64_t i = 0; i < p->reps; i++)
        if (fabs(values[i]) > value_max)
            return sbs_fail(err, SBS_EINPUT,
                            "%s: %s: too large to compute with (%g, at most "
                            "%g); the model's times, rates or prices are far "
                            "from any cloud's", p->spec,
                            sbs_result_metric_name(metric), values[i],
                            value_max);
    return 0;
}

static int summarise(struct sbs_result_policy *p, size_t draws,
                     double *scratch, struct sbs_error *err)
{
    for (unsigned m = 0; m < SBS_N_METRICS; m++) {
        finished(p, (enum sbs_metric)m, scratch);
        if (check_size(p, (enum sbs_metric)m, scratch, err) < 0 ||
            sbs_summary_draws(&p->summary[m], scratch, p->reps, draws, err) <
                0)
            return -1;
    }
    p->unfinished = p->reps - p->summary[SBS_METRIC_makespan_s].n;
    return 0;
}

/* Each metric of b minus that of a. */
static int pair(struct sbs_paired out[SBS_N_METRICS],
                const struct sbs_result_policy *a,
                const struct sbs_result_policy *b, size_t draws,
                double *scratch, struct sbs_error *err)
{
    uint64_t n = a->reps < b->reps ? a->reps : b->reps;
    for (unsigned m = 0; m < SBS_N_METRICS; m++) {
        finished(a, (enum sbs_metric)m, scratch);
        finished(b, (enum sbs_metric)m, scratch + a->reps);
        if (sbs_compare_draws(&out[m], scratch, scratch + a->reps, n, draws,
                              err) < 0)
            return -1;
    }
    return 0;
}

/* Lowest mean makespan, among those that always finish if there are any: a
 * mean over the lucky replications must not win. */
static size_t find_best(const struct sbs_result *r)
{
    size_t best = 0;
    double least = INFINITY;
    int sound = 0; /* the best so far always finishes */
    for (size_t i = 0; i < r->n_policies; i++) {
        const struct sbs_result_policy *p = &r->policies[i];
        double mean = p->summary[SBS_METRIC_makespan_s].mean;
        int always = p->unfinished == 0;
        if (isfinite(mean) &&
            (always > sound || (always == sound && mean < least))) {
            least = mean;
            best = i;
            sound = always;
        }
    }
    return best;
}

int sbs_result_make(struct sbs_result *r, struct sbs_error *err)
{
    uint64_t most = 0;
    for (size_t i = 0; i < r->n_policies; i++) {
        if (r->policies[i].reps > most)
            most = r->policies[i].reps;
    }
    double *scratch = malloc((2 * most + 1) * sizeof *scratch);
    if (!scratch)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    int status = 0;
    for (size_t i = 0; i < r->n_policies && status == 0; i++)
        status = summarise(&r->policies[i], r->draws, scratch, err);
    if (status == 0)
        r->best = find_best(r);
    for (size_t i = 0; i < r->n_policies && status == 0; i++) {
        struct sbs_result_policy *p = &r->policies[i];
        status = pair(p->vs_first, &r->policies[0], p, r->draws, scratch, err);
        if (status == 0)
            status = pair(p->vs_best, &r->policies[r->best], p, r->draws,
                          scratch, err);
    }
    free(scratch);
    return status;
}
