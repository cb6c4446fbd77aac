/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/aim.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "stats/quantile.h"
#include "stats/select.h"
#include "stats/summary.h"

/* Quantile p of one row, and about one sd of its error, in logarithms. */
static int log_quantile(const struct sbs_entry *e, enum sbs_race_row row,
                        double p, double *value, double *sd,
                        struct sbs_error *err)
{
    size_t lo, hi;
    double *sorted = malloc((2 * (size_t)e->n + 1) * sizeof *sorted);
    if (!sorted)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (uint32_t i = 0; i < e->n; i++)
        sorted[i] = e->row[row][i];
    qsort(sorted, e->n, sizeof *sorted, sbs_quantile_order);
    *value = sbs_log(sbs_quantile7(sorted, e->n, p));
    /* One standard deviation to each side, or all there is. */
    if (isnan(sbs_quantile_ranks(e->n, p, 0.6827, &lo, &hi)))
        lo = 1, hi = e->n;
    *sd = (sbs_log(sorted[hi - 1]) - sbs_log(sorted[lo - 1])) / 2;
    free(sorted);
    return 0;
}

static void worse(struct sbs_standing *s, double miss, double sd)
{
    if (miss <= s->miss)
        return;
    s->miss = miss;
    s->miss_sd = sd;
}

int sbs_aim_bill(const struct sbs_entry *e, uint64_t draws, double *usd,
                 struct sbs_error *err)
{
    struct sbs_summary s;
    if (sbs_summary_draws(&s, e->row[SBS_RACE_BILL], e->n, draws, err) != 0)
        return -1;
    double half = sbs_summary_half_width(&s);
    /* One replication a draw does not tell run from ignorance: count both. */
    if (s.split.draws > 0 && isnan(s.split.sd_ignorance))
        half = sbs_norm_quantile(0.975) * s.sd;
    *usd = s.mean + half;
    return 0;
}

static int find_miss(const struct sbs_aim *aim, const struct sbs_entry *e,
                     uint64_t draws, struct sbs_standing *s,
                     struct sbs_error *err)
{
    double value, sd;
    s->miss = -INFINITY;
    s->miss_sd = 0;
    if (isfinite(aim->deadline_s)) {
        if (log_quantile(e, SBS_RACE_TIME, aim->chance, &value, &sd, err) != 0)
            return -1;
        worse(s, value - sbs_log(aim->deadline_s), sd);
    }
    if (aim->speedup > 0) {
        if (log_quantile(e, SBS_RACE_SPEEDUP, 1 - aim->chance, &value, &sd,
                         err) != 0)
            return -1;
        worse(s, sbs_log(aim->speedup) - value, sd);
    }
    if (isfinite(aim->budget_usd)) {
        if (sbs_aim_bill(e, draws, &value, err) != 0)
            return -1;
        /* The half-width in it is itself known to some 5%. */
        double mean = sbs_summary_sum(e->row[SBS_RACE_BILL], e->n) / e->n;
        worse(s, sbs_log(value / aim->budget_usd),
              0.05 * (value - mean) / value);
    }
    return 0;
}

int sbs_aim_stand(const struct sbs_aim *aim, const struct sbs_entry *e,
                  uint64_t draws, struct sbs_standing *s,
                  struct sbs_error *err)
{
    double value, sd;
    *s = (struct sbs_standing){ INFINITY, INFINITY, 0 };
    if (e->n == 0 || e->unfinished > 0)
        return 0;
    if (aim->goal == SBS_GOAL_P95) {
        if (log_quantile(e, SBS_RACE_TIME, 0.95, &value, &sd, err) != 0)
            return -1;
        s->value = sbs_exp(value);
    } else {
        s->value = sbs_summary_sum(sbs_aim_values(aim, e), e->n) / e->n;
    }
    return find_miss(aim, e, draws, s, err);
}

uint32_t sbs_aim_in_time(const struct sbs_aim *aim, const struct sbs_entry *e)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < e->n; i++)
        k += e->row[SBS_RACE_TIME][i] <= aim->deadline_s &&
             e->row[SBS_RACE_SPEEDUP][i] >= aim->speedup;
    return k;
}

int sbs_aim_met(const struct sbs_aim *aim, const struct sbs_entry *e,
                uint64_t draws, double tail, enum sbs_met *met,
                struct sbs_error *err)
{
    double usd, lo, hi;
    *met = SBS_MET_NO;
    if (e->unfinished > 0)
        return 0;
    if (isfinite(aim->budget_usd)) {
        if (sbs_aim_bill(e, draws, &usd, err) != 0)
            return -1;
        if (!(usd <= aim->budget_usd))
            return 0;
    }
    *met = SBS_MET_YES;
    if (isfinite(aim->deadline_s) || aim->speedup > 0) {
        sbs_select_share(sbs_aim_in_time(aim, e), e->n, tail, &lo, &hi);
        *met = lo >= aim->chance  ? SBS_MET_YES
               : hi < aim->chance ? SBS_MET_NO
                                  : SBS_MET_OPEN;
    }
    return 0;
}
