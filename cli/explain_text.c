/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "cli/explain.h"
#include "report/human.h"

enum { BAR = 24, LINE = 100 };

/* The factor that costs most. */
static const struct sbs_explain_factor *
largest(const struct sbs_explanation *e)
{
    const struct sbs_explain_factor *best = &e->factor[0];
    for (uint32_t i = 1; i < e->n_factors; i++)
        if (e->factor[i].log.mean > best->log.mean)
            best = &e->factor[i];
    return best;
}

void sbs_explained_verdict(const struct sbs_explained *x, char *text,
                           size_t size)
{
    const struct sbs_explanation *e = x->e;
    struct sbs_human_unit unit = sbs_human_unit(e->makespan_s);
    const struct sbs_explain_factor *f = largest(e);
    double gap = e->gap_s.mean / unit.seconds;
    snprintf(text, size,
             "%u workers against %g cores promise %.3gx; the model gives "
             "%.3gx (%.4g %s instead of %.4g).", e->plan.workers,
             e->local_cores, e->expected, e->speedup,
             e->makespan_s / unit.seconds, unit.name,
             e->ideal_s / unit.seconds);
    size_t used = strlen(text);
    if (!(fabs(e->gap_s.mean) > 1e-9 * e->makespan_s))
        snprintf(text + used, size - used, " Nothing is lost on the way.");
    else
        snprintf(text + used, size - used,
                 " Most goes to %s: %.3g of the %.3g %s lost, %.3g times "
                 "the time.", sbs_factor_name(f->id),
                 f->time_s.mean / unit.seconds, gap, unit.name,
                 sbs_exp(f->log.mean));
}

void sbs_explained_ceiling(const struct sbs_explained *x, char *text,
                           size_t size)
{
    const struct sbs_explanation *e = x->e;
    struct sbs_human_unit unit = sbs_human_unit(e->bound_s);
    const char *can = e->reach_p <= 0.05   ? "cannot be reached"
                      : e->reach_p >= 0.95 ? "can be reached"
                                           : "may or may not be reached";
    snprintf(text, size,
             "With the %u workers it may launch, whatever the policy: at best "
             "%.4g %s (%.4g..%.4g in nine runs of ten), a speed-up of %.3gx "
             "(%.3g..%.3g). The %.3gx expected %s: P = %.3g (%u "
             "replications).", e->plan.max_workers,
             e->bound_s / unit.seconds, unit.name,
             e->bound_lo_s / unit.seconds, e->bound_hi_s / unit.seconds,
             e->bound_speedup, e->bound_speedup_lo, e->bound_speedup_hi,
             e->expected, can, e->reach_p, e->reps - e->unfinished);
}

/* A bar from a to b on a line of `all`. */
static void put_bar(FILE *out, double a, double b, double all)
{
    int from = (int)lround(fmin(a, b) / all * BAR);
    int to = (int)lround(fmax(a, b) / all * BAR);
    from = from < 0 ? 0 : from > BAR ? BAR : from;
    to = to < from ? from : to > BAR ? BAR : to;
    fputs("  ", out);
    for (int i = 0; i < from; i++)
        fputc(' ', out);
    if (from == to)
        fputc('|', out);
    for (int i = from; i < to; i++)
        fputc(b < a ? '-' : '#', out);
    fputc('\n', out);
}

static void put_factor(FILE *out, const struct sbs_explain_factor *f,
                       const struct sbs_explanation *e,
                       struct sbs_human_unit unit)
{
    const struct sbs_explain_share *t = &f->time_s;
    char order[SBS_HUMAN_TEXT], known[SBS_HUMAN_TEXT] = "";
    snprintf(order, sizeof order, "%.2f..%.2f", t->order_lo / unit.seconds,
             t->order_hi / unit.seconds);
    if (e->draws)
        snprintf(known, sizeof known, "%.2f..%.2f",
                 t->known_lo / unit.seconds, t->known_hi / unit.seconds);
    fprintf(out, "+ %-19s %7.2f %5.2f %13s %13s %7.3f",
            sbs_factor_name(f->id), t->mean / unit.seconds,
            t->se / unit.seconds, order, known, sbs_exp(f->log.mean));
}

static void put_total(FILE *out, const char *name, double value, double se,
                      const char *note, double factor)
{
    char error[16] = "", times[16] = "";
    if (!isnan(se))
        snprintf(error, sizeof error, "%.2f", se);
    if (!isnan(factor))
        snprintf(times, sizeof times, "%.3f", factor);
    fprintf(out, "%-21s %7.2f %5s %-27s %7s", name, value, error, note,
            times);
}

