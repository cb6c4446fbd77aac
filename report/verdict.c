/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct sentence {
    char *text;
    size_t size, length;
    struct sbs_human_unit unit;
};

__attribute__((format(printf, 2, 3))) static void
say(struct sentence *s, const char *fmt, ...)
{
    va_list ap;
    if (s->length >= s->size)
        return;
    va_start(ap, fmt);
    int n = vsnprintf(s->text + s->length, s->size - s->length, fmt, ap);
    va_end(ap);
    s->length += n > 0 ? (size_t)n : 0;
}

/* "15.3" with the digits that `half` leaves, both in seconds. */
static void say_time(struct sentence *s, double time_s, double half_s)
{
    int decimals = isnan(half_s)
                       ? 1 : sbs_human_decimals(half_s / s->unit.seconds, 3);
    say(s, "%.*f", decimals, time_s / s->unit.seconds);
}

static void say_mean(struct sentence *s, const struct sbs_summary *sum)
{
    char text[SBS_HUMAN_TEXT];
    sbs_human_pm(text, sum->mean / s->unit.seconds,
                 sbs_summary_half_width(sum) / s->unit.seconds, 0, 3, 0);
    say(s, "%s %s", text, s->unit.name);
}

/* "(95% interval 15.1 to 15.5 min)" of a difference counted as b - a, or of
 * a - b when flip is -1. */
static void say_interval(struct sentence *s, const struct sbs_paired *p,
                         int flip)
{
    double half = (p->hi - p->lo) / 2;
    if (isnan(half)) {
        say(s, "(no interval)");
        return;
    }
    say(s, "(95%% interval ");
    say_time(s, flip < 0 ? -p->hi : p->lo, half);
    say(s, " to ");
    say_time(s, flip < 0 ? -p->lo : p->hi, half);
    say(s, " %s)", s->unit.name);
}

static const struct sbs_summary *makespan(const struct sbs_result_policy *p)
{
    return &p->summary[SBS_METRIC_makespan_s];
}

/* Policies that the replications cannot tell from the best, other than it and
 * `except`: ", but x and y cannot be told apart from it". */
static void say_rivals(struct sentence *s, const struct sbs_result *r,
                       size_t except)
{
    size_t rivals = 0, seen = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < r->n_policies; i++) {
            const struct sbs_result_policy *p = &r->policies[i];
            if (i == r->best || i == except || makespan(p)->n == 0 ||
                sbs_compare_differs(&p->vs_best[SBS_METRIC_makespan_s]))
                continue;
            if (pass == 0) {
                rivals++;
                continue;
            }
            say(s, "%s%s", seen == 0 ? "; "
                           : seen + 1 == rivals ? " and " : ", ", p->spec);
            seen++;
        }
    }
    if (rivals > 0)
        say(s, " cannot be told apart from it");
}

/* ", for $0.47 more a run ($0.45 to $0.49)"; the ends are left out where
 * they are the same to the cent. */
static void say_bill(struct sentence *s, const struct sbs_result *r)
{
    const struct sbs_paired *p =
        &r->policies[r->best].vs_first[SBS_METRIC_cost_usd];
    char mean[SBS_HUMAN_TEXT], lo[SBS_HUMAN_TEXT], hi[SBS_HUMAN_TEXT];
    if (isnan(p->mean))
        return;
    double sign = p->mean < 0 ? -1 : 1;
    double ends[2] = {sign * p->lo, sign * p->hi};
    sbs_human_usd(mean, fabs(p->mean));
    sbs_human_usd(lo, fmin(ends[0], ends[1]));
    sbs_human_usd(hi, fmax(ends[0], ends[1]));
    if (p->mean == 0 && p->lo == 0)
        say(s, ", for the same bill");
    else if (!sbs_compare_differs(p))
        say(s, ", for a bill that cannot be told apart");
    else
        say(s, ", for %s %s a run", mean, sign < 0 ? "less" : "more");
    if (sbs_compare_differs(p) && strcmp(lo, hi) != 0)
        say(s, " (%s to %s)", lo, hi);
}

