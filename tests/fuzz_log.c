/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes logs: whatever a file says, sbsim replay and sbsim diff end with a
 * message or an answer. Plugins are not loaded. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/log_state.h"
#include "policies/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Large plans cost time, not safety. */
enum { UNITS_MAX = 10000, WORKERS_MAX = 10000 };

static struct sbs_log *open_log(const uint8_t *data, size_t size,
                                struct sbs_error *err)
{
    FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
    SBS_ASSERT(file);
    struct sbs_log *log = sbs_log_from(file, "fuzz", err);
    SBS_ASSERT(log || (err->code != SBS_EOK && err->text[0]));
    return log;
}

static bool is_small(const struct sbs_log *log)
{
    const struct sbs_log_header *h = sbs_log_header(log);
    const struct sbs_plan *plans[] = { &h->asked, &h->plan };
    for (int i = 0; i < 2; i++) {
        const struct sbs_plan *p = plans[i];
        if (p->tasks * p->units_per_task > UNITS_MAX ||
            p->workers > WORKERS_MAX || p->extra > WORKERS_MAX ||
            p->local > WORKERS_MAX || p->max_workers > WORKERS_MAX)
            return false;
    }
    return true;
}

static void read_all(const uint8_t *data, size_t size)
{
    struct sbs_error err = { 0 };
    struct sbs_log_entry e;
    int got = 0;
    struct sbs_log *log = open_log(data, size, &err);
    while (log && (got = sbs_log_next(log, &e, &err)) == 1) {
        char text[SBS_LOG_TEXT];
        const struct sbs_log_state *s = sbs_log_state(log);
        SBS_ASSERT(sbs_log_text(&e, sbs_log_values(e.kind), text)[0]);
        SBS_ASSERT(s->units_seen <= s->units &&
                   s->in[SBS_WORKER_ENDED] <= s->workers &&
                   s->seen <= s->stored && s->stored <= s->begun);
    }
    SBS_ASSERT(got == 0 || err.text[0]);
    sbs_log_close(log);
}

static void replay(const uint8_t *data, size_t size,
                   struct sbs_registry *registry, FILE *out)
{
    struct sbs_error err = { 0 };
    struct sbs_log *log = open_log(data, size, &err);
    if (log && is_small(log)) {
        int status = sbs_replay_log(log, registry, false, out, &err);
        SBS_ASSERT((status < 0) == (err.code != SBS_EOK));
    }
    sbs_log_close(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 100000)
        return 0;
    struct sbs_registry *registry = sbs_registry_create();
    FILE *out = fopen("/dev/null", "w");
    read_all(data, size);
    if (registry && out)
        replay(data, size, registry, out);
    if (out)
        fclose(out);
    sbs_registry_destroy(registry);
    return 0;
}
