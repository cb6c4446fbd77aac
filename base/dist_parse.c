/* SPDX-License-Identifier: Apache-2.0 */
/* base/dist.h: laws from and to JSON. */
#include "config.h"

#include "base/dist.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/dist_invert.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/nearest.h"
#include "base/reals.h"

/* The two ends of what sbs_rng_u01 can draw: 2^-53 and 1 - 2^-53. */
#define U_MIN 0x1p-53
#define U_MAX (1 - 0x1p-53)

enum { PLACE = 256, KINDS = SBS_DIST_MIXTURE + 1 };

struct parameter {
    const char *key; /* NULL: the law has no such parameter */
    double lo, hi;
};

static const struct law {
    const char *name;
    struct parameter a, b;
} laws[KINDS] = {
    [SBS_DIST_CONST] = {"constant", {NULL, 0, 0}, {NULL, 0, 0}},
    [SBS_DIST_LOGNORMAL] = {"lognormal",
                            {"mu", -INFINITY, INFINITY},
                            {"sigma", 0, INFINITY}},
    [SBS_DIST_EXPONENTIAL] = {"exponential",
                              {"mean", SBS_JSON_ABOVE_0, INFINITY},
                              {NULL, 0, 0}},
    [SBS_DIST_WEIBULL] = {"weibull",
                          {"shape", SBS_JSON_ABOVE_0, INFINITY},
                          {"scale", SBS_JSON_ABOVE_0, INFINITY}},
    [SBS_DIST_GAMMA] = {"gamma",
                        {"shape", 1e-3, 1e6},
                        {"scale", SBS_JSON_ABOVE_0, INFINITY}},
    [SBS_DIST_PARETO] = {"pareto",
                         {"alpha", SBS_JSON_ABOVE_0, INFINITY},
                         {"xm", SBS_JSON_ABOVE_0, INFINITY}},
    [SBS_DIST_UNIFORM] = {"uniform",
                          {"lo", -INFINITY, INFINITY},
                          {"hi", -INFINITY, INFINITY}},
    [SBS_DIST_LOGLOGISTIC] = {"loglogistic",
                              {"shape", SBS_JSON_ABOVE_0, INFINITY},
                              {"scale", SBS_JSON_ABOVE_0, INFINITY}},
    [SBS_DIST_INVGAUSS] = {"invgauss",
                           {"mean", SBS_JSON_ABOVE_0, INFINITY},
                           {"shape", SBS_JSON_ABOVE_0, INFINITY}},
    [SBS_DIST_HYPOEXPONENTIAL] = {"hypoexponential",
                                  {"mean1", SBS_JSON_ABOVE_0, INFINITY},
                                  {"mean2", SBS_JSON_ABOVE_0, INFINITY}},
    [SBS_DIST_EMPIRICAL] = {"empirical", {NULL, 0, 0}, {NULL, 0, 0}},
    [SBS_DIST_MIXTURE] = {"mixture", {NULL, 0, 0}, {NULL, 0, 0}},
};

/* What a reading function needs to know. */
struct reader {
    const cJSON *json;
    const char *where;
    bool component; /* "weight" is a known key too */
    struct sbs_error *err;
};

static int read_law(struct sbs_dist *d, const struct reader *r);

const char *sbs_dist_kind_name(enum sbs_dist_kind kind)
{
    return (unsigned)kind < KINDS ? laws[kind].name : "?";
}

static int find_kind(const struct reader *r, enum sbs_dist_kind *kind)
{
    const char *names[KINDS], *name = NULL;
    size_t n = 0;
    if (sbs_json_need(r->json, r->where, "dist", r->err) < 0 ||
        sbs_json_string(r->json, r->where, "dist", &name, r->err) < 0)
        return -1;
    /* A constant is written as a plain number. */
    for (size_t k = SBS_DIST_LOGNORMAL; k < KINDS; k++) {
        names[n++] = laws[k].name;
        if (strcmp(name, laws[k].name) == 0) {
            *kind = (enum sbs_dist_kind)k;
            return 0;
        }
    }
    char place[PLACE];
    const char *nearest = sbs_nearest(name, names, n);
    return sbs_fail(r->err, SBS_EINPUT,
                    "%s: unknown law (\"%.40s\", %s%s%s)",
                    sbs_json_where(place, sizeof place, r->where, "dist"),
                    name, nearest ? "did you mean \"" : "allowed ",
                    nearest ? nearest
                            : "lognormal, exponential, weibull, gamma, "
                              "pareto, uniform, loglogistic, invgauss, "
                              "hypoexponential, empirical, mixture",
                    nearest ? "\"?" : "");
}

