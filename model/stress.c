/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/stress.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/model.h"
#include "model/path.h"

/* ---- laws --------------------------------------------------------------- */

static void scale_number(cJSON *item, double factor)
{
    if (cJSON_IsNumber(item))
        cJSON_SetNumberValue(item, item->valuedouble * factor);
}

void sbs_stress_scale_law(cJSON *law, double factor)
{
    /* Parameters that are lengths; shapes, weights and sigma are not. */
    static const char *const lengths[] = { "mean", "scale", "xm", "lo",
                                           "hi", "shift" };
    cJSON *item;
    scale_number(law, factor);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        scale_number(cJSON_GetObjectItemCaseSensitive(law, lengths[i]),
                     factor);
    cJSON *mu = cJSON_GetObjectItemCaseSensitive(law, "mu");
    if (cJSON_IsNumber(mu))
        cJSON_SetNumberValue(mu, mu->valuedouble + log(factor));
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(law, "values"))
        scale_number(item, factor);
    cJSON_ArrayForEach(item,
                       cJSON_GetObjectItemCaseSensitive(law, "components"))
        sbs_stress_scale_law(item, factor);
}

/* ---- processor classes --------------------------------------------------- */

static int no_memory(struct sbs_error *err)
{
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

/* New classes for a model without draws; NULL on failure. */
typedef cJSON *make_classes_fn(const cJSON *model, struct sbs_error *err);

/* Whether a draw says something about the classes. */
static bool touches_classes(const cJSON *draw)
{
    static const char classes[] = "speed.classes";
    const cJSON *item;
    cJSON_ArrayForEach(item, draw)
        if (strcmp(item->string, "speed") == 0 ||
            strncmp(item->string, classes, sizeof classes - 1) == 0)
            return true;
    return false;
}

/* In a draw `make` sees the classes as the draw has them; what it makes
 * replaces all that the draw puts there. */
static int change_draw(cJSON *draw, cJSON *classes)
{
    cJSON *next, *item;
    for (item = draw->child; item; item = next) {
        next = item->next;
        if (strncmp(item->string, "speed.classes.", 14) == 0)
            cJSON_Delete(cJSON_DetachItemViaPointer(draw, item));
    }
    return sbs_model_put_in_draw(draw, "speed.classes", classes);
}

static int change_classes(cJSON *model, make_classes_fn *make,
                          struct sbs_error *err)
{
    cJSON *draw;
    cJSON_ArrayForEach(draw, sbs_model_draws(model)) {
        if (!touches_classes(draw))
            continue;
        cJSON *drawn = sbs_model_drawn(model, draw, "posterior.draws", err);
        cJSON *classes = drawn ? make(drawn, err) : NULL;
        cJSON_Delete(drawn);
        if (!classes)
            return -1;
        if (change_draw(draw, classes) != 0)
            return no_memory(err);
    }
    cJSON *classes = make(model, err);
    return classes ? sbs_model_put(model, "speed.classes", classes, err) : -1;
}

/* Share and slowness of the rare slow workers. With 2% at
 * five times a lognormal fitted to 50 workers misses half of the longest
 * time; field reports of combinations 3 to 5 times slower
 * (aws/containers-roadmap issue 1030). */
#define RARE_SHARE 0.02
#define RARE_FACTOR 5.0

/* A class of the model as one of the classes it is split into. */
static cJSON *part_of(const cJSON *class, double share, double factor)
{
    cJSON *part = class ? cJSON_Duplicate(class, true)
                        : cJSON_CreateObject();
    cJSON *law = cJSON_GetObjectItemCaseSensitive(part, "slowdown");
    cJSON *weight = cJSON_GetObjectItemCaseSensitive(part, "weight");
    double old = cJSON_IsNumber(weight) ? weight->valuedouble : 1;
    const char *name =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(part, "name"));
    char slow[80];
    cJSON_DeleteItemFromObjectCaseSensitive(part, "weight");
    if (!law || cJSON_IsNull(law)) {
        cJSON_DeleteItemFromObjectCaseSensitive(part, "slowdown");
        law = cJSON_AddNumberToObject(part, "slowdown", 1);
    }
    if (!law || !cJSON_AddNumberToObject(part, "weight", old * share)) {
        cJSON_Delete(part);
        return NULL;
    }
    if (factor != 1) {
        sbs_stress_scale_law(law, factor);
        snprintf(slow, sizeof slow, "%.50s%s%gx slower",
                 name ? name : "reference", ", ", factor);
        cJSON_DeleteItemFromObjectCaseSensitive(part, "name");
        (void)cJSON_AddStringToObject(part, "name", slow);
    }
    return part;
}

