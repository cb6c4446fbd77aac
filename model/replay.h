/* SPDX-License-Identifier: Apache-2.0 */
/* A backend without a world: events and answers come from a log, and what
 * the driver orders and asks is held against it. */
#ifndef SBS_MODEL_REPLAY_H
#define SBS_MODEL_REPLAY_H

#include "model/log.h"

/* How a replay went. */
struct sbs_replay {
    uint64_t events, decisions; /* that were the same */
    bool differs;
    /* The first difference: its line, what stands there, what happened now
     * instead. */
    uint64_t line;
    double time_s;
    char logged[SBS_LOG_TEXT], now[SBS_LOG_TEXT];
    /* Private. */
    struct sbs_log *log; /* borrowed */
    double now_s;
    uint32_t invented; /* answers after the first difference */
    struct sbs_error err;
};

/* Run the driver, made from the log's header, on a log of which only the
 * header has been read. -1: the log cannot be read to its end. */
int sbs_replay_run(struct sbs_replay *r, struct sbs_log *log,
                   struct sbs_driver *driver, struct sbs_error *err);

#endif
