/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim kernel: the Monte Carlo work itself, whole, in pieces, or merged from
 * pieces. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "kernel/barrier.h"

struct options {
    int64_t scenario, paths, seed, threads;
    double barrier;
    const char *json, *blocks, *piece;
    struct sbs_words merge;
    int isa;
    bool quiet;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_TITLE("Work"),
    SBS_FLAG_COUNT(struct options, scenario, "scenario", "S", 0, 1,
                   SBS_BARRIER_SCENARIO_MAX,
                   "drift .05 + .001 S, volatility .2 + .0005 S a year"),
    SBS_FLAG_COUNT(struct options, paths, "paths", "N", 0, 1,
                   SBS_BARRIER_PATHS_MAX, "paths of the whole job"),
    SBS_FLAG_COUNT(struct options, seed, "seed", "N", 1, 0,
                   SBS_FLAG_MAX_COUNT, "random streams"),
    SBS_FLAG_REAL(struct options, barrier, "barrier", "B", SBS_BARRIER_LEVEL,
                  0, SBS_BARRIER_START,
                  "a path stops at its first close below B; 0 = never"),
    SBS_FLAG_TITLE("In pieces"),
    SBS_FLAG_TEXT(struct options, blocks, "blocks", "A:B",
                  "run only the blocks A to B-1, of 4096 paths each, and "
                  "write a piece to merge"),
    SBS_FLAG_TEXT_LETTER(struct options, piece, "output", 'o', "F",
                         "where the piece goes (- = standard output)"),
    SBS_FLAG_MANY(struct options, merge, "merge", "F",
                  "pieces that together are a whole job: print its result"),
    SBS_FLAG_TITLE("Running"),
    SBS_FLAG_COUNT(struct options, threads, "threads", "N", 0, 1, 1024,
                   "threads (all processors); changes no result"),
    SBS_FLAG_CHOICE(struct options, isa, "simd",
                    "best|scalar|sse2|avx2|avx512", SBS_ISA_BEST,
                    "vector instructions; changes no result"),
    SBS_FLAG_FILE_OUT(struct options, json, "json",
                      "write the result as JSON, schema sbsim-kernel"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet",
                    "no table and no progress"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "kernel", "--scenario S --paths N [options]",
    "Runs the Monte Carlo workload: 252 daily steps of geometric Brownian "
    "motion from 100, a path stopped at its first close below 90 and valued "
    "there. Any split into pieces gives the same result, bit for bit.",
    flags,
    "  sbsim kernel --scenario 1 --paths 10000000\n"
    "  sbsim kernel --scenario 1 --paths 20000 --blocks 0:2 -o a.json\n"
    "  sbsim kernel --scenario 1 --paths 20000 --blocks 2:5 -o b.json\n"
    "  sbsim kernel --merge a.json b.json --json\n"
};

static double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "A:B" with 0 <= A < B <= blocks. */
static int parse_blocks(const char *text, int64_t blocks, int64_t *first,
                        int64_t *end, struct sbs_error *err)
{
    int64_t number[2] = { 0, 0 };
    const char *p = text;
    int good = 1;
    for (int i = 0; i < 2 && good; i++) {
        const char *start = p;
        for (; *p >= '0' && *p <= '9' && p - start < 16; p++)
            number[i] = 10 * number[i] + (*p - '0');
        good = p > start && *p == (i == 0 ? ':' : '\0');
        p += i == 0;
    }
    *first = number[0];
    *end = number[1];
    if (good && *first < *end && *end <= blocks)
        return 0;
    return sbs_fail(err, SBS_EUSAGE,
                    "--blocks: must be A:B with 0 <= A < B <= %lld "
                    "(got \"%s\")", (long long)blocks, text);
}

/* What does not go together. */
static int check_options(const struct options *o, struct sbs_error *err)
{
    if (o->merge.n) {
        if (o->scenario || o->paths || o->blocks || o->piece)
            return sbs_fail(err, SBS_EUSAGE,
                            "--merge: the pieces say what was run; not "
                            "together with --scenario, --paths, --blocks "
                            "or -o");
        return 0;
    }
    if (!o->scenario || !o->paths)
        return sbs_fail(err, SBS_EUSAGE, "%s: must be given",
                        o->scenario ? "--paths" : "--scenario");
    if (!o->blocks != !o->piece)
        return sbs_fail(err, SBS_EUSAGE, "%s: must be given with %s",
                        o->blocks ? "-o" : "--blocks",
                        o->blocks ? "--blocks" : "-o");
    if (o->blocks && o->json)
        return sbs_fail(err, SBS_EUSAGE,
                        "--json: a piece has no result yet (use -o)");
    return 0;
}

/* A job's result, with what its computing took. */
struct answer {
    struct sbs_barrier_job job;
    struct sbs_barrier_result result;
    double wall_s;
};

static void real_field(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

/* End a document; a failure names the file. */
static int end_json(struct sbs_jsonw *w, const struct sbs_output *out,
                    struct sbs_error *err)
{
    int status = sbs_jsonw_end(w, err);
    sbs_jsonw_fini(w);
    const char *name = out->path ? out->path : "standard output";
    return status ? sbs_fail_at(err, name) : 0;
}

static int write_result(const struct answer *a, const struct sbs_output *out,
                        struct sbs_error *err)
{
    const struct sbs_barrier_result *r = &a->result;
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, out->file);
    sbs_jsonw_object(&w);
    sbs_jsonw_key(&w, "schema");
    sbs_jsonw_string(&w, "sbsim-kernel");
    sbs_jsonw_key(&w, "scenario");
    sbs_jsonw_integer(&w, a->job.scenario);
    sbs_jsonw_key(&w, "paths");
    sbs_jsonw_integer(&w, a->job.paths);
    sbs_jsonw_key(&w, "seed");
    sbs_jsonw_integer(&w, a->job.seed);
    real_field(&w, "mean", r->mean);
    real_field(&w, "sd", r->sd);
    real_field(&w, "payoff_call", r->payoff_call);
    real_field(&w, "stopped_frac", r->stopped_frac);
    real_field(&w, "q05", r->q05);
    real_field(&w, "tail_mean", r->tail_mean);
    real_field(&w, "max", r->max);
    real_field(&w, "wall_s", a->wall_s);
    real_field(&w, "wall_paths_per_s", (double)r->paths / a->wall_s);
    sbs_jsonw_close(&w);
    return end_json(&w, out, err);
}

static void print_table(const struct answer *a, bool merged)
{
    const struct sbs_barrier_result *r = &a->result;
    double n = (double)r->paths, p = r->stopped_frac;
    printf("scenario %lld, %lld paths, seed %lld",
           (long long)a->job.scenario, (long long)a->job.paths,
           (long long)a->job.seed);
    if (a->job.barrier > 0)
        printf(", barrier %g\n", a->job.barrier);
    else
        printf(", no barrier\n");
    printf("  mean          %.4f, standard error %.4f\n", r->mean,
           r->sd / sqrt(n));
    printf("  sd            %.4f\n", r->sd);
    printf("  call at 100   %.4f\n", r->payoff_call);
    printf("  stopped       %.3f%%, standard error %.3f%%\n", 100 * p,
           100 * sqrt(p * (1 - p) / n));
    printf("  5%% quantile   %.4f, mean below it %.4f\n", r->q05,
           r->tail_mean);
    printf("  maximum       %.4f\n", r->max);
    printf("%s in %.3f s, %.3g paths/s\n", merged ? "merged" : "computed",
           a->wall_s, n / a->wall_s);
}

static void tick(void *arg, int64_t done, int64_t total)
{
    sbs_progress_update(arg, (uint64_t)done, (uint64_t)total);
}

static struct sbs_barrier_piece *run(const struct options *o,
                                     struct sbs_error *err)
{
    struct sbs_barrier_job job = { o->scenario, o->paths, o->seed,
                                   o->barrier };
    struct sbs_progress progress;
    struct sbs_barrier_how how = { .threads = (int)o->threads,
                                   .isa = (enum sbs_isa)o->isa,
                                   .tick = tick,
                                   .arg = &progress };
    int64_t first = 0, end = sbs_barrier_blocks(&job);
    if (o->blocks && parse_blocks(o->blocks, end, &first, &end, err))
        return NULL;
    sbs_progress_init(&progress, "blocks", o->quiet);
    struct sbs_barrier_piece *p = sbs_barrier_run(&job, first, end, &how, err);
    sbs_progress_fini(&progress);
    return p;
}

static struct sbs_barrier_piece *read_piece(const char *path,
                                            struct sbs_error *err)
{
    char where[256];
    cJSON *json = sbs_json_read(path, err);
    if (!json)
        return NULL;
    snprintf(where, sizeof where, "%s:", path);
    struct sbs_barrier_piece *p = sbs_barrier_piece_read(json, where, err);
    cJSON_Delete(json);
    return p;
}

static struct sbs_barrier_piece *merge(const struct options *o,
                                       struct sbs_error *err)
{
    size_t n = 0;
    struct sbs_barrier_piece *all = NULL;
    struct sbs_barrier_piece **pieces = calloc(o->merge.n, sizeof *pieces);
    if (!pieces) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    for (; n < o->merge.n; n++) {
        pieces[n] = read_piece(o->merge.item[n], err);
        if (!pieces[n])
            goto out;
    }
    all = sbs_barrier_merge(pieces, (int)n, err);
out:
    while (n > 0)
        sbs_barrier_destroy(pieces[--n]);
    free(pieces);
    return all;
}

static int write_piece(const struct sbs_barrier_piece *p,
                       const struct sbs_output *out, struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, out->file);
    sbs_barrier_piece_write(p, &w);
    return end_json(&w, out, err);
}