/* The slow part follows its class directly, so that all other workers are
 * the same ones as without the overlay (common random numbers). */
static cJSON *rare_classes(const cJSON *model, struct sbs_error *err)
{
    const cJSON *old =
        sbs_json_get(sbs_json_get(model, "speed"), "classes");
    const cJSON *class = old ? old->child : NULL;
    cJSON *made = cJSON_CreateArray();
    do {
        cJSON *usual = part_of(class, 1 - RARE_SHARE, 1);
        cJSON *slow = part_of(class, RARE_SHARE, RARE_FACTOR);
        if (!usual || !slow || !made) {
            cJSON_Delete(usual);
            cJSON_Delete(slow);
            cJSON_Delete(made);
            no_memory(err);
            return NULL;
        }
        (void)cJSON_AddItemToArray(made, usual);
        (void)cJSON_AddItemToArray(made, slow);
        class = class ? class->next : NULL;
    } while (class);
    return made;
}

static int apply_rare5x(cJSON *model, struct sbs_error *err)
{
    return change_classes(model, rare_classes, err);
}

/* .7 LN(1, .08) + .3 LN(1.8, .08): two generations that differ like Xeon
 * 8375C and E5-2686 v4 (2.1 and 4.0, traces/facts/processors.csv). */
#define SLOW_SHARE 0.3
#define SLOW_FACTOR 1.8
#define CPU_SIGMA 0.08

/* Mean slow-down of the classes; 0 with err filled. */
static double mean_of_classes(const cJSON *model, struct sbs_error *err)
{
    struct sbs_model_set set;
    double mean = 0;
    cJSON *alone = sbs_model_drawn(model, NULL, "", err);
    if (!alone || sbs_model_parse(&set, alone, "model", err) != 0) {
        cJSON_Delete(alone);
        return 0;
    }
    for (size_t i = 0; i < set.stated.speed.n_classes; i++) {
        const struct sbs_class *c = &set.stated.speed.classes[i];
        if (c->weight > 0)
            mean += c->weight * sbs_dist_mean(&c->slowdown);
    }
    sbs_model_fini(&set);
    cJSON_Delete(alone);
    if (isfinite(mean))
        return mean;
    sbs_fail(err, SBS_EINPUT,
             "the mean slow-down is infinite, so no two processors have it");
    return 0;
}

static cJSON *two_classes(const cJSON *model, struct sbs_error *err)
{
    double mean = mean_of_classes(model, err);
    char text[400];
    if (!(mean > 0))
        return NULL;
    double fast = log(mean / (1 - SLOW_SHARE + SLOW_SHARE * SLOW_FACTOR)) -
                  CPU_SIGMA * CPU_SIGMA / 2;
    int n = snprintf(
        text, sizeof text,
        "[{\"name\":\"fast\",\"weight\":%g,\"slowdown\":{\"dist\":"
        "\"lognormal\",\"mu\":%.17g,\"sigma\":%g}},{\"name\":\"slow\","
        "\"weight\":%g,\"slowdown\":{\"dist\":\"lognormal\",\"mu\":%.17g,"
        "\"sigma\":%g}}]",
        1 - SLOW_SHARE, fast, CPU_SIGMA, SLOW_SHARE, fast + log(SLOW_FACTOR),
        CPU_SIGMA);
    return sbs_json_parse(text, (size_t)n, "bimodal", err);
}

static int apply_bimodal(cJSON *model, struct sbs_error *err)
{
    return change_classes(model, two_classes, err);
}

