/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fmath.h"

/* Cody's rational approximations, in GSL's and R's arrangement. */
static double cdf_centre(double x)
{
    static const double a[5] = {
        2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582,
        18154.981253343561249, 0.065682337918207449113
    };
    static const double b[4] = { 47.20258190468824187, 976.09855173777669322,
                                 10260.932208618978205,
                                 45507.789335026729956 };
    double z = x * x, num = a[4] * z, den = z;
    for (int i = 0; i < 3; i++) {
        num = (num + a[i]) * z;
        den = (den + b[i]) * z;
    }
    return 0.5 + x * (num + a[3]) / (den + b[3]);
}

/* Mills' ratio times the density at 0 without its exp(-x^2/2), for
 * 0.66 < x <= sqrt(32). */
static double cdf_middle(double x)
{
    static const double c[9] = {
        0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979,
        597.27027639480026226,  2494.5375852903726711, 6848.1904505362823326,
        11602.651437647350124,  9842.7148383839780218, 1.0765576773720192317e-8
    };
    static const double d[8] = { 22.266688044328115691, 235.38790178262499861,
                                 1519.377599407554805,  6485.558298266760755,
                                 18615.571640885098091, 34900.952721145977266,
                                 38912.003286093271411, 19685.429676859990727 };
    double num = c[8] * x, den = x;
    for (int i = 0; i < 7; i++) {
        num = (num + c[i]) * x;
        den = (den + d[i]) * x;
    }
    return (num + c[7]) / (den + d[7]);
}

/* The same for x > sqrt(32): an asymptotic series made rational. */
static double cdf_far(double x)
{
    static const double p[6] = {
        0.21589853405795699,     0.1274011611602473639, 0.022235277870649807,
        0.001421619193227893466, 2.9112874951168792e-5, 0.02307344176494017303
    };
    static const double q[5] = { 1.28426009614491121, 0.468238212480865118,
                                 0.0659881378689285515, 0.00378239633202758244,
                                 7.29751555083966205e-5 };
    double z = 1 / (x * x), num = p[5] * z, den = z;
    for (int i = 0; i < 4; i++) {
        num = (num + p[i]) * z;
        den = (den + q[i]) * z;
    }
    double t = z * (num + p[4]) / (den + q[4]);
    return (0.39894228040143267794 - t) / x;
}

double sbs_norm_cdf(double x)
{
    double y = fabs(x);
    if (y <= 0.66291)
        return cdf_centre(x);
    if (!(y < 40)) /* also NaN */
        return x > 0 ? 1 : x < 0 ? 0 : x;
    double ratio = y <= 5.656854249492380195 ? cdf_middle(y) : cdf_far(y);
    /* exp(-y^2/2) with y^2 split, so that its rounding is not magnified. */
    double cut = (double)(int)(y * 16) / 16;
    double rest = (y - cut) * (y + cut);
    double tail = sbs_exp(-cut * cut * 0.5) * sbs_exp(-rest * 0.5) * ratio;
    return x > 0 ? 1 - tail : tail;
}

/* Unevaluated sums hi + lo (Dekker, Numer. Math. 18, 1971). */
struct pair {
    double hi, lo;
};

static inline struct pair two_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (struct pair){ s, (a - (s - t)) + (b - t) };
}

/* a * b exactly; |a|, |b| < 2^995. Without fma on purpose: a software fma
 * would be slow where the processor has none. */
static inline struct pair two_product(double a, double b)
{
    const double split = 0x1.0000002p27;
    double ac = a * split, bc = b * split;
    double ah = ac - (ac - a), al = a - ah;
    double bh = bc - (bc - b), bl = b - bh;
    double p = a * b;
    return (struct pair){ p, ((ah * bh - p) + ah * bl + al * bh) + al * bl };
}

static inline struct pair pair_product(struct pair a, struct pair b)
{
    struct pair p = two_product(a.hi, b.hi);
    return (struct pair){ p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi) };
}

/* log(x) to about 2^-65 relative, x positive and finite:
 * log(1 + f) = 2 s + 2/3 s^3 + s^5 P(s^2), s = f/(2 + f); the first two terms
 * as pairs, the third is small enough for one double. */
static struct pair log_pair(double x)
{
    double m;
    int subnormal = x < DBL_MIN;
    int64_t e = sbs_fmath_split(subnormal ? x * 0x1p54 : x, &m);
    double k = (double)(subnormal ? e - 54 : e), f = m - 1;
    struct pair d = two_sum(1, m);
    struct pair s = { f / d.hi, 0 };
    struct pair sd = two_product(s.hi, d.hi);
    s.lo = (((f - sd.hi) - sd.lo) - s.hi * d.lo) / d.hi;
    struct pair z = pair_product(s, s);
    struct pair s3 = pair_product(s, z);
    struct pair third = pair_product(
        s3, (struct pair){ 0x1.5555555555555p-1, 0x1.5555555555555p-55 });
    double w = z.hi, w2 = w * w;
    double a = (0x1.999999999999fp-2 + w * 0x1.249249248e485p-2) +
               w2 * (0x1.c71c71d809bebp-3 + w * 0x1.745d09dd26893p-3);
    double b = (0x1.3b18bde7f44a1p-3 + w * 0x1.101816c58ddc0p-3) +
               w2 * 0x1.087f4ce86b100p-3;
    double fifth = s3.hi * w * (a + w2 * w2 * b);
    struct pair t = two_sum(k * SBS_LN2_HI, 2 * s.hi);
    struct pair u = two_sum(t.hi, third.hi);
    double lo = (t.lo + u.lo) +
                (k * SBS_LN2_LO + (2 * s.lo + third.lo) + fifth);
    double hi = u.hi + lo;
    return (struct pair){ hi, lo - (hi - u.hi) };
}

double sbs_pow(double x, double y)
{
    if (y == 0 || x == 1)
        return 1;
    if (!(x >= 0) || y != y)
        return NAN;
    if (x == 0 || x == INFINITY)
        return (x == 0) == (y > 0) ? 0 : INFINITY;
    struct pair l = log_pair(x);
    double t = y * l.hi;
    if (!(fabs(t) <= 760)) /* also y infinite */
        return t > 0 ? INFINITY : 0;
    struct pair p = two_product(y, l.hi);
    double e = sbs_exp(p.hi);
    /* exp(p.lo + ...) is 1 + that to 2^-80; e may already be inf or 0. */
    return isinf(e) ? e : e + e * (p.lo + y * l.lo);
}
