/* SPDX-License-Identifier: Apache-2.0 */
/* Logs from inside: every kind of line survives writing and reading, the
 * reader refuses what cannot follow, and a replay tells what differs. The
 * command line's side is in tests/replay.t. */
#include "config.h"

#include "base/json.h"
#include "model/log_state.h"
#include "policies/replay.h"
#include "sweep/record.h"
#include "tests/simtest.h"
#include "tests/tap.h"

static const char model[] =
    "'startup':{'provision_s':{'dist':'uniform','lo':5,'hi':40}},"
    "'client':{'call_s':0.5,'poll_s':3},'stop_s':2,"
    "'speed':{'classes':[{'weight':2,'slowdown':2},{'weight':1,'slowdown':"
    "{'dist':'exponential','mean':3}}]},'loss':{'fail_p':0.2}";
static const char workload[] = "'tasks':6,'ref_s':50,'divisible':true";

/* ---- one line ------------------------------------------------------------ */

static int parse_line(const char *text, struct sbs_log_entry *e,
                      struct sbs_error *err)
{
    cJSON *json = sbs_json_parse(text, strlen(text), "t", err);
    int status = json ? sbs_log_parse(json, "t:1:", e, err) : -1;
    cJSON_Delete(json);
    return status;
}

static void test_kinds(void)
{
    static const double odd = 0.1 + 0.2; /* needs 17 digits */
    for (int k = 0; k < SBS_LOG_N_KINDS; k++) {
        char text[SBS_LOG_TEXT];
        struct sbs_error err = { 0 };
        struct sbs_log_entry got, e = { (enum sbs_log_kind)k, odd, { 0 } };
        int n = sbs_log_values(e.kind);
        for (int i = 0; i < n; i++)
            e.value[i] = i % 2;
        sbs_log_text(&e, n, text);
        ok(parse_line(text, &got, &err) == 0 && sbs_log_same(&e, &got, n) &&
               strchr(text, '\n') == NULL,
           "back and forth: %.100s", text);
    }
}

static void test_odd_numbers(void)
{
    static const struct {
        const char *text;
        double want;
    } good[] = {
        { "{'t':1,'answer':'requested_s','worker':0,'is':'inf'}", INFINITY },
        { "{'t':1,'answer':'foresee_task_s','task':0,'is':'nan'}", NAN },
        { "{'t':1,'answer':'predicted_s','task':0,'is':1e-320}", 1e-320 },
        { "{'t':1,'event':'lost','worker':0,'attempt':-1,'failed':true}",
          -1 },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char text[200];
        struct sbs_log_entry e = { 0 };
        struct sbs_error err = { 0 };
        snprintf(text, sizeof text, "%s", good[i].text);
        for (char *p = text; *p; p++)
            *p = *p == '\'' ? '"' : *p;
        int status = parse_line(text, &e, &err);
        ok(status == 0 && (e.value[1] == good[i].want ||
                           (isnan(e.value[1]) && isnan(good[i].want))),
           "%s (%s)", text, err.text);
    }
}

