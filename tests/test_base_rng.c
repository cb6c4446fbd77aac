/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: Philox against Random123 and its published vectors, the layout,
 * the batch forms, and the first moments of the uniforms. */
#include "config.h"

#include "base/rng.h"
#include "tests/tap.h"

/* Random123's headers trip -Wconversion and others; they are not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

static void test_vectors(void)
{
    /* kat_vectors of Random123 1.14: philox4x32, 10 rounds. */
    static const uint32_t kat[3][10] = {
        { 0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 },
        { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
          0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd },
        { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822,
          0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 }
    };
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        sbs_philox4x32(kat[i], kat[i] + 4, out);
        ok(memcmp(out, kat[i] + 6, sizeof out) == 0,
           "published vector %d of Philox4x32-10", i);
    }
}

static void test_random123(void)
{
    int same = 1;
    uint64_t x = 88172645463325252u; /* xorshift64, to vary the input */
    for (int i = 0; i < 100000; i++) {
        uint32_t in[6], out[4];
        for (int j = 0; j < 6; j++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            in[j] = (uint32_t)(x >> 20);
        }
        philox4x32_ctr_t c = { { in[0], in[1], in[2], in[3] } };
        philox4x32_key_t k = { { in[4], in[5] } };
        philox4x32_ctr_t want = philox4x32(c, k);
        sbs_philox4x32(in, in + 4, out);
        same &= memcmp(out, want.v, sizeof out) == 0;
    }
    ok(same, "100000 blocks equal Random123's");
}

static void test_layout(void)
{
    struct sbs_stream s = sbs_stream_init(SBS_SEED_MAX - 5, 77);
    uint32_t key[2] = { 0xfffffffau, 0x1fffffu };
    uint32_t ctr[4] = { 123456u / 2, 9, 3u << 24 | 0xabcdefu, 77 }, w[4];
    sbs_philox4x32(ctr, key, w);
    uint64_t x0 = (uint64_t)w[1] << 32 | w[0], x1 = (uint64_t)w[3] << 32 | w[2];
    double u0 = ((double)(x0 >> 12) + 0.5) * 0x1p-52;
    double u1 = ((double)(x1 >> 12) + 0.5) * 0x1p-52;
    ok(sbs_rng_u01(&s, 9, 3, 0xabcdef, 123456) == u0, "even draw: words 0, 1");
    ok(sbs_rng_u01(&s, 9, 3, 0xabcdef, 123457) == u1, "odd draw: words 2, 3");
    double u[2];
    sbs_rng_u01x2(&s, 9, 3, 0xabcdef, 123456 / 2, u);
    ok(u[0] == u0 && u[1] == u1, "both at once are the same draws");
    ok(sbs_rng_unit(0) == 0x1p-53, "smallest uniform is 2^-53");
    ok(sbs_rng_unit(UINT64_MAX) == 1 - 0x1p-53, "largest is 1 - 2^-53");
}

static void test_fill(void)
{
    enum { MAX = 67 };
    struct sbs_stream s = sbs_stream_init(42, 3);
    int same = 1, within = 1;
    for (uint32_t first = 0; first < 4; first++)
        for (size_t n = 0; n <= MAX; n++) {
            double u[MAX + 1], e[MAX + 1];
            u[n] = e[n] = -1;
            sbs_rng_fill(&s, 5, 2, 1, first, n, u);
            sbs_rng_fill_entities(&s, first, 2, 1, first, n, e);
            within &= u[n] == -1 && e[n] == -1;
            for (uint32_t i = 0; i < n; i++) {
                same &= u[i] == sbs_rng_u01(&s, 5, 2, 1, first + i);
                same &= e[i] == sbs_rng_u01(&s, first + i, 2, 1, first);
            }
        }
    ok(same, "batches equal single draws, any start and length");
    ok(within, "batches write n values, no more");
    double u[17];
    sbs_rng_fill(&s, 5, 2, 1, UINT32_MAX - 16, 17, u);
    ok(u[16] == sbs_rng_u01(&s, 5, 2, 1, UINT32_MAX) &&
           u[0] == sbs_rng_u01(&s, 5, 2, 1, UINT32_MAX - 16),
       "the last draws of a stream");
}

/* Means, variances, and correlations between neighbouring addresses. */
static void test_moments(void)
{
    enum { N = 1 << 18 };
    static double u[N];
    struct sbs_stream s = sbs_stream_init(1, 0);
    double sum = 0, square = 0, next = 0, word = 0, rep = 0;
    sbs_rng_fill(&s, 0, 0, 0, 0, N, u);
    struct sbs_stream t = sbs_stream_init(1, 1);
    for (uint32_t i = 0; i < N; i++) {
        double a = u[i] - 0.5;
        sum += a;
        square += a * a;
        next += a * (u[(i + 1) % N] - 0.5);
        word += a * (sbs_rng_u01(&s, 1, 0, 0, i) - 0.5);
        rep += a * (sbs_rng_u01(&t, 0, 0, 0, i) - 0.5);
    }
    is_z(sum / N, sqrt(1.0 / 12 / N), 0, "mean");
    is_z(square / N, sqrt(1.0 / 180 / N), 1.0 / 12, "variance");
    is_z(next / N, 1.0 / 12 / sqrt(N), 0, "covariance with the next draw");
    is_z(word / N, 1.0 / 12 / sqrt(N), 0, "covariance with the next entity");
    is_z(rep / N, 1.0 / 12 / sqrt(N), 0,
         "covariance with the next replication");
}

int main(void)
{
    test_vectors();
    test_random123();
    test_layout();
    test_fill();
    test_moments();
    return tap_done();
}
