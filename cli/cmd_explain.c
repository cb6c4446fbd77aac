/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim explain: where the expected speed-up went. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "calibrate/contradictions.h"
#include "calibrate/explain.h"
#include "cli/command.h"
#include "cli/explain.h"
#include "cli/flags.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "policies/stack.h"

struct options {
    struct sbs_input_options in;
    const char *policy, *json, *svg;
    int64_t workers, reps, seed, threads;
    double vcpu, memory_gb;
    struct sbs_words claims;
    bool spot, quiet;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TITLE("What to explain"),
    SBS_FLAG_TEXT(struct options, in.trace, "trace", "F.h5",
                  "measurements the model is calibrated from; the run among "
                  "them that did this work is compared"),
    SBS_FLAG_TEXT(struct options, in.model, "model", "M.json",
                  "a model as stated, nothing fitted (instead of --trace)"),
    SBS_FLAG_TEXT(struct options, in.workload, "workload", "NAME|FILE.json",
                  "the work (ultra: 50 tasks of 10 M barrier paths)"),
    SBS_FLAG_TEXT(struct options, policy, "policy", "SPEC",
                  "one policy, static when not given"),
    SBS_FLAG_COUNT(struct options, in.tasks, "tasks", "N", 0, 1,
                   SBS_WORKLOAD_TASKS_MAX, "how many tasks"),
    SBS_FLAG_COUNT(struct options, workers, "workers", "N", 0, 1, 1e7,
                   "base fleet (default: one per task)"),
    SBS_FLAG_REAL(struct options, vcpu, "vcpu", "V", 2, 0.25, 1024,
                  "vCPU of a worker"),
    SBS_FLAG_REAL(struct options, memory_gb, "memory-gb", "G", 4, 0.5,
                  16384, "memory of a worker, GB"),
    SBS_FLAG_SWITCH(struct options, spot, "spot",
                    "spot capacity: cheaper, may be reclaimed"),
    SBS_FLAG_LIST(struct options, in.sets, "set", "PATH=VALUE",
                  "change a key of the model, or of the workload with "
                  "workload. before it"),
    SBS_FLAG_LIST(struct options, claims, "claim", "NAME=VALUE",
                  "a number of yours to hold against the others: startup_s "
                  "(of a worker), speedup, bill_usd"),
    SBS_FLAG_TITLE("How"),
    SBS_FLAG_COUNT(struct options, reps, "reps", "N", 0, 2, 1e7,
                   "replications of each set of factors (default: until "
                   "each share is known to 0.5% of the gap, at most 4000)"),
    SBS_FLAG_COUNT(struct options, seed, "seed", "N", 1, 0,
                   SBS_FLAG_MAX_COUNT, "of all random streams"),
    SBS_FLAG_COUNT(struct options, threads, "threads", "N", 0, 1, 4096,
                   "threads (default: all cores); results do not depend on "
                   "it"),
    SBS_FLAG_TITLE("Output"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "the explanation as JSON; - is standard output, "
                      "alone"),
    SBS_FLAG_FILE_OUT(struct options, svg, "svg",
                      "a waterfall chart; - is standard output, alone"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet",
                    "no text and no progress"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "explain", "--trace F.h5 [--workload W] [options]",
    "Says where the expected speed-up went: from reference cores without "
    "overhead to the simulated and the measured run, shared out among core "
    "speed, unequal cores, start-up, launching, polling and losses; what the "
    "workers could give under any policy; and which of your numbers "
    "contradict each other.",
    flags,
    "  sbsim explain --trace fargate.h5 --workload ultra\n"
    "  sbsim explain --trace fargate.h5 --claim startup_s=600\n"
    "  sbsim explain --trace fargate.h5 --svg why.svg --json why.json\n"
};

struct outputs {
    struct sbs_output json, svg;
    bool text;
};

static void on_progress(void *context, uint64_t done, uint64_t all)
{
    sbs_progress_update(context, done, all);
}

/* Everything that can be wrong is found before the work begins. */
static int prepare(const struct options *o, struct sbs_registry *registry,
                   struct sbs_spec_list *specs, struct sbs_claims *claims,
                   struct outputs *out, struct sbs_error *err)
{
    if (!registry)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < o->claims.n; i++)
        if (sbs_claims_add(claims, o->claims.item[i], err) != 0)
            return -1;
    if (sbs_stack_parse(specs, o->policy ? o->policy : "static", registry,
                        err) != 0)
        return -1;
    if (specs->n != 1)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: explains one policy (got %zu)", specs->n);
    out->text = !o->quiet && !sbs_output_is_stdout(o->json) &&
                !sbs_output_is_stdout(o->svg);
    return sbs_output_clash("--json", o->json, "--svg", o->svg, err) != 0 ||
                   sbs_output_open(&out->json, o->json, err) != 0 ||
                   sbs_output_open(&out->svg, o->svg, err) != 0
               ? -1
               : 0;
}

