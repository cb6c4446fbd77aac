/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim trace: import, info, check, export. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/path.h"
#include "base/replace.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/trace.h"
#include "traces/check.h"
#include "traces/export.h"
#include "traces/import.h"

int sbs_trace_open(const char *name, int flags, struct sbs_trace **out,
                   struct sbs_error *err)
{
    char *path = sbs_path_find(name, err);
    if (!path)
        return -1;
    int status = sbs_trace_read(path, flags, out, err);
    free(path);
    return status;
}

/* ------------------------------------------------------------- import */

struct import_options {
    struct sbs_words ecs, csv, log;
    const char *output;
    bool quiet;
};

static const struct sbs_flag import_flags[] = {
    SBS_FLAG_MANY(struct import_options, ecs, "ecs", "FILE.json...",
                  "what `aws ecs describe-tasks` prints, a list of tasks, or "
                  "task-state-change events (JSON lines too)"),
    SBS_FLAG_MANY(struct import_options, log, "worker-log", "FILE.jsonl...",
                  "the workers' own clock readings (JSON lines)"),
    SBS_FLAG_MANY(struct import_options, csv, "csv", "FILE.csv...",
                  "one row a task, columns named as in the format"),
    SBS_FLAG_TEXT_LETTER(struct import_options, output, "output", 'o',
                         "OUT.h5", "the trace to make, or to add to"),
    SBS_FLAG_SWITCH(struct import_options, quiet, "quiet",
                    "say nothing when all went well"),
    SBS_FLAG_END
};

static const struct sbs_flags import_table = {
    "trace import", "--ecs|--worker-log|--csv FILE... -o OUT.h5",
    "Makes a trace from records of your own runs, or adds to one. Records of "
    "the same container or the same piece of work join; importing a file "
    "twice changes nothing. OUT is replaced all at once, or left as it was.",
    import_flags,
    "  aws ecs describe-tasks --cluster c --tasks ... > tasks.json\n"
    "  sbsim trace import --ecs tasks.json -o mine.h5\n"
    "  sbsim trace import --worker-log worker.jsonl -o mine.h5\n"
};

typedef int (*import_f)(struct sbs_import *im, const char *path,
                        struct sbs_error *err);

static int import_files(struct sbs_import *im, const struct sbs_words *files,
                        import_f import, size_t *n, struct sbs_error *err)
{
    for (size_t i = 0; i < files->n; i++) {
        if (import(im, files->item[i], err))
            return -1;
        *n += im->n_read;
    }
    return 0;
}

