/* SPDX-License-Identifier: Apache-2.0 */
/* Quantiles, distribution functions and moments against GSL and closed
 * forms. */
#include "config.h"

#include "base/dist.h"

#include <stdlib.h>

#include <cJSON.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "base/json.h"
#include "tests/tap.h"

static struct sbs_dist law(const char *text)
{
    struct sbs_error err = {0};
    struct sbs_dist d = {0};
    cJSON *json = sbs_json_parse(text, strlen(text), "law", &err);
    if (!json || sbs_dist_parse(&d, json, "law:", -INFINITY, &err) < 0)
        ok(0, "%s: %s", text, err.text);
    cJSON_Delete(json);
    return d;
}

/* Probabilities over the whole range, both tails down to 1e-16. */
static double probability(int i)
{
    static const double ends[] = {0x1p-53, 1e-14, 1e-12, 1e-9, 1e-6, 1e-4};
    if (i < 6)
        return ends[i];
    if (i < 12)
        return 1 - ends[i - 6];
    return (i - 11) / 990.0;
}

enum { PROBABILITIES = 1000 };

/* Error of a probability: relative, but not below what a double can tell
 * from 1. */
static double apart_from(double got, double want)
{
    return fabs(got - want) / (fabs(want) + 1e-5);
}

/* Whether x solves F(x) = u (or 1 - F(x) = 1 - u above the middle) to within
 * 1e-9 relative, given that x itself is rounded. */
static int solves(const struct sbs_dist *d, double x, double u)
{
    double before = nextafter(x, -INFINITY), after = nextafter(x, INFINITY);
    if (u > 0.5)
        return sbs_dist_tail(d, after) <= (1 - u) * (1 + 1e-9) &&
               sbs_dist_tail(d, before) >= (1 - u) * (1 - 1e-9);
    return sbs_dist_cdf(d, before) <= u * (1 + 1e-9) &&
           sbs_dist_cdf(d, after) >= u * (1 - 1e-9);
}

/* quantile against GSL's inverse, cdf and tail against GSL's; the worst
 * relative error over all probabilities. */
static void against(const char *text, double (*inverse)(double, double, double),
                    double (*below)(double, double, double),
                    double (*above)(double, double, double), double a,
                    double b)
{
    struct sbs_dist d = law(text);
    double worst = 0, worst_cdf = 0, worst_tail = 0;
    for (int i = 0; i < PROBABILITIES; i++) {
        double u = probability(i), x = sbs_dist_quantile(&d, u);
        double want = inverse(u, a, b);
        worst = fmax(worst, fabs(x - want) / fabs(want));
        want = below(x, a, b);
        worst_cdf = fmax(worst_cdf, apart_from(sbs_dist_cdf(&d, x), want));
        want = above(x, a, b);
        worst_tail = fmax(worst_tail, apart_from(sbs_dist_tail(&d, x), want));
    }
    ok(worst < 1e-10, "%s: quantile %.2g", text, worst);
    ok(worst_cdf < 1e-10, "  cdf %.2g", worst_cdf);
    ok(worst_tail < 1e-10, "  tail %.2g", worst_tail);
    sbs_dist_fini(&d);
}

/* With the arguments in the order of the others. */
static double exponential_inverse(double u, double mean, double unused)
{
    (void)unused;
    return gsl_cdf_exponential_Pinv(u, mean);
}

static double exponential_below(double x, double mean, double unused)
{
    (void)unused;
    return gsl_cdf_exponential_P(x, mean);
}

static double exponential_above(double x, double mean, double unused)
{
    (void)unused;
    return gsl_cdf_exponential_Q(x, mean);
}

static double loglogistic_inverse(double u, double shape, double scale)
{
    return scale * exp(gsl_cdf_logistic_Pinv(u, 1 / shape));
}

static double loglogistic_below(double x, double shape, double scale)
{
    return gsl_cdf_logistic_P(log(x / scale), 1 / shape);
}

static double loglogistic_above(double x, double shape, double scale)
{
    return gsl_cdf_logistic_Q(log(x / scale), 1 / shape);
}

