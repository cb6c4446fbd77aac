/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "sim/replicas.h"
#include "sweep/collect.h"
#include "sweep/comm.h"
#include "sweep/part.h"
#include "sweep/spool_dir.h"

/* Points between two looks at others' errors when all are checked, and
 * replications when a block is run. */
enum { CHECK_BATCH = 16, BATCH = 1024 };

static int threads_of(int threads)
{
#ifdef _OPENMP
    return threads > 0 ? threads : omp_get_max_threads();
#else
    (void)threads;
    return 1;
#endif
}

/* ---- all points before any work ---------------------------------------- */

/* What the threads of a check share. */
struct check {
    struct sbs_sweep *sweep;
    uint64_t failed_at; /* first point that is wrong */
    struct sbs_error err;
    uint64_t refused_at; /* first that is refused, and why */
    struct sbs_error why;
};

static void note_wrong(struct check *c, uint64_t point,
                       const struct sbs_error *err)
{
#pragma omp critical(sbs_sweep_check)
    if (point < c->failed_at) {
        c->failed_at = point;
        c->err = *err;
    }
}

static void note_refused(struct check *c, uint64_t point,
                         const struct sbs_error *err)
{
#pragma omp critical(sbs_sweep_check)
    {
        sbs_bit_set(c->sweep->refused, point);
        if (point < c->refused_at) {
            c->refused_at = point;
            c->why = *err;
        }
    }
}

static void check_point(struct check *c, struct sbs_world *world,
                        uint64_t point)
{
    struct sbs_error err = { 0 };
    if (sbs_world_go(world, point, &err) == 0)
        return;
    if (sbs_world_refused(world) && c->sweep->study->skip_refused)
        note_refused(c, point, &err);
    else
        note_wrong(c, point, &err);
}

/* This rank's points: batch k belongs to rank k % size. */
static void check_thread(struct check *c)
{
    struct sbs_error err = { 0 };
    uint64_t n = c->sweep->study->n_points, rank = (uint64_t)sbs_comm_rank();
    uint64_t size = (uint64_t)sbs_comm_size();
    struct sbs_world *world =
        sbs_world_create(c->sweep->study, c->sweep->inputs, &err);
    if (!world)
        note_wrong(c, 0, &err);
#pragma omp for schedule(dynamic)
    for (uint64_t first = rank * CHECK_BATCH; first < n;
         first += size * CHECK_BATCH) {
        uint64_t failed_at;
#pragma omp critical(sbs_sweep_check)
        failed_at = c->failed_at;
        for (uint64_t p = first; p < n && p < first + CHECK_BATCH; p++)
            if (world && p < failed_at)
                check_point(c, world, p);
    }
    sbs_world_destroy(world);
}

/* The same error on the rank that has found the first, -1 on all. */
static int agree(const struct check *c, struct sbs_error *err)
{
    uint64_t first = sbs_comm_least(c->failed_at);
    if (first == UINT64_MAX)
        return 0;
    if (c->failed_at == first)
        *err = c->err;
    return -1;
}

static int count_refused(struct sbs_sweep *s, const struct check *c,
                         struct sbs_error *err)
{
    uint64_t n = s->study->n_points;
    sbs_comm_or(s->refused, (size_t)(n + 7) / 8);
    for (uint64_t p = 0; p < n; p++)
        s->n_refused += sbs_bit(s->refused, p);
    uint64_t first = sbs_comm_least(c->refused_at);
    if (s->n_refused < n)
        return 0;
    if (first == c->refused_at)
        *err = c->why;
    return -1;
}

int sbs_sweep_check(struct sbs_sweep *s, struct sbs_error *err)
{
    struct check c = { .sweep = s,
                       .failed_at = UINT64_MAX,
                       .refused_at = UINT64_MAX };
    s->refused = calloc((size_t)(s->study->n_points + 7) / 8, 1);
    if (sbs_comm_any(!s->refused))
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
#ifdef _OPENMP
#pragma omp parallel num_threads(threads_of(s->threads))
#endif
    check_thread(&c);
    if (agree(&c, err) != 0 || count_refused(s, &c, err) != 0)
        return -1;
    int status = sbs_blocks_make(&s->blocks, s->study, s->inputs, s->refused,
                                 err);
    return sbs_comm_any(status) ? -1 : 0;
}

