/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "stats/quantile.h"
#include "stats/resample.h"
#include "stats/select.h"
#include "stats/summary.h"

/* Blocks of the first stage, of a mean and of a quantile; the least
 * replications of one; samples of each draw for chances over the draws. */
enum { STAGE_MEAN = 5, STAGE_P95 = 10, BLOCK_MEAN = 20, BLOCK_P95 = 200,
       PER_DRAW = 50 };

static uint32_t block_of(enum sbs_goal goal, uint64_t draws)
{
    uint64_t least = goal == SBS_GOAL_P95 ? BLOCK_P95 : BLOCK_MEAN;
    if (draws < 2)
        return (uint32_t)least;
    return (uint32_t)((least + draws - 1) / draws * draws);
}

uint32_t sbs_choose_first_stage(enum sbs_goal goal, uint64_t draws)
{
    return block_of(goal, draws) *
           (goal == SBS_GOAL_P95 ? STAGE_P95 : STAGE_MEAN);
}

/* What the parts of a choice share. */
struct work {
    struct sbs_pool *pool;
    const struct sbs_rule *rule;
    struct sbs_choice *c;
    uint32_t block;
    struct sbs_entry **list; /* [n] for sbs_race_extend */
    bool *goes;              /* [n] */
    double *sum, *s2, *apart, *sorted;
    size_t room;             /* of apart and sorted */
};

static struct sbs_entry *entry(const struct work *w, size_t i)
{
    return &w->pool->candidate[w->c->finalist[i].candidate]->judge;
}

static int make_room(struct work *w, size_t n, struct sbs_error *err)
{
    if (n <= w->room)
        return 0;
    double *apart = realloc(w->apart, n * sizeof *apart);
    if (apart)
        w->apart = apart;
    double *sorted = realloc(w->sorted, n * sizeof *sorted);
    if (sorted)
        w->sorted = sorted;
    if (!apart || !sorted)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    w->room = n;
    return 0;
}

static int extend(struct work *w, size_t k, uint32_t to, struct sbs_error *err)
{
    return sbs_race_extend(w->rule->race, w->list, k, to, err);
}

/* ---- conditions --------------------------------------------------------- */

static double tail_of(const struct work *w)
{
    double looks = 2 + ceil(log2((double)w->rule->cap / w->block));
    return (1 - w->rule->confidence) / 2 / (2 * (double)w->c->n * looks);
}

/* Does i come nearer to the conditions than l: in time more often, or as
 * often with a lower mean bill? */
static bool nearer(const struct work *w, size_t i, size_t l)
{
    const struct sbs_finalist *f = &w->c->finalist[i], *g = &w->c->finalist[l];
    const struct sbs_entry *a = entry(w, i), *b = entry(w, l);
    if (f->in_time_frac != g->in_time_frac)
        return f->in_time_frac > g->in_time_frac;
    return sbs_summary_sum(a->row[SBS_RACE_BILL], a->n) / a->n <
           sbs_summary_sum(b->row[SBS_RACE_BILL], b->n) / b->n;
}

/* Those that are open get twice the replications, until none is. */
static int find_met(struct work *w, struct sbs_error *err)
{
    struct sbs_choice *c = w->c;
    uint32_t reps = sbs_choose_first_stage(c->aim.goal, w->rule->draws);
    size_t open = c->n;
    for (size_t i = 0; i < c->n; i++)
        w->list[i] = entry(w, i);
    for (;;) {
        if (extend(w, open, reps, err) != 0)
            return -1;
        open = 0;
        for (size_t i = 0; i < c->n; i++) {
            struct sbs_finalist *f = &c->finalist[i];
            if (f->met == SBS_MET_OPEN &&
                sbs_aim_met(&c->aim, entry(w, i), w->rule->draws, tail_of(w),
                            &f->met, err) != 0)
                return -1;
            if (f->met == SBS_MET_OPEN)
                w->list[open++] = entry(w, i);
        }
        if (open == 0 || reps > w->rule->cap / 2)
            break;
        reps *= 2;
    }
    for (size_t i = 0; i < c->n; i++) {
        struct sbs_finalist *f = &c->finalist[i];
        uint32_t k = sbs_aim_in_time(&c->aim, entry(w, i)), n = entry(w, i)->n;
        f->in_time_frac = (double)k / n;
        sbs_select_share(k, n, 0.025, &f->in_time_lo, &f->in_time_hi);
        c->met += f->met == SBS_MET_YES ? 1 : 0;
        if (nearer(w, i, c->likeliest))
            c->likeliest = i;
    }
    return 0;
}

