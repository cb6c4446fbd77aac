/* SPDX-License-Identifier: Apache-2.0 */
/* 100 scenarios of the kernel against the plain loop of plain_barrier.h.
 * Per scenario every z must be below 5 (600 of them: chance 3e-4); over the
 * scenarios the sum of squares of each figure must be within 4 standard
 * deviations of its expectation, 100 +- 4 sqrt(200). */
#include "config.h"

#include "kernel/barrier.h"
#include "plain_barrier.h"
#include "tap.h"

enum { SCENARIOS = 100, FIGURES = 6 };

static const char *const names[FIGURES] = {
    "mean", "sd", "payoff_call", "stopped_frac", "q05", "tail_mean"
};

/* The differences of one scenario in standard errors; both runs have the
 * same size, so the error of a difference is sqrt(2) times that of one. */
static int compare(int scenario, int n, uint64_t *state, double *v,
                   double z[FIGURES], double *log_max)
{
    struct sbs_barrier_job job = { scenario, n, 2026, SBS_BARRIER_LEVEL };
    struct sbs_barrier_result r;
    struct sbs_error err;
    struct sbs_barrier_piece *piece =
        sbs_barrier_run(&job, 0, sbs_barrier_blocks(&job), NULL, &err);
    int status = piece ? sbs_barrier_result(piece, &r, &err) : -1;
    sbs_barrier_destroy(piece);
    if (status)
        return -1;
    struct plain p = plain_run(scenario, n, state, v);
    double difference[FIGURES] = { r.mean - p.mean,
                                   r.sd - p.sd,
                                   r.payoff_call - p.payoff,
                                   r.stopped_frac - p.stopped,
                                   r.q05 - p.q05,
                                   r.tail_mean - p.tail };
    double se[FIGURES] = { p.mean_se,    p.sd_se,  p.payoff_se,
                           p.stopped_se, p.q05_se, p.tail_se };
    for (int i = 0; i < FIGURES; i++)
        z[i] = difference[i] / (sqrt(2) * se[i]);
    *log_max = log(r.max / p.max);
    return 0;
}

int main(void)
{
    int n = getenv("SBS_LONG") ? 100000 : 6000, failed = 0;
    double worst[FIGURES] = { 0 }, squares[FIGURES] = { 0 };
    double max_sum = 0, max_squares = 0;
    uint64_t state = 20260101;
    double *v = calloc((size_t)n, sizeof *v);
    for (int s = 1; v && s <= SCENARIOS; s++) {
        double z[FIGURES], log_max;
        if (compare(s, n, &state, v, z, &log_max)) {
            failed++;
            continue;
        }
        for (int i = 0; i < FIGURES; i++) {
            worst[i] = fmax(worst[i], fabs(z[i]));
            squares[i] += z[i] * z[i];
        }
        max_sum += log_max / SCENARIOS;
        max_squares += log_max * log_max / SCENARIOS;
    }
    ok(v && !failed, "%d scenarios of %d paths run", SCENARIOS, n);
    for (int i = 0; i < FIGURES; i++) {
        ok(worst[i] < 5, "%s: largest |z| %.2f (allowed 5)", names[i],
           worst[i]);
        ok(fabs(squares[i] - SCENARIOS) < 4 * sqrt(2 * SCENARIOS),
           "%s: sum of squares of z %.1f (100 +- 57)", names[i], squares[i]);
    }
    is_z(max_sum, sqrt((max_squares - max_sum * max_sum) / SCENARIOS), 0,
         "log of the ratio of the maxima");
    free(v);
    return tap_done();
}
