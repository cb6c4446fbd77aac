/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files a command writes. Open them before the work, commit them after it:
 * a run that fails leaves an old file as it was, and a path that cannot be
 * written is an error before an hour is spent.
 *
 * A regular file is written beside its place under a temporary name and
 * renamed by commit; "-" is standard output; anything else (a pipe,
 * /dev/full) is written directly. A temporary file is removed when the
 * program is stopped by SIGINT, SIGTERM or SIGHUP.
 */
#ifndef SBS_CLI_OUTPUT_H
#define SBS_CLI_OUTPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Zeroed = no output; all functions accept that and do nothing. */
struct sbs_output {
    FILE *file; /* write here; NULL = not open */
    char *path; /* where it ends up, for messages too */
    char *temp; /* where it is until committed, NULL = written directly */
    int slot;   /* of the list that the signal handler cleans up */
};

/* `path` NULL = nothing wanted: `o` becomes zeroed. Returns 0, or -1 with
 * SBS_EIO and `o` zeroed. */
int sbs_output_open(struct sbs_output *o, const char *path,
                    struct sbs_error *err);

/* Flush, close and move into place; -1 when any write failed (disk full),
 * and then nothing has changed. Standard output stays open. */
int sbs_output_commit(struct sbs_output *o, struct sbs_error *err);

/* Give up what is not committed; `o` becomes zeroed. */
void sbs_output_fini(struct sbs_output *o);

/* Its path, or "standard output", for messages. */
const char *sbs_output_name(const struct sbs_output *o);

/* Is this path standard output? NULL is not. */
bool sbs_output_is_stdout(const char *path);

/* Two flags must not write to the same place: -1 with SBS_EUSAGE when both
 * paths are "-" or equal. Either may be NULL. */
int sbs_output_clash(const char *flag_a, const char *path_a,
                     const char *flag_b, const char *path_b,
                     struct sbs_error *err);

/* Remove the temporary files when a signal ends the program; once, in main. */
void sbs_output_on_signals(void);

/* Flush and close standard output: -1 with SBS_EIO when it could not take
 * all that was printed. A reader that went away (EPIPE) has its own code of
 * no text: err->text is then empty. */
int sbs_output_close_stdout(struct sbs_error *err);

#endif
