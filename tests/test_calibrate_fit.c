/* SPDX-License-Identifier: Apache-2.0 */
/* The calibration of the shipped trace: one set of parameters explains every
 * measured total; the engine agrees with the closed form it was fitted by;
 * the stored model is this fit. And a trace made here, whose parameters are
 * known. */
#include "config.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/predict.h"
#include "model/model.h"
#include "tests/tap.h"

enum { REPS = 2000, OWN = 60 };

static struct sbs_trace *read_shipped(void)
{
    const char *folder = getenv("SBS_BUILDDIR");
    struct sbs_trace *t = NULL;
    struct sbs_error err = {0};
    char path[4096];

    snprintf(path, sizeof path, "%s/traces/fargate.h5",
             folder ? folder : ".");
    ok(!sbs_trace_read(path, SBS_TRACE_STRICT, &t, &err), "fargate.h5 %s",
       err.text);
    return t;
}

/* Every fitted total inside 5% to 95% of the engine's prediction. */
static void residuals(const struct sbs_calibration *c)
{
    struct sbs_predictions p = {.n = 0};
    struct sbs_error err = {0};
    size_t i, fitted = 0;

    if (!ok(!sbs_predict_totals(c, REPS, 1, &p, &err), "simulate the runs"))
        printf("#   %s\n", err.text);
    for (i = 0; i < p.n; i++) {
        const struct sbs_prediction *r = &p.row[i];
        if (strcmp(r->use, "fitted"))
            continue;
        fitted++;
        ok(r->p05_s <= r->measured_s && r->measured_s <= r->p95_s,
           "%s %s: %.1f s in %.1f to %.1f s", r->run, r->figure,
           r->measured_s, r->p05_s, r->p95_s);
    }
    ok(fitted == 6, "six totals are fitted: 57.7, 84, 259.1, 309.7, 1296 and "
       "2790 s (%zu)", fitted);
    ok(p.n == 8, "and with the two that are not, all are shown (%zu)", p.n);
    sbs_predictions_fini(&p);
}

/* Quantiles of the engine put into the closed form give their levels back.
 * Tolerance: 4 binomial standard errors, and 0.03 for the polling passes,
 * which the closed form takes by their mean. */
static void against_closed_form(const struct sbs_calibration *c)
{
    struct sbs_error err = {0};
    struct sbs_totals *t = sbs_totals_create(&c->fixed, &err);
    struct sbs_predictions p = {.n = 0};
    size_t i, k;
    double u[2], level[2] = {.05, .95}, se = sqrt(.05 * .95 / REPS);

    if (!ok(t && !sbs_predict_totals(c, REPS, 2, &p, &err), "both ways"))
        return;
    for (i = 0; i < p.n; i++) {
        const struct sbs_prediction *r = &p.row[i];
        const struct sbs_totals_run *run = NULL;
        for (k = 0; k < c->runs.n; k++)
            if (!strcmp(c->runs.run[k].name, r->run))
                run = &c->runs.run[k].total;
        if (!run || isnan(r->p50_s))
            continue;
        for (k = 0; k < 2; k++)
            u[k] = (strcmp(r->figure, "first") ? sbs_totals_last_cdf
                                               : sbs_totals_first_cdf)(
                t, &c->joint.theta, run, k ? r->p95_s : r->p05_s);
        ok(fabs(u[0] - level[0]) < 4 * se + .03 &&
               fabs(u[1] - level[1]) < 4 * se + .03,
           "%s %s: engine and closed form agree (%.3f, %.3f)", r->run,
           r->figure, u[0], u[1]);
    }
    sbs_predictions_fini(&p);
    sbs_totals_destroy(t);
}

static void model_file(const struct sbs_trace *trace,
                       const struct sbs_calibration *c)
{
    struct sbs_model_set set = {0};
    struct sbs_error err = {0};
    struct sbs_calibrated used = {0};
    struct cJSON *tree = sbs_calibrate_model_tree(c, &err);
    double sum = 0;
    size_t i;

    ok(tree && !sbs_model_parse(&set, tree, "model", &err),
       "the model file is one: %s", err.text);
    for (i = 0; i < set.stated.speed.n_classes; i++)
        sum += set.stated.speed.classes[i].weight;
    is_near(sum, 1, 1e-12, "weights sum to 1");
    ok(set.stated.speed.n_classes == 9, "nine processors");
    sbs_model_fini(&set);
    cJSON_Delete(tree);
    ok(!sbs_calibrate_model_for(trace, NULL, &used, &err) && used.stored,
       "the shipped trace holds a model for its data");
    ok(strstr(used.model_json, "\"draws\"") && !strstr(c->model_json, "draws"),
       "with draws, which the quick fit has not");
    ok(strstr(used.basis, "6 measured totals") != NULL, "%s", used.basis);
    sbs_calibrated_fini(&used);
}

static void table(const struct sbs_calibration *c)
{
    static const struct {
        const char *path;
        enum sbs_known known;
    } want[] = {{"startup.provision_s", SBS_KNOWN_MEASURED},
                {"startup.boot_s", SBS_KNOWN_UNIDENTIFIED},
                {"client.setup_s", SBS_KNOWN_UNIDENTIFIED},
                {"run.call_log_sd", SBS_KNOWN_WEAKLY},
                {"(share of new processors)", SBS_KNOWN_WEAKLY},
                {"price.vcpu_h_usd", SBS_KNOWN_ASSUMED},
                {"launcher.quota_vcpu", SBS_KNOWN_UNIDENTIFIED}};
    const struct sbs_row *row;
    size_t i, bad = 0;

    for (i = 0; i < sizeof want / sizeof *want; i++) {
        row = sbs_rows_find(&c->rows, want[i].path);
        ok(row && row->known == want[i].known, "%s is %s", want[i].path,
           sbs_rows_known_name(want[i].known));
    }
    for (i = 0; i < c->rows.n; i++) {
        row = &c->rows.row[i];
        bad += !*row->source || row->lo > row->value || row->hi < row->value ||
               strlen(row->source) + 1 >= sizeof row->source;
    }
    ok(bad == 0, "every row has a source, and its value in its interval");
    /* Closed form of the exact durations: mean of the logs of the ten
     * standalone rows of traces/facts/ecs_tasks.csv. */
    row = sbs_rows_find(&c->rows, "startup.provision_s");
    is_near(row->value, 14.138, 1e-3, "median of provision");
    ok(row->n == 10, "from ten tasks");
}

