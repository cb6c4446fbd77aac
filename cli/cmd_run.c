/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim run: simulate policies and print the answer. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/param.h"
#include "base/rng.h"
#include "cli/command.h"
#include "cli/fargate_size.h"
#include "cli/flags.h"
#include "cli/inputs.h"
#include "cli/logs.h"
#include "cli/output.h"
#include "cli/policy_help.h"
#include "cli/progress.h"
#include "policies/stack.h"
#include "report/human.h"
#include "report/result_csv.h"
#include "report/result_json.h"
#include "report/result_table.h"
#include "sweep/comm.h"
#include "sweep/run.h"

struct options {
    const char *policy, *json, *csv, *log;
    struct sbs_input_options in;
    int64_t workers, reps, seed, threads, log_reps;
    double vcpu, memory_gb;
    bool spot, quiet;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TITLE("What to simulate"),
    SBS_FLAG_TEXT(struct options, policy, "policy", "LIST",
                  "policies, comma-separated; name:key=value sets a "
                  "parameter, a+b stacks layers (sbsim policies lists "
                  "them)"),
    SBS_FLAG_TEXT(struct options, in.trace, "trace", "F.h5",
                  "measurements the model is calibrated from; fargate.h5 is "
                  "shipped"),
    SBS_FLAG_TEXT(struct options, in.model, "model", "M.json",
                  "a model as stated, nothing fitted (instead of --trace)"),
    SBS_FLAG_TEXT(struct options, in.workload, "workload", "NAME|FILE.json",
                  "the work (ultra: 50 tasks of 10 M barrier paths)"),
    SBS_FLAG_COUNT(struct options, in.tasks, "tasks", "N", 0, 1,
                   SBS_WORKLOAD_TASKS_MAX, "how many tasks"),
    SBS_FLAG_COUNT(struct options, workers, "workers", "N", 0, 1, 1e7,
                   "base fleet (default: one per task)"),
    SBS_FLAG_REAL(struct options, vcpu, "vcpu", "V", 2, 0.25, 1024,
                  "vCPU of a worker"),
    SBS_FLAG_REAL(struct options, memory_gb, "memory-gb", "G", 4, 0.5, 16384,
                  "memory of a worker, GB"),
    SBS_FLAG_SWITCH(struct options, spot, "spot",
                    "spot capacity: cheaper, may be reclaimed"),
    SBS_FLAG_LIST(struct options, in.sets, "set", "PATH=VALUE",
                  "change a key of the model, or of the workload with "
                  "workload. before it"),
    SBS_FLAG_TITLE("How"),
    SBS_FLAG_COUNT(struct options, reps, "reps", "N", 2000, 1, 1e9,
                   "replications of each policy"),
    SBS_FLAG_COUNT(struct options, seed, "seed", "N", 1, 0,
                   SBS_FLAG_MAX_COUNT, "of all random streams"),
    SBS_FLAG_COUNT(struct options, threads, "threads", "N", 0, 1, 4096,
                   "threads (default: all cores); results do not depend on "
                   "it"),
    SBS_FLAG_TITLE("Output"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "the result as JSON; - is standard output, alone"),
    SBS_FLAG_FILE_OUT(struct options, csv, "csv",
                      "the summaries as CSV; - is standard output, alone"),
    SBS_FLAG_TEXT(struct options, log, "log", "DIR",
                  "a log of what happened and what each policy decided, for "
                  "sbsim replay and diff; DIR is new or empty"),
    SBS_FLAG_COUNT(struct options, log_reps, "log-reps", "N", 1, 1, 1e6,
                   "with --log: the first N replications of each policy"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet",
                    "no table and no progress"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "run", "--policy LIST --trace F.h5 [options]",
    "Simulates the policies on the calibrated model and says which to use: "
    "time, bill, how sure, and what it rests on.",
    flags,
    "  sbsim --policy speculative --trace fargate.h5\n"
    "  sbsim --policy static,split:units=20,warm-pool+split:units=20 \\\n"
    "        --trace fargate.h5 --workers 50 --reps 10000 --json out.json\n"
    "  sbsim --policy dynamic --model m.json --workload w.json --json -\n"
    "  sbsim --policy static --trace fargate.h5 --set client.call_s=0.5\n"
};

/* ---- from outcomes to a result ----------------------------------------- */

/* All parameters of a stack, "layer.key" when it has several layers. */
struct param_list {
    struct sbs_result_param *param;
    size_t n;
};

static int add_params(struct param_list *list, const struct sbs_layer *layer,
                      bool prefix)
{
    size_t n = sbs_param_count(layer->policy->params);
    if (n == 0)
        return 0;
    struct sbs_result_param *more =
        realloc(list->param, (list->n + n) * sizeof *more);
    if (!more)
        return -1;
    list->param = more;
    for (size_t i = 0; i < n; i++) {
        const struct sbs_param *p = &layer->policy->params[i];
        char name[128], text[64];
        snprintf(name, sizeof name, "%s%s%s",
                 prefix ? layer->policy->name : "", prefix ? "." : "",
                 p->name);
        sbs_param_print(p, layer->params, text, sizeof text);
        bool number = p->type == SBS_INT || p->type == SBS_REAL;
        struct sbs_result_param r = { strdup(name),
                                      number ? NULL : strdup(text),
                                      sbs_param_value(p, layer->params) };
        list->param[list->n++] = r;
        if (!r.name || (!number && !r.text))
            return -1;
    }
    return 0;
}

static void free_params(struct param_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free((char *)(uintptr_t)list->param[i].name);
        free((char *)(uintptr_t)list->param[i].text);
    }
    free(list->param);
}

