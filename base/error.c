/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sbs_fail(struct sbs_error *err, enum sbs_errc code, const char *fmt, ...)
{
    if (!err)
        return -1;
    /* The text may quote the error it replaces: format aside, then copy. */
    char text[sizeof err->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err->code = code;
    memcpy(err->text, text, sizeof text);
    return -1;
}

int sbs_fail_at(struct sbs_error *err, const char *prefix)
{
    if (!err)
        return -1;
    return sbs_fail(err, err->code, "%s: %s", prefix, err->text);
}

const char *sbs_error_name(enum sbs_errc code)
{
    static const char *const names[] = {
#define SBS_ERRNAME(name, text) #name,
        SBS_ERRORS(SBS_ERRNAME)
#undef SBS_ERRNAME
    };
    return (size_t)code < sizeof names / sizeof names[0] ? names[code] : "?";
}

_Noreturn void sbs_error_abort(const char *file, int line, const char *cond)
{
    fprintf(stderr, "sbsim: %s:%d: invariant broken: %s\n", file, line, cond);
    abort();
}
