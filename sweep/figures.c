/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/figures.h"

#include <math.h>

const char *sbs_figures_metric(enum sbs_metric metric)
{
    static const char *const names[] = {
#define NAME(name) #name,
        SBS_METRICS(NAME)
#undef NAME
    };
    return (unsigned)metric < SBS_N_METRICS ? names[metric] : "?";
}

void sbs_figures_finished(const double *const values[SBS_N_METRICS],
                          uint64_t reps, enum sbs_metric metric, double *out)
{
    const double *makespan_s = values[SBS_METRIC_makespan_s];
    const double *x = values[metric];
    for (uint64_t i = 0; i < reps; i++)
        out[i] = x && isfinite(makespan_s[i]) ? x[i] : NAN;
}

/* Squares of what is larger overflow, and no cloud takes so long. */
static const double value_max = 1e100;

/* Times from a model such as pull_s = 1e308 have no sums and no table. */
static int check_size(enum sbs_metric metric, const double *values,
                      uint64_t reps, struct sbs_error *err)
{
    for (uint64_t i = 0; i < reps; i++)
        if (fabs(values[i]) > value_max)
            return sbs_fail(err, SBS_EINPUT,
                            "%s: too large to compute with (%g, at most "
                            "%g); the model's times, rates or prices are far "
                            "from any cloud's", sbs_figures_metric(metric),
                            values[i], value_max);
    return 0;
}

int sbs_figures_summarise(struct sbs_summary out[SBS_N_METRICS],
                          const double *const values[SBS_N_METRICS],
                          uint64_t reps, size_t draws, double *scratch,
                          struct sbs_error *err)
{
    for (int m = 0; m < SBS_N_METRICS; m++) {
        sbs_figures_finished(values, reps, (enum sbs_metric)m, scratch);
        if (check_size((enum sbs_metric)m, scratch, reps, err) < 0 ||
            sbs_summary_draws(&out[m], scratch, reps, draws, err) < 0)
            return -1;
    }
    return 0;
}

static void fill(double to[SBS_FIGURES_N_COLUMNS],
                 const struct sbs_summary *s)
{
    to[SBS_FIGURES_n] = (double)s->n;
    to[SBS_FIGURES_mean] = s->mean;
    to[SBS_FIGURES_se] = s->se;
    to[SBS_FIGURES_half] = sbs_summary_half_width(s);
    to[SBS_FIGURES_sd] = s->sd;
    to[SBS_FIGURES_sd_run] = s->split.draws > 0 ? s->split.sd_run : NAN;
    to[SBS_FIGURES_sd_ignorance] =
        s->split.draws > 0 ? s->split.sd_ignorance : NAN;
    to[SBS_FIGURES_min] = s->min;
    to[SBS_FIGURES_p05] = s->p05;
    to[SBS_FIGURES_p50] = s->p50;
    to[SBS_FIGURES_p95] = s->p95;
    to[SBS_FIGURES_p99] = s->p99;
    to[SBS_FIGURES_max] = s->max;
}

int sbs_figures_make(struct sbs_figures *f, const double *rows, uint64_t reps,
                     size_t draws, double *scratch, struct sbs_error *err)
{
    const double *values[SBS_N_METRICS];
    const double *why = rows + (uint64_t)SBS_N_METRICS * reps;
    struct sbs_summary summary[SBS_N_METRICS];
    for (int m = 0; m < SBS_N_METRICS; m++)
        values[m] = rows + (uint64_t)m * reps;
    if (sbs_figures_summarise(summary, values, reps, draws, scratch, err) < 0)
        return -1;
    for (int m = 0; m < SBS_N_METRICS; m++)
        fill(f->value[m], &summary[m]);
    for (int i = 0; i < SBS_N_UNFINISHED; i++)
        f->unfinished_by[i] = 0;
    for (uint64_t r = 0; r < reps; r++)
        f->unfinished_by[(int)why[r]]++;
    return 0;
}
