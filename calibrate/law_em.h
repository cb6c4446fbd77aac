/* SPDX-License-Identifier: Apache-2.0 */
/* Lognormal mixtures by EM (Dempster, Laird and Rubin 1977), and whether the
 * data are one family or several groups. */
#ifndef SBS_CALIBRATE_LAW_EM_H
#define SBS_CALIBRATE_LAW_EM_H

#include <stddef.h>
#include <stdint.h>

#include "base/dist.h"
#include "base/error.h"
#include "calibrate/obs.h"

enum { SBS_LAW_EM_MAX = 3, SBS_LAW_EM_STARTS = 20 };

struct sbs_law_mixture {
    size_t k, n;
    double weight[SBS_LAW_EM_MAX]; /* sum 1; components by ascending mu */
    double mu[SBS_LAW_EM_MAX], sigma[SBS_LAW_EM_MAX]; /* of the log */
    double sigma_floor;            /* a tenth of the sd of all logs */
    double loglik, bic;            /* 3 k - 1 parameters */
};

/* The best of 20 starts with k in [1, 3] components. Without a floor on
 * sigma, two close values would make the likelihood unbounded. Observations
 * may be intervals and cut off: their logs have the moments of a normal cut
 * to the interval. n >= 3 k. */
int sbs_law_em(const struct sbs_obs *obs, size_t n, size_t k, uint64_t seed,
               struct sbs_law_mixture *out, struct sbs_error *err);

/* As a law; *d must be zeroed or valid, sbs_dist_fini frees it. */
int sbs_law_mixture_dist(const struct sbs_law_mixture *m, struct sbs_dist *d,
                         struct sbs_error *err);

/* One family, or groups? By BIC, against the best single family; a difference
 * above 6 is strong evidence (Kass and Raftery, J. Am. Stat. Ass. 90, 1995).
 * X(id, text) */
#define SBS_LAW_GROUPS(X)                 \
    X(FEW, "too few to tell")             \
    X(ONE, "one family")                  \
    X(UNCLEAR, "cannot be told")          \
    X(SEVERAL, "several groups")

enum sbs_law_groups {
#define SBS_LAW_GROUPS_ID(id, text) SBS_LAW_GROUPS_##id,
    SBS_LAW_GROUPS(SBS_LAW_GROUPS_ID)
#undef SBS_LAW_GROUPS_ID
};

/* Below this many durations none but the clearest groups could show. */
enum { SBS_LAW_GROUPS_N_MIN = 12 };

struct sbs_law_verdict {
    enum sbs_law_groups groups;
    struct sbs_law_mixture mixture; /* the best with 2 or 3 components */
    double bic_gain; /* best single family's BIC less the mixture's */
};

/* single_bic: the smallest of the single families. */
int sbs_law_em_verdict(const struct sbs_obs *obs, size_t n, double single_bic,
                       uint64_t seed, struct sbs_law_verdict *out,
                       struct sbs_error *err);
const char *sbs_law_groups_text(enum sbs_law_groups g);

#endif
