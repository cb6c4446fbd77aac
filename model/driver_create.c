/* SPDX-License-Identifier: Apache-2.0 */
/* A driver and the contexts of its layers, made once and used for many
 * runs. */
#include "config.h"

#include "model/driver.h"

#include <stdlib.h>

#include "model/driver_state.h"

static void add_hook(struct driver_hooks *hooks, bool has,
                     struct driver_layer *l)
{
    if (has)
        hooks->layer[hooks->n++] = l;
}

static void list_hooks(struct sbs_driver *d)
{
    for (uint32_t i = 0; i < d->n_layers; i++) {
        struct driver_layer *l = &d->layer[i];
        add_hook(&d->on_idle, l->policy->on_idle, l);
        add_hook(&d->on_ready, l->policy->on_ready, l);
        add_hook(&d->on_begun, l->policy->on_begun, l);
        add_hook(&d->on_seen, l->policy->on_seen, l);
    }
}

static int init_layers(struct sbs_driver *d, const struct sbs_stack *stack,
                       bool pull)
{
    d->n_layers = stack->n_layers + (stack->has_base ? 0 : 1);
    for (uint32_t i = 0; i < d->n_layers; i++) {
        const struct sbs_layer *from =
            i < stack->n_layers ? &stack->layer[i]
                                : (pull ? &stack->pull_base
                                        : &stack->bind_base);
        struct driver_layer *l = &d->layer[i];
        l->policy = from->policy;
        l->driver = d;
        l->index = i;
        l->ctx.host = &sbs_driver_host;
        l->ctx.params = from->params;
        if (l->policy->state_size) {
            l->ctx.state = calloc(1, l->policy->state_size);
            if (!l->ctx.state)
                return -1;
        }
        if (l->policy->prepare) {
            l->prepared = calloc(1, l->policy->prepared_size + 1);
            if (!l->prepared)
                return -1;
            l->policy->prepare(&l->ctx, l->prepared);
            l->ctx.prepared = l->prepared;
        }
    }
    list_hooks(d);
    return 0;
}

struct sbs_driver *sbs_driver_create(const struct sbs_stack *stack,
                                     const struct sbs_plan *plan,
                                     const struct sbs_constants *constants,
                                     struct sbs_error *err)
{
    struct sbs_driver *d = calloc(1, sizeof *d);
    if (d) {
        d->plan = plan;
        d->constants = *constants;
        double per_unit = plan->work_scale / plan->units_per_task;
        d->constants.unit_mean_s *= per_unit;
        d->constants.unit_sd_s *= per_unit;
        if (init_layers(d, stack, plan->pull) == 0 &&
            sbs_book_init(&d->book, plan->tasks, plan->units_per_task,
                          plan->max_workers) == 0)
            return d;
    }
    sbs_driver_destroy(d);
    sbs_fail(err, SBS_EMEMORY, "out of memory for %u tasks in %u units",
             plan->tasks, plan->units_per_task);
    return NULL;
}

void sbs_driver_destroy(struct sbs_driver *d)
{
    if (!d)
        return;
    for (uint32_t i = 0; i < d->n_layers; i++) {
        free(d->layer[i].ctx.state);
        free(d->layer[i].prepared);
    }
    while (d->blocks) {
        struct driver_block *next = d->blocks->next;
        free(d->blocks);
        d->blocks = next;
    }
    sbs_book_fini(&d->book);
    free(d);
}