static int check_keys(const struct reader *r, enum sbs_dist_kind kind)
{
    const char *keys[6] = {"dist", "shift"};
    size_t n = 2;
    if (r->component)
        keys[n++] = "weight";
    if (laws[kind].a.key)
        keys[n++] = laws[kind].a.key;
    if (laws[kind].b.key)
        keys[n++] = laws[kind].b.key;
    if (kind == SBS_DIST_EMPIRICAL)
        keys[n++] = "values";
    if (kind == SBS_DIST_MIXTURE)
        keys[n++] = "components";
    return sbs_json_known(r->json, r->where, keys, n, r->err);
}

static int read_parameter(const struct reader *r, const struct parameter *p,
                          double *value)
{
    if (!p->key)
        return 0;
    if (sbs_json_need(r->json, r->where, p->key, r->err) < 0)
        return -1;
    return sbs_json_real(r->json, r->where, p->key, p->lo, p->hi, value,
                         r->err);
}

/* The non-empty array `key`; its length goes to *n. */
static const cJSON *read_list(const struct reader *r, const char *key,
                              size_t *n)
{
    const cJSON *list = NULL;
    char place[PLACE];
    if (sbs_json_need(r->json, r->where, key, r->err) < 0 ||
        sbs_json_array(r->json, r->where, key, &list, r->err) < 0)
        return NULL;
    *n = 0;
    for (const cJSON *item = list->child; item; item = item->next)
        ++*n;
    if (*n > 0)
        return list;
    sbs_fail(r->err, SBS_EINPUT, "%s: must not be empty",
             sbs_json_where(place, sizeof place, r->where, key));
    return NULL;
}

static int read_empirical(struct sbs_dist *d, const struct reader *r)
{
    size_t n, i = 0;
    const cJSON *list = read_list(r, "values", &n);
    if (!list)
        return -1;
    d->n = n;
    d->values = malloc(n * sizeof *d->values);
    double *scratch = malloc(n * sizeof *scratch);
    if (!d->values || !scratch) {
        free(scratch);
        return sbs_fail(r->err, SBS_EMEMORY, "%s: out of memory", r->where);
    }
    for (const cJSON *item = list->child; item; item = item->next, i++) {
        if (!cJSON_IsNumber(item))
            break;
        d->values[i] = item->valuedouble;
    }
    if (i == n)
        sbs_reals_sort(d->values, scratch, n);
    free(scratch);
    if (i == n)
        return 0;
    char place[PLACE], item_place[PLACE];
    sbs_json_where(place, sizeof place, r->where, "values");
    sbs_json_where_item(item_place, sizeof item_place, place, i);
    return sbs_fail(r->err, SBS_EINPUT, "%s: must be a number", item_place);
}

/* Whether a draw can be below min_value. The lower end itself has no mass in
 * a law with a density: 0 is a proper end for "positive". */
static bool reaches_below(const struct sbs_dist *d, double min_value)
{
    double end = sbs_dist_min(d), least = sbs_dist_quantile(d, U_MIN);
    for (size_t i = 0; d->kind == SBS_DIST_MIXTURE && i < d->n; i++) {
        if (reaches_below(&d->parts[i], min_value))
            return true;
    }
    if (d->kind != SBS_DIST_CONST && d->kind != SBS_DIST_EMPIRICAL)
        min_value = nextafter(min_value, -INFINITY);
    return least < min_value || end < min_value;
}

/* No mass below min_value, no value that a double cannot hold. */
static int check_values(const struct sbs_dist *d, const struct reader *r,
                        double min_value)
{
    char value[SBS_JSONW_NUMBER], range[SBS_JSON_RANGE];
    if (!isfinite(sbs_dist_quantile(d, U_MIN)) ||
        !isfinite(sbs_dist_quantile(d, U_MAX)))
        return sbs_fail(r->err, SBS_EINPUT,
                        "%s: has values beyond the range of a double",
                        r->where);
    if (!reaches_below(d, min_value))
        return 0;
    sbs_json_range(range, min_value, INFINITY);
    if (d->kind == SBS_DIST_CONST)
        return sbs_fail(r->err, SBS_EINPUT,
                        "%s: must not be so low (%s, allowed %s)",
                        r->where, sbs_jsonw_format(value, d->shift), range);
    return sbs_fail(r->err, SBS_EINPUT,
                    "%s: is a %s law with values too low (down to %s, "
                    "allowed %s)", r->where, laws[d->kind].name,
                    sbs_jsonw_format(value, sbs_dist_min(d)), range);
}

