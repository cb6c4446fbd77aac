/* SPDX-License-Identifier: Apache-2.0 */
/* Stress scenarios: what each does to a model and to its posterior draws. */
#include "config.h"

#include "model/stress.h"
#include "sim/platform.h"
#include "tests/simtest.h"
#include "tests/tap.h"

#define LN "{'dist':'lognormal','mu':0.3,'sigma':0.2,'shift':0.5}"
/* Two classes, and draws that say something about all that overlays do. */
#define MODEL                                                               \
    "'speed':{'classes':[{'name':'a','weight':3,'slowdown':" LN "},"        \
    "{'weight':1,'slowdown':2}],'log_sd':0.1},"                             \
    "'startup':{'pull_s':20,'never_p':0.001},'loss':{'notice_s':5},"        \
    "'posterior':{'draws':[{},"                                             \
    "{'speed.classes.0.weight':1,'speed.classes.1.slowdown':"               \
    "{'dist':'exponential','mean':2}},"                                     \
    "{'speed.classes':[{'slowdown':7}]},"                                   \
    "{'speed':{'log_sd':0.3,'drift_per_h':1,'classes':[{},"                 \
    "{'slowdown':{'dist':'uniform','lo':1,'hi':2}}]}},"                     \
    "{'startup.never_p':0.5,'launcher.burst':99},"                          \
    "{'startup':{'never_p':0.25},'launcher':{'refill_per_s':3}},"           \
    "{'loss.spot_per_h':9,'loss.notice_s':1,'launcher.refuse_p':0.9,"       \
    "'speed.weather.slot_s':1,'speed.weather':{'log_sd':3}}]}"
enum { DRAWS = 7 };

/* The law times 5 has 5 times the mean and the quantiles. */
static void test_law(const char *text)
{
    struct sbs_dist law = { 0 }, scaled = { 0 };
    struct sbs_error err = { 0 };
    char name[200], json[300];
    snprintf(json, sizeof json, "%s", text);
    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    cJSON *tree = sbs_json_parse(json, strlen(json), "law", &err);
    bool good = sbs_dist_parse(&law, tree, "law", -INFINITY, &err) == 0;
    sbs_stress_scale_law(tree, 5);
    good = good &&
           sbs_dist_parse(&scaled, tree, "scaled", -INFINITY, &err) == 0;
    snprintf(name, sizeof name, "five times: %s", text);
    if (ok(good, "%s", name)) {
        is_near(sbs_dist_mean(&scaled), 5 * sbs_dist_mean(&law), 1e-12,
                "mean");
        is_near(sbs_dist_quantile(&scaled, 0.1),
                5 * sbs_dist_quantile(&law, 0.1), 1e-12, "10% quantile");
        is_near(sbs_dist_quantile(&scaled, 0.95),
                5 * sbs_dist_quantile(&law, 0.95), 1e-12, "95% quantile");
    }
    sbs_dist_fini(&law);
    sbs_dist_fini(&scaled);
    cJSON_Delete(tree);
}

static void test_laws(void)
{
    test_law("3.5");
    test_law(LN);
    test_law("{'dist':'lognormal','mu':0.3,'sigma':0}");
    test_law("{'dist':'exponential','mean':3}");
    test_law("{'dist':'weibull','shape':1.7,'scale':3,'shift':1}");
    test_law("{'dist':'gamma','shape':2.5,'scale':3}");
    test_law("{'dist':'pareto','alpha':2.5,'xm':3,'shift':-1}");
    test_law("{'dist':'uniform','lo':-1,'hi':3}");
    test_law("{'dist':'empirical','values':[4,1,2.5],'shift':2}");
    test_law("{'dist':'mixture','shift':1,'components':["
             "{'weight':2,'dist':'exponential','mean':3,'shift':1},"
             "{'weight':1,'dist':'mixture','components':["
             "{'weight':1,'dist':'lognormal','mu':1,'sigma':0.5}]}]}");
}