static void test_bad_lines(void)
{
    static const struct {
        const char *text, *want;
    } bad[] = {
        { "[]", "must be an object" },
        { "{'t':1}", "no event, order, note, answer or end" },
        { "{'t':1,'event':'begin','worker':0}", "event: unknown" },
        { "{'t':1,'event':7}", "event" },
        { "{'t':1,'order':'stop'}", "worker" },
        { "{'t':1,'order':'stop','worker':-1}", "worker" },
        { "{'t':1,'order':'stop','worker':0.5}", "worker" },
        { "{'t':1,'order':'stop','worker':4294967296}", "worker" },
        { "{'t':1,'order':'stop','worker':0,'n':1}", "n" },
        { "{'t':-1,'order':'stop','worker':0}", "t: must be" },
        { "{'t':'inf','order':'stop','worker':0}", "t: must be" },
        { "{'t':'nan','order':'stop','worker':0}", "t: must be" },
        { "{'order':'stop','worker':0}", "t" },
        { "{'t':1,'answer':'progress','worker':0,'is':1.5}", "is: must be" },
        { "{'t':1,'answer':'requested_s','worker':0,'is':'nan'}", "is: " },
        { "{'t':1,'answer':'over_quota','is':0}", "is" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[200];
        struct sbs_log_entry e;
        struct sbs_error err = { 0 };
        snprintf(text, sizeof text, "%s", bad[i].text);
        for (char *p = text; *p; p++)
            *p = *p == '\'' ? '"' : *p;
        int status = parse_line(text, &e, &err);
        ok(status == -1 && strncmp(err.text, "t:1:", 4) == 0 &&
               strstr(err.text, bad[i].want),
           "%s: %s", text, err.text);
    }
}

/* ---- whole logs -------------------------------------------------------- */

/* The log of replication 0 as text; the caller frees it. NULL: failed. */
static char *record(const char *policy, double out_metrics[SBS_N_METRICS])
{
    struct simtest t;
    char *text = NULL;
    size_t size = 0;
    if (simtest_run(&t, model, workload, policy,
                    (struct simtest_options){ .workers = 3 }) == 0) {
        struct sbs_record r = { .scenario = &t.run.scenario };
        FILE *out = open_memstream(&text, &size);
        if (sbs_record_run(&r, &t.specs.spec[0], 0, out, &t.err) != 0)
            printf("# %s\n", t.err.text);
        fclose(out);
        for (int m = 0; m < SBS_N_METRICS; m++)
            out_metrics[m] = simtest_value(&t, 0, (enum sbs_metric)m, 0);
    }
    simtest_fini(&t);
    return text;
}

static struct sbs_log *open_text(const char *text, struct sbs_error *err)
{
    FILE *file = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
    return sbs_log_from(file, "x", err);
}

static int replay(const char *text, char **report, struct sbs_error *err)
{
    size_t size = 0;
    FILE *out = open_memstream(report, &size);
    struct sbs_registry *registry = sbs_registry_create();
    struct sbs_log *log = open_text(text, err);
    int status = log ? sbs_replay_log(log, registry, false, out, err) : -1;
    sbs_log_close(log);
    sbs_registry_destroy(registry);
    fclose(out);
    return status;
}

static void test_end_state(const char *policy)
{
    double m[SBS_N_METRICS];
    struct sbs_error err = { 0 };
    struct sbs_log_entry e = { 0 };
    int got = -1;
    char *text = record(policy, m);
    struct sbs_log *log = open_text(text, &err);
    while (log && (got = sbs_log_next(log, &e, &err)) == 1)
        ;
    ok(got == 0 && e.kind == SBS_LOG_FINISHED, "%s: read to its end %s",
       policy, err.text);
    ok(e.value[0] == m[SBS_METRIC_makespan_s] &&
           e.value[4] == m[SBS_METRIC_attempts],
       "%s: it ends as the run did", policy);
    const struct sbs_log_state *s = sbs_log_state(log);
    ok(s->units_seen == s->units && s->tasks_complete == 6 &&
           s->now_s == m[SBS_METRIC_makespan_s] &&
           s->workers == m[SBS_METRIC_launched] &&
           s->begun == m[SBS_METRIC_attempts],
       "%s: and the state agrees", policy);
    sbs_log_close(log);
    char *report = NULL;
    ok(replay(text, &report, &err) == 0, "it decides the same again");
    free(report);
    free(text);
}

/* Every prefix of a log, and every line left out or said twice: an answer
 * or a message, never a crash; a line of the driver's is missed. */
static void test_lines(const char *policy)
{
    double m[SBS_N_METRICS];
    char *text = record(policy, m);
    size_t length = strlen(text);
    char *changed = malloc(2 * length + 1);
    int lines = 0, cut = 0, gone = 0, twice = 0;
    for (char *line = text; *line;) {
        char *next = strchr(line, '\n') + 1, *report = NULL;
        size_t before = (size_t)(line - text);
        struct sbs_error err = { 0 };
        memcpy(changed, text, before);
        changed[before] = '\0';
        cut += before == 0 || replay(changed, &report, &err) == -1;
        free(report);
        report = NULL;
        memcpy(changed + before, next, strlen(next) + 1);
        gone += before == 0 || replay(changed, &report, &err) != 0;
        free(report);
        report = NULL;
        memcpy(changed, text, (size_t)(next - text));
        memcpy(changed + (next - text), line, strlen(line) + 1);
        twice += before == 0 || replay(changed, &report, &err) != 0;
        free(report);
        lines++;
        line = next;
    }
    ok(lines > 30, "%s: %d lines", policy, lines);
    ok(cut == lines, "a log cut behind any line is refused (%d)", cut);
    ok(gone == lines, "any line left out is noticed (%d)", gone);
    ok(twice == lines, "any line said twice is noticed (%d)", twice);
    free(changed);
    free(text);
}

int main(void)
{
    test_kinds();
    test_odd_numbers();
    test_bad_lines();
    test_end_state("static");
    test_end_state("split:units=3");
    test_end_state("speculative:preset=spark3");
    test_lines("static");
    test_lines("split:units=3");
    return tap_done();
}
