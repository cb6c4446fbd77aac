/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim predict: file a forecast, before the run is made. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/fmath.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "calibrate/forecast.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/run_flags.h"
#include "cli/trace.h"
#include "report/human.h"
#include "report/result_table.h"

enum { REPS_GOOD = 1000, REPS_MOST = 1000000 };

struct options {
    struct sbs_run_options run;
    const char *output;
    double margin;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TITLE("What to predict"),
    SBS_RUN_FLAGS_WHAT(struct options, run.),
    SBS_RUN_FLAG_SET(struct options, run.),
    SBS_FLAG_TITLE("How"),
    SBS_RUN_FLAG_REPS(struct options, run.),
    SBS_RUN_FLAGS_HOW(struct options, run.),
    SBS_FLAG_REAL(struct options, margin, "margin", "X", -1, 0.001, 0.9,
                  "call a mean makespan equivalent within this fraction of "
                  "the forecast (0.1, and 0.05 for policies that split "
                  "tasks); said now, so that it cannot be chosen afterwards"),
    SBS_FLAG_TITLE("Output"),
    SBS_FLAG_TEXT_LETTER(struct options, output, "output", 'o',
                         "FORECAST.json",
                         "the file (required); one that says something else "
                         "is never replaced"),
    SBS_FLAG_SWITCH(struct options, run.quiet, "quiet",
                    "no table and no progress"),
    SBS_FLAG_END};

static const struct sbs_flags table = {
    "predict", "--policy LIST --trace F.h5 -o FORECAST.json [options]",
    "Simulates as sbsim run does and files what it expects: samples of the "
    "first, the median and the last result and of the bill, completion "
    "curves, two baselines, the hashes of all inputs, the date. Make the run "
    "afterwards, then hold the forecast to it with sbsim score.",
    flags,
    "  sbsim predict --policy static --trace fargate.h5 -o forecast.json\n"
    "  sbsim predict --policy static,split:units=20 --trace fargate.h5 \\\n"
    "        --tasks 20 --workers 10 -o small.json\n"};

/* ---- the question ------------------------------------------------------ */

static int hash_json(const struct cJSON *json, char text[SBS_HASH_TEXT],
                     struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, json);
    int status = sbs_jsonw_end(&w, err);
    if (status == 0)
        sbs_hash_buffer(w.text, w.length, text);
    sbs_jsonw_fini(&w);
    return status;
}

/* work / workers / ratio: every worker as fast as the mean worker, ready at
 * once; and what they cost until the end. */
static void naive_of(struct sbs_forecast *f, const struct sbs_inputs *in)
{
    const struct sbs_model *m = &in->models.stated;
    double slow, sd, gain = 1;
    sbs_model_slowdown(m, &slow, &sd);
    if (sbs_model_gain(m, f->vcpu, &gain, NULL) != 0)
        gain = NAN;
    f->ratio = gain / slow;
    double work_s = (double)f->tasks * f->ref_s, n = (double)f->workers;
    double last_s = work_s / n / f->ratio;
    double per_h = f->vcpu * m->price.vcpu_h_usd +
                   f->memory_gb * m->price.gb_h_usd;
    f->naive[SBS_FIGURE_first_s] = fmin(last_s, f->ref_s / f->ratio);
    f->naive[SBS_FIGURE_half_s] = NAN;
    f->naive[SBS_FIGURE_makespan_s] = last_s;
    f->naive[SBS_FIGURE_cost_usd] =
        n * last_s / 3600 * per_h * (f->spot ? m->price.spot_factor : 1);
}

