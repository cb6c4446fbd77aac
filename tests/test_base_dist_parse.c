/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/dist.h"

#include <stdlib.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "tests/tap.h"

static int parse(struct sbs_dist *d, const char *text, double min_value,
                 struct sbs_error *err)
{
    cJSON *json = sbs_json_parse(text, strlen(text), "t", err);
    int status = json ? sbs_dist_parse(d, json, "m: pull_s", min_value, err)
                      : -2;
    cJSON_Delete(json);
    return status;
}

static void refused(const char *text, double min_value, const char *message)
{
    struct sbs_error err = {0};
    struct sbs_dist d = sbs_dist_const(42);
    ok(parse(&d, text, min_value, &err) == -1, "refused: %.60s", text);
    is_str(err.text, message, "  its message");
    double value = 0;
    ok(sbs_dist_is_const(&d, &value) && value == 42, "  nothing changed");
}

static void shapes(void)
{
    refused("\"x\"", 0, "m: pull_s: must be a number or a distribution such "
            "as {\"dist\": \"exponential\", \"mean\": 1}");
    refused("[1]", 0, "m: pull_s: must be a number or a distribution such as "
            "{\"dist\": \"exponential\", \"mean\": 1}");
    refused("{}", 0, "m: pull_s.dist: is missing");
    refused("{\"dist\": 1}", 0, "m: pull_s.dist: must be a string (1)");
    refused("{\"dist\": \"lognormall\", \"mu\": 0, \"sigma\": 1}", 0,
            "m: pull_s.dist: unknown law (\"lognormall\", did you mean "
            "\"lognormal\"?)");
    refused("{\"dist\": \"zzz\"}", 0,
            "m: pull_s.dist: unknown law (\"zzz\", allowed lognormal, "
            "exponential, weibull, gamma, pareto, uniform, loglogistic, "
            "invgauss, hypoexponential, empirical, mixture)");
    refused("{\"dist\": \"lognormal\", \"mu\": 0}", 0,
            "m: pull_s.sigma: is missing");
    refused("{\"dist\": \"lognormal\", \"mu\": 0, \"sigma\": 1, \"sift\": 1}",
            0, "m: pull_s.sift: unknown key (did you mean \"shift\"?)");
    refused("{\"dist\": \"exponential\", \"mean\": 1, \"weight\": 1}", 0,
            "m: pull_s.weight: unknown key");
    refused("{\"dist\": \"exponential\", \"mean\": \"1\"}", 0,
            "m: pull_s.mean: must be a number (\"1\", allowed (0, inf))");
}

static void ranges(void)
{
    refused("-1", 0, "m: pull_s: must not be so low (-1, allowed [0, inf))");
    refused("0", SBS_JSON_ABOVE_0,
            "m: pull_s: must not be so low (0, allowed (0, inf))");
    refused("{\"dist\": \"exponential\", \"mean\": 0}", 0,
            "m: pull_s.mean: must be a number (0, allowed (0, inf))");
    refused("{\"dist\": \"lognormal\", \"mu\": 0, \"sigma\": -1}", 0,
            "m: pull_s.sigma: must be a number (-1, allowed [0, inf))");
    refused("{\"dist\": \"weibull\", \"shape\": -1, \"scale\": 1}", 0,
            "m: pull_s.shape: must be a number (-1, allowed (0, inf))");
    refused("{\"dist\": \"gamma\", \"shape\": 1, \"scale\": 0}", 0,
            "m: pull_s.scale: must be a number (0, allowed (0, inf))");
    refused("{\"dist\": \"gamma\", \"shape\": 1e7, \"scale\": 1}", 0,
            "m: pull_s.shape: must be a number (10000000, allowed [0.001, "
            "1000000])");
    refused("{\"dist\": \"pareto\", \"alpha\": 1, \"xm\": 0}", 0,
            "m: pull_s.xm: must be a number (0, allowed (0, inf))");
    refused("{\"dist\": \"loglogistic\", \"shape\": 0, \"scale\": 1}", 0,
            "m: pull_s.shape: must be a number (0, allowed (0, inf))");
    refused("{\"dist\": \"invgauss\", \"mean\": -1, \"shape\": 1}", 0,
            "m: pull_s.mean: must be a number (-1, allowed (0, inf))");
    refused("{\"dist\": \"invgauss\", \"mean\": 1, \"scale\": 1}", 0,
            "m: pull_s.scale: unknown key");
    refused("{\"dist\": \"hypoexponential\", \"mean1\": 1}", 0,
            "m: pull_s.mean2: is missing");
    refused("{\"dist\": \"loglogistic\", \"shape\": 0.01, \"scale\": 1}",
            0, "m: pull_s: has values beyond the range of a double");
    refused("{\"dist\": \"uniform\", \"lo\": 2, \"hi\": 1}", 0,
            "m: pull_s.lo: must not be above hi (2, allowed (-inf, 1])");
    refused("{\"dist\": \"uniform\", \"lo\": -1, \"hi\": 1}", 0,
            "m: pull_s: is a uniform law with values too low (down to -1, "
            "allowed [0, inf))");
    refused("{\"dist\": \"exponential\", \"mean\": 1, \"shift\": -0.5}", 0,
            "m: pull_s: is a exponential law with values too low (down to "
            "-0.5, allowed [0, inf))");
    refused("{\"dist\": \"lognormal\", \"mu\": 1000, \"sigma\": 1}", 0,
            "m: pull_s: has values beyond the range of a double");
    refused("{\"dist\": \"pareto\", \"alpha\": 0.01, \"xm\": 1}", 0,
            "m: pull_s: has values beyond the range of a double");
}