/* ---- the lowest value --------------------------------------------------- */

/* Sum over blocks 0..blocks-1 of an entry's block values. */
static double block_sum(struct work *w, const struct sbs_entry *e,
                        uint32_t from, uint32_t blocks)
{
    const double *values = sbs_aim_values(&w->c->aim, e);
    double sum = 0;
    for (uint32_t b = from; b < blocks; b++) {
        const double *at = values + (size_t)b * w->block;
        if (w->c->aim.goal != SBS_GOAL_P95) {
            sum += sbs_summary_sum(at, w->block) / w->block;
            continue;
        }
        memcpy(w->sorted, at, w->block * sizeof *at);
        qsort(w->sorted, w->block, sizeof *at, sbs_quantile_order);
        sum += sbs_quantile7(w->sorted, w->block, 0.95);
    }
    return sum;
}

/* Mean over the first `blocks` of a's value less b's, the variance of one
 * block's difference and its degrees of freedom. */
static int pair(struct work *w, const struct sbs_entry *a,
                const struct sbs_entry *b, uint32_t blocks, double *mean,
                double *s2, double *df, struct sbs_error *err)
{
    struct sbs_summary s;
    uint64_t draws = w->rule->draws;
    size_t n = blocks;
    if (w->c->aim.goal == SBS_GOAL_P95) {
        draws = 0;
        for (uint32_t i = 0; i < blocks; i++)
            w->apart[i] = block_sum(w, a, i, i + 1) -
                          block_sum(w, b, i, i + 1);
    } else {
        const double *x = sbs_aim_values(&w->c->aim, a);
        const double *y = sbs_aim_values(&w->c->aim, b);
        n *= w->block;
        for (size_t i = 0; i < n; i++)
            w->apart[i] = x[i] - y[i];
    }
    if (sbs_summary_draws(&s, w->apart, n, draws, err) != 0)
        return -1;
    double sd = s.split.draws > 0 ? s.split.sd_run : s.sd;
    *mean = s.mean;
    *s2 = sd * sd * (double)blocks / (double)n;
    *df = (double)n - (s.split.draws > 0 ? (double)s.split.draws : 1);
    return 0;
}

static int first_stage(struct work *w, uint32_t blocks, double *df,
                       struct sbs_error *err)
{
    struct sbs_choice *c = w->c;
    double mean;
    for (size_t i = 0; i < c->n; i++) {
        c->finalist[i].out = c->finalist[i].met != SBS_MET_YES;
        if (c->finalist[i].out)
            continue;
        w->sum[i] = block_sum(w, entry(w, i), 0, blocks);
        for (size_t l = 0; l < i; l++) {
            if (c->finalist[l].out)
                continue;
            if (pair(w, entry(w, i), entry(w, l), blocks, &mean,
                     &w->s2[i * c->n + l], df, err) != 0)
                return -1;
            w->s2[l * c->n + i] = w->s2[i * c->n + l];
        }
    }
    return 0;
}

/* Who goes after r blocks; how many stay, and whether a longer race could
 * still tell any two of them apart. */
