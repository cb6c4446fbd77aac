/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates of a search: a policy, so many workers, of such a size. Each has
 * replications for the search and, apart from those, some to judge by. */
#ifndef SBS_SWEEP_POOL_H
#define SBS_SWEEP_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "policies/stack.h"
#include "sweep/race.h"
#include "sweep/space.h"

/* Places: workers, then the family's ranges. */
enum { SBS_POOL_DIMS = SBS_SPACE_HOLES + 1 };

struct sbs_candidate {
    size_t family, size; /* of the pool's lists */
    double x[SBS_POOL_DIMS]; /* where in the space, [0, 1] each */
    struct sbs_spec_list specs; /* one */
    struct sbs_entry search, judge;
};

struct sbs_pool {
    /* By the caller, borrowed. */
    struct sbs_scenario base; /* workers, vcpu, memory_gb are not read */
    const struct sbs_families *families;
    const double *vcpu; /* [sizes] */
    size_t sizes;
    double memory_gb;   /* least of a worker; 0: 2 GB a vCPU */
    const uint32_t *workers; /* [n_workers] ascending: those alone; or NULL: */
    size_t n_workers;
    uint32_t lo, hi;    /* any number between these */
    struct sbs_registry *registry;

    struct sbs_candidate **candidate; /* [n] */
    size_t n;
    size_t refused; /* points that a policy would not plan */
    struct sbs_error why; /* the first of these */
};

/* Memory of a worker of this size. */
double sbs_pool_memory(const struct sbs_pool *p, double vcpu);

/* The candidate of a family at x[SBS_POOL_DIMS] with the size'th vCPU: *out,
 * NULL when it is there already or its policy refuses. Workers are at most
 * what the quota admits and the pieces of work. -1: memory is short, or a text
 * that is no policy. */
int sbs_pool_add(struct sbs_pool *p, size_t family, size_t size,
                 const double *x, struct sbs_candidate **out,
                 struct sbs_error *err);
void sbs_pool_fini(struct sbs_pool *p);

#endif
