/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim diagnose: are the slow ones slow workers, bad luck or wear? */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "calibrate/diagnose.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/trace.h"
#include "traces/query.h"

struct options {
    const char *trace, *run, *json;
    bool quiet;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TEXT(struct options, trace, "trace", "F.h5",
                  "the measurements (required)"),
    SBS_FLAG_TEXT(struct options, run, "run", "NAME",
                  "this run only; otherwise all, each with a level of its "
                  "own"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "write the diagnosis as JSON"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet", "no text"),
    SBS_FLAG_END};

static const struct sbs_flags table = {
    "diagnose", "--trace F.h5 [--run NAME] [--json [F]]",
    "Takes the spread of task times apart: between processors, between "
    "workers of one processor, growing while a worker runs, and from task to "
    "task; lists the stragglers; and says whether slowness is systematic, "
    "random or progressive, or cannot be told from this design, which design "
    "could tell, and what to do. doc/diagnose.md has the methods.",
    flags,
    "  sbsim diagnose --trace mine.h5\n"
    "  sbsim diagnose --trace mine.h5 --run monday --json monday.json\n"};

/* Row of the run called o->run; -1: all; -2: no such run. */
static int64_t find_run(const struct options *o,
                        const struct sbs_trace *trace, struct sbs_error *err)
{
    int64_t run = o->run ? sbs_trace_run(trace, o->run) : -1;
    char list[200] = "";
    size_t i, at;

    if (!o->run || run >= 0)
        return run;
    for (i = 0; i < trace->runs.rows.n; i++) {
        at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "",
                 trace->runs.name[i]);
    }
    sbs_fail(err, SBS_EINPUT, "%s: no run called \"%.60s\" (%s)", o->trace,
             o->run, *list ? list : "it names no runs");
    return -2;
}

static int run(const struct options *o, struct sbs_error *err)
{
    struct sbs_output json = {0};
    struct sbs_trace *trace = NULL;
    struct sbs_diagnosis d = {0};
    int64_t only;
    int status = -1;

    if (!o->trace)
        return sbs_fail(err, SBS_EUSAGE, "--trace: required");
    if (sbs_trace_open(o->trace, SBS_TRACE_STRICT, &trace, err))
        return -1;
    only = find_run(o, trace, err);
    if (only < -1 || sbs_output_open(&json, o->json, err) ||
        sbs_diagnose(trace, o->trace, only, &d, err))
        goto out;
    if (!o->quiet && !sbs_output_is_stdout(o->json))
        sbs_diagnose_print(&d, stdout);
    if (json.file && sbs_diagnose_json(&d, json.file, err))
        goto out;
    status = sbs_output_commit(&json, err);
out:
    sbs_output_fini(&json);
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(trace);
    return status;
}

int sbs_cmd_diagnose(int argc, char **argv)
{
    struct options o = {0};
    struct sbs_error err = {0};
    int status;

    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    status = run(&o, &err) ? sbs_flags_report("diagnose", &err) : 0;
    sbs_flags_fini(&table, &o);
    return status;
}
