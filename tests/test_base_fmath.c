/* SPDX-License-Identifier: Apache-2.0 */
/* base/fmath.h against long double libm (exp, log, ...) and against itself
 * and GSL (normal distribution), over wide grids, limits and specials. */
#include "config.h"

#include "base/fmath.h"
#include "base/rng.h"

#include <gsl/gsl_cdf.h>

#include "tests/tap.h"

#define SQRT_HALF 0.70710678118654752440084436210484903928L

enum { N = 200000 };

/* A point of a repeatable random grid on (lo, hi). */
static double point(uint32_t i, uint32_t set, double lo, double hi)
{
    struct sbs_stream s = sbs_stream_init(7, set);
    return lo + (hi - lo) * sbs_rng_u01(&s, 0, 0, 0, i);
}

/* |got - want| in units in the last place of want. */
static double ulps(double got, long double want)
{
    int e;
    frexpl(want, &e);
    if (e < DBL_MIN_EXP)
        e = DBL_MIN_EXP;
    return (double)(fabsl((long double)got - want) / ldexpl(1, e - 53));
}

/* The largest error of f on a grid; `spread` maps the point before use. */
static void check(const char *name, double (*f)(double),
                  long double (*want)(long double), double (*spread)(double),
                  double lo, double hi, double bound)
{
    double worst = 0, at = lo;
    for (uint32_t i = 0; i < N; i++) {
        double x = point(i, 1, lo, hi);
        if (spread)
            x = spread(x);
        double e = ulps(f(x), want((long double)x));
        if (!(e <= worst)) {
            worst = e;
            at = x;
        }
    }
    ok(worst <= bound, "%s on (%g, %g): %.3f ulp at %.17g (allowed %g)", name,
       lo, hi, worst, at, bound);
}

/* static inline functions have no address that is the same everywhere. */
static double f_exp(double x) { return sbs_exp(x); }
static double f_log(double x) { return sbs_log(x); }
static double f_expm1(double x) { return sbs_expm1(x); }
static double f_log1p(double x) { return sbs_log1p(x); }
static double ten_to(double x) { return pow(10, x); }
static double minus_ten_to(double x) { return -pow(10, x); }

static void test_elementary(void)
{
    check("exp", f_exp, expl, NULL, -1, 1, 0.9);
    check("exp", f_exp, expl, NULL, -707, 709.7, 0.9);
    check("exp, subnormal", f_exp, expl, NULL, -745, -708, 0.9);
    check("exp(10^x)", f_exp, expl, ten_to, -18, 2.8, 0.9);
    check("log", f_log, logl, NULL, 0.5, 2, 0.9);
    check("log near 1", f_log, logl, NULL, 0.999, 1.001, 0.9);
    check("log(10^x)", f_log, logl, ten_to, -323, 308, 0.9);
    check("expm1", f_expm1, expm1l, NULL, -2, 2, 1.7);
    check("expm1", f_expm1, expm1l, NULL, -60, 709.7, 1.7);
    check("expm1(10^x)", f_expm1, expm1l, ten_to, -20, 0, 1.7);
    check("expm1(-10^x)", f_expm1, expm1l, minus_ten_to, -20, 0, 1.7);
    check("log1p", f_log1p, log1pl, NULL, -0.9999, 2, 1.7);
    check("log1p(10^x)", f_log1p, log1pl, ten_to, -20, 308, 1.7);
    check("log1p(-10^x)", f_log1p, log1pl, minus_ten_to, -20, -1e-9, 1.7);
}

static void test_specials(void)
{
    ok(sbs_exp(0) == 1 && sbs_exp(-0.0) == 1, "exp(0) = 1");
    ok(sbs_exp(INFINITY) == INFINITY && sbs_exp(-INFINITY) == 0 &&
           sbs_exp(1e300) == INFINITY && sbs_exp(-1e300) == 0,
       "exp at infinity and beyond the range");
    ok(sbs_exp(709.782712893384) == exp(709.782712893384) &&
           sbs_exp(709.782712893385) == INFINITY,
       "exp overflows where it should");
    ok(sbs_exp(-745.13) == 0x1p-1074 && sbs_exp(-745.14) == 0,
       "exp underflows where it should");
    ok(isnan(sbs_exp(NAN)) && isnan(sbs_log(NAN)) && isnan(sbs_expm1(NAN)) &&
           isnan(sbs_log1p(NAN)),
       "NaN stays NaN");
    ok(sbs_log(1) == 0 && sbs_log(0) == -INFINITY &&
           sbs_log(-0.0) == -INFINITY && sbs_log(INFINITY) == INFINITY &&
           isnan(sbs_log(-1)) && isnan(sbs_log(-INFINITY)),
       "log at 0, 1, infinity and below 0");
    ok(ulps(sbs_log(0x1p-1074), logl(0x1p-1074L)) < 0.9 &&
           ulps(sbs_log(DBL_MAX), logl(DBL_MAX)) < 0.9,
       "log at the ends of the range");
    ok(sbs_expm1(INFINITY) == INFINITY && sbs_expm1(-INFINITY) == -1 &&
           sbs_expm1(0) == 0 && signbit(sbs_expm1(-0.0)),
       "expm1 at 0 and infinity");
    ok(sbs_log1p(INFINITY) == INFINITY && sbs_log1p(-1) == -INFINITY &&
           isnan(sbs_log1p(-1.5)) && signbit(sbs_log1p(-0.0)),
       "log1p at -0, -1, infinity and below -1");
}

