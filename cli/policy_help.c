/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/policy_help.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/param.h"
#include "cli/flags.h"
#include "policies/stack.h"

static void print_param(const struct sbs_param *p, const void *defaults,
                        FILE *out)
{
    char value[64], range[96];
    sbs_param_print(p, defaults, value, sizeof value);
    if (p->type == SBS_CHOICE)
        snprintf(range, sizeof range, "%s", p->choices);
    else if (p->type == SBS_BOOL)
        snprintf(range, sizeof range, "true|false");
    else if (isinf(p->max))
        snprintf(range, sizeof range, "at least %g%s%s", p->min,
                 p->unit[0] ? " " : "", p->unit);
    else
        snprintf(range, sizeof range, "%g to %g%s%s", p->min, p->max,
                 p->unit[0] ? " " : "", p->unit);
    fprintf(out, "  %s=%s\n      %s (%s)\n", p->name, value, p->help, range);
}

static void print_params(const struct sbs_policy *p, FILE *out)
{
    void *defaults = calloc(1, p->params_size + 1);
    if (p->params && defaults) {
        sbs_param_defaults(p->params, defaults);
        for (const struct sbs_param *q = p->params; q->name; q++)
            print_param(q, defaults, out);
    }
    free(defaults);
}

/* A paragraph behind its head. */
static void print_text(const char *head, const char *text, FILE *out)
{
    if (!text)
        return;
    int width = (int)strlen(head);
    fprintf(out, "\n%s", head);
    sbs_flags_wrap(out, text, width, width > 2 ? width : 2);
}

/* ---- what our own runs gave ------------------------------------------- */

/* A row of policies/measured.def: the policy in a stack where it does
 * something, on ultra. */
struct measured {
    const char *policy, *spec, *scenario;
    double makespan_s, half_s, cost_usd, regret, finished;
};

static const struct measured measured[] = {
#define MEASURED(...) { __VA_ARGS__ },
#include "policies/measured.def"
#undef MEASURED
};

static const struct measured *find_measured(const char *policy,
                                            const char *scenario)
{
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
        if (strcmp(measured[i].policy, policy) == 0 &&
            strcmp(measured[i].scenario, scenario) == 0)
            return &measured[i];
    return NULL;
}

static void print_row(const struct measured *m, FILE *out)
{
    const struct measured *base = find_measured("static", m->scenario);
    fprintf(out, "  %-11s", m->scenario);
    if (!(m->finished > 0)) {
        fputs("  never finishes\n", out);
        return;
    }
    fprintf(out, " %8.1f +- %-5.1f %8.1f %8.2f %8.2f", m->makespan_s / 60,
            m->half_s / 60, base ? base->makespan_s / 60 : NAN, m->cost_usd,
            m->regret);
    if (m->finished < 1)
        fprintf(out, "  %.1f%% unfinished", 100 * (1 - m->finished));
    fputc('\n', out);
}

static void print_measured(const struct sbs_policy *p, FILE *out)
{
    bool head = false;
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
        const struct measured *m = &measured[i];
        if (strcmp(m->policy, p->name) != 0)
            continue;
        if (!head)
            fprintf(out,
                    "\nSimulated on ultra as %s (doc/policies.md):\n"
                    "  scenario       makespan, min   static bill USD   "
                    "regret\n", m->spec);
        head = true;
        print_row(m, out);
    }
}

void sbs_policy_help(const struct sbs_policy *p, FILE *out)
{
    fprintf(out, "%s - %s\n", p->name, p->summary);
    print_text("  ", p->description, out);
    print_text("When: ", p->advice, out);
    print_measured(p, out);
    if (p->params && p->params->name) {
        fputs("\nParameters and defaults:\n", out);
        print_params(p, out);
    }
    print_text("Reference: ", p->reference, out);
}

static const char *named_list(int argc, char **argv)
{
    static const char flag[] = "--policy";
    size_t n = sizeof flag - 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], flag) == 0 && i + 1 < argc)
            return argv[i + 1];
        if (strncmp(argv[i], flag, n) == 0 && argv[i][n] == '=')
            return argv[i] + n + 1;
    }
    return NULL;
}

int sbs_policy_help_named(int argc, char **argv, FILE *out)
{
    const char *list = named_list(argc, argv);
    struct sbs_spec_list specs = { 0 };
    struct sbs_error err = { 0 };
    if (!list || list[0] == '-')
        return 0;
    struct sbs_registry *r = sbs_registry_create();
    int status = r ? sbs_stack_parse(&specs, list, r, &err)
                   : sbs_fail(&err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; status == 0 && i < specs.n; i++) {
        const struct sbs_stack *s = &specs.spec[i].stack;
        for (uint32_t k = 0; k < s->n_layers; k++) {
            const struct sbs_policy *p = s->layer[k].policy;
            fprintf(out, "\n%s - %s\n", p->name, p->summary);
            print_params(p, out);
        }
    }
    sbs_stack_fini(&specs);
    sbs_registry_destroy(r);
    return status == 0 ? 0 : sbs_flags_report("run", &err);
}