static void put_table(const struct sbs_explained *x, FILE *out)
{
    const struct sbs_explanation *e = x->e;
    struct sbs_human_unit unit = sbs_human_unit(e->makespan_s);
    double all = fmax(fmax(e->makespan_s, e->ideal_s),
                      x->measured_run ? x->measured_s : 0);
    double at = e->ideal_s;
    char note[64];
    fprintf(out, "%-21s %7s %5s %13s %13s %7s\n", "", unit.name, "s.e.",
            "by order", e->draws ? "known to" : "", "time x");
    put_total(out, "ideal", e->ideal_s / unit.seconds,
              e->ideal_se_s / unit.seconds,
              "  reference cores, no delay", NAN);
    put_bar(out, 0, at, all);
    for (uint32_t i = 0; i < e->n_factors; i++) {
        put_factor(out, &e->factor[i], e, unit);
        put_bar(out, at, at + e->factor[i].time_s.mean, all);
        at += e->factor[i].time_s.mean;
    }
    snprintf(note, sizeof note, "  nine in ten %.4g..%.4g",
             e->p05_s / unit.seconds, e->p95_s / unit.seconds);
    put_total(out, "= simulated", e->makespan_s / unit.seconds,
              e->makespan_se_s / unit.seconds, note,
              sbs_exp(e->gap_log.mean));
    put_bar(out, 0, at, all);
    if (!x->measured_run)
        return;
    put_total(out, x->measured_s < at ? "- not explained"
                                      : "+ not explained",
              fabs(x->measured_s - at) / unit.seconds, NAN, "",
              x->measured_s / at);
    put_bar(out, at, x->measured_s, all);
    snprintf(note, sizeof note, "  %.0f%% of simulated are less",
             100 * sbs_explain_rank(e, x->measured_s));
    put_total(out, "= measured", x->measured_s / unit.seconds, NAN, note,
              NAN);
    put_bar(out, 0, x->measured_s, all);
}

static void put_speedup(const struct sbs_explained *x, FILE *out)
{
    const struct sbs_explanation *e = x->e;
    struct sbs_human_unit unit = sbs_human_unit(e->local_s);
    char text[900];
    snprintf(text, sizeof text,
             "Speed-up: %.3g expected x %.3f whole tasks, not shares of them "
             "x %.3f local cores hinder each other (%.4g instead of %.4g %s, "
             "no time of the cloud's)", e->expected, e->evenness,
             e->local_factor, e->local_s / unit.seconds,
             e->local_ideal_s / unit.seconds, unit.name);
    size_t used = strlen(text);
    for (uint32_t i = 0; i < e->n_factors; i++) {
        snprintf(text + used, sizeof text - used, " / %.3f %s",
                 sbs_exp(e->factor[i].log.mean),
                 sbs_factor_name(e->factor[i].id));
        used = strlen(text);
    }
    snprintf(text + used, sizeof text - used, " = %.3f, s.e. %.4f.",
             e->product, e->speedup_se);
    used = strlen(text);
    if (!isnan(x->measured_local_s))
        snprintf(text + used, sizeof text - used,
                 " Measured: %.4g / %.4g s = %.3f.", x->measured_local_s,
                 x->measured_s, x->measured_local_s / x->measured_s);
    sbs_human_wrap(out, text, 2);
}

void sbs_explained_text(const struct sbs_explained *x, FILE *out)
{
    const struct sbs_explanation *e = x->e;
    char text[1200];
    sbs_explained_verdict(x, text, sizeof text);
    sbs_human_wrap(out, text, 0);
    fprintf(out, "\n");
    put_table(x, out);
    fprintf(out, "\n");
    put_speedup(x, out);
    sbs_explained_ceiling(x, text, sizeof text);
    sbs_human_wrap(out, text, 2);
    fprintf(out, "\n");
    snprintf(text, sizeof text,
             "A factor's share is its mean over all orders of telling "
             "(Shapley), \"by order\" the least and largest; s.e. is of the "
             "simulation (%u replications, seed %llu).%s", e->reps,
             (unsigned long long)x->seed,
             e->draws ? " \"Known to\" is 5% to 95% over the model's "
                        "posterior draws."
                      : " How well the model's parameters are known is not "
                        "in it: it has no posterior draws.");
    sbs_human_wrap(out, text, 0);
    if (e->unfinished) {
        snprintf(text, sizeof text,
                 "%u replications are left out, because they or one of their "
                 "simpler versions cannot finish: the times are of runs that "
                 "do.", e->unfinished);
        sbs_human_wrap(out, text, 0);
    }
    if (x->contradictions->n)
        fprintf(out, "\nNumbers that cannot both be true\n");
    for (size_t i = 0; i < x->contradictions->n; i++) {
        const struct sbs_contradiction *c = &x->contradictions->item[i];
        snprintf(text, sizeof text, "%zu. %s%s%s", i + 1, c->run,
                 c->run[0] ? ": " : "", c->text);
        sbs_human_wrap(out, text, 3);
    }
    fprintf(out, "\n");
    snprintf(text, sizeof text, "Rests on: %s", x->in->basis);
    sbs_human_wrap(out, text, 2);
    snprintf(text, sizeof text, "Weakest assumption: %s", x->in->weakest);
    sbs_human_wrap(out, text, 2);
}
