/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as CSV. */
#ifndef SBS_TRACES_EXPORT_H
#define SBS_TRACES_EXPORT_H

#include <stdio.h>

#include "traces/store.h"

/* One row a task, with what is known of its container, work and run, in the
 * form that sbs_import_csv reads back. Columns in which nothing is known are
 * left out. Write errors show in ferror(out). */
void sbs_trace_export(const struct sbs_trace *trace, FILE *out);

/* One table as it is ("tasks", "workers", "runs", ...; "samples": all of
 * them, with a column `figure`). -1 when there is no such table. */
int sbs_trace_export_table(const struct sbs_trace *trace, const char *table,
                           FILE *out, struct sbs_error *err);

#endif
