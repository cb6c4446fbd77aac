/* SPDX-License-Identifier: Apache-2.0 */
/* One line on a terminal's stderr: what is done, what is left. Silent when
 * stderr is no terminal, under --quiet, and in the first second. */
#ifndef SBS_CLI_PROGRESS_H
#define SBS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct sbs_progress {
    const char *what; /* borrowed, "replications" */
    bool on, shown;
    double start_s, last_s; /* monotonic clock */
};

void sbs_progress_init(struct sbs_progress *p, const char *what, bool quiet);

/* Same, saying itself whether a terminal is there; for tests. */
void sbs_progress_init_on(struct sbs_progress *p, const char *what, bool on);

/* `done` of `total` are finished. Cheap: writes at most five times a
 * second. Not for two threads at once. */
void sbs_progress_update(struct sbs_progress *p, uint64_t done,
                         uint64_t total);

/* Wipe the line. Accepts a zeroed struct. */
void sbs_progress_fini(struct sbs_progress *p);

/* "41 s", "3 min 20 s", "2 h 05 min": a time left as text. */
const char *sbs_progress_time(double left_s, char buf[static 32]);

#endif