static void now_utc(char text[SBS_FORECAST_DATE])
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(text, SBS_FORECAST_DATE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

struct texts {
    char date[SBS_FORECAST_DATE];
    char model[SBS_HASH_TEXT], workload[SBS_HASH_TEXT];
    struct sbs_forecast_file files[SBS_INPUT_FILES_MAX];
};

static int fill_question(struct sbs_forecast *f, const struct options *o,
                         const struct sbs_inputs *in, struct texts *t,
                         struct sbs_error *err)
{
    double sd;
    now_utc(t->date);
    if (hash_json(in->models.json, t->model, err) != 0 ||
        hash_json(in->workload.json, t->workload, err) != 0)
        return -1;
    for (size_t i = 0; i < in->n_files; i++)
        t->files[i] = (struct sbs_forecast_file){in->files[i].name,
                                                 in->files[i].sha256};
    f->program = PACKAGE_STRING;
    f->made_utc = t->date;
    f->workload = o->run.in.workload;
    f->model_sha256 = t->model;
    f->workload_sha256 = t->workload;
    f->sets = o->run.in.sets.item;
    f->n_sets = o->run.in.sets.n;
    f->files = t->files;
    f->n_files = in->n_files;
    f->seed = (uint64_t)o->run.seed;
    f->reps = (uint64_t)o->run.reps;
    f->draws = in->has_posterior && in->models.n > 1 ? in->models.n : 0;
    f->tasks = in->workload.tasks;
    f->workers = o->run.workers > 0 ? (uint64_t)o->run.workers : f->tasks;
    f->vcpu = o->run.vcpu;
    f->memory_gb = o->run.memory_gb;
    f->spot = o->run.spot;
    f->from_trace = o->run.in.trace != NULL;
    sbs_workload_task_s(&in->workload, &f->ref_s, &sd);
    naive_of(f, in);
    for (int i = 0; i < SBS_N_FIGURES; i++)
        f->last.figure[i] = NAN;
    return 0;
}

/* ---- the answer -------------------------------------------------------- */

static const enum sbs_metric metric_of[SBS_N_FIGURES] = {
#define METRIC_(name) SBS_METRIC_##name,
    SBS_FORECAST_FIGURES(METRIC_)
#undef METRIC_
};

/* The true mean is normal about the forecast one, with sd_ignorance. */
static double p_margin(const struct sbs_summary *s, double margin)
{
    double sd = s->split.sd_ignorance;
    if (s->split.draws == 0 || isnan(sd))
        return NAN;
    return sd > 0 ? 2 * sbs_norm_cdf(margin * s->mean / sd) - 1 : 1;
}

static int fill_policy(struct sbs_forecast_policy *p, const struct options *o,
                       const struct sbs_job *job, size_t i,
                       struct sbs_error *err)
{
    const struct sbs_result_policy *r = &job->policies[i];
    const struct sbs_run_outcome *out = &job->outcomes[i];
    const struct sbs_run run = sbs_job_plan(job);
    if (r->summary[SBS_METRIC_makespan_s].n < 2)
        return sbs_fail(err, SBS_EINPUT,
                        "%.80s: finished in %llu of %llu replications, too "
                        "few to forecast when", r->spec,
                        (unsigned long long)(r->reps - r->unfinished),
                        (unsigned long long)r->reps);
    p->spec = r->spec;
    p->reps = r->reps;
    p->unfinished = r->unfinished;
    p->margin = o->margin > 0 ? o->margin
                : out->plan.units_per_task > 1 ? 0.05 : 0.1;
    p->n_values = r->reps < SBS_FORECAST_VALUES ? r->reps
                                                : SBS_FORECAST_VALUES;
    p->p_margin = p_margin(&r->summary[SBS_METRIC_makespan_s], p->margin);
    for (int k = 0; k < SBS_N_FIGURES; k++) {
        struct sbs_forecast_figure *f = &p->figure[k];
        f->all = r->summary[metric_of[k]];
        f->values = malloc(p->n_values * sizeof *f->values);
        if (!f->values)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        memcpy(f->values, r->values[metric_of[k]],
               p->n_values * sizeof *f->values);
    }
    return sbs_forecast_curves(p, &run, (uint32_t)i, out, err);
}

static int fill_policies(struct sbs_forecast *f, const struct options *o,
                         const struct sbs_job *job, struct sbs_error *err)
{
    f->policy = calloc(job->n, sizeof *f->policy);
    if (!f->policy)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < job->n; i++) {
        f->n_policies++;
        if (fill_policy(&f->policy[i], o, job, i, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- the file ---------------------------------------------------------- */

/* 1: the same forecast is there already, and stays with its older date. */
static int look_at_old(const char *path, const char *text,
                       struct sbs_error *err)
{
    size_t length;
    if (access(path, F_OK) != 0)
        return 0;
    char *old = sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err);
    if (!old)
        return -1;
    int same = sbs_forecast_same(text, old);
    free(old);
    return same ? 1
                : sbs_fail(err, SBS_EINPUT,
                           "%s: is there already and says something else: a "
                           "forecast that was filed is not replaced (take "
                           "another name)", path);
}

static int file_text(const char *path, const char *text,
                     struct sbs_error *err)
{
    struct sbs_output out;
    if (sbs_output_open(&out, path, err) != 0)
        return -1;
    fputs(text, out.file);
    int status = sbs_output_commit(&out, err);
    sbs_output_fini(&out);
    return status;
}

static void print_reach(const struct sbs_forecast *f, FILE *out)
{
    char text[400];
    bool outside = false;
    fputs("\nHow far the question is from the measured runs behind the "
          "model:\n", out);
    fprintf(out, "%-16s %10s  %-20s %6s %13s %8s\n", "", "asked", "measured",
            "runs", "within 1.5x", "beyond");
    for (size_t i = 0; i < f->n_reach; i++) {
        const struct sbs_reach *r = &f->reach[i];
        char name[40], range[48] = "never stated", beyond[24] = "?";
        snprintf(name, sizeof name, "%s%s%s", r->what, *r->unit ? ", " : "",
                 r->unit);
        if (r->runs > 0) {
            snprintf(range, sizeof range, "%.4g to %.4g", r->lo, r->hi);
            snprintf(beyond, sizeof beyond,
                     r->beyond > 1 ? "%.1fx" : "inside", r->beyond);
        }
        fprintf(out, "%-16s %10.4g  %-20s %6llu %13llu %8s\n", name, r->asked,
                range, (unsigned long long)r->runs,
                (unsigned long long)r->near, beyond);
        outside = outside || r->beyond > 1;
    }
    snprintf(text, sizeof text,
             "Runs within a factor of %g in all four: %llu.%s%s",
             SBS_REACH_NEAR, (unsigned long long)f->near_all,
             outside || f->near_all == 0
                 ? " The interval holds what the parameters leave open; that "
                   "the same laws hold this far from the data is assumed"
                 : "",
             outside || f->near_all == 0 ? ", not known." : "");
    sbs_human_wrap(out, text, 2);
}

static void print_baselines(const struct sbs_forecast *f, FILE *out)
{
    double last_s = f->naive[SBS_FIGURE_makespan_s];
    struct sbs_human_unit unit = sbs_human_unit(last_s);
    char last[160] = "no run alike is on record", text[400];
    if (f->last.run)
        snprintf(last, sizeof last,
                 "the last run alike, %.60s (%.20s), took %.1f %s",
                 f->last.run, f->last.date,
                 f->last.figure[SBS_FIGURE_makespan_s] / unit.seconds,
                 unit.name);
    snprintf(text, sizeof text,
             "Baselines: work / workers / ratio (%.3g) gives %.1f %s; %s.",
             f->ratio, last_s / unit.seconds, unit.name, last);
    putc('\n', out);
    sbs_human_wrap(out, text, 2);
}

static void print_margins(const struct sbs_forecast *f, FILE *out)
{
    char text[300];
    for (size_t i = 0; i < f->n_policies; i++) {
        const struct sbs_forecast_policy *p = &f->policy[i];
        char known[80] = "";
        if (!isnan(p->p_margin))
            snprintf(known, sizeof known,
                     ", which has a chance of %.0f%% with what is known",
                     100 * p->p_margin);
        snprintf(text, sizeof text,
                 "Filed claim: the mean makespan of %.60s is within %g%% of "
                 "the forecast%s.", p->spec, 100 * p->margin, known);
        sbs_human_wrap(out, text, 2);
    }
}

static int print(const struct options *o, const struct sbs_job *job,
                 const struct sbs_forecast *f, int was_there,
                 struct sbs_error *err)
{
    if (o->run.quiet)
        return 0;
    if (sbs_result_table_write(&job->result, stdout, err) != 0)
        return -1;
    if (f->from_trace)
        print_reach(f, stdout);
    print_baselines(f, stdout);
    print_margins(f, stdout);
    if (f->reps < REPS_GOOD)
        printf("Note: %llu replications are few: no check can give a p below "
               "%.2g. Take %d or more.\n", (unsigned long long)f->reps,
               1 / ((double)f->reps + 1), REPS_GOOD);
    if (was_there)
        printf("\n%s has this forecast already; it stays, with its date.\n",
               o->output);
    else
        printf("\nFiled in %s at %s, sha256\n  %s\nKeep this hash where "
               "others see it, make the run, then:\n  sbsim score %s "
               "--measured RUN\n", o->output, f->made_utc, f->content_sha256,
               o->output);
    return 0;
}

/* ---- all of it --------------------------------------------------------- */

static int make_forecast(struct sbs_forecast *f, struct texts *t,
                         const struct options *o, const struct sbs_inputs *in,
                         const struct sbs_job *job,
                         const struct sbs_trace *trace, struct sbs_error *err)
{
    if (fill_question(f, o, in, t, err) != 0)
        return -1;
    if (trace) {
        sbs_forecast_last_run(f, trace);
        sbs_forecast_reach(f, trace);
    }
    return fill_policies(f, o, job, err);
}

static int run(const struct options *o, const struct sbs_inputs *in,
               const struct sbs_spec_list *specs, struct sbs_error *err)
{
    struct sbs_job job = { .options = &o->run,
                           .in = in,
                           .models = &in->models };
    struct sbs_forecast f = {.n_policies = 0};
    struct sbs_trace *trace = NULL;
    struct texts t;
    char *text = NULL;
    int status = -1, was_there;
    if (o->run.in.trace &&
        sbs_trace_open(o->run.in.trace, SBS_TRACE_STRICT, &trace, err) != 0)
        return -1;
    if (sbs_job_run(&job, specs, err) != 0 ||
        make_forecast(&f, &t, o, in, &job, trace, err) != 0)
        goto out;
    text = sbs_forecast_text(&f, err);
    was_there = text ? look_at_old(o->output, text, err) : -1;
    if (was_there < 0 || (!was_there && file_text(o->output, text, err) != 0))
        goto out;
    status = print(o, &job, &f, was_there, err);
out:
    free(text);
    sbs_forecast_fini(&f);
    sbs_job_fini(&job);
    sbs_trace_destroy(trace);
    return status;
}

static int check(const struct options *o, struct sbs_error *err)
{
    if (!o->run.policy)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: is needed (sbsim policies lists them)");
    if (!o->output)
        return sbs_fail(err, SBS_EUSAGE, "--output: is needed");
    if (sbs_output_is_stdout(o->output))
        return sbs_fail(err, SBS_EUSAGE, "--output: must be a file");
    if (o->run.reps < 2 || o->run.reps > REPS_MOST)
        return sbs_fail(err, SBS_EUSAGE, "--reps: %lld (2 to %d)",
                        (long long)o->run.reps, REPS_MOST);
    return 0;
}

int sbs_cmd_predict(int argc, char **argv)
{
    struct options o = {.output = NULL};
    struct sbs_error err = {0};
    struct sbs_inputs in = {0};
    struct sbs_spec_list specs = {0};
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    if (!o.run.in.workload)
        o.run.in.workload = "ultra";
    struct sbs_registry *registry = sbs_registry_create();
    if (!registry)
        sbs_fail(&err, SBS_EMEMORY, "out of memory");
    else if (check(&o, &err) == 0 &&
             sbs_stack_parse(&specs, o.run.policy, registry, &err) == 0 &&
             sbs_inputs_load(&in, &o.run.in, &err) == 0) {
        if (in.note[0])
            fprintf(stderr, "sbsim: %s\n", in.note);
        status = run(&o, &in, &specs, &err);
    }
    if (err.code != SBS_EOK)
        status = sbs_flags_report("predict", &err);
    sbs_stack_fini(&specs);
    sbs_inputs_fini(&in);
    sbs_registry_destroy(registry);
    sbs_flags_fini(&table, &o);
    return status;
}
