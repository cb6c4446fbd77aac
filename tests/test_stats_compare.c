/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/compare.h"

#include "tests/tap.h"

int main(void)
{
    double a[] = {1, 2, 3, 4, NAN, 6}, b[] = {2, 2, 5, 4.5, 7, INFINITY};
    struct sbs_paired p;
    sbs_compare_paired(&p, a, b, 6);
    ok(p.n == 4, "both must be finite");
    is_near(p.mean, 0.875, 1e-15, "mean of b - a");
    /* Differences 1 0 2 .5: sd .853913; t(.975, 3) = 3.182446 */
    is_near(p.hi - p.mean, 3.182446305284263 * sqrt(35.0 / 48) / 2, 1e-9,
            "half width");
    is_near(p.mean - p.lo, p.hi - p.mean, 1e-14, "symmetric");
    is_near(p.p_a_better, 3.5 / 4, 0, "ties count half");
    ok(!sbs_compare_differs(&p), "0 is inside: cannot be told apart");
    sbs_compare_paired(&p, b, a, 4);
    is_near(p.mean, -0.875, 1e-15, "the other way round");
    is_near(p.p_a_better, 0.5 / 4, 0, "  and its share");
    sbs_compare_paired(&p, a, a, 4);
    ok(p.mean == 0 && p.lo == 0 && p.hi == 0 && p.p_a_better == 0.5 &&
           !sbs_compare_differs(&p), "a policy against itself");
    double up[] = {2, 3.01, 4, 5};
    sbs_compare_paired(&p, a, up, 4);
    ok(sbs_compare_differs(&p), "1 more each time: told apart");
    sbs_compare_paired(&p, a, b, 1);
    ok(p.n == 1 && p.mean == 1 && isnan(p.lo) && !sbs_compare_differs(&p),
       "one pair has no interval");
    sbs_compare_paired(&p, a + 4, b + 4, 2);
    ok(p.n == 0 && isnan(p.mean) && isnan(p.p_a_better), "no pair");
    return tap_done();
}
