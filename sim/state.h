/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the simulator, shared by backend.c (events) and account.c (what
 * the run cost and could have been). */
#ifndef SBS_SIM_STATE_H
#define SBS_SIM_STATE_H

#include "model/bound.h"
#include "sim/client.h"
#include "sim/launch.h"
#include "sim/platform.h"
#include "sim/queue.h"
#include "sim/sim.h"

#define SIM_NONE UINT32_MAX

struct sim_worker {
    struct sbs_fate fate;
    double requested_s;
    bool warm, local, spot;
    bool granted, ready, noticed;
    bool on_attempt, probing, fails;
    uint32_t attempt;  /* the driver's number */
    uint32_t first_unit, n_units;
    uint32_t attempts; /* begun, of this worker */
    uint32_t stops;    /* ordered */
    /* Of the running attempt. */
    double begun_s, compute_from_s, compute_to_s, over_s;
    double upload_s, collect_s; /* how long each takes */
    double cancel_s; /* when an ordered cancel takes effect; INFINITY */
    double stop_s;   /* when an ordered stop takes effect; INFINITY */
    double free_s;   /* since when it is ready without attempt */
    double end_s;    /* NAN while it lives */
    double compute_s, transfer_s, probe_s, idle_s; /* so far */
};

struct sim_timer {
    double time_s;
    uint64_t order, tag;
};

/* Room for the bounds of regret.c. */
struct sim_bounds {
    struct sbs_fate *fates;         /* workers that count */
    uint32_t *worker;               /* ... and their numbers */
    struct sbs_bound_worker *rates; /* ... as workers of constant rate */
    double *scratch;                /* 2 a worker */
    struct sbs_launched *launched;  /* launches behind the plan */
    uint32_t n, cap;
    double *slot_work_s; /* of all workers, per weather slot */
    uint32_t cap_slots;
    double *task_s; /* [tasks] */
};

/* Of the attempt that begins: claim and download, upload and collecting. */
struct sim_overheads {
    double before_s[2], after_s[2];
};

struct sbs_sim {
    const struct sbs_scenario *scenario;
    const struct sbs_plan *plan;
    struct sbs_platform platform;
    struct sbs_natures natures;
    struct sbs_launcher launcher, planned; /* now; after the plan */
    struct sbs_client client;
    struct sbs_queue queue;
    bool seating; /* the queue is played when all are seated */
    uint32_t stale; /* worker whose event in the queue is over, or NONE */
    struct sim_worker *workers;
    uint32_t n_workers, cap_workers;
    uint32_t *waiting; /* FIFO of workers over the quota */
    uint32_t n_waiting, waiting_head, cap_waiting;
    struct sbs_launched *launched; /* [cap_launched] */
    uint32_t cap_launched;
    struct sim_timer *timers; /* min-heap */
    uint32_t n_timers, cap_timers;
    uint64_t timer_order;
    struct sim_overheads overheads;
    bool fixed_overheads; /* the same for every attempt */
    double now_s;         /* of the event being handled */
    double *unit_s;       /* [tasks] reference seconds of a unit */
    double *local_free_at; /* cores of the local machine */
    double local_s; /* when all replications share it, else NAN */
    struct sim_bounds bounds;
    enum sbs_unfinished why; /* the last replication did not finish */
    struct sbs_journal *journal; /* of what passes, or NULL */
    double *held_s;  /* when the client held each task, or NULL */
    uint32_t n_held; /* of them, so far */
    struct sbs_chunk *chunks; /* begun, or NULL */
    uint32_t n_chunks, cap_chunks;
    bool out_of_memory;
};

/* Not when a stop took effect before the launch was granted. */
static inline bool sbs_sim_was_launched(const struct sim_worker *w)
{
    return w->granted && !(w->end_s < w->fate.granted_s);
}

/* Planned workers, the user's own cores among them: the first ordinals. */
static inline uint32_t sbs_sim_planned(const struct sbs_plan *p)
{
    return p->workers + p->extra + p->local;
}

/* Local time when the work is the same in every replication, else NAN. */
double sbs_account_local_s(struct sbs_sim *sim);

/* Close the books of a finished run: bill, times, bounds, regret. */
int sbs_account_close(struct sbs_sim *sim, const struct sbs_outcome *out,
                double metrics[SBS_N_METRICS], struct sbs_error *err);

/* The clairvoyant's makespans: with the workers launched, and with all the
 * cap allowed. makespan_s is what the policy needed. */
struct sbs_regret {
    double launched_s, cap_s;
};
int sbs_regret_bounds(struct sbs_sim *sim, double makespan_s,
                      struct sbs_regret *out, struct sbs_error *err);
void sbs_regret_fini(struct sim_bounds *b);

/* Parts of it, for workers of steady rate. task_s[tasks] becomes the tasks
 * that are needed, longest first when they may not be cut; their sum. */
double sbs_regret_work_s(const struct sbs_plan *p, const double *unit_s,
                         double *task_s);
/* The bound; scratch: 2 doubles a worker. Workers may be sorted. */
double sbs_regret_steady_s(const struct sbs_plan *p,
                           struct sbs_bound_worker *workers, uint32_t n,
                           const double *task_s, double work_s,
                           double *scratch);

/* Seconds on the bill for a life of for_s behind the start of its pull. */
double sbs_account_billed_s(const struct sbs_model *m, double for_s);
/* Price of a second of a worker of the plan's size. */
double sbs_account_usd_per_s(const struct sbs_model *m,
                             const struct sbs_plan *p, bool spot);

/* Reference seconds of the n <= 64 tasks from `first` on. */
void sbs_sim_draw_tasks(const struct sbs_platform *p,
                        const struct sbs_workload *w, uint32_t first,
                        uint32_t n, double *work_s);

/* Put the worker's earliest event into the queue. */
void sbs_sim_schedule(struct sbs_sim *sim, uint32_t w);

/* A worker that is not on an attempt any more, or at its end: book its time
 * up to at_s. */
void sbs_sim_book(struct sim_worker *w, double at_s);

/* Worker w's life ends at at_s. */
void sbs_sim_end(struct sbs_sim *sim, uint32_t w, double at_s);

#endif
