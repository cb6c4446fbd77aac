/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double sbs_pool_memory(const struct sbs_pool *p, double vcpu)
{
    return fmax(p->memory_gb, 2 * vcpu);
}

static uint32_t workers_at(const struct sbs_pool *p, double vcpu, double x,
                           uint32_t most)
{
    double places = sbs_sim_places(&p->base.models->stated, vcpu);
    uint32_t n;
    if (p->workers)
        n = p->workers[(size_t)lround(x * (double)(p->n_workers - 1))];
    else
        n = sbs_space_count(p->lo, p->hi, x);
    n = most > 0 && n > most ? most : n;
    return n < places ? n : (uint32_t)fmax(1, places);
}

static void candidate_free(struct sbs_candidate *c)
{
    if (!c)
        return;
    sbs_entry_fini(&c->search);
    sbs_entry_fini(&c->judge);
    sbs_stack_fini(&c->specs);
    free(c);
}

/* More workers than pieces of work would be the same as that many. */
static int plan(struct sbs_candidate *c, struct sbs_error *err)
{
    struct sbs_entry *e = &c->search;
    if (sbs_entry_plan(e, err) != 0)
        return -1;
    uint64_t pieces = (uint64_t)e->plan.tasks * e->plan.units_per_task;
    if (pieces >= e->scenario.workers)
        return 0;
    e->scenario.workers = (uint32_t)pieces;
    return sbs_entry_plan(e, err);
}

static int is_known(const struct sbs_pool *p, const struct sbs_candidate *c)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct sbs_candidate *o = p->candidate[i];
        if (o->size == c->size &&
            o->search.scenario.workers == c->search.scenario.workers &&
            strcmp(o->specs.spec[0].text, c->specs.spec[0].text) == 0)
            return 1;
    }
    return 0;
}

static int keep(struct sbs_pool *p, struct sbs_candidate *c,
                struct sbs_error *err)
{
    struct sbs_candidate **more =
        realloc(p->candidate, (p->n + 1) * sizeof *more);
    if (!more)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    p->candidate = more;
    p->candidate[p->n++] = c;
    return 0;
}

int sbs_pool_add(struct sbs_pool *p, size_t family, size_t size,
                 const double *x, struct sbs_candidate **out,
                 struct sbs_error *err)
{
    struct sbs_error why = { 0 };
    char *text = sbs_space_text(&p->families->family[family], x + 1);
    struct sbs_candidate *c = calloc(1, sizeof *c);
    int status = -1;
    *out = NULL;
    if (!text || !c) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    c->family = family;
    c->size = size;
    memcpy(c->x, x, sizeof c->x);
    if (sbs_stack_parse(&c->specs, text, p->registry, err) != 0)
        goto out;
    struct sbs_entry *e = &c->search;
    e->stack = &c->specs.spec[0].stack;
    e->scenario = p->base;
    e->scenario.vcpu = p->vcpu[size];
    e->scenario.memory_gb = sbs_pool_memory(p, p->vcpu[size]);
    e->scenario.workers = workers_at(p, p->vcpu[size], x[0],
                                     p->families->family[family].most);
    status = 0;
    if (plan(c, &why) != 0) {
        if (p->refused++ == 0)
            p->why = why;
        goto out;
    }
    if (is_known(p, c))
        goto out;
    c->judge = c->search;
    status = keep(p, c, err);
    if (status == 0)
        *out = c;
out:
    free(text);
    if (!*out)
        candidate_free(c);
    return status;
}

void sbs_pool_fini(struct sbs_pool *p)
{
    for (size_t i = 0; i < p->n; i++)
        candidate_free(p->candidate[i]);
    free(p->candidate);
    p->candidate = NULL;
    p->n = 0;
}