static void closed_forms(void)
{
    against("{\"dist\": \"loglogistic\", \"shape\": 3, \"scale\": 40}",
            loglogistic_inverse, loglogistic_below, loglogistic_above, 3, 40);
    against("{\"dist\": \"loglogistic\", \"shape\": 0.4, \"scale\": 2}",
            loglogistic_inverse, loglogistic_below, loglogistic_above, .4, 2);

    against("{\"dist\": \"lognormal\", \"mu\": 3, \"sigma\": 0.5}",
            gsl_cdf_lognormal_Pinv, gsl_cdf_lognormal_P, gsl_cdf_lognormal_Q,
            3, 0.5);
    against("{\"dist\": \"lognormal\", \"mu\": -1, \"sigma\": 2.5}",
            gsl_cdf_lognormal_Pinv, gsl_cdf_lognormal_P, gsl_cdf_lognormal_Q,
            -1, 2.5);
    against("{\"dist\": \"exponential\", \"mean\": 7}", exponential_inverse,
            exponential_below, exponential_above, 7, 0);
    against("{\"dist\": \"weibull\", \"shape\": 0.6, \"scale\": 40}",
            gsl_cdf_weibull_Pinv, gsl_cdf_weibull_P, gsl_cdf_weibull_Q, 40,
            0.6);
    against("{\"dist\": \"weibull\", \"shape\": 3, \"scale\": 40}",
            gsl_cdf_weibull_Pinv, gsl_cdf_weibull_P, gsl_cdf_weibull_Q, 40, 3);
    against("{\"dist\": \"pareto\", \"alpha\": 1.2, \"xm\": 5}",
            gsl_cdf_pareto_Pinv, gsl_cdf_pareto_P, gsl_cdf_pareto_Q, 1.2, 5);
    against("{\"dist\": \"uniform\", \"lo\": 2, \"hi\": 12}",
            gsl_cdf_flat_Pinv, gsl_cdf_flat_P, gsl_cdf_flat_Q, 2, 12);
}

/* The quantile must solve our own distribution function, and that agree with
 * GSL's where GSL's is good (not in the far tails of large shapes;
 * tests/test_base_gammafn.c has exact values there). */
static void gammas(void)
{
    static const double shapes[] = {0.001, 0.05, 0.5, 1, 2.5, 9.9, 10.1, 40,
                                    1000,  1e5,  1e6};
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        double a = shapes[k], worst = 0;
        unsigned wrong = 0;
        char text[100];
        snprintf(text, sizeof text,
                 "{\"dist\": \"gamma\", \"shape\": %g, \"scale\": 3}", a);
        struct sbs_dist d = law(text);
        for (int i = 0; i < PROBABILITIES; i++) {
            double u = probability(i), x = sbs_dist_quantile(&d, u);
            if (x < 1e-290)
                continue; /* underflows: small shapes reach 10^-15000 */
            wrong += !solves(&d, x, u);
            if (i >= 12 && a <= 1000)
                worst = fmax(worst, fabs(gsl_cdf_gamma_P(x, a, 3) / u - 1));
        }
        ok(wrong == 0, "gamma(%g): quantile solves F(x) = u", a);
        ok(worst < 1e-10, "  GSL's P(quantile of u) is u: %.2g", worst);
        sbs_dist_fini(&d);
    }
}

/* Laws inverted with a table: the quantile solves our own distribution
 * function (which tests/test_base_waiting.c compares with others), and the
 * table changes nothing but rounding. */
static void inverted(enum sbs_dist_kind kind, double a, double b)
{
    char text[120];
    snprintf(text, sizeof text, "{\"dist\": \"%s\", \"%s\": %g, \"%s\": %g}",
             sbs_dist_kind_name(kind),
             kind == SBS_DIST_INVGAUSS ? "mean" : "mean1", a,
             kind == SBS_DIST_INVGAUSS ? "shape" : "mean2", b);
    struct sbs_dist d = law(text), plain = sbs_dist_plain(kind, a, b, 0);
    double before = 0, worst = 0;
    unsigned wrong = 0, falls = 0;
    for (int i = 0; i < PROBABILITIES; i++) {
        double u = probability(i), x = sbs_dist_quantile(&d, u);
        wrong += !solves(&d, x, u);
        worst = fmax(worst, fabs(sbs_dist_quantile(&plain, u) / x - 1));
    }
    for (int i = 1; i < 100000; i++) {
        double x = sbs_dist_quantile(&d, i / 1e5);
        falls += x < before;
        before = x;
    }
    ok(wrong == 0, "%s: quantile solves F(x) = u", text);
    ok(worst < 1e-9, "  with and without a table: %.2g", worst);
    ok(falls == 0, "  monotone");
    sbs_dist_fini(&d);
}

