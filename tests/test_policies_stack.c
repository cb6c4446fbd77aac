/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of --policy: what a text means, and every mistake. */
#include "config.h"

#include "policies/stack.h"

#include "base/param.h"
#include "tests/tap.h"

struct good {
    const char *text;
    size_t stacks;
    const char *layers; /* of all stacks: "a+b,c" with every parameter set */
};

static const struct good goods[] = {
    { "static", 1, "static" },
    { "static,dynamic", 2, "static,dynamic" },
    { "split:units=5", 1, "split:units=5" },
    { "split", 1, "split:units=20" },
    { "split:units=5,static", 2, "split:units=5,static" },
    { "oversubscribe:factor=1.5,mode=any-k", 1,
      "oversubscribe:factor=1.5,mode=any-k" },
    { "oversubscribe:mode=duplicates,split:units=2", 2,
      "oversubscribe:factor=1.1,mode=duplicates,split:units=2" },
    { "warm-pool+split:units=20", 1,
      "warm-pool:size=0,keep_s=3600+split:units=20" },
    { "split:units=2+warm-pool:size=3,keep_s=10m,static", 2,
      "split:units=2+warm-pool:size=3,keep_s=600,static" },
    /* + before a digit is part of a number */
    { "oversubscribe:factor=1e+1", 1, "oversubscribe:factor=10,mode=workers" },
    { "warm-pool:keep_s=2h", 1, "warm-pool:size=0,keep_s=7200" },
};

struct bad {
    const char *text, *want;
};

static const struct bad bads[] = {
    { "", "empty" },
    { ",", "empty" },
    { "static,", "empty" },
    { ",static", "empty" },
    { "static,,dynamic", "empty" },
    { "+static", "empty" },
    { ":units=2", "empty" },
    { "static+", "static+" },
    { "static++dynamic", "static+" },
    { "units=20", "units=20" },
    { "split:", "key=value" },
    { "split:units", "key=value" },
    { "split:units=", "key=value" },
    { "split:=5", "key=value" },
    { "split:units=5,", "empty" },
    { "statik", "no policy \"statik\" (did you mean \"static\"?)" },
    { "Static", "no policy \"Static\"" },
    { "split:unit=5", "units" },
    { "split:units=0", "units" },
    { "split:units=1000001", "units" },
    { "split:units=2.5", "units" },
    { "split:units=many", "units" },
    { "split:units=1e400", "units" },
    { "split:units=5,units=6", "twice" },
    { "oversubscribe:factor=nan", "factor" },
    { "oversubscribe:factor=0.5", "factor" },
    { "oversubscribe:mode=any", "mode" },
    { "speculative:preset=spark5", "spark" },
    { "warm-pool:keep_s=-1", "keep_s" },
    { "warm-pool:keep_s=1x", "keep_s" },
    { "static:x=1", "x" },
    { "split+split:units=3", "split and split both cut the tasks" },
    { "static+dynamic", "static and dynamic both give work" },
    { "warm-pool+warm-pool", "warm-pool and warm-pool both" },
    { "oversubscribe+oversubscribe", "both decide how many workers" },
    { "speculative+speculative+speculative+speculative+speculative+"
      "speculative+speculative+speculative+speculative", "more than 8" },
    { "./no-such-plugin.so", "no-such-plugin.so" },
    { "nowhere/", "nowhere/" },
};

/* Write the parsed list back, every parameter included. */
static void write_back(const struct sbs_spec_list *list, char *text,
                       size_t size)
{
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < list->n; i++) {
        const struct sbs_stack *s = &list->spec[i].stack;
        for (uint32_t k = 0; k < s->n_layers; k++) {
            const struct sbs_layer *l = &s->layer[k];
            const char *before = k ? "+" : i ? "," : "";
            n += (size_t)snprintf(text + n, size - n, "%s%s", before,
                                  l->policy->name);
            for (size_t j = 0; j < sbs_param_count(l->policy->params); j++) {
                char value[64];
                const struct sbs_param *p = &l->policy->params[j];
                sbs_param_print(p, l->params, value, sizeof value);
                n += (size_t)snprintf(text + n, size - n, "%s%s=%s",
                                      j ? "," : ":", p->name, value);
            }
        }
    }
}

static void test_good(struct sbs_registry *registry)
{
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        const struct good *g = &goods[i];
        struct sbs_spec_list list;
        struct sbs_error err = { 0 };
        char text[512];
        if (sbs_stack_parse(&list, g->text, registry, &err) != 0) {
            ok(0, "%s: %s", g->text, err.text);
            continue;
        }
        write_back(&list, text, sizeof text);
        ok(list.n == g->stacks && strcmp(text, g->layers) == 0, "%s = %s",
           g->text, text);
        sbs_stack_fini(&list);
    }
}

static void test_bad(struct sbs_registry *registry)
{
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        const struct bad *b = &bads[i];
        struct sbs_spec_list list;
        struct sbs_error err = { 0 };
        int status = sbs_stack_parse(&list, b->text, registry, &err);
        int good = status != 0 && strstr(err.text, b->want) != NULL;
        ok(good, "\"%.40s\": %s", b->text,
           status != 0 ? err.text : "(accepted)");
        if (!good)
            printf("#   want: %s\n", b->want);
        if (status == 0)
            sbs_stack_fini(&list);
    }
}

/* Layers, roles and texts of a list. */
static void test_parts(struct sbs_registry *registry)
{
    struct sbs_spec_list list;
    struct sbs_error err = { 0 };
    if (sbs_stack_parse(&list, "warm-pool+split:units=7,static,speculative",
                        registry, &err) != 0) {
        ok(0, "%s", err.text);
        return;
    }
    is_str(list.spec[0].text, "warm-pool+split:units=7", "as typed");
    ok(list.spec[0].stack.has_cutter && !list.spec[0].stack.has_base,
       "split cuts");
    ok(list.spec[1].stack.has_base && !list.spec[1].stack.has_cutter,
       "static is a base");
    ok(strcmp(list.spec[2].stack.bind_base.policy->name, "static") == 0 &&
           strcmp(list.spec[2].stack.pull_base.policy->name, "dynamic") == 0,
       "what nobody takes falls to static or dynamic");
    sbs_stack_fini(&list);
}

/* The registry's own rules, for every built-in. */
static void test_registry(struct sbs_registry *registry)
{
    size_t n = sbs_registry_count(registry);
    int good = n >= 6;
    for (size_t i = 0; i < n; i++) {
        const struct sbs_policy *p = sbs_registry_at(registry, i);
        struct sbs_error err = { 0 };
        good &= sbs_registry_find(registry, p->name, &err) == p;
        good &= sbs_registry_builtin(p->name) == p;
        good &= p->abi == SBS_POLICY_ABI && p->size == sizeof *p;
        good &= p->summary && strlen(p->summary) <= 60;
        good &= p->description && p->reference;
        good &= sbs_param_check(p->params, p->params_size, &err) == 0;
        for (size_t k = 0; k < i; k++)
            good &= strcmp(p->name, sbs_registry_at(registry, k)->name) != 0;
    }
    ok(good, "%zu built-ins are well-formed and found by name", n);
    ok(sbs_registry_builtin("nobody") == NULL, "and nobody else is");
}

int main(void)
{
    struct sbs_registry *registry = sbs_registry_create();
    test_good(registry);
    test_bad(registry);
    test_parts(registry);
    test_registry(registry);
    sbs_registry_destroy(registry);
    return tap_done();
}
