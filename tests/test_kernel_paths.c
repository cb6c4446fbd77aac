/* SPDX-License-Identifier: Apache-2.0 */
/* The path loop: its streams as documented (written again with libm), every
 * instruction set bit for bit, the moments of its normals, and a checksum,
 * since stored results must reproduce. */
#include "config.h"

#include "kernel/paths.h"

#include "base/cpu.h"
#include "base/rng.h"
#include "tap.h"

enum { SETS = 4, N = 4096 };

static const struct {
    enum sbs_isa isa;
    sbs_paths_f *run;
} sets[SETS] = {
    { SBS_ISA_SCALAR, sbs_paths_scalar },
#ifdef __x86_64__
    { SBS_ISA_SSE2, sbs_paths_sse2 },
    { SBS_ISA_AVX2, sbs_paths_avx2 },
    { SBS_ISA_AVX512, sbs_paths_avx512 },
#endif
};

static double unit(uint32_t w)
{
    return ((double)w + 0.5) * 0x1p-32;
}

/* kernel/paths.h word for word, in libm. */
static double documented(const struct sbs_paths *p, uint64_t path, double *top)
{
    const double quarter = 1.57079632679489661923;
    double y = 0;
    *top = 0;
    for (uint32_t g = 0; g < SBS_PATHS_GROUPS; g++) {
        uint32_t c[4] = { g, (uint32_t)path,
                          255u << 24 | (uint32_t)(path >> 32), p->scenario };
        sbs_philox4x32(c, p->key, c);
        for (int j = 0; j < 4; j++) {
            uint32_t w = c[j < 2 ? 1 : 3];
            double r = sqrt(-2 * log(unit(c[j < 2 ? 0 : 2])));
            double t = ((double)(w & 0x3fffffff) + 0.5) * 0x1p-30 - 0.5;
            double x[2] = { cos(quarter * t), sin(quarter * t) };
            x[0] = w >> 31 ? -x[0] : x[0];
            int swap = w >> 30 & 1;
            y += p->drift + r * x[(j % 2) ^ swap];
            *top = y > *top ? y : *top;
            if (y < p->barrier)
                return y;
        }
    }
    return y;
}

static void test_streams(void)
{
    struct sbs_paths p = { { 12345, 678 }, 17, 0.01, -9 };
    double worst = 0, worst_top = 0;
    for (uint64_t path = 0xfffffff0; path < 0x100000100; path++) {
        double y, top, want = documented(&p, path, &top);
        double got_top = sbs_paths_scalar(&p, path, 1, &y);
        worst = fmax(worst, fabs(y - want));
        worst_top = fmax(worst_top, fabs(got_top - top));
    }
    ok(worst < 1e-11, "paths as documented: %.2g (allowed 1e-11)", worst);
    ok(worst_top < 1e-11, "and their maxima: %.2g (allowed 1e-11)", worst_top);
}

/* All of a call in one, against calls for one path each. */
static void test_sets(void)
{
    static double want[N], got[N + 1];
    for (int k = 0; k < SETS; k++) {
        if (!sets[k].run || !sbs_cpu_has(sets[k].isa)) {
            skip(sbs_cpu_isa_name(sets[k].isa));
            continue;
        }
        int same = 1, within = 1;
        for (int none = 0; none < 2; none++) {
            struct sbs_paths p = { { 99, 3 }, 1000, -0.03,
                                   none ? -INFINITY : -8 };
            double top = 0;
            for (size_t i = 0; i < N; i++)
                top = fmax(top, sbs_paths_scalar(&p, 5000 + i, 1, &want[i]));
            same &= sets[k].run(&p, 5000, N, got) == top;
            same &= memcmp(want, got, sizeof want) == 0;
            for (size_t n = 0; n < 40; n++) {
                got[n] = 7;
                sets[k].run(&p, 5000, n, got);
                same &= memcmp(want, got, n * sizeof *got) == 0;
                within &= got[n] == 7;
            }
        }
        ok(same && within, "%s: every call gives each path its own bits",
           sbs_cpu_isa_name(sets[k].isa));
    }
}

/* Without drift and barrier the end is normal, mean 0, variance 252. */
static void test_moments(void)
{
    static double y[N];
    struct sbs_paths p = { { 1, 0 }, 1, 0, -INFINITY };
    double sum = 0, square = 0, fourth = 0, n = 0;
    for (uint64_t first = 0; first < 10 * N; first += N) {
        sbs_paths_scalar(&p, first, N, y);
        for (int i = 0; i < N; i++) {
            double z = y[i] / sqrt(252);
            sum += z;
            square += z * z;
            fourth += z * z * z * z;
            n++;
        }
    }
    is_z(sum / n, sqrt(1 / n), 0, "mean of the normals");
    is_z(square / n, sqrt(2 / n), 1, "their variance");
    is_z(fourth / n, sqrt(96 / n), 3, "their fourth moment");
}

static void test_bits(void)
{
    static double y[N];
    struct sbs_paths p = { { 42, 7 }, 50, 0.02, -8.25 };
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a over words */
    double top = sbs_paths_scalar(&p, 123456789, N, y);
    for (int i = 0; i < N; i++) {
        uint64_t bits;
        memcpy(&bits, &y[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(1099511628211);
    }
    ok(hash == UINT64_C(0x7cc2dfb38fd176bc),
       "bits of 4096 paths: %016llx, maximum %.17g",
       (unsigned long long)hash, top);
}

int main(void)
{
    test_streams();
    test_sets();
    test_moments();
    test_bits();
    return tap_done();
}