/* ---- single keys --------------------------------------------------------- */

/* 0 of 50 workers never started; the 95% upper bound of the chance is
 * 1 - .05^(1/51) = 5.7% (Beta(1, 1) prior). */
static int apply_neverstart(cJSON *model, struct sbs_error *err)
{
    return sbs_model_set_all(model, "startup.never_p", "0.057", err);
}

/* A stress, not a measurement. For scale: Fargate's own launch rate was 55
 * a minute in 2020 (traces/facts/limits.csv), here it is 12. */
static int apply_throttled(cJSON *model, struct sbs_error *err)
{
    return sbs_model_set_all(model, "launcher.burst", "10", err) != 0 ||
                   sbs_model_set_all(model, "launcher.refill_per_s", "0.2",
                                     err) != 0 ||
                   sbs_model_set_all(model, "launcher.refuse_p", "0.2",
                                     err) != 0
               ? -1
               : 0;
}

/* Median time that EC2 spot r5.16xlarge were held in SkyPilot's traces: 1360
 * s (traces/facts/ec2.csv), so ln 2 / 1360 s an hour; Fargate announces a
 * reclaim 120 s before. */
static int apply_spotstorm(cJSON *model, struct sbs_error *err)
{
    return sbs_model_set_all(model, "loss.spot_per_h", "1.83", err) != 0 ||
                   sbs_model_set_all(model, "loss.notice_s", "120", err) != 0
               ? -1
               : 0;
}

/* The drift is a stress, not a measurement. The weather has the spread that
 * cache-bound work shows on shared machines, 14 to 15%
 * (traces/facts/machine_noise.csv), anew each minute. */
static int apply_drift(cJSON *model, struct sbs_error *err)
{
    return sbs_model_set_all(model, "speed.drift_per_h", "0.3", err) != 0 ||
                   sbs_model_set_all(model, "speed.weather.slot_s", "60",
                                     err) != 0 ||
                   sbs_model_set_all(model, "speed.weather.log_sd", "0.15",
                                     err) != 0
               ? -1
               : 0;
}

/* ---- the table ----------------------------------------------------------- */

/* What the numbers of each rest on. */
static const char rare5x_evidence[] =
    "a rare tail that 50 observed workers cannot exclude; field reports of "
    "machines 3 to 5 times slower";
static const char neverstart_evidence[] =
    "0 of 50 observed workers never started, which does not exclude 5.7% "
    "(95% upper bound)";
static const char bimodal_evidence[] =
    "Fargate tasks have been seen on processors of several generations; the "
    "two speeds and their shares are a stress, not a measurement";
static const char throttled_evidence[] =
    "a stress, not a measurement: 12 launches a minute; Fargate gave 55 a "
    "minute in 2020";
static const char spotstorm_evidence[] =
    "EC2 spot r5.16xlarge were held for 1360 s on median in SkyPilot's "
    "traces (their times spread wider than the exponential law here); "
    "Fargate's own rate is not known";
static const char drift_evidence[] =
    "the spread is that of cache-bound work on shared machines; the drift "
    "is a stress, not a measurement";

#define ROW_(id, spot, text) { #id, text, id##_evidence, spot, apply_##id },
static const struct sbs_stress stresses[] = { SBS_STRESSES(ROW_) };
#undef ROW_

enum { N_STRESSES = sizeof stresses / sizeof stresses[0] };

size_t sbs_stress_count(void)
{
    return N_STRESSES;
}

const struct sbs_stress *sbs_stress_at(size_t i)
{
    return &stresses[i];
}

const struct sbs_stress *sbs_stress_find(const char *name)
{
    for (size_t i = 0; i < N_STRESSES; i++)
        if (strcmp(name, stresses[i].name) == 0)
            return &stresses[i];
    return NULL;
}

int sbs_stress_apply(const struct sbs_stress *s, cJSON *model,
                     struct sbs_error *err)
{
    char place[80];
    snprintf(place, sizeof place, "--scenario %s", s->name);
    return s->apply(model, err) == 0 ? 0 : sbs_fail_at(err, place);
}