static int read_components(const struct reader *r, const cJSON *list,
                           struct sbs_dist *parts, double *weights)
{
    size_t i = 0;
    for (const cJSON *item = list->child; item; item = item->next, i++) {
        char place[PLACE], where[PLACE];
        sbs_json_where(place, sizeof place, r->where, "components");
        struct reader inner = {item, where, true, r->err};
        sbs_json_where_item(where, sizeof where, place, i);
        if (sbs_json_is_object(item, where, r->err) < 0 ||
            sbs_json_need(item, where, "weight", r->err) < 0 ||
            sbs_json_real(item, where, "weight", 0, INFINITY, &weights[i],
                          r->err) < 0 ||
            read_law(&parts[i], &inner) < 0 ||
            check_values(&parts[i], &inner, -INFINITY) < 0)
            return -1;
    }
    return 0;
}

static int read_mixture(struct sbs_dist *d, const struct reader *r)
{
    size_t n;
    const cJSON *list = read_list(r, "components", &n);
    if (!list)
        return -1;
    int status = -1;
    struct sbs_dist *parts = calloc(n, sizeof *parts);
    double *weights = calloc(n, sizeof *weights);
    if (!parts || !weights)
        sbs_fail(r->err, SBS_EMEMORY, "%s: out of memory", r->where);
    else if (read_components(r, list, parts, weights) == 0)
        status = sbs_dist_mix(d, parts, weights, n, r->where, r->err);
    for (size_t i = 0; parts && i < n; i++)
        sbs_dist_fini(&parts[i]);
    free(parts);
    free(weights);
    return status;
}

/* Drop components of weight 0 and let the weights sum to 1. */
static int set_components(struct sbs_dist *d, const struct sbs_dist *parts,
                          const double *weights, size_t n, double sum)
{
    d->parts = calloc(n, sizeof *d->parts);
    d->values = malloc(n * sizeof *d->values);
    if (!d->parts || !d->values)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!(weights[i] > 0))
            continue;
        d->values[d->n] = weights[i] / sum;
        if (sbs_dist_copy(&d->parts[d->n], &parts[i], NULL) < 0)
            return -1;
        d->n++;
    }
    d->kind = SBS_DIST_MIXTURE;
    return 0;
}

/* Add `shift` to a law in place. Laws with atoms take it into their values,
 * so that a value found by addition is found again by comparison. */
static void shift_law(struct sbs_dist *d, double shift)
{
    switch (d->kind) {
    case SBS_DIST_UNIFORM:
        d->a += shift;
        d->b += shift;
        break;
    case SBS_DIST_EMPIRICAL:
        for (size_t i = 0; i < d->n; i++)
            d->values[i] += shift;
        break;
    case SBS_DIST_MIXTURE:
        for (size_t i = 0; i < d->n; i++)
            shift_law(&d->parts[i], shift);
        sbs_dist_table_free(d->table); /* settle() makes a new one */
        d->table = NULL;
        break;
    default:
        d->shift += shift;
        break;
    }
}

/* A single possible value becomes a constant; the rest gets its table. */
static int settle(struct sbs_dist *d)
{
    double least = sbs_dist_min(d);
    if (!(sbs_dist_max(d) > least)) {
        sbs_dist_fini(d);
        *d = sbs_dist_const(least);
        return 0;
    }
    if (d->table || !sbs_dist_needs_table(d->kind))
        return 0;
    for (size_t i = 0; d->parts && i < d->n; i++) {
        if (settle(&d->parts[i]) < 0)
            return -1;
    }
    d->table = sbs_dist_table_make(d);
    return d->table ? 0 : -1;
}

int sbs_dist_mix(struct sbs_dist *d, const struct sbs_dist *parts,
                 const double *weights, size_t n, const char *where,
                 struct sbs_error *err)
{
    struct sbs_dist made = {0};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(weights[i] >= 0))
            return sbs_fail(err, SBS_EINPUT,
                            "%s: weight %zu must be a number (%g, allowed "
                            "[0, inf))", where, i, weights[i]);
        sum += weights[i];
    }
    if (!(sum > 0) || isinf(sum))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: the sum of the weights must be positive and "
                        "finite (%g)", where, sum);
    if (set_components(&made, parts, weights, n, sum) < 0 ||
        settle(&made) < 0) {
        sbs_dist_fini(&made);
        return sbs_fail(err, SBS_EMEMORY, "%s: out of memory", where);
    }
    sbs_dist_fini(d);
    *d = made;
    return 0;
}

