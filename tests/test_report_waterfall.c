/* SPDX-License-Identifier: Apache-2.0 */
/* The waterfall chart: everything is inside the view box, texts are escaped. */
#include "report/waterfall.h"

#include <math.h>
#include <stdlib.h>

#include "tests/tap.h"

static char text[1 << 16];

static int write_chart(const struct sbs_waterfall *w)
{
    struct sbs_error err = { 0 };
    FILE *f = tmpfile();
    if (!f)
        return -1;
    int status = sbs_waterfall_write(w, f, &err);
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return status;
}

/* The least and largest number that follows any of these attributes. */
static void range_of(const char *const *names, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (; *names; names++)
        for (const char *at = text; (at = strstr(at, *names)); at++) {
            double x = strtod(at + strlen(*names), NULL);
            *lo = fmin(*lo, x);
            *hi = fmax(*hi, x);
        }
}

static void check_inside(const char *what)
{
    static const char *const xs[] = { " x=\"", " x1=\"", " x2=\"", NULL };
    static const char *const ys[] = { " y=\"", " y1=\"", " y2=\"", NULL };
    double width, height, lo, hi, widest = 0;
    ok(sscanf(strstr(text, "viewBox"), "viewBox=\"0 0 %lf %lf\"", &width,
              &height) == 2, "%s: a view box", what);
    range_of(xs, &lo, &hi);
    ok(lo >= 0 && hi <= width, "%s: x in 0..%g (%g..%g)", what, width, lo,
       hi);
    range_of(ys, &lo, &hi);
    ok(lo >= 0 && hi <= height, "%s: y in 0..%g (%g..%g)", what, height, lo,
       hi);
    for (const char *at = strstr(text, "class=\"more\""); at;
         at = strstr(at + 1, "class=\"more\"")) {
        double x = strtod(strstr(at, "x=\"") + 3, NULL);
        double w = strtod(strstr(at, "width=\"") + 7, NULL);
        widest = fmax(widest, x + w);
    }
    ok(widest <= 746, "%s: bars end before the figures (%g)", what, widest);
    ok(!strstr(text, "nan") && !strstr(text, "inf"), "%s: only numbers",
       what);
}

int main(void)
{
    const struct sbs_waterfall_bar bars[] = {
        { "ideal", NULL, 11.6, NAN, NAN, true },
        { "a < b & \"c\" \x01 \xff", "note", 30, 20, 45, false },
        { "gain", "less", -5, -8, -1, false },
        { "sum", NULL, 36.6, 30, 90, true },
    };
    struct sbs_waterfall w = { "Title", "Subtitle", "min", "Foot", bars, 4 };
    ok(write_chart(&w) == 0, "a chart is written");
    ok(strstr(text, "a &lt; b &amp; &quot;c&quot; "
                    "\xef\xbf\xbd \xef\xbf\xbd") != NULL,
       "texts are escaped");
    ok(strstr(text, "<title id=\"title\">Title") &&
           strstr(text, "prefers-color-scheme: dark"),
       "title for readers, colours for dark pages");
    check_inside("chart");
    const struct sbs_waterfall_bar zero[] = {
        { "ideal", NULL, 0, NAN, NAN, true },
        { "nothing", NULL, 0, NAN, NAN, false },
    };
    w.bar = zero;
    w.n = 2;
    ok(write_chart(&w) == 0, "a chart of nothing");
    check_inside("nothing");
    const struct sbs_waterfall_bar deep[] = {
        { "down", NULL, -1e7, NAN, NAN, true },
        { "up", NULL, 3e7, NAN, NAN, false },
    };
    w.bar = deep;
    ok(write_chart(&w) == 0, "below zero");
    check_inside("below zero");
    return tap_done();
}
