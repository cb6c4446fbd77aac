/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/replicas.h"

/* Points tried, the time for each, and the most replications of one. */
enum { SAMPLES = 16, TRY_MAX = 4096 };
static const double try_s = 0.1;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double work_of(const struct sbs_sweep *s, uint64_t point)
{
    if (sbs_bit(s->refused, point))
        return 0;
    return sbs_blocks_work(s->study, s->inputs, point) *
           (double)sbs_study_run(s->study, point).reps;
}

/* Seconds of one replication of a point. */
static int try_point(const struct sbs_sweep *s, struct sbs_world *world,
                     uint64_t point, double *values, double *rep_s,
                     struct sbs_error *err)
{
    uint32_t done = 0, failed;
    int64_t reps = sbs_study_run(s->study, point).reps;
    if (sbs_world_go(world, point, err) != 0)
        return -1;
    struct sbs_replicas *replicas = sbs_world_replicas(world, err);
    if (!replicas)
        return -1;
    double begun_s = now_s(), spent_s = 0;
    for (uint32_t n = 1; done < TRY_MAX && done < reps && spent_s < try_s;
         n *= 2) {
        if (sbs_replicas_run(replicas, done, n, values, n, &failed, err) != 0)
            return -1;
        done += n;
        spent_s = now_s() - begun_s;
    }
    *rep_s = spent_s / done;
    return 0;
}

/* Points at equal steps of the work that lies before them, so that each
 * stands for as much: then the mean cost of a unit of work is that of all. */
static int sample(const struct sbs_sweep *s, struct sbs_world *world,
                  double *values, double total, struct sbs_estimate *e,
                  struct sbs_error *err)
{
    double before = 0, sum = 0, squares = 0, longest = 0;
    for (uint64_t p = 0; p < s->study->n_points; p++) {
        double work = work_of(s, p), rep_s;
        double mark = (e->samples + 0.5) / SAMPLES * total;
        before += work;
        if (work <= 0 || before < mark)
            continue;
        if (try_point(s, world, p, values, &rep_s, err) != 0)
            return -1;
        double cost = rep_s / sbs_blocks_work(s->study, s->inputs, p);
        while (e->samples < SAMPLES &&
               before >= (e->samples + 0.5) / SAMPLES * total) {
            sum += cost;
            squares += cost * cost;
            e->samples++;
        }
        double blocks = (double)(s->blocks.first[p + 1] - s->blocks.first[p]);
        double reps = (double)sbs_study_run(s->study, p).reps;
        longest = fmax(longest, rep_s * ceil(reps / blocks));
    }
    double n = e->samples, mean = n > 0 ? sum / n : 0;
    e->core_s = mean * total;
    e->core_se_s =
        n > 1 ? total * sqrt(fmax(0, squares / n - mean * mean) / (n - 1))
              : NAN;
    e->block_s = longest;
    return 0;
}

/* Of a dataset besides its rows: names, attributes, filters; (size of the
 * file - storage of its datasets) / datasets was 2.4 and 3.2 kB in files of
 * 1000 and 150 points (2026-11-26, HDF5 1.10.8). */
#define DATASET_BYTES 2800.0

static double length_of(const char *text)
{
    return text ? (double)strlen(text) : 0;
}

static void bytes_of(const struct sbs_sweep *s, int threads,
                     struct sbs_estimate *e)
{
    const double row = sizeof(double);
    double block = 0, cut = 0, values = 0, pieces = 0;
    for (uint64_t p = 0; p < s->study->n_points; p++) {
        double reps = (double)sbs_study_run(s->study, p).reps;
        double n = (double)(s->blocks.first[p + 1] - s->blocks.first[p]);
        if (n == 0)
            continue;
        e->replications += reps;
        block = fmax(block, ceil(reps / n));
        if (n > 1) {
            cut = fmax(cut, reps);
            pieces += reps;
        } else if (s->study->keep_bills) {
            values += reps;
        }
    }
    double kept = s->study->keep_bills ? SBS_STORE_KEPT : 0;
    double points = (double)s->study->n_points;
    e->memory = threads * block * (2 * SBS_N_ROWS + 1 + kept) * row;
    e->collecting = cut * (SBS_N_ROWS + 1) * row;
    e->spools = (pieces * SBS_N_ROWS + values * kept) * row +
                points * sizeof(struct sbs_figures);
    e->file = points * (SBS_N_METRICS * SBS_FIGURES_N_COLUMNS +
                        SBS_N_UNFINISHED + 12 + s->study->n_keys) * row +
              (s->study->keep_bills ? e->replications * kept * row : 0) +
              (SBS_N_METRICS * SBS_FIGURES_N_COLUMNS + 12 +
               (double)s->study->n_keys) * DATASET_BYTES +
              length_of(s->from.study) + length_of(s->from.settings) +
              length_of(s->from.model);
}

int sbs_estimate_make(const struct sbs_sweep *s, int threads,
                      struct sbs_estimate *e, struct sbs_error *err)
{
    *e = (struct sbs_estimate){ 0 };
    double total = 0;
    for (uint64_t p = 0; p < s->study->n_points; p++)
        total += work_of(s, p);
    struct sbs_world *world = sbs_world_create(s->study, s->inputs, err);
    double *values = malloc((size_t)TRY_MAX * SBS_N_ROWS * sizeof *values);
    int status = -1;
    if (world && values)
        status = sample(s, world, values, total, e, err);
    else if (world)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    bytes_of(s, threads, e);
    free(values);
    sbs_world_destroy(world);
    return status;
}
