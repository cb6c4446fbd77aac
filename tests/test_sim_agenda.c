/* SPDX-License-Identifier: Apache-2.0 */
/* The agenda against the tree of sim/queue: the same events, whatever the law
 * of the times until a slot comes again. */
#include "config.h"

#include "sim/agenda.h"

#include <math.h>

#include "base/rng.h"
#include "tests/tap.h"

static double much_later(double u) { return 10 + u; }
static double any_time(double u) { return -log1p(-u); }
static double mostly_early(double u) { return u < 0.9 ? u : 1000 * u; }
static double heavy_tail(double u) { return pow(1 - u, -3); }
static double with_ties(double u) { return floor(8 * u); }
static double all_alike(double u) { return u > 0 ? 60 : 0; }
static double at_once(double u) { return u < 0.5 ? 0 : 1e-300; }

static const struct {
    const char *name;
    double (*after_s)(double u);
} laws[] = {
    { "much later", much_later },   { "any time", any_time },
    { "mostly early", mostly_early }, { "heavy tail", heavy_tail },
    { "with ties", with_ties },     { "all alike", all_alike },
    { "at once or almost", at_once },
};

static int same(struct sbs_agenda *a, const struct sbs_queue *q)
{
    struct sbs_queue_entry got = sbs_agenda_first(a);
    struct sbs_queue_entry want = sbs_queue_first(q);
    if (isinf(want.time_s))
        return isinf(got.time_s);
    return got.time_s == want.time_s && got.slot == want.slot &&
           got.kind == want.kind;
}

/* Every slot comes again some times, then no more. */
static int play(struct sbs_agenda *a, uint32_t slots, uint32_t seed,
                double (*after_s)(double u))
{
    struct sbs_stream dice = sbs_stream_init(5, seed);
    struct sbs_queue q = { 0 };
    uint32_t steps = 30 * slots, here = slots;
    if (sbs_queue_reserve(&q, slots) != 0)
        return 0;
    sbs_agenda_clear(a);
    for (uint32_t i = 0; i < slots; i++) {
        double t_s = after_s(sbs_rng_u01(&dice, i, 0, 0, 0));
        sbs_agenda_seat(a, i, t_s, i);
        sbs_queue_set(&q, i, t_s, i);
    }
    sbs_agenda_play(a);
    int good = same(a, &q);
    for (uint32_t k = 0; here > 0 && good; k++) {
        struct sbs_queue_entry e = sbs_queue_first(&q);
        if (k >= steps || k % 97 == 96) {
            sbs_agenda_drop_first(a);
            sbs_queue_drop(&q, e.slot);
            here--;
        } else {
            double u = sbs_rng_u01(&dice, k, 1, 0, 0);
            double t_s = e.time_s + after_s(u);
            sbs_agenda_put_first(a, e.slot, t_s, k);
            sbs_queue_set(&q, e.slot, t_s, k);
        }
        good = same(a, &q);
    }
    sbs_queue_fini(&q);
    return good;
}

int main(void)
{
    static const uint32_t fleets[] = { 1, 2, 63, 64, 65, 300, 2000 };
    enum { FLEETS = sizeof fleets / sizeof *fleets };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        int good = 1;
        for (uint32_t k = 0; k < FLEETS && good; k++) {
            struct sbs_agenda a = { 0 };
            good = sbs_agenda_init(&a, fleets[k]) == 0;
            for (uint32_t seed = 0; seed < 3 && good; seed++)
                good = play(&a, fleets[k], seed, laws[i].after_s);
            sbs_agenda_fini(&a);
        }
        ok(good, "events come again %s: in the tree's order", laws[i].name);
    }
    return tap_done();
}