/* The model under a scenario (NULL: as it is). */
static bool stressed(struct sbs_model_set *set, const char *body,
                     const char *scenario)
{
    struct sbs_error err = { 0 };
    cJSON *json = simtest_json("sbsim-model", body, &err);
    const struct sbs_stress *s = scenario ? sbs_stress_find(scenario) : NULL;
    bool good = (!s || sbs_stress_apply(s, json, &err) == 0) &&
                sbs_model_parse(set, json, "m.json", &err) == 0;
    if (!good)
        printf("# %s\n", err.text);
    cJSON_Delete(json);
    return ok(good, "%s applies", scenario ? scenario : "nothing") != 0;
}

/* One key, in the model and in every draw. */
static void is_key(const struct sbs_model_set *set, size_t offset,
                   double want, const char *name)
{
    bool good = set->n == DRAWS &&
                *(const double *)((const char *)&set->stated + offset) ==
                    want;
    for (size_t i = 0; i < set->n; i++)
        good = good && *(const double *)((const char *)&set->models[i] +
                                         offset) == want;
    ok(good, "%s is %g in the model and in %zu draws", name, want, set->n);
}

#define IS_KEY(set, member, want) \
    is_key(set, offsetof(struct sbs_model, member), want, #member)

static void test_keys(void)
{
    struct sbs_model_set set;
    if (stressed(&set, MODEL, "neverstart")) {
        IS_KEY(&set, startup.never_p, 0.057);
        ok(sbs_dist_mean(&set.stated.startup.pull_s) == 20 &&
               sbs_dist_mean(&set.models[5].startup.pull_s) == 0,
           "other keys stay");
    }
    sbs_model_fini(&set);
    if (stressed(&set, MODEL, "throttled")) {
        IS_KEY(&set, launcher.burst, 10);
        IS_KEY(&set, launcher.refill_per_s, 0.2);
        IS_KEY(&set, launcher.refuse_p, 0.2);
    }
    sbs_model_fini(&set);
    if (stressed(&set, MODEL, "spotstorm")) {
        IS_KEY(&set, loss.spot_per_h, 1.83);
        IS_KEY(&set, loss.notice_s, 120);
        ok(sbs_stress_find("spotstorm")->spot, "spotstorm is spot");
        is_near(log(2) / set.stated.loss.spot_per_h * 3600, 1360, 0.005,
                "half is reclaimed in 1360 s");
    }
    sbs_model_fini(&set);
    if (stressed(&set, MODEL, "drift")) {
        IS_KEY(&set, speed.drift_per_h, 0.3);
        IS_KEY(&set, speed.weather_slot_s, 60);
        IS_KEY(&set, speed.weather_log_sd, 0.15);
    }
    sbs_model_fini(&set);
}

static double class_mean(const struct sbs_model *m)
{
    double sum = 0;
    for (size_t i = 0; i < m->speed.n_classes; i++)
        sum += m->speed.classes[i].weight *
               sbs_dist_mean(&m->speed.classes[i].slowdown);
    return sum;
}

static double weights(const struct sbs_model *m)
{
    double sum = 0;
    for (size_t i = 0; i < m->speed.n_classes; i++)
        sum += m->speed.classes[i].weight;
    return sum;
}

/* Mean slow-down of each draw is `factor` times what it was. */
static void is_scaled(const char *scenario, const char *body, double factor)
{
    struct sbs_model_set was, is;
    char name[80];
    if (stressed(&was, body, NULL) && stressed(&is, body, scenario) &&
        ok(was.n == is.n, "as many draws")) {
        snprintf(name, sizeof name, "%s: mean, stated", scenario);
        is_near(class_mean(&is.stated), factor * class_mean(&was.stated),
                1e-12, name);
        for (size_t i = 0; i < is.n; i++) {
            snprintf(name, sizeof name, "%s: mean of draw %zu", scenario, i);
            is_near(class_mean(&is.models[i]),
                    factor * class_mean(&was.models[i]), 1e-12, name);
            is_near(weights(&is.models[i]), 1, 1e-15, "weights sum to 1");
            ok(is.models[i].speed.log_sd == was.models[i].speed.log_sd,
               "machine noise stays");
        }
    }
    sbs_model_fini(&was);
    sbs_model_fini(&is);
}

static void test_classes(void)
{
    struct sbs_model_set set;
    is_scaled("rare5x", MODEL, 0.98 + 0.02 * 5);
    is_scaled("rare5x", "", 0.98 + 0.02 * 5);
    is_scaled("bimodal", MODEL, 1);
    is_scaled("bimodal", "", 1);
    if (stressed(&set, MODEL, "rare5x")) {
        const struct sbs_class *c = set.stated.speed.classes;
        ok(set.stated.speed.n_classes == 4 &&
               strcmp(c[0].name, "a") == 0 &&
               strcmp(c[1].name, "a, 5x slower") == 0,
           "the slow part of a class follows it");
        is_near(c[0].weight, 0.75 * 0.98, 1e-15, "weight of the usual part");
        is_near(c[1].weight, 0.75 * 0.02, 1e-13, "weight of the slow part");
        is_near(sbs_dist_mean(&c[3].slowdown), 10, 1e-15,
                "a number is scaled too");
    }
    sbs_model_fini(&set);
    if (stressed(&set, "'speed':{'classes':[{'slowdown':3}]}", "bimodal")) {
        const struct sbs_class *c = set.stated.speed.classes;
        ok(set.stated.speed.n_classes == 2, "two processors");
        is_near(c[0].weight, 0.7, 1e-15, "weight of the fast one");
        is_near(sbs_dist_mean(&c[1].slowdown) / sbs_dist_mean(&c[0].slowdown),
                1.8, 1e-12, "1.8 times apart");
        is_near(sqrt(sbs_dist_var(&c[0].slowdown)) /
                    sbs_dist_mean(&c[0].slowdown),
                sqrt(expm1(0.08 * 0.08)), 1e-12, "sigma .08");
    }
    sbs_model_fini(&set);
}

/* Under rare5x a worker is the same as without, or five times slower. */
static void test_same_workers(void)
{
    struct sbs_model_set was, is;
    struct sbs_platform p, q;
    struct sbs_fate f, g;
    uint32_t n = simtest_reps(20000, 2000000), slow = 0, other = 0;
    if (stressed(&was, MODEL, NULL) && stressed(&is, MODEL, "rare5x")) {
        sbs_platform_reset(&p, &was.stated, 1, 0, 1);
        sbs_platform_reset(&q, &is.stated, 1, 0, 1);
        for (uint32_t w = 0; w < n; w++) {
            sbs_platform_draw(&p, w, 0, false, false, &f);
            sbs_platform_draw(&q, w, 0, false, false, &g);
            double ratio = f.rate / g.rate;
            if (fabs(ratio - 5) < 1e-9)
                slow++;
            else if (fabs(ratio - 1) > 1e-12)
                other++;
        }
        ok(other == 0, "all others are the same workers");
        is_z((double)slow / n, sqrt(0.02 * 0.98 / n), 0.02, "2% are slow");
    }
    sbs_model_fini(&was);
    sbs_model_fini(&is);
}

static void test_refused(void)
{
    struct sbs_error err = { 0 };
    cJSON *json = simtest_json(
        "sbsim-model",
        "'speed':{'classes':[{'slowdown':"
        "{'dist':'pareto','alpha':0.9,'xm':1}}]}", &err);
    ok(sbs_stress_apply(sbs_stress_find("bimodal"), json, &err) != 0 &&
           strstr(err.text, "--scenario bimodal: the mean slow-down is "
                            "infinite"),
       "bimodal needs a finite mean");
    cJSON_Delete(json);
    ok(!sbs_stress_find("plain") && !sbs_stress_find(""), "no such name");
    for (size_t i = 0; i < sbs_stress_count(); i++) {
        const struct sbs_stress *s = sbs_stress_at(i);
        ok(sbs_stress_find(s->name) == s && *s->summary && *s->evidence,
           "%s says what it is and what it rests on", s->name);
    }
}

int main(void)
{
    test_laws();
    test_keys();
    test_classes();
    test_same_workers();
    test_refused();
    return tap_done();
}
