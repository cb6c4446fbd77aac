/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kernel/barrier.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/fmath.h"
#include "base/rng.h"
#include "kernel/paths.h"
#include "kernel/piece.h"

int sbs_barrier_check(const struct sbs_barrier_job *job, const char *where,
                      struct sbs_error *err)
{
    if (job->scenario < 1 || job->scenario > SBS_BARRIER_SCENARIO_MAX)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: scenario: must be in [1, %d] (got %lld)", where,
                        SBS_BARRIER_SCENARIO_MAX, (long long)job->scenario);
    if (job->paths < 1 || job->paths > SBS_BARRIER_PATHS_MAX)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: paths: must be in [1, 1e9] (got %lld)", where,
                        (long long)job->paths);
    if (job->seed < 0 || (uint64_t)job->seed > SBS_SEED_MAX)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: seed: must be in [0, 2^53-1] (got %lld)", where,
                        (long long)job->seed);
    if (!(job->barrier >= 0 && job->barrier <= SBS_BARRIER_START))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: barrier: must be in [0, 100] (got %g)", where,
                        job->barrier);
    return 0;
}

int64_t sbs_barrier_blocks(const struct sbs_barrier_job *job)
{
    return (job->paths + SBS_BARRIER_BLOCK - 1) / SBS_BARRIER_BLOCK;
}

int64_t sbs_piece_paths(const struct sbs_barrier_job *job, int64_t first,
                        int64_t end)
{
    int64_t stop = end * SBS_BARRIER_BLOCK;
    return (stop < job->paths ? stop : job->paths) - first * SBS_BARRIER_BLOCK;
}

/* How many smallest values the whole job needs: type 7 interpolates between
 * those of rank floor(h) and floor(h) + 1 (from 0), h = (n - 1) / 20. */
static int64_t job_keep(const struct sbs_barrier_job *job)
{
    int64_t need = (job->paths - 1) / 20 + 2;
    return need < job->paths ? need : job->paths;
}

/* How many a piece keeps. Of the job's `need` smallest values a piece with a
 * share p of the paths holds need p on average, with a standard deviation
 * below sqrt(need p); eight of those and a few more miss one with probability
 * below 1e-14, and sbs_barrier_result notices if so. */
static size_t piece_keep(const struct sbs_barrier_job *job, int64_t first,
                         int64_t end)
{
    int64_t paths = sbs_piece_paths(job, first, end);
    int64_t need = job_keep(job);
    double mean = (double)need * ((double)paths / (double)job->paths);
    int64_t keep = (int64_t)(mean + 8 * sqrt(mean)) + 64;
    keep = keep < need ? keep : need;
    return (size_t)(keep < paths ? keep : paths);
}

struct sbs_barrier_piece *sbs_piece_create(const struct sbs_barrier_job *job,
                                           int64_t first, int64_t end,
                                           size_t keep, struct sbs_error *err)
{
    struct sbs_barrier_piece *p = calloc(1, sizeof *p);
    if (p)
        p->sums = calloc((size_t)(end - first), sizeof *p->sums);
    if (!p || !p->sums) {
        sbs_barrier_destroy(p);
        sbs_fail(err, SBS_EMEMORY, "out of memory for %lld blocks",
                 (long long)(end - first));
        return NULL;
    }
    p->job = *job;
    p->first = first;
    p->end = end;
    p->max = SBS_BARRIER_START;
    if (sbs_tail_init(&p->low, keep, err)) {
        sbs_barrier_destroy(p);
        return NULL;
    }
    return p;
}

void sbs_barrier_destroy(struct sbs_barrier_piece *piece)
{
    if (!piece)
        return;
    sbs_tail_fini(&piece->low);
    free(piece->sums);
    free(piece);
}

const struct sbs_barrier_job *
sbs_barrier_piece_job(const struct sbs_barrier_piece *piece)
{
    return &piece->job;
}

int64_t sbs_barrier_piece_first(const struct sbs_barrier_piece *piece)
{
    return piece->first;
}

int64_t sbs_barrier_piece_end(const struct sbs_barrier_piece *piece)
{
    return piece->end;
}

/* The job in the units of kernel/paths.h. */
struct setup {
    struct sbs_paths paths;
    double day_sd; /* sigma sqrt(dt): log(S/100) = day_sd y */
    sbs_paths_f *simulate;
};

static sbs_paths_f *choose(enum sbs_isa isa)
{
    switch (isa == SBS_ISA_BEST ? sbs_cpu_best() : isa) {
#ifdef __x86_64__
    case SBS_ISA_SSE2:
        return sbs_paths_sse2;
    case SBS_ISA_AVX2:
        return sbs_paths_avx2;
    case SBS_ISA_AVX512:
        return sbs_paths_avx512;
#endif
    default:
        return sbs_paths_scalar;
    }
}