static int list_params(struct param_list *list, const struct sbs_stack *s)
{
    for (uint32_t k = 0; k < s->n_layers; k++)
        if (add_params(list, &s->layer[k], s->n_layers > 1) != 0)
            return -1;
    return 0;
}

static enum sbs_unfinished commonest_reason(const struct sbs_run_outcome *o)
{
    enum sbs_unfinished best = SBS_UNFINISHED_STUCK;
    for (int i = best; i < SBS_N_UNFINISHED; i++)
        if (o->unfinished_by[i] > o->unfinished_by[best])
            best = (enum sbs_unfinished)i;
    return best;
}

static void fill_policy(struct sbs_result_policy *p,
                        const struct sbs_spec *spec,
                        const struct param_list *params,
                        const struct sbs_run_outcome *o, uint32_t reps)
{
    p->spec = spec->text;
    p->params = params->param;
    p->n_params = params->n;
    p->reps = reps;
    p->unfinished_why = sbs_unfinished_text(commonest_reason(o));
    for (int m = 0; m < SBS_N_METRICS; m++)
        p->values[m] = sbs_run_metric(o, reps, (enum sbs_metric)m);
}

/* ---- output ------------------------------------------------------------ */

struct outputs {
    struct sbs_output json, csv;
    bool table;
};

static int open_outputs(struct outputs *out, const struct options *o,
                        struct sbs_error *err)
{
    out->table = !o->quiet && !sbs_output_is_stdout(o->json) &&
                 !sbs_output_is_stdout(o->csv);
    if (sbs_output_clash("--json", o->json, "--csv", o->csv, err) != 0)
        return -1;
    return sbs_output_open(&out->json, o->json, err) != 0 ||
                   sbs_output_open(&out->csv, o->csv, err) != 0
               ? -1
               : 0;
}

static int write_outputs(struct outputs *out, const struct sbs_result *r,
                         struct sbs_error *err)
{
    if (out->json.file &&
        sbs_result_json_write(r, out->json.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&out->json));
    if (out->csv.file && sbs_result_csv_write(r, out->csv.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&out->csv));
    if (sbs_output_commit(&out->json, err) != 0 ||
        sbs_output_commit(&out->csv, err) != 0)
        return -1;
    if (out->table && sbs_result_table_write(r, stdout, err) != 0)
        return sbs_fail_at(err, "standard output");
    return 0;
}

/* ---- the run ----------------------------------------------------------- */

static double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_progress(void *context, uint64_t done, uint64_t all)
{
    sbs_progress_update(context, done, all);
}

static void title_of(char *text, size_t size, const struct options *o,
                     const struct sbs_inputs *in)
{
    uint32_t workers = o->workers > 0 ? (uint32_t)o->workers
                                      : in->workload.tasks;
    snprintf(text, size,
             "%s: %u tasks, base fleet of %u workers of %g vCPU and %g GB%s",
             o->in.workload, in->workload.tasks, workers, o->vcpu,
             o->memory_gb, o->spot ? ", spot" : "");
}

/* What a run keeps per policy, between simulating and writing. */
struct job {
    size_t n;
    const struct sbs_stack **stacks;
    struct sbs_run_outcome *outcomes;
    struct sbs_result_policy *policies;
    struct param_list *params;
};

static int job_init(struct job *j, const struct sbs_spec_list *specs,
                    struct sbs_error *err)
{
    j->n = specs->n;
    j->stacks = calloc(j->n, sizeof *j->stacks);
    j->outcomes = calloc(j->n, sizeof *j->outcomes);
    j->policies = calloc(j->n, sizeof *j->policies);
    j->params = calloc(j->n, sizeof *j->params);
    if (!j->stacks || !j->outcomes || !j->policies || !j->params)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < j->n; i++) {
        j->stacks[i] = &specs->spec[i].stack;
        if (list_params(&j->params[i], j->stacks[i]) != 0)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    return 0;
}

