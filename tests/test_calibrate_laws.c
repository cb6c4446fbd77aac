/* SPDX-License-Identifier: Apache-2.0 */
/* The laws of a trace made here: what is cut off, what never started, what is
 * too little; and the table. */
#include "config.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "calibrate/laws.h"
#include "tests/lawtest.h"
#include "tests/tap.h"

/* n attempts of lognormal(4, .3) seconds; those longer than cut_s are
 * cancelled there; then `lost` that never started and 3 of unknown fate. */
static struct sbs_trace *make(size_t n, double cut_s, size_t lost,
                              double ref_s)
{
    struct sbs_trace *t = sbs_trace_create();
    struct sbs_dist d = sbs_dist_lognormal(4, .3, 0);
    struct sbs_obs o[200];
    struct sbs_error err = {0};

    lawtest_draw(o, n, 11, &d);
    for (size_t i = 0; i < n + lost + 3; i++) {
        if (!t || sbs_trace_add_row(t, &t->tasks.rows, &err)) {
            ok(0, "a trace: %s", err.text);
            return t;
        }
        t->tasks.provision_start[i] = 1000 + (double)i;
        if (i >= n + lost)
            continue;
        if (i >= n) {
            t->tasks.outcome[i] = 4;
            t->tasks.stopped[i] = 2000.25 + (double)i;
            continue;
        }
        t->tasks.compute_start[i] = 1100;
        t->tasks.ref_s[i] = ref_s;
        t->tasks.outcome[i] = o[i].lo > cut_s ? 3 : 0;
        if (o[i].lo > cut_s)
            t->tasks.stopping[i] = 1100 + cut_s;
        else
            t->tasks.compute_end[i] = 1100 + o[i].lo;
    }
    return t;
}

static const struct sbs_laws_row *row_of(const struct sbs_laws *laws,
                                         enum sbs_law_sample s)
{
    for (size_t i = 0; i < laws->n; i++)
        if (laws->row[i].sample == s)
            return &laws->row[i];
    return NULL;
}

static void whole(void)
{
    struct sbs_trace *t = make(120, 70.125, 2, 50);
    struct sbs_laws laws = {0};
    const struct sbs_laws_row *r;
    struct sbs_error err = {0};

    if (!ok(!sbs_laws_make(t, &laws, &err), "laws %s", err.text))
        return;
    r = row_of(&laws, SBS_LAW_SAMPLE_COMPUTE);
    ok(r && r->n == 120 && r->n_censored > 15 && r->n_censored < 40,
       "120 attempts, %zu cut off", r ? r->n_censored : 0);
    /* exp(4) = 54.6; p95 = exp(4 + .3 1.645) = 89.4, beyond the cut */
    ok(r->median.lo < 54.6 && 54.6 < r->median.hi, "median %.1f (%.1f - %.1f)",
       r->median.value, r->median.lo, r->median.hi);
    ok(r->p95.lo < 89.4 && 89.4 < r->p95.hi, "p95 %.1f (%.1f - %.1f)",
       r->p95.value, r->p95.lo, r->p95.hi);
    ok(r->gof.ad_p > .01 && r->gof.boot > 990, "fits, p %.3f", r->gof.ad_p);
    ok(!r->tail.known, "tail unknown");
    ok(r->verdict.groups != SBS_LAW_GROUPS_SEVERAL, "not several groups");
    r = row_of(&laws, SBS_LAW_SAMPLE_SLOWDOWN);
    ok(r && r->n == 120 && r->median.lo < 1.092 && 1.092 < r->median.hi,
       "over the reference: %.3f", r ? r->median.value : 0);
    r = row_of(&laws, SBS_LAW_SAMPLE_PROVISION);
    ok(r && r->n == 2 && r->n_censored == 2 && r->why[0],
       "two that never got so far: %s", r ? r->why : "");
    ok(laws.never.never == 2 && laws.never.n == 122,
       "never started: %zu of %zu", laws.never.never, laws.never.n);
    sbs_laws_fini(&laws);
    sbs_trace_destroy(t);
}

static char *text_of(const struct sbs_laws *laws)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    sbs_laws_print(laws, out);
    fclose(out);
    return text;
}

/* 58 values are one too few for p95, 59 enough. */
static void few(void)
{
    for (size_t n = 58; n <= 59; n++) {
        struct sbs_trace *t = make(n, INFINITY, 0, NAN);
        struct sbs_laws laws = {0};
        struct sbs_jsonw w;
        struct sbs_error err = {0};
        cJSON *json;
        char *text;

        ok(!sbs_laws_make(t, &laws, &err), "%zu values %s", n, err.text);
        text = text_of(&laws);
        ok((strstr(text, "not estimable") != NULL) == (n == 58),
           "  p95 is%s estimable", n == 58 ? " not" : "");
        sbs_jsonw_init(&w, NULL);
        sbs_laws_json(&laws, &w);
        ok(!sbs_jsonw_end(&w, &err), "  as JSON");
        json = sbs_json_parse(w.text, w.length, "laws", &err);
        cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "samples"),
                                        0);
        ok(row && cJSON_IsNull(cJSON_GetObjectItem(row, "p95")) == (n == 58),
           "  null when not");
        ok(cJSON_IsObject(cJSON_GetObjectItem(row, "median")), "  a median");
        cJSON_Delete(json);
        sbs_jsonw_fini(&w);
        free(text);
        sbs_laws_fini(&laws);
        sbs_trace_destroy(t);
    }
}

static void nothing(void)
{
    struct sbs_trace *t = sbs_trace_create();
    struct sbs_laws laws = {0};
    struct sbs_error err = {0};
    char *text;

    ok(!sbs_laws_make(t, &laws, &err) && laws.n == 0, "an empty trace");
    text = text_of(&laws);
    ok(strstr(text, "No data of: provision, pull") &&
           strstr(text, "no launch of known fate"), "says so");
    free(text);
    sbs_laws_fini(&laws);
    sbs_laws_fini(NULL);
    sbs_trace_destroy(t);
}

int main(void)
{
    gsl_set_error_handler_off();
    whole();
    few();
    nothing();
    return tap_done();
}
