/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `sbsim trace`, one file each; argv[0] is the part's name. */
#ifndef SBS_CLI_TRACE_H
#define SBS_CLI_TRACE_H

#include "base/error.h"
#include "traces/store.h"

int sbs_trace_cmd_import(int argc, char **argv);
int sbs_trace_cmd_info(int argc, char **argv);
int sbs_trace_cmd_check(int argc, char **argv);
int sbs_trace_cmd_export(int argc, char **argv);

/* Read a trace that is looked for as DESIGN says (traces/, data folder). The
 * caller destroys *out. */
int sbs_trace_open(const char *name, int flags, struct sbs_trace **out,
                   struct sbs_error *err);

#endif