static size_t eliminate(struct work *w, double h2, double r, bool *open)
{
    struct sbs_choice *c = w->c;
    size_t left = 0;
    *open = false;
    for (size_t i = 0; i < c->n; i++) {
        w->goes[i] = false;
        for (size_t l = 0; l < c->n && !c->finalist[i].out; l++) {
            double s2 = w->s2[i * c->n + l];
            if (l == i || c->finalist[l].out)
                continue;
            w->goes[i] |= sbs_select_kn_out(w->sum[i] - w->sum[l], s2, h2,
                                            c->delta, r);
            *open |= r < sbs_select_kn_most(s2, h2, c->delta);
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        c->finalist[i].out |= w->goes[i];
        left += !c->finalist[i].out;
    }
    return left;
}

static void find_best(struct work *w)
{
    struct sbs_choice *c = w->c;
    c->best = c->n;
    for (size_t i = 0; i < c->n; i++)
        if (!c->finalist[i].out &&
            (c->best == c->n || w->sum[i] < w->sum[c->best]))
            c->best = i;
}

/* Kim and Nelson's procedure on blocks. */
static int race(struct work *w, struct sbs_error *err)
{
    struct sbs_choice *c = w->c;
    double df = 0, alpha = (1 - w->rule->confidence) / 2;
    uint32_t r = sbs_choose_first_stage(c->aim.goal, w->rule->draws) /
                 w->block;
    if (first_stage(w, r, &df, err) != 0)
        return -1;
    find_best(w);
    c->decided = true;
    if (c->met < 2)
        return 0;
    c->delta = w->rule->indifference * w->sum[c->best] / r;
    double h2 = sbs_select_kn_h2(c->met, df, alpha);
    bool open = true;
    while (eliminate(w, h2, r, &open) > 1 && open) {
        uint32_t to = r + (r < 8 ? 1 : r / 8);
        size_t k = 0;
        if (to > w->rule->cap / w->block) {
            c->decided = false;
            break;
        }
        for (size_t i = 0; i < c->n; i++)
            if (!c->finalist[i].out)
                w->list[k++] = entry(w, i);
        if (extend(w, k, to * w->block, err) != 0)
            return -1;
        for (size_t i = 0; i < c->n; i++)
            if (!c->finalist[i].out)
                w->sum[i] += block_sum(w, entry(w, i), r, to);
        r = to;
    }
    find_best(w);
    return 0;
}

/* ---- how sure ----------------------------------------------------------- */

static uint32_t common_blocks(const struct work *w, size_t i)
{
    uint32_t a = entry(w, i)->n, b = entry(w, w->c->best)->n;
    return (a < b ? a : b) / w->block;
}

static int measure_all(struct work *w, struct sbs_error *err)
{
    struct sbs_choice *c = w->c;
    double alpha = 1 - w->rule->confidence, s2, df;
    double z = c->met > 1
                   ? sbs_norm_quantile(1 - alpha / (double)(c->met - 1))
                   : 0;
    double *behind = calloc(2 * c->n, sizeof *behind), *se = behind + c->n;
    size_t k = 0, best = 0;
    if (!behind)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    int status = 0;
    for (size_t i = 0; i < c->n && status == 0; i++) {
        struct sbs_finalist *f = &c->finalist[i];
        uint32_t blocks = common_blocks(w, i);
        if (f->met != SBS_MET_YES)
            continue;
        status = make_room(w, (size_t)blocks * w->block, err);
        if (status == 0)
            status = pair(w, entry(w, i), entry(w, c->best), blocks,
                          &f->behind, &s2, &df, err);
        f->se = sqrt(s2 / blocks);
        f->close = i == c->best || f->behind - z * f->se <= c->delta;
        if (i == c->best)
            best = k;
        behind[k] = f->behind;
        se[k++] = f->se;
    }
    c->chance = sbs_select_chance(behind, se, k, best, c->delta);
    free(behind);
    return status;
}

/* In which share of the draws no other is lower by more than the
 * indifference, the noise of few replications taken out. */
static int chance_over_draws(struct work *w, struct sbs_error *err)
{
    struct sbs_choice *c = w->c;
    uint64_t draws = w->rule->draws;
    uint32_t n = UINT32_MAX;
    size_t rows = 0, best = 0, good = 0;
    const double **values = malloc(c->n * sizeof *values);
    double *mean = malloc(c->n * sizeof *mean);
    int status = values && mean ? 0
                                : sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < c->n && status == 0; i++) {
        if (c->finalist[i].met != SBS_MET_YES)
            continue;
        if (i == c->best)
            best = rows;
        values[rows++] = sbs_aim_values(&c->aim, entry(w, i));
        n = entry(w, i)->n < n ? entry(w, i)->n : n;
    }
    struct sbs_resample *x = NULL;
    if (status == 0)
        x = sbs_resample_create(values, rows, n / draws * draws, draws, err);
    for (uint32_t s = 0; x && s < PER_DRAW; s++)
        for (size_t d = 0; d < draws; d++) {
            size_t lower = 0;
            sbs_resample_draw(x, d, w->rule->seed, s, mean);
            for (size_t i = 0; i < rows; i++)
                lower += mean[i] < mean[best] - c->delta;
            good += lower == 0;
        }
    c->chance_draws = (double)good / PER_DRAW / (double)draws;
    free(values);
    free(mean);
    if (!x)
        return -1;
    sbs_resample_destroy(x);
    return 0;
}

