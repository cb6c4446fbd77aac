/* SPDX-License-Identifier: Apache-2.0 */
/* What a random number is for. Each variate has its own place (entity,
 * purpose, ordinal, draw) in the stream of its replication, so that two
 * policies see the same worker 17 and the same weather. The numbers are part
 * of the results: never reuse or renumber one. */
#ifndef SBS_SIM_PURPOSE_H
#define SBS_SIM_PURPOSE_H

enum sbs_purpose {
    SBS_FOR_RUN = 1,     /* entity 0; draws: startup, call, speed factor */
    SBS_FOR_WORK = 2,    /* entity task; draw 0: reference seconds */
    SBS_FOR_SETUP = 3,   /* entity 0; draw 0: client set-up */
    SBS_FOR_CALL = 4,    /* entity call; draw 0: its duration */
    SBS_FOR_REFUSE = 5,  /* entity worker, ordinal try; draw 0 */
    SBS_FOR_STARTUP = 6, /* entity worker; draws: phases in order, never */
    SBS_FOR_SPEED = 7,   /* entity worker; draws: class, slowdown, noise */
    SBS_FOR_WEATHER = 8, /* entity worker, ordinal slot; draw 0 */
    SBS_FOR_UNIT = 9,    /* entity worker, ordinal attempt of the worker;
                            draws: claim, download, upload, collect,
                            fails?, where */
    SBS_FOR_STOP = 10,   /* entity worker, ordinal stop; draw 0 */
    SBS_FOR_SPOT = 11,   /* entity worker; draw 0: time to reclaim */
    SBS_FOR_POLICY = 12  /* entity layer; draws: the policy's coins */
};

#endif
