/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/human.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 100 };

struct sbs_human_unit sbs_human_unit(double typical_s)
{
    if (typical_s >= 3 * 3600)
        return (struct sbs_human_unit){3600, "h"};
    if (typical_s >= 120)
        return (struct sbs_human_unit){60, "min"};
    return (struct sbs_human_unit){1, "s"};
}

int sbs_human_decimals(double size, int most)
{
    if (!isfinite(size))
        return 0;
    if (!(size > 0))
        return most;
    int place = (int)floor(log10(size)); /* of the first digit */
    double leading = size / pow(10, place);
    int decimals = (leading < 2 ? 1 : 0) - place;
    return decimals < 0 ? 0 : decimals > most ? most : decimals;
}

const char *sbs_human_pm(char text[SBS_HUMAN_TEXT], double value, double half,
                         int least, int most, int sign)
{
    const char *format = sign ? "%+.*f%s%s" : "%.*f%s%s";
    char uncertain[SBS_HUMAN_TEXT] = "?";
    if (isnan(value)) {
        snprintf(text, SBS_HUMAN_TEXT, "-");
        return text;
    }
    int decimals = isnan(half) ? most : sbs_human_decimals(half, most);
    if (decimals < least)
        decimals = least;
    if (isfinite(half)) {
        /* Up, but not for the dust of binary fractions. */
        double grid = pow(10, decimals);
        snprintf(uncertain, sizeof uncertain, "%.*f", decimals,
                 fmax(0, ceil(half * grid - 1e-6)) / grid);
    }
    snprintf(text, SBS_HUMAN_TEXT, format, decimals, value, "\u00b1",
             uncertain);
    return text;
}

const char *sbs_human_range(char text[SBS_HUMAN_TEXT], double lo, double hi)
{
    if (isnan(lo) || isnan(hi)) {
        snprintf(text, SBS_HUMAN_TEXT, "-");
        return text;
    }
    /* One digit of a hundredth of the distance is three of the distance. */
    double size = hi > lo ? hi - lo : fabs(hi);
    int decimals = size > 0 ? 2 - (int)floor(log10(size)) : 0;
    decimals = decimals < 0 ? 0 : decimals > 3 ? 3 : decimals;
    snprintf(text, SBS_HUMAN_TEXT, "%.*f..%.*f", decimals, lo, decimals, hi);
    return text;
}

const char *sbs_human_usd(char text[SBS_HUMAN_TEXT], double usd)
{
    if (isnan(usd))
        snprintf(text, SBS_HUMAN_TEXT, "-");
    else
        snprintf(text, SBS_HUMAN_TEXT, "%s$%.*f", usd < 0 ? "-" : "",
                 fabs(usd) < 0.1 && usd != 0 ? 4 : 2, fabs(usd));
    return text;
}

size_t sbs_human_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

void sbs_human_wrap(FILE *out, const char *text, size_t indent)
{
    size_t column = 0;
    int begins = 1; /* nothing on this line yet */
    while (*text) {
        char word[256];
        size_t n = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, text);
        size_t width = sbs_human_width(word);
        if (!begins && column + 1 + width > COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!begins) {
            putc(' ', out);
            column++;
        }
        fwrite(text, 1, n, out);
        column += width;
        begins = 0;
        text += n;
        text += strspn(text, " ");
    }
    putc('\n', out);
}
