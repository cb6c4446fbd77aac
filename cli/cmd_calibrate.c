/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim calibrate: from a trace to a model, with what is known of each
 * parameter and how the model does against what was measured. */
#include "config.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/path.h"
#include "calibrate/predict.h"
#include "cli/calibrate_laws.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/progress.h"

struct options {
    const char *trace, *model, *json, *runs;
    double share_new;
    int64_t reps, seed, draws, particles, threads;
    bool store, quiet, quick, laws;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TEXT(struct options, trace, "trace", "F.h5",
                  "the measurements, such as fargate.h5 (required)"),
    SBS_FLAG_TEXT_LETTER(struct options, model, "output", 'o', "MODEL.json",
                         "write the model file here"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "write parameters, residuals and the model as JSON"),
    SBS_FLAG_SWITCH(struct options, store, "store",
                    "keep the model in the trace, where runs find it"),
    SBS_FLAG_TEXT(struct options, runs, "runs", "NAMES",
                  "learn from these runs of the trace only (with commas)"),
    SBS_FLAG_SWITCH(struct options, quick, "quick",
                    "the most likely parameters only: no draws, so that "
                    "predictions do not carry what is uncertain in them"),
    SBS_FLAG_REAL(struct options, share_new, "new-share", "X", -1, 0, 1,
                  "hold the share of new processors instead of fitting it: "
                  "0 = as seen in 2021, 1 = newer ones only (--quick)"),
    SBS_FLAG_COUNT(struct options, draws, "draws", "N", SBS_INFER_DRAWS, 20,
                   10000, "posterior draws in the model"),
    SBS_FLAG_COUNT(struct options, particles, "particles", "N",
                   SBS_INFER_PARTICLES, 50, SBS_PARTICLES_MAX,
                   "particles that search for them"),
    SBS_FLAG_SWITCH(struct options, laws, "laws",
                    "no model: the laws of every phase, and what the data "
                    "are too few to say of them"),
    SBS_FLAG_COUNT(struct options, reps, "reps", "N", 4000, 100, 1e7,
                   "replications of each run behind the residuals"),
    SBS_FLAG_COUNT(struct options, seed, "seed", "N", 1, 0,
                   SBS_FLAG_MAX_COUNT, "random seed of draws and residuals"),
    SBS_FLAG_COUNT(struct options, threads, "threads", "N", 0, 1, 4096,
                   "threads (default: all cores)"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet",
                    "no tables; without --json no residuals either"),
    SBS_FLAG_END};

static const struct sbs_flags table = {
    "calibrate", "--trace F.h5 [-o MODEL.json] [--json [F]] [--store]",
    "Fits the model of a trace, with the simulator in the loop, and says of "
    "each parameter how well the data determine it; then simulates every "
    "measured run and shows measurement against prediction. The model "
    "carries draws of its parameters, so that predictions hold what is not "
    "known. What a trace of your own lacks is taken from the shipped facts.",
    flags,
    "  sbsim calibrate --trace fargate.h5 -o model.json\n"
    "  sbsim calibrate --trace mine.h5 --store\n"
    "  sbsim calibrate --trace mine.h5 --laws\n"};

struct results {
    struct sbs_calibration *c;
    struct sbs_predictions p;
    struct sbs_alternative a[SBS_ALTERNATIVES];
    size_t n_alternatives;
};

static void print_tables(const struct results *r, const char *name, FILE *out)
{
    fprintf(out, "Parameters from %s\n\n", name);
    sbs_rows_print(&r->c->rows, out);
    if (r->c->inference) {
        fputs("\nWhat the runs taught: 90% intervals before and after they "
              "were seen\n\n", out);
        sbs_posterior_print(&r->c->posterior, r->c->inference, out);
        fputs("\nWhat the runs can tell apart\n\n", out);
        sbs_identify_print(&r->c->identify, out);
    }
    if (r->p.n) {
        fprintf(out, "\nMeasured totals against the simulator, %u "
                "replications (percent: of them at or below the measured)"
                "\n\n", r->p.reps);
        sbs_predictions_print(&r->p, out);
    }
    if (r->n_alternatives) {
        fputs("\nOther weights of the processors (the run with work; "
              "--new-share makes such a model)\n\n", out);
        sbs_alternatives_print(r->a, r->n_alternatives, out);
    }
    fputs("\nRests on ", out);
    sbs_rows_wrap(out, r->c->basis, 9, 4);
    fputs("Weakest: ", out);
    sbs_rows_wrap(out, r->c->weakest, 9, 4);
}

static int write_json(const struct results *r, FILE *out,
                      struct sbs_error *err)
{
    struct cJSON *model = sbs_calibrate_model_tree(r->c, err);
    struct sbs_jsonw w;
    int status;

