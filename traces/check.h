/* SPDX-License-Identifier: Apache-2.0 */
/* Is what a trace says possible? doc/trace-format.md has the rules. */
#ifndef SBS_TRACES_CHECK_H
#define SBS_TRACES_CHECK_H

#include <stddef.h>

#include "traces/store.h"

/* Called with one violation: "/tasks row 3 (id): what (values)". */
typedef void (*sbs_violation_f)(void *user, const char *text);

/* All violations of ranges, references and order; returns how many. `report`
 * may be NULL. */
size_t sbs_trace_check(const struct sbs_trace *trace, sbs_violation_f report,
                       void *user);

/* Ranges and references only, as every reader demands them: 0, or -1 with
 * the first violation. */
int sbs_trace_validate(const struct sbs_trace *trace, struct sbs_error *err);

#endif
