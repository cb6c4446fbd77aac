/* SPDX-License-Identifier: Apache-2.0 */
/* What the lines of a log have made of the run so far. A line that cannot
 * follow those before it is refused, so that a log can be given to the
 * driver, which trusts its backend. */
#ifndef SBS_MODEL_LOG_STATE_H
#define SBS_MODEL_LOG_STATE_H

#include <stdint.h>

#include "model/log.h"

struct log_worker;

struct sbs_log_state {
    const struct sbs_log_header *header; /* borrowed */
    double now_s;
    uint32_t workers;                     /* ordered */
    uint32_t in[SBS_WORKER_ENDED + 1];    /* of them, by state; all that are
                                             not ready count as starting */
    uint32_t stopping;                    /* ordered to, not ended yet */
    uint32_t begun, stored, seen, dropped; /* attempts; dropped or lost */
    uint32_t units, units_seen;
    uint32_t tasks_complete;
    /* Private. */
    struct log_worker *worker;
    uint32_t cap_workers;
    void *attempts;      /* a tree, by number */
    uint8_t *unit_seen;  /* a bit each */
};

/* -1 when memory is short. */
int sbs_log_state_init(struct sbs_log_state *s,
                       const struct sbs_log_header *header);
void sbs_log_state_fini(struct sbs_log_state *s);

/* Go on by one line; -1 with "where why it is impossible", and the state is
 * what it was. */
int sbs_log_state_apply(struct sbs_log_state *s,
                        const struct sbs_log_entry *e, const char *where,
                        struct sbs_error *err);

#endif