static void waiting(void)
{
    static const double pairs[][2] = {{1, 1},   {60, 2000}, {3, 0.01},
                                      {5, 500}, {1, 1e8},   {2, 2}};
    for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
        inverted(SBS_DIST_INVGAUSS, pairs[k][0], pairs[k][1]);
        inverted(SBS_DIST_HYPOEXPONENTIAL, pairs[k][0], pairs[k][1]);
    }
}

static void round_trip(const char *text)
{
    struct sbs_dist d = law(text);
    double before = -INFINITY;
    unsigned falls = 0, early = 0, wrong = 0;
    for (int i = 1; i < 100000; i++) {
        double u = i / 1e5, x = sbs_dist_quantile(&d, u);
        falls += x < before;
        before = x;
        /* Smallest x with F(x) >= u: F just below x is less. */
        double under = sbs_dist_cdf(&d, x - 1e-9 * (1 + fabs(x)));
        double upto = sbs_dist_cdf(&d, x + 1e-9 * (1 + fabs(x)));
        early += under > u + 1e-12 || upto < u - 1e-12;
    }
    for (int i = 0; i < 12; i++) {
        double u = probability(i);
        wrong += !solves(&d, sbs_dist_quantile(&d, u), u);
    }
    ok(falls == 0, "monotone: %.90s", text);
    ok(early == 0, "  inverse of the distribution function");
    ok(wrong == 0, "  and in the tails");
    sbs_dist_fini(&d);
}

static void mixtures(void)
{
    round_trip("{\"dist\": \"mixture\", \"components\": ["
               "{\"weight\": 1, \"dist\": \"lognormal\", \"mu\": 0,"
               " \"sigma\": 0.01},"
               "{\"weight\": 2, \"dist\": \"lognormal\", \"mu\": 0.5,"
               " \"sigma\": 0.02},"
               "{\"weight\": 0, \"dist\": \"exponential\", \"mean\": 1},"
               "{\"weight\": 5, \"dist\": \"lognormal\", \"mu\": 1,"
               " \"sigma\": 0.1}]}");
    round_trip("{\"dist\": \"mixture\", \"components\": ["
               "{\"weight\": 9, \"dist\": \"gamma\", \"shape\": 2,"
               " \"scale\": 1},"
               "{\"weight\": 1, \"dist\": \"pareto\", \"alpha\": 1.5,"
               " \"xm\": 3, \"shift\": 10}], \"shift\": 2}");
    round_trip("{\"dist\": \"mixture\", \"components\": ["
               "{\"weight\": 0.3, \"dist\": \"empirical\","
               " \"values\": [1, 2, 2, 3.1]},"
               "{\"weight\": 0.7, \"dist\": \"exponential\", \"mean\": 2}]}");
    round_trip("{\"dist\": \"mixture\", \"components\": ["
               "{\"weight\": 0.5, \"dist\": \"uniform\", \"lo\": 0,"
               " \"hi\": 1},"
               "{\"weight\": 0.5, \"dist\": \"uniform\", \"lo\": 5,"
               " \"hi\": 6}]}");
    /* A gap, and a mixture in a mixture with a shift of its own. */
    round_trip("{\"dist\": \"mixture\", \"shift\": 0.1, \"components\": ["
               "{\"weight\": 1, \"dist\": \"mixture\", \"shift\": 0.7,"
               " \"components\": [{\"weight\": 1, \"dist\": \"empirical\","
               " \"values\": [0.1, 0.2]}, {\"weight\": 1,"
               " \"dist\": \"weibull\", \"shape\": 2, \"scale\": 1}]},"
               "{\"weight\": 1, \"dist\": \"empirical\", \"values\":"
               " [0.3, 40]}]}");
}

