/* SPDX-License-Identifier: Apache-2.0 */
/* The event queue against a table that is searched from end to end. */
#include "config.h"

#include "sim/queue.h"

#include "base/rng.h"
#include "tests/tap.h"

enum { SLOTS = 300, STEPS = 200000 };

struct table {
    bool set[SLOTS];
    double time_s[SLOTS];
    uint32_t kind[SLOTS];
};

/* The slot that comes first by time, kind, slot; SLOTS = none. */
static uint32_t first_of(const struct table *t, uint32_t slots)
{
    uint32_t best = SLOTS;
    for (uint32_t i = 0; i < slots; i++) {
        if (!t->set[i])
            continue;
        if (best == SLOTS || t->time_s[i] < t->time_s[best] ||
            (t->time_s[i] == t->time_s[best] && i < best))
            best = i;
    }
    return best;
}

static int agrees(const struct sbs_queue *q, const struct table *t,
                  uint32_t slots)
{
    uint32_t want = first_of(t, slots);
    struct sbs_queue_entry e = sbs_queue_first(q);
    if (want == SLOTS)
        return isinf(e.time_s);
    return e.slot == want && e.time_s == t->time_s[want] &&
           e.kind == t->kind[want];
}

/* Random sets, moves and drops; few different times, so many ties. */
static int play(struct sbs_queue *q, uint32_t game, uint32_t slots)
{
    struct sbs_stream dice = sbs_stream_init(17, game);
    struct table t = { 0 };
    for (uint32_t i = 0; i < STEPS / 20; i++) {
        double u[4];
        sbs_rng_fill(&dice, 0, 1, 0, 4 * i, 4, u);
        uint32_t slot = (uint32_t)(u[0] * slots);
        if (u[1] < 0.3) {
            sbs_queue_drop(q, slot);
            t.set[slot] = false;
        } else if (u[1] < 0.5 && first_of(&t, slots) < SLOTS) {
            slot = first_of(&t, slots);
            sbs_queue_drop(q, slot);
            t.set[slot] = false;
        } else {
            t.set[slot] = true;
            t.time_s[slot] = floor(u[2] * 40);
            t.kind[slot] = (uint32_t)(u[3] * 4);
            sbs_queue_set(q, slot, t.time_s[slot], t.kind[slot]);
        }
        if (!agrees(q, &t, slots))
            return 0;
    }
    return 1;
}

int main(void)
{
    struct sbs_queue q = { 0 };
    int good = 1;
    for (uint32_t game = 0; game < 20 && good; game++) {
        uint32_t slots = 1 + game * (SLOTS - 1) / 19;
        good = sbs_queue_reserve(&q, slots) == 0 && play(&q, game, slots);
        sbs_queue_clear(&q);
        good = good && isinf(sbs_queue_first(&q).time_s);
    }
    ok(good, "the first event is the one that sorting would find");
    sbs_queue_set(&q, 0, 5, 1);
    ok(sbs_queue_reserve(&q, 100000) == 0 &&
           sbs_queue_first(&q).time_s == 5,
       "making room keeps the events");
    for (uint32_t i = 0; i < 1000; i++)
        sbs_queue_seat(&q, i, 3 + (i + 500) % 1000, i % 5);
    sbs_queue_play(&q);
    bool in_order = true;
    for (uint32_t i = 0; i < 1000; i++) {
        struct sbs_queue_entry e = sbs_queue_first(&q);
        in_order &= e.time_s == 3 + i && e.slot == (i + 500) % 1000 &&
                    e.kind == e.slot % 5;
        sbs_queue_drop(&q, e.slot);
    }
    ok(in_order, "many seated at once come in order");
    sbs_queue_fini(&q);
    ok(q.time_bits == NULL && q.leaves == 0, "fini leaves nothing");
    return tap_done();
}
