/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse Gaussian and hypoexponential against other formulas in long double,
 * GSL's gamma law and numerical integrals. */
#include "config.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "base/waiting.h"
#include "tests/tap.h"


static long double below_l(long double z)
{
    return erfcl(-z / sqrtl(2)) / 2;
}

/* Shuster's formula as printed; exp(2 shape / mean) must not overflow. */
static void shuster(double mean, double shape)
{
    long double m = mean, s = shape, worst = 0, worst_above = 0;
    for (int i = -60; i <= 60; i++) {
        long double x = m * expl(i / 15.0L), r = sqrtl(s / x);
        long double second = expl(2 * s / m) * below_l(-r * (x / m + 1));
        long double below = below_l(r * (x / m - 1)) + second;
        long double above = below_l(-r * (x / m - 1)) - second;
        struct sbs_dist_at at = sbs_waiting_invgauss(mean, shape, (double)x);
        if (below > 1e-250L)
            worst = fmaxl(worst, fabsl(at.below / below - 1));
        /* Where the long double difference itself has digits enough. */
        if (above > 1e-3L * second && above > 1e-250L)
            worst_above = fmaxl(worst_above, fabsl(at.above / above - 1));
    }
    ok(worst < 1e-11L, "invgauss(%g, %g): below, worst %.1Lg", mean, shape,
       worst);
    ok(worst_above < 1e-10L, "  above, worst %.1Lg", worst_above);
}

static double tail_density(double x, void *arg)
{
    const double *p = arg;
    return sbs_waiting_invgauss(p[0], p[1], x).density;
}

/* Far out, where any difference of two normal tails has no digits left, and
 * for shapes for which exp(2 shape / mean) overflows. */
static void integrals(void)
{
    static const double cases[][3] = {{1, 1, 60},     {1, 0.01, 400},
                                      {2, 4000, 2.4}, {1, 1e5, 1.03},
                                      {1, 3, 0.9},    {30, 900, 100}};
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(4000);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        double p[2] = {cases[k][0], cases[k][1]}, x = cases[k][2], sum, error;
        gsl_function f = {tail_density, p};
        gsl_integration_qagiu(&f, x, 0, 1e-11, 4000, w, &sum, &error);
        is_near(sbs_waiting_invgauss(p[0], p[1], x).above, sum, 2e-10,
                "P(X > x) is the integral of the density");
        gsl_integration_qags(&f, 0, x, 0, 1e-11, 4000, w, &sum, &error);
        is_near(sbs_waiting_invgauss(p[0], p[1], x).below, sum, 2e-10,
                "  and P(X <= x)");
    }
    gsl_integration_workspace_free(w);
}

static void hypoexp(double mean1, double mean2)
{
    long double m = mean1, k = mean2, worst = 0, worst_above = 0;
    for (int i = -80; i <= 40; i++) {
        long double x = m * expl(i / 8.0L);
        long double above = (m * expl(-x / m) - k * expl(-x / k)) / (m - k);
        long double below = (m * -expm1l(-x / m) + k * expm1l(-x / k)) /
                            (m - k);
        struct sbs_dist_at at = sbs_waiting_hypoexp(mean1, mean2, (double)x);
        if (x > 1e-3L * fminl(m, k))
            worst = fmaxl(worst, fabsl(at.below / below - 1));
        else /* leading terms: x^2/(2mk) (1 - x (1/m + 1/k)/3 + ...) */
            worst = fmaxl(worst, fabsl(at.below / (x * x / (2 * m * k) *
                                                   (1 - x * (1 / m + 1 / k) /
                                                            3)) - 1) / 1e6L);
        if (above > 1e-250L)
            worst_above = fmaxl(worst_above, fabsl(at.above / above - 1));
    }
    ok(worst < 2e-12L, "hypoexponential(%g, %g): below, worst %.1Lg", mean1,
       mean2, worst);
    ok(worst_above < 2e-12L, "  above, worst %.1Lg", worst_above);
}

static void erlang(void)
{
    double worst = 0;
    for (int i = -60; i <= 40; i++) {
        double x = 3 * exp(i / 8.0);
        struct sbs_dist_at at = sbs_waiting_hypoexp(3, 3, x);
        worst = fmax(worst, fabs(at.below / gsl_cdf_gamma_P(x, 2, 3) - 1));
        worst = fmax(worst, fabs(at.above / gsl_cdf_gamma_Q(x, 2, 3) - 1));
        at = sbs_waiting_hypoexp(3, 3 * (1 + 1e-12), x);
        worst = fmax(worst, fabs(at.below / gsl_cdf_gamma_P(x, 2, 3) - 1));
    }
    ok(worst < 1e-11, "equal means: gamma with shape 2, worst %.1g", worst);
}

static void ends(void)
{
    struct sbs_dist_at at = sbs_waiting_invgauss(1, 1, 0);
    ok(at.below == 0 && at.above == 1 && at.density == 0, "nothing below 0");
    at = sbs_waiting_invgauss(1, 1, INFINITY);
    ok(at.below == 1 && at.above == 0, "all below infinity");
    at = sbs_waiting_hypoexp(1, 2, -1);
    ok(at.below == 0 && at.above == 1 && at.density == 0, "nothing below 0");
    at = sbs_waiting_hypoexp(1, 2, INFINITY);
    ok(at.below == 1 && at.above == 0, "all below infinity");
}

int main(void)
{
    gsl_set_error_handler_off();
    shuster(1, 1);
    shuster(60, 2000);
    shuster(3, 0.05);
    shuster(5, 500);
    integrals();
    hypoexp(4, 1);
    hypoexp(1, 4);
    hypoexp(5, 0.001);
    erlang();
    ends();
    return tap_done();
}
