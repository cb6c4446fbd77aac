/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policies/stack.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/param.h"

/* ---- cutting the text -------------------------------------------------- */

/* Does this comma part continue the parameters of the layer before it? */
static bool continues(const char *part, size_t n)
{
    const char *eq = memchr(part, '=', n);
    const char *colon = memchr(part, ':', n);
    return eq && (!colon || eq < colon);
}

size_t sbs_stack_length(const char *s)
{
    size_t n = strcspn(s, ",");
    while (s[n] == ',' && continues(s + n + 1, strcspn(s + n + 1, ",")))
        n += 1 + strcspn(s + n + 1, ",");
    return n;
}

static bool starts_layer(const char *s)
{
    return isalpha((unsigned char)*s) || *s == '.' || *s == '/';
}

/* Length of the layer that begins at s, of at most n characters. */
static size_t layer_length(const char *s, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (s[i] == '+' && starts_layer(s + i + 1))
            return i;
    return n;
}

/* ---- one layer --------------------------------------------------------- */

/* Is the key at `part` among those before it? They and their values have
 * been cut apart already. */
static bool was_given(const char *text, const char *part)
{
    for (const char *key = text; key < part;) {
        if (strcmp(key, part) == 0)
            return true;
        const char *value = key + strlen(key) + 1;
        key = value + strlen(value) + 1;
    }
    return false;
}

static int set_params(const struct sbs_policy *p, void *params, char *text,
                      struct sbs_error *err)
{
    for (char *part = text; part;) {
        char *comma = strchr(part, ',');
        if (comma)
            *comma = '\0';
        char *eq = strchr(part, '=');
        if (!eq || eq == part || !eq[1])
            return sbs_fail(err, SBS_EUSAGE,
                            "--policy: %s: \"%s\" must be key=value",
                            p->name, part);
        *eq = '\0';
        if (was_given(text, part))
            return sbs_fail(err, SBS_EUSAGE, "--policy: %s: %s is given twice",
                            p->name, part);
        char who[96];
        snprintf(who, sizeof who, "--policy: %s", p->name);
        if (sbs_param_set(p->params, params, who, part, eq + 1, err) != 0)
            return -1;
        part = comma ? comma + 1 : NULL;
    }
    return 0;
}

static int add_layer(struct sbs_spec *spec, char *text,
                     struct sbs_registry *registry, struct sbs_error *err)
{
    struct sbs_stack *s = &spec->stack;
    char *colon = strchr(text, ':');
    if (colon)
        *colon = '\0';
    if (!*text)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: \"%s\" has an empty part", spec->text);
    if (s->n_layers == SBS_LAYERS_MAX)
        return sbs_fail(err, SBS_EUSAGE,
                        "--policy: more than %d layers in \"%.80s\"",
                        SBS_LAYERS_MAX, spec->text);
    const struct sbs_policy *p = sbs_registry_find(registry, text, err);
    if (!p)
        return -1;
    void *params = calloc(1, p->params_size + 1);
    if (!params)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    spec->params[s->n_layers] = params;
    s->layer[s->n_layers++] =
        (struct sbs_layer){ .policy = p, .params = params };
    sbs_param_defaults(p->params, params);
    return colon ? set_params(p, params, colon + 1, err) : 0;
}

/* ---- a stack ----------------------------------------------------------- */

/* Decisions that only one layer can make. */
static int check_contradictions(const struct sbs_spec *spec,
                                struct sbs_error *err)
{
    static const struct {
        uint32_t role;
        const char *what;
    } single[] = {
        { SBS_ROLE_BASE, "give work to the fleet" },
        { SBS_ROLE_FLEET, "decide how many workers" },
        { SBS_ROLE_WARM, "decide how many workers wait" },
        { SBS_ROLE_CUT, "cut the tasks" },
        { SBS_ROLE_CHUNK, "decide how much a worker takes" },
        { SBS_ROLE_LAUNCH, "pace the launches" },
        { SBS_ROLE_SIZE, "decide the size of workers" },
        { SBS_ROLE_SPOT, "decide which workers are spot" },
        { SBS_ROLE_LOCAL, "add local cores" },
        { SBS_ROLE_STOP, "decide how many results are enough" },
        { SBS_ROLE_KEEP, "decide which workers are kept" },
        { SBS_ROLE_STEAL, "let workers take from each other" },
    };
    const struct sbs_stack *s = &spec->stack;
    for (size_t r = 0; r < sizeof single / sizeof single[0]; r++) {
        const char *first = NULL;
        for (uint32_t i = 0; i < s->n_layers; i++) {
            const struct sbs_policy *p = s->layer[i].policy;
            if (!(p->roles & single[r].role))
                continue;
            if (first)
                return sbs_fail(err, SBS_EUSAGE,
                                "--policy: \"%s\": %s and %s both %s",
                                spec->text, first, p->name, single[r].what);
            first = p->name;
        }
    }
    return 0;
}

