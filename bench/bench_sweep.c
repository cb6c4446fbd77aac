/* SPDX-License-Identifier: Apache-2.0 */
/* What two threads and two ranks are worth to `sbsim sweep`, beside what two
 * processes that know nothing of each other get out of this machine; what a
 * block of work costs besides the work; memory of a rank. Whole commands are
 * timed, in rounds that alternate; the fastest of each counts.
 *
 *   bench_sweep SBSIM MODEL.json WORK.json
 *   mpirun -n RANKS bench_sweep --counter     the counter of blocks alone
 */
#include "config.h"

#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "sweep/comm.h"

extern char **environ;

enum { ROUNDS = 3, ARGS_MAX = 24, PATH_SIZE = 512 };
/* Of the study with many small blocks. */
enum { SMALL_REPS = 20000 };

/* One way to run a study: so many commands at a time. */
struct way {
    const char *name, *study;
    int commands, ranks, threads;
};

enum { ONE, TWO_THREADS, TWO_RANKS, PAIR, EMPTY, EMPTY_RANKS, FEW_BLOCKS,
       MANY_BLOCKS, MANY_RANKS, N_WAYS };

static const struct way ways[N_WAYS] = {
    [ONE] = { "one thread", "big", 1, 0, 1 },
    [TWO_THREADS] = { "two threads", "big", 1, 0, 2 },
    [TWO_RANKS] = { "two ranks", "big", 1, 2, 1 },
    [PAIR] = { "two processes", "big", 2, 0, 1 },
    [EMPTY] = { "next to no work", "empty", 1, 0, 1 },
    [EMPTY_RANKS] = { "the same, two ranks", "empty", 1, 2, 1 },
    [FEW_BLOCKS] = { "by rule", "few", 1, 0, 1 },
    [MANY_BLOCKS] = { "a replication each", "many", 1, 0, 1 },
    [MANY_RANKS] = { "a replication each, two ranks", "many", 1, 2, 1 },
};

struct took {
    double wall_s, peak_mb;
};

struct place {
    const char *sbsim;
    char folder[PATH_SIZE];
};