    if (!model)
        return -1;
    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    sbs_jsonw_key(&w, "schema");
    sbs_jsonw_string(&w, "sbsim-calibration");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_integer(&w, 1);
    sbs_jsonw_key(&w, "program");
    sbs_jsonw_string(&w, PACKAGE_STRING);
    sbs_jsonw_key(&w, "basis");
    sbs_jsonw_string(&w, r->c->basis);
    sbs_jsonw_key(&w, "weakest");
    sbs_jsonw_string(&w, r->c->weakest);
    sbs_jsonw_key(&w, "parameters");
    sbs_rows_json(&r->c->rows, &w);
    if (r->c->inference) {
        sbs_jsonw_key(&w, "posterior");
        sbs_posterior_json(&r->c->posterior, r->c->inference, &w);
        sbs_jsonw_key(&w, "identifiability");
        sbs_identify_json(&r->c->identify, &w);
    }
    sbs_jsonw_key(&w, "residuals");
    sbs_predictions_json(&r->p, &w);
    sbs_jsonw_key(&w, "weights");
    sbs_alternatives_json(r->a, r->n_alternatives, &w);
    sbs_jsonw_key(&w, "model");
    sbs_jsonw_tree(&w, model);
    sbs_jsonw_close(&w);
    status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    cJSON_Delete(model);
    return status;
}

enum { PROGRESS_PARTS = 1000 };

static void on_progress(void *progress, double done)
{
    sbs_progress_update(progress, (uint64_t)(done * PROGRESS_PARTS),
                        PROGRESS_PARTS);
}

static int fit(const struct options *o, const struct sbs_trace *trace,
               const struct sbs_trace *facts, struct results *r,
               struct sbs_error *err)
{
    bool rows = !o->quiet || o->json || o->share_new >= 0;
    struct sbs_progress progress;
    struct sbs_calibrate_how how = {
        .table = rows, .runs = o->runs, .seed = (uint64_t)o->seed,
        .draws = (size_t)o->draws,
        .particles = (size_t)o->particles, .threads = (int)o->threads,
        .progress = on_progress, .progress_context = &progress};
    int status;

    if (o->quick || o->share_new >= 0)
        return rows ? sbs_calibrate_fit_table(
                          trace, facts,
                          o->share_new < 0 ? NAN : o->share_new, &r->c, err)
                    : sbs_calibrate_fit(trace, facts, &r->c, err);
    sbs_progress_init(&progress, "of the fit (thousandths)", o->quiet);
    status = sbs_calibrate_infer(trace, facts, &how, &r->c, err);
    sbs_progress_fini(&progress);
    return status;
}

static int compute(const struct options *o, const struct sbs_trace *trace,
                   const struct sbs_trace *facts, struct results *r,
                   struct sbs_error *err)
{
    if (fit(o, trace, facts, r, err))
        return -1;
    if (o->quiet && !o->json)
        return 0;
    if (sbs_predict_totals(r->c, (uint32_t)o->reps, (uint64_t)o->seed, &r->p,
                           err))
        return -1;
    return sbs_predict_alternatives(r->c, r->a, &r->n_alternatives, err);
}

static int run(const struct options *o, struct sbs_error *err)
{
    struct results r = {.c = NULL};
    struct sbs_output model = {0}, json = {0};
    struct sbs_trace *trace = NULL, *facts = NULL;
    char *path = NULL;
    int status = -1;

    if (!o->trace)
        return sbs_fail(err, SBS_EUSAGE, "--trace: required");
    if (o->laws && (o->model || o->store))
        return sbs_fail(err, SBS_EUSAGE,
                        "--laws: makes no model (not with --output or "
                        "--store)");
    if (o->laws)
        return sbs_calibrate_laws(o->trace, o->json, o->quiet, err);
    if (o->runs && (o->quick || o->share_new >= 0))
        return sbs_fail(err, SBS_EUSAGE, "--runs: not with --quick or "
                        "--new-share, whose fit needs them all");
    if (sbs_output_clash("--output", o->model, "--json", o->json, err))
        return -1;
    path = sbs_path_find(o->trace, err);
    if (!path || sbs_trace_read(path, SBS_TRACE_STRICT, &trace, err) ||
        sbs_output_open(&model, o->model, err) ||
        sbs_output_open(&json, o->json, err))
        goto out;
    if (sbs_calibrate_read_facts(trace, &facts, err) ||
        compute(o, trace, facts, &r, err))
        goto out;
    if (!o->quiet && !sbs_output_is_stdout(o->json) &&
        !sbs_output_is_stdout(o->model))
        print_tables(&r, o->trace, stdout);
    if (model.file)
        fputs(r.c->model_json, model.file);
    if (json.file && write_json(&r, json.file, err))
        goto out;
    if (o->store && (sbs_calibrate_store(trace, r.c, err) ||
                     sbs_trace_write(trace, path, err)))
        goto out;
    if (sbs_output_commit(&model, err) || sbs_output_commit(&json, err))
        goto out;
    status = 0;
out:
    sbs_output_fini(&model);
    sbs_output_fini(&json);
    sbs_predictions_fini(&r.p);
    sbs_calibrate_destroy(r.c);
    sbs_trace_destroy(trace);
    sbs_trace_destroy(facts);
    free(path);
    return status;
}

int sbs_cmd_calibrate(int argc, char **argv)
{
    struct options o = {0};
    struct sbs_error err = {0};
    int status;

    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    status = run(&o, &err) ? sbs_flags_report("calibrate", &err) : 0;
    sbs_flags_fini(&table, &o);
    return status;
}
