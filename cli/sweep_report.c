/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/sweep_report.h"

#include <math.h>
#include <string.h>

#include "cli/progress.h"
#include "report/human.h"

enum { LABEL = 400, WHAT = 46 };

static const struct {
    const char *title;
} goals[SBS_SWEEP_GOALS] = { { "Least mean makespan" },
                             { "Least 95% quantile of the makespan" },
                             { "Least mean bill" } };

/* ---- the best points --------------------------------------------------- */

void sbs_sweep_best_init(struct sbs_sweep_best *b,
                         const struct sbs_study *study)
{
    *b = (struct sbs_sweep_best){ .study = study };
    for (int g = 0; g < SBS_SWEEP_GOALS; g++)
        for (int i = 0; i < SBS_SWEEP_SHOWN; i++)
            b->row[g][i].goal = NAN;
}

/* Points that always finish come first: a mean over the lucky replications
 * must not win. */
static bool is_better(const struct sbs_sweep_row *a,
                      const struct sbs_sweep_row *b)
{
    if (isnan(b->goal))
        return true;
    if ((a->unfinished > 0) != (b->unfinished > 0))
        return a->unfinished == 0;
    return a->goal < b->goal;
}

static void insert(struct sbs_sweep_row list[SBS_SWEEP_SHOWN],
                   struct sbs_sweep_row row)
{
    for (int i = 0; i < SBS_SWEEP_SHOWN && !isnan(row.goal); i++)
        if (is_better(&row, &list[i])) {
            struct sbs_sweep_row out = list[i];
            list[i] = row;
            row = out;
        }
}

void sbs_sweep_best_add(void *best, uint64_t point,
                        const struct sbs_figures *f)
{
    struct sbs_sweep_best *b = best;
    if (!f)
        return;
    const double *makespan = f->value[SBS_METRIC_makespan_s];
    const double *cost = f->value[SBS_METRIC_cost_usd];
    struct sbs_sweep_row row = {
        .point = point,
        .makespan_s = makespan[SBS_FIGURES_mean],
        .makespan_half_s = makespan[SBS_FIGURES_half],
        .p95_s = makespan[SBS_FIGURES_p95],
        .cost_usd = cost[SBS_FIGURES_mean],
        .cost_half_usd = cost[SBS_FIGURES_half],
    };
    for (int i = SBS_FINISHED + 1; i < SBS_N_UNFINISHED; i++)
        row.unfinished += f->unfinished_by[i];
    b->unfinished += row.unfinished > 0;
    const double goal[SBS_SWEEP_GOALS] = { row.makespan_s, row.p95_s,
                                           row.cost_usd };
    for (int g = 0; g < SBS_SWEEP_GOALS; g++) {
        row.goal = goal[g];
        insert(b->row[g], row);
    }
}

/* Without "point 17 (" and ")", cut to fit. */
static void what_of(const struct sbs_study *study, uint64_t point,
                    char what[static WHAT + 1])
{
    char label[LABEL];
    sbs_study_label(study, point, label, sizeof label);
    const char *open = strchr(label, '(');
    const char *from = open ? open + 1 : label;
    size_t n = strlen(from);
    if (n > 0 && from[n - 1] == ')')
        n--;
    if (n > WHAT)
        snprintf(what, WHAT + 1, "%.*s...", WHAT - 3, from);
    else
        snprintf(what, WHAT + 1, "%.*s", (int)n, from);
}

static void write_row(const struct sbs_sweep_best *b,
                      const struct sbs_sweep_row *r, FILE *out)
{
    char what[WHAT + 1], time[SBS_HUMAN_TEXT], bill[SBS_HUMAN_TEXT];
    char tail[SBS_HUMAN_TEXT];
    what_of(b->study, r->point, what);
    sbs_human_pm(time, r->makespan_s, r->makespan_half_s, 0, 3, 0);
    sbs_human_pm(bill, r->cost_usd, r->cost_half_usd, 2, 5, 0);
    snprintf(tail, sizeof tail, "%.4g", r->p95_s);
    /* The sign between value and half-width is two bytes and one column. */
    int wide_time = 15 + (int)(strlen(time) - sbs_human_width(time));
    int wide_bill = 15 + (int)(strlen(bill) - sbs_human_width(bill));
    fprintf(out, "%8llu %*s %9s %*s  %s\n", (unsigned long long)r->point,
            wide_time, time, tail, wide_bill, bill, what);
}