static void lists(void)
{
    refused("{\"dist\": \"empirical\", \"values\": []}", 0,
            "m: pull_s.values: must not be empty");
    refused("{\"dist\": \"empirical\", \"values\": 3}", 0,
            "m: pull_s.values: must be an array (3)");
    refused("{\"dist\": \"empirical\", \"values\": [1, null]}", 0,
            "m: pull_s.values[1]: must be a number");
    refused("{\"dist\": \"empirical\", \"values\": [1, -2]}", 0,
            "m: pull_s: is a empirical law with values too low (down to -2, "
            "allowed [0, inf))");
    refused("{\"dist\": \"mixture\", \"components\": []}", 0,
            "m: pull_s.components: must not be empty");
    refused("{\"dist\": \"mixture\", \"components\": [1]}", 0,
            "m: pull_s.components[0]: must be an object");
    refused("{\"dist\": \"mixture\", \"components\": [{\"weight\": -1,"
            " \"dist\": \"exponential\", \"mean\": 1}]}", 0,
            "m: pull_s.components[0].weight: must be a number (-1, allowed "
            "[0, inf))");
    refused("{\"dist\": \"mixture\", \"components\": ["
            "{\"dist\": \"exponential\", \"mean\": 1}]}", 0,
            "m: pull_s.components[0].weight: is missing");
    refused("{\"dist\": \"mixture\", \"components\": [{\"weight\": 0,"
            " \"dist\": \"exponential\", \"mean\": 1}]}", 0,
            "m: pull_s: the sum of the weights must be positive and finite "
            "(0)");
    refused("{\"dist\": \"mixture\", \"components\": [{\"weight\": 1,"
            " \"dist\": \"exponential\"}]}", 0,
            "m: pull_s.components[0].mean: is missing");
    refused("{\"dist\": \"mixture\", \"components\": [{\"weight\": 1,"
            " \"dist\": \"uniform\", \"lo\": -3, \"hi\": 1}]}", 0,
            "m: pull_s: is a mixture law with values too low (down to -3, "
            "allowed [0, inf))");
}

static void accepted(void)
{
    struct sbs_dist d = {0};
    struct sbs_error err = {0};
    double value = -1;
    ok(sbs_dist_is_const(&d, &value) && value == 0, "zeroed is the constant 0");
    ok(sbs_dist_parse(&d, NULL, "x", 0, &err) == 0 &&
           sbs_dist_is_const(&d, &value) && value == 0, "absent: as it was");
    ok(parse(&d, "3.5", 0, &err) == 0 && sbs_dist_is_const(&d, &value) &&
           value == 3.5, "a number");
    ok(parse(&d, "{\"dist\": \"lognormal\", \"mu\": 0, \"sigma\": 1}",
             SBS_JSON_ABOVE_0, &err) == 0, "positive laws are positive");
    ok(parse(&d, "{\"dist\": \"mixture\", \"components\": [{\"weight\": 1,"
             " \"dist\": \"exponential\", \"mean\": 1}, {\"weight\": 1,"
             " \"dist\": \"gamma\", \"shape\": 1, \"scale\": 1}]}",
             SBS_JSON_ABOVE_0, &err) == 0, "and so are their mixtures%s",
       err.text);
    ok(parse(&d, "{\"dist\": \"lognormal\", \"mu\": 0, \"sigma\": 0,"
             " \"shift\": 1}", 0, &err) == 0 &&
           sbs_dist_is_const(&d, &value) && value == 2, "sigma 0: a constant");
    ok(parse(&d, "{\"dist\": \"exponential\", \"mean\": 2, \"shift\": -1}",
             -INFINITY, &err) == 0 && sbs_dist_min(&d) == -1,
       "any value when min_value is -infinity");
    sbs_dist_fini(&d);
    sbs_dist_fini(NULL);
}

/* Written and read again, the law is the same. */
static void written(void)
{
    static const char *const texts[] = {
        "2.5",
        "{\"dist\": \"lognormal\", \"mu\": 1.1, \"sigma\": 0.3, \"shift\": 2}",
        "{\"dist\": \"exponential\", \"mean\": 3}",
        "{\"dist\": \"weibull\", \"shape\": 1.5, \"scale\": 2}",
        "{\"dist\": \"gamma\", \"shape\": 1.5, \"scale\": 2, \"shift\": 1}",
        "{\"dist\": \"pareto\", \"alpha\": 1.5, \"xm\": 2}",
        "{\"dist\": \"uniform\", \"lo\": 1, \"hi\": 2}",
        "{\"dist\": \"loglogistic\", \"shape\": 4, \"scale\": 2}",
        "{\"dist\": \"invgauss\", \"mean\": 1.5, \"shape\": 2, \"shift\": 1}",
        "{\"dist\": \"hypoexponential\", \"mean1\": 1.5, \"mean2\": 2}",
        "{\"dist\": \"empirical\", \"values\": [1, 2, 5]}",
        "{\"dist\": \"mixture\", \"components\": [{\"weight\": 0.25,"
        " \"dist\": \"empirical\", \"values\": [3]}, {\"weight\": 0.75,"
        " \"dist\": \"uniform\", \"lo\": 1, \"hi\": 2}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sbs_dist d = {0};
        struct sbs_error err = {0};
        struct sbs_jsonw w;
        parse(&d, texts[i], 0, &err);
        sbs_jsonw_init(&w, NULL);
        sbs_dist_write(&d, &w);
        sbs_jsonw_end(&w, &err);
        w.text[w.length - 1] = '\0'; /* the last newline */
        is_str(w.text, texts[i], "written as read");
        sbs_jsonw_fini(&w);
        sbs_dist_fini(&d);
    }
}

int main(void)
{
    shapes();
    ranges();
    lists();
    accepted();
    written();
    return tap_done();
}