/* A single policy: nothing to compare. */
static void say_single(struct sentence *s, const struct sbs_result *r)
{
    const struct sbs_result_policy *p = &r->policies[0];
    const struct sbs_summary *m = makespan(p);
    const struct sbs_summary *speedup = &p->summary[SBS_METRIC_speedup];
    const struct sbs_summary *bill = &p->summary[SBS_METRIC_cost_usd];
    char text[SBS_HUMAN_TEXT];
    say(s, "%s takes ", p->spec);
    say_mean(s, m);
    say(s, " on average (nine runs in ten: %s %s)",
        sbs_human_range(text, m->p05 / s->unit.seconds,
                        m->p95 / s->unit.seconds),
        s->unit.name);
    if (speedup->n > 0)
        say(s, ", %s times as fast as the local machine",
            sbs_human_pm(text, speedup->mean, sbs_summary_half_width(speedup),
                         1, 3, 0));
    if (bill->n > 0)
        say(s, ", for $%s a run",
            sbs_human_pm(text, bill->mean, sbs_summary_half_width(bill), 2, 4,
                         0));
}

static void say_first_is_best(struct sentence *s, const struct sbs_result *r)
{
    const struct sbs_result_policy *p = &r->policies[r->best];
    say(s, "no policy beats %s, which takes ", p->spec);
    say_mean(s, makespan(p));
    say(s, " on average");
    say_rivals(s, r, r->best);
}

static void say_other_is_best(struct sentence *s, const struct sbs_result *r)
{
    const struct sbs_result_policy *p = &r->policies[r->best];
    const struct sbs_result_policy *first = &r->policies[0];
    const struct sbs_paired *apart = &p->vs_first[SBS_METRIC_makespan_s];
    double half = (apart->hi - apart->lo) / 2;
    if (makespan(first)->n == 0) {
        say(s, "%s takes ", p->spec);
        say_mean(s, makespan(p));
        say(s, " on average; %s never finishes", first->spec);
    } else if (sbs_compare_differs(apart) && apart->mean < 0) {
        say(s, "%s is best: ", p->spec);
        say_mean(s, makespan(p));
        say(s, " on average, ");
        say_time(s, -apart->mean, half);
        say(s, " %s or %.0f%% less than %s ", s->unit.name,
            -100 * apart->mean / makespan(first)->mean, first->spec);
        say_interval(s, apart, -1);
        say_bill(s, r);
    } else {
        /* Means over different replications can disagree with the pairs. */
        say(s, "%s has the lowest mean, ", p->spec);
        say_mean(s, makespan(p));
        say(s, ", but %s %s: the difference is ",
            sbs_compare_differs(apart) ? "where both finished it is behind"
                                       : "cannot be told apart from",
            first->spec);
        say_time(s, apart->mean, half);
        say(s, " %s ", s->unit.name);
        say_interval(s, apart, 1);
    }
    say_rivals(s, r, 0);
}

struct sbs_human_unit sbs_verdict_unit(const struct sbs_result *r)
{
    double longest = 0;
    for (size_t i = 0; i < r->n_policies; i++)
        longest = fmax(longest, makespan(&r->policies[i])->mean);
    return sbs_human_unit(longest);
}

void sbs_verdict(const struct sbs_result *r, char *text, size_t size)
{
    struct sentence s = {text, size, 0, sbs_verdict_unit(r)};
    text[0] = '\0';
    if (r->n_policies == 0 || makespan(&r->policies[r->best])->n == 0) {
        say(&s, "no replication finished, so nothing can be said.");
        return;
    }
    const struct sbs_result_policy *best = &r->policies[r->best];
    if (r->n_policies == 1)
        say_single(&s, r);
    else if (r->best == 0)
        say_first_is_best(&s, r);
    else
        say_other_is_best(&s, r);
    if (best->unfinished > 0)
        say(&s, "; but %llu of its %llu replications did not finish",
            (unsigned long long)best->unfinished,
            (unsigned long long)best->reps);
    say(&s, ".");
}
