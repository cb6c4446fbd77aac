/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "policies/stack.h"

/* What the catalogue offers. Cut: for divisible work, with more workers than
 * tasks; batched: the client sends ten launches in a call. */
static const char *const whole_tasks[] = {
    "static", "dynamic", "batched", "warm-pool", "hybrid", "work-stealing",
    "oversubscribe:factor=1.02..1.5",
    "oversubscribe:factor=1.02..1.5,mode=duplicates",
    "probe-drop", "restart-slow", "placement", "batched+placement",
    "speculative", "speculative:preset=spark4", "late", "mantri",
    "fork-keep:p=0.02..0.3", "clone", "endgame+dynamic"
};
static const char *const cut_tasks[] = {
    "split:units=2..200", "batched+split:units=2..200",
    "warm-pool+split:units=2..200", "hybrid+split:units=2..200",
    "batched+hybrid+split:units=2..200",
    "placement+batched+split:units=2..200",
    "endgame+batched+split:units=2..200",
    "batched+fac2+split:units=2..200", "batched+fac+split:units=2..200",
    "batched+gss+split:units=2..200", "batched+tss+split:units=2..200",
    "batched+tap+split:units=2..200", "batched+bold+split:units=2..200",
    "batched+wf+split:units=2..200", "batched+awf-b+split:units=2..200",
    "batched+awf-c+split:units=2..200", "batched+af+split:units=2..200"
};
/* A thief looks at all workers: the effort grows with their square. */
static const char *const cut_few[] = { "steal", "batched+steal" };
enum { FEW = 100 };
static const char *const any_result[] = { "any-k:factor=1.02..1.5" };

/* ---- families ------------------------------------------------------------ */

static int find_holes(struct sbs_family *f, struct sbs_error *err)
{
    for (char *dots = strstr(f->text, ".."); dots;
         dots = strstr(dots + 2, "..")) {
        char *begin = dots, *end;
        while (begin > f->text && begin[-1] != '=')
            begin--;
        if (begin == f->text)
            continue; /* a plugin in the folder above */
        struct sbs_hole h = { .at = (size_t)(begin - f->text) };
        size_t length = strcspn(begin, ",+");
        h.length = length;
        *dots = '\0';
        h.lo = strtod(begin, &end);
        bool good = end == dots && end > begin;
        *dots = '.';
        h.hi = strtod(dots + 2, &end);
        good = good && end == begin + length && isfinite(h.lo) &&
               isfinite(h.hi) && h.lo < h.hi;
        if (!good)
            return sbs_fail(err, SBS_EUSAGE,
                            "--policies: \"%.60s\": %.*s is no range LO..HI "
                            "of two ascending numbers", f->text, (int)length,
                            begin);
        if (f->holes == SBS_SPACE_HOLES)
            return sbs_fail(err, SBS_EUSAGE,
                            "--policies: \"%.60s\": more than %d ranges",
                            f->text, SBS_SPACE_HOLES);
        h.whole = h.lo == floor(h.lo) && h.hi == floor(h.hi);
        f->hole[f->holes++] = h;
    }
    return 0;
}

static int add(struct sbs_families *out, const char *text, size_t n,
               struct sbs_error *err)
{
    struct sbs_family *more =
        realloc(out->family, (out->n + 1) * sizeof *more);
    if (!more)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    out->family = more;
    struct sbs_family *f = &out->family[out->n];
    *f = (struct sbs_family){ .text = strndup(text, n) };
    if (!f->text)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    out->n++;
    if (n == 0)
        return sbs_fail(err, SBS_EUSAGE, "--policies: has an empty part");
    return find_holes(f, err);
}

int sbs_space_parse(struct sbs_families *out, const char *list,
                    struct sbs_error *err)
{
    *out = (struct sbs_families){ 0 };
    for (const char *s = list;;) {
        size_t n = sbs_stack_length(s);
        if (add(out, s, n, err) != 0) {
            sbs_space_fini(out);
            return -1;
        }
        if (!s[n])
            return 0;
        s += n + 1;
    }
}

static int add_all(struct sbs_families *out, const char *const *text, size_t n,
                   struct sbs_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (add(out, text[i], strlen(text[i]), err) != 0)
            return -1;
    return 0;
}

int sbs_space_default(struct sbs_families *out, const struct sbs_workload *w,
                      struct sbs_error *err)
{
    *out = (struct sbs_families){ 0 };
    int status = add_all(out, whole_tasks,
                         sizeof whole_tasks / sizeof *whole_tasks, err);
    if (status == 0 && w->divisible)
        status = add_all(out, cut_tasks,
                         sizeof cut_tasks / sizeof *cut_tasks, err);
    size_t many = out->n;
    if (status == 0 && w->divisible)
        status = add_all(out, cut_few, sizeof cut_few / sizeof *cut_few, err);
    for (size_t i = many; i < out->n; i++)
        out->family[i].most = FEW;
    if (status == 0 && w->exchangeable)
        status = add_all(out, any_result,
                         sizeof any_result / sizeof *any_result, err);
    if (status != 0)
        sbs_space_fini(out);
    return status;
}

void sbs_space_fini(struct sbs_families *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->family[i].text);
    free(f->family);
    *f = (struct sbs_families){ 0 };
}

/* ---- points -------------------------------------------------------------- */

static double along(double lo, double hi, double u)
{
    if (lo > 0)
        return lo * sbs_exp(u * sbs_log(hi / lo));
    return lo + u * (hi - lo);
}

uint32_t sbs_space_count(double lo, double hi, double u)
{
    return (uint32_t)fmin(hi, fmax(lo, round(along(lo, hi, u))));
}

char *sbs_space_text(const struct sbs_family *f, const double *u)
{
    size_t size = strlen(f->text) + SBS_SPACE_HOLES * 32 + 1, at = 0;
    char *text = malloc(size);
    if (!text)
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < f->holes; i++) {
        const struct sbs_hole *h = &f->hole[i];
        double value = along(h->lo, h->hi, u[i]);
        value = fmin(h->hi, fmax(h->lo, h->whole ? round(value) : value));
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%.*s%.*g", (int)(h->at - at),
                 f->text + at, h->whole ? 12 : 3, value);
        at = h->at + h->length;
    }
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", f->text + at);
    return text;
}
