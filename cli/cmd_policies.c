/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim policies: what there is; sbsim policies NAME: all about one. */
#include "config.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/policy_help.h"
#include "policies/registry.h"

struct options {
    struct sbs_words names;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_WORDS(struct options, names, "NAME|./PLUGIN.so", 0, 32,
                   "the policies to explain; none: list all"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "policies", "[NAME|./PLUGIN.so ...]",
    "Lists the policies, or explains some: the algorithm in words, "
    "parameters with ranges and defaults, reference.",
    flags,
    "  sbsim policies\n"
    "  sbsim policies speculative\n"
    "  sbsim policies ./libmine.so\n"
};

static void print_list(const struct sbs_registry *r)
{
    puts("Policies (layers; combine with +, as in warm-pool+split):\n");
    for (size_t i = 0; i < sbs_registry_count(r); i++) {
        const struct sbs_policy *p = sbs_registry_at(r, i);
        printf("  %-14s %s\n", p->name, p->summary);
    }
    puts("\n`sbsim policies NAME` explains one.");
}

int sbs_cmd_policies(int argc, char **argv)
{
    struct options o = { 0 };
    struct sbs_error err = { 0 };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    struct sbs_registry *r = sbs_registry_create();
    if (!r) {
        sbs_fail(&err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (o.names.n == 0)
        print_list(r);
    for (size_t i = 0; i < o.names.n; i++) {
        const struct sbs_policy *p =
            sbs_registry_find(r, o.names.item[i], &err);
        if (!p)
            goto out;
        if (i > 0)
            putchar('\n');
        sbs_policy_help(p, stdout);
    }
    status = 0;
out:
    if (err.code != SBS_EOK)
        status = sbs_flags_report("policies", &err);
    sbs_registry_destroy(r);
    sbs_flags_fini(&table, &o);
    return status;
}
