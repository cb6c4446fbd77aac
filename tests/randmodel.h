/* SPDX-License-Identifier: Apache-2.0 */
/* Random models, workloads and stacks of policies, from a seed: every part
 * of a model is there or not, and often at its corners. */
#ifndef SBS_TESTS_RANDMODEL_H
#define SBS_TESTS_RANDMODEL_H

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"

struct dice {
    struct sbs_stream stream;
    uint32_t n;
};

static inline double dice_u01(struct dice *d)
{
    return sbs_rng_u01(&d->stream, 0, 1, 0, d->n++);
}

static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
    return (uint32_t)(dice_u01(d) * n);
}

static inline int dice_chance(struct dice *d, double p)
{
    return dice_u01(d) < p;
}

struct randmodel {
    struct dice dice;
    char model[4096], work[512], policy[5000];
    uint32_t workers;
    int spot, can_lose, divisible, exchangeable;
    size_t n; /* of model */
};

__attribute__((format(printf, 2, 3))) static inline void
randmodel_add(struct randmodel *m, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m->n += (size_t)vsnprintf(m->model + m->n, sizeof m->model - m->n, fmt,
                              ap);
    va_end(ap);
}

/* "'key':D," with a law of about this mean, or nothing at all. */
static inline void randmodel_law(struct randmodel *m, const char *key,
                                 double mean)
{
    struct dice *d = &m->dice;
    double x = mean * (0.5 + dice_u01(d));
    switch (dice_below(d, 6)) {
    case 0:
        break;
    case 1:
        randmodel_add(m, "'%s':%.0f,", key, ceil(x));
        break;
    case 2:
        randmodel_add(m, "'%s':{'dist':'exponential','mean':%.4g},", key, x);
        break;
    case 3:
        randmodel_add(m, "'%s':{'dist':'uniform','lo':0,'hi':%.4g},", key,
                      2 * x);
        break;
    default:
        randmodel_add(m,
                      "'%s':{'dist':'lognormal','mu':%.4g,'sigma':%.2g},",
                      key, log(x), 0.05 + 0.8 * dice_u01(d));
    }
}

/* "'key':x," with probability p. */
static inline void randmodel_real(struct randmodel *m, const char *key,
                                  double p, double x)
{
    if (dice_chance(&m->dice, p))
        randmodel_add(m, "'%s':%.4g,", key, x);
}

/* The comma after the last member goes. */
static inline void randmodel_close(struct randmodel *m)
{
    if (m->model[m->n - 1] == ',')
        m->n--;
    randmodel_add(m, "},");
}

static inline void randmodel_client(struct randmodel *m)
{
    struct dice *d = &m->dice;
    randmodel_add(m, "'client':{");
    randmodel_law(m, "setup_s", 5);
    randmodel_law(m, "call_s", 1);
    randmodel_law(m, "collect_s", 0.5);
    randmodel_real(m, "launches_per_call", 0.5, 1 + dice_below(d, 10));
    randmodel_real(m, "calls_per_s", 0.3, 0.2 + 4 * dice_u01(d));
    randmodel_real(m, "poll_s", 0.4, 10 * dice_u01(d));
    randmodel_real(m, "poll_task_s", 0.4, dice_u01(d));
    if (dice_chance(d, 0.3))
        randmodel_add(m, "'poll_while_launching':true,");
    randmodel_close(m);
    randmodel_add(m, "'launcher':{");
    randmodel_real(m, "burst", 0.4, 1 + dice_below(d, 10));
    randmodel_real(m, "refill_per_s", 0.6, 0.1 + 2 * dice_u01(d));
    randmodel_real(m, "quota_vcpu", 0.3, 2 + 2 * dice_below(d, 20));
    randmodel_real(m, "refuse_p", 0.3, 0.6 * dice_u01(d));
    randmodel_close(m);
}

static inline void randmodel_worker(struct randmodel *m)
{
    struct dice *d = &m->dice;
    randmodel_add(m, "'startup':{");
    randmodel_law(m, "provision_s", 10);
    randmodel_law(m, "pull_s", 30);
    randmodel_law(m, "container_s", 1);
    randmodel_law(m, "boot_s", 3);
    if (m->can_lose)
        randmodel_real(m, "never_p", 0.4, 0.3 * dice_u01(d));
    randmodel_close(m);
    randmodel_add(m, "'speed':{");
    if (dice_chance(d, 0.7)) {
        randmodel_add(m, "'classes':[{'weight':2,");
        randmodel_law(m, "slowdown", 1);
        randmodel_add(m, "'name':'a'},{");
        randmodel_law(m, "slowdown", 3);
        randmodel_add(m, "'name':'b'}],");
    }
    randmodel_real(m, "log_sd", 0.4, dice_u01(d));
    if (dice_chance(d, 0.5))
        randmodel_add(m, "'weather':{'slot_s':%.3g,'log_sd':%.2g},",
                      1 + 60 * dice_u01(d), 0.6 * dice_u01(d));
    /* A worker that slows down much may never finish. */
    randmodel_real(m, "drift_per_h", 0.3,
                   dice_u01(d) * (m->can_lose ? 2 : 0.55) - 0.5);
    randmodel_close(m);
    if (dice_chance(d, 0.3))
        randmodel_add(m, "'run':{'startup_log_sd':0.3,'call_log_sd':0.3,"
                         "'speed_log_sd':0.2},");
}

