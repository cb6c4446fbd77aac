/* SPDX-License-Identifier: Apache-2.0 */
/* How long an attempt will take, from what calibration knows: lognormal with
 * the calibrated mean and sd, except that a share may never finish. */
#ifndef SBS_POLICIES_PREDICT_H
#define SBS_POLICIES_PREDICT_H

#include <math.h>

#include <sbsim/policy.h>

struct law {
    double mu, sigma, hang;
};

/* Lognormal with this mean and sd; without a finite sd, three times the mean
 * stands for "very spread". Without spread everything takes the mean, give
 * or take its rounding: nothing is late before that. */
static inline struct law law_of(double mean, double sd, double hang)
{
    double cv = isfinite(sd) ? sd / mean : 3;
    double s2 = log1p(cv * cv);
    if (sd == 0)
        mean *= 1 + 1e-9;
    return (struct law){ log(mean) - s2 / 2, sqrt(s2), hang };
}

/* Of n units once the worker is ready, and from the launch request on. */
static inline struct law law_of_run(const struct sbs_constants *k,
                                    uint32_t units, double hang)
{
    return law_of(k->overhead_s + units * k->unit_mean_s,
                  units * k->unit_sd_s, hang);
}

static inline struct law law_of_whole(const struct sbs_constants *k,
                                      uint32_t units, double hang)
{
    double mean = k->overhead_s + units * k->unit_mean_s;
    double sd = units * k->unit_sd_s;
    return law_of(mean + k->startup_mean_s, hypot(sd, k->startup_sd_s),
                  hang);
}

static inline double survival(const struct law *l, double t)
{
    if (t <= 0)
        return 1;
    double z = l->sigma > 0 ? (log(t) - l->mu) / l->sigma
                            : (log(t) < l->mu ? -INFINITY : INFINITY);
    return l->hang + (1 - l->hang) * 0.5 * erfc(z * 0.70710678118654752);
}

/* Of those that lasted to `age`, the share that lasts `more` longer. */
static inline double survival_from(const struct law *l, double age,
                                   double more)
{
    double to_age = survival(l, age);
    return to_age > 0 ? survival(l, age + more) / to_age : 1;
}

/* The age to which half of all attempts last. */
static inline double median_of(const struct law *l)
{
    double lo = 0, hi = exp(l->mu + 10 * l->sigma) * 2;
    for (int i = 0; i < 100; i++) {
        double mid = (lo + hi) / 2;
        *(survival(l, mid) > 0.5 ? &lo : &hi) = mid;
    }
    return hi;
}

/* First age of `own` at which a copy that needs copy_s beats it, searched on
 * steps of 2% and refined; INFINITY when there is none. */
static inline double threshold(const struct law *own, double copy_s)
{
    double t = median_of(own), before = t;
    for (int i = 0; i < 2000; i++, before = t, t *= 1.02) {
        if (survival(own, t + copy_s) <= survival(own, t) / 2)
            continue;
        double lo = before, hi = t;
        for (int k = 0; k < 60; k++) {
            double mid = (lo + hi) / 2;
            bool wins =
                survival(own, mid + copy_s) > survival(own, mid) / 2;
            *(wins ? &hi : &lo) = mid;
        }
        return hi;
    }
    return INFINITY;
}

#endif
