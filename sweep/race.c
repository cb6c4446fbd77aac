/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/race.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "model/metric.h"
#include "sim/replicas.h"

/* Replications that a thread makes of one entry at a time: enough to repay
 * setting up its simulator. */
enum { BATCH = 100 };

static const enum sbs_metric metric_of[SBS_RACE_ROWS] = {
    SBS_METRIC_makespan_s, SBS_METRIC_cost_usd, SBS_METRIC_speedup
};

int sbs_entry_plan(struct sbs_entry *e, struct sbs_error *err)
{
    return sbs_sim_plan(&e->scenario, e->stack, &e->plan, &e->constants, err);
}

void sbs_entry_fini(struct sbs_entry *e)
{
    for (int i = 0; i < SBS_RACE_ROWS; i++)
        free(e->row[i]);
    memset(e->row, 0, sizeof e->row);
    e->n = 0;
}

/* Part of the work: replications [from, from + n) of an entry. */
struct item {
    struct sbs_entry *entry;
    uint32_t from, n;
};

struct shared {
    struct sbs_race *race;
    struct item *item;
    size_t n;
    size_t failed_at; /* first item with an error, or n */
    struct sbs_error err;
};

static void note_error(struct shared *sh, size_t i,
                       const struct sbs_error *err)
{
#pragma omp critical(sbs_race_error)
    if (i < sh->failed_at) {
        sh->failed_at = i;
        sh->err = *err;
    }
}

static int run_item(const struct item *it, double *scratch,
                    struct sbs_error *err)
{
    struct sbs_entry *e = it->entry;
    uint32_t failed;
    struct sbs_replicas *x = sbs_replicas_create(&e->scenario, e->stack,
                                                 &e->plan, &e->constants, err);
    if (!x)
        return -1;
    int status = sbs_replicas_run(x, e->first + it->from, it->n, scratch,
                                  BATCH, &failed, err);
    sbs_replicas_destroy(x);
    for (int i = 0; i < SBS_RACE_ROWS && status == 0; i++)
        memcpy(e->row[i] + it->from, scratch + (size_t)metric_of[i] * BATCH,
               it->n * sizeof *scratch);
    return status;
}

static int is_first_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num() == 0;
#else
    return 1;
#endif
}

static void run_thread(struct shared *sh)
{
    double *scratch = malloc(SBS_N_ROWS * BATCH * sizeof *scratch);
#pragma omp for schedule(dynamic)
    for (size_t i = 0; i < sh->n; i++) {
        struct sbs_error err = { 0 };
        size_t failed_at;
        uint64_t done;
#pragma omp critical(sbs_race_error)
        failed_at = sh->failed_at;
        if (i > failed_at)
            continue;
        if (!scratch)
            sbs_fail(&err, SBS_EMEMORY, "out of memory");
        if (!scratch || run_item(&sh->item[i], scratch, &err) != 0)
            note_error(sh, i, &err);
#pragma omp critical(sbs_race_done)
        done = sh->race->done += sh->item[i].n;
        if (sh->race->progress && is_first_thread())
            sh->race->progress(sh->race->progress_context, done);
    }
    free(scratch);
}

static int make_room(struct sbs_entry *e, uint32_t to, struct sbs_error *err)
{
    for (int i = 0; i < SBS_RACE_ROWS; i++) {
        double *more = realloc(e->row[i], (size_t)to * sizeof *more);
        if (!more)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        e->row[i] = more;
    }
    return 0;
}

static size_t list_items(struct item *item, struct sbs_entry *const *entry,
                         size_t k, uint32_t to)
{
    size_t n = 0;
    for (size_t i = 0; i < k; i++)
        for (uint32_t at = entry[i]->n; at < to; at += BATCH, n++)
            if (item)
                item[n] = (struct item){ entry[i], at,
                                         to - at < BATCH ? to - at : BATCH };
    return n;
}

static void settle(struct sbs_entry *e, uint32_t to)
{
    for (uint32_t r = e->n; r < to; r++)
        e->unfinished += isfinite(e->row[SBS_RACE_TIME][r]) ? 0u : 1u;
    e->n = e->n > to ? e->n : to;
}

int sbs_race_extend(struct sbs_race *race, struct sbs_entry *const *entry,
                    size_t k, uint32_t to, struct sbs_error *err)
{
    struct shared sh = { .race = race };
    sh.n = sh.failed_at = list_items(NULL, entry, k, to);
    sh.item = malloc((sh.n + 1) * sizeof *sh.item);
    int status = sh.item ? 0 : sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < k && status == 0; i++)
        if (entry[i]->n < to)
            status = make_room(entry[i], to, err);
    if (status == 0) {
        list_items(sh.item, entry, k, to);
#ifdef _OPENMP
        int threads = race->threads > 0 ? race->threads
                                        : omp_get_max_threads();
#pragma omp parallel num_threads(threads)
#endif
        run_thread(&sh);
        if (sh.err.code != SBS_EOK) {
            *err = sh.err;
            status = -1;
        }
    }
    for (size_t i = 0; i < k && status == 0; i++)
        settle(entry[i], to);
    free(sh.item);
    return status;
}