static void write_study(const struct place *at, const char *name,
                        const char *model, const char *work, const char *rest)
{
    char path[2 * PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s.json", at->folder, name);
    FILE *f = fopen(path, "w");
    if (!f || fprintf(f,
                      "{ \"schema\": \"sbsim-study\", \"schema_version\": 1,"
                      " \"model\": \"%s\", \"workload\": \"%s\",\n"
                      "  \"workers\": 50, %s }\n",
                      model, work, rest) < 0 ||
        fclose(f) != 0)
        bench_die("%s: cannot be written", path);
}

static pid_t start(const struct place *at, const struct way *w, int number)
{
    char study[2 * PATH_SIZE], out[2 * PATH_SIZE], ranks[16], threads[16];
    char *argv[ARGS_MAX];
    int n = 0;
    snprintf(study, sizeof study, "%s/%s.json", at->folder, w->study);
    snprintf(out, sizeof out, "%s/out%d.h5", at->folder, number);
    snprintf(ranks, sizeof ranks, "%d", w->ranks);
    snprintf(threads, sizeof threads, "%d", w->threads);
    unlink(out);
    if (w->ranks > 0) {
        argv[n++] = "mpirun";
        argv[n++] = "--oversubscribe";
        argv[n++] = "-n";
        argv[n++] = ranks;
    }
    argv[n++] = (char *)(uintptr_t)at->sbsim;
    argv[n++] = "sweep";
    argv[n++] = study;
    argv[n++] = "-o";
    argv[n++] = out;
    argv[n++] = "--quiet";
    argv[n++] = "--threads";
    argv[n++] = threads;
    argv[n] = NULL;
    pid_t pid;
    if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
        bench_die("%s: cannot be started", argv[0]);
    return pid;
}

static struct took run(const struct place *at, const struct way *w)
{
    struct took took = { .peak_mb = 0 };
    double begun_s = bench_now_s();
    for (int i = 0; i < w->commands; i++)
        start(at, w, i);
    for (int i = 0; i < w->commands; i++) {
        struct rusage usage;
        int status;
        if (wait4(-1, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
            WEXITSTATUS(status) != 0)
            bench_die("sbsim sweep has failed (%s)", w->name);
        took.peak_mb = fmax(took.peak_mb, 1e-3 * (double)usage.ru_maxrss);
    }
    took.wall_s = bench_now_s() - begun_s;
    return took;
}

static bool has_ranks(void)
{
#ifdef SBS_HAVE_MPI
    return true;
#else
    return false;
#endif
}

static void print(const struct took best[N_WAYS])
{
    double one = best[ONE].wall_s - best[EMPTY].wall_s;
    double pair = 2 * one / (best[PAIR].wall_s - best[EMPTY].wall_s);
    double threads = one / (best[TWO_THREADS].wall_s - best[EMPTY].wall_s);
    printf("\nSweeps: %.1f s of work on one thread, start and end of the "
           "program (%.2f s) taken off\n", one, best[EMPTY].wall_s);
    printf("two processes that know nothing of each other  %5.2f times one\n",
           pair);
    printf("two threads                                    %5.2f, %.2f of "
           "the pair's\n", threads, threads / pair);
    if (has_ranks()) {
        double ranks = one / (best[TWO_RANKS].wall_s -
                              best[EMPTY_RANKS].wall_s);
        printf("two ranks                                      %5.2f, %.2f "
               "of the pair's\n", ranks, ranks / pair);
    } else {
        printf("two ranks                                      not built "
               "(--with-mpi)\n");
    }
    double block_s = (best[MANY_BLOCKS].wall_s - best[FEW_BLOCKS].wall_s) /
                     SMALL_REPS;
    printf("a block besides its work                       %5.1f us handed "
           "out, made a record, written\n", 1e6 * block_s);
    if (has_ranks()) {
        double ranks_s = (best[MANY_RANKS].wall_s -
                          best[EMPTY_RANKS].wall_s) / SMALL_REPS;
        printf("the same on two ranks                          %5.1f us a "
               "block, work of one replication included\n", 1e6 * ranks_s);
    }
    printf("peak memory of a process                       %5.0f MB\n",
           best[ONE].peak_mb);
}

/* All ranks take numbers as fast as they can. */
static int count(int argc, char **argv)
{
    enum { TIMES = 200000 };
    sbs_comm_init(&argc, &argv);
    struct sbs_comm_counter *c = sbs_comm_counter_create();
    double begun_s = bench_now_s();
    for (int i = 0; c && i < TIMES; i++)
        sbs_comm_counter_add(c, 1);
    double took_s = bench_now_s() - begun_s;
    sbs_comm_any(0);
    if (sbs_comm_rank() == 0)
        printf("the counter of blocks, %d rank%s asking          %6.2f us "
               "a number\n", sbs_comm_size(),
               sbs_comm_size() > 1 ? "s" : " ", 1e6 * took_s / TIMES);
    sbs_comm_counter_destroy(c);
    sbs_comm_fini();
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--counter") == 0)
        return count(argc, argv);
    struct place at = { .folder = "/tmp/bench-sweep-XXXXXX" };
    struct took best[N_WAYS];
    char model[PATH_SIZE], work[PATH_SIZE], sbsim[PATH_SIZE];
    if (argc != 4)
        bench_die("usage: %s SBSIM MODEL.json WORK.json", argv[0]);
    if (!realpath(argv[1], sbsim) || !realpath(argv[2], model) ||
        !realpath(argv[3], work) || !mkdtemp(at.folder))
        bench_die("%s, %s, %s: must be there", argv[1], argv[2], argv[3]);
    at.sbsim = sbsim;
    write_study(&at, "big", model, work,
                "\"reps\": 20000, \"policies\": [\"speculative\"], "
                "\"axes\": [{\"key\": \"speed.log_sd\", \"from\": 0.05, "
                "\"to\": 0.4, \"points\": 16}]");
    write_study(&at, "empty", model, work,
                "\"reps\": 2, \"policies\": [\"static\"]");
    write_study(&at, "few", model, work,
                "\"reps\": 20000, \"policies\": [\"static\"]");
    write_study(&at, "many", model, work,
                "\"reps\": 20000, \"policies\": [\"static\"], "
                "\"block_reps\": 1");
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < N_WAYS; i++) {
            if (ways[i].ranks > 0 && !has_ranks())
                continue;
            struct took t = run(&at, &ways[i]);
            if (round == 0 || t.wall_s < best[i].wall_s)
                best[i] = t;
        }
    print(best);
    fflush(stdout);
    char command[2 * PATH_SIZE];
    for (int ranks = 1; has_ranks() && ranks <= 2; ranks++) {
        snprintf(command, sizeof command,
                 "mpirun --oversubscribe -n %d %s --counter", ranks, argv[0]);
        if (system(command) != 0)
            bench_die("%s has failed", command);
    }
    snprintf(command, sizeof command, "rm -rf %s", at.folder);
    return system(command) != 0;
}