/* A base is what decisions fall to, wherever it was named. */
static void put_base_last(struct sbs_stack *s)
{
    for (uint32_t i = 0; i + 1 < s->n_layers; i++) {
        struct sbs_layer layer = s->layer[i];
        if (!(layer.policy->roles & SBS_ROLE_BASE))
            continue;
        memmove(&s->layer[i], &s->layer[i + 1],
                (s->n_layers - i - 1) * sizeof layer);
        s->layer[s->n_layers - 1] = layer;
        return;
    }
}

/* Who probes workers must be asked before who gives them work. */
static int check_probes(const struct sbs_spec *spec, struct sbs_error *err)
{
    const struct sbs_policy *giver = NULL;
    for (uint32_t i = 0; i < spec->stack.n_layers; i++) {
        const struct sbs_policy *p = spec->stack.layer[i].policy;
        if (p->on_probed && giver)
            return sbs_fail(err, SBS_EUSAGE,
                            "--policy: \"%s\": %s must stand to the left of "
                            "%s, or workers get work before they are probed",
                            spec->text, p->name, giver->name);
        if (p->roles & SBS_ROLE_CHUNK)
            giver = p;
    }
    return 0;
}

static void note_roles(struct sbs_stack *s)
{
    for (uint32_t i = 0; i < s->n_layers; i++) {
        uint32_t roles = s->layer[i].policy->roles;
        s->has_base |= (roles & SBS_ROLE_BASE) != 0;
        s->has_cutter |= (roles & (SBS_ROLE_CUT | SBS_ROLE_CHUNK)) != 0;
    }
    s->bind_base.policy = sbs_registry_builtin("static");
    s->pull_base.policy = sbs_registry_builtin("dynamic");
}

static int parse_spec(struct sbs_spec *spec, const char *text, size_t n,
                      struct sbs_registry *registry, struct sbs_error *err)
{
    spec->text = strndup(text, n);
    char *work = strndup(text, n);
    int status = -1;
    if (!spec->text || !work) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (size_t at = 0;;) {
        size_t len = layer_length(work + at, n - at);
        bool more = at + len < n;
        work[at + len] = '\0';
        if (add_layer(spec, work + at, registry, err) != 0)
            goto out;
        if (!more)
            break;
        at += len + 1;
    }
    note_roles(&spec->stack);
    status = check_contradictions(spec, err);
    if (status == 0)
        status = check_probes(spec, err);
    put_base_last(&spec->stack);
out:
    free(work);
    return status;
}

int sbs_stack_parse(struct sbs_spec_list *list, const char *text,
                    struct sbs_registry *registry, struct sbs_error *err)
{
    *list = (struct sbs_spec_list){ 0 };
    if (!*text)
        return sbs_fail(err, SBS_EUSAGE, "--policy: is empty");
    for (const char *s = text;;) {
        size_t n = sbs_stack_length(s);
        struct sbs_spec *bigger =
            realloc(list->spec, (list->n + 1) * sizeof *bigger);
        if (!bigger) {
            sbs_fail(err, SBS_EMEMORY, "out of memory");
            goto fail;
        }
        list->spec = bigger;
        list->spec[list->n] = (struct sbs_spec){ 0 };
        if (parse_spec(&list->spec[list->n++], s, n, registry, err) != 0)
            goto fail;
        if (!s[n])
            return 0;
        s += n + 1;
    }
fail:
    sbs_stack_fini(list);
    return -1;
}

void sbs_stack_fini(struct sbs_spec_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->spec[i].text);
        for (int k = 0; k < SBS_LAYERS_MAX; k++)
            free(list->spec[i].params[k]);
    }
    free(list->spec);
    *list = (struct sbs_spec_list){ 0 };
}
