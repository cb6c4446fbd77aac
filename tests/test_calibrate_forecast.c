/* SPDX-License-Identifier: Apache-2.0 */
/* Forecasts: curves against known times, reading back, tampering; and the
 * level and power of the checks when the truth is known. */
#include "config.h"

#include "calibrate/forecast.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/score.h"
#include "tests/simtest.h"
#include "tests/tap.h"

/* ---- when the client holds each task ------------------------------------ */

static void curves(void)
{
    struct simtest t;
    struct simtest_options o = {.reps = 3, .workers = 3};
    struct sbs_forecast_policy p = {.spec = "static"};
    /* Calls end at 2, 4, 6 s; 10 s of work each; seen at once. */
    if (!ok(simtest_run(&t, "'client':{'call_s':2,'launches_per_call':1}",
                        "'tasks':3,'ref_s':10", "static", o) == 0,
            "a run: %s", t.err.text))
        return;
    ok(sbs_forecast_curves(&p, &t.run, 0, &t.out[0], &t.err) == 0 &&
           p.n_curves == 3 && p.n_points == 3, "three curves of three tasks");
    is_near(p.times_s[0], 12, 1e-12, "the first at 12 s");
    is_near(p.times_s[4], 14, 1e-12, "the second of another run at 14 s");
    is_near(p.times_s[8], 16, 1e-12, "the last at 16 s");
    free(p.times_s);
    simtest_fini(&t);
    double many[1000];
    for (int i = 0; i < 1000; i++)
        many[i] = i;
    ok(sbs_forecast_thin(many, 1000) == 200 && many[0] == 2 &&
           many[1] == 7 && many[199] == 997, "1000 times thinned to 200");
    ok(sbs_forecast_thin(many, 200) == 200 && many[199] == 997,
       "200 stay as they are");
}

/* ---- a forecast whose truth is known ------------------------------------- */

enum { VALUES = 2000 };

static struct sbs_stream g;

static double normal(uint32_t set, uint32_t what, uint32_t i)
{
    return sbs_norm_quantile(sbs_rng_u01(&g, set, what, i, 0));
}

/* Makespans 1000 + 60 N(draw) + 30 N(run); nothing else is forecast. */
static void make_forecast(struct sbs_forecast *f,
                          struct sbs_forecast_policy *p, size_t draws,
                          uint32_t set)
{
    *f = (struct sbs_forecast){.made_utc = "2026-11-26T12:00:00Z",
                               .program = "test", .seed = set, .reps = VALUES,
                               .draws = draws, .tasks = 1, .workers = 1,
                               .policy = p, .n_policies = 1};
    *p = (struct sbs_forecast_policy){.spec = "static", .reps = VALUES,
                                      .margin = 0.5, .p_margin = NAN,
                                      .n_values = VALUES};
    for (int k = 0; k < SBS_N_FIGURES; k++) {
        struct sbs_forecast_figure *x = &p->figure[k];
        f->naive[k] = f->last.figure[k] = NAN;
        x->values = malloc(VALUES * sizeof *x->values);
        for (uint32_t i = 0; i < VALUES; i++)
            x->values[i] = k != SBS_FIGURE_makespan_s ? NAN
                           : 1000 + 60 * normal(set, 1, i % (uint32_t)draws) +
                                 30 * normal(set, 2, i);
        sbs_summary_draws(&x->all, x->values, VALUES, draws, NULL);
    }
    f->naive[SBS_FIGURE_makespan_s] = 500;
}

static void free_figures(struct sbs_forecast_policy *p)
{
    for (int k = 0; k < SBS_N_FIGURES; k++)
        free(p->figure[k].values);
}

/* n runs of the one true cloud, `shift` s from where it was forecast. */
static void make_runs(struct sbs_measured_run *run, size_t n, uint32_t set,
                      double shift)
{
    double mean = 1000 + 60 * normal(set, 3, 0) + shift;
    for (size_t i = 0; i < n; i++) {
        run[i] = (struct sbs_measured_run){.date = NULL};
        for (int k = 0; k < SBS_N_FIGURES; k++)
            run[i].figure[k] = NAN;
        run[i].figure[SBS_FIGURE_makespan_s] =
            mean + 30 * normal(set, 4, (uint32_t)i);
    }
}