/* A mixture of one law in three parts is that law. */
static void split_law(void)
{
    struct sbs_dist one = sbs_dist_lognormal(2, 0.7, 5), mix = {0};
    struct sbs_dist parts[] = {one, one, one};
    double weights[] = {1, 2, 4}, worst = 0;
    ok(sbs_dist_mix(&mix, parts, weights, 3, "t", NULL) == 0, "mix");
    for (int i = 0; i < PROBABILITIES; i++) {
        double u = probability(i), x = sbs_dist_quantile(&one, u);
        worst = fmax(worst, fabs(sbs_dist_quantile(&mix, u) / x - 1));
    }
    ok(worst < 1e-12, "mixture of equal laws: %.2g", worst);
    is_near(sbs_dist_mean(&mix), sbs_dist_mean(&one), 1e-14, "  mean");
    is_near(sbs_dist_var(&mix), sbs_dist_var(&one), 1e-13, "  variance");
    sbs_dist_fini(&mix);
}

static void steps(void)
{
    struct sbs_dist d = law("{\"dist\": \"empirical\", \"values\":"
                            " [30, 10, 20, 10], \"shift\": 1}");
    is_near(sbs_dist_quantile(&d, 1e-12), 11, 0, "empirical: lowest");
    is_near(sbs_dist_quantile(&d, 0.5), 11, 0, "  u = 2/4 is the second");
    is_near(sbs_dist_quantile(&d, nextafter(0.5, 1)), 21, 0,
            "  just above, the third");
    is_near(sbs_dist_quantile(&d, 1 - 1e-12), 31, 0, "  highest");
    is_near(sbs_dist_cdf(&d, 11), 0.5, 0, "  cdf at a value");
    is_near(sbs_dist_cdf(&d, 10.999), 0, 0, "  cdf below the lowest");
    is_near(sbs_dist_mean(&d), 18.5, 1e-15, "  mean");
    is_near(sbs_dist_var(&d), 68.75, 1e-15, "  variance");
    is_near(sbs_dist_max(&d), 31, 0, "  upper end");
    sbs_dist_fini(&d);
    d = law("{\"dist\": \"mixture\", \"components\": [{\"weight\": 1,"
            " \"dist\": \"empirical\", \"values\": [5]}, {\"weight\": 3,"
            " \"dist\": \"empirical\", \"values\": [1]}]}");
    is_near(sbs_dist_quantile(&d, 0.75), 1, 0, "two atoms: u = 3/4");
    is_near(sbs_dist_quantile(&d, nextafter(0.75, 1)), 5, 0, "  above");
    is_near(sbs_dist_quantile(&d, 1 - 0x1p-53), 5, 0, "  highest");
    sbs_dist_fini(&d);
}