static void job_fini(struct job *j)
{
    for (size_t i = 0; j->outcomes && i < j->n; i++)
        sbs_run_outcome_fini(&j->outcomes[i]);
    for (size_t i = 0; j->params && i < j->n; i++)
        free_params(&j->params[i]);
    free(j->stacks);
    free(j->outcomes);
    free(j->policies);
    free(j->params);
}

static struct sbs_scenario scenario_of(const struct options *o,
                                       const struct sbs_inputs *in)
{
    return (struct sbs_scenario){ .models = &in->models,
                                  .workload = &in->workload,
                                  .workers = (uint32_t)o->workers,
                                  .vcpu = o->vcpu,
                                  .memory_gb = o->memory_gb,
                                  .spot = o->spot,
                                  .seed = (uint64_t)o->seed };
}

/* The logged replications, by themselves and first: what is wrong with the
 * folder or the disk shows before the work begins. */
static int write_logs(const struct options *o, const struct sbs_inputs *in,
                      const struct sbs_spec_list *specs,
                      struct sbs_error *err)
{
    struct sbs_scenario scenario = scenario_of(o, in);
    int failed = o->log && sbs_comm_rank() == 0 &&
                 sbs_logs_write(o->log, (uint32_t)o->log_reps, &scenario, in,
                                specs, err) != 0;
    return sbs_comm_any(failed) ? -1 : 0;
}

static int simulate(struct job *j, const struct options *o,
                    const struct sbs_inputs *in, struct sbs_error *err)
{
    struct sbs_progress progress;
    struct sbs_run run = {
        .scenario = scenario_of(o, in),
        .stacks = j->stacks,
        .n_stacks = (uint32_t)j->n,
        .reps = (uint32_t)o->reps,
        .threads = (int)o->threads,
        .progress = on_progress,
        .progress_context = &progress,
    };
    sbs_progress_init(&progress, "replications",
                      o->quiet || sbs_comm_rank() != 0);
    int status = sbs_run_all(&run, j->outcomes, err);
    sbs_progress_fini(&progress);
    return status;
}

/* What a reader of the numbers must know about them. */
enum { NOTES_MAX = 3 };

/* Does a policy plan workers of a size that Fargate does not offer? */
static bool has_odd_size(const struct job *j, char *text, size_t size)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct sbs_plan *p = &j->outcomes[i].plan;
        if (!sbs_fargate_size_offered(p->vcpu, p->memory_gb, text, size))
            return true;
    }
    return false;
}

static bool has_spot(const struct job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct sbs_plan *p = &j->outcomes[i].plan;
        if (p->spot_share > 0 && p->on_demand < p->max_workers)
            return true;
    }
    return false;
}

static size_t notes_of(const char *notes[NOTES_MAX], const struct options *o,
                       const struct job *j, const struct sbs_inputs *in,
                       char *text, size_t size)
{
    size_t n = 0;
    if (o->in.trace && has_odd_size(j, text, size))
        notes[n++] = text;
    if (o->in.trace && !in->has_posterior)
        notes[n++] =
            "the intervals are of the simulation at the fitted parameters; "
            "how well those are known is not in them (sbsim calibrate shows "
            "it).";
    if (has_spot(j) && in->models.stated.loss.spot_per_h == 0)
        notes[n++] =
            "no reclaim rate of spot capacity is known (loss.spot_per_h is "
            "0), so nothing was reclaimed here: the bill is the lowest "
            "possible. Give your own rate with --set loss.spot_per_h=N.";
    return n;
}

/* One policy alone answers nothing; say how far it is from the best there
 * could be, and what to put beside it. */
static void next_of(char *text, size_t size, const struct sbs_result *r,
                    bool divisible)
{
    static const char *const whole[] = { "static", "dynamic", "speculative",
                                         "warm-pool" };
    static const char *const cut[] = { "static", "split:units=20",
                                       "warm-pool+split:units=20" };
    const struct sbs_summary *bound =
        &r->policies[0].summary[SBS_METRIC_bound_s];
    struct sbs_human_unit unit = sbs_human_unit(bound->mean);
    char best[SBS_HUMAN_TEXT];
    sbs_human_pm(best, bound->mean / unit.seconds,
                 sbs_summary_half_width(bound) / unit.seconds, 0, 4, 0);
    snprintf(text, size,
             "with the same workers a clairvoyant would need %s %s; see what "
             "comes near, for instance with --policy %s", best, unit.name,
             r->policies[0].spec);
    size_t n = divisible ? sizeof cut / sizeof *cut
                         : sizeof whole / sizeof *whole;
    for (size_t i = 0; i < n; i++) {
        const char *other = divisible ? cut[i] : whole[i];
        size_t used = strlen(text);
        if (strcmp(other, r->policies[0].spec) != 0)
            snprintf(text + used, size - used, ",%s", other);
    }
}

