/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim score: hold a forecast to what was measured. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "calibrate/score.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/trace.h"

struct options {
    struct sbs_words forecast;
    const char *measured, *run, *policy, *json;
    bool quiet;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_WORDS(struct options, forecast, "FORECAST.json", 1, 1,
                   "what sbsim predict has filed"),
    SBS_FLAG_TEXT(struct options, measured, "measured", "RUN.json|F.h5",
                  "the run or runs that were made (doc/forecast.md), or a "
                  "trace with them (required)"),
    SBS_FLAG_TEXT(struct options, run, "run", "NAME",
                  "of a trace: this run only (all Fargate runs with as many "
                  "tasks)"),
    SBS_FLAG_TEXT(struct options, policy, "policy", "SPEC",
                  "policy of the runs that do not say theirs, as forecast"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "the score as JSON; - is standard output, alone"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet", "no table"),
    SBS_FLAG_END};

static const struct sbs_flags table = {
    "score", "FORECAST.json --measured RUN.json|F.h5 [options]",
    "Says whether what was measured is what was forecast: place in the "
    "forecast (PIT), 90% intervals, scores against two baselines, completion "
    "curves, equivalence of the mean, order of the policies. A forecast that "
    "was changed after filing is refused. Exit status 3 when a check fails.",
    flags,
    "  sbsim score forecast.json --measured run.json\n"
    "  sbsim score forecast.json --measured mine.h5 --run monday --json -\n"};

/* HDF5 files begin with these bytes. */
static bool is_trace(const char *text, size_t length)
{
    return length >= 8 && memcmp(text, "\x89HDF\r\n\x1a\n", 8) == 0;
}

static int read_measured(const struct options *o, uint64_t tasks,
                         struct sbs_measured *m, struct sbs_error *err)
{
    size_t length;
    char *path = sbs_path_find(o->measured, err);
    char *text = path ? sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err)
                      : NULL;
    int status = -1;
    free(path);
    if (!text)
        return -1;
    if (is_trace(text, length)) {
        struct sbs_trace *trace = NULL;
        status = sbs_trace_open(o->measured, SBS_TRACE_STRICT, &trace, err);
        if (status == 0)
            status = sbs_measured_from_trace(m, trace, o->run, tasks, err);
        sbs_trace_destroy(trace);
    } else if (o->run) {
        sbs_fail(err, SBS_EUSAGE, "--run: needs a trace (--measured F.h5)");
    } else {
        status = sbs_measured_read(m, text, length, o->measured, err);
    }
    free(text);
    return status;
}

static int read_forecast(const char *path, struct sbs_forecast *f,
                         struct sbs_error *err)
{
    size_t length;
    char *text = sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err);
    int status = text ? sbs_forecast_read(f, text, length, path, err) : -1;
    free(text);
    return status;
}

static int write_score(const struct options *o, const struct sbs_score *s,
                       struct sbs_output *json, struct sbs_error *err)
{
    if (json->file && sbs_score_json(s, json->file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(json));
    if (sbs_output_commit(json, err) != 0)
        return -1;
    if (!o->quiet && !sbs_output_is_stdout(o->json))
        sbs_score_print(s, stdout);
    return s->n_failed > 0 ? 3 : 0;
}

static int run(const struct options *o, struct sbs_error *err)
{
    struct sbs_forecast f = {.n_policies = 0};
    struct sbs_measured m = {.n = 0};
    struct sbs_score s = {.n_rows = 0};
    struct sbs_output json = {0};
    int status = -1;
    if (!o->measured)
        return sbs_fail(err, SBS_EUSAGE, "--measured: required");
    if (read_forecast(o->forecast.item[0], &f, err) == 0 &&
        read_measured(o, f.tasks, &m, err) == 0 &&
        sbs_output_open(&json, o->json, err) == 0 &&
        sbs_score_make(&s, &f, &m, o->policy, err) == 0)
        status = write_score(o, &s, &json, err);
    sbs_output_fini(&json);
    sbs_score_fini(&s);
    sbs_measured_fini(&m);
    sbs_forecast_fini(&f);
    return status;
}

int sbs_cmd_score(int argc, char **argv)
{
    struct options o = {.measured = NULL};
    struct sbs_error err = {0};
    int status;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    status = run(&o, &err);
    if (status < 0)
        status = sbs_flags_report("score", &err);
    sbs_flags_fini(&table, &o);
    return status;
}