static inline void randmodel_rest(struct randmodel *m)
{
    struct dice *d = &m->dice;
    randmodel_add(m, "'unit':{");
    randmodel_law(m, "claim_s", 1);
    randmodel_law(m, "download_s", 1);
    randmodel_law(m, "upload_s", 1);
    randmodel_close(m);
    if (m->can_lose) {
        randmodel_add(m, "'loss':{");
        randmodel_real(m, "spot_per_h", 0.7, 60 * dice_u01(d));
        randmodel_real(m, "notice_s", 0.5, 120);
        randmodel_real(m, "fail_p", 0.4, 0.4 * dice_u01(d));
        randmodel_close(m);
    }
    randmodel_law(m, "stop_s", 10);
    if (dice_chance(d, 0.5))
        randmodel_add(m, "'price':{'round_s':1,'min_billed_s':60},");
    m->model[--m->n] = '\0'; /* the last comma */
}

static inline void randmodel_work(struct randmodel *m)
{
    struct dice *d = &m->dice;
    size_t n = 0, size = sizeof m->work;
    uint32_t tasks = 1 + dice_below(d, 25);
    m->divisible = dice_chance(d, 0.6);
    m->exchangeable = dice_chance(d, 0.3);
    if (dice_chance(d, 0.3)) {
        n += (size_t)snprintf(m->work, size, "'ref_s':[");
        for (uint32_t t = 0; t < tasks; t++)
            n += (size_t)snprintf(m->work + n, size - n, "%s%.0f",
                                  t ? "," : "", 1 + 200 * dice_u01(d));
        n += (size_t)snprintf(m->work + n, size - n, "]");
    } else if (dice_chance(d, 0.5)) {
        n += (size_t)snprintf(m->work, size, "'tasks':%u,'ref_s':100",
                              tasks);
    } else {
        n += (size_t)snprintf(m->work, size, "'tasks':%u,'ref_s':{'dist':"
                              "'gamma','shape':2,'scale':40}", tasks);
    }
    snprintf(m->work + n, size - n, "%s%s",
             m->divisible ? ",'divisible':true" : "",
             m->exchangeable ? ",'exchangeable':true" : "");
    m->workers = dice_chance(d, 0.5) ? 0 : 1 + dice_below(d, 30);
}

/* One layer of each sort, or none. `plugin`: path of one more, or NULL. */
static inline void randmodel_policy(struct randmodel *m, const char *plugin)
{
    static const char *const bases[] = { "static", "dynamic", "", "", "",
                                         "" };
    static const char *const fleets[] = {
        "oversubscribe", "oversubscribe:factor=2,mode=duplicates",
        "oversubscribe:factor=1.3,mode=any-k", "", "", "", "any-k:factor=1.2",
        "wide"
    };
    static const char *const capacities[] = {
        "batched", "staggered:wave=3,gap_s=20", "early-stop",
        "early-stop:hold=true", "hybrid:cores=3", "vcpu:size=4",
        "spot-mix:base=2,share=0.7", "truncate:cv=0,n_min=2", "mds",
        "spot-mix:checkpoint=every,every_s=60", "", "", "", "", "", "", "",
        ""
    };
    static const char *const copies[] = {
        "speculative", "speculative:preset=spark3",
        "speculative:preset=spark4,interval_s=5",
        "speculative:preset=spark3,quantile=0.1,multiplier=1,interval_s=0",
        "speculative:host=idle", "speculative:preset=spark3,host=idle", "",
        "", ""
    };
    struct dice *d = &m->dice;
    char split[64] = "", extra[4200] = "";
    if (dice_chance(d, 0.4))
        snprintf(split, sizeof split, "split:units=%u",
                 m->divisible ? 1 + dice_below(d, 12) : 1);
    if (plugin && dice_chance(d, 0.3))
        snprintf(extra, sizeof extra, "%s:after_s=%u", plugin,
                 dice_below(d, 300));
    const char *part[8] = { bases[dice_below(d, 6)],
                            fleets[dice_below(d, 8)],
                            copies[dice_below(d, 9)],
                            split,
                            extra,
                            dice_chance(d, 0.3) ? "warm-pool:keep_s=60"
                                                : "",
                            capacities[dice_below(d, 18)],
                            capacities[dice_below(d, 18)] };
    size_t n = 0;
    for (uint32_t i = 0, from = dice_below(d, 8); i < 8; i++) {
        const char *p = part[(from + i) % 8];
        if (*p)
            n += (size_t)snprintf(m->policy + n, sizeof m->policy - n,
                                  "%s%s", n ? "+" : "", p);
    }
    if (n == 0)
        snprintf(m->policy, sizeof m->policy, "static");
}

static inline void randmodel_make(struct randmodel *m, uint64_t seed,
                                  uint32_t number, const char *plugin)
{
    *m = (struct randmodel){ .dice = { sbs_stream_init(seed, number), 0 } };
    m->can_lose = dice_chance(&m->dice, 0.4);
    m->spot = m->can_lose && dice_chance(&m->dice, 0.7);
    randmodel_client(m);
    randmodel_worker(m);
    randmodel_rest(m);
    randmodel_work(m);
    randmodel_policy(m, plugin);
}

#endif
