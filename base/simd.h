/* SPDX-License-Identifier: Apache-2.0 */
/* The few vector operations that kernel/, base/batch and sim/lanes need, once
 * per instruction set.
 * Define SBS_SIMD_SCALAR, _SSE2, _AVX2 or _AVX512 before including, one a
 * source file.
 *
 *   v_real   SBS_LANES doubles                  + - * / as usual
 *   v_word   SBS_LANES 64-bit unsigned words    + - & | ^ << >> as usual
 *   v_mask   SBS_LANES truth values             v_and v_or v_but v_any v_pick
 *
 * Each is one IEEE or integer operation per lane, so what is written with
 * them gives the same bits whatever the width. */
#ifndef SBS_BASE_SIMD_H
#define SBS_BASE_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef SBS_SIMD_SCALAR
#include <immintrin.h>
#endif

#if defined SBS_SIMD_AVX512
#define SBS_LANES 8
typedef __m512d v_real;
typedef uint64_t v_word __attribute__((vector_size(64)));

static inline v_real v_set(double x) { return _mm512_set1_pd(x); }
static inline v_word v_setw(uint64_t x)
{
    return (v_word)_mm512_set1_epi64((long long)x);
}
static inline v_real v_load(const double *p) { return _mm512_loadu_pd(p); }
static inline void v_store(double *p, v_real x) { _mm512_storeu_pd(p, x); }
static inline v_word v_loadw(const uint64_t *p)
{
    return (v_word)_mm512_loadu_si512(p);
}
static inline void v_storew(uint64_t *p, v_word x)
{
    _mm512_storeu_si512(p, (__m512i)x);
}
/* Product of the low halves of the words. */
static inline v_word v_mul32(v_word a, v_word b)
{
    return (v_word)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
static inline v_real v_sqrt(v_real x) { return _mm512_sqrt_pd(x); }
static inline v_real v_max(v_real a, v_real b) { return _mm512_max_pd(a, b); }
static inline v_real v_as_real(v_word x) { return (v_real)x; }
static inline v_word v_as_word(v_real x) { return (v_word)x; }
/* x where not a < b, 0 elsewhere (and where a or b is NaN, x). */
static inline v_real v_unless_lt(v_real a, v_real b, v_real x)
{
    return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a, b, _CMP_NLT_UQ), x);
}
/* Bit i set where a < b in lane i. */
static inline unsigned v_lt_bits(v_real a, v_real b)
{
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
/* Bit i set where the top bit of lane i is set. */
static inline unsigned v_top_bits(v_word x)
{
    return _mm512_test_epi64_mask((__m512i)x,
                                  (__m512i)v_setw((uint64_t)1 << 63));
}

typedef __mmask8 v_mask;
static inline v_mask v_lt(v_real a, v_real b)
{
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
static inline v_mask v_eq(v_real a, v_real b)
{
    return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);
}
static inline v_mask v_and(v_mask a, v_mask b) { return (v_mask)(a & b); }
static inline v_mask v_or(v_mask a, v_mask b) { return (v_mask)(a | b); }
static inline v_mask v_but(v_mask a, v_mask b) { return (v_mask)(a & ~b); }
static inline int v_any(v_mask m) { return m != 0; }
/* a where m, else b. */
static inline v_real v_pick(v_mask m, v_real a, v_real b)
{
    return _mm512_mask_blend_pd(m, b, a);
}
/* a + b where m, else a. */
static inline v_real v_add_if(v_mask m, v_real a, v_real b)
{
    return _mm512_mask_add_pd(a, m, a, b);
}
static inline v_real v_ceil(v_real x)
{
    return _mm512_roundscale_pd(x, _MM_FROUND_TO_POS_INF |
                                       _MM_FROUND_NO_EXC);
}
/* p[at] lane by lane; at from v_setw or v_loadw. */
static inline v_real v_gather(const double *p, v_word at)
{
    return _mm512_i64gather_pd((__m512i)at, p, 8);
}
static inline void v_scatter(double *p, v_word at, v_real x)
{
    _mm512_i64scatter_pd(p, (__m512i)at, x, 8);
}

#elif defined SBS_SIMD_AVX2
#define SBS_LANES 4
typedef __m256d v_real;
typedef uint64_t v_word __attribute__((vector_size(32)));

static inline v_real v_set(double x) { return _mm256_set1_pd(x); }
static inline v_word v_setw(uint64_t x)
{
    return (v_word)_mm256_set1_epi64x((long long)x);
}
static inline v_real v_load(const double *p) { return _mm256_loadu_pd(p); }
static inline void v_store(double *p, v_real x) { _mm256_storeu_pd(p, x); }
static inline v_word v_loadw(const uint64_t *p)
{
    return (v_word)_mm256_loadu_si256((const __m256i *)(const void *)p);
}
static inline void v_storew(uint64_t *p, v_word x)
{
    _mm256_storeu_si256((__m256i *)(void *)p, (__m256i)x);
}
static inline v_word v_mul32(v_word a, v_word b)
{
    return (v_word)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
static inline v_real v_sqrt(v_real x) { return _mm256_sqrt_pd(x); }
static inline v_real v_max(v_real a, v_real b) { return _mm256_max_pd(a, b); }
static inline v_real v_as_real(v_word x) { return (v_real)x; }
static inline v_word v_as_word(v_real x) { return (v_word)x; }
static inline v_real v_unless_lt(v_real a, v_real b, v_real x)
{
    return _mm256_and_pd(_mm256_cmp_pd(a, b, _CMP_NLT_UQ), x);
}
static inline unsigned v_lt_bits(v_real a, v_real b)
{
    return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_LT_OQ));
}
static inline unsigned v_top_bits(v_word x)
{
    return (unsigned)_mm256_movemask_pd((v_real)x);
}

