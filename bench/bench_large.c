/* SPDX-License-Identifier: Apache-2.0 */
/* Nanoseconds a task and peak memory from 10^3 to 10^7 tasks, 100 for each
 * worker: the engine under dynamic and the specialised loop, each size in a
 * process of its own. The fastest of three rounds counts; peak memory is that
 * of the whole process, libraries included (ru_maxrss).
 *
 *   bench_large MODEL.json WORK.json [TASKS_MAX]
 */
#include "config.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/specialised.h"

enum { ROUNDS = 3, SIZES = 5, TASKS_A_ROUND = 1000000, LIMIT_S = 120 };

enum who { ENGINE, EXACT, TABLES, N_WHO };

/* What a child hands back; ns_a_task INFINITY: it took longer than LIMIT_S. */
struct figures {
    double ns_a_task, peak_mb;
    double makespan_s; /* of replication 0 with the engine's draws */
};

struct files {
    const char *model, *work;
};

static struct bench_sum run(enum who who, const struct bench_setting *s,
                            uint32_t reps, double *first_s, double *ns)
{
    struct bench_bag bag = bench_as_bag(s);
    struct bench_engine *e = NULL;
    struct specialised *loop = NULL;
    struct bench_sum sum = { 0 };
    if (who == ENGINE)
        e = bench_engine_create(s, "dynamic");
    else
        loop = specialised_create(&bag, who == EXACT ? SPECIALISED_EXACT
                                                     : SPECIALISED_TABLES);
    *ns = INFINITY;
    for (int i = 0; i < ROUNDS; i++) {
        double begun_s = bench_now_s();
        sum = e ? bench_engine_run(e, reps, first_s)
                : specialised_run(loop, reps, first_s);
        double took_s = bench_now_s() - begun_s;
        *ns = fmin(*ns, 1e9 * took_s / reps / bag.tasks);
    }
    if (e)
        bench_engine_destroy(e);
    else
        specialised_destroy(loop);
    return sum;
}

static double as_engine_s(const struct bench_setting *s, enum who who)
{
    struct bench_bag bag = bench_as_bag(s);
    struct specialised *loop = specialised_create(
        &bag, SPECIALISED_AS_ENGINE |
                  (who == EXACT ? SPECIALISED_EXACT : SPECIALISED_TABLES));
    double makespan_s;
    specialised_run(loop, 1, &makespan_s);
    specialised_destroy(loop);
    return makespan_s;
}

/* In the child. */
static struct figures measure(const struct files *f, enum who who,
                              uint32_t tasks, uint32_t workers)
{
    static double makespan_s[TASKS_A_ROUND];
    struct bench_setting s;
    struct rusage usage;
    struct figures out;
    uint32_t reps = TASKS_A_ROUND / tasks;
    bench_load(&s, f->model, f->work, tasks, workers);
    run(who, &s, reps > 0 ? reps : 1, makespan_s, &out.ns_a_task);
    getrusage(RUSAGE_SELF, &usage);
    out.peak_mb = (double)usage.ru_maxrss * 1024 / 1e6;
    out.makespan_s = who == ENGINE ? makespan_s[0] : as_engine_s(&s, who);
    bench_unload(&s);
    return out;
}

static struct figures in_child(const struct files *f, enum who who,
                               uint32_t tasks, uint32_t workers)
{
    struct figures out;
    int ends[2], status;
    fflush(stdout);
    if (pipe(ends) != 0)
        bench_die("no pipe");
    pid_t child = fork();
    if (child == 0) {
        alarm(LIMIT_S);
        out = measure(f, who, tasks, workers);
        _exit(write(ends[1], &out, sizeof out) != sizeof out);
    }
    close(ends[1]);
    ssize_t got = child > 0 ? read(ends[0], &out, sizeof out) : -1;
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child)
        bench_die("no process");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return (struct figures){ INFINITY, NAN, NAN };
    if (got != sizeof out || status)
        bench_die("%u tasks on %u workers failed", tasks, workers);
    return out;
}

int main(int argc, char **argv)
{
    struct figures all[SIZES][N_WHO];
    double apart[N_WHO] = { 0 };
    if (argc < 3 || argc > 4)
        bench_die("usage: bench_large MODEL.json WORK.json [TASKS_MAX]");
    struct files files = { argv[1], argv[2] };
    uint32_t most = 10000000, tasks = 1000;
    if (argc == 4)
        most = bench_number(argv[3], "TASKS_MAX", 1000, 10000000);
    printf("dynamic, one thread, best of %d rounds; time and peak memory of "
           "the process\n"
           "                      engine         specialised      with tables"
           "\n"
           "   tasks workers  ns a task    MB  ns a task    MB  ns a task    "
           "MB\n", ROUNDS);
    int n = 0;
    for (; n < SIZES && tasks <= most; n++, tasks *= 10) {
        printf("%8u %7u", tasks, tasks / 100);
        for (int who = 0; who < N_WHO; who++) {
            struct figures *x = &all[n][who];
            *x = in_child(&files, (enum who)who, tasks, tasks / 100);
            if (isfinite(x->ns_a_task))
                printf(" %10.1f %5.0f", x->ns_a_task, x->peak_mb);
            else
                printf("   > %3d s    ", LIMIT_S);
            apart[who] = fmax(apart[who],
                              fabs(x->makespan_s / all[n][0].makespan_s - 1));
        }
        putchar('\n');
    }
    if (n > 2) {
        printf("%-16s", "largest / 10^4");
        for (int who = 0; who < N_WHO; who++)
            printf(" %10.2f %5s",
                   all[n - 1][who].ns_a_task / all[1][who].ns_a_task, "");
        putchar('\n');
    }
    printf("Makespans differ by at most %.1e (relative), with tables, which "
           "may change\nwho pulls next, %.1e.\n"
           "Goals: 10^6 tasks below 150 ns in the general engine, 40 on the "
           "fast path, in 32 MB;\n10^7 below 250 and 80, in 100 MB; 10^7 "
           "within a factor 2 of 10^4.\n",
           apart[EXACT], apart[TABLES]);
    return 0;
}