static int work(const struct options *o, const struct sbs_output *out,
                struct sbs_error *err)
{
    struct answer a = { 0 };
    int status = -1;
    double start_s = clock_s();
    struct sbs_barrier_piece *p = o->merge.n ? merge(o, err) : run(o, err);
    if (!p)
        return -1;
    if (o->piece) {
        status = write_piece(p, out, err);
        goto out;
    }
    if (sbs_barrier_result(p, &a.result, err))
        goto out;
    a.job = *sbs_barrier_piece_job(p);
    a.wall_s = clock_s() - start_s;
    if (!o->quiet && !sbs_output_is_stdout(o->json))
        print_table(&a, o->merge.n > 0);
    status = o->json ? write_result(&a, out, err) : 0;
out:
    sbs_barrier_destroy(p);
    return status;
}

int sbs_cmd_kernel(int argc, char **argv)
{
    struct options o = { 0 };
    struct sbs_output out = { 0 };
    struct sbs_error err = { 0 };
    int status;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    if (check_options(&o, &err) ||
        sbs_output_open(&out, o.piece ? o.piece : o.json, &err) ||
        work(&o, &out, &err) || sbs_output_commit(&out, &err))
        status = sbs_flags_report(table.command, &err);
    sbs_output_fini(&out);
    sbs_flags_fini(&table, &o);
    return status;
}
