/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks and flips between scenarios, from numbers made by hand. */
#include "config.h"

#include "report/scenario_table.h"
#include "tests/tap.h"

#include <stdlib.h>

enum { REPS = 6, POLICIES = 3 };

/* Three policies' makespans, in minutes; NAN = not finished. */
struct made {
    double min[POLICIES][REPS];
};

static const struct made plain = {
    { { 10, 11, 12, 13, 14, 15 },
      { 20, 21, 22, 23, 24, 25.5 },
      { 10.1, 10.9, 12.1, 12.9, 14.1, 14.9 } } /* like the first */
};
static const struct made flipped = {
    { { 30, 31, 32, 33, 34, 35.5 },
      { 20, 21, 22, 23, 24, 25 },
      { 30, 31, 32, 33, 34, 35.5 } }
};
static const struct made lost = {
    { { 10, NAN, 12, 13, 14, 15 },
      { 20, 21, 22, 23, 24, 25 },
      { NAN, NAN, NAN, NAN, NAN, NAN } }
};
static const struct made same = {
    { { 10, 11, 12, 13, 14, 15 },
      { 10, 11, 12, 13, 14, 15 },
      { 10, 11, 12, 13, 14, 15 } }
};

struct built {
    double values[POLICIES][REPS], none[REPS];
    struct sbs_result_policy policies[POLICIES];
    struct sbs_result result;
};

static void build(struct built *b, const struct made *from)
{
    static const char *const names[POLICIES] = { "first", "second",
                                                 "third" };
    memset(b, 0, sizeof *b);
    for (int i = 0; i < POLICIES; i++) {
        b->policies[i].spec = names[i];
        b->policies[i].reps = REPS;
        for (int r = 0; r < REPS; r++)
            b->values[i][r] = 60 * from->min[i][r];
        for (int m = 0; m < SBS_N_METRICS; m++)
            b->policies[i].values[m] = b->none;
        b->policies[i].values[SBS_METRIC_makespan_s] = b->values[i];
    }
    b->result.policies = b->policies;
    b->result.n_policies = POLICIES;
    b->result.reps = REPS;
    b->result.wall_s = NAN;
    b->result.basis = "numbers by hand";
    ok(sbs_result_make(&b->result, NULL) == 0, "a result");
}

static void test_order(void)
{
    struct built b;
    struct sbs_paired apart;
    build(&b, &plain);
    ok(sbs_scenario_order(&b.result, 0, 1, &apart) == -1, "before");
    is_near(apart.mean, 605, 1e-12, "by 605 s");
    ok(sbs_scenario_order(&b.result, 1, 0, NULL) == 1, "behind");
    ok(sbs_scenario_order(&b.result, 0, 2, NULL) == 0, "cannot be told");
    build(&b, &lost);
    ok(sbs_scenario_order(&b.result, 1, 0, NULL) == -1 &&
           sbs_scenario_order(&b.result, 0, 1, NULL) == 1,
       "what always finishes is before what does not");
    ok(sbs_scenario_order(&b.result, 0, 2, NULL) == 0,
       "of two that do not, none is before");
    build(&b, &same);
    ok(sbs_scenario_order(&b.result, 0, 1, NULL) == 0, "equals");
}

static void has(const char *text, const char *part)
{
    if (!ok(strstr(text, part) != NULL, "says \"%s\"", part))
        printf("# %s\n", text);
}

static void test_table(void)
{
    struct built b[4];
    const struct made *from[4] = { &plain, &flipped, &lost, &same };
    static const char *const names[4] = { "plain", "turned", "lossy",
                                          "even" };
    struct sbs_scenario_result list[4];
    char text[8000];
    for (int i = 0; i < 4; i++) {
        build(&b[i], from[i]);
        list[i] = (struct sbs_scenario_result){ names[i], "by hand",
                                                &b[i].result };
    }
    FILE *out = tmpfile();
    ok(out && sbs_scenario_table_write(list, 4, out, NULL) == 0, "a table");
    rewind(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    fclose(out);
    for (char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        *p = ' '; /* sentences, however they are broken */
    has(text, "second      3. 23\u00b13");
    has(text, "third   1. 12.5\u00b1");
    has(text, "NOT FINISHED under lossy: first in 1 of 6, third in 6 of 6 "
              "replications.");
    has(text, "Verdict: first is best under plain (tied), even (tied); "
              "second under turned, lossy.");
    has(text, "Flips under turned: second is before first by 10.1\u00b1");
    has(text, "(behind it by 10.1\u00b1");
    has(text, "Flips under lossy: second always finishes, first does not");
    has(text, "No pair that plain can tell apart flips under even.");
    has(text, "Rests on: numbers by hand");
}

int main(void)
{
    test_order();
    test_table();
    return tap_done();
}