static void alternatives(const struct sbs_calibration *c)
{
    struct sbs_alternative a[SBS_ALTERNATIVES];
    struct sbs_error err = {0};
    size_t n = 0, i;

    ok(!sbs_predict_alternatives(c, a, &n, &err) && n == SBS_ALTERNATIVES,
       "other weights");
    for (i = 1; i < n; i++)
        ok(a[i].loglik < 0.01, "%s: %.1f log units below the fit", a[i].name,
           a[i].loglik);
}

/* --- a trace of one's own ----------------------------------------------- */

static double draw(uint32_t purpose, uint32_t i, double mu, double sigma)
{
    struct sbs_stream s = sbs_stream_init(11, 0);

    return sbs_exp(mu + sigma * sbs_norm_quantile(
                                    sbs_rng_u01(&s, 1, purpose, 0, i)));
}

/* n containers on two processors, 2 and 3 times slower than the reference. */
static struct sbs_trace *own_trace(size_t n)
{
    struct sbs_trace *t = sbs_trace_create();
    struct sbs_error err = {0};
    uint32_t i;

    for (i = 0; i < n; i++) {
        if (sbs_trace_add_row(t, &t->workers.rows, &err) ||
            sbs_trace_add_row(t, &t->tasks.rows, &err))
            break;
        t->workers.cpu_model[i] =
            i % 4 ? "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz"
                  : "an unheard-of processor";
        t->workers.launch_type[i] = "FARGATE";
        t->workers.start_mode[i] = "standalone";
        t->tasks.worker_index[i] = i;
        t->tasks.ref_s[i] = 100;
        t->tasks.provision_start[i] = 2.0 * i;
        t->tasks.pull_start[i] = 2.0 * i + draw(2, i, 3, .2);
        t->tasks.pull_end[i] = t->tasks.pull_start[i] + draw(3, i, 4, .1);
        t->tasks.container_start[i] =
            t->tasks.pull_end[i] + draw(4, i, 1, .5);
        t->tasks.compute_start[i] = t->tasks.container_start[i] + 5;
        t->tasks.compute_end[i] = t->tasks.compute_start[i] +
                                  100 * (i % 4 ? 3 : 2) * draw(5, i, 0, .02);
    }
    return t;
}

static void own(const struct sbs_trace *facts, const struct sbs_calibration *f)
{
    struct sbs_trace *t = own_trace(OWN), *few = own_trace(2);
    struct sbs_calibration *c = NULL, *d = NULL;
    struct sbs_error err = {0};
    const struct sbs_mixture *m;

    if (!ok(!sbs_calibrate_fit(t, facts, &c, &err), "a trace of one's own"))
        printf("#   %s\n", err.text);
    else {
        m = &c->est.mixture;
        ok(fabs(c->est.provision.a - 3) < 4 * .2 / sqrt(OWN),
           "its provision: %.3f", c->est.provision.a);
        ok(fabs(c->est.pull.a - 4) < 4 * .1 / sqrt(OWN), "its pull: %.3f",
           c->est.pull.a);
        ok(m->n == 2 && m->n_own == OWN && m->n_timed == OWN,
           "its two processors");
        is_str(m->name[1], "Xeon 8259CL", "... by their short names");
        is_near(sbs_exp(m->classes[1].log_slowdown), 3, .01, "slow-down 3");
        is_near(sbs_exp(m->classes[0].log_slowdown), 2, .02, "slow-down 2");
        is_near(m->classes[0].w_old, .25, 1e-12, "weight by count");
        ok(c->est.call.a == f->est.call.a,
           "what it lacks is from the facts: call_s");
        ok(c->runs.n == 0, "the facts' runs are not shown as its own");
    }
    ok(!sbs_calibrate_fit(few, facts, &d, &err), "two containers");
    ok(d && d->est.provision.a == f->est.provision.a &&
           d->est.mixture.n_own == 0, "are too few: all from the facts");
    sbs_calibrate_destroy(c);
    c = NULL;
    ok(sbs_calibrate_fit(t, NULL, &c, &err) == -1 && !c,
       "without the facts it is refused");
    sbs_calibrate_destroy(d);
    sbs_trace_destroy(t);
    sbs_trace_destroy(few);
}

int main(void)
{
    struct sbs_trace *trace = read_shipped();
    struct sbs_calibration *c = NULL, *again = NULL;
    struct sbs_error err = {0};

    if (!trace ||
        !ok(!sbs_calibrate_fit_table(trace, NULL, NAN, &c, &err), "fit"))
        return tap_done();
    ok(!sbs_calibrate_fit(trace, NULL, &again, &err) &&
           !strcmp(c->model_json, again->model_json),
       "the same fit again");
    sbs_calibrate_destroy(again);
    table(c);
    residuals(c);
    against_closed_form(c);
    model_file(trace, c);
    alternatives(c);
    own(trace, c);
    sbs_calibrate_destroy(c);
    sbs_trace_destroy(trace);
    return tap_done();
}
