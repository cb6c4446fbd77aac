/* SPDX-License-Identifier: Apache-2.0 */
/* The launch pipeline against a literal one: calls one after the other, a
 * bucket that is refilled in small steps, retries, the quota. */
#include "config.h"

#include "sim/launch.h"

#include "sim/purpose.h"
#include "tests/simtest.h"
#include "tests/tap.h"

enum { LAUNCHES = 120 };

/* What is asked when: batches of launches ordered at given times. */
struct order {
    double at_s;
    uint32_t n;
};

/* Token bucket by the book: full at 0, tokens accrue continuously, a launch
 * waits until there is a whole one. Asked in order. */
struct bucket {
    double level, at_s, burst, refill;
};

static double token(struct bucket *b, double t_s)
{
    if (isinf(b->refill) || isinf(b->burst))
        return t_s;
    t_s = fmax(t_s, b->at_s);
    b->level = fmin(b->burst, b->level + (t_s - b->at_s) * b->refill);
    b->at_s = t_s;
    while (b->level < 1 - 1e-12) {
        double step = fmin(1 - b->level, 0.013);
        b->level += step;
        b->at_s += step / b->refill;
    }
    b->level -= 1;
    return b->at_s;
}

/* Retries after 1, 2, 4, 8, 16, 20, 20, ... s. */
static double retries_s(const struct sbs_stream *s, uint32_t w, double p)
{
    static const double steps[] = { 1, 2, 4, 8, 16 };
    double wait = 0;
    for (uint32_t k = 0;
         p > 0 && sbs_rng_u01(s, w, SBS_FOR_REFUSE, k, 0) < p; k++)
        wait += k < 5 ? steps[k] : 20;
    return wait;
}

static double literal(const struct sbs_model *m, const struct sbs_stream *s,
                      const struct order *orders, size_t n_orders,
                      double granted_s[], double requested_s[])
{
    double free_s = sbs_dist_quantile(&m->client.setup_s,
                                      sbs_rng_u01(s, 0, SBS_FOR_SETUP, 0, 0));
    double started_s = -INFINITY;
    struct bucket b = { m->launcher.burst, 0, m->launcher.burst,
                        m->launcher.refill_per_s };
    uint32_t worker = 0, call = 0;
    for (size_t i = 0; i < n_orders; i++) {
        uint32_t left = orders[i].n;
        while (left > 0) {
            double start = fmax(orders[i].at_s, free_s);
            start = fmax(start, started_s + 1 / m->client.calls_per_s);
            double u = sbs_rng_u01(s, call++, SBS_FOR_CALL, 0, 0);
            free_s = start + sbs_dist_quantile(&m->client.call_s, u);
            started_s = start;
            double most = m->client.launches_per_call;
            uint32_t n = left < most ? left : (uint32_t)most;
            for (uint32_t k = 0; k < n; k++, worker++) {
                requested_s[worker] = start;
                granted_s[worker] =
                    token(&b, free_s) +
                    retries_s(s, worker, m->launcher.refuse_p);
            }
            left -= n;
        }
    }
    return free_s;
}

static void test_pipeline(const char *model, const char *name)
{
    static const struct order orders[] = { { 0, 50 },     { 3, 1 },
                                           { 3, 12 },     { 40.5, 7 },
                                           { 41, 1 },     { 500, 30 },
                                           { 500.25, 19 } };
    struct sbs_model_set set;
    struct sbs_error err = { 0 };
    double granted_s[LAUNCHES], requested_s[LAUNCHES], worst = 0;
    struct sbs_launched out[LAUNCHES];
    if (simtest_model(&set, model, &err) != 0) {
        ok(0, "%s: %s", name, err.text);
        return;
    }
    for (uint32_t r = 0; r < 20; r++) {
        struct sbs_stream stream = sbs_stream_init(8, r);
        struct sbs_launcher l;
        uint32_t first = 0;
        size_t n = sizeof orders / sizeof orders[0];
        double free_s = literal(&set.models[0], &stream, orders, n,
                                granted_s, requested_s);
        sbs_launch_reset(&l, &set.models[0], &stream, 1, INFINITY);
        for (size_t i = 0; i < n; i++) {
            sbs_launch_order(&l, orders[i].at_s, first, orders[i].n,
                             out + first);
            first += orders[i].n;
        }
        worst = fmax(worst, fabs(free_s - l.client_free_s));
        for (uint32_t w = 0; w < first; w++) {
            worst = fmax(worst, fabs(granted_s[w] - out[w].granted_s));
            worst = fmax(worst, fabs(requested_s[w] - out[w].requested_s));
        }
    }
    ok(worst < 1e-7, "%s: as the literal pipeline (%.1e s)", name, worst);
    sbs_model_fini(&set);
}

/* Quota of 3 places: the fourth and later wait in line, whatever happens
 * to the first. */
static void test_quota(void)
{
    struct sbs_model_set set;
    struct sbs_stream stream = sbs_stream_init(1, 0);
    struct sbs_launcher l;
    struct sbs_launched out[5];
    simtest_model(&set, "", NULL);
    sbs_launch_reset(&l, &set.models[0], &stream, 1, 3);
    sbs_launch_occupy(&l);
    sbs_launch_order(&l, 0, 0, 5, out);
    ok(!out[0].queued && !out[1].queued && out[2].queued && out[4].queued,
       "a warm worker has its place under the quota");
    sbs_model_fini(&set);
}

int main(void)
{
    test_pipeline("", "nothing limits");
    test_pipeline("'client':{'setup_s':7,'call_s':0.8,"
                  "'launches_per_call':1}", "serial client");
    test_pipeline("'client':{'call_s':{'dist':'exponential','mean':1},"
                  "'launches_per_call':10,'calls_per_s':0.7}",
                  "ten a call, random calls, spaced");
    test_pipeline("'launcher':{'burst':10,'refill_per_s':1.7}",
                  "token bucket");
    test_pipeline("'client':{'call_s':0.3,'launches_per_call':4,"
                  "'calls_per_s':2},'launcher':{'burst':2,"
                  "'refill_per_s':0.9,'refuse_p':0.4}", "all of it");
    test_pipeline("'launcher':{'refuse_p':0.9}", "refused nine times of ten");
    test_quota();
    return tap_done();
}