/* The trace at `path`, or an empty one when there is no such file. */
static struct sbs_trace *open_or_create(const char *path,
                                        struct sbs_error *err)
{
    struct sbs_trace *trace = NULL;
    if (access(path, F_OK) == 0) {
        if (sbs_trace_read(path, SBS_TRACE_STRICT, &trace, err))
            return NULL;
    } else {
        trace = sbs_trace_create();
        if (trace)
            trace->name = path;
        else
            sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    return trace;
}

/* A fitted model of other data is of no use to anybody. */
static int drop_stale_model(struct sbs_trace *trace, struct sbs_error *err)
{
    char hash[65];
    if (sbs_trace_data_hash(trace, hash, err))
        return -1;
    if (strncmp(trace->model_key, hash, strlen(hash)) != 0)
        return sbs_trace_model_set(trace, "", "", err);
    return 0;
}

static int import_all(const struct import_options *o, struct sbs_error *err)
{
    struct sbs_import im = { 0 };
    size_t n = 0;
    int status = -1;
    struct sbs_trace *trace = open_or_create(o->output, err);
    if (!trace || sbs_import_init(&im, trace, err))
        goto out;
    /* Logs first: they say which containers ran several attempts. */
    if (import_files(&im, &o->log, sbs_import_worker_log, &n, err) ||
        import_files(&im, &o->ecs, sbs_import_ecs, &n, err) ||
        import_files(&im, &o->csv, sbs_import_csv, &n, err))
        goto out;
    trace->created_by = PACKAGE_STRING;
    if (drop_stale_model(trace, err))
        goto out;
    status = sbs_trace_write(trace, o->output, err);
    if (status == 0 && !o->quiet) {
        printf("%s: %zu records read; %zu tasks on %zu containers\n",
               o->output, n, trace->tasks.rows.n, trace->workers.rows.n);
        size_t bad = sbs_trace_check(trace, NULL, NULL);
        if (bad)
            printf("%zu of the stamps or values contradict each other: see "
                   "`sbsim trace check %s`\n", bad, o->output);
    }
out:
    sbs_import_fini(&im);
    sbs_trace_destroy(trace);
    return status;
}

static int check_import_options(const struct import_options *o,
                                struct sbs_error *err)
{
    if (!o->output)
        return sbs_fail(err, SBS_EUSAGE, "-o: must be given");
    if (strcmp(o->output, "-") == 0)
        return sbs_fail(err, SBS_EUSAGE, "-o: must be a file (a trace cannot "
                        "go to standard output)");
    if (o->ecs.n + o->csv.n + o->log.n == 0)
        return sbs_fail(err, SBS_EUSAGE, "one of --ecs, --worker-log, --csv "
                        "must be given");
    return 0;
}

int sbs_trace_cmd_import(int argc, char **argv)
{
    struct import_options o = { 0 };
    struct sbs_error err = { 0 };
    int status;
    if (!sbs_flags_start(&import_table, argc, argv, &o, &status))
        return status;
    int lock = -1;
    status = check_import_options(&o, &err);
    if (status == 0) {
        lock = sbs_file_lock(o.output, &err);
        status = lock < 0 ? -1 : import_all(&o, &err);
    }
    if (lock >= 0)
        close(lock);
    sbs_flags_fini(&import_table, &o);
    return status ? sbs_flags_report("trace import", &err) : 0;
}

/* -------------------------------------------------------------- check */

struct check_options {
    struct sbs_words file;
};

static const struct sbs_flag check_flags[] = {
    SBS_FLAG_WORDS(struct check_options, file, "F.h5", 1, 1, "the trace"),
    SBS_FLAG_END
};

static const struct sbs_flags check_table = {
    "trace check", "F.h5",
    "Looks whether a trace can be true: ranges, references between tables, "
    "and the order of stamps. Prints each violation with its row; exit "
    "status 3 when there is any.",
    check_flags, NULL
};

static void print_violation(void *user, const char *text)
{
    (void)user;
    puts(text);
}

int sbs_trace_cmd_check(int argc, char **argv)
{
    struct check_options o = { 0 };
    struct sbs_error err = { 0 };
    struct sbs_trace *trace = NULL;
    int status;
    if (!sbs_flags_start(&check_table, argc, argv, &o, &status))
        return status;
    status = sbs_trace_open(o.file.item[0], SBS_TRACE_LENIENT, &trace, &err);
    size_t bad = 0;
    if (status == 0) {
        bad = sbs_trace_check(trace, print_violation, NULL);
        if (bad)
            printf("%s: %zu violation%s\n", o.file.item[0], bad,
                   bad == 1 ? "" : "s");
        else
            printf("%s: %zu tasks, no violation\n", o.file.item[0],
                   trace->tasks.rows.n);
    }
    sbs_trace_destroy(trace);
    sbs_flags_fini(&check_table, &o);
    if (status)
        return sbs_flags_report("trace check", &err);
    return bad ? 3 : 0;
}

/* ------------------------------------------------------------- export */

struct export_options {
    struct sbs_words file;
    bool csv;
    const char *table, *output;
};

static const struct sbs_flag export_flags[] = {
    SBS_FLAG_WORDS(struct export_options, file, "F.h5", 1, 1, "the trace"),
    SBS_FLAG_SWITCH(struct export_options, csv, "csv",
                    "as CSV (the only form there is)"),
    SBS_FLAG_TEXT(struct export_options, table, "table", "NAME",
                  "one table as it is: runs, workload, workers, tasks, "
                  "events, intervals or samples"),
    SBS_FLAG_TEXT_LETTER(struct export_options, output, "output", 'o', "F",
                         "where to (standard output)"),
    SBS_FLAG_END
};

static const struct sbs_flags export_table = {
    "trace export", "--csv F.h5 [options]",
    "Prints a trace as CSV: one row a task with what is known of its "
    "container, work and run, in the form `trace import --csv` reads.",
    export_flags,
    "  sbsim trace export --csv fargate.h5 > tasks.csv\n"
    "  sbsim trace export --csv fargate.h5 --table runs\n"
};

static int export_all(const struct export_options *o, struct sbs_error *err)
{
    struct sbs_trace *trace = NULL;
    struct sbs_output out = { 0 };
    int status = -1;
    if (sbs_trace_open(o->file.item[0], SBS_TRACE_STRICT, &trace, err) ||
        sbs_output_open(&out, o->output ? o->output : "-", err))
        goto out;
    if (o->table && sbs_trace_export_table(trace, o->table, out.file, err))
        goto out;
    if (!o->table)
        sbs_trace_export(trace, out.file);
    status = sbs_output_commit(&out, err);
out:
    sbs_output_fini(&out);
    sbs_trace_destroy(trace);
    return status;
}

int sbs_trace_cmd_export(int argc, char **argv)
{
    struct export_options o = { 0 };
    struct sbs_error err = { 0 };
    int status;
    if (!sbs_flags_start(&export_table, argc, argv, &o, &status))
        return status;
    status = export_all(&o, &err);
    sbs_flags_fini(&export_table, &o);
    return status ? sbs_flags_report("trace export", &err) : 0;
}

/* ----------------------------------------------------------- dispatch */

static const struct part {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} parts[] = {
    { "import", "make a trace from your own records, or add to one",
      sbs_trace_cmd_import },
    { "info", "what is in a trace: rows, phases, holes, sources",
      sbs_trace_cmd_info },
    { "check", "can it be true? exit status 3 when not",
      sbs_trace_cmd_check },
    { "export", "print it as CSV", sbs_trace_cmd_export }
};
enum { PART_COUNT = sizeof parts / sizeof parts[0] };

static int print_parts(void)
{
    fputs("usage: sbsim trace PART [options]\n\n", stdout);
    for (size_t i = 0; i < PART_COUNT; i++)
        printf("  %-8s%s\n", parts[i].name, parts[i].summary);
    fputs("\n`sbsim trace PART --help` explains a part; "
          "doc/trace-format.md the files.\n", stdout);
    return 0;
}

/* Every part's options, for the man page. */
static int print_man(void)
{
    char help[] = "--help-man";
    for (size_t i = 0; i < PART_COUNT; i++) {
        char name[32];
        char *argv[] = { name, help, NULL };
        snprintf(name, sizeof name, "%s", parts[i].name);
        if (parts[i].run(2, argv))
            return 1;
    }
    return 0;
}

int sbs_cmd_trace(int argc, char **argv)
{
    const char *names[PART_COUNT];
    struct sbs_error err;
    if (argc < 2) {
        sbs_fail(&err, SBS_EUSAGE, "trace: import, info, check or export "
                 "must follow");
        return sbs_flags_report("trace", &err);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_parts();
    if (strcmp(argv[1], "--help-man") == 0)
        return print_man();
    for (size_t i = 0; i < PART_COUNT; i++) {
        names[i] = parts[i].name;
        if (strcmp(argv[1], parts[i].name) == 0)
            return parts[i].run(argc - 1, argv + 1);
    }
    if (argv[1][0] == '-') {
        sbs_fail(&err, SBS_EUSAGE, "%.60s: unknown flag", argv[1]);
        return sbs_flags_report("trace", &err);
    }
    const char *near = sbs_nearest(argv[1], names, PART_COUNT);
    sbs_fail(&err, SBS_EUSAGE, "trace: unknown part \"%.60s\" (%s%s)",
             argv[1], near ? "did you mean " : "allowed: import, info, check, "
             "export", near ? near : "");
    return sbs_flags_report("trace", &err);
}
