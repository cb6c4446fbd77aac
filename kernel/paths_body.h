/* SPDX-License-Identifier: Apache-2.0 */
/* The path loop in the operations of base/simd.h. Included by paths_*.c,
 * which name the instruction set and SBS_PATHS_FUNCTION. */
#include "kernel/paths.h"
#include "base/simd.h"

/* Vectors in flight together: Philox is a chain of multiplications whose
 * latency a second, independent vector fills. */
#ifndef SBS_PATHS_VECTORS
#define SBS_PATHS_VECTORS 2
#endif
#define SLOTS (SBS_LANES * SBS_PATHS_VECTORS)

/* The paths in flight. A slot whose path has ended takes the next one. */
struct slots {
    double y[SLOTS];
    double top[SLOTS];      /* highest y of all paths that were here */
    uint64_t group[SLOTS];  /* of 4 days, the next one to do */
    uint64_t path[SLOTS];   /* number of the path */
    size_t index[SLOTS];    /* where its result goes; >= n: nowhere, idle */
};

/* Philox4x32-10 with a 32-bit word in each 64-bit lane (the upper halves of
 * c hold rubbish on the way; v_mul32 ignores it, the end removes it). */
static inline void philox(const struct sbs_paths *p, v_word c[4])
{
    uint32_t k0 = p->key[0], k1 = p->key[1];
    for (int round = 0; round < 10; round++) {
        v_word p0 = v_mul32(c[0], v_setw(0xD2511F53u));
        v_word p1 = v_mul32(c[2], v_setw(0xCD9E8D57u));
        c[0] = (p1 >> 32) ^ c[1] ^ v_setw(k0);
        c[1] = p1;
        c[2] = (p0 >> 32) ^ c[3] ^ v_setw(k1);
        c[3] = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* sqrt(-2 ln u), u = (w + 1/2) 2^-32 with w the low half of the lane.
 * u = 2^k m, m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f):
 * -2 ln u = -2 k ln 2 - s (4 + s^2 P(s^2)). */
static inline v_real radius(v_word w)
{
    const uint64_t one = 0x3ff0000000000000u, root = 0x3fe6a09e667f3bcdu;
    /* 1 + w 2^-32, less 1 - 2^-33: exact. */
    v_real u = v_as_real(((w << 32) >> 12) | v_setw(one)) -
               v_set(0x1.ffffffffp-1);
    v_word t = v_as_word(u) + v_setw(one - root);
    v_word fraction = t & v_setw(0x000fffffffffffffu);
    v_real m = v_as_real(fraction + v_setw(root));
    /* k + 1023 in the low bits of 2^52 + ... */
    v_real k = v_as_real((t >> 52) | v_setw(0x4330000000000000u)) -
               v_set(0x1p52 + 1023);
    v_real f = m - v_set(1), s = f / (v_set(2) + f), z = s * s;
    v_real q = v_set(0x1.24947bc7c7c53p-1) +
               z * (v_set(0x1.c60c2b73519e0p-2) +
                    z * v_set(0x1.92abf47b721e2p-2));
    v_real r = v_set(4) + z * (v_set(0x1.55555556a690dp+0) +
                               z * (v_set(0x1.99999581eca09p-1) + z * q));
    return v_sqrt(k * v_set(-0x1.62e42fefa39efp+0) - s * r);
}

/* A point (x, y) on the unit circle from the low half w of the lane: the low
 * 30 bits as an angle in (-45, 45) degrees, then by the two top bits a change
 * of sign of x and an exchange of x and y. */
static inline void circle(v_word w, v_real *x, v_real *y)
{
    const uint64_t two = 0x4000000000000000u;
    /* 2 + v 2^-30, less 5/2 - 2^-31: the angle in quarter turns. */
    v_real t = v_as_real(((w << 34) >> 13) | v_setw(two)) -
               v_set(2.5 - 0x1p-31);
    v_real z = t * t;
    v_real sa = v_set(0x1.5070b2f803c35p-13) +
                z * v_set(-0x1.dcec907efd1acp-19);
    v_real sb = v_set(0x1.466bc66d63881p-4) +
                z * (v_set(-0x1.32d2c4151778dp-8) + z * sa);
    v_real sine = t * (v_set(0x1.921fb54442c7fp+0) +
                       z * (v_set(-0x1.4abbce625274ep-1) + z * sb));
    v_real ca = v_set(0x1.e1e7cddc36fa6p-11) +
                z * v_set(-0x1.a0ee4978f92c3p-16);
    v_real cb = v_set(0x1.03c1f074e178fp-2) +
                z * (v_set(-0x1.55d3ba31e8051p-6) + z * ca);
    v_real cosine = v_set(0x1.ffffffffffe0cp-1) +
                    z * (v_set(-0x1.3bd3cc9bd2c8ap+0) + z * cb);
    v_word sign = (w << 32) & v_setw((uint64_t)1 << 63);
    v_word c = v_as_word(cosine) ^ sign, s = v_as_word(sine);
    v_word swap = v_setw(0) - ((w >> 30) & v_setw(1));
    v_word both = (c ^ s) & swap;
    *x = v_as_real(c ^ both);
    *y = v_as_real(s ^ both);
}

/* One day: a path already below the barrier stays where it is. */
static inline v_real day(const struct sbs_paths *p, v_real y, v_real z)
{
    return y + v_unless_lt(y, v_set(p->barrier), v_set(p->drift) + z);
}

/* Four days of the vector of paths that begins at slot `at`. Returns the bits
 * of the paths that have ended; the groups move on. */
static inline unsigned advance(const struct sbs_paths *p, struct slots *slots,
                               int at)
{
    v_word group = v_loadw(slots->group + at);
    v_word number = v_loadw(slots->path + at);
    v_word c[4] = { group, number, (number >> 32) | v_setw(255u << 24),
                    v_setw(p->scenario) };
    philox(p, c);
    v_real r0 = radius(c[0]), r1 = radius(c[2]), x0, y0, x1, y1;
    circle(c[1], &x0, &y0);
    circle(c[3], &x1, &y1);
    v_real y = v_load(slots->y + at), top = v_load(slots->top + at);
    y = day(p, y, r0 * x0);
    top = v_max(top, y);
    y = day(p, y, r0 * y0);
    top = v_max(top, y);
    y = day(p, y, r1 * x1);
    top = v_max(top, y);
    y = day(p, y, r1 * y1);
    top = v_max(top, y);
    group = group + v_setw(1);
    v_store(slots->y + at, y);
    v_store(slots->top + at, top);
    v_storew(slots->group + at, group);
    /* The top bit is set once group >= SBS_PATHS_GROUPS. */
    v_word last = group + v_setw(((uint64_t)1 << 63) - SBS_PATHS_GROUPS);
    return v_lt_bits(y, v_set(p->barrier)) | v_top_bits(last);
}

/* Put path `index` of the call into a slot; when there is none, let the slot
 * idle at a y that no normal changes and no maximum sees. */
static inline void slot_fill(struct slots *s, int slot, uint64_t first,
                             size_t index, size_t n)
{
    s->y[slot] = index < n ? 0 : -INFINITY;
    s->group[slot] = 0;
    s->path[slot] = first + index;
    s->index[slot] = index;
}

double SBS_PATHS_FUNCTION(const struct sbs_paths *p, uint64_t first, size_t n,
                          double *y)
{
    struct slots s = { .top = { 0 } };
    size_t next = 0, left = n;
    for (int slot = 0; slot < SLOTS; slot++)
        slot_fill(&s, slot, first, next++, n);
    while (left) {
        unsigned ended = 0;
        for (int at = 0; at < SLOTS; at += SBS_LANES)
            ended |= advance(p, &s, at) << at;
        for (; ended; ended &= ended - 1) {
            int slot = __builtin_ctz(ended);
            if (s.index[slot] < n) {
                y[s.index[slot]] = s.y[slot];
                left--;
            }
            slot_fill(&s, slot, first, next++, n);
        }
    }
    double top = 0;
    for (int slot = 0; slot < SLOTS; slot++)
        top = s.top[slot] > top ? s.top[slot] : top;
    return top;
}
