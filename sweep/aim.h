/* SPDX-License-Identifier: Apache-2.0 */
/* What a choice is for: something to keep low, under conditions. */
#ifndef SBS_SWEEP_AIM_H
#define SBS_SWEEP_AIM_H

#include <stdint.h>

#include "base/error.h"
#include "sweep/race.h"

enum sbs_goal { SBS_GOAL_MAKESPAN, SBS_GOAL_COST, SBS_GOAL_P95 };

struct sbs_aim {
    enum sbs_goal goal;
    double deadline_s; /* INFINITY: none; met with probability `chance` */
    double speedup;    /* 0: none; reached with probability `chance` */
    double chance;
    double budget_usd; /* INFINITY: none; for the upper end of the 95%
                        * interval of the mean bill */
};

/* What an entry's replications say of an aim. */
struct sbs_standing {
    double value;  /* mean makespan, mean bill, or 95% quantile */
    double miss;   /* > 0: the conditions are not met, by that much in the
                    * logarithm; -INFINITY without conditions */
    double miss_sd;
};

/* draws: of the parameters, 0 or 1: none. An entry with replications that
 * cannot finish has value and miss INFINITY. */
int sbs_aim_stand(const struct sbs_aim *aim, const struct sbs_entry *e,
                  uint64_t draws, struct sbs_standing *s,
                  struct sbs_error *err);

/* Met, beyond doubt `tail` on each side; not met; or open. */
enum sbs_met { SBS_MET_NO, SBS_MET_OPEN, SBS_MET_YES };
int sbs_aim_met(const struct sbs_aim *aim, const struct sbs_entry *e,
                uint64_t draws, double tail, enum sbs_met *met,
                struct sbs_error *err);

/* Replications of an entry within the deadline, or up to the speed-up. */
uint32_t sbs_aim_in_time(const struct sbs_aim *aim, const struct sbs_entry *e);

/* Upper end of the 95% interval of the mean bill, ignorance of the parameters
 * included: what sbsim run prints (at most, with one replication a draw). */
int sbs_aim_bill(const struct sbs_entry *e, uint64_t draws, double *usd,
                 struct sbs_error *err);

/* What the goal keeps low. */
static inline const double *sbs_aim_values(const struct sbs_aim *aim,
                                           const struct sbs_entry *e)
{
    return e->row[aim->goal == SBS_GOAL_COST ? SBS_RACE_BILL : SBS_RACE_TIME];
}

#endif
