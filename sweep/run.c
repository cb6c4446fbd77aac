/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "sim/replicas.h"
#include "sweep/comm.h"

/* Replications between two looks at the clock and at others' errors. */
enum { BATCH = 64 };

/* What the threads of one policy's replications share. */
struct shared {
    const struct sbs_run *run;
    const struct sbs_stack *stack;
    struct sbs_run_outcome *out;
    uint32_t lo, hi;     /* replications of this rank */
    uint64_t done, base; /* of this policy; of those before it */
    uint32_t failed_at;  /* first replication with an error, or hi */
    struct sbs_error err;
};

static int thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/* Keep the error of the earliest replication: the same for any threads. */
static void note_error(struct shared *sh, uint32_t replication,
                       const struct sbs_error *err)
{
#pragma omp critical(sbs_run_error)
    if (replication < sh->failed_at ||
        (replication == sh->failed_at && sh->err.code == SBS_EOK)) {
        sh->failed_at = replication;
        sh->err = *err;
    }
}

static void run_batch(struct shared *sh, struct sbs_replicas *replicas,
                      uint32_t first)
{
    uint32_t end = sh->hi - first < BATCH ? sh->hi : first + BATCH;
    uint32_t failed;
    struct sbs_error err = { 0 };
    if (sbs_replicas_run(replicas, first, end - first,
                         sh->out->values + (first - sh->run->first),
                         sh->run->reps, &failed, &err) != 0) {
        note_error(sh, failed, &err);
        return;
    }
    uint64_t done;
#pragma omp critical(sbs_run_done)
    done = sh->done += end - first;
    if (sh->run->progress && thread_number() == 0)
        sh->run->progress(sh->run->progress_context, sh->base + done,
                          (uint64_t)sh->run->reps * sh->run->n_stacks);
}

static void run_thread(struct shared *sh)
{
    struct sbs_error err = { 0 };
    struct sbs_replicas *replicas =
        sbs_replicas_create(&sh->run->scenario, sh->stack, &sh->out->plan,
                            &sh->out->constants, &err);
    if (!replicas)
        note_error(sh, sh->lo, &err);
    uint32_t lo = sh->lo, hi = sh->hi;
#pragma omp for schedule(dynamic)
    for (uint32_t first = lo; first < hi; first += (uint32_t)BATCH) {
        uint32_t failed_at;
#pragma omp critical(sbs_run_error)
        failed_at = sh->failed_at;
        if (replicas && first < failed_at)
            run_batch(sh, replicas, first);
    }
    sbs_replicas_destroy(replicas);
}

static void count_unfinished(struct sbs_run_outcome *out, uint32_t reps)
{
    const double *why = out->values + (size_t)SBS_N_METRICS * reps;
    for (uint32_t r = 0; r < reps; r++) {
        out->unfinished_by[(int)why[r]]++;
        out->unfinished += why[r] != SBS_FINISHED;
    }
}

static int run_policy(struct shared *sh, struct sbs_error *err)
{
    size_t n = (size_t)SBS_N_ROWS * sh->run->reps;
    sh->out->values = malloc(n * sizeof *sh->out->values);
    if (!sh->out->values) {
        sbs_fail(&sh->err, SBS_EMEMORY, "out of memory for %u replications",
                 sh->run->reps);
        sh->failed_at = sh->lo;
    } else {
#ifdef _OPENMP
        int threads = sh->run->threads > 0 ? sh->run->threads
                                           : omp_get_max_threads();
#pragma omp parallel num_threads(threads)
#endif
        run_thread(sh);
    }
    if (sbs_comm_any(sh->err.code != SBS_EOK)) {
        if (sh->err.code == SBS_EOK)
            sbs_fail(&sh->err, SBS_EBUG, "another rank failed");
        *err = sh->err;
        return -1;
    }
    sbs_comm_gather(sh->out->values, SBS_N_ROWS, sh->run->reps);
    if (sbs_comm_rank() == 0)
        count_unfinished(sh->out, sh->run->reps);
    return 0;
}

int sbs_run_all(const struct sbs_run *run, struct sbs_run_outcome *outcomes,
                struct sbs_error *err)
{
    uint64_t rank = (uint64_t)sbs_comm_rank();
    uint64_t size = (uint64_t)sbs_comm_size();
    memset(outcomes, 0, run->n_stacks * sizeof *outcomes);
    /* All plans first: a policy that refuses does so before any work. */
    for (uint32_t i = 0; i < run->n_stacks; i++)
        if (sbs_sim_plan(&run->scenario, run->stacks[i], &outcomes[i].plan,
                         &outcomes[i].constants, err) != 0)
            return -1;
    for (uint32_t i = 0; i < run->n_stacks; i++) {
        struct shared sh = {
            .run = run,
            .stack = run->stacks[i],
            .out = &outcomes[i],
            .lo = run->first + (uint32_t)(run->reps * rank / size),
            .hi = run->first + (uint32_t)(run->reps * (rank + 1) / size),
            .base = (uint64_t)run->reps * i,
        };
        sh.failed_at = sh.hi;
        if (run_policy(&sh, err) != 0) {
            for (uint32_t k = 0; k < run->n_stacks; k++)
                sbs_run_outcome_fini(&outcomes[k]);
            return -1;
        }
    }
    return 0;
}

void sbs_run_outcome_fini(struct sbs_run_outcome *o)
{
    free(o->values);
    o->values = NULL;
}
