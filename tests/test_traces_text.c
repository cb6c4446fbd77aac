/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps, CSV, cells and the index: the small things importers stand on. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"
#include "traces/cell.h"
#include "traces/csv.h"
#include "traces/index.h"
#include "traces/stamp.h"

static void good_stamp(const char *text, double want)
{
    double s = NAN;
    int status = sbs_stamp_parse(text, strlen(text), &s);
    if (!ok(status == 0 && s == want, "%s", text))
        printf("#   status %d, got %.9f, want %.9f\n", status, s, want);
}

static void test_stamps(void)
{
    /* Reference values of date -u -d TEXT +%s. */
    good_stamp("1970-01-01T00:00:00Z", 0);
    good_stamp("2026-02-04T10:31:22Z", 1770201082);
    good_stamp("2026-02-04T10:31:22.5Z", 1770201082.5);
    good_stamp("2026-02-04 11:31:22.250000+01:00", 1770201082.25);
    good_stamp("2026-02-04T05:01:22-0530", 1770201082);
    good_stamp("2026-02-04T02:31:22-08", 1770201082);
    good_stamp("2000-02-29T23:59:59Z", 951868799);
    good_stamp("2100-03-01T00:00:00Z", 4107542400);
    good_stamp("9999-12-31T23:59:59Z", 253402300799);
    good_stamp("2016-12-31T23:59:60Z", 1483228800);
    static const char *const bad[] = {
        "", "2026-02-04", "2026-02-04T10:31:22", "2026-02-04T10:31:22.Z",
        "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+15:00",
        "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+1",
        "1969-12-31T23:59:59Z", "26-01-01T00:00:00Z", "2026-1-1T00:00:00Z",
        "+2026-01-01T00:00:00Z", "2026-01-01T00:00:00 Z", "now" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double s;
        ok(sbs_stamp_parse(bad[i], strlen(bad[i]), &s) == -1,
           "refused: \"%s\"", bad[i]);
    }
}

/* Every day of four centuries and both ends of a day survive. */
static void test_stamp_round_trip(void)
{
    char text[SBS_STAMP_TEXT];
    size_t bad = 0, n = 0;
    for (double day = 0; day < 146097 + 366; day++)
        for (int end = 0; end < 2; end++) {
            double s = 86400 * day + (end ? 86399.999999 : 0), back = -1;
            sbs_stamp_format(text, s);
            if (sbs_stamp_parse(text, strlen(text), &back) ||
                fabs(back - s) > 2e-6)
                bad++;
            n++;
        }
    ok(bad == 0, "%zu stamps written and read", n);
    is_str(sbs_stamp_format(text, 1770201082.9999999),
           "2026-02-04T10:31:23.000000Z", "rounding up carries");
    is_str(sbs_stamp_format(text, NAN), "", "nothing for NaN");
    is_str(sbs_stamp_format(text, -1), "", "nor before 1970");
    is_str(sbs_stamp_format(text, 1e300), "", "nor after 9999");
}

static void test_csv(void)
{
    static const char text[] =
        "\xef\xbb\xbf" "a,\"b \"\"q\"\"\",c\r\n\n1,\"two\nlines, x\",\n"
        "\"\",,\"\"";
    struct sbs_csv csv;
    struct sbs_error err = { 0 };
    ok(sbs_csv_parse(&csv, text, sizeof text - 1, "x", &err) == 0,
       "parsed %s", err.text);
    ok(csv.n_rows == 3 && csv.n_columns == 3, "3 rows of 3");
    is_str(sbs_csv_cell(&csv, 0, 0), "a", "byte order mark passed over");
    is_str(sbs_csv_cell(&csv, 0, 1), "b \"q\"", "quotes");
    is_str(sbs_csv_cell(&csv, 1, 1), "two\nlines, x", "line break");
    is_str(sbs_csv_cell(&csv, 1, 2), "", "empty cell");
    is_str(sbs_csv_cell(&csv, 2, 2), "", "empty quotes at the end");
    ok(csv.lines[1] == 3 && csv.lines[2] == 5, "lines counted");
    sbs_csv_fini(&csv);
    ok(sbs_csv_parse(&csv, "a,b\n1\n", 6, "x", &err) == -1 && !csv.text,
       "nothing left of a bad one");
    char *out = NULL;
    size_t n;
    FILE *f = open_memstream(&out, &n);
    sbs_csv_write(f, "plain");
    sbs_csv_write(f, ",");
    sbs_csv_write(f, "a \"b\"");
    fclose(f);
    is_str(out, "plain\",\"\"a \"\"b\"\"\"", "written");
    free(out);
}

static void test_numbers(void)
{
    static const char *const bad[] = { "", " 1", "1 ", "nan", "inf", "0x1",
                                       "1e400", "1e", "--1", "1,5", "." };
    double x = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ok(sbs_cell_number(bad[i], &x) == -1, "no number: \"%s\"", bad[i]);
    ok(sbs_cell_number("-1.5e-3", &x) == 0 && x == -1.5e-3, "a number");
}

static void test_index(void)
{
    struct sbs_index index = { 0 };
    char key[32];
    int good = sbs_index_find(&index, "x") == -1;
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key %d", i);
        good = good && sbs_index_put(&index, key, i) == 0;
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key %d", i);
        good = good && sbs_index_find(&index, key) == i;
    }
    ok(good && index.n == 5000, "5000 keys found");
    sbs_index_put(&index, "key 7", -1);
    ok(sbs_index_find(&index, "key 7") == -1 && index.n == 5000, "taken out");
    sbs_index_fini(&index);
    ok(index.room == 0, "empty again");
}

int main(void)
{
    test_stamps();
    test_stamp_round_trip();
    test_csv();
    test_numbers();
    test_index();
    return tap_done();
}