static int write_all(const struct sbs_explained *x, struct outputs *out,
                     struct sbs_error *err)
{
    if (out->json.file && sbs_explained_json(x, out->json.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&out->json));
    if (out->svg.file && sbs_explained_svg(x, out->svg.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&out->svg));
    if (sbs_output_commit(&out->json, err) != 0 ||
        sbs_output_commit(&out->svg, err) != 0)
        return -1;
    if (out->text)
        sbs_explained_text(x, stdout);
    return 0;
}

static int read_trace(const struct options *o, struct sbs_trace **trace,
                      struct sbs_error *err)
{
    if (!o->in.trace)
        return 0;
    char *path = sbs_path_find(o->in.trace, err);
    int status = path ? sbs_trace_read(path, SBS_TRACE_STRICT, trace, err)
                      : -1;
    free(path);
    return status;
}

static int explain(const struct options *o, const struct sbs_inputs *in,
                   const struct sbs_spec *spec,
                   const struct sbs_claims *claims, struct outputs *out,
                   struct sbs_error *err)
{
    struct sbs_progress progress;
    struct sbs_trace *trace = NULL;
    struct sbs_explanation *e = NULL;
    struct sbs_contradictions *found = malloc(sizeof *found);
    struct sbs_explain_job job = {
        .scenario = { .models = &in->models,
                      .workload = &in->workload,
                      .workers = (uint32_t)o->workers,
                      .vcpu = o->vcpu,
                      .memory_gb = o->memory_gb,
                      .spot = o->spot,
                      .seed = (uint64_t)o->seed },
        .stack = &spec->stack,
        .reps = (uint32_t)o->reps,
        .threads = (int)o->threads,
        .progress = on_progress,
        .progress_context = &progress,
    };
    int status = found ? read_trace(o, &trace, err)
                       : sbs_fail(err, SBS_EMEMORY, "out of memory");
    sbs_progress_init(&progress, "replications", o->quiet);
    if (status == 0)
        status = sbs_explain(&job, &e, err);
    sbs_progress_fini(&progress);
    if (status == 0) {
        long run = sbs_contradictions_measured(trace, &job.scenario, e);
        sbs_contradictions_find(trace, run, claims, &job.scenario, e, found);
        struct sbs_explained x = {
            .e = e,
            .contradictions = found,
            .in = in,
            .workload = o->in.workload,
            .policy = spec->text,
            .tasks = in->workload.tasks,
            .seed = (uint64_t)o->seed,
            .measured_run = run < 0 ? NULL : trace->runs.name[run],
            .measured_s = sbs_contradictions_wall_s(trace, run),
            .measured_local_s = run < 0 ? NAN : trace->runs.local_wall_s[run],
        };
        status = write_all(&x, out, err);
    }
    free(found);
    sbs_explain_destroy(e);
    sbs_trace_destroy(trace);
    return status;
}

int sbs_cmd_explain(int argc, char **argv)
{
    struct options o = { .quiet = false };
    struct sbs_error err = { 0 };
    struct outputs out = { .text = false };
    struct sbs_inputs in = { 0 };
    struct sbs_spec_list specs = { 0 };
    struct sbs_claims claims = { NAN, NAN, NAN };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    if (!o.in.workload)
        o.in.workload = "ultra";
    struct sbs_registry *registry = sbs_registry_create();
    if (prepare(&o, registry, &specs, &claims, &out, &err) == 0 &&
        sbs_inputs_load(&in, &o.in, &err) == 0) {
        if (in.note[0])
            fprintf(stderr, "sbsim: %s\n", in.note);
        status = explain(&o, &in, &specs.spec[0], &claims, &out, &err);
    }
    if (err.code != SBS_EOK)
        status = sbs_flags_report("explain", &err);
    sbs_output_fini(&out.json);
    sbs_output_fini(&out.svg);
    sbs_stack_fini(&specs);
    sbs_inputs_fini(&in);
    sbs_registry_destroy(registry);
    sbs_flags_fini(&table, &o);
    return status;
}
