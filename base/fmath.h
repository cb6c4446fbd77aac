/* SPDX-License-Identifier: Apache-2.0 */
/* Transcendental functions whose bits depend on nothing but the argument:
 * not on libm, the processor, the vector width or the compiler. Only IEEE
 * + - * / and sqrt, integer operations on the bits, and a fixed order of
 * evaluation (-ffp-contract=off, Makefile.am). Random variates and the kernel
 * use these, never libm.
 *
 * Errors in units in the last place (ulp), as tests/test_base_fmath.c checks
 * them against long double libm: exp, log 0.9; expm1, log1p 1.7; pow 1.5;
 * norm_quantile 8e-16 and norm_cdf 1e-15 relative (2e-15 below -14).
 * Polynomials: minimax fits (Remez, 160 bits) made for this file. The logarithm
 * is arranged as in Sun's fdlibm, the quantile is Wichura's AS 241 (PPND16,
 * Applied Statistics 37, 1988), the distribution function Cody's (Math. Comp.
 * 22, 1969, as used by GSL and R).
 *
 * Domain errors give NaN, poles and overflow infinities, as in C's Annex F,
 * without touching errno. */
#ifndef SBS_BASE_FMATH_H
#define SBS_BASE_FMATH_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "results need plain double arithmetic: on i386 use -msse2 -mfpmath=sse"
#endif
#ifdef __FAST_MATH__
#error "results need IEEE arithmetic: do not use -ffast-math"
#endif

#define SBS_LN2_HI 0x1.62e42fee00000p-1  /* 33 bits, so k * it is exact */
#define SBS_LN2_LO 0x1.a39ef35793c76p-33
#define SBS_LOG2E 0x1.71547652b82fep+0

