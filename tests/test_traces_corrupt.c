/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged copies of the shipped trace: each ends in a message or in the right
 * answer, never in a crash, a hang or another answer. 100 copies; with
 * SBS_LONG=1 1000. */
#include "config.h"

#include "traces/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/tap.h"

/* The generator of PCG's seeding, enough to choose places (Knuth's MMIX
 * constants). */
static uint64_t state = 20260204;

static size_t choose(size_t n)
{
    state = state * UINT64_C(6364136223846793005) +
            UINT64_C(1442695040888963407);
    return (size_t)((state >> 33) % n);
}

/* Mostly where something stands: two thirds of the file are zero. */
static size_t place(const unsigned char *bytes, size_t n)
{
    size_t at = choose(n);
    for (int i = 0; i < 20 && bytes[at] == 0; i++)
        at = choose(n);
    return at;
}

/* One kind of damage; returns the new length. */
static size_t damage(unsigned char *bytes, size_t n, size_t kind)
{
    size_t at = place(bytes, n), from, span = 1 + choose(256);
    switch (kind % 6) {
    case 0: /* a flipped bit */
        bytes[at] ^= (unsigned char)(1 << choose(8));
        return n;
    case 1: /* a few bytes of anything */
        for (size_t i = at; i < n && i < at + 8; i++)
            bytes[i] = (unsigned char)choose(256);
        return n;
    case 2: /* cut off */
        return at;
    case 3: /* a hole of zeros, as after a crash of the machine */
        memset(bytes + at, 0, at + span < n ? span : n - at);
        return n;
    case 4: /* a piece from elsewhere in the file */
        from = place(bytes, n);
        span = span < n - at ? span : n - at;
        span = span < n - from ? span : n - from;
        memmove(bytes + at, bytes + from, span);
        return n;
    default: /* many flipped bits */
        for (int i = 0; i < 50; i++)
            bytes[place(bytes, n)] ^= (unsigned char)(1 << choose(8));
        return n;
    }
}

static int write_file(const char *path, const unsigned char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return -1;
    size_t done = fwrite(bytes, 1, n, f);
    return fclose(f) == 0 && done == n ? 0 : -1;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct tally {
    int refused, same, silent, other;
    double slowest_s;
};

static void try_one(const char *path, const char *want, struct tally *tally)
{
    struct sbs_error err = { 0 };
    struct sbs_trace *t = NULL;
    char hash[65];
    double begun = now_s();
    if (sbs_trace_read(path, SBS_TRACE_STRICT, &t, &err)) {
        tally->refused++;
        if (strncmp(err.text, path, strlen(path)) != 0) {
            printf("# message \"%s\"\n", err.text);
            tally->silent++;
        }
    } else if (sbs_trace_data_hash(t, hash, &err) == 0 &&
               strcmp(hash, want) == 0) {
        tally->same++;
    } else {
        tally->other++;
    }
    double took = now_s() - begun;
    if (took > tally->slowest_s)
        tally->slowest_s = took;
    sbs_trace_destroy(t);
}

int main(void)
{
    char shipped[4096], folder[] = "/tmp/sbsim-corrupt-XXXXXX";
    char path[sizeof folder + 16], hash[65];
    struct sbs_error err = { 0 };
    struct sbs_trace *t = NULL;
    const char *build = getenv("SBS_BUILDDIR"), *more = getenv("SBS_LONG");
    int copies = more && more[0] == '1' ? 1000 : 100;
    size_t n;
    snprintf(shipped, sizeof shipped, "%s/traces/fargate.h5",
             build ? build : ".");
    char *good = sbs_file_read(shipped, (size_t)1 << 28, &n, &err);
    unsigned char *bad = malloc(good ? n : 1);
    if (!good || !bad || !mkdtemp(folder) ||
        sbs_trace_read(shipped, SBS_TRACE_STRICT, &t, &err) ||
        sbs_trace_data_hash(t, hash, &err)) {
        printf("Bail out! %s\n", err.text);
        return 1;
    }
    sbs_trace_destroy(t);
    snprintf(path, sizeof path, "%s/x.h5", folder);
    struct tally tally = { 0 };
    for (int i = 0; i < copies; i++) {
        memcpy(bad, good, n);
        size_t length = damage(bad, n, (size_t)i);
        if (write_file(path, bad, length) == 0)
            try_one(path, hash, &tally);
    }
    unlink(path);
    rmdir(folder);
    printf("# %d refused, %d with all data intact, slowest %.3f s\n",
           tally.refused, tally.same, tally.slowest_s);
    ok(tally.refused + tally.same == copies, "%d damaged copies: refused, or "
       "the data are intact", copies);
    ok(tally.other == 0, "none gave other data");
    ok(tally.silent == 0, "every message begins with the file");
    ok(tally.slowest_s < 25, "none hung");
    free(good);
    free(bad);
    return tap_done();
}
