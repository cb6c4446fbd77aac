/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of base/batch.h in the shape vectorisers like: no branch, no
 * call, conversions by bits. Included once per instruction set, with
 * SBS_BATCH_NAME and the choice of base/simd.h defined. */
#include <string.h>

#include "base/batch.h"
#include "base/fmath.h"
#include "base/simd.h"

enum { CHUNK = 256, WIDE = 2 * SBS_LANES };

/* SBS_LANES Philox blocks, a word each in the low half of a lane; what is in
 * the high halves on the way does not matter. */
static inline void philox_round(v_word c[4], v_word k0, v_word k1)
{
    v_word p0 = v_mul32(c[0], v_setw(0xD2511F53u));
    v_word p1 = v_mul32(c[2], v_setw(0xCD9E8D57u));
    c[0] = (p1 >> 32) ^ c[1] ^ k0;
    c[1] = p1;
    c[2] = (p0 >> 32) ^ c[3] ^ k1;
    c[3] = p0;
}

/* sbs_rng_unit */
static inline void store_units(double *out, v_word low, v_word high)
{
    v_word x = high << 32 | (low & v_setw(0xffffffffu));
    v_real one_to_two =
        v_as_real((x >> 12) | v_setw(UINT64_C(0x3ff0000000000000)));
    v_store(out, one_to_two - v_set(0x1.fffffffffffffp-1));
}

/* What the WIDE elements of a step count: two vectors, so that neither
 * waits. Words past 32 bits do no harm. */
struct counters {
    v_word a[4], b[4];
};

static inline void wide_blocks(struct counters c, const uint32_t key[2],
                               double *lo, double *hi)
{
    v_word k0 = v_setw(key[0]), k1 = v_setw(key[1]);
    for (int round = 0; round < 10; round++) {
        philox_round(c.a, k0, k1);
        philox_round(c.b, k0, k1);
        k0 += v_setw(0x9E3779B9u);
        k1 += v_setw(0xBB67AE85u);
    }
    store_units(lo, c.a[0], c.a[1]);
    store_units(hi, c.a[2], c.a[3]);
    store_units(lo + SBS_LANES, c.b[0], c.b[1]);
    store_units(hi + SBS_LANES, c.b[2], c.b[3]);
}

/* n elements: entity first + i / reps in replication i % reps; one of reps
 * and WIDE divides the other. */
static inline void blocks(const struct sbs_stream *s, uint32_t first,
                          uint32_t reps, uint32_t address, uint32_t pair,
                          size_t n, double *lo, double *hi)
{
    uint64_t entity[WIDE], rep[WIDE];
    for (uint32_t i = 0; i < WIDE; i++) {
        entity[i] = i / reps;
        rep[i] = i % reps;
    }
    v_word e0 = v_loadw(entity), e1 = v_loadw(entity + SBS_LANES);
    v_word r0 = v_loadw(rep), r1 = v_loadw(rep + SBS_LANES);
    for (size_t done = 0; done < n; done += WIDE) {
        v_word e = v_setw(first + done / reps);
        v_word r = v_setw(s->replication + done % reps);
        v_word at = v_setw(address), draw = v_setw(pair);
        struct counters c = { { draw, e + e0, at, r + r0 },
                              { draw, e + e1, at, r + r1 } };
        if (n - done >= WIDE) {
            wide_blocks(c, s->key, lo + done, hi + done);
        } else {
            double u[WIDE], v[WIDE];
            wide_blocks(c, s->key, u, v);
            memcpy(lo + done, u, (n - done) * sizeof *u);
            memcpy(hi + done, v, (n - done) * sizeof *v);
        }
    }
}

static void entities(const struct sbs_stream *s, uint32_t first,
                     uint32_t purpose, uint32_t ordinal, uint32_t pair,
                     size_t n, double *lo, double *hi)
{
    blocks(s, first, 1, purpose << 24 | ordinal, pair, n, lo, hi);
}

static void grid(const struct sbs_stream *s, uint32_t first, uint32_t purpose,
                 uint32_t ordinal, uint32_t pair, size_t n, double *lo,
                 double *hi)
{
    blocks(s, first, SBS_BATCH_REPS, purpose << 24 | ordinal, pair,
           SBS_BATCH_REPS * n, lo, hi);
}

static void lanes(const struct sbs_stream *s, const uint32_t *entity,
                  uint32_t purpose, const uint32_t *ordinal, uint32_t pair,
                  double *lo, double *hi)
{
    uint64_t word[3][SBS_BATCH_REPS + WIDE] = { { 0 } };
    double u[WIDE], v[WIDE];
    for (uint32_t i = 0; i < SBS_BATCH_REPS; i++) {
        word[0][i] = entity[i];
        word[1][i] = purpose << 24 | ordinal[i];
        word[2][i] = s->replication + i;
    }
    for (uint32_t done = 0; done < SBS_BATCH_REPS; done += WIDE) {
        struct counters c = { { v_setw(pair) }, { v_setw(pair) } };
        uint32_t n = SBS_BATCH_REPS - done < WIDE ? SBS_BATCH_REPS - done
                                                  : WIDE;
        for (int w = 1; w < 4; w++) {
            c.a[w] = v_loadw(&word[w - 1][done]);
            c.b[w] = v_loadw(&word[w - 1][done + SBS_LANES]);
        }
        wide_blocks(c, s->key, u, v);
        memcpy(lo + done, u, n * sizeof *u);
        memcpy(hi + done, v, n * sizeof *v);
    }
}