typedef __m256d v_mask;
static inline v_mask v_lt(v_real a, v_real b)
{
    return _mm256_cmp_pd(a, b, _CMP_LT_OQ);
}
static inline v_mask v_eq(v_real a, v_real b)
{
    return _mm256_cmp_pd(a, b, _CMP_EQ_OQ);
}
static inline v_mask v_and(v_mask a, v_mask b) { return _mm256_and_pd(a, b); }
static inline v_mask v_or(v_mask a, v_mask b) { return _mm256_or_pd(a, b); }
static inline v_mask v_but(v_mask a, v_mask b)
{
    return _mm256_andnot_pd(b, a);
}
static inline int v_any(v_mask m) { return _mm256_movemask_pd(m) != 0; }
static inline v_real v_pick(v_mask m, v_real a, v_real b)
{
    return _mm256_blendv_pd(b, a, m);
}
static inline v_real v_add_if(v_mask m, v_real a, v_real b)
{
    return v_pick(m, a + b, a);
}
static inline v_real v_ceil(v_real x) { return _mm256_ceil_pd(x); }
static inline v_real v_gather(const double *p, v_word at)
{
    return _mm256_i64gather_pd(p, (__m256i)at, 8);
}
static inline void v_scatter(double *p, v_word at, v_real x)
{
    for (int i = 0; i < SBS_LANES; i++)
        p[at[i]] = x[i];
}

#elif defined SBS_SIMD_SSE2
#define SBS_LANES 2
typedef __m128d v_real;
typedef uint64_t v_word __attribute__((vector_size(16)));