void sbs_sweep_best_write(const struct sbs_sweep_best *b,
                          const struct sbs_sweep *s, FILE *out)
{
    fprintf(out, "%s%s%llu points, %s: %s\n", s->study->name
                                                  ? s->study->name : "",
            s->study->name ? ": " : "",
            (unsigned long long)s->study->n_points,
            "the same simulated workers at all of them", s->out);
    for (int g = 0; g < SBS_SWEEP_GOALS; g++) {
        fprintf(out, "\n%s\n   point        makespan s     p95 s        bill "
                "USD  what\n", goals[g].title);
        for (int i = 0; i < SBS_SWEEP_SHOWN; i++)
            if (!isnan(b->row[g][i].goal))
                write_row(b, &b->row[g][i], out);
    }
    if (s->n_refused > 0)
        fprintf(out, "\n%llu points were left out: their policy refuses.\n",
                (unsigned long long)s->n_refused);
    if (b->unfinished > 0)
        fprintf(out, "\nAt %llu points not all replications finish.\n",
                (unsigned long long)b->unfinished);
}

/* ---- the plan ---------------------------------------------------------- */

static const char *bytes_text(double bytes, char text[static 32])
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    int u = 0;
    while (bytes >= 1000 && u < 4) {
        bytes /= 1000;
        u++;
    }
    snprintf(text, 32, "%.3g %s", bytes, units[u]);
    return text;
}

static void write_time(const char *what, double s, FILE *out)
{
    char text[32];
    if (s < 1)
        fprintf(out, "%-22sunder a second\n", what);
    else
        fprintf(out, "%-22s%s\n", what, sbs_progress_time(s, text));
}

static void write_axes(const struct sbs_study *s, FILE *out)
{
    for (uint32_t i = 0; i < s->n_axes; i++) {
        const struct sbs_study_axis *a = &s->axis[i];
        fputs(i == 0 ? "axes                  " : "                      ",
              out);
        const char *joint = "";
        for (uint32_t k = 0; k < s->n_keys; k++)
            if (s->key[k].axis == i) {
                fprintf(out, "%s%s", joint, s->key[k].name);
                joint = ", ";
            }
        if (a->values)
            fprintf(out, ": %u values\n", a->levels);
        else
            fprintf(out, ": %g to %g%s%s\n", a->from, a->to,
                    a->log ? ", logarithmic" : "",
                    a->integer ? ", whole numbers" : "");
    }
}

void sbs_sweep_plan_write(const struct sbs_sweep *s,
                          const struct sbs_estimate *e, int threads,
                          FILE *out)
{
    static const char *const designs[] = { "grid", "latin hypercube",
                                           "Sobol sequence" };
    const struct sbs_study *study = s->study;
    char text[32];
    if (study->name)
        fprintf(out, "%-22s%s\n", "study", study->name);
    write_axes(study, out);
    fprintf(out, "%-22s%s", "design", designs[study->design]);
    if (study->design != SBS_STUDY_GRID)
        fprintf(out, " of %u", study->samples);
    fprintf(out, ", times %u %s\n", study->n_policies,
            study->n_policies == 1 ? "policy" : "policies");
    fprintf(out, "%-22s%llu", "points",
            (unsigned long long)study->n_points);
    if (s->n_refused > 0)
        fprintf(out, " (%llu of them refused)",
                (unsigned long long)s->n_refused);
    fprintf(out, "\n%-22s%.15g\n%-22s%llu\n", "replications",
            e->replications, "blocks", (unsigned long long)s->blocks.n);
    write_time("time of one core", e->core_s, out);
    if (e->core_s >= 1 && e->core_se_s > 0)
        fprintf(out, "%-22s%.0f%% (from %u points tried)\n",
                "  standard error", 100 * e->core_se_s / e->core_s,
                e->samples);
    snprintf(text, sizeof text, "on %d threads", threads);
    double wall_s = fmax(e->core_s / threads, e->block_s);
    write_time(text, wall_s, out);
    write_time("longest block", e->block_s, out);
    fprintf(out, "%-22s%s", "memory of a process",
            bytes_text(e->memory, text));
    fputs(" and the inputs", out);
    if (e->collecting > 0)
        fprintf(out, "; %s to collect", bytes_text(e->collecting, text));
    fprintf(out, "\n%-22s%s\n", "file", bytes_text(e->file, text));
    fprintf(out, "%-22s%s\n", "on the way to it",
            bytes_text(e->spools, text));
}
