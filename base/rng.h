/* SPDX-License-Identifier: Apache-2.0 */
/* Counter-based random streams (doc/semantics.md, 9).
 *
 * A draw is a pure function of its address; nothing is stored or advanced,
 * so any thread, rank or vector lane can make any draw in any order. The
 * generator is Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011. Written out here because the ten
 * rounds in plain C are vectorised by the compiler; the tests compare it with
 * Random123 and with its published vectors.
 *
 *   key     = seed, low word first                      (0 .. 2^53-1)
 *   counter = { draw / 2, entity, purpose << 24 | ordinal, replication }
 *
 * One block is 128 bits: draw 2k takes words 0 and 1, draw 2k+1 words 2 and
 * 3 (low word first), u = (floor(x / 2^12) + 1/2) 2^-52, so 0 < u < 1 always,
 * u and 1 - u are equally likely and both exact.
 *
 * Purposes are the caller's (0 .. 254); 255 belongs to kernel/. */
#ifndef SBS_BASE_RNG_H
#define SBS_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SBS_SEED_MAX ((UINT64_C(1) << 53) - 1)
#define SBS_RNG_PURPOSE_MAX 255u           /* purpose: [0, 255] */
#define SBS_RNG_ORDINAL_MAX 0xffffffu      /* ordinal: [0, 2^24) */

/* The streams of one replication; plain data, copy as you like. */
struct sbs_stream {
    uint32_t key[2];
    uint32_t replication;
};

/* seed in [0, 2^53), any replication. Cannot fail. */
static inline struct sbs_stream sbs_stream_init(uint64_t seed,
                                                uint32_t replication)
{
    struct sbs_stream s;
    s.key[0] = (uint32_t)seed;
    s.key[1] = (uint32_t)(seed >> 32);
    s.replication = replication;
    return s;
}

/* The Philox4x32-10 block `out` of a counter and a key; out may be ctr. */
static inline void sbs_philox4x32(const uint32_t ctr[4], const uint32_t key[2],
                                  uint32_t out[4])
{
    uint32_t c0 = ctr[0], c1 = ctr[1], c2 = ctr[2], c3 = ctr[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)c0 * 0xD2511F53u;
        uint64_t p1 = (uint64_t)c2 * 0xCD9E8D57u;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* 64 random bits to the open unit interval: the top 52 bits as the fraction
 * of a number in [1, 2), less 1 - 2^-53. Both steps are exact. */
static inline double sbs_rng_unit(uint64_t x)
{
    uint64_t bits = (x >> 12) | UINT64_C(0x3ff0000000000000);
    double one_to_two;
    memcpy(&one_to_two, &bits, sizeof bits);
    return one_to_two - 0x1.fffffffffffffp-1;
}

/* Draws 2 `pair` and 2 `pair` + 1 of (entity, purpose, ordinal).
 * purpose in [0, 255], ordinal in [0, 2^24). */
static inline void sbs_rng_u01x2(const struct sbs_stream *s, uint32_t entity,
                                 uint32_t purpose, uint32_t ordinal,
                                 uint32_t pair, double out[2])
{
    uint32_t c[4] = { pair, entity, purpose << 24 | ordinal, s->replication };
    sbs_philox4x32(c, s->key, c);
    out[0] = sbs_rng_unit((uint64_t)c[1] << 32 | c[0]);
    out[1] = sbs_rng_unit((uint64_t)c[3] << 32 | c[2]);
}

/* Draw number `draw` of (entity, purpose, ordinal), in (0, 1). */
static inline double sbs_rng_u01(const struct sbs_stream *s, uint32_t entity,
                                 uint32_t purpose, uint32_t ordinal,
                                 uint32_t draw)
{
    double u[2];
    sbs_rng_u01x2(s, entity, purpose, ordinal, draw / 2, u);
    return u[draw & 1];
}

/* The n draws first, first + 1, ... of (entity, purpose, ordinal) into `out`
 * (n doubles); the same values as sbs_rng_u01, several blocks at a time.
 * first + n <= 2^32. */
void sbs_rng_fill(const struct sbs_stream *s, uint32_t entity,
                  uint32_t purpose, uint32_t ordinal, uint32_t first, size_t n,
                  double *out);

/* Draw `draw` of the n entities first, first + 1, ... into `out`: how a run
 * draws one variate for each of its workers. first + n <= 2^32. */
void sbs_rng_fill_entities(const struct sbs_stream *s, uint32_t first,
                           uint32_t purpose, uint32_t ordinal, uint32_t draw,
                           size_t n, double *out);

#endif
