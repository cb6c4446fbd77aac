/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/result.h"

#include <math.h>
#include <stdlib.h>

#include "sweep/figures.h"

const char *sbs_result_metric_name(enum sbs_metric metric)
{
    return sbs_figures_metric(metric);
}

static int summarise(struct sbs_result_policy *p, size_t draws,
                     double *scratch, struct sbs_error *err)
{
    if (sbs_figures_summarise(p->summary, p->values, p->reps, draws, scratch,
                              err) < 0)
        return sbs_fail_at(err, p->spec);
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
        sbs_figures_finished(a->values, a->reps, (enum sbs_metric)m, scratch);
        sbs_figures_finished(b->values, b->reps, (enum sbs_metric)m,
                             scratch + a->reps);
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