static inline v_real v_set(double x) { return _mm_set1_pd(x); }
static inline v_word v_setw(uint64_t x)
{
    return (v_word)_mm_set1_epi64x((long long)x);
}
static inline v_real v_load(const double *p) { return _mm_loadu_pd(p); }
static inline void v_store(double *p, v_real x) { _mm_storeu_pd(p, x); }
static inline v_word v_loadw(const uint64_t *p)
{
    return (v_word)_mm_loadu_si128((const __m128i *)(const void *)p);
}
static inline void v_storew(uint64_t *p, v_word x)
{
    _mm_storeu_si128((__m128i *)(void *)p, (__m128i)x);
}
static inline v_word v_mul32(v_word a, v_word b)
{
    return (v_word)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
static inline v_real v_sqrt(v_real x) { return _mm_sqrt_pd(x); }
static inline v_real v_max(v_real a, v_real b) { return _mm_max_pd(a, b); }
static inline v_real v_as_real(v_word x) { return (v_real)x; }
static inline v_word v_as_word(v_real x) { return (v_word)x; }
static inline v_real v_unless_lt(v_real a, v_real b, v_real x)
{
    return _mm_and_pd(_mm_cmpnlt_pd(a, b), x);
}
static inline unsigned v_lt_bits(v_real a, v_real b)
{
    return (unsigned)_mm_movemask_pd(_mm_cmplt_pd(a, b));
}
static inline unsigned v_top_bits(v_word x)
{
    return (unsigned)_mm_movemask_pd((v_real)x);
}

typedef __m128d v_mask;
static inline v_mask v_lt(v_real a, v_real b) { return _mm_cmplt_pd(a, b); }
static inline v_mask v_eq(v_real a, v_real b) { return _mm_cmpeq_pd(a, b); }
static inline v_mask v_and(v_mask a, v_mask b) { return _mm_and_pd(a, b); }
static inline v_mask v_or(v_mask a, v_mask b) { return _mm_or_pd(a, b); }
static inline v_mask v_but(v_mask a, v_mask b)
{
    return _mm_andnot_pd(b, a);
}
static inline int v_any(v_mask m) { return _mm_movemask_pd(m) != 0; }
static inline v_real v_pick(v_mask m, v_real a, v_real b)
{
    return _mm_or_pd(_mm_and_pd(m, a), _mm_andnot_pd(m, b));
}
static inline v_real v_add_if(v_mask m, v_real a, v_real b)
{
    return v_pick(m, a + b, a);
}
static inline v_real v_ceil(v_real x)
{
    return _mm_set_pd(ceil(x[1]), ceil(x[0]));
}
static inline v_real v_gather(const double *p, v_word at)
{
    return _mm_set_pd(p[at[1]], p[at[0]]);
}
static inline void v_scatter(double *p, v_word at, v_real x)
{
    p[at[0]] = x[0];
    p[at[1]] = x[1];
}

#elif defined SBS_SIMD_SCALAR
#define SBS_LANES 1
typedef double v_real;
typedef uint64_t v_word;

static inline v_real v_set(double x) { return x; }
static inline v_word v_setw(uint64_t x) { return x; }
static inline v_real v_load(const double *p) { return *p; }
static inline void v_store(double *p, v_real x) { *p = x; }
static inline v_word v_loadw(const uint64_t *p) { return *p; }
static inline void v_storew(uint64_t *p, v_word x) { *p = x; }
static inline v_word v_mul32(v_word a, v_word b)
{
    return (a & 0xffffffffu) * (b & 0xffffffffu);
}
static inline v_real v_sqrt(v_real x) { return sqrt(x); }
static inline v_real v_max(v_real a, v_real b) { return a > b ? a : b; }
static inline v_real v_as_real(v_word x)
{
    v_real r;
    memcpy(&r, &x, sizeof r);
    return r;
}
static inline v_word v_as_word(v_real x)
{
    v_word w;
    memcpy(&w, &x, sizeof w);
    return w;
}
static inline v_real v_unless_lt(v_real a, v_real b, v_real x)
{
    return a < b ? 0 : x;
}
static inline unsigned v_lt_bits(v_real a, v_real b) { return a < b; }
static inline unsigned v_top_bits(v_word x) { return (unsigned)(x >> 63); }

typedef int v_mask;
static inline v_mask v_lt(v_real a, v_real b) { return a < b; }
static inline v_mask v_eq(v_real a, v_real b) { return a == b; }
static inline v_mask v_and(v_mask a, v_mask b) { return a & b; }
static inline v_mask v_or(v_mask a, v_mask b) { return a | b; }
static inline v_mask v_but(v_mask a, v_mask b) { return a & !b; }
static inline int v_any(v_mask m) { return m; }
static inline v_real v_pick(v_mask m, v_real a, v_real b)
{
    return m ? a : b;
}
static inline v_real v_add_if(v_mask m, v_real a, v_real b)
{
    return m ? a + b : a;
}
static inline v_real v_ceil(v_real x) { return ceil(x); }
static inline v_real v_gather(const double *p, v_word at) { return p[at]; }
static inline void v_scatter(double *p, v_word at, v_real x) { p[at] = x; }
#else
#error "define the instruction set before including base/simd.h"
#endif

#endif