static void moments(void)
{
    struct sbs_dist d = law("{\"dist\": \"weibull\", \"shape\": 2,"
                            " \"scale\": 3, \"shift\": 1}");
    is_near(sbs_dist_mean(&d), 1 + 3 * sqrt(acos(-1)) / 2, 1e-14,
            "weibull: mean");
    is_near(sbs_dist_var(&d), 9 * (1 - acos(-1) / 4), 1e-13, "  variance");
    d = law("{\"dist\": \"pareto\", \"alpha\": 3, \"xm\": 2}");
    is_near(sbs_dist_mean(&d), 3, 1e-15, "pareto: mean");
    is_near(sbs_dist_var(&d), 3, 1e-15, "  variance");
    d = law("{\"dist\": \"pareto\", \"alpha\": 1.5, \"xm\": 2}");
    is_near(sbs_dist_mean(&d), 6, 1e-15, "pareto(1.5): mean");
    ok(sbs_dist_var(&d) == INFINITY, "  variance is infinite");
    d = law("{\"dist\": \"pareto\", \"alpha\": 1, \"xm\": 2}");
    ok(sbs_dist_mean(&d) == INFINITY, "pareto(1): mean is infinite");
    d = law("{\"dist\": \"gamma\", \"shape\": 2.5, \"scale\": 4}");
    is_near(sbs_dist_mean(&d), 10, 1e-15, "gamma: mean");
    is_near(sbs_dist_var(&d), 40, 1e-15, "  variance");
    sbs_dist_fini(&d);
    d = law("{\"dist\": \"uniform\", \"lo\": 1, \"hi\": 7}");
    is_near(sbs_dist_mean(&d), 4, 1e-15, "uniform: mean");
    is_near(sbs_dist_var(&d), 3, 1e-15, "  variance");
    d = law("{\"dist\": \"loglogistic\", \"shape\": 4, \"scale\": 3}");
    double p = acos(-1) / 4;
    is_near(sbs_dist_mean(&d), 3 * p / sin(p), 1e-14, "loglogistic: mean");
    is_near(sbs_dist_var(&d), 9 * (2 * p - p * p * 2), 1e-13, "  variance");
    d = law("{\"dist\": \"loglogistic\", \"shape\": 32, \"scale\": 3}");
    p /= 8;
    is_near(sbs_dist_var(&d), 9 * (2 * p / sin(2 * p) - p * p / pow(sin(p), 2)),
            1e-11, "  and where the difference would cancel");
    d = law("{\"dist\": \"loglogistic\", \"shape\": 2, \"scale\": 3}");
    ok(sbs_dist_var(&d) == INFINITY, "  variance infinite at shape 2");
    d = law("{\"dist\": \"loglogistic\", \"shape\": 1, \"scale\": 3}");
    ok(sbs_dist_mean(&d) == INFINITY, "  mean infinite at shape 1");
    d = law("{\"dist\": \"invgauss\", \"mean\": 3, \"shape\": 6,"
            " \"shift\": 1}");
    is_near(sbs_dist_mean(&d), 4, 0, "invgauss: mean");
    is_near(sbs_dist_var(&d), 4.5, 1e-15, "  variance");
    sbs_dist_fini(&d);
    d = law("{\"dist\": \"hypoexponential\", \"mean1\": 3, \"mean2\": 4}");
    is_near(sbs_dist_mean(&d), 7, 0, "hypoexponential: mean");
    is_near(sbs_dist_var(&d), 25, 1e-15, "  variance");
    sbs_dist_fini(&d);
    d = law("{\"dist\": \"lognormal\", \"mu\": 1, \"sigma\": 0.5}");
    is_near(sbs_dist_mean(&d), exp(1.125), 1e-15, "lognormal: mean");
    is_near(sbs_dist_var(&d), (exp(0.25) - 1) * exp(2.25), 1e-14,
            "  variance");
    d = law("{\"dist\": \"exponential\", \"mean\": 4}");
    is_near(sbs_dist_mean(&d), 4, 0, "exponential: mean");
    is_near(sbs_dist_var(&d), 16, 0, "  variance");
}

static void many_at_once(void)
{
    static const char *const texts[] = {
        "4", "{\"dist\": \"lognormal\", \"mu\": 1, \"sigma\": 0.5}",
        "{\"dist\": \"exponential\", \"mean\": 4}",
        "{\"dist\": \"gamma\", \"shape\": 2, \"scale\": 4}"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        struct sbs_dist d = law(texts[k]), copy = {0};
        double u[37];
        unsigned bad = 0;
        ok(sbs_dist_copy(&copy, &d, NULL) == 0, "copy");
        for (int i = 0; i < 37; i++)
            u[i] = (i + 0.5) / 37;
        sbs_dist_quantiles(&copy, 37, u, u);
        for (int i = 0; i < 37; i++)
            bad += u[i] != sbs_dist_quantile(&d, (i + 0.5) / 37);
        ok(bad == 0, "the same bits in bulk and from a copy: %s", texts[k]);
        sbs_dist_fini(&d);
        sbs_dist_fini(&copy);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    closed_forms();
    gammas();
    waiting();
    mixtures();
    split_law();
    steps();
    moments();
    many_at_once();
    return tap_done();
}
