/* SPDX-License-Identifier: Apache-2.0 */
/* One question about UTF-8. */
#ifndef SBS_BASE_UTF8_H
#define SBS_BASE_UTF8_H

#include <stddef.h>

/* Length in bytes (1 to 4) of the sequence that begins s[0..n), or 0 if it
 * is not valid UTF-8 (RFC 3629: shortest form, no surrogates, at most
 * U+10FFFF) or n is 0. */
static inline size_t sbs_utf8_length(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    if (n == 0)
        return 0;
    unsigned char a = p[0], lo = 0x80, hi = 0xbf;
    size_t length = a < 0x80 ? 1 : a < 0xc2 ? 0 : a < 0xe0 ? 2
                  : a < 0xf0 ? 3 : a < 0xf5 ? 4 : 0;
    if (length > n)
        return 0;
    /* The second byte is narrower after these four. */
    if (a == 0xe0)
        lo = 0xa0;
    else if (a == 0xed)
        hi = 0x9f;
    else if (a == 0xf0)
        lo = 0x90;
    else if (a == 0xf4)
        hi = 0x8f;
    for (size_t k = 1; k < length; k++) {
        if (p[k] < lo || p[k] > hi)
            return 0;
        lo = 0x80;
        hi = 0xbf;
    }
    return length;
}

#endif
