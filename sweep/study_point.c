/* SPDX-License-Identifier: Apache-2.0 */
/* What a study has at one of its points. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/fmath.h"
#include "base/jsonw.h"
#include "sweep/study_run.h"

uint32_t sbs_study_policy(const struct sbs_study *s, uint64_t point)
{
    return (uint32_t)(point % s->n_policies);
}

/* From 0 (low end) to 1 along a range. */
static double range_at(const struct sbs_study_axis *a, double t)
{
    if (t <= 0 || t >= 1) /* the ends are exact */
        return t <= 0 ? a->from : a->to;
    if (!a->log)
        return a->from + t * (a->to - a->from);
    double from = sbs_log(a->from);
    return sbs_exp(from + t * (sbs_log(a->to) - from));
}

/* The same for a design that is no grid, u in (0, 1): whole numbers have
 * equal room each. */
static double sample_at(const struct sbs_study_axis *a, double u)
{
    if (!a->integer)
        return range_at(a, u);
    struct sbs_study_axis wide = *a;
    wide.to += 1;
    double x = floor(range_at(&wide, u));
    return x < a->from ? a->from : x > a->to ? a->to : x;
}

static uint32_t level_of(const struct sbs_study *s, uint32_t axis,
                         uint64_t point)
{
    uint64_t row = point / s->n_policies;
    for (uint32_t i = s->n_axes - 1; i > axis; i--)
        row /= s->axis[i].levels;
    return (uint32_t)(row % s->axis[axis].levels);
}

struct sbs_study_value sbs_study_at(const struct sbs_study *s, uint32_t key,
                                    uint64_t point)
{
    const struct sbs_study_key *k = &s->key[key];
    const struct sbs_study_axis *a = &s->axis[k->axis];
    bool grid = s->design == SBS_STUDY_GRID;
    double u = grid ? 0
                    : s->unit[point / s->n_policies * s->n_axes + k->axis];
    if (!a->values && !grid)
        return (struct sbs_study_value){ NULL, sample_at(a, u) };
    uint32_t level = grid ? level_of(s, k->axis, point)
                          : (uint32_t)(u * a->levels);
    if (!a->values) {
        double x = range_at(a, (double)level / (double)(a->levels - 1));
        return (struct sbs_study_value){ NULL, a->integer ? nearbyint(x)
                                                          : x };
    }
    const cJSON *value = a->list[level];
    if (a->rows)
        value = cJSON_GetArrayItem(value, (int)k->column);
    return (struct sbs_study_value){ value, cJSON_IsNumber(value)
                                                ? value->valuedouble
                                                : NAN };
}

char *sbs_study_value_text(struct sbs_study_value v, bool plain)
{
    char number[SBS_JSONW_NUMBER];
    if (!v.json || cJSON_IsNumber(v.json))
        return strdup(sbs_jsonw_format(number, v.number));
    if (plain && cJSON_IsString(v.json))
        return strdup(v.json->valuestring);
    struct sbs_jsonw w;
    struct sbs_error err;
    char *text = NULL;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_flat_array(&w);
    sbs_jsonw_tree(&w, v.json);
    sbs_jsonw_close(&w);
    if (sbs_jsonw_end(&w, &err) == 0)
        text = sbs_jsonw_take(&w);
    sbs_jsonw_fini(&w);
    if (!text)
        return NULL;
    size_t n = strlen(text); /* "[...]\n" without the brackets */
    while (n > 0 && text[n - 1] != ']')
        n--;
    if (n < 2) {
        free(text);
        return NULL;
    }
    memmove(text, text + 1, n - 2);
    text[n - 2] = '\0';
    return text;
}

static void put_value(struct sbs_study_run *run, int member,
                      struct sbs_study_value v)
{
    switch (member) {
    case SBS_STUDY_MEMBER_spot:
        run->spot = cJSON_IsTrue(v.json);
        break;
    case SBS_STUDY_MEMBER_workload:
        run->workload = v.json->valuestring;
        break;
    case SBS_STUDY_MEMBER_scenario:
        run->scenario = strcmp(v.json->valuestring, "plain") == 0
                            ? NULL
                            : v.json->valuestring;
        break;
    default:
        sbs_study_put_number(run, (enum sbs_study_member)member, v.number);
        break;
    }
}

struct sbs_study_run sbs_study_run(const struct sbs_study *s, uint64_t point)
{
    struct sbs_study_run run = s->run;
    for (uint32_t k = 0; k < s->n_keys; k++)
        if (s->key[k].kind == SBS_STUDY_RUN)
            put_value(&run, s->key[k].member, sbs_study_at(s, k, point));
    return run;
}

/* The value of the key that stands in braces at `at`, and where the braces
 * end; NULL when it is no key. */
static char *braced(const struct sbs_study *s, uint64_t point, const char *at,
                    const char **end)
{
    size_t n = strcspn(at + 1, "}");
    for (uint32_t k = 0; k < s->n_keys; k++)
        if (strlen(s->key[k].name) == n &&
            strncmp(s->key[k].name, at + 1, n) == 0) {
            *end = at + 1 + n + (at[1 + n] == '}');
            return sbs_study_value_text(sbs_study_at(s, k, point), true);
        }
    return NULL;
}

char *sbs_study_spec(const struct sbs_study *s, uint64_t point,
                     struct sbs_error *err)
{
    const char *from = s->policy[sbs_study_policy(s, point)];
    char *text = strdup("");
    while (text && *from) {
        size_t n = strcspn(from, "{"), used = strlen(text);
        const char *end = from + n;
        char *value = from[n] ? braced(s, point, from + n, &end) : strdup("");
        char *more = value ? realloc(text, used + n + strlen(value) + 1)
                           : NULL;
        if (!more) {
            free(value);
            break;
        }
        memcpy(more + used, from, n);
        memcpy(more + used + n, value, strlen(value) + 1);
        free(value);
        text = more;
        from = end;
    }
    if (text && !*from)
        return text;
    free(text);
    sbs_fail(err, SBS_EMEMORY, "out of memory");
    return NULL;
}

const char *sbs_study_label(const struct sbs_study *s, uint64_t point,
                            char *text, size_t size)
{
    int n = snprintf(text, size, "point %llu (", (unsigned long long)point);
    for (uint32_t k = 0; k < s->n_keys && n >= 0 && (size_t)n < size; k++) {
        char *value = sbs_study_value_text(sbs_study_at(s, k, point), true);
        n += snprintf(text + n, size - (size_t)n, "%s=%.40s, ",
                      s->key[k].name, value ? value : "?");
        free(value);
    }
    struct sbs_error err;
    char *spec = sbs_study_spec(s, point, &err);
    if (n >= 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, "%.120s)", spec ? spec : "?");
    free(spec);
    return text;
}
