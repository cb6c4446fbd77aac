/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim sweep: a study of many points, on threads and ranks, into one
 * file. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/rng.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/sweep_inputs.h"
#include "cli/sweep_report.h"
#include "sweep/comm.h"
#include "sweep/part.h"

#define T struct sbs_sweep_options
static const struct sbs_flag flags[] = {
    SBS_FLAG_WORDS(T, study, "STUDY.json", 0, 1,
                   "the study (doc/sweep.md; examples/studies)"),
    SBS_FLAG_TEXT_LETTER(T, out, "output", 'o', "F.h5",
                         "the file to make (HDF5)"),
    SBS_FLAG_SWITCH(T, plan, "plan",
                    "say what it would take, and run nothing"),
    SBS_FLAG_TITLE("Instead of what the study says"),
    SBS_FLAG_TEXT(T, trace, "trace", "F.h5",
                  "measurements the model is calibrated from"),
    SBS_FLAG_TEXT(T, model, "model", "M.json", "a model as stated"),
    SBS_FLAG_TEXT(T, workload, "workload", "NAME|FILE.json", "the work"),
    SBS_FLAG_TEXT(T, scenario, "scenario", "NAME",
                  "stress the model; plain: none"),
    SBS_FLAG_COUNT(T, tasks, "tasks", "N", 0, 1, SBS_WORKLOAD_TASKS_MAX,
                   "how many tasks"),
    SBS_FLAG_COUNT(T, workers, "workers", "N", 0, 1, 1e7, "base fleet"),
    SBS_FLAG_REAL(T, vcpu, "vcpu", "V", 0, 0.25, 1024, "vCPU of a worker"),
    SBS_FLAG_REAL(T, memory_gb, "memory-gb", "G", 0, 0.5, 16384,
                  "memory of a worker, GB"),
    SBS_FLAG_SWITCH(T, spot, "spot", "spot capacity"),
    SBS_FLAG_LIST(T, sets, "set", "PATH=VALUE",
                  "change a key of the model, or of the workload with "
                  "workload. before it"),
    SBS_FLAG_COUNT(T, reps, "reps", "N", 0, 1, SBS_STUDY_REPS_MAX,
                   "replications of each point"),
    SBS_FLAG_COUNT(T, seed, "seed", "N", -1, 0, SBS_FLAG_MAX_COUNT,
                   "of all random streams"),
    SBS_FLAG_TEXT(T, keep, "keep", "WHAT",
                  "summaries, or bills: every makespan and bill too"),
    SBS_FLAG_TITLE("How"),
    SBS_FLAG_COUNT(T, threads, "threads", "N", 0, 1, 4096,
                   "threads of a process (default: all cores); the file does "
                   "not depend on it, nor on ranks of mpirun or parts"),
    SBS_FLAG_SWITCH(T, resume, "resume",
                    "go on where an interrupted sweep has stopped, if there "
                    "is one"),
    SBS_FLAG_SWITCH(T, force, "force",
                    "begin anew, whatever is there already"),
    SBS_FLAG_TEXT(T, part, "part", "K/N",
                  "do share K of N (from 1) into a part file"),
    SBS_FLAG_MANY(T, merge, "merge", "PART...",
                  "make the file from the part files of all shares"),
    SBS_FLAG_SWITCH(T, quiet, "quiet", "no table and no progress"),
    SBS_FLAG_END
};
#undef T

static const struct sbs_flags table = {
    "sweep", "STUDY.json -o F.h5 [options]",
    "Simulates every point of a study: policies, workers, tasks, any key of "
    "model and workload, on a grid or a space-filling design. All points see "
    "the same simulated workers. A sweep that was stopped, even by kill -9, "
    "goes on with --resume and gives the same file.",
    flags,
    "  sbsim sweep examples/studies/startup.json --plan\n"
    "  sbsim sweep examples/studies/startup.json -o startup.h5\n"
    "  sbsim sweep study.json -o out.h5 --resume\n"
    "  mpirun -n 64 sbsim sweep study.json -o out.h5 --threads 1\n"
    "  sbsim sweep study.json --part 3/8 -o part3   # one job of an array\n"
    "  sbsim sweep --merge part* -o out.h5\n"
};

static int threads_of(const struct sbs_sweep_options *o)
{
#ifdef _OPENMP
    return o->threads > 0 ? (int)o->threads : omp_get_max_threads();
#else
    (void)o;
    return 1;
#endif
}

/* ---- what is asked ----------------------------------------------------- */

static int read_part(struct sbs_sweep_options *o, struct sbs_error *err)
{
    unsigned long k = 0, n = 0;
    int end = 0;
    o->parts = 1;
    if (!o->part)
        return 0;
    if (sscanf(o->part, "%7lu/%7lu%n", &k, &n, &end) != 2 || o->part[end] ||
        k < 1 || k > n || n < 2 || n > SBS_PARTS_MAX)
        return sbs_fail(err, SBS_EUSAGE, "--part: must be K/N (\"%.40s\", "
                        "allowed 1/N to N/N, N in [2, %d])", o->part,
                        SBS_PARTS_MAX);
    o->part_of = (uint32_t)k - 1;
    o->parts = (uint32_t)n;
    return 0;
}

