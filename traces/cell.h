/* SPDX-License-Identifier: Apache-2.0 */
/* One cell of a trace from text. */
#ifndef SBS_TRACES_CELL_H
#define SBS_TRACES_CELL_H

#include "traces/store.h"
#include "traces/table.h"

/* A decimal number and nothing else, finite. 0 or -1. */
int sbs_cell_number(const char *text, double *value);

/* A stamp: ISO 8601 with zone, or epoch seconds, at or after 1970. Seconds
 * after the trace's epoch. 0, or -1 with "what is wrong (value)". */
int sbs_cell_stamp(const struct sbs_trace *trace, const char *text,
                   double *seconds, struct sbs_error *err);

/* Put `text` (not empty) into a cell, converted and checked by its column:
 * 0, or -1 with "column: what is wrong (value, allowed range)". */
int sbs_cell_put(struct sbs_trace *trace, struct sbs_table *table,
                 const struct sbs_column *column, size_t row,
                 const char *text, struct sbs_error *err);

#endif