/* The outputs are open already. */
static int report(struct job *j, const struct options *o,
                  const struct sbs_inputs *in,
                  const struct sbs_spec_list *specs, struct outputs *out,
                  double wall_s, struct sbs_error *err)
{
    char title[200], next[400], note[300];
    const char *notes[NOTES_MAX];
    for (size_t i = 0; i < j->n; i++)
        fill_policy(&j->policies[i], &specs->spec[i], &j->params[i],
                    &j->outcomes[i], (uint32_t)o->reps);
    title_of(title, sizeof title, o, in);
    struct sbs_result r = {
        .title = title,
        .seed = (uint64_t)o->seed,
        .reps = (uint64_t)o->reps,
        .policies = j->policies,
        .n_policies = j->n,
        .model = in->models.json,
        .workload = in->workload.json,
        .files = in->files,
        .n_files = in->n_files,
        .basis = in->basis,
        .weakest = in->weakest,
        .warnings = notes,
        .n_warnings = notes_of(notes, o, j, in, note, sizeof note),
        .wall_s = wall_s,
    };
    if (sbs_result_make(&r, err) != 0)
        return -1;
    if (j->n == 1 && j->outcomes[0].unfinished < r.reps) {
        next_of(next, sizeof next, &r, in->workload.divisible);
        r.next = next;
    }
    return write_outputs(out, &r, err);
}

static int run_and_report(const struct options *o,
                          const struct sbs_inputs *in,
                          const struct sbs_spec_list *specs,
                          struct outputs *out, struct sbs_error *err)
{
    struct job job = { 0 };
    double begun_s = clock_s();
    int status = job_init(&job, specs, err);
    if (status == 0)
        status = write_logs(o, in, specs, err);
    if (status == 0)
        status = simulate(&job, o, in, err);
    if (status == 0 && sbs_comm_rank() == 0)
        status = report(&job, o, in, specs, out, clock_s() - begun_s, err);
    job_fini(&job);
    return status;
}

/* Every value of every replication is kept, for quantiles and pairs; refuse
 * what the machine cannot hold before the kernel kills something. */
static int check_memory(const struct options *o, size_t n_policies,
                        struct sbs_error *err)
{
    double need = (double)o->reps * SBS_N_METRICS * sizeof(double) *
                  (double)n_policies;
    double have = (double)sysconf(_SC_PHYS_PAGES) *
                  (double)sysconf(_SC_PAGESIZE);
    if (need < 0.8 * have)
        return 0;
    return sbs_fail(err, SBS_EUSAGE,
                    "--reps: %lld replications of %zu policies need %.1f GB "
                    "(this machine has %.1f GB)", (long long)o->reps,
                    n_policies, need / 1e9, have / 1e9);
}

/* Everything that can be wrong is found before the work begins. */
static int prepare(const struct options *o, struct sbs_registry *registry,
                   struct sbs_spec_list *specs, struct sbs_inputs *in,
                   struct outputs *out, struct sbs_error *err)
{
    if (!registry)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (!o->policy)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: is needed (sbsim policies lists them)");
    if (o->log_reps > o->reps)
        return sbs_fail(err, SBS_EUSAGE,
                        "--log-reps: %lld (at most --reps, %lld)",
                        (long long)o->log_reps, (long long)o->reps);
    if (sbs_stack_parse(specs, o->policy, registry, err) != 0 ||
        check_memory(o, specs->n, err) != 0 ||
        sbs_inputs_load(in, &o->in, err) != 0)
        return -1;
    if (in->note[0] && sbs_comm_rank() == 0)
        fprintf(stderr, "sbsim: %s\n", in->note);
    int failed = sbs_comm_rank() == 0 && open_outputs(out, o, err) != 0;
    return sbs_comm_any(failed) ? -1 : 0;
}

int sbs_cmd_run(int argc, char **argv)
{
    struct options o = { .quiet = false };
    struct sbs_error err = { 0 };
    struct outputs out = { 0 };
    struct sbs_inputs in = { 0 };
    struct sbs_spec_list specs = { 0 };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status ? status : sbs_policy_help_named(argc, argv, stdout);
    if (!o.in.workload)
        o.in.workload = "ultra";
    sbs_comm_init(&argc, &argv);
    struct sbs_registry *registry = sbs_registry_create();
    if (prepare(&o, registry, &specs, &in, &out, &err) == 0 &&
        run_and_report(&o, &in, &specs, &out, &err) == 0)
        status = 0;
    if (err.code != SBS_EOK)
        status = sbs_flags_report("run", &err);
    sbs_output_fini(&out.json);
    sbs_output_fini(&out.csv);
    sbs_stack_fini(&specs);
    sbs_inputs_fini(&in);
    sbs_registry_destroy(registry);
    sbs_flags_fini(&table, &o);
    sbs_comm_fini();
    return status;
}
