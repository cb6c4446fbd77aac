/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim run: simulate policies and print the answer. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/rng.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/policy_help.h"
#include "cli/progress.h"
#include "cli/run_flags.h"
#include "cli/run_job.h"
#include "cli/run_scenarios.h"
#include "report/result_csv.h"
#include "report/result_json.h"
#include "report/result_table.h"
#include "sweep/comm.h"

/* Replications, and with --stop-ci the most of them, unless told. */
enum { REPS = 2000, CAP = 200000 };

#define STRESS_LINE_(id, spot, text) "\n" #id " - " text ";"
static const struct sbs_flag flags[] = {
    SBS_FLAG_TITLE("What to simulate"),
    SBS_RUN_FLAGS_WHAT(struct sbs_run_options, ),
    SBS_FLAG_TEXT(struct sbs_run_options, scenario, "scenario", "NAME",
                  "stress the model, before --set:" SBS_STRESSES(STRESS_LINE_)
                  "\n" SBS_SCENARIO_ALL " - the ranking without any and under "
                  "each of these"),
    SBS_RUN_FLAG_SET(struct sbs_run_options, ),
    SBS_FLAG_TITLE("How"),
    SBS_FLAG_COUNT(struct sbs_run_options, reps, "reps", "N", 0, 1, 1e9,
                   "replications of each policy (default 2000); with "
                   "--stop-ci the most there may be (default 200000)"),
    SBS_FLAG_REAL(struct sbs_run_options, stop_ci, "stop-ci", "X", 0, 1e-6,
                  0.5,
                  "replicate until the 95% half-width of every mean in the "
                  "table is X of that mean, 0.01 for 1%; status 3 when "
                  "--reps comes first"),
    SBS_FLAG_CHOICE(struct sbs_run_options, stop_on, "stop-on",
                    "means|differences", 0,
                    "what --stop-ci goes by: every mean, or the paired "
                    "difference of every mean to the first policy's, "
                    "relative to that"),
    SBS_RUN_FLAGS_HOW(struct sbs_run_options, ),
    SBS_FLAG_TITLE("Output"),
    SBS_FLAG_FILE_OUT(struct sbs_run_options, json, "json",
                      "the result as JSON; - is standard output, alone"),
    SBS_FLAG_FILE_OUT(struct sbs_run_options, csv, "csv",
                      "the summaries as CSV; - is standard output, alone"),
    SBS_FLAG_TEXT(struct sbs_run_options, log, "log", "DIR",
                  "a log of what happened and what each policy decided, for "
                  "sbsim replay and diff; DIR is new or empty"),
    SBS_FLAG_COUNT(struct sbs_run_options, log_reps, "log-reps", "N", 1, 1,
                   1e6, "with --log: the first N replications of each "
                   "policy"),
    SBS_FLAG_SWITCH(struct sbs_run_options, quiet, "quiet",
                    "no table and no progress"),
    SBS_FLAG_END
};
#undef STRESS_LINE_

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
    "  sbsim --policy static,speculative --trace fargate.h5 --scenario all\n"
    "  sbsim --policy static,dynamic --trace fargate.h5 --stop-ci 0.005\n"
};

/* ---- output ------------------------------------------------------------ */

static int open_outputs(struct sbs_run_outputs *out,
                        const struct sbs_run_options *o,
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

static int write_outputs(struct sbs_run_outputs *out,
                         const struct sbs_result *r,
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

static int run_and_report(const struct sbs_run_options *o,
                          const struct sbs_inputs *in,
                          const struct sbs_spec_list *specs,
                          struct sbs_run_outputs *out, struct sbs_error *err)
{
    struct sbs_job job = { .options = o,
                           .in = in,
                           .models = &in->models,
                           .stress = o->in.stress };
    int status = sbs_job_run(&job, specs, err);
    if (status == 0 && sbs_comm_rank() == 0) {
        status = write_outputs(out, &job.result, err);
        if (status == 0)
            status = sbs_job_verdict(&job);
    }
    sbs_job_fini(&job);
    return status;
}

static bool all_scenarios(const struct sbs_run_options *o)
{
    return o->scenario && strcmp(o->scenario, SBS_SCENARIO_ALL) == 0;
}

/* The overlay of --scenario; "all" has none of its own. */
static int find_scenario(struct sbs_run_options *o, struct sbs_error *err)
{
    if (!o->scenario || all_scenarios(o))
        return 0;
    o->in.stress = sbs_stress_find(o->scenario);
    if (o->in.stress)
        return 0;
#define NAME_(id, spot, text) #id,
    static const char *const names[] = { SBS_STRESSES(NAME_)
                                         SBS_SCENARIO_ALL };
#undef NAME_
    const char *near =
        sbs_nearest(o->scenario, names, sizeof names / sizeof names[0]);
#define NAME_(id, spot, text) #id ", "
    return sbs_fail(err, SBS_EUSAGE,
                    "--scenario: unknown scenario (\"%.40s\", %s%s%s)",
                    o->scenario, near ? "did you mean \"" : "allowed ",
                    near ? near : SBS_STRESSES(NAME_) SBS_SCENARIO_ALL,
                    near ? "\"?" : "");
#undef NAME_
}

/* Every value of every replication is kept, for quantiles and pairs; refuse
 * what the machine cannot hold before the kernel kills something. */
static int check_memory(const struct sbs_run_options *o, size_t n_policies,
                        struct sbs_error *err)
{
    size_t runs = all_scenarios(o) ? sbs_run_scenarios_count() : 1;
    double need = (double)o->reps * SBS_N_METRICS * sizeof(double) *
                  (double)n_policies * (double)runs;
    if (o->stop_ci > 0)
        need *= 1.5; /* the half that is there, put before the new half */
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
static int prepare(struct sbs_run_options *o, struct sbs_registry *registry,
                   struct sbs_spec_list *specs, struct sbs_inputs *in,
                   struct sbs_run_outputs *out, struct sbs_error *err)
{
    if (!registry)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (!o->policy)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: is needed (sbsim policies lists them)");
    if (o->stop_ci == 0 && o->stop_on != SBS_STOP_MEANS)
        return sbs_fail(err, SBS_EUSAGE, "--stop-on: needs --stop-ci");
    if (o->log_reps > o->reps)
        return sbs_fail(err, SBS_EUSAGE,
                        "--log-reps: %lld (at most --reps, %lld)",
                        (long long)o->log_reps, (long long)o->reps);
    if (o->log && all_scenarios(o))
        return sbs_fail(err, SBS_EUSAGE,
                        "--log: needs a single scenario (--scenario all)");
    if (find_scenario(o, err) != 0 ||
        sbs_stack_parse(specs, o->policy, registry, err) != 0 ||
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
    struct sbs_run_options o = { .quiet = false };
    struct sbs_error err = { 0 };
    struct sbs_run_outputs out = { 0 };
    struct sbs_inputs in = { 0 };
    struct sbs_spec_list specs = { 0 };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status ? status : sbs_policy_help_named(argc, argv, stdout);
    if (!o.in.workload)
        o.in.workload = "ultra";
    if (o.reps == 0)
        o.reps = o.stop_ci > 0 ? CAP : REPS;
    sbs_comm_init(&argc, &argv);
    struct sbs_registry *registry = sbs_registry_create();
    if (prepare(&o, registry, &specs, &in, &out, &err) == 0)
        status = all_scenarios(&o)
                     ? sbs_run_scenarios(&o, &in, &specs, &out, &err)
                     : run_and_report(&o, &in, &specs, &out, &err);
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
