/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps as text: ISO 8601 with Z or an offset. Seconds are Unix time
 * (since 1970-01-01T00:00:00Z, no leap seconds). */
#ifndef SBS_TRACES_STAMP_H
#define SBS_TRACES_STAMP_H

#include <stddef.h>

enum { SBS_STAMP_TEXT = 40 };

/* "2026-02-04T10:31:22.123Z", "2026-02-04T10:31:22+01:00" or "+0100", "T" or
 * a space, any number of decimals, years 1970 to 9999. 0, or -1 when it is
 * anything else (a time without zone too). */
int sbs_stamp_parse(const char *text, size_t length, double *seconds);

/* "2026-02-04T10:31:22.123000Z", to the microsecond; "" for NaN and for
 * seconds outside [0, 253402300800). Returns text. */
const char *sbs_stamp_format(char text[SBS_STAMP_TEXT], double seconds);

#endif