static struct setup setup(const struct sbs_barrier_job *job, enum sbs_isa isa)
{
    double dt = 1.0 / 252, s = (double)job->scenario;
    double mu = 0.05 + 0.001 * s, sigma = 0.2 + 0.0005 * s;
    struct setup u = { .day_sd = sigma * sqrt(dt), .simulate = choose(isa) };
    struct sbs_stream stream = sbs_stream_init((uint64_t)job->seed, 0);
    memcpy(u.paths.key, stream.key, sizeof u.paths.key);
    u.paths.scenario = (uint32_t)job->scenario;
    u.paths.drift = (mu - 0.5 * sigma * sigma) * dt / u.day_sd;
    u.paths.barrier = sbs_log(job->barrier / SBS_BARRIER_START) / u.day_sd;
    return u;
}

/* What a block adds to its piece besides its sums. */
struct block {
    double value[SBS_BARRIER_BLOCK];
    size_t n;
    int64_t stopped;
    double max;
};

static void block_run(const struct setup *u, const struct sbs_barrier_job *job,
                      int64_t number, struct block *b,
                      struct sbs_barrier_sums *sums)
{
    b->n = (size_t)sbs_piece_paths(job, number, number + 1);
    double top = u->simulate(&u->paths, (uint64_t)number * SBS_BARRIER_BLOCK,
                             b->n, b->value);
    b->max = SBS_BARRIER_START * sbs_exp(u->day_sd * top);
    b->stopped = 0;
    for (size_t i = 0; i < b->n; i++)
        b->stopped += b->value[i] < u->paths.barrier;
    for (size_t i = 0; i < b->n; i++)
        b->value[i] = SBS_BARRIER_START * sbs_exp(u->day_sd * b->value[i]);
    *sums = (struct sbs_barrier_sums){ 0 };
    for (size_t i = 0; i < b->n; i++) {
        double gain = b->value[i] - SBS_BARRIER_STRIKE;
        sums->value += b->value[i];
        sums->payoff += gain > 0 ? gain : 0;
    }
    double mean = sums->value / (double)b->n;
    for (size_t i = 0; i < b->n; i++)
        sums->square += (b->value[i] - mean) * (b->value[i] - mean);
}

static void piece_add(struct sbs_barrier_piece *p, const struct block *b)
{
    p->stopped += b->stopped;
    p->max = b->max > p->max ? b->max : p->max;
    sbs_tail_add(&p->low, b->value, b->n);
}

static int run_check(const struct sbs_barrier_job *job, int64_t first,
                     int64_t end, const struct sbs_barrier_how *how,
                     struct sbs_error *err)
{
    if (sbs_barrier_check(job, "kernel", err))
        return -1;
    int64_t blocks = sbs_barrier_blocks(job);
    if (first < 0 || end <= first || end > blocks)
        return sbs_fail(err, SBS_EINPUT,
                        "kernel: blocks: must be A:B with 0 <= A < B <= %lld "
                        "(got %lld:%lld)", (long long)blocks,
                        (long long)first, (long long)end);
    if (!sbs_cpu_has(how->isa))
        return sbs_fail(err, SBS_EINPUT, "kernel: this processor has no %s",
                        sbs_cpu_isa_name(how->isa));
    return 0;
}

struct sbs_barrier_piece *
sbs_barrier_run(const struct sbs_barrier_job *job, int64_t first, int64_t end,
                const struct sbs_barrier_how *how, struct sbs_error *err)
{
    static const struct sbs_barrier_how defaults = { 0 };
    how = how ? how : &defaults;
    if (run_check(job, first, end, how, err))
        return NULL;
    struct sbs_barrier_piece *p =
        sbs_piece_create(job, first, end, piece_keep(job, first, end), err);
    if (!p)
        return NULL;
    struct setup u = setup(job, how->isa);
    int64_t done = 0;
#ifdef _OPENMP
    int threads = how->threads > 0 ? how->threads : omp_get_max_threads();
#pragma omp parallel num_threads(threads) if (threads != 1)
#endif
    {
        struct block b;
#ifdef _OPENMP
#pragma omp for schedule(dynamic)
#endif
        for (int64_t i = first; i < end; i++) {
            block_run(&u, job, i, &b, &p->sums[i - first]);
#ifdef _OPENMP
#pragma omp critical(sbs_barrier_run)
#endif
            {
                piece_add(p, &b);
                done++;
                if (how->tick)
                    how->tick(how->arg, done, end - first);
            }
        }
    }
    sbs_tail_finish(&p->low);
    return p;
}

static int by_first(const void *a, const void *b)
{
    const struct sbs_barrier_piece *const *x = a, *const *y = b;
    return ((*x)->first > (*y)->first) - ((*x)->first < (*y)->first);
}

