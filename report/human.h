/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as a person reads them: a unit that fits, no more digits than the
 * uncertainty allows, and the uncertainty rounded up. */
#ifndef SBS_REPORT_HUMAN_H
#define SBS_REPORT_HUMAN_H

#include <stddef.h>
#include <stdio.h>

enum { SBS_HUMAN_TEXT = 48 };

/* What long times are divided by. */
struct sbs_human_unit {
    double seconds;
    const char *name; /* "s", "min", "h" */
};

/* The unit for times around `typical_s`: s below 120 s, min below 3 h. */
struct sbs_human_unit sbs_human_unit(double typical_s);

/* Decimals (0 to most) at which `size` shows one digit, two if it begins with
 * 1; `most` if size is 0, 0 if it is not finite. */
int sbs_human_decimals(double size, int most);

/* "46.5±0.3": value and half-width, with at least `least` and at most `most`
 * decimals; "46.5±?" when half is NaN, "-" when value is NaN. `sign` puts a +
 * before values that are not negative. Returns text. */
const char *sbs_human_pm(char text[SBS_HUMAN_TEXT], double value, double half,
                         int least, int most, int sign);

/* "36.1..60.2": two ends, three digits of their distance; "-" when NaN. */
const char *sbs_human_range(char text[SBS_HUMAN_TEXT], double lo, double hi);

/* "$4.52"; four decimals below ten cents; "-" when NaN. */
const char *sbs_human_usd(char text[SBS_HUMAN_TEXT], double usd);

/* Columns that a UTF-8 text takes (one per character). */
size_t sbs_human_width(const char *text);

/* Print `text` in lines of at most 100 columns broken between words; lines
 * after the first begin with `indent` blanks. Ends with a newline. */
void sbs_human_wrap(FILE *out, const char *text, size_t indent);

#endif
