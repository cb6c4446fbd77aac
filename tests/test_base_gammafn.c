/* SPDX-License-Identifier: Apache-2.0 */
/* Against values computed with 40 digits (mpmath 1.3.0, gammainc). */
#include "config.h"

#include "base/gammafn.h"

#include "tests/tap.h"

static const struct {
    double a, x, lower, upper;
} known[] = {
    {0.001, 1e-05, 0.98912304469578267, 0.010876955304217331},
    {0.001, 0.001, 0.99368764670886029, 0.0063123532911397099},
    {0.001, 0.22235943621178655, 0.99886318944683868, 0.0011368105531613206},
    {0.5, 0.005, 0.079655674554057964, 0.92034432544594204},
    {0.5, 0.5, 0.6826894921370859, 0.3173105078629141},
    {0.5, 5.449747468305833, 0.99903809516005365, 0.00096190483994634877},
    {9.999, 0.09999000000000001, 2.52558526378074e-17, 1},
    {9.999, 9.999, 0.54207239047355037, 0.45792760952644963},
    {9.999, 32.133836796326285, 0.9999984759552658, 1.524044734195025e-6},
    {40, 2.0526680779794475, 5.1513281628662758e-37, 1},
    {40, 40, 0.52102886106105516, 0.47897113893894484},
    {40, 84.27188724235731, 0.99999997145878361, 2.8541216388064032e-8},
    {1e5, 98102.63340389897, 7.8348764604490965e-10, 0.99999999921651235},
    {1e5, 100000, 0.50042052211036518, 0.49957947788963482},
    {1e5, 102213.59436211786, 0.99999999999817433, 1.8256741451473731e-12},
    {1e6, 994000, 9.1789002623020234e-10, 0.99999999908210997},
    {1e6, 1e6, 0.50013298076087259, 0.49986701923912741},
    {1e6, 1001500, 0.93313889576410224, 0.066861104235897762},
};

int main(void)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double lower, upper, density;
        char name[80];
        sbs_gammafn_inc(known[i].a, known[i].x, &lower, &upper, &density);
        snprintf(name, sizeof name, "P(%g, %g)", known[i].a, known[i].x);
        is_near(lower, known[i].lower, 1e-11, name);
        snprintf(name, sizeof name, "Q(%g, %g)", known[i].a, known[i].x);
        is_near(upper, known[i].upper, 1e-11, name);
    }
    /* The density is the slope of P. */
    double lo, hi, unused, density;
    sbs_gammafn_inc(2.5, 3 - 1e-5, &lo, &unused, &density);
    sbs_gammafn_inc(2.5, 3 + 1e-5, &hi, &unused, &density);
    sbs_gammafn_inc(2.5, 3, &unused, &unused, &density);
    is_near((hi - lo) / 2e-5, density, 1e-9, "density");
    sbs_gammafn_inc(2, 0, &lo, &hi, &density);
    ok(lo == 0 && hi == 1 && density == 0, "x = 0");
    is_near(sbs_gammafn(5), 24, 1e-14, "Gamma(5)");
    is_near(sbs_gammafn(0.5), sqrt(acos(-1)), 1e-14, "Gamma(1/2)");
    is_near(sbs_gammafn(1e-3), 999.42377248459545, 1e-14, "Gamma(1/1000)");
    is_near(sbs_gammafn_log(1e6), 12815504.569147612, 1e-15, "log Gamma(1e6)");
    for (double a = 0.05; a < 171; a *= 1.07) {
        if (fabs(sbs_gammafn_log(a) - lgamma(a)) >
            1e-14 * fmax(1, fabs(lgamma(a))))
            ok(0, "log Gamma(%g)", a);
    }
    ok(sbs_gammafn(200) == INFINITY, "Gamma(200) overflows");
    return tap_done();
}
