/* SPDX-License-Identifier: Apache-2.0 */
/* What the runs cannot tell apart, as text and as JSON. */
#include "config.h"

#include "calibrate/identify.h"

#include <stdio.h>

#include "base/jsonw.h"
#include "calibrate/rows.h"

static const char *const doubt_names[] = {
#define DOUBT_NAME(id, name) name,
    SBS_DOUBTS(DOUBT_NAME)
#undef DOUBT_NAME
};

static void print_split(const struct sbs_identify_split *s, FILE *out)
{
    fprintf(out, "- %s: of its %.0f s, start-up and launching (to the "
            "middle worker) are %.0f s\n  (90%% in %.0f to %.0f), so that "
            "worker's core was %.2f to %.2f times slower than the "
            "reference.\n  %s\n", s->run, s->first_s, s->start_p50,
            s->start_p05, s->start_p95, s->slow_p05, s->slow_p95,
            s->confounded
                ? "Start-up and core speed are confounded: only their sum is "
                  "measured."
                : "The other runs tell start-up well enough to part the "
                  "two.");
}

static void print_runs(const struct sbs_identify *r, FILE *out)
{
    size_t i, d;

    fputs("\nRuns not made yet: what each would cost, and the share of doubt "
          "(variance) it would remove\n\n", out);
    fprintf(out, "%-44s %7s %6s", "", "min", "USD");
    for (d = 0; d < SBS_DOUBT_N; d++)
        fprintf(out, " %8s", d == SBS_DOUBT_PARTS    ? "start-up"
                             : d == SBS_DOUBT_CORES  ? "cores"
                             : d == SBS_DOUBT_SPREAD ? "spread"
                                                     : "set-up");
    fputc('\n', out);
    for (i = 0; i < r->n_runs; i++) {
        fprintf(out, "%-44s %7.1f %6.2f", r->run[i].what,
                r->run[i].makespan_s / 60, r->run[i].cost_usd);
        for (d = 0; d < SBS_DOUBT_N; d++)
            fprintf(out, " %7.0f%%", 100 * r->run[i].gain[d]);
        fputc('\n', out);
    }
}

static void print_cures(const struct sbs_identify *r, FILE *out)
{
    char text[240];
    size_t d;

    fputc('\n', out);
    for (d = 0; d < SBS_DOUBT_N; d++) {
        const struct sbs_identify_run *c = &r->run[r->cure[d]];
        if (d == SBS_DOUBT_PARTS && !r->confounded)
            continue;
        if (c->gain[d] >= SBS_IDENTIFY_CURE)
            snprintf(text, sizeof text, "Cheapest cure for %s: %s, $%.2f.",
                     doubt_names[d], c->what, c->cost_usd);
        else
            snprintf(text, sizeof text, "For %s none of these removes half "
                     "the doubt (best, %.0f%%: %s).", doubt_names[d],
                     100 * c->gain[d], c->what);
        sbs_rows_wrap(out, text, 0, 2);
    }
    fputs("Whatever the run, a log of stamps and processor models of its "
          "workers (sbsim trace import) tells\nstart-up and cores apart "
          "directly, at no price.\n", out);
}

void sbs_identify_print(const struct sbs_identify *r, FILE *out)
{
    char text[240];
    size_t i;

    for (i = 0; i < r->n_splits; i++)
        print_split(&r->split[i], out);
    if (!r->n_splits)
        fputs("- no run has work enough to tell about cores: their speed is "
              "the prior's.\n", out);
    for (i = 0; i < r->n_pairs; i++) {
        snprintf(text, sizeof text, "%s and %s: correlation %.2f; %s.",
                 r->pair[i].a, r->pair[i].b, r->pair[i].correlation,
                 r->pair[i].correlation < 0
                     ? "where one is more the other is less, and their sum "
                       "is known better than either"
                     : "both are more or both are less, and their difference "
                       "is known better than either");
        fputs("- ", out);
        sbs_rows_wrap(out, text, 2, 2);
    }
    print_runs(r, out);
    print_cures(r, out);
}

static void real(struct sbs_jsonw *w, const char *key, double x)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, sbs_rows_round(x));
}

static void json_splits(const struct sbs_identify *r, struct sbs_jsonw *w)
{
    size_t i;

    sbs_jsonw_array(w);
    for (i = 0; i < r->n_splits; i++) {
        const struct sbs_identify_split *s = &r->split[i];
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "run");
        sbs_jsonw_string(w, s->run);
        real(w, "measured_s", s->first_s);
        real(w, "startup_p05_s", s->start_p05);
        real(w, "startup_p50_s", s->start_p50);
        real(w, "startup_p95_s", s->start_p95);
        real(w, "slowdown_p05", s->slow_p05);
        real(w, "slowdown_p95", s->slow_p95);
        sbs_jsonw_key(w, "confounded");
        sbs_jsonw_bool(w, s->confounded);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void json_runs(const struct sbs_identify *r, struct sbs_jsonw *w)
{
    static const char *const keys[] = {"startup", "core_slowdown",
                                       "core_spread", "setup_against_pull"};
    size_t i, d;

    sbs_jsonw_array(w);
    for (i = 0; i < r->n_runs; i++) {
        const struct sbs_identify_run *run = &r->run[i];
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "run");
        sbs_jsonw_string(w, run->what);
        sbs_jsonw_key(w, "tasks");
        sbs_jsonw_count(w, run->tasks);
        real(w, "ref_s", run->ref_s);
        real(w, "makespan_s", run->makespan_s);
        real(w, "cost_usd", run->cost_usd);
        sbs_jsonw_key(w, "variance_removed");
        sbs_jsonw_flat_object(w);
        for (d = 0; d < SBS_DOUBT_N; d++)
            real(w, keys[d], run->gain[d]);
        sbs_jsonw_close(w);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

void sbs_identify_json(const struct sbs_identify *r, struct sbs_jsonw *w)
{
    size_t i;

    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "confounded");
    sbs_jsonw_bool(w, r->confounded);
    sbs_jsonw_key(w, "splits");
    json_splits(r, w);
    sbs_jsonw_key(w, "correlated");
    sbs_jsonw_array(w);
    for (i = 0; i < r->n_pairs; i++) {
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "a");
        sbs_jsonw_string(w, r->pair[i].a);
        sbs_jsonw_key(w, "b");
        sbs_jsonw_string(w, r->pair[i].b);
        real(w, "correlation", r->pair[i].correlation);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "next_runs");
    json_runs(r, w);
    sbs_jsonw_close(w);
}
