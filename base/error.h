/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: every function that can fail returns -1 (or NULL) and fills a
 * struct sbs_error that the caller owns; nothing else changes. */
#ifndef SBS_BASE_ERROR_H
#define SBS_BASE_ERROR_H

/* What kind of failure; the command line turns it into an exit status. */
#define SBS_ERRORS(X)                                                       \
    X(OK, "no error")                                                       \
    X(USAGE, "the command line is wrong")                                   \
    X(INPUT, "an input file or value is wrong")                             \
    X(IO, "a file could not be read or written")                            \
    X(MEMORY, "out of memory")                                              \
    X(BUG, "an invariant of sbsim is broken")

enum sbs_errc {
#define SBS_ERRC(name, text) SBS_E##name,
    SBS_ERRORS(SBS_ERRC)
#undef SBS_ERRC
};

struct sbs_error {
    enum sbs_errc code;
    char text[400]; /* "file:place: what is wrong (value, allowed range)" */
};

/* Fill `err` (may be NULL) and return -1, so that
 * `return sbs_fail(err, SBS_EINPUT, "%s: ...", path)` is the idiom. Text
 * longer than the buffer is cut. */
int sbs_fail(struct sbs_error *err, enum sbs_errc code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "prefix: " before the text of a filled error; returns -1. */
int sbs_fail_at(struct sbs_error *err, const char *prefix);

/* "input", "usage", ...: the name of a code, for tests and logs. */
const char *sbs_error_name(enum sbs_errc code);

/* A broken invariant: print file, line and condition, then abort. Always on.
 * SBS_DASSERT only under --enable-debug. */
#define SBS_ASSERT(cond) \
    ((cond) ? (void)0 : sbs_error_abort(__FILE__, __LINE__, #cond))
#ifdef SBS_DEBUG
#define SBS_DASSERT(cond) SBS_ASSERT(cond)
#else
#define SBS_DASSERT(cond) ((void)0)
#endif
_Noreturn void sbs_error_abort(const char *file, int line, const char *cond);

#endif
