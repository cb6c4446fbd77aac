/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of --policy to stacks of layers with their parameters:
 *
 *   list   = stack { "," stack }
 *   stack  = layer { "+" layer }
 *   layer  = name [ ":" key=value { "," key=value } ]
 *
 * A comma part with "=" before any ":" continues the layer before it. A "+"
 * starts a layer only before a letter, "." or "/". Names with a slash are
 * plugins. */
#ifndef SBS_POLICIES_STACK_H
#define SBS_POLICIES_STACK_H

#include <stddef.h>

#include "base/error.h"
#include "model/layer.h"
#include "policies/registry.h"

/* One policy of the command line. */
struct sbs_spec {
    char *text; /* as typed */
    struct sbs_stack stack;
    void *params[SBS_LAYERS_MAX]; /* owned; the stack borrows them */
};

struct sbs_spec_list {
    struct sbs_spec *spec;
    size_t n;
};

/* Parse a whole --policy list. Empty parts, unknown names and keys, values
 * out of range, and layers that contradict each other are errors. */
int sbs_stack_parse(struct sbs_spec_list *list, const char *text,
                    struct sbs_registry *registry, struct sbs_error *err);
/* Length of the policy that the list begins with, up to the comma before the
 * next one. */
size_t sbs_stack_length(const char *text);
void sbs_stack_fini(struct sbs_spec_list *list);

#endif