static inline uint64_t sbs_fmath_bits(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

static inline double sbs_fmath_double(uint64_t b)
{
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

/* 2^k for k in [-1022, 1023]. */
static inline double sbs_fmath_pow2(int64_t k)
{
    return sbs_fmath_double((uint64_t)(k + 1023) << 52);
}

/* y 2^k for k in [-1100, 1025]: in two steps, so that a subnormal result is
 * rounded once and 2^1024 (a positive y below 1) does not overflow early. */
static inline double sbs_fmath_scale(double y, int64_t k)
{
    int64_t half = k >> 1;
    return y * sbs_fmath_pow2(half) * sbs_fmath_pow2(k - half);
}

/* x = k ln 2 + r with |r| <= ln(2)/2 (and an ulp); returns exp(r) - 1 and
 * sets *k. |x| <= 760 or NaN (k is then without meaning, the result NaN). */
static inline double sbs_fmath_expm1_core(double x, int64_t *k)
{
    /* Adding 1.5 2^52 rounds to an integer and leaves it in the low bits. */
    const double shift = 0x1.8p52;
    double t = x * SBS_LOG2E + shift;
    *k = (int32_t)(uint32_t)sbs_fmath_bits(t);
    t -= shift;
    double hi = x - t * SBS_LN2_HI, lo = t * SBS_LN2_LO;
    double r = hi - lo, r2 = r * r, r4 = r2 * r2;
    double a = (0x1.0000000000008p-1 + r * 0x1.55555555554fep-3) +
               r2 * (0x1.5555555550e6ap-5 + r * 0x1.11111111275a5p-7);
    double b = (0x1.6c16c1831800fp-10 + r * 0x1.a01a012a7517ep-13) +
               r2 * (0x1.a0199c8c967fcp-16 + r * 0x1.71df284ae7d0cp-19);
    double c = 0x1.28ab676e8fe0dp-22 + r * 0x1.ad76dfff20e08p-26;
    double q = a + r4 * (b + r4 * c);
    return hi + (r2 * q - lo);
}

static inline double sbs_exp(double x)
{
    int64_t k;
    /* Past these the result is infinite or 0 whatever x is; NaN stays. */
    double y = x > 720 ? 720 : x;
    y = y < -760 ? -760 : y;
    double p = sbs_fmath_expm1_core(y, &k);
    k = y == y ? k : 0;
    return sbs_fmath_scale(1 + p, k > 1025 ? 1025 : k);
}

/* exp(x) - 1 without cancellation. */
static inline double sbs_expm1(double x)
{
    int64_t k;
    double y = x > 50 ? 50 : x;
    y = y < -50 ? -50 : y;
    double p = sbs_fmath_expm1_core(y, &k);
    k = y == y ? k : 0;
    double r = k == 0 ? p
                      : ((1 - sbs_fmath_pow2(-k)) + p) * sbs_fmath_pow2(k);
    r = x > 50 ? sbs_exp(x) : r;
    return x == 0 ? x : r; /* keeps -0 */
}

/* The exponent k of x (normal, positive) that leaves a fraction in
 * [sqrt(1/2), sqrt(2)), which goes into *m. */
static inline int64_t sbs_fmath_split(double x, double *m)
{
    uint64_t b = sbs_fmath_bits(x);
    /* Moves the fractions above sqrt(2) to the next exponent. */
    uint64_t t = b - UINT64_C(0x3fe6a09e667f3bcd);
    int64_t k = (int64_t)(t >> 52);
    k -= (k & 0x800) << 1; /* the sign of the 12-bit difference */
    *m = sbs_fmath_double(b - ((uint64_t)k << 52));
    return k;
}

/* k ln 2 + log(1 + f) + c, f in [-0.293, 0.4143], c tiny: with s = f/(2+f),
 * log(1 + f) = 2 s + s z R(z), z = s^2, written around f - f^2/2. */
static inline double sbs_fmath_log_core(double f, double k, double c)
{
    double s = f / (2 + f), z = s * s, z2 = z * z;
    double a = (0x1.5555555555558p-1 + z * 0x1.9999999995218p-2) +
               z2 * (0x1.2492492e0527fp-2 + z * 0x1.c71c62cea454ap-3);
    double b = (0x1.7462ba9bed03cp-3 + z * 0x1.39fdaa4c239fbp-3) +
               z2 * 0x1.2b60775f47b24p-3;
    double r = z * (a + z2 * z2 * b);
    double half = 0.5 * f * f;
    return k * SBS_LN2_HI -
           ((half - (s * (half + r) + (k * SBS_LN2_LO + c))) - f);
}

static inline double sbs_log(double x)
{
    double m;
    int subnormal = x < DBL_MIN;
    double y = subnormal ? x * 0x1p54 : x;
    int64_t k = sbs_fmath_split(y, &m);
    double r = sbs_fmath_log_core(m - 1, (double)(subnormal ? k - 54 : k), 0);
    r = x == INFINITY ? x : r;
    r = x == 0 ? -INFINITY : r;
    return x >= 0 ? r : NAN;
}

/* log(1 + x) without cancellation. */
static inline double sbs_log1p(double x)
{
    double m, u = 1 + x;
    int64_t k = sbs_fmath_split(u, &m);
    /* What 1 + x lost in rounding, relative to u; u = 1 + x is exact enough
     * when k is 0 because then log is taken of 1 + x itself. */
    double lost = (x >= 1 ? 1 - (u - x) : x - (u - 1)) / u;
    double r = sbs_fmath_log_core(k == 0 ? x : m - 1, (double)k,
                                  k == 0 ? 0 : lost);
    r = x == INFINITY ? x : r;
    r = x == -1 ? -INFINITY : r;
    r = x >= -1 ? r : NAN;
    return x == 0 ? x : r; /* keeps -0 */
}

/* AS 241, the tails: the quantile of p = exp(-r^2), p in (0, 0.075]. */
static inline double sbs_fmath_quantile_tail(double r)
{
    double n, d;
    if (r <= 5) {
        r -= 1.6;
        double q = r * r, w = q * q;
        n = ((1.42343711074968357734e0 + r * 4.63033784615654529590e0) +
             q * (5.76949722146069140550e0 + r * 3.64784832476320460504e0)) +
            w * ((1.27045825245236838258e0 + r * 2.41780725177450611770e-1) +
                 q * (2.27238449892691845833e-2 +
                      r * 7.74545014278341407640e-4));
        d = ((1.0 + r * 2.05319162663775882187e0) +
             q * (1.67638483018380384940e0 + r * 6.89767334985100004550e-1)) +
            w * ((1.48103976427480074590e-1 + r * 1.51986665636164571966e-2) +
                 q * (5.47593808499534494600e-4 +
                      r * 1.05075007164441684324e-9));
        return n / d;
    }
    r -= 5;
    double q = r * r, w = q * q;
    n = ((6.65790464350110377720e0 + r * 5.46378491116411436990e0) +
         q * (1.78482653991729133580e0 + r * 2.96560571828504891230e-1)) +
        w * ((2.65321895265761230930e-2 + r * 1.24266094738807843860e-3) +
             q * (2.71155556874348757815e-5 + r * 2.01033439929228813265e-7));
    d = ((1.0 + r * 5.99832206555887937690e-1) +
         q * (1.36929880922735805310e-1 + r * 1.48753612908506148525e-2)) +
        w * ((7.86869131145613259100e-4 + r * 1.84631831751005468180e-5) +
             q * (1.42151175831644588870e-7 + r * 2.04426310338993978564e-15));
    return n / d;
}

/* The standard normal quantile of p; -inf at 0, inf at 1, NaN outside.
 * Odd about 1/2 bit for bit. */
static inline double sbs_norm_quantile(double p)
{
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
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
    double tail = q < 0 ? p : 1 - p;
    if (!(tail > 0))
        return tail == 0 ? (q < 0 ? -INFINITY : INFINITY) : NAN;
    double z = sbs_fmath_quantile_tail(sqrt(-sbs_log(tail)));
    return q < 0 ? -z : z;
}

/* P(Z <= x), Z standard normal; relative accuracy kept in the lower tail
 * until it underflows near -38.5. */
double sbs_norm_cdf(double x);

/* x^y for x >= 0; NaN for x < 0 whatever y is (no caller has one). */
double sbs_pow(double x, double y);

/* Of two numbers, neither a NaN: fmin and fmax without a call. */
static inline double sbs_lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double sbs_greater(double a, double b)
{
    return a > b ? a : b;
}

#endif
