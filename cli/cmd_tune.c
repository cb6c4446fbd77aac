/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim tune: search for what to run. */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/fargate_size.h"
#include "cli/flags.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "report/tune.h"

struct options {
    struct sbs_input_options in;
    const char *policies, *workers, *vcpu, *targets, *json, *csv;
    double memory_gb, deadline_s, deadline_p, budget_usd, confidence,
        indifference;
    int64_t reps, seed, threads;
    int minimize; /* enum sbs_goal; -1: not given */
    bool spot, quiet;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TITLE("What to search"),
    SBS_FLAG_TEXT(struct options, in.trace, "trace", "F.h5",
                  "measurements the model is calibrated from; fargate.h5 is "
                  "shipped"),
    SBS_FLAG_TEXT(struct options, in.model, "model", "M.json",
                  "a model as stated, nothing fitted (instead of --trace)"),
    SBS_FLAG_TEXT(struct options, in.workload, "workload", "NAME|FILE.json",
                  "the work (ultra: 50 tasks of 10 M barrier paths)"),
    SBS_FLAG_COUNT(struct options, in.tasks, "tasks", "N", 0, 1,
                   SBS_WORKLOAD_TASKS_MAX, "how many tasks"),
    SBS_FLAG_TEXT(struct options, policies, "policies", "LIST",
                  "policies as in sbsim run; LO..HI in the place of a number "
                  "is searched, as in split:units=2..200 (default: what is "
                  "sensible in the catalogue)"),
    SBS_FLAG_TEXT(struct options, workers, "workers", "LO:HI|LIST",
                  "base fleet, between two numbers or one of a list (default: "
                  "10 to the quota; without a quota to 1000, or one per "
                  "task)"),
    SBS_FLAG_TEXT(struct options, vcpu, "vcpu", "LIST",
                  "vCPU of a worker, the first is searched most (default: 2, "
                  "then the others the model knows)"),
    SBS_FLAG_REAL(struct options, memory_gb, "memory-gb", "G", 0, 0.5, 16384,
                  "the least memory of a worker, GB (default: 2 a vCPU)"),
    SBS_FLAG_SWITCH(struct options, spot, "spot",
                    "spot capacity: cheaper, may be reclaimed"),
    SBS_FLAG_LIST(struct options, in.sets, "set", "PATH=VALUE",
                  "change a key of the model, or of the workload with "
                  "workload. before it"),
    SBS_FLAG_TITLE("What for"),
    SBS_FLAG_CHOICE(struct options, minimize, "minimize",
                    "makespan|cost|p95", -1,
                    "the mean makespan, the mean bill, or the makespan's 95% "
                    "quantile (default: cost under --deadline, else "
                    "makespan)"),
    SBS_FLAG_REAL(struct options, deadline_s, "deadline", "S", 0, 1e-3, 1e9,
                  "seconds within which the makespan must be"),
    SBS_FLAG_REAL(struct options, deadline_p, "deadline-p", "P", 0.95, 0.5,
                  0.9999,
                  "in which share of runs deadline or target must be met"),
    SBS_FLAG_REAL(struct options, budget_usd, "budget", "USD", 0, 1e-6, 1e9,
                  "the most the mean bill may be, at the upper end of its 95% "
                  "interval"),
    SBS_FLAG_TEXT(struct options, targets, "target-speedup", "LIST",
                  "speed-ups over the local machine to reach at the least "
                  "bill, as in 4,5; alone, nothing else is minimised"),
    SBS_FLAG_REAL(struct options, confidence, "confidence", "P", 0.95, 0.5,
                  0.9999, "that the choice is right"),
    SBS_FLAG_REAL(struct options, indifference, "indifference", "X", 0.01,
                  1e-4, 0.5,
                  "differences of less than this share do not matter"),
    SBS_FLAG_TITLE("How"),
    SBS_FLAG_COUNT(struct options, reps, "reps", "N", 20000, 100, 1e8,
                   "the most replications of a candidate; status 3 when that "
                   "is too few to decide"),
    SBS_FLAG_COUNT(struct options, seed, "seed", "N", 1, 0,
                   SBS_FLAG_MAX_COUNT, "of all random streams"),
    SBS_FLAG_COUNT(struct options, threads, "threads", "N", 0, 1, 4096,
                   "threads (default: all cores); results do not depend on "
                   "it"),
    SBS_FLAG_TITLE("Output"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "the answer as JSON; - is standard output, alone"),
    SBS_FLAG_FILE_OUT(struct options, csv, "csv",
                      "the front of time and bill as CSV; - is standard "
                      "output, alone"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet",
                    "no text and no progress"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "tune", "--trace F.h5 [options]",
    "Searches policies, their parameters, the number of workers and their "
    "size for the best to run: with the set that cannot be told from it, the "
    "probability of a correct selection, the front of time and bill, and the "
    "command to run.",
    flags,
    "  sbsim tune --trace fargate.h5 --target-speedup 4,5\n"
    "  sbsim tune --trace fargate.h5 --deadline 900 --minimize cost\n"
    "  sbsim tune --trace fargate.h5 --budget 2.50 --minimize p95\n"
    "  sbsim tune --trace fargate.h5 --workers 20:300 --vcpu 1,2 \\\n"
    "        --policies 'static,split:units=2..100,late:cap=0.05..0.5'\n"
};

/* ---- lists of numbers --------------------------------------------------- */

/* "1,2,4" or, with `range`, "10:500", into numbers within [least, most]. */
static int read_numbers(const char *flag, const char *text, char between,
                        double least, double most, bool whole, double **out,
                        size_t *n, struct sbs_error *err)
{
    *out = NULL;
    *n = 0;
    for (const char *s = text;;) {
        char *end;
        double x = strtod(s, &end);
        bool digit = isdigit((unsigned char)*s) || *s == '.';
        if (!digit || end == s || (*end && *end != between) ||
            !(x >= least && x <= most) || (whole && x != floor(x))) {
            free(*out);
            *out = NULL;
            return sbs_fail(err, SBS_EUSAGE,
                            "%s: \"%.60s\": must be %snumbers with %c between "
                            "(%g to %g)", flag, text, whole ? "whole " : "",
                            between, least, most);
        }
        double *more = realloc(*out, (*n + 1) * sizeof *more);
        if (!more) {
            free(*out);
            *out = NULL;
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        }
        *out = more;
        (*out)[(*n)++] = x;
        if (!*end)
            return 0;
        s = end + 1;
    }
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* ---- a job -------------------------------------------------------------- */

enum { NOTES = 4, NOTE_TEXT = 400, TARGETS_MAX = 8 };

struct job {
    struct options o;
    struct sbs_inputs in;
    struct sbs_families families;
    struct sbs_output json, csv;
    struct sbs_tune tune;
    struct sbs_tune_report report;
    struct sbs_aim aim[TARGETS_MAX + 1];
    double *vcpu, *target;
    uint32_t *workers;
    size_t n_vcpu, n_target;
    uint64_t expected; /* replications, roughly, for the progress line */
    struct sbs_progress progress;
    char *command;
    char title[NOTE_TEXT], note[NOTES][NOTE_TEXT];
    const char *notes[NOTES];
};

static int read_workers(struct job *j, struct sbs_error *err)
{
    struct sbs_pool *p = &j->tune.pool;
    const struct sbs_model *m = &j->in.models.stated;
    double tasks = j->in.workload.tasks;
    double places = floor(sbs_sim_places(m, j->vcpu[0]));
    const char *text = j->o.workers;
    bool range = text && strchr(text, ':');
    double *x = NULL;
    size_t n = 0;
    if (!text) {
        double hi = isfinite(places) ? places : fmax(1000, tasks);
        p->hi = (uint32_t)fmin(fmax(hi, 1), 1e7);
        p->lo = p->hi < 10 ? p->hi : 10;
        return 0;
    }
    if (read_numbers("--workers", text, range ? ':' : ',', 1, 1e7, true, &x,
                     &n, err) != 0)
        return -1;
    int status = 0;
    if (range && (n != 2 || x[0] > x[1]))
        status = sbs_fail(err, SBS_EUSAGE,
                          "--workers: \"%.60s\": must be LO:HI with LO <= HI",
                          text);
    if (status == 0 && range) {
        p->lo = (uint32_t)x[0];
        p->hi = (uint32_t)x[1];
    } else if (status == 0) {
        j->workers = malloc(n * sizeof *j->workers);
        if (!j->workers)
            status = sbs_fail(err, SBS_EMEMORY, "out of memory");
        for (size_t i = 0; status == 0 && i < n; i++)
            j->workers[i] = (uint32_t)x[i];
        if (status == 0)
            qsort(j->workers, n, sizeof *j->workers, ascending);
        p->workers = j->workers;
        p->n_workers = n;
    }
    free(x);
    return status;
}

/* Given, or 2 and then the sizes whose gain is known (2 alone if none is).
 * A size that Fargate does not offer is no candidate under a trace. */
static int read_sizes(struct job *j, struct sbs_error *err)
{
    const struct sbs_model *m = &j->in.models.stated;
    char text[NOTE_TEXT];
    double gain;
    if (j->o.vcpu) {
        if (read_numbers("--vcpu", j->o.vcpu, ',', 0.25, 1024, false,
                         &j->vcpu, &j->n_vcpu, err) != 0)
            return -1;
        for (size_t i = 0; i < j->n_vcpu; i++)
            if (sbs_model_gain(m, j->vcpu[i], &gain, err) != 0)
                return -1;
        return 0;
    }
    j->vcpu = malloc((m->speed.n_gains + 1) * sizeof *j->vcpu);
    if (!j->vcpu)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    struct sbs_error none;
    if (sbs_model_gain(m, 2, &gain, &none) == 0)
        j->vcpu[j->n_vcpu++] = 2;
    for (size_t i = 0; i < m->speed.n_gains; i++) {
        double v = m->speed.gains[i].vcpu;
        double memory_gb = fmax(j->o.memory_gb, 2 * v);
        if (v != 2 && (!j->o.in.trace ||
                       sbs_fargate_size_offered(v, memory_gb, text,
                                                sizeof text)))
            j->vcpu[j->n_vcpu++] = v;
    }
    return 0;
}

static struct sbs_aim plain_aim(const struct options *o)
{
    return (struct sbs_aim){ .goal = SBS_GOAL_COST,
                             .deadline_s = INFINITY,
                             .budget_usd = INFINITY,
                             .chance = o->deadline_p };
}

static int set_aims(struct job *j, struct sbs_error *err)
{
    const struct options *o = &j->o;
    struct sbs_tune *t = &j->tune;
    if (o->targets &&
        read_numbers("--target-speedup", o->targets, ',', 1e-3, 1e6, false,
                     &j->target, &j->n_target, err) != 0)
        return -1;
    if (j->n_target > TARGETS_MAX)
        return sbs_fail(err, SBS_EUSAGE, "--target-speedup: %zu (at most %d)",
                        j->n_target, TARGETS_MAX);
    if (j->n_target == 0 || o->minimize >= 0 || o->deadline_s > 0 ||
        o->budget_usd > 0) {
        struct sbs_aim *a = &j->aim[t->aims++];
        *a = plain_aim(o);
        if (o->deadline_s > 0)
            a->deadline_s = o->deadline_s;
        if (o->budget_usd > 0)
            a->budget_usd = o->budget_usd;
        a->goal = o->minimize >= 0     ? (enum sbs_goal)o->minimize
                  : o->deadline_s > 0 ? SBS_GOAL_COST
                                      : SBS_GOAL_MAKESPAN;
    }
    for (size_t i = 0; i < j->n_target; i++) {
        j->aim[t->aims] = plain_aim(o);
        j->aim[t->aims++].speedup = j->target[i];
    }
    t->aim = j->aim;
    return 0;
}

static void on_progress(void *context, uint64_t done)
{
    struct job *j = context;
    sbs_progress_update(&j->progress, done,
                        done < j->expected ? j->expected : done + 1);
}

static int prepare(struct job *j, struct sbs_registry *registry,
                   struct sbs_error *err)
{
    struct options *o = &j->o;
    struct sbs_tune *t = &j->tune;
    if (!registry)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (o->policies && sbs_space_parse(&j->families, o->policies, err) != 0)
        return -1;
    if (set_aims(j, err) != 0 || sbs_inputs_load(&j->in, &o->in, err) != 0)
        return -1;
    if (j->in.note[0])
        fprintf(stderr, "sbsim: %s\n", j->in.note);
    if (read_sizes(j, err) != 0 || read_workers(j, err) != 0)
        return -1;
    if (!o->policies &&
        sbs_space_default(&j->families, &j->in.workload, err) != 0)
        return -1;
    t->pool.base = (struct sbs_scenario){ .models = &j->in.models,
                                          .workload = &j->in.workload,
                                          .spot = o->spot,
                                          .seed = (uint64_t)o->seed };
    t->pool.families = &j->families;
    t->pool.vcpu = j->vcpu;
    t->pool.sizes = j->n_vcpu;
    t->pool.memory_gb = o->memory_gb;
    t->pool.registry = registry;
    t->rule = (struct sbs_rule){ .confidence = o->confidence,
                                 .indifference = o->indifference,
                                 .cap = (uint32_t)o->reps,
                                 .draws = j->in.has_posterior ? j->in.models.n
                                                              : 0,
                                 .seed = (uint64_t)o->seed };
    t->race = (struct sbs_race){ .threads = (int)o->threads,
                                 .progress = on_progress,
                                 .progress_context = j };
    j->expected = sbs_tune_search_reps(t->rule.draws) *
                      (8 * j->families.n + 24 * t->aims) +
                  2000 * (8 * t->aims + 10);
    return sbs_output_clash("--json", o->json, "--csv", o->csv, err) != 0 ||
                   sbs_output_open(&j->json, o->json, err) != 0 ||
                   sbs_output_open(&j->csv, o->csv, err) != 0
               ? -1
               : 0;
}

/* ---- the report ---------------------------------------------------------- */

/* A word as the shell takes it back. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./:=,+-@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    putc('\'', out);
    for (const char *c = word; *c; c++) {
        if (*c == '\'')
            fputs("'\\''", out);
        else
            putc(*c, out);
    }
    putc('\'', out);
}

static int make_command(struct job *j, struct sbs_error *err)
{
    const struct options *o = &j->o;
    size_t size;
    FILE *out = open_memstream(&j->command, &size);
    if (!out)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    fputs(o->in.trace ? " --trace " : " --model ", out);
    put_word(out, o->in.trace ? o->in.trace : o->in.model);
    if (strcmp(o->in.workload, "ultra") != 0) {
        fputs(" --workload ", out);
        put_word(out, o->in.workload);
    }
    if (o->in.tasks > 0)
        fprintf(out, " --tasks %lld", (long long)o->in.tasks);
    if (o->spot)
        fputs(" --spot", out);
    for (size_t i = 0; i < o->in.sets.n; i++) {
        fputs(" --set ", out);
        put_word(out, o->in.sets.item[i]);
    }
    return fclose(out) == 0 ? 0
                            : sbs_fail(err, SBS_EMEMORY, "out of memory");
}

static size_t make_notes(struct job *j)
{
    const struct sbs_tune *t = &j->tune;
    size_t n = 0;
    if (!j->o.workers && !isfinite(j->in.models.stated.launcher.quota_vcpu)) {
        snprintf(j->note[n], NOTE_TEXT,
                 "the model knows no vCPU quota, so up to %u workers were "
                 "searched; look up your account's (or --workers 10:N, or "
                 "--set launcher.quota_vcpu=V).", t->pool.hi);
        n++;
    }
    if (t->pool.refused > 0) {
        snprintf(j->note[n], NOTE_TEXT,
                 "%zu points were refused by their policies; the first: "
                 "%.250s.", t->pool.refused, t->pool.why.text);
        n++;
    }
    if (t->dropped > 0) {
        snprintf(j->note[n], NOTE_TEXT,
                 "%zu candidates did not always finish, and were dropped.",
                 t->dropped);
        n++;
    }
    if (j->o.in.trace && !j->in.has_posterior) {
        snprintf(j->note[n], NOTE_TEXT,
                 "the model has no parameter draws: how well its parameters "
                 "are known is in none of these numbers.");
        n++;
    }
    for (size_t i = 0; i < n; i++)
        j->notes[i] = j->note[i];
    return n;
}

static int make_report(struct job *j, double wall_s, struct sbs_error *err)
{
    const struct sbs_tune *t = &j->tune;
    if (make_command(j, err) != 0)
        return -1;
    snprintf(j->title, sizeof j->title,
             "%s: %u tasks; %zu candidates of %zu families searched with %u "
             "replications each, the best judged with up to %u others; "
             "%llu in all",
             j->o.in.workload, j->in.workload.tasks, t->pool.n,
             j->families.n, t->search_reps, t->rule.cap,
             (unsigned long long)(t->searched + t->judged));
    j->report = (struct sbs_tune_report){
        .t = t, .title = j->title, .targets = j->n_target,
        .command = j->command, .seed = (uint64_t)j->o.seed,
        .model = j->in.models.json, .workload = j->in.workload.json,
        .files = j->in.files, .n_files = j->in.n_files,
        .basis = j->in.basis, .weakest = j->in.weakest,
        .notes = j->notes, .n_notes = make_notes(j), .wall_s = wall_s
    };
    return 0;
}

static int write_report(struct job *j, struct sbs_error *err)
{
    const struct options *o = &j->o;
    if (j->json.file && sbs_tune_json(&j->report, j->json.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&j->json));
    if (j->csv.file && sbs_tune_csv(&j->report, j->csv.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&j->csv));
    if (sbs_output_commit(&j->json, err) != 0 ||
        sbs_output_commit(&j->csv, err) != 0)
        return -1;
    if (!o->quiet && !sbs_output_is_stdout(o->json) &&
        !sbs_output_is_stdout(o->csv) &&
        sbs_tune_print(&j->report, stdout, err) != 0)
        return sbs_fail_at(err, "standard output");
    return 0;
}

/* 3 when a choice was asked for and could not be made. */
static int verdict(const struct job *j)
{
    int status = 0;
    for (size_t a = 0; a < j->tune.aims; a++) {
        const struct sbs_choice *c = &j->tune.choice[a];
        if (c->best < c->n && !c->decided) {
            fprintf(stderr,
                    "sbsim: --reps: %lld replications were too few to decide "
                    "with the confidence asked for\n", (long long)j->o.reps);
            status = 3;
        } else if (c->best == c->n && a < j->tune.aims - j->n_target) {
            fprintf(stderr, "sbsim: nothing searched is sure to meet the "
                            "conditions\n");
            status = 3;
        }
    }
    return status;
}

static double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int search(struct job *j, struct sbs_error *err)
{
    double begun_s = clock_s();
    sbs_progress_init(&j->progress, "replications", j->o.quiet);
    int status = sbs_tune_run(&j->tune, err);
    sbs_progress_fini(&j->progress);
    if (status != 0 || make_report(j, clock_s() - begun_s, err) != 0 ||
        write_report(j, err) != 0)
        return -1;
    return verdict(j);
}

static void job_fini(struct job *j)
{
    sbs_tune_fini(&j->tune);
    sbs_space_fini(&j->families);
    sbs_output_fini(&j->json);
    sbs_output_fini(&j->csv);
    sbs_inputs_fini(&j->in);
    free(j->vcpu);
    free(j->target);
    free(j->workers);
    free(j->command);
}

int sbs_cmd_tune(int argc, char **argv)
{
    struct job j = { .o.quiet = false };
    struct sbs_error err = { 0 };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &j.o, &status))
        return status;
    if (!j.o.in.workload)
        j.o.in.workload = "ultra";
    struct sbs_registry *registry = sbs_registry_create();
    if (prepare(&j, registry, &err) == 0)
        status = search(&j, &err);
    if (err.code != SBS_EOK)
        status = sbs_flags_report("tune", &err);
    job_fini(&j);
    sbs_registry_destroy(registry);
    sbs_flags_fini(&table, &j.o);
    return status;
}
