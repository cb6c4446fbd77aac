/* SPDX-License-Identifier: Apache-2.0 */
/* plain_dls RULE UNITS WORKERS OVERHEAD RUNS SEED: mean wasted time and its
 * standard error, independent of sbsim. For doc/study-self-scheduling. */
#include "config.h"

#include <stdio.h>

#include "tests/plain_dls.h"

static const char *const names[PLAIN_RULES] = {
    "ss", "css", "fsc", "mfsc", "gss", "tss", "fac", "fac2", "tap", "bold"
};

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr,
                "usage: plain_dls RULE UNITS WORKERS OVERHEAD RUNS SEED\n");
        return 2;
    }
    struct plain s = { .n = (int)strtol(argv[2], NULL, 10),
                       .p = (int)strtol(argv[3], NULL, 10),
                       .h = strtod(argv[4], NULL),
                       .mu = 1, .sigma = 1, .min = 1, .alpha = 1.3 };
    long runs = strtol(argv[5], NULL, 10);
    uint64_t random = strtoull(argv[6], NULL, 10);
    int bound = strcmp(argv[1], "static") == 0;
    /* The last blocks may be smaller, or none. */
    const char *name = strcmp(argv[1], "blocks") == 0 ? "css" : argv[1];
    int rule = 0;
    while (rule < PLAIN_RULES && names[rule] &&
           strcmp(name, names[rule]) != 0)
        rule++;
    s.k = s.p > 0 ? (s.n + s.p - 1) / s.p : 1;
    s.rule = (enum plain_rule)rule;
    if ((!bound && (rule == PLAIN_RULES || !names[rule])) || s.n < 1 ||
        s.p < 1 || runs < 2) {
        fprintf(stderr, "plain_dls: a wrong argument\n");
        return 2;
    }
    double mean = 0, squares = 0;
    for (long r = 1; r <= runs; r++) {
        double x = bound ? plain_static_waste(s.n, s.p, s.h, &random)
                         : plain_waste(s, &random);
        double off = x - mean;
        mean += off / (double)r;
        squares += off * (x - mean);
    }
    printf("%.10g %.6g\n", mean,
           sqrt(squares / (double)(runs - 1) / (double)runs));
    return 0;
}
