/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/human.h"

#include <math.h>
#include <stdlib.h>

#include "tests/tap.h"

static void pm_is(double value, double half, int least, int most, int sign,
                  const char *want)
{
    char text[SBS_HUMAN_TEXT];
    is_str(sbs_human_pm(text, value, half, least, most, sign), want, want);
}

static void range_is(double lo, double hi, const char *want)
{
    char text[SBS_HUMAN_TEXT];
    is_str(sbs_human_range(text, lo, hi), want, want);
}

static void usd_is(double usd, const char *want)
{
    char text[SBS_HUMAN_TEXT];
    is_str(sbs_human_usd(text, usd), want, want);
}

int main(void)
{
    pm_is(46.512, 0.31, 0, 3, 0, "46.5±0.4");
    pm_is(46.512, 0.3, 0, 3, 0, "46.5±0.3");
    pm_is(46.512, 0.12, 0, 3, 0, "46.51±0.12");
    pm_is(1234.5, 45, 0, 3, 0, "1234±45");
    pm_is(46.512, 0, 0, 3, 0, "46.512±0.000");
    pm_is(46.512, 1e-9, 0, 3, 0, "46.512±0.001");
    pm_is(46.512, NAN, 0, 3, 0, "46.512±?");
    pm_is(4.5213, 0.0031, 2, 2, 0, "4.52±0.01");
    pm_is(-15.31, 0.22, 0, 3, 1, "-15.3±0.3");
    pm_is(15.31, 0.22, 0, 3, 1, "+15.3±0.3");
    pm_is(NAN, 1, 0, 3, 0, "-");
    range_is(36.12, 60.23, "36.1..60.2");
    range_is(360, 602, "360..602");
    range_is(1.234567, 1.23466, "1.235..1.235");
    range_is(5, 5, "5.00..5.00");
    range_is(0, 0, "0..0");
    range_is(NAN, 1, "-");
    usd_is(4.516, "$4.52");
    usd_is(-0.47, "-$0.47");
    usd_is(0.01234, "$0.0123");
    usd_is(0, "$0.00");
    usd_is(NAN, "-");
    is_str(sbs_human_unit(57.7).name, "s", "57.7 s in seconds");
    is_str(sbs_human_unit(2790).name, "min", "2790 s in minutes");
    is_str(sbs_human_unit(36000).name, "h", "10 h in hours");
    is_str(sbs_human_unit(NAN).name, "s", "nothing in seconds");
    ok(sbs_human_width("46.5±0.3") == 8, "width counts characters");
    FILE *file = tmpfile();
    char text[400], back[600] = "";
    memset(text, 'x', sizeof text);
    for (int i = 7; i < 400; i += 8)
        text[i] = ' ';
    text[399] = '\0';
    sbs_human_wrap(file, text, 2);
    rewind(file);
    size_t longest = 0, lines = 0;
    while (fgets(back, sizeof back, file)) {
        longest = strlen(back) - 1 > longest ? strlen(back) - 1 : longest;
        lines++;
    }
    ok(longest <= 100 && longest > 90 && lines == 5, "lines of %zu, %zu lines",
       longest, lines);
    fclose(file);
    return tap_done();
}