void sbs_sweep_fini(struct sbs_sweep *s)
{
    free(s->refused);
    sbs_blocks_fini(&s->blocks);
    s->refused = NULL;
}

/* ---- blocks ------------------------------------------------------------ */

/* What the threads of this process share. */
struct shared {
    const struct sbs_sweep *sweep;
    struct sbs_comm_counter *counter;
    struct sbs_spool *spool;
    const uint64_t *todo; /* [n_todo] */
    uint64_t n_todo;
    uint64_t failed_at;
    struct sbs_error err;
};

/* Buffers of a thread. */
struct desk {
    struct sbs_world *world;
    double *rows, *scratch, *kept;
    size_t room;
};

static int thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

static bool has_failed(struct shared *sh)
{
    bool failed;
#pragma omp critical(sbs_sweep)
    failed = sh->err.code != SBS_EOK;
    return failed;
}

static void note_error(struct shared *sh, uint64_t block,
                       const struct sbs_error *err)
{
#pragma omp critical(sbs_sweep)
    {
        if (sh->err.code == SBS_EOK) /* nobody gets any more */
            sbs_comm_counter_add(sh->counter, (uint64_t)1 << 40);
        if (block <= sh->failed_at || sh->err.code == SBS_EOK) {
            sh->failed_at = block;
            sh->err = *err;
        }
    }
}

/* The next block to do; false when there is none. */
static bool next_block(struct shared *sh, uint64_t *block)
{
    uint64_t i;
    /* MPI may be called by one thread at a time. */
#pragma omp critical(sbs_sweep)
    {
        i = sbs_comm_counter_add(sh->counter, 1);
        if (i < sh->n_todo && sh->sweep->progress && thread_number() == 0 &&
            sbs_comm_rank() == 0)
            sh->sweep->progress(sh->sweep->context, i, sh->n_todo);
    }
    if (i >= sh->n_todo)
        return false;
    *block = sh->todo[i];
    return true;
}

static int need(struct desk *d, size_t reps, struct sbs_error *err)
{
    if (reps <= d->room)
        return 0;
    free(d->rows);
    free(d->scratch);
    free(d->kept);
    d->rows = malloc(reps * SBS_N_ROWS * sizeof *d->rows);
    d->scratch = malloc(reps * sizeof *d->scratch);
    d->kept = malloc(reps * SBS_STORE_KEPT * sizeof *d->kept);
    d->room = d->rows && d->scratch && d->kept ? reps : 0;
    return d->room ? 0 : sbs_fail(err, SBS_EMEMORY, "out of memory");
}

/* All replications of a block into the rows of the desk. */
static int simulate(struct shared *sh, struct desk *d,
                    const struct sbs_block *b, struct sbs_error *err)
{
    size_t n = b->hi - b->lo;
    uint32_t failed;
    if (need(d, n, err) != 0 || sbs_world_go(d->world, b->point, err) != 0)
        return -1;
    struct sbs_replicas *replicas = sbs_world_replicas(d->world, err);
    if (!replicas)
        return -1;
    for (uint32_t at = 0; at < n; at += (uint32_t)BATCH) {
        uint32_t m = n - at < BATCH ? (uint32_t)n - at : (uint32_t)BATCH;
        if (has_failed(sh))
            return -1;
        if (sbs_replicas_run(replicas, b->lo + at, m, d->rows + at, n,
                             &failed, err) != 0) {
            char label[320];
            sbs_fail_at(err, sbs_study_label(sh->sweep->study, b->point,
                                             label, sizeof label));
            return sbs_fail_at(err, sh->sweep->study->file);
        }
    }
    return 0;
}

/* What is left of the rows when the block is whole. */
static void keep(const struct sbs_sweep *s, struct desk *d, size_t n,
                 struct sbs_record *r)
{
    r->n_rows = s->study->keep_bills ? SBS_STORE_KEPT : 0;
    r->rows = d->kept;
    for (uint32_t i = 0; i < r->n_rows; i++)
        memcpy(d->kept + i * n, d->rows + (size_t)sbs_store_kept[i] * n,
               n * sizeof *d->kept);
}

