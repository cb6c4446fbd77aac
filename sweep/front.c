/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "stats/resample.h"
#include "stats/select.h"
#include "sweep/choose.h"

/* Samples of the means, and of those of each draw. */
enum { BOOTSTRAPS = 1000, PER_DRAW = 20 };

struct front {
    const struct sbs_rule *rule;
    struct sbs_front_point **point; /* [k] those that always finish */
    size_t k;
    double *mean, *time, *bill; /* [2 k], [k], [k] */
    unsigned char *on;
};

/* means[] are times and bills in turn. */
static void tally(struct front *f, double *share, size_t stride, double part)
{
    for (size_t i = 0; i < f->k; i++) {
        f->time[i] = f->mean[2 * i];
        f->bill[i] = f->mean[2 * i + 1];
    }
    sbs_select_front(f->time, f->bill, f->k, f->rule->indifference, f->on);
    for (size_t i = 0; i < f->k; i++)
        share[i * stride] += f->on[i] * part;
}

static int sample(struct front *f, const double *const *values, uint32_t n,
                  struct sbs_error *err)
{
    uint64_t draws = f->rule->draws > 1 ? f->rule->draws : 1;
    double *share = calloc(2 * f->k + 1, sizeof *share);
    struct sbs_resample *x = NULL;
    if (share)
        x = sbs_resample_create(values, 2 * f->k, n, draws, err);
    else
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (uint32_t s = 0; x && s < BOOTSTRAPS; s++) {
        sbs_resample_means(x, f->rule->seed, s, f->mean);
        tally(f, share, 2, 1.0 / BOOTSTRAPS);
    }
    for (size_t d = 0; x && draws > 1 && d < draws; d++)
        for (uint32_t s = 0; s < PER_DRAW; s++) {
            sbs_resample_draw(x, d, f->rule->seed, s, f->mean);
            tally(f, share + 1, 2, 1.0 / PER_DRAW / (double)draws);
        }
    for (size_t i = 0; x && i < f->k; i++) {
        f->point[i]->p = share[2 * i];
        f->point[i]->p_draws = draws > 1 ? share[2 * i + 1] : NAN;
    }
    free(share);
    sbs_resample_destroy(x);
    return x ? 0 : -1;
}

static int judge_front(struct front *f, struct sbs_pool *pool, uint32_t n,
                       struct sbs_error *err)
{
    const double **values = malloc((2 * f->k + 1) * sizeof *values);
    f->mean = malloc((2 * f->k + 1) * sizeof *f->mean);
    f->time = malloc((f->k + 1) * sizeof *f->time);
    f->bill = malloc((f->k + 1) * sizeof *f->bill);
    f->on = malloc(f->k + 1);
    int status = -1;
    if (!values || !f->mean || !f->time || !f->bill || !f->on) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    } else {
        for (size_t i = 0; i < f->k; i++) {
            const struct sbs_candidate *c =
                pool->candidate[f->point[i]->candidate];
            values[2 * i] = c->judge.row[SBS_RACE_TIME];
            values[2 * i + 1] = c->judge.row[SBS_RACE_BILL];
        }
        status = f->k > 0 ? sample(f, values, n, err) : 0;
    }
    free(values);
    free(f->mean);
    free(f->time);
    free(f->bill);
    free(f->on);
    return status;
}

int sbs_choose_front(struct sbs_pool *pool, const struct sbs_rule *rule,
                     const size_t *index, size_t n,
                     struct sbs_front_point *point, struct sbs_error *err)
{
    struct front f = { .rule = rule };
    uint32_t reps = sbs_choose_first_stage(SBS_GOAL_MAKESPAN, rule->draws);
    struct sbs_entry **list = malloc((n + 1) * sizeof *list);
    f.point = malloc((n + 1) * sizeof *f.point);
    int status = list && f.point
                     ? 0
                     : sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n && status == 0; i++) {
        list[i] = &pool->candidate[index[i]]->judge;
        list[i]->first = rule->first;
        point[i] = (struct sbs_front_point){ index[i], 0, NAN, reps };
    }
    if (status == 0)
        status = sbs_race_extend(rule->race, list, n, reps, err);
    for (size_t i = 0; i < n && status == 0; i++)
        if (list[i]->unfinished == 0)
            f.point[f.k++] = &point[i];
    if (status == 0)
        status = judge_front(&f, pool, reps, err);
    free(list);
    free(f.point);
    return status;
}
