/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of draws against the same draws one by one, bit for bit, for every
 * instruction set this processor has. */
#include "config.h"

#include "base/batch.h"

#include "base/fmath.h"
#include "tests/tap.h"

enum { MOST = 300, ROUNDS = 400 };

static bool uniforms_agree(const struct sbs_batch *b, uint32_t round, size_t n)
{
    struct sbs_stream s = sbs_stream_init(77, UINT32_MAX - 20 + round);
    double lo[MOST], hi[MOST], u[2];
    bool same = true;
    b->entities(&s, 3 * round, 5, round, 2 * round, n, lo, hi);
    for (uint32_t i = 0; i < n; i++) {
        sbs_rng_u01x2(&s, 3 * round + i, 5, round, 2 * round, u);
        same &= u[0] == lo[i] && u[1] == hi[i];
    }
    size_t rows = n / SBS_BATCH_REPS;
    b->grid(&s, round, 6, 1, 0, rows, lo, hi);
    for (uint32_t i = 0; i < rows * SBS_BATCH_REPS; i++) {
        struct sbs_stream other = s;
        other.replication += i % SBS_BATCH_REPS;
        sbs_rng_u01x2(&other, round + i / SBS_BATCH_REPS, 6, 1, 0, u);
        same &= u[0] == lo[i] && u[1] == hi[i];
    }
    uint32_t entity[SBS_BATCH_REPS], ordinal[SBS_BATCH_REPS];
    for (uint32_t i = 0; i < SBS_BATCH_REPS; i++) {
        entity[i] = round * 7 % (i + 3);
        ordinal[i] = round + i * i;
    }
    b->lanes(&s, entity, 9, ordinal, 1, lo, hi);
    for (uint32_t i = 0; i < SBS_BATCH_REPS; i++) {
        struct sbs_stream other = s;
        other.replication += i;
        sbs_rng_u01x2(&other, entity[i], 9, ordinal[i], 1, u);
        same &= u[0] == lo[i] && u[1] == hi[i];
    }
    return same;
}

/* Uniforms as the generator makes them, among them its first and last and
 * what is farther out than any test would draw. */
static void fill(uint32_t round, size_t n, double *u)
{
    static const double far[] = { 0x1p-53, 1 - 0x1p-53, 0x1p-40, 1 - 0x1p-40,
                                  1.3e-11, 0.075, 0.925, 0.5,
                                  0.5 - 0x1p-53 };
    struct sbs_stream s = sbs_stream_init(78, round);
    sbs_rng_fill(&s, 0, 1, 0, 0, n, u);
    for (size_t i = 0; i < sizeof far / sizeof far[0] && i < n; i++)
        if (round % 3 == 0)
            u[(i * 31) % n] = far[i];
}

static bool laws_agree(const struct sbs_batch *b, uint32_t round, size_t n)
{
    double u[MOST], z[MOST], y[MOST], scale = round % 7;
    bool same = true;
    fill(round, n, u);
    b->normal(n, u, z);
    b->exp(n, 0.3 - scale, 100 * scale * scale, z, y);
    for (size_t i = 0; i < n; i++) {
        double x = 0.3 - scale + 100 * scale * scale * z[i];
        same &= z[i] == sbs_norm_quantile(u[i]) && y[i] == sbs_exp(x);
    }
    b->exponential(n, 1.5, 2.5, u, y);
    for (size_t i = 0; i < n; i++)
        same &= y[i] == 1.5 - 2.5 * sbs_log1p(-u[i]);
    /* In place. */
    b->normal(n, u, u);
    for (size_t i = 0; i < n; i++)
        same &= u[i] == z[i];
    return same;
}

int main(void)
{
    for (enum sbs_isa isa = SBS_ISA_BEST; isa <= SBS_ISA_AVX512; isa++) {
        if (!sbs_cpu_has(isa)) {
            printf("# this processor has no %s\n", sbs_cpu_isa_name(isa));
            continue;
        }
        const struct sbs_batch *b = sbs_batch_for(isa);
        bool uniforms = true, laws = true;
        for (uint32_t r = 0; r < ROUNDS; r++) {
            size_t n = r < MOST ? r : MOST;
            uniforms &= uniforms_agree(b, r, n);
            laws &= n == 0 || laws_agree(b, r, n);
        }
        ok(uniforms, "%s: uniforms as one by one", sbs_cpu_isa_name(isa));
        ok(laws, "%s: normal, exp, exponential as one by one",
           sbs_cpu_isa_name(isa));
    }
    return tap_done();
}
