/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/rng.h"

#define LANES 8 /* blocks worked on together; any number gives the same */

/* LANES Philox blocks, word by word, in the shape vectorisers like. */
static void philox_lanes(uint32_t c[4][LANES], const uint32_t key[2])
{
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < LANES; i++) {
            uint64_t p0 = (uint64_t)c[0][i] * 0xD2511F53u;
            uint64_t p1 = (uint64_t)c[2][i] * 0xCD9E8D57u;
            c[0][i] = (uint32_t)(p1 >> 32) ^ c[1][i] ^ k0;
            c[1][i] = (uint32_t)p1;
            c[2][i] = (uint32_t)(p0 >> 32) ^ c[3][i] ^ k1;
            c[3][i] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

void sbs_rng_fill(const struct sbs_stream *s, uint32_t entity,
                  uint32_t purpose, uint32_t ordinal, uint32_t first, size_t n,
                  double *out)
{
    size_t done = 0;
    if (n && (first & 1))
        out[done++] = sbs_rng_u01(s, entity, purpose, ordinal, first);
    uint32_t pair = (uint32_t)((first + done) / 2);
    for (; n - done >= 2 * (size_t)LANES; done += 2 * LANES, pair += LANES) {
        uint32_t c[4][LANES];
        for (uint32_t i = 0; i < LANES; i++) {
            c[0][i] = pair + i;
            c[1][i] = entity;
            c[2][i] = purpose << 24 | ordinal;
            c[3][i] = s->replication;
        }
        philox_lanes(c, s->key);
        for (size_t i = 0; i < LANES; i++) {
            double *u = out + done + 2 * i;
            u[0] = sbs_rng_unit((uint64_t)c[1][i] << 32 | c[0][i]);
            u[1] = sbs_rng_unit((uint64_t)c[3][i] << 32 | c[2][i]);
        }
    }
    for (; done < n; done++)
        out[done] = sbs_rng_u01(s, entity, purpose, ordinal,
                                (uint32_t)(first + done));
}

void sbs_rng_fill_entities(const struct sbs_stream *s, uint32_t first,
                           uint32_t purpose, uint32_t ordinal, uint32_t draw,
                           size_t n, double *out)
{
    size_t done = 0;
    size_t low = draw & 1 ? 2 : 0;
    for (; n - done >= LANES; done += LANES) {
        uint32_t c[4][LANES];
        for (uint32_t i = 0; i < LANES; i++) {
            c[0][i] = draw / 2;
            c[1][i] = (uint32_t)(first + done) + i;
            c[2][i] = purpose << 24 | ordinal;
            c[3][i] = s->replication;
        }
        philox_lanes(c, s->key);
        for (size_t i = 0; i < LANES; i++)
            out[done + i] =
                sbs_rng_unit((uint64_t)c[low + 1][i] << 32 | c[low][i]);
    }
    for (; done < n; done++)
        out[done] = sbs_rng_u01(s, (uint32_t)(first + done), purpose, ordinal,
                                draw);
}
