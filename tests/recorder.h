/* SPDX-License-Identifier: Apache-2.0 */
/* A layer that writes down every attempt of a run as it begins. */
#ifndef SBS_TESTS_RECORDER_H
#define SBS_TESTS_RECORDER_H

#include "tests/simtest.h"

enum { RECORDS = 2048 };

struct record {
    uint32_t worker, first, n;
    double since_s, begun_s;
    bool copy;
};

struct recorder {
    struct record begun[RECORDS];
    uint32_t n;
};

static inline struct recorder *recorder_of(const struct sbs_ctx *c)
{
    return *(struct recorder *const *)c->params;
}

static inline void recorder_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    struct recorder *r = recorder_of(c);
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    if (r->n < RECORDS)
        r->begun[r->n++] =
            (struct record){ a->worker, a->first_unit, a->n_units,
                             a->since_s, c->host->now_s(c), a->copy };
}

static const struct sbs_policy recorder_policy = {
    SBS_POLICY_HEAD, .name = "recorder", .on_begun = recorder_on_begun
};

/* One replication; its attempts in the order in which they began. */
static inline int record(struct recorder *r, const char *model,
                         const char *work, const char *policy,
                         uint32_t workers)
{
    struct simtest t;
    struct sbs_layer left = { &recorder_policy, &r };
    struct simtest_options o = { .workers = workers, .left = &left };
    r->n = 0;
    int status = simtest_run(&t, model, work, policy, o);
    if (status != 0)
        printf("# %s\n", t.err.text);
    simtest_fini(&t);
    return status;
}

#endif