static void count(struct work *w)
{
    struct sbs_choice *c = w->c;
    uint64_t most = 0;
    for (size_t i = 0; i < c->n; i++) {
        uint64_t n = entry(w, i)->n;
        if (c->finalist[i].met != SBS_MET_YES)
            continue;
        c->used += n;
        most = n > most ? n : most;
    }
    c->equal = most * c->met;
}

static int judge(struct work *w, struct sbs_error *err)
{
    struct sbs_choice *c = w->c;
    if (find_met(w, err) != 0)
        return -1;
    c->best = c->n;
    if (c->met == 0)
        return 0;
    if (race(w, err) != 0 || measure_all(w, err) != 0)
        return -1;
    count(w);
    bool over = w->rule->draws > 1 && c->aim.goal != SBS_GOAL_P95;
    return over ? chance_over_draws(w, err) : 0;
}

int sbs_choose(struct sbs_pool *pool, const struct sbs_rule *rule,
               const struct sbs_aim *aim, const size_t *index, size_t n,
               struct sbs_choice *out, struct sbs_error *err)
{
    struct work w = { .pool = pool, .rule = rule, .c = out };
    *out = (struct sbs_choice){ .aim = *aim, .n = n, .best = n,
                                .chance = NAN, .chance_draws = NAN };
    w.block = block_of(aim->goal, rule->draws);
    out->finalist = calloc(n + 1, sizeof *out->finalist);
    w.list = calloc(n + 1, sizeof *w.list);
    w.goes = calloc(n + 1, sizeof *w.goes);
    w.sum = calloc(n + 1, sizeof *w.sum);
    w.s2 = calloc(n * n + 1, sizeof *w.s2);
    int status = make_room(&w, sbs_choose_first_stage(aim->goal, rule->draws),
                           err);
    if (!out->finalist || !w.list || !w.goes || !w.sum || !w.s2)
        status = sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n && status == 0; i++) {
        out->finalist[i].candidate = index[i];
        out->finalist[i].met = SBS_MET_OPEN;
        pool->candidate[index[i]]->judge.first = rule->first;
    }
    if (status == 0 && n > 0)
        status = judge(&w, err);
    free(w.list);
    free(w.goes);
    free(w.sum);
    free(w.s2);
    free(w.apart);
    free(w.sorted);
    return status;
}

void sbs_choice_fini(struct sbs_choice *c)
{
    free(c->finalist);
    *c = (struct sbs_choice){ 0 };
}