struct tally {
    double sets, low, failed, low_apart;
};

static struct tally score_many(uint32_t sets, size_t runs, double shift)
{
    struct tally t = {.sets = sets};
    struct sbs_forecast f;
    struct sbs_forecast_policy p;
    struct sbs_measured_run run[20];
    struct sbs_measured m = {run, runs};
    for (uint32_t k = 0; k < sets; k++) {
        struct sbs_score s;
        make_forecast(&f, &p, 100, 1000 * (uint32_t)runs + k);
        make_runs(run, runs, 1000 * (uint32_t)runs + k, shift);
        sbs_score_make(&s, &f, &m, NULL, NULL);
        t.low += s.policy[0].figure[SBS_FIGURE_makespan_s].p_pit <= 0.1;
        t.failed += s.n_failed > 0;
        sbs_score_fini(&s);
        /* As if the runs were independent: they are not. */
        f.draws = 0;
        sbs_score_make(&s, &f, &m, NULL, NULL);
        t.low_apart += s.policy[0].figure[SBS_FIGURE_makespan_s].p_pit <= 0.1;
        sbs_score_fini(&s);
        free_figures(&p);
    }
    return t;
}

static void level(void)
{
    uint32_t sets = simtest_reps(100, 2000);
    struct tally t = score_many(sets, 5, 0);
    double n = t.sets;
    is_z(t.low / n, sqrt(0.1 * 0.9 / n), 0.1,
         "five runs of a true forecast: p of PIT <= .1 in a tenth");
    ok(t.failed / n < 0.05 + 4 * sqrt(0.05 * 0.95 / n),
       "  and a check fails in %.3f, at most .05", t.failed / n);
    ok(t.low_apart / n > 0.1 + 4 * sqrt(0.1 * 0.9 / n),
       "  where a null of independent runs has p <= .1 in %.2f",
       t.low_apart / n);
    t = score_many(sets, 1, 0);
    is_z(t.low / n, sqrt(0.1 * 0.9 / n), 0.1, "one run: likewise");
    ok(t.failed / n < 0.05 + 4 * sqrt(0.05 * 0.95 / n), "  fails in %.3f",
       t.failed / n);
    t = score_many(simtest_reps(20, 200), 5, 400);
    ok(t.failed == t.sets, "400 s late, 6 sd: always noticed");
}

/* ---- what is said of a few runs ------------------------------------------ */

static void known_score(void)
{
    struct sbs_forecast f;
    struct sbs_forecast_policy p;
    struct sbs_measured_run run[2];
    struct sbs_measured m = {run, 2};
    struct sbs_score s;
    struct sbs_error err = {0};
    make_forecast(&f, &p, 100, 7);
    make_runs(run, 2, 7, 0);
    run[0].date = (char *)(uintptr_t)"2026-11-25";
    run[1].date = (char *)(uintptr_t)"2026-11-26";
    run[0].figure[SBS_FIGURE_makespan_s] = 990;
    run[1].figure[SBS_FIGURE_makespan_s] = 1300;
    ok(sbs_score_make(&s, &f, &m, NULL, &err) == 0, "a score %s", err.text);
    ok(s.n_before == 1 && s.n_undated == 1,
       "the day before is before, the same day is not known");
    ok(s.row[0].inside && !s.row[1].inside && s.n_rows == 2, "in and out");
    is_near(s.row[0].naive, 490, 1e-12, "the naive formula is off by 490");
    ok(s.policy[0].figure[SBS_FIGURE_makespan_s].coverage.k == 1 &&
           isnan(s.policy[0].figure[SBS_FIGURE_makespan_s].skill_last),
       "one of two inside; no last run to beat");
    ok(s.n_calibration == 2 && s.policy[0].mean.verdict == SBS_TOST_OPEN,
       "two checks of calibration; the mean is not settled");
    ok(s.check[s.n_checks - 1].failed && s.n_failed >= 1,
       "what was there before is no forecast: a failed check");
    sbs_score_fini(&s);
    /* A claim nearer than what is known: it can fail, the interval need not. */
    run[1].figure[SBS_FIGURE_makespan_s] = 991;
    run[0].figure[SBS_FIGURE_makespan_s] = 990;
    run[0].date = run[1].date = NULL;
    p.margin = 0.001;
    sbs_score_make(&s, &f, &m, NULL, &err);
    ok(s.policy[0].mean.verdict == SBS_TOST_DIFFERENT && s.n_failed == 1 &&
           s.check[s.n_checks - 1].failed,
       "990 and 991 are not within 0.1%% of %.0f, though well inside",
       p.figure[SBS_FIGURE_makespan_s].all.mean);
    sbs_score_fini(&s);
    ok(sbs_score_make(&s, &f, &m, "dynamic", &err) != 0 &&
           strstr(err.text, "\"dynamic\" was not forecast"),
       "a policy that was not forecast: %s", err.text);
    free_figures(&p);
}