/* An object {"dist": ...} into the zeroed *d; after a failure it may be
 * fini'd. */
static int read_object(struct sbs_dist *d, const struct reader *r)
{
    enum sbs_dist_kind kind = SBS_DIST_CONST;
    double a = 0, b = 0, shift = 0;
    char place[PLACE];
    if (find_kind(r, &kind) < 0 || check_keys(r, kind) < 0 ||
        read_parameter(r, &laws[kind].a, &a) < 0 ||
        read_parameter(r, &laws[kind].b, &b) < 0 ||
        sbs_json_real(r->json, r->where, "shift", -INFINITY, INFINITY, &shift,
                      r->err) < 0)
        return -1;
    if (kind == SBS_DIST_UNIFORM && a > b)
        return sbs_fail(r->err, SBS_EINPUT,
                        "%s: must not be above hi (%g, allowed (-inf, %g])",
                        sbs_json_where(place, sizeof place, r->where, "lo"),
                        a, b);
    if (kind == SBS_DIST_LOGNORMAL) {
        *d = sbs_dist_lognormal(a, b, 0);
    } else {
        d->a = a;
        d->b = b;
    }
    if (kind == SBS_DIST_EMPIRICAL && read_empirical(d, r) < 0)
        return -1;
    if (kind == SBS_DIST_MIXTURE && read_mixture(d, r) < 0)
        return -1;
    if (kind != SBS_DIST_LOGNORMAL && kind != SBS_DIST_MIXTURE)
        d->kind = kind;
    if (shift != 0)
        shift_law(d, shift);
    if (settle(d) < 0)
        return sbs_fail(r->err, SBS_EMEMORY, "%s: out of memory", r->where);
    return 0;
}

static int read_law(struct sbs_dist *d, const struct reader *r)
{
    if (cJSON_IsNumber(r->json)) {
        *d = sbs_dist_const(r->json->valuedouble);
        return 0;
    }
    if (!cJSON_IsObject(r->json))
        return sbs_fail(r->err, SBS_EINPUT,
                        "%s: must be a number or a distribution such as "
                        "{\"dist\": \"exponential\", \"mean\": 1}", r->where);
    return read_object(d, r);
}

int sbs_dist_parse(struct sbs_dist *d, const struct cJSON *json,
                   const char *where, double min_value, struct sbs_error *err)
{
    struct sbs_dist made = {0};
    struct reader r = {json, where, false, err};
    if (!json || cJSON_IsNull(json))
        return 0;
    if (read_law(&made, &r) < 0 || check_values(&made, &r, min_value) < 0) {
        sbs_dist_fini(&made);
        return -1;
    }
    sbs_dist_fini(d);
    *d = made;
    return 0;
}

static void write_member(struct sbs_jsonw *w, const char *key, double value)
{
    if (!key)
        return;
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

/* {"dist": ...}, with a weight if it is a component. */
static void write_object(const struct sbs_dist *d, const double *weight,
                         struct sbs_jsonw *w)
{
    bool single = d->kind == SBS_DIST_CONST;
    enum sbs_dist_kind kind = single ? SBS_DIST_EMPIRICAL : d->kind;
    sbs_jsonw_flat_object(w);
    if (weight)
        write_member(w, "weight", *weight);
    sbs_jsonw_key(w, "dist");
    sbs_jsonw_string(w, laws[kind].name);
    write_member(w, laws[kind].a.key, d->a);
    write_member(w, laws[kind].b.key, d->b);
    if (kind == SBS_DIST_EMPIRICAL) {
        sbs_jsonw_key(w, "values");
        sbs_jsonw_flat_array(w);
        for (size_t i = 0; !single && i < d->n; i++)
            sbs_jsonw_real(w, d->values[i]);
        if (single)
            sbs_jsonw_real(w, d->shift);
        sbs_jsonw_close(w);
    } else if (kind == SBS_DIST_MIXTURE) {
        sbs_jsonw_key(w, "components");
        sbs_jsonw_array(w);
        for (size_t i = 0; i < d->n; i++)
            write_object(&d->parts[i], &d->values[i], w);
        sbs_jsonw_close(w);
    }
    if (d->shift != 0 && !single)
        write_member(w, "shift", d->shift);
    sbs_jsonw_close(w);
}

void sbs_dist_write(const struct sbs_dist *d, struct sbs_jsonw *w)
{
    if (d->kind == SBS_DIST_CONST)
        sbs_jsonw_real(w, d->shift);
    else
        write_object(d, NULL, w);
}
