/* SPDX-License-Identifier: Apache-2.0 */
/* The calibrated model against what was measured. */
#include "config.h"

#include "calibrate/predict.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "calibrate/observe.h"
#include "model/path.h"
#include "policies/stack.h"
#include "stats/summary.h"
#include "sweep/run.h"

#define VCPU 2 /* a size the model knows; the work has one thread */
#define MEMORY_GB 4

static int parse_model(const struct sbs_calibration *c,
                       const struct sbs_joint_run *run,
                       struct sbs_model_set *out, struct sbs_error *err)
{
    struct cJSON *json = sbs_calibrate_model_tree(c, err);
    int status = -1;

    if (json && (!run->waiting ||
                 !sbs_model_set_all(json, "speed.classes",
                                    "[{\"name\": \"waiting\", \"weight\": 1,"
                                    " \"slowdown\": 1}]", err)))
        status = sbs_model_parse(out, json, "calibrated model", err);
    cJSON_Delete(json);
    return status;
}

/* Metrics of one run; the caller frees *outcome. */
static int simulate(const struct sbs_calibration *c,
                    const struct sbs_joint_run *run,
                    const struct sbs_stack *stack, uint32_t reps,
                    uint64_t seed, struct sbs_run_outcome *outcome,
                    struct sbs_error *err)
{
    struct sbs_model_set models = {0};
    struct sbs_workload workload = {0};
    struct sbs_run r = {.stacks = &stack, .n_stacks = 1, .reps = reps};
    int status = -1;

    if (parse_model(c, run, &models, err) ||
        sbs_observe_workload(run, &workload, err))
        goto out;
    r.scenario = (struct sbs_scenario){
        .models = &models, .workload = &workload,
        .workers = (uint32_t)run->total.n, .vcpu = VCPU,
        .memory_gb = MEMORY_GB, .seed = seed};
    status = sbs_run_all(&r, outcome, err);
out:
    sbs_workload_fini(&workload);
    sbs_model_fini(&models);
    return status;
}

/* Quantiles of the model and the percentile of a measured total. */
static int add(struct sbs_predictions *p, const struct sbs_joint_run *run,
               const char *figure, double measured_s, const double *values,
               struct sbs_error *err)
{
    struct sbs_prediction *row = &p->row[p->n];
    struct sbs_summary s;
    size_t i, below = 0;

    if (!(measured_s > 0))
        return 0;
    if (sbs_summary_make(&s, values, p->reps, err))
        return -1;
    for (i = 0; i < p->reps; i++)
        below += values[i] <= measured_s; /* NaN: no */
    *row = (struct sbs_prediction){
        .run = run->name, .figure = figure, .tasks = run->total.n,
        .measured_s = measured_s, .p05_s = s.p05, .p50_s = s.p50,
        .p95_s = s.p95,
        .percentile = (double)(below + 1) / (double)(s.n + 1),
        .use = run->serial ? "fitted" : "not fitted"};
    p->n++;
    return 0;
}

/* "Most" is no quantile: say how many the model has by then. */
static int add_most(struct sbs_predictions *p, const struct sbs_calibration *c,
                    const struct sbs_joint_run *run, struct sbs_error *err)
{
    struct sbs_totals *t;

    if (!(run->most_s > 0))
        return 0;
    t = sbs_totals_create(&c->fixed, err);
    if (!t)
        return -1;
    p->row[p->n++] = (struct sbs_prediction){
        .run = run->name, .figure = "most", .tasks = run->total.n,
        .measured_s = run->most_s, .p05_s = NAN, .p50_s = NAN, .p95_s = NAN,
        .percentile = sbs_totals_done_share(t, &c->joint.theta, &run->total,
                                            run->most_s),
        .use = "told; done by then"};
    sbs_totals_destroy(t);
    return 0;
}

static int predict_run(const struct sbs_calibration *c,
                       const struct sbs_joint_run *run,
                       const struct sbs_stack *stack, uint64_t seed,
                       struct sbs_predictions *p, struct sbs_error *err)
{
    struct sbs_run_outcome o = {.values = NULL};
    const double *first, *last;
    int status;

    if (simulate(c, run, stack, p->reps, seed, &o, err))
        return -1;
    first = sbs_run_metric(&o, p->reps, SBS_METRIC_first_s);
    last = sbs_run_metric(&o, p->reps, SBS_METRIC_makespan_s);
    status = add(p, run, "first", run->total.first_s, first, err) ||
                     add_most(p, c, run, err) ||
                     add(p, run, "last", run->total.last_s, last, err)
                 ? -1
                 : 0;
    sbs_run_outcome_fini(&o);
    return status;
}

