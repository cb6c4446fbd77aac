/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policies/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "policies/load.h"

#define POLICY(id) extern const struct sbs_policy sbs_policy_##id;
#include "policies/list.def"
#undef POLICY

static const struct sbs_policy *const builtins[] = {
#define POLICY(id) &sbs_policy_##id,
#include "policies/list.def"
#undef POLICY
};

enum {
    N_BUILTINS = sizeof builtins / sizeof builtins[0],
    PLUGINS_MAX = 32
};

struct sbs_registry {
    const struct sbs_policy *plugin[PLUGINS_MAX];
    size_t n_plugins;
};

struct sbs_registry *sbs_registry_create(void)
{
    return calloc(1, sizeof(struct sbs_registry));
}

void sbs_registry_destroy(struct sbs_registry *r)
{
    free(r);
}

size_t sbs_registry_count(const struct sbs_registry *r)
{
    return N_BUILTINS + r->n_plugins;
}

const struct sbs_policy *sbs_registry_at(const struct sbs_registry *r,
                                         size_t i)
{
    return i < N_BUILTINS ? builtins[i] : r->plugin[i - N_BUILTINS];
}

const struct sbs_policy *sbs_registry_builtin(const char *name)
{
    for (size_t i = 0; i < N_BUILTINS; i++)
        if (strcmp(builtins[i]->name, name) == 0)
            return builtins[i];
    return NULL;
}

static const struct sbs_policy *known(const struct sbs_registry *r,
                                      const char *name)
{
    for (size_t i = 0; i < sbs_registry_count(r); i++)
        if (strcmp(sbs_registry_at(r, i)->name, name) == 0)
            return sbs_registry_at(r, i);
    return NULL;
}

static const struct sbs_policy *load(struct sbs_registry *r,
                                     const char *path,
                                     struct sbs_error *err)
{
    const struct sbs_policy *p = sbs_load_plugin(path, err);
    if (!p)
        return NULL;
    const struct sbs_policy *same = known(r, p->name);
    if (same == p)
        return p;
    if (same || r->n_plugins == PLUGINS_MAX) {
        sbs_fail(err, SBS_EINPUT,
                 same ? "%s: there is a policy \"%s\" already"
                      : "%s: too many plugins (policy \"%s\")",
                 path, p->name);
        return NULL;
    }
    return r->plugin[r->n_plugins++] = p;
}

const struct sbs_policy *sbs_registry_find(struct sbs_registry *r,
                                           const char *name,
                                           struct sbs_error *err)
{
    if (strchr(name, '/'))
        return load(r, name, err);
    const struct sbs_policy *p = known(r, name);
    if (p)
        return p;
    const char *names[N_BUILTINS + PLUGINS_MAX];
    size_t n = sbs_registry_count(r);
    for (size_t i = 0; i < n; i++)
        names[i] = sbs_registry_at(r, i)->name;
    const char *near = sbs_nearest(name, names, n);
    sbs_fail(err, SBS_EUSAGE,
             "--policy: no policy \"%s\"%s%s%s; `sbsim policies` lists them",
             name, near ? " (did you mean \"" : "", near ? near : "",
             near ? "\"?)" : "");
    return NULL;
}