static int run_block(struct shared *sh, struct desk *d, uint64_t block,
                     struct sbs_error *err)
{
    struct sbs_block b = sbs_blocks_at(&sh->sweep->blocks, block);
    struct sbs_figures figures;
    if (simulate(sh, d, &b, err) != 0)
        return -1;
    struct sbs_record r = { .block = block,
                            .lo = b.lo,
                            .hi = b.hi,
                            .whole = b.whole,
                            .tasks = sbs_world_tasks(d->world),
                            .workers = sbs_world_workers(d->world),
                            .draws = (double)sbs_world_draws(d->world),
                            .n_rows = SBS_N_ROWS,
                            .rows = d->rows };
    if (b.whole) {
        figures.tasks = r.tasks;
        figures.workers = r.workers;
        if (sbs_figures_make(&figures, d->rows, b.hi - b.lo,
                             sbs_world_draws(d->world), d->scratch, err) != 0)
            return sbs_fail_at(err, sbs_world_spec(d->world));
        r.figures = &figures;
        keep(sh->sweep, d, b.hi - b.lo, &r);
    }
    int status;
#pragma omp critical(sbs_sweep_spool)
    status = sbs_spool_add(sh->spool, &r, err);
    return status;
}

static void work(struct shared *sh)
{
    struct desk d = { .room = 0 };
    struct sbs_error err = { 0 };
    uint64_t block;
    d.world = sbs_world_create(sh->sweep->study, sh->sweep->inputs, &err);
    if (!d.world)
        note_error(sh, 0, &err);
    while (d.world && next_block(sh, &block))
        if (run_block(sh, &d, block, &err) != 0) {
            if (err.code != SBS_EOK) /* else another thread has failed */
                note_error(sh, block, &err);
            break;
        }
    sbs_world_destroy(d.world);
    free(d.rows);
    free(d.scratch);
    free(d.kept);
}

/* ---- what is done already ---------------------------------------------- */

/* Read all spools of the folder. */
static struct sbs_spools *read_spools(const struct sbs_sweep *s,
                                      const struct sbs_spool_dir *dir,
                                      struct sbs_error *err)
{
    struct sbs_spools *spools = sbs_spools_create(s->blocks.n, err);
    for (size_t i = 0; spools && i < dir->n; i++)
        if (sbs_spools_add(spools, dir->spools[i], s->from.head, err) != 0) {
            sbs_spools_destroy(spools);
            return NULL;
        }
    return spools;
}

/* Rank 0 looks what is there. *complete: the file is, nothing is to do. */
static int look(const struct sbs_sweep *s, struct sbs_spool_dir *dir,
                unsigned char *done, int *complete, struct sbs_error *err)
{
    bool there = access(s->out, F_OK) == 0;
    *complete = 0;
    if (there && !s->resume && !s->force)
        return sbs_fail(err, SBS_EUSAGE, "%s: is there already (--force "
                        "makes it anew)", s->out);
    if (there && s->resume) {
        *complete = 1;
        return s->parts > 1 ? sbs_part_check(s, err)
                            : sbs_store_check(s->out, s->from.head, err);
    }
    if (sbs_spool_dir_open(dir, s->out, err) != 0)
        return -1;
    if (dir->n > 0 && !s->resume && !s->force)
        return sbs_fail(err, SBS_EUSAGE, "%s: has an interrupted sweep "
                        "(--resume finishes it, --force begins anew)",
                        dir->path);
    if (s->force) {
        unlink(s->out);
        sbs_spool_dir_clear(dir);
        dir->generation = 0;
    }
    struct sbs_spools *spools = read_spools(s, dir, err);
    if (!spools)
        return -1;
    for (uint64_t i = 0; i < s->blocks.n; i++) {
        struct sbs_record r;
        if (sbs_spools_get(spools, i, &r))
            sbs_bit_set(done, i);
    }
    sbs_spools_destroy(spools);
    return 0;
}

