/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mds: a coded linear aggregate. A maximum distance separable code makes n
 * pieces of the job, each of 1/k of its work, of which any k give the
 * answer.
 *
 * k = 0 takes the best k for tasks that need D plus an exponential of mean
 * 1/mu, with the calibrated mean D + 1/mu and sd 1/mu of a task:
 *
 *     E T(k) = n (D + (H_n - H_(n-k))/mu) / k,   D mu = mean/sd - 1 (>= 0);
 *
 * for large n that is k/n = 1 + 1/W_-1(-e^(-D mu - 1)), .68 at D mu = 1.
 * Start-up, which the code does not shorten, is left out.
 */
#include "policies/enough.h"

struct mds_params {
    int64_t k;
};

static const struct sbs_param mds_table[] = {
    SBS_PARAM(struct mds_params, k, "pieces", 0, 0, 1e9,
              "pieces that suffice; 0 = best for the calibrated spread"),
    SBS_PARAM_END
};

static uint32_t best_k(const struct sbs_constants *x, uint32_t n)
{
    if (!(x->unit_sd_s > 0))
        return n;
    double d_mu = fmax(x->unit_mean_s / x->unit_sd_s - 1, 0);
    double sum = 0, least = INFINITY; /* sum = H_n - H_(n-k) */
    uint32_t best = n;
    for (uint32_t k = 1; k <= n; k++) {
        sum += 1.0 / (n - k + 1);
        if ((d_mu + sum) / k < least) {
            least = (d_mu + sum) / k;
            best = k;
        }
    }
    return best;
}

static int mds_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct mds_params *p = c->params;
    if (enough_check(plan, "mds") != 0)
        return -1;
    if (p->k > (int64_t)plan->tasks) {
        snprintf(plan->why, sizeof plan->why,
                 "k=%lld is more than the %u pieces (one a task)",
                 (long long)p->k, plan->tasks);
        return -1;
    }
    plan->needed = p->k > 0 ? (uint32_t)p->k
                            : best_k(c->host->constants(c), plan->tasks);
    plan->work_scale *= (double)plan->tasks / plan->needed;
    return 0;
}

SBS_POLICY(mds) = {
    SBS_POLICY_HEAD,
    .name = "mds",
    .summary = "code a linear aggregate so that any k of n pieces suffice",
    .description =
        "The job is encoded into n pieces, one for each task, so that any k "
        "of them give the answer; each carries 1/k of the whole work, n/k "
        "times a task. The client waits for k and orders the others "
        "stopped. k=0 takes the k that is best when a task needs a fixed "
        "time plus an exponential one, with the calibrated mean and sd. "
        "Encoding and decoding are free here. Only for linear aggregates, "
        "declared as exchangeable.",
    .reference = "Lee, Lam, Pedarsani, Papailiopoulos, Ramchandran, Speeding "
                 "up distributed machine learning using codes, IEEE Trans. "
                 "Inf. Theory 64 (2018)",
    .advice =
        "Helps matrix products and gradients on machines with a long tail. "
        "Hurts when speeds differ little: every piece is longer by n/k. "
        "Useless for Monte Carlo means, where replicas with seeds of their "
        "own need no code (any-k, truncate).",
    .roles = SBS_ROLE_STOP,
    .params = mds_table,
    .params_size = sizeof(struct mds_params),
    .plan = mds_plan,
};