static int check_options(struct sbs_sweep_options *o, struct sbs_error *err)
{
    if (o->merge.n > 0 && (o->study.n > 0 || o->part || o->plan || o->resume))
        return sbs_fail(err, SBS_EUSAGE, "--merge: takes part files and "
                        "--output alone; the study is in them");
    if (o->merge.n == 0 && o->study.n == 0)
        return sbs_fail(err, SBS_EUSAGE, "STUDY.json: is needed");
    if (!o->out && !o->plan)
        return sbs_fail(err, SBS_EUSAGE, "--output: is needed");
    if (o->resume && o->force)
        return sbs_fail(err, SBS_EUSAGE, "--resume and --force: only one of "
                        "them can be given");
    return read_part(o, err);
}

/* ---- running ----------------------------------------------------------- */

/* What the calls back need. */
struct calls {
    struct sbs_progress progress;
    struct sbs_sweep_best best;
};

static void on_progress(void *context, uint64_t done, uint64_t all)
{
    sbs_progress_update(&((struct calls *)context)->progress, done, all);
}

static void on_point(void *context, uint64_t point,
                     const struct sbs_figures *figures)
{
    sbs_sweep_best_add(&((struct calls *)context)->best, point, figures);
}

/* Values of a point that is cut are together in memory once. */
static int check_memory(const struct sbs_sweep *s, struct sbs_error *err)
{
    double have = (double)sysconf(_SC_PHYS_PAGES) *
                  (double)sysconf(_SC_PAGESIZE);
    for (uint64_t p = 0; p < s->study->n_points; p++) {
        double need = (double)sbs_study_run(s->study, p).reps *
                      (SBS_N_ROWS + 1) * sizeof(double);
        if (need > 0.8 * have)
            return sbs_fail(err, SBS_EUSAGE, "%s: reps: the replications of "
                            "point %llu need %.1f GB (this machine has %.1f "
                            "GB)", s->study->file, (unsigned long long)p,
                            need / 1e9, have / 1e9);
    }
    return 0;
}

static int plan(const struct sbs_sweep *s,
                const struct sbs_sweep_options *o, struct sbs_error *err)
{
    struct sbs_estimate e;
    int threads = threads_of(o);
    if (sbs_comm_rank() != 0)
        return 0;
    if (sbs_estimate_make(s, threads, &e, err) != 0)
        return -1;
    sbs_sweep_plan_write(s, &e, threads, stdout);
    return 0;
}

static int run(struct sbs_sweep *s, const struct sbs_sweep_options *o,
               struct sbs_error *err)
{
    struct calls calls;
    bool first = sbs_comm_rank() == 0;
    if (check_memory(s, err) != 0)
        return -1;
    sbs_sweep_best_init(&calls.best, s->study);
    sbs_progress_init(&calls.progress, "blocks", o->quiet || !first);
    s->progress = on_progress;
    s->point = on_point;
    s->context = &calls;
    int status = sbs_sweep_run(s, err);
    sbs_progress_fini(&calls.progress);
    if (status == 0 && first && !o->quiet && o->parts == 1)
        sbs_sweep_best_write(&calls.best, s, stdout);
    return status;
}

static int sweep(const struct sbs_sweep_options *o, struct sbs_error *err)
{
    struct sbs_sweep_inputs x;
    struct sbs_sweep s = { .parts = o->parts, .part = o->part_of };
    int status = sbs_sweep_inputs_load(&x, o, err);
    /* A file that only one rank cannot read ends them all. */
    if (sbs_comm_any(status))
        status = -1;
    if (status == 0 && x.in.note[0] && sbs_comm_rank() == 0)
        fprintf(stderr, "sbsim: %s\n", x.in.note);
    if (status == 0) {
        s.study = &x.study;
        s.inputs = &x.inputs;
        s.from = x.from;
        s.out = o->out;
        s.threads = (int)o->threads;
        s.resume = o->resume;
        s.force = o->force;
        status = sbs_sweep_check(&s, err);
    }
    if (status == 0)
        status = o->plan ? plan(&s, o, err) : run(&s, o, err);
    sbs_sweep_fini(&s);
    sbs_sweep_inputs_fini(&x);
    return status;
}

static int merge(const struct sbs_sweep_options *o, struct sbs_error *err)
{
    struct sbs_merge m;
    struct calls calls;
    if (sbs_comm_rank() != 0)
        return 0;
    int status = sbs_merge_open(&m, o->merge.item, o->merge.n, err);
    if (status == 0) {
        sbs_sweep_best_init(&calls.best, &m.study);
        m.sweep.out = o->out;
        m.sweep.force = o->force;
        m.sweep.point = on_point;
        m.sweep.context = &calls;
        status = sbs_merge_write(&m, err);
    }
    if (status == 0 && !o->quiet)
        sbs_sweep_best_write(&calls.best, &m.sweep, stdout);
    sbs_merge_fini(&m);
    return status;
}

int sbs_cmd_sweep(int argc, char **argv)
{
    struct sbs_sweep_options o = { .quiet = false };
    struct sbs_error err = { 0 };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    sbs_comm_init(&argc, &argv);
    if (check_options(&o, &err) == 0 &&
        (o.merge.n > 0 ? merge(&o, &err) : sweep(&o, &err)) == 0)
        status = 0;
    else
        status = 1;
    if (err.code != SBS_EOK)
        status = sbs_flags_report("sweep", &err);
    sbs_flags_fini(&table, &o);
    sbs_comm_fini();
    return status;
}
