/* SPDX-License-Identifier: Apache-2.0 */
/* Test Anything Protocol, the little we need. A test program calls ok(),
 * is_near(), skip() and ends with `return tap_done();`. */
#ifndef SBS_TESTS_TAP_H
#define SBS_TESTS_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline int tap_line(int pass, const char *fmt, va_list ap)
{
    printf("%s %d - ", pass ? "ok" : "not ok", ++tap_count);
    vprintf(fmt, ap);
    putchar('\n');
    tap_failed += !pass;
    return pass;
}

/* One check with a name; returns its outcome. */
__attribute__((format(printf, 2, 3))) static inline int
ok(int pass, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tap_line(pass, fmt, ap);
    va_end(ap);
    return pass;
}

/* |got - want| <= rel |want|, or both equal (infinities included). */
static inline int is_near(double got, double want, double rel,
                          const char *name)
{
    int pass = got == want || fabs(got - want) <= rel * fabs(want);
    ok(pass, "%s", name);
    if (!pass)
        printf("#   got %.17g, want %.17g (relative %.3g, allowed %.3g)\n",
               got, want, fabs(got - want) / fabs(want), rel);
    return pass;
}

/* |z| < 4 for a mean with its standard error; prints z. */
static inline int is_z(double mean, double se, double want, const char *name)
{
    double z = se > 0 ? (mean - want) / se : (mean == want ? 0 : INFINITY);
    return ok(fabs(z) < 4, "%s: z = %.2f (%.8g, want %.8g)", name, z, mean,
              want);
}

static inline int is_str(const char *got, const char *want, const char *name)
{
    int pass = got && want ? strcmp(got, want) == 0 : got == want;
    ok(pass, "%s", name);
    if (!pass)
        printf("#   got  \"%s\"\n#   want \"%s\"\n", got ? got : "(null)",
               want ? want : "(null)");
    return pass;
}

static inline void skip(const char *why)
{
    printf("ok %d # SKIP %s\n", ++tap_count, why);
}

static inline int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed != 0;
}

#endif