static void seal(void)
{
    struct sbs_forecast f, back;
    struct sbs_forecast_policy p;
    struct sbs_error err = {0};
    make_forecast(&f, &p, 100, 8);
    f.workload = "w";
    f.model_sha256 = f.workload_sha256 = "";
    char *text = sbs_forecast_text(&f, &err);
    ok(text != NULL, "written %s", err.text);
    ok(sbs_forecast_read(&back, text, strlen(text), "f", &err) == 0,
       "and read %s", err.text);
    ok(back.draws == 100 && back.n_policies == 1 &&
           back.policy[0].n_values == VALUES &&
           strcmp(back.content_sha256, f.content_sha256) == 0,
       "  the same");
    ok(fabs(back.policy[0].figure[2].values[77] - p.figure[2].values[77]) <=
           5e-7, "  to the microsecond");
    ok(isnan(back.policy[0].figure[0].values[0]), "  holes are holes");
    sbs_forecast_fini(&back);
    ok(sbs_forecast_same(text, text), "it says what it says");
    char *at = strstr(text, "\"margin\": 0.5");
    at[12] = '9';
    ok(sbs_forecast_read(&back, text, strlen(text), "f", &err) != 0 &&
           strstr(err.text, "was changed after it was filed"),
       "a wider margin afterwards is noticed: %s", err.text);
    free(text);
    free_figures(&p);
}

static void measured(void)
{
    static const char text[] =
        "{\"schema\": \"sbsim-measured\", \"schema_version\": 1,"
        " \"runs\": [{\"completions_s\": [9, 3, 5, 4]},"
        " {\"half_s\": 7, \"completions_s\": [5, 8, 6]},"
        " {\"cost_usd\": 2}]}";
    struct sbs_measured m;
    struct sbs_error err = {0};
    if (!ok(sbs_measured_read(&m, text, strlen(text), "r", &err) == 0 &&
                m.n == 3, "three runs %s", err.text))
        return;
    ok(m.run[0].figure[SBS_FIGURE_first_s] == 3 &&
           m.run[0].figure[SBS_FIGURE_half_s] == 4 &&
           m.run[0].figure[SBS_FIGURE_makespan_s] == 9,
       "first, second of four and last, in any order");
    ok(m.run[1].figure[SBS_FIGURE_half_s] == 7 &&
           m.run[1].figure[SBS_FIGURE_makespan_s] == 8,
       "what is given stands");
    ok(isnan(m.run[2].figure[SBS_FIGURE_makespan_s]) &&
           m.run[2].n_times == 0, "a bill alone");
    sbs_measured_fini(&m);
}

int main(void)
{
    g = sbs_stream_init(20261126, 0);
    curves();
    measured();
    known_score();
    seal();
    level();
    return tap_done();
}
