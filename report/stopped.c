/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/stopped.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"

static const struct sbs_stop_width *width(const struct sbs_result *r,
                                          uint32_t policy, uint32_t k)
{
    return &r->stopped->width[policy * SBS_STOP_METRICS + k];
}

/* The largest of what more draws of the parameters would have to narrow. */
static double widest_over(const struct sbs_result *r)
{
    double most = 0;
    for (uint32_t i = 0; i < r->stopped->n_stacks; i++)
        for (uint32_t k = 0; k < SBS_STOP_METRICS; k++)
            most = fmax(most, width(r, i, k)->relative_over);
    return most;
}

const char *sbs_stopped_text(const struct sbs_result *r, char *text,
                             size_t size)
{
    const struct sbs_stop_report *s = r->stopped;
    bool apart = r->stop->on == SBS_STOP_DIFFERENCES;
    int n = snprintf(text, size,
                     "%u replications of each policy %s to %s within %.3g%%",
                     s->reps, s->reached ? "were enough" : "were too few",
                     apart ? "know every mean difference to the first policy"
                           : "know every mean",
                     100 * r->stop->relative);
    size_t used = n > 0 && (size_t)n < size ? (size_t)n : size;
    if (s->widest < s->n_stacks) {
        n = snprintf(text + used, size - used,
                     " (95%%; widest: %s of %.60s, \u00b1%.2g%%)",
                     sbs_result_metric_name(sbs_stop_metric[s->widest_metric]),
                     r->policies[s->widest].spec,
                     100 * width(r, s->widest, s->widest_metric)->relative);
        used += n > 0 && (size_t)n < size - used ? (size_t)n : 0;
    }
    if (r->draws > 1)
        snprintf(text + used, size - used,
                 ". That is the simulation's own error, given the model's "
                 "%llu parameter draws; as a mean over all parameters the "
                 "widest is \u00b1%.2g%%, which no number of replications "
                 "narrows%s", (unsigned long long)r->draws,
                 100 * widest_over(r),
                 s->reached ? "." : "; give more with --reps.");
    else
        snprintf(text + used, size - used, "%s",
                 s->reached ? "." : "; give more with --reps.");
    return text;
}

static void write_width(const struct sbs_result *r, uint32_t i, uint32_t k,
                        struct sbs_jsonw *w)
{
    const struct sbs_stop_width *x = width(r, i, k);
    sbs_jsonw_flat_object(w);
    sbs_jsonw_key(w, "spec");
    sbs_jsonw_string(w, r->policies[i].spec);
    sbs_jsonw_key(w, "metric");
    sbs_jsonw_string(w, sbs_result_metric_name(sbs_stop_metric[k]));
    sbs_jsonw_key(w, "mean");
    sbs_jsonw_real(w, x->of.mean);
    sbs_jsonw_key(w, "half");
    sbs_jsonw_real(w, x->of.half);
    sbs_jsonw_key(w, "relative_frac");
    sbs_jsonw_real(w, x->relative);
    sbs_jsonw_key(w, "over_draws_relative_frac");
    sbs_jsonw_real(w, r->draws > 1 ? x->relative_over : NAN);
    sbs_jsonw_close(w);
}

void sbs_stopped_json(const struct sbs_result *r, struct sbs_jsonw *w)
{
    const struct sbs_stop_report *s = r->stopped;
    bool apart = r->stop->on == SBS_STOP_DIFFERENCES;
    sbs_jsonw_key(w, "stop");
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "on");
    sbs_jsonw_string(w, apart ? "differences" : "means");
    sbs_jsonw_key(w, "relative_frac");
    sbs_jsonw_real(w, r->stop->relative);
    sbs_jsonw_key(w, "reached");
    sbs_jsonw_bool(w, s->reached);
    sbs_jsonw_key(w, "looks");
    sbs_jsonw_count(w, s->looks);
    sbs_jsonw_key(w, "half_widths");
    sbs_jsonw_array(w);
    for (uint32_t i = apart; i < s->n_stacks; i++)
        for (uint32_t k = 0; k < SBS_STOP_METRICS; k++)
            write_width(r, i, k, w);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}