/* As the head of sbs_norm_quantile; of no use where |u - 1/2| > 0.425. */
static inline double centre(double u)
{
    double q = u - 0.5;
    double r = 0.180625 - q * q, r2 = r * r, r4 = r2 * r2;
    double n =
        ((3.3871328727963666080e0 + r * 1.3314166789178437745e2) +
         r2 * (1.9715909503065514427e3 + r * 1.3731693765509461125e4)) +
        r4 * ((4.5921953931549871457e4 + r * 6.7265770927008700853e4) +
              r2 * (3.3430575583588128105e4 + r * 2.5090809287301226727e3));
    double d =
        ((1.0 + r * 4.2313330701600911252e1) +
         r2 * (6.8718700749205790830e2 + r * 5.3941960214247511077e3)) +
        r4 * ((2.1213794301586595867e4 + r * 3.9307895800092710610e4) +
              r2 * (2.8729085735721942674e4 + r * 5.2264952788528545610e3));
    return q * n / d;
}

/* sqrt(-log(x)) for normal x in (0, 1). */
static inline double root_of_log(double x)
{
    uint64_t b = sbs_fmath_bits(x);
    uint64_t t = b - UINT64_C(0x3fe6a09e667f3bcd);
    /* The exponent, negative here, of the 12-bit difference. */
    uint64_t k = ((t >> 52) ^ 0x800) - 0x800;
    double m = sbs_fmath_double(b - (k << 52));
    /* 2^52 + 2^51 + k, less the first two: exact. */
    double real = sbs_fmath_double(UINT64_C(0x4338000000000000) + k) -
                  0x1.8p52;
    return sqrt(-sbs_fmath_log_core(m - 1, real, 0));
}

/* The first tail of sbs_fmath_quantile_tail, r <= 5. */
static inline double near_tail(double r)
{
    r -= 1.6;
    double q = r * r, w = q * q;
    double n =
        ((1.42343711074968357734e0 + r * 4.63033784615654529590e0) +
         q * (5.76949722146069140550e0 + r * 3.64784832476320460504e0)) +
        w * ((1.27045825245236838258e0 + r * 2.41780725177450611770e-1) +
             q * (2.27238449892691845833e-2 + r * 7.74545014278341407640e-4));
    double d =
        ((1.0 + r * 2.05319162663775882187e0) +
         q * (1.67638483018380384940e0 + r * 6.89767334985100004550e-1)) +
        w * ((1.48103976427480074590e-1 + r * 1.51986665636164571966e-2) +
             q * (5.47593808499534494600e-4 +
                  r * 1.05075007164441684324e-9));
    return n / d;
}

/* The tails of a chunk, gathered: 15 in 100. */
static void tails(size_t n, const double *u, const uint32_t *at, double *z)
{
    double q[CHUNK], x[CHUNK];
    for (size_t j = 0; j < n; j++)
        q[j] = u[at[j]];
    for (size_t j = 0; j < n; j++)
        x[j] = root_of_log(q[j] < 0.5 ? q[j] : 1 - q[j]);
    double far = 0;
    for (size_t j = 0; j < n; j++)
        far = x[j] > far ? x[j] : far;
    for (size_t j = 0; j < n; j++) {
        double y = near_tail(x[j]);
        x[j] = q[j] < 0.5 ? -y : y;
    }
    if (far > 5) /* u within 1.4e-11 of an end */
        for (size_t j = 0; j < n; j++)
            x[j] = sbs_norm_quantile(q[j]);
    for (size_t j = 0; j < n; j++)
        z[at[j]] = x[j];
}

static void normal(size_t n, const double *u, double *z)
{
    double in[CHUNK];
    uint32_t at[CHUNK];
    for (size_t done = 0; done < n; done += CHUNK) {
        size_t m = n - done < CHUNK ? n - done : CHUNK, k = 0;
        memcpy(in, u + done, m * sizeof *in);
        for (size_t i = 0; i < m; i++)
            z[done + i] = centre(in[i]);
        for (size_t i = 0; i < m; i++) {
            at[k] = (uint32_t)i;
            k += fabs(in[i] - 0.5) > 0.425;
        }
        tails(k, in, at, z + done);
    }
}

/* As sbs_exp, with the exponent taken from the difference of the bits. */
static inline double exp_one(double x)
{
    const double shift = 0x1.8p52;
    double y = x > 720 ? 720 : x;
    y = y < -760 ? -760 : y;
    int64_t unused;
    double p = sbs_fmath_expm1_core(y, &unused);
    double t = y * SBS_LOG2E + shift;
    uint64_t k = sbs_fmath_bits(t) - UINT64_C(0x4338000000000000);
    /* k + 2048 is positive, so that halving needs no sign. */
    uint64_t half = ((k + 2048) >> 1) - 1024, rest = k - half;
    return (1 + p) * sbs_fmath_double((half + 1023) << 52) *
           sbs_fmath_double((rest + 1023) << 52);
}

static void exps(size_t n, double a, double b, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = exp_one(a + b * x[i]);
}

/* sbs_log1p(-u) for u in (0, 1). */
static inline double log_above(double u)
{
    double x = -u, v = 1 + x;
    uint64_t b = sbs_fmath_bits(v);
    uint64_t t = b - UINT64_C(0x3fe6a09e667f3bcd);
    uint64_t k = ((t >> 52) ^ 0x800) - 0x800;
    double m = sbs_fmath_double(b - (k << 52));
    double real = sbs_fmath_double(UINT64_C(0x4338000000000000) + k) -
                  0x1.8p52;
    double lost = (x - (v - 1)) / v;
    return sbs_fmath_log_core(k == 0 ? x : m - 1, real, k == 0 ? 0 : lost);
}

static void exponential(size_t n, double a, double b, const double *u,
                        double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a - b * log_above(u[i]);
}

const struct sbs_batch SBS_BATCH_NAME = {
    .entities = entities,
    .grid = grid,
    .lanes = lanes,
    .normal = normal,
    .exp = exps,
    .exponential = exponential,
};
