/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"
#include "tests/tap.h"

static void test_fail_fills_and_returns(void)
{
    struct sbs_error err = { 0 };
    ok(sbs_fail(&err, SBS_EINPUT, "%s:%d: bad (%g)", "f", 3, 1.5) == -1,
       "sbs_fail returns -1");
    ok(err.code == SBS_EINPUT, "code is kept");
    is_str(err.text, "f:3: bad (1.5)", "text is formatted");
    ok(sbs_fail(NULL, SBS_EIO, "x") == -1, "a NULL error is allowed");
}

static void test_prefix_and_quote(void)
{
    struct sbs_error err = { 0 };
    sbs_fail(&err, SBS_EINPUT, "inner");
    ok(sbs_fail_at(&err, "outer") == -1, "sbs_fail_at returns -1");
    is_str(err.text, "outer: inner", "the prefix is put before the text");
    sbs_fail(&err, SBS_EIO, "again: %s", err.text);
    is_str(err.text, "again: outer: inner", "an error may quote itself");
}

static void test_long_text_is_cut(void)
{
    struct sbs_error err = { 0 };
    char big[2000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    sbs_fail(&err, SBS_EINPUT, "%s", big);
    ok(strlen(err.text) == sizeof err.text - 1, "long text is cut");
    is_str(sbs_error_name(SBS_EUSAGE), "USAGE", "codes have names");
}

int main(void)
{
    test_fail_fills_and_returns();
    test_prefix_and_quote();
    test_long_text_is_cut();
    return tap_done();
}