static void test_pow(void)
{
    double worst = 0;
    for (uint32_t i = 0; i < N; i++) {
        double x = pow(10, point(i, 2, -307, 308));
        double y = point(i, 3, -700, 700) / fabs(log(x));
        long double want = powl((long double)x, (long double)y);
        double e = ulps(sbs_pow(x, y), want);
        worst = e <= worst ? worst : e;
    }
    ok(worst < 1.5, "pow over the whole range: %.3f ulp (allowed 1.5)", worst);
    worst = 0;
    for (uint32_t i = 0; i < N; i++) {
        double x = point(i, 4, 0.9, 1.1), y = point(i, 5, -6500, 6500);
        double e = ulps(sbs_pow(x, y), powl((long double)x, (long double)y));
        worst = e <= worst ? worst : e;
    }
    ok(worst < 1.5, "pow near x = 1: %.3f ulp (allowed 1.5)", worst);
    ok(sbs_pow(0, 2) == 0 && sbs_pow(0, -2) == INFINITY && sbs_pow(0, 0) == 1 &&
           sbs_pow(NAN, 0) == 1 && sbs_pow(1, NAN) == 1 &&
           isnan(sbs_pow(NAN, 1)) && isnan(sbs_pow(2, NAN)) &&
           isnan(sbs_pow(-2, 3)),
       "pow at 0, 1 and NaN");
    ok(sbs_pow(INFINITY, 2) == INFINITY && sbs_pow(INFINITY, -2) == 0 &&
           sbs_pow(2, INFINITY) == INFINITY && sbs_pow(2, -INFINITY) == 0 &&
           sbs_pow(.5, INFINITY) == 0 && sbs_pow(.5, -INFINITY) == INFINITY,
       "pow at infinity");
    ok(ulps(sbs_pow(2, 1023), 0x1p1023L) < 1.5 &&
           sbs_pow(2, 1024.001) == INFINITY &&
           sbs_pow(2, -1074) == 0x1p-1074 && sbs_pow(2, -1080) == 0,
       "pow at the ends of the range");
}

static void test_norm(void)
{
    double worst_q = 0, worst_back = 0, worst_p = 0, worst_tail = 0;
    int odd = 1;
    for (uint32_t i = 0; i < N; i++) {
        double p = i & 1 ? point(i, 6, 0, 0.5)
                         : pow(10, point(i, 6, -300, -0.31));
        double z = sbs_norm_quantile(p), gsl = gsl_cdf_ugaussian_Pinv(p);
        worst_q = fmax(worst_q, fabs(z / gsl - 1));
        /* One Newton step in long double from z: how far is the root? */
        long double x = (long double)z;
        long double cdf = erfcl(-x * SQRT_HALF) / 2;
        long double density = expl(-x * x / 2) * 0.398942280401432677940L;
        long double step = (cdf - (long double)p) / density;
        worst_back = fmax(worst_back, (double)fabsl(step / x));
        double up = 1 - p;
        odd &= up == 1 ||
               sbs_norm_quantile(up) == -sbs_norm_quantile(1 - up);
    }
    ok(worst_q < 2e-15, "quantile against GSL: %.2g (allowed 2e-15)", worst_q);
    ok(worst_back < 8e-16,
       "quantile against long double erfc: %.2g (allowed 8e-16)", worst_back);
    ok(odd, "quantile is odd about 1/2, bit for bit");
    for (uint32_t i = 0; i < N; i++) {
        double x = point(i, 7, -37, 8);
        long double want = erfcl(-(long double)x * SQRT_HALF) / 2;
        double e = (double)fabsl((long double)sbs_norm_cdf(x) / want - 1);
        if (x > -14)
            worst_p = fmax(worst_p, e);
        else
            worst_tail = fmax(worst_tail, e);
    }
    ok(worst_p < 1e-15, "cdf above -14: %.2g relative (allowed 1e-15)",
       worst_p);
    ok(worst_tail < 2e-15, "cdf below -14: %.2g relative (allowed 2e-15)",
       worst_tail);
    ok(sbs_norm_quantile(0) == -INFINITY && sbs_norm_quantile(1) == INFINITY &&
           sbs_norm_quantile(0.5) == 0 && isnan(sbs_norm_quantile(-0.1)) &&
           isnan(sbs_norm_quantile(1.1)) && isnan(sbs_norm_quantile(NAN)),
       "quantile at 0, 1/2, 1 and outside");
    ok(sbs_norm_cdf(INFINITY) == 1 && sbs_norm_cdf(-INFINITY) == 0 &&
           isnan(sbs_norm_cdf(NAN)) && sbs_norm_cdf(0) == 0.5 &&
           sbs_norm_cdf(9) == 1 && sbs_norm_cdf(-39) == 0,
       "cdf at 0, infinity and NaN");
}

/* The bits are a promise to everybody's stored results: a checksum over a
 * grid, the same for every compiler, optimisation and processor. */
static void test_bits(void)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a over words */
    for (uint32_t i = 0; i < 20000; i++) {
        double u = point(i, 8, 0, 1), x = 40 * u - 20;
        double y[7] = { sbs_exp(x),         sbs_log(u),      sbs_expm1(x),
                        sbs_log1p(u),       sbs_pow(u, x),
                        sbs_norm_quantile(u), sbs_norm_cdf(x) };
        for (int j = 0; j < 7; j++)
            hash = (hash ^ sbs_fmath_bits(y[j])) * UINT64_C(1099511628211);
    }
    ok(hash == UINT64_C(0xc71bee2715a6becb),
       "bits of seven functions on 20000 points: %016llx",
       (unsigned long long)hash);
}

int main(void)
{
    test_elementary();
    test_specials();
    test_pow();
    test_norm();
    test_bits();
    return tap_done();
}
