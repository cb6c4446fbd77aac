/* SPDX-License-Identifier: Apache-2.0 */
/* Shapley values of games with known answers. */
#include "calibrate/shapley.h"

#include "base/rng.h"
#include "tests/tap.h"

static void additive(void)
{
    const double worth[4] = { 3, -1, 0, 7 };
    double v[16], share[4], lo, hi;
    for (uint32_t s = 0; s < 16; s++) {
        v[s] = 5;
        for (uint32_t i = 0; i < 4; i++)
            v[s] += s >> i & 1 ? worth[i] : 0;
    }
    sbs_shapley_shares(4, v, share);
    for (uint32_t i = 0; i < 4; i++) {
        ok(fabs(share[i] - worth[i]) < 1e-14, "additive game, player %u", i);
        sbs_shapley_range(4, v, i, &lo, &hi);
        ok(lo == worth[i] && hi == worth[i], "... in every order the same");
    }
}

/* Player 0 has a left glove, 1 and 2 a right one each: 2/3, 1/6, 1/6. */
static void gloves(void)
{
    double v[8], share[3], lo, hi;
    for (uint32_t s = 0; s < 8; s++)
        v[s] = (s & 1) && (s & 6) ? 1 : 0;
    sbs_shapley_shares(3, v, share);
    is_near(share[0], 2.0 / 3, 1e-14, "gloves: the only left one");
    is_near(share[1], 1.0 / 6, 1e-14, "gloves: a right one");
    is_near(share[2], 1.0 / 6, 1e-14, "gloves: the other right one");
    sbs_shapley_range(3, v, 1, &lo, &hi);
    ok(lo == 0 && hi == 1, "gloves: a right one is worth 0 to 1");
}

/* Littlechild and Owen 1973: a runway costs what the largest needs; each
 * piece is shared by those who use it. */
static void airport(void)
{
    const double need[4] = { 8, 11, 13, 18 };
    const double want[4] = { 2, 3, 4, 9 };
    double v[16], share[4];
    for (uint32_t s = 0; s < 16; s++) {
        v[s] = 0;
        for (uint32_t i = 0; i < 4; i++)
            if (s >> i & 1)
                v[s] = fmax(v[s], need[i]);
    }
    sbs_shapley_shares(4, v, share);
    for (uint32_t i = 0; i < 4; i++)
        is_near(share[i], want[i], 1e-14, "airport");
}

/* Set of the players of s under their other numbers. */
static uint32_t renumber(uint32_t s, const uint32_t *to, uint32_t k)
{
    uint32_t out = 0;
    for (uint32_t i = 0; i < k; i++)
        if (s >> i & 1)
            out |= 1u << to[i];
    return out;
}

static void random_games(void)
{
    enum { K = 6, N = 1 << K };
    static const uint32_t to[K] = { 3, 5, 0, 1, 4, 2 };
    struct sbs_stream stream = sbs_stream_init(4, 0);
    double v[N], w[N], share[K], other[K], worst_sum = 0, worst_order = 0;
    double worst_weight = 0;
    int inside = 1;
    for (uint32_t game = 0; game < 200; game++) {
        double sum = 0, lo, hi;
        for (uint32_t s = 0; s < N; s++)
            v[s] = w[renumber(s, to, K)] =
                1000 * sbs_rng_u01(&stream, s, 1, game, 0);
        sbs_shapley_shares(K, v, share);
        sbs_shapley_shares(K, w, other);
        for (uint32_t i = 0; i < K; i++) {
            double by_weight = 0;
            for (uint32_t s = 0; s < N; s++)
                by_weight += sbs_shapley_coefficient(K, i, s) * v[s];
            sum += share[i];
            sbs_shapley_range(K, v, i, &lo, &hi);
            inside &= lo <= share[i] && share[i] <= hi;
            worst_order = fmax(worst_order, fabs(share[i] - other[to[i]]));
            worst_weight = fmax(worst_weight, fabs(share[i] - by_weight));
        }
        worst_sum = fmax(worst_sum, fabs(sum - (v[N - 1] - v[0])));
    }
    ok(worst_sum < 1e-9, "shares sum to the whole (%.1e)", worst_sum);
    ok(worst_order < 1e-9, "the order of players does not matter (%.1e)",
       worst_order);
    ok(worst_weight < 1e-9, "coefficients say the same (%.1e)",
       worst_weight);
    ok(inside, "a share lies between its least and largest contribution");
}

int main(void)
{
    additive();
    gloves();
    airport();
    random_games();
    return tap_done();
}