/* The blocks of this part that are not done, in order. */
static uint64_t *list_todo(const struct sbs_sweep *s,
                           const unsigned char *done, uint64_t *n)
{
    uint64_t *todo = malloc((s->blocks.n + 1) * sizeof *todo);
    *n = 0;
    for (uint64_t i = 0; todo && i < s->blocks.n; i++)
        if (sbs_collect_mine(s, i) && !sbs_bit(done, i))
            todo[(*n)++] = i;
    return todo;
}

/* ---- the run ----------------------------------------------------------- */

/* This rank's spool. Rank 0's is there before all others, so that the first
 * one is its. */
static struct sbs_spool *open_spool(const struct sbs_sweep *s,
                                    uint32_t generation,
                                    struct sbs_error *err)
{
    struct sbs_spool *spool = NULL;
    int rank = sbs_comm_rank();
    char *path = sbs_spool_dir_name(s->out, generation, rank, err);
    if (path && rank == 0)
        spool = sbs_spool_create(path, s->from.head, err);
    int failed = sbs_comm_any(rank == 0 && !spool);
    if (path && rank != 0 && !failed)
        spool = sbs_spool_create(path, s->from.head, err);
    free(path);
    return spool;
}

static int run_blocks(const struct sbs_sweep *s, const unsigned char *done,
                      uint32_t generation, struct sbs_error *err)
{
    struct shared sh = { .sweep = s };
    struct sbs_error later = { 0 };
    sh.spool = open_spool(s, generation, &sh.err);
    sh.counter = sbs_comm_counter_create();
    uint64_t *todo = list_todo(s, done, &sh.n_todo);
    sh.todo = todo;
    if (sh.err.code == SBS_EOK && (!sh.counter || !todo))
        sbs_fail(&sh.err, SBS_EMEMORY, "out of memory");
    if (!sbs_comm_any(sh.err.code != SBS_EOK || !sh.spool)) {
#ifdef _OPENMP
        int threads = sbs_comm_threads() ? threads_of(s->threads) : 1;
#pragma omp parallel num_threads(threads)
#endif
        work(&sh);
    }
    if (sbs_spool_close(sh.spool, &later) != 0 && sh.err.code == SBS_EOK)
        sh.err = later;
    sbs_comm_counter_destroy(sh.counter);
    free(todo);
    *err = sh.err;
    return sbs_comm_any(sh.err.code != SBS_EOK) ? -1 : 0;
}

/* Rank 0: all is there; make the file and tidy up. */
static int finish(const struct sbs_sweep *s, struct sbs_error *err)
{
    struct sbs_spool_dir dir;
    struct sbs_spools *spools = NULL;
    int status = -1;
    if (sbs_spool_dir_open(&dir, s->out, err) == 0)
        spools = read_spools(s, &dir, err);
    if (spools)
        status = s->parts > 1 ? sbs_collect_part(s, spools, err)
                              : sbs_collect_file(s, spools, err);
    sbs_spools_destroy(spools);
    if (status == 0)
        sbs_spool_dir_clear(&dir);
    sbs_spool_dir_fini(&dir);
    return status;
}

int sbs_sweep_run(struct sbs_sweep *s, struct sbs_error *err)
{
    struct sbs_spool_dir dir = { .lock = -1 };
    size_t bytes = (size_t)(s->blocks.n + 7) / 8;
    unsigned char *done = calloc(bytes + 1, 1);
    int rank = sbs_comm_rank(), status = 0, complete = 0;
    if (!done)
        status = sbs_fail(err, SBS_EMEMORY, "out of memory");
    else if (rank == 0)
        status = look(s, &dir, done, &complete, err);
    status = sbs_comm_any(status) ? -1 : 0;
    if (status == 0) {
        sbs_comm_broadcast(&complete, sizeof complete);
        sbs_comm_broadcast(&dir.generation, sizeof dir.generation);
        sbs_comm_broadcast(done, bytes);
    }
    if (status == 0 && !complete)
        status = run_blocks(s, done, dir.generation, err);
    sbs_spool_dir_fini(&dir);
    if (status == 0 && !complete) {
        int failed = rank == 0 && finish(s, err) != 0;
        status = sbs_comm_any(failed) ? -1 : 0;
    }
    free(done);
    return status;
}
