/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/ignorance.h"

#include <math.h>
#include <string.h>

enum { NAME_MOST = 30, CELL = 11, WIDE = 14 };

static void put(FILE *out, const char *text, size_t width)
{
    size_t used = sbs_human_width(text);
    fprintf(out, "%*s%s", used < width ? (int)(width - used) : 1, "", text);
}

static void put_sd(FILE *out, double sd)
{
    char text[SBS_HUMAN_TEXT] = "-";
    int decimals = sd > 0 ? 1 - (int)floor(log10(sd)) : 0;
    decimals = decimals < 0 ? 0 : decimals > 4 ? 4 : decimals;
    if (!isnan(sd))
        snprintf(text, sizeof text, "%.*f", decimals, sd);
    put(out, text, CELL);
}

/* "77 (70..83)", in %. */
static void put_share(FILE *out, const struct sbs_split *s)
{
    char text[SBS_HUMAN_TEXT] = "-";
    if (!isnan(s->share))
        snprintf(text, sizeof text, "%.0f (%.0f..%.0f)", 100 * s->share,
                 100 * s->share_lo, 100 * s->share_hi);
    put(out, text, WIDE);
}

static void put_metric(FILE *out, const struct sbs_summary *s, double unit)
{
    put_sd(out, s->split.sd_run / unit);
    put_sd(out, s->split.sd_ignorance / unit);
    put_share(out, &s->split);
}

/* In per cent, with its own error when the draws are few. */
static void put_faster(FILE *out, const struct sbs_result *r, size_t i)
{
    const struct sbs_paired *p =
        &r->policies[i].vs_first[SBS_METRIC_makespan_s];
    char text[SBS_HUMAN_TEXT] = "-";
    double se = 100 * p->p_a_better_mean_se;
    if (i == 0)
        snprintf(text, sizeof text, "first");
    else if (!isnan(p->p_a_better_mean))
        sbs_human_pm(text, 100 * (1 - p->p_a_better_mean), 2 * se, 0, 1, 0);
    put(out, text, CELL);
}

static void put_heads(FILE *out, int width, const char *unit, bool several)
{
    static const char *const parts[] = {"run-to-run", "ignorance", "share, %"};
    static const size_t widths[] = {CELL, CELL, WIDE};
    char head[2][SBS_HUMAN_TEXT];
    snprintf(head[0], sizeof head[0], "makespan, sd in %s", unit);
    snprintf(head[1], sizeof head[1], "bill, sd in USD");
    fprintf(out, "%*s", width, "");
    put(out, head[0], 2 * CELL);
    put(out, head[1], WIDE + 2 * CELL);
    if (several)
        put(out, "P(mean", WIDE + CELL);
    fprintf(out, "\n%-*s", width, "policy");
    for (int i = 0; i < 6; i++)
        put(out, parts[i % 3], widths[i % 3]);
    if (several)
        put(out, "faster), %", CELL);
    putc('\n', out);
}

void sbs_ignorance_write(const struct sbs_result *r,
                         struct sbs_human_unit unit, FILE *out)
{
    char text[400];
    int width = (int)strlen("policy");
    if (r->draws < 2)
        return;
    for (size_t i = 0; i < r->n_policies; i++) {
        int n = (int)sbs_human_width(r->policies[i].spec);
        if (n > width && n <= NAME_MOST)
            width = n;
    }
    putc('\n', out);
    int last = r->n_policies > 1 ? CELL : 0;
    int most = 100 - 2 * (2 * CELL + WIDE) - last;
    width = width > most ? most : width;
    put_heads(out, width, unit.name, r->n_policies > 1);
    for (size_t i = 0; i < r->n_policies; i++) {
        const struct sbs_result_policy *p = &r->policies[i];
        int n = (int)sbs_human_width(p->spec);
        fprintf(out, "%s", p->spec);
        if (n > width)
            fprintf(out, "\n%*s", width, "");
        else
            fprintf(out, "%*s", width - n, "");
        put_metric(out, &p->summary[SBS_METRIC_makespan_s], unit.seconds);
        put_metric(out, &p->summary[SBS_METRIC_cost_usd], 1);
        if (r->n_policies > 1)
            put_faster(out, r, i);
        putc('\n', out);
    }
    snprintf(text, sizeof text,
             "Run-to-run is what differs between two runs of the same cloud; "
             "ignorance is what differs between the %llu draws of the "
             "parameters that the data leave possible, its share is of the "
             "variance (95%% interval); \u00b1 above has it in it.",
             (unsigned long long)r->draws);
    putc('\n', out);
    sbs_human_wrap(out, text, 0);
}

bool sbs_ignorance_note(uint64_t reps, uint64_t draws, char *text, size_t size)
{
    unsigned long long d = draws, each = reps / (draws > 0 ? draws : 1);
    if (draws < 2 || (each >= 2 && reps % draws == 0))
        return false;
    if (reps <= draws)
        snprintf(text, size,
                 "no draw of the model's %llu parameter draws was used twice, "
                 "so run-to-run variation and ignorance cannot be told apart "
                 "and \u00b1 has only the simulation's error; take --reps %llu "
                 "or more.", d, 2 * d);
    else
        snprintf(text, size,
                 "%llu replications are no multiple of the model's %llu "
                 "parameter draws, of which some so count more than others; "
                 "--reps %llu would not do that.", (unsigned long long)reps, d,
                 (each < 2 ? 2 : each) * d);
    return true;
}
