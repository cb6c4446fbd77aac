/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "base/fmath.h"
#include "cli/explain.h"
#include "report/human.h"
#include "report/waterfall.h"

enum { BARS = SBS_FACTOR_N + 4, NOTE = 96 };

static void add_factor(struct sbs_waterfall_bar *bar, char note[NOTE],
                       const struct sbs_explain_factor *f, double unit_s)
{
    const struct sbs_explain_share *t = &f->time_s;
    double lo = t->mean - 1.96 * t->se, hi = t->mean + 1.96 * t->se;
    if (!isnan(t->known_lo)) {
        lo = t->known_lo;
        hi = t->known_hi;
    }
    snprintf(note, NOTE, "time x %.4g; by order %.2f to %.2f",
             sbs_exp(f->log.mean), t->order_lo / unit_s,
             t->order_hi / unit_s);
    *bar = (struct sbs_waterfall_bar){ sbs_factor_name(f->id), note,
                                       t->mean / unit_s, lo / unit_s,
                                       hi / unit_s, false };
}

int sbs_explained_svg(const struct sbs_explained *x, FILE *out,
                      struct sbs_error *err)
{
    const struct sbs_explanation *e = x->e;
    struct sbs_human_unit unit = sbs_human_unit(e->makespan_s);
    struct sbs_waterfall_bar bar[BARS];
    char notes[SBS_FACTOR_N][NOTE], subtitle[200], simulated[NOTE], run[37];
    size_t n = 0;
    snprintf(subtitle, sizeof subtitle,
             "%u tasks, %u workers against %g local cores: %.3gx expected, "
             "%.3gx in the model%s", x->tasks, e->plan.workers,
             e->local_cores, e->expected, e->speedup,
             x->measured_run ? ", and as measured below" : "");
    bar[n++] = (struct sbs_waterfall_bar){
        "ideal", "reference cores, no overhead", e->ideal_s / unit.seconds,
        NAN, NAN, true
    };
    for (uint32_t i = 0; i < e->n_factors; i++)
        add_factor(&bar[n++], notes[i], &e->factor[i], unit.seconds);
    snprintf(simulated, sizeof simulated, "nine runs in ten %.4g to %.4g",
             e->p05_s / unit.seconds, e->p95_s / unit.seconds);
    bar[n++] = (struct sbs_waterfall_bar){
        "simulated", simulated, e->makespan_s / unit.seconds,
        e->p05_s / unit.seconds, e->p95_s / unit.seconds, true
    };
    if (x->measured_run) {
        bar[n++] = (struct sbs_waterfall_bar){
            "not explained", "measured less simulated",
            (x->measured_s - e->makespan_s) / unit.seconds, NAN, NAN, false
        };
        snprintf(run, sizeof run, "%s", x->measured_run);
        bar[n++] = (struct sbs_waterfall_bar){
            "measured", run, x->measured_s / unit.seconds, NAN,
            NAN, true
        };
    }
    struct sbs_waterfall w = {
        .title = "Where the time goes",
        .subtitle = subtitle,
        .unit = unit.name,
        .foot = e->draws ? "Error bars of factors: 5% to 95% over what is "
                           "known of the model; of simulated: nine runs in "
                           "ten."
                         : "Error bars of factors: 95% of the simulation, "
                           "not of the model's parameters; of simulated: "
                           "nine runs in ten.",
        .bar = bar,
        .n = n,
    };
    return sbs_waterfall_write(&w, out, err);
}
