/* SPDX-License-Identifier: Apache-2.0 */
/* Which design could tell: workers and tasks a worker for a wanted power.
 *
 * The share of the variance that stays with the worker is rho / (1 + rho).
 * Systematic is told when its interval lies above SBS_DESIGN_HALF, random
 * when it lies below. For m workers with n tasks each F / (1 + n rho) is
 * F(m - 1, m (n - 1)), so that both powers are exact. */
#ifndef SBS_CALIBRATE_DESIGN_H
#define SBS_CALIBRATE_DESIGN_H

#include <stddef.h>

#define SBS_DESIGN_HALF 0.5
#define SBS_DESIGN_POWER 0.9
#define SBS_DESIGN_MOST 1000 /* workers, or tasks a worker, looked at */

struct sbs_design {
    size_t workers, tasks; /* 0: none within SBS_DESIGN_MOST */
    double power;
};

/* Probability that m >= 2 workers with n >= 2 tasks each tell what a true
 * share in (0, 1) is: systematic above a half, random below. */
double sbs_design_power(size_t workers, size_t tasks, double share,
                        double level);

/* The fewest tasks a worker that reach SBS_DESIGN_POWER with these workers;
 * the fewest workers with so many tasks. */
struct sbs_design sbs_design_tasks(size_t workers, double share,
                                   double level);
struct sbs_design sbs_design_workers(size_t tasks, double share,
                                     double level);
/* The fewest tasks in all that tell `share` (above a half) as well as
 * 1 - share, each with SBS_DESIGN_POWER: of designs with 2 to 20 tasks a
 * worker; the fewer workers of equals. `power` is the lower of the two. */
struct sbs_design sbs_design_least(double share, double level);

/* The fewest tasks a worker with which these workers find a change of the
 * log of the time by `change` from the first to the last task, with
 * SBS_DESIGN_POWER, when the residual sd is `sd`. */
struct sbs_design sbs_design_drift(size_t workers, double change, double sd,
                                   double level);

/* Quantile of F(d, f), by halving: GSL's gives up for large f. */
double sbs_design_f_quantile(double p, double d, double f);

#endif
