/* SPDX-License-Identifier: Apache-2.0 */
/* Random stacks of built-in policies with random parameters. Many contradict
 * themselves; the parser and the plan say so. */
#ifndef SBS_TESTS_RANDSTACK_H
#define SBS_TESTS_RANDSTACK_H

#include <math.h>
#include <stdio.h>

#include "policies/registry.h"
#include "tests/randmodel.h"

/* A value a user might try: near the default, or anywhere in a small range. */
static inline double randstack_value(struct dice *d, const struct sbs_param *p)
{
    double lo = p->min, hi = fmin(p->max, fmax(20, 3 * fabs(p->def)));
    double x = lo + (hi - lo) * dice_u01(d);
    if (p->def > lo && isfinite(p->def) && dice_chance(d, 0.5))
        x = p->def * (0.5 + dice_u01(d));
    return fmax(p->min, fmin(p->max, x));
}

static inline int randstack_param(char *text, size_t size, struct dice *d,
                                  const struct sbs_param *p)
{
    double x = randstack_value(d, p);
    switch (p->type) {
    case SBS_BOOL:
        return snprintf(text, size, "%s=%s", p->name,
                        dice_chance(d, 0.5) ? "true" : "false");
    case SBS_INT:
        return snprintf(text, size, "%s=%.0f", p->name,
                        fmax(p->min, floor(x)));
    case SBS_REAL:
        return snprintf(text, size, "%s=%.4g", p->name, x);
    default: {
        uint32_t n = 1;
        const char *word = p->choices;
        for (const char *c = p->choices; *c; c++)
            n += *c == '|';
        for (uint32_t k = dice_below(d, n); k > 0; k--)
            word = strchr(word, '|') + 1;
        return snprintf(text, size, "%s=%.*s", p->name,
                        (int)strcspn(word, "|"), word);
    }
    }
}

/* name:key=value,... with each parameter given now and then. */
static inline size_t randstack_layer(char *text, size_t size, struct dice *d,
                                     const struct sbs_policy *p)
{
    size_t n = (size_t)snprintf(text, size, "%s", p->name);
    char sep = ':';
    for (const struct sbs_param *q = p->params; q && q->name; q++) {
        if (!dice_chance(d, 0.4))
            continue;
        text[n++] = sep;
        n += (size_t)randstack_param(text + n, size - n, d, q);
        sep = ',';
    }
    return n;
}

/* One to four layers. */
static inline void randstack_make(char *text, size_t size, struct dice *d,
                                  const struct sbs_registry *r)
{
    size_t n = 0;
    for (uint32_t k = 1 + dice_below(d, 4); k > 0; k--) {
        uint32_t i = dice_below(d, (uint32_t)sbs_registry_count(r));
        if (n > 0)
            text[n++] = '+';
        n += randstack_layer(text + n, size - n, d, sbs_registry_at(r, i));
    }
}

#endif
