/* SPDX-License-Identifier: Apache-2.0 */
/* A waterfall chart: bars that lead from one total to another. */
#ifndef SBS_REPORT_WATERFALL_H
#define SBS_REPORT_WATERFALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct sbs_waterfall_bar {
    const char *label, *note; /* the note stands below the label; or NULL */
    double value;
    double lo, hi; /* error bar of `value`, NAN = none */
    bool total;    /* from 0, not from where the last bar ended */
};

struct sbs_waterfall {
    const char *title, *subtitle, *unit, *foot;
    const struct sbs_waterfall_bar *bar;
    size_t n;
};

int sbs_waterfall_write(const struct sbs_waterfall *w, FILE *file,
                        struct sbs_error *err);

#endif