int sbs_predict_totals(const struct sbs_calibration *c, uint32_t reps,
                       uint64_t seed, struct sbs_predictions *out,
                       struct sbs_error *err)
{
    struct sbs_predictions p = {.reps = reps};
    struct sbs_spec_list list = {0};
    struct sbs_registry *registry = sbs_registry_create();
    size_t i;
    int status = -1;

    p.row = calloc(3 * c->runs.n + 1, sizeof *p.row);
    if (!registry || !p.row) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (sbs_stack_parse(&list, "static", registry, err))
        goto out;
    for (i = 0; i < c->runs.n; i++)
        if (predict_run(c, &c->runs.run[i], &list.spec[0].stack, seed, &p,
                        err))
            goto out;
    *out = p;
    p.row = NULL;
    status = 0;
out:
    sbs_stack_fini(&list);
    sbs_registry_destroy(registry);
    free(p.row);
    return status;
}

void sbs_predictions_fini(struct sbs_predictions *p)
{
    if (!p)
        return;
    free(p->row);
    memset(p, 0, sizeof *p);
}

/* Totals that were used and lie outside of the 90% interval. */
static void print_misfits(const struct sbs_predictions *p, FILE *out)
{
    const struct sbs_prediction *r;
    size_t i, used = 0, outside = 0;

    for (i = 0; i < p->n; i++) {
        r = &p->row[i];
        if (strcmp(r->use, "fitted") || isnan(r->p50_s))
            continue;
        used++;
        if (r->measured_s >= r->p05_s && r->measured_s <= r->p95_s)
            continue;
        outside++;
        fprintf(out, "Misfit: %s, %s result, came too %s for this model. "
                "Where it is one run that differs,\n--runs without it "
                "shows what the others say; where it is the client, describe "
                "it in the trace.\n", r->run, r->figure,
                r->measured_s < r->p05_s ? "early" : "late");
    }
    if (used && !outside)
        fprintf(out, "All %zu totals used lie inside their 90%% interval.\n",
                used);
}

void sbs_predictions_print(const struct sbs_predictions *p, FILE *out)
{
    const struct sbs_prediction *r;
    char range[40], middle[24];
    size_t i;

    fprintf(out, "%-20s %5s %-6s %10s %9s  %-16s %7s  %s\n", "run", "tasks",
            "figure", "measured s", "median s", "5% to 95% s", "percent",
            "use");
    for (i = 0; i < p->n; i++) {
        r = &p->row[i];
        snprintf(range, sizeof range, "-");
        snprintf(middle, sizeof middle, "-");
        if (!isnan(r->p50_s)) {
            snprintf(range, sizeof range, "%.1f to %.1f", r->p05_s,
                     r->p95_s);
            snprintf(middle, sizeof middle, "%.1f", r->p50_s);
        }
        fprintf(out, "%-20s %5zu %-6s %10.1f %9s  %-16s %6.1f%%  %s\n",
                r->run, r->tasks, r->figure, r->measured_s, middle, range,
                100 * r->percentile, r->use);
    }
    print_misfits(p, out);
}

void sbs_predictions_json(const struct sbs_predictions *p,
                          struct sbs_jsonw *w)
{
    const struct sbs_prediction *r;
    size_t i;

    sbs_jsonw_array(w);
    for (i = 0; i < p->n; i++) {
        r = &p->row[i];
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "run");
        sbs_jsonw_string(w, r->run);
        sbs_jsonw_key(w, "figure");
        sbs_jsonw_string(w, r->figure);
        sbs_jsonw_key(w, "tasks");
        sbs_jsonw_count(w, r->tasks);
        sbs_jsonw_key(w, "measured_s");
        sbs_jsonw_real(w, r->measured_s);
        sbs_jsonw_key(w, "p05_s");
        sbs_jsonw_real(w, r->p05_s);
        sbs_jsonw_key(w, "p50_s");
        sbs_jsonw_real(w, r->p50_s);
        sbs_jsonw_key(w, "p95_s");
        sbs_jsonw_real(w, r->p95_s);
        sbs_jsonw_key(w, "percentile");
        sbs_jsonw_real(w, r->percentile);
        if (!isnan(r->p50_s)) {
            sbs_jsonw_key(w, "inside_90");
            sbs_jsonw_bool(w, r->measured_s >= r->p05_s &&
                                  r->measured_s <= r->p95_s);
        }
        sbs_jsonw_key(w, "use");
        sbs_jsonw_string(w, r->use);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}
