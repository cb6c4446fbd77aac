/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/param.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

enum { PARAMS_MAX = 64 };

size_t sbs_param_count(const struct sbs_param *table)
{
    size_t n = 0;
    while (table && table[n].name)
        n++;
    return n;
}

static void store(const struct sbs_param *p, void *params, double value)
{
    void *field = (char *)params + p->offset;
    switch (p->type) {
    case SBS_BOOL:
        *(bool *)field = value != 0;
        break;
    case SBS_INT:
        *(int64_t *)field = (int64_t)value;
        break;
    case SBS_REAL:
        *(double *)field = value;
        break;
    case SBS_CHOICE:
        *(int *)field = (int)value;
        break;
    }
}

void sbs_param_defaults(const struct sbs_param *table, void *params)
{
    for (const struct sbs_param *p = table; p && p->name; p++)
        store(p, params, p->def);
}

double sbs_param_value(const struct sbs_param *p, const void *params)
{
    const void *field = (const char *)params + p->offset;
    switch (p->type) {
    case SBS_BOOL:
        return *(const bool *)field;
    case SBS_INT:
        return (double)*(const int64_t *)field;
    case SBS_REAL:
        return *(const double *)field;
    case SBS_CHOICE:
        return *(const int *)field;
    }
    return NAN;
}

int sbs_param_choice(const struct sbs_param *p, int i, char *name,
                     size_t size)
{
    const char *s = p->choices;
    for (; i > 0 && s; i--) {
        s = strchr(s, '|');
        s = s ? s + 1 : NULL;
    }
    if (!s || !*s)
        return -1;
    size_t n = strcspn(s, "|");
    if (n >= size)
        n = size - 1;
    memcpy(name, s, n);
    name[n] = '\0';
    return 0;
}

void sbs_param_print(const struct sbs_param *p, const void *params,
                     char *text, size_t size)
{
    double v = sbs_param_value(p, params);
    if (p->type == SBS_BOOL)
        snprintf(text, size, "%s", v != 0 ? "true" : "false");
    else if (p->type != SBS_CHOICE)
        snprintf(text, size, "%.15g", v);
    else if (sbs_param_choice(p, (int)v, text, size) != 0)
        snprintf(text, size, "?");
}

/* A time suffix as a factor, 0 for none of them. */
static double time_factor(const char *suffix)
{
    static const struct {
        const char *name;
        double factor;
    } known[] = {
        { "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "m", 60 }, { "h", 3600 }
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(suffix, known[i].name) == 0)
            return known[i].factor;
    return 0;
}

static int parse_number(const struct sbs_param *p, const char *text,
                        double *value)
{
    char *end;
    if (!((text[0] >= '0' && text[0] <= '9') || text[0] == '.' ||
          text[0] == '-') ||
        strpbrk(text, "xX"))
        return -1;
    *value = strtod(text, &end);
    if (end == text || !isfinite(*value))
        return -1;
    if (strcmp(p->unit, "s") == 0) {
        double factor = time_factor(end);
        *value *= factor;
        return factor > 0 ? 0 : -1;
    }
    return *end == '\0' ? 0 : -1;
}

static int parse_choice(const struct sbs_param *p, const char *text,
                        double *value)
{
    char name[64];
    if (p->type == SBS_BOOL) {
        *value = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        return *value != 0 || strcmp(text, "false") == 0 ||
                       strcmp(text, "0") == 0
                   ? 0
                   : -1;
    }
    for (int i = 0; sbs_param_choice(p, i, name, sizeof name) == 0; i++)
        if (strcmp(name, text) == 0) {
            *value = i;
            return 0;
        }
    return -1;
}

/* "[0, 10]", "an integer in [1, inf)", "a|b|c": what a value may be. */
static void describe(const struct sbs_param *p, char *text, size_t size)
{
    if (p->type == SBS_CHOICE)
        snprintf(text, size, "one of %s", p->choices);
    else if (p->type == SBS_BOOL)
        snprintf(text, size, "true or false");
    else
        snprintf(text, size, "%s in [%g, %g%s%s%s",
                 p->type == SBS_INT ? "an integer" : "a number", p->min,
                 p->max, isinf(p->max) ? ")" : "]", p->unit[0] ? " " : "",
                 p->unit);
}

static const struct sbs_param *find(const struct sbs_param *table,
                                    const char *who, const char *name,
                                    struct sbs_error *err)
{
    const char *names[PARAMS_MAX] = { NULL };
    size_t n = 0;
    for (const struct sbs_param *p = table; p && p->name; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
        if (n < PARAMS_MAX)
            names[n++] = p->name;
    }
    const char *near = sbs_nearest(name, names, n);
    if (n == 0)
        sbs_fail(err, SBS_EUSAGE, "%s: has no parameters (got \"%s\")", who,
                 name);
    else
        sbs_fail(err, SBS_EUSAGE, "%s: no parameter \"%s\"%s%s%s", who, name,
                 near ? " (did you mean \"" : "", near ? near : "",
                 near ? "\"?)" : "");
    return NULL;
}

int sbs_param_set(const struct sbs_param *table, void *params,
                  const char *who, const char *name, const char *text,
                  struct sbs_error *err)
{
    const struct sbs_param *p = find(table, who, name, err);
    if (!p)
        return -1;
    bool number = p->type == SBS_INT || p->type == SBS_REAL;
    double v = 0;
    int bad = number ? parse_number(p, text, &v) : parse_choice(p, text, &v);
    if (number && !bad)
        bad = v < p->min || v > p->max ||
              (p->type == SBS_INT && v != floor(v));
    if (bad) {
        char allowed[160];
        describe(p, allowed, sizeof allowed);
        return sbs_fail(err, SBS_EUSAGE, "%s: %s=%s: must be %s", who, name,
                        text, allowed);
    }
    store(p, params, v);
    return 0;
}

static size_t field_size(enum sbs_ptype type)
{
    switch (type) {
    case SBS_BOOL:
        return sizeof(bool);
    case SBS_INT:
        return sizeof(int64_t);
    case SBS_REAL:
        return sizeof(double);
    case SBS_CHOICE:
        return sizeof(int);
    }
    return 0;
}

int sbs_param_check(const struct sbs_param *table, size_t params_size,
                    struct sbs_error *err)
{
    size_t n = 0;
    for (const struct sbs_param *p = table; p && p->name; p++, n++) {
        size_t size = field_size(p->type);
        if (n >= PARAMS_MAX)
            return sbs_fail(err, SBS_EINPUT,
                            "more than %d parameters, or no end of the "
                            "table", PARAMS_MAX);
        if (size == 0 || !p->unit || !p->help ||
            (p->type == SBS_CHOICE && !p->choices))
            return sbs_fail(err, SBS_EINPUT,
                            "parameter \"%s\" has no type, unit or help",
                            p->name);
        if (p->offset > params_size || size > params_size - p->offset)
            return sbs_fail(err, SBS_EINPUT,
                            "parameter \"%s\" lies outside its struct",
                            p->name);
        if (!(p->min <= p->max && p->def >= p->min && p->def <= p->max))
            return sbs_fail(err, SBS_EINPUT,
                            "parameter \"%s\" has default %g outside "
                            "[%g, %g]", p->name, p->def, p->min, p->max);
    }
    return 0;
}
