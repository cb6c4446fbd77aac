/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/stamp.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cursor {
    const char *at, *end;
};

/* Exactly n digits as a number, or -1. */
static int64_t digits(struct cursor *c, int n)
{
    int64_t value = 0;
    if (c->end - c->at < n)
        return -1;
    for (int i = 0; i < n; i++, c->at++) {
        if (*c->at < '0' || *c->at > '9')
            return -1;
        value = 10 * value + (*c->at - '0');
    }
    return value;
}

static bool take(struct cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant,
 * "chrono-compatible low-level date algorithms", days_from_civil). */
static int64_t days_from_date(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int64_t month_days(int64_t y, int64_t m)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30,
                                31, 31, 30, 31, 30, 31 };
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return days[m - 1] + (m == 2 && leap);
}

static int parse_date(struct cursor *c, int64_t *days)
{
    int64_t y = digits(c, 4);
    if (y < 1970 || !take(c, '-'))
        return -1;
    int64_t m = digits(c, 2);
    if (m < 1 || m > 12 || !take(c, '-'))
        return -1;
    int64_t d = digits(c, 2);
    if (d < 1 || d > month_days(y, m))
        return -1;
    *days = days_from_date(y, m, d);
    return 0;
}

static int parse_clock(struct cursor *c, int64_t *whole, double *fraction)
{
    int64_t h = digits(c, 2), mi, s;
    if (h < 0 || h > 23 || !take(c, ':'))
        return -1;
    mi = digits(c, 2);
    if (mi < 0 || mi > 59 || !take(c, ':'))
        return -1;
    s = digits(c, 2);
    if (s < 0 || s > 60) /* 60: a leap second, counted as the next one */
        return -1;
    *whole = 3600 * h + 60 * mi + s;
    *fraction = 0;
    if (!take(c, '.') && !take(c, ','))
        return 0;
    int64_t value = 0, scale = 1;
    int n = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, n++)
        if (n < 15) {
            value = 10 * value + (*c->at - '0');
            scale *= 10;
        }
    if (n == 0)
        return -1;
    *fraction = (double)value / (double)scale;
    return 0;
}

/* "Z", "+01:00", "+0100" or "-08" as seconds east of Greenwich. */
static int parse_zone(struct cursor *c, int64_t *offset)
{
    *offset = 0;
    if (take(c, 'Z') || take(c, 'z'))
        return 0;
    int sign = take(c, '+') ? 1 : take(c, '-') ? -1 : 0;
    if (!sign)
        return -1;
    int64_t h = digits(c, 2), mi = 0;
    if (h < 0 || h > 14)
        return -1;
    bool colon = take(c, ':');
    if (colon || c->at < c->end)
        mi = digits(c, 2);
    if (mi < 0 || mi > 59)
        return -1;
    *offset = sign * (3600 * h + 60 * mi);
    return 0;
}

int sbs_stamp_parse(const char *text, size_t length, double *seconds)
{
    struct cursor c = { text, text + length };
    int64_t days, whole, offset;
    double fraction;
    if (parse_date(&c, &days) ||
        (!take(&c, 'T') && !take(&c, 't') && !take(&c, ' ')) ||
        parse_clock(&c, &whole, &fraction) || parse_zone(&c, &offset) ||
        c.at != c.end)
        return -1;
    *seconds = (double)(days * 86400 + whole - offset) + fraction;
    return 0;
}

const char *sbs_stamp_format(char text[SBS_STAMP_TEXT], double seconds)
{
    text[0] = '\0';
    if (!(seconds >= 0 && seconds < 253402300799.5))
        return text;
    int64_t us = (int64_t)llround((seconds - floor(seconds)) * 1e6);
    int64_t whole = (int64_t)floor(seconds) + us / 1000000;
    us %= 1000000;
    int64_t z = whole / 86400 + 719468, rest = whole % 86400;
    /* The inverse of days_from_date, by the same author. */
    int64_t era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1;
    int64_t m = mp < 10 ? mp + 3 : mp - 9;
    int64_t y = yoe + era * 400 + (m <= 2);
    snprintf(text, SBS_STAMP_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
             (int)y, (int)m, (int)d, (int)(rest / 3600),
             (int)(rest / 60 % 60), (int)(rest % 60), (int)us);
    return text;
}
