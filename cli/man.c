/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/man.h"

#include <math.h>

#include "base/param.h"
#include "cli/flags.h"
#include "policies/registry.h"

/* "what it is (0 to 100 s; default 5)" */
static void man_param(const struct sbs_param *p, char *text, size_t size)
{
    char range[160], def[64];
    snprintf(def, sizeof def, "%.15g", p->def);
    if (p->type == SBS_CHOICE) {
        snprintf(range, sizeof range, "%s", p->choices);
        (void)sbs_param_choice(p, (int)p->def, def, sizeof def);
    } else if (p->type == SBS_BOOL) {
        snprintf(range, sizeof range, "true|false");
        snprintf(def, sizeof def, "%s", p->def != 0 ? "true" : "false");
    } else if (isinf(p->max)) {
        snprintf(range, sizeof range, "at least %.15g", p->min);
    } else {
        snprintf(range, sizeof range, "%.15g to %.15g", p->min, p->max);
    }
    const char *unit = p->unit ? p->unit : "";
    snprintf(text, size, "%s (%s%s%s; default %s)", p->help, range,
             *unit ? " " : "", unit, def);
}

static void man_policy(const struct sbs_policy *p, FILE *out)
{
    fputs(".SS ", out);
    sbs_flags_roff(p->name, out);
    fputc('\n', out);
    sbs_flags_roff(p->description ? p->description : p->summary, out);
    if (p->advice) {
        fputs("\n.br\n", out);
        sbs_flags_roff(p->advice, out);
    }
    if (p->reference) {
        fputs("\n.br\nSource: ", out);
        sbs_flags_roff(p->reference, out);
    }
    fputs(".\n", out);
    for (const struct sbs_param *q = p->params; q && q->name; q++) {
        char text[400];
        man_param(q, text, sizeof text);
        fputs(".TP\n.B \"", out);
        sbs_flags_roff(q->name, out);
        fputs("\"\n", out);
        sbs_flags_roff(text, out);
        fputc('\n', out);
    }
}

void sbs_man_policies(FILE *out)
{
    struct sbs_registry *r = sbs_registry_create();
    for (size_t i = 0; r && i < sbs_registry_count(r); i++)
        man_policy(sbs_registry_at(r, i), out);
    sbs_registry_destroy(r);
}