static int same_job(const struct sbs_barrier_job *a,
                    const struct sbs_barrier_job *b)
{
    return a->scenario == b->scenario && a->paths == b->paths &&
           a->seed == b->seed && a->barrier == b->barrier;
}

/* -1 unless the pieces, sorted, are of one job and follow one another. */
static int merge_check(struct sbs_barrier_piece *const *sorted, int n,
                       struct sbs_error *err)
{
    for (int i = 1; i < n; i++) {
        const struct sbs_barrier_piece *a = sorted[i - 1], *b = sorted[i];
        if (!same_job(&a->job, &b->job))
            return sbs_fail(err, SBS_EINPUT,
                            "merge: the pieces are of different jobs "
                            "(scenario, paths, seed or barrier)");
        if (a->end != b->first)
            return sbs_fail(err, SBS_EINPUT, "merge: blocks %lld:%lld %s",
                            (long long)(a->end < b->first ? a->end : b->first),
                            (long long)(a->end < b->first ? b->first : a->end),
                            a->end < b->first ? "are missing"
                                              : "are in more than one piece");
    }
    return 0;
}

struct sbs_barrier_piece *
sbs_barrier_merge(struct sbs_barrier_piece *const *pieces, int n,
                  struct sbs_error *err)
{
    struct sbs_barrier_piece *all = NULL;
    struct sbs_barrier_piece **sorted = calloc((size_t)n, sizeof *sorted);
    if (!sorted) {
        sbs_fail(err, SBS_EMEMORY, "out of memory for %d pieces", n);
        return NULL;
    }
    memcpy(sorted, pieces, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_first);
    if (merge_check(sorted, n, err))
        goto out;
    const struct sbs_barrier_job *job = &sorted[0]->job;
    int64_t first = sorted[0]->first, end = sorted[n - 1]->end;
    all = sbs_piece_create(job, first, end, piece_keep(job, first, end), err);
    if (!all)
        goto out;
    for (int i = 0; i < n; i++) {
        const struct sbs_barrier_piece *p = sorted[i];
        memcpy(all->sums + (p->first - all->first), p->sums,
               (size_t)(p->end - p->first) * sizeof *p->sums);
        all->stopped += p->stopped;
        all->max = p->max > all->max ? p->max : all->max;
        sbs_tail_join(&all->low, p->low.v, p->low.n, p->low.cut);
    }
    sbs_tail_finish(&all->low);
out:
    free(sorted);
    return all;
}

/* Mean, variance and payoff from the blocks' sums, in block order: Chan,
 * Golub, LeVeque, "Updating formulae ...", COMPSTAT 1982. */
static void combine(const struct sbs_barrier_piece *p,
                    struct sbs_barrier_result *r)
{
    double n = 0, mean = 0, square = 0, value = 0, payoff = 0;
    for (int64_t i = p->first; i < p->end; i++) {
        const struct sbs_barrier_sums *s = &p->sums[i - p->first];
        double m = (double)sbs_piece_paths(&p->job, i, i + 1);
        double step = s->value / m - mean, both = n + m;
        square += s->square + step * step * (n * m / both);
        mean += step * (m / both);
        n = both;
        value += s->value;
        payoff += s->payoff;
    }
    r->mean = value / n;
    r->sd = n > 1 ? sqrt(square / (n - 1)) : NAN;
    r->payoff_call = payoff / n;
}

int sbs_barrier_result(const struct sbs_barrier_piece *p,
                       struct sbs_barrier_result *r, struct sbs_error *err)
{
    int64_t blocks = sbs_barrier_blocks(&p->job), n = p->job.paths;
    if (p->first != 0 || p->end != blocks)
        return sbs_fail(err, SBS_EINPUT,
                        "merge: blocks %lld:%lld of 0:%lld are there, the "
                        "others are missing", (long long)p->first,
                        (long long)p->end, (long long)blocks);
    if ((int64_t)p->low.n < job_keep(&p->job))
        return sbs_fail(err, SBS_EINPUT,
                        "merge: the pieces kept %zu of the %lld smallest "
                        "values; run them as fewer, larger pieces", p->low.n,
                        (long long)job_keep(&p->job));
    r->paths = n;
    combine(p, r);
    r->stopped_frac = (double)p->stopped / (double)n;
    r->max = p->max;
    size_t j = (size_t)((n - 1) / 20);
    double part = (double)((n - 1) % 20) / 20, sum = 0;
    r->q05 = p->low.v[j];
    if (part > 0)
        r->q05 += part * (p->low.v[j + 1] - p->low.v[j]);
    for (size_t i = 0; i <= j; i++)
        sum += p->low.v[i];
    r->tail_mean = sum / (double)(j + 1);
    return 0;
}
