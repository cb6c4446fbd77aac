/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of replications that stopped by themselves (--stop-ci). */
#ifndef SBS_REPORT_STOPPED_H
#define SBS_REPORT_STOPPED_H

#include <stddef.h>

#include "report/result.h"

struct sbs_jsonw;

/* In words, of a result with `stop`: whether the precision was reached, with
 * how many replications, and the widest interval. Returns text. */
const char *sbs_stopped_text(const struct sbs_result *r, char *text,
                             size_t size);

/* The key "stop" and its object. */
void sbs_stopped_json(const struct sbs_result *r, struct sbs_jsonw *w);

#endif
