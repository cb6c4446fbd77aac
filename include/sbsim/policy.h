/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy interface of sbsim: all that a scheduling policy may include
 * besides libc and libm. Built-in policies and plugins use the same one, and
 * a policy cannot tell whether it runs in virtual time or on real workers.
 *
 * Words. A task is one element of the user's work. A unit is an indivisible
 * piece of a task; units are numbered 0, 1, ... in task order, task t owns
 * units [t k, (t+1) k) with k = units_per_task. A chunk is what a worker
 * takes at once: consecutive units. An attempt is a chunk on a worker. A
 * worker's number is its launch order in the run. "Seen" means that the
 * client holds the result. Times are seconds from the client's call.
 *
 * A policy is one layer of a stack. Each hook is about one decision or one
 * piece of news; a NULL hook is not interested. Decisions (plan aside) go to
 * the layers from left to right until one returns SBS_TAKEN; what none takes
 * falls to the base (static, or dynamic under a cutter or a chunk rule).
 * News goes to every layer.
 *
 * Rules: no I/O, clocks, threads, globals or allocation in a policy; state
 * lives in ctx->state (state_size bytes, zeroed for each run) or in
 * host->alloc memory; randomness comes from host->rand_u01.
 */
#ifndef SBSIM_POLICY_H
#define SBSIM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SBS_POLICY_ABI 2u

/* ---- parameters, declared once ---------------------------------------- */

enum sbs_ptype { SBS_BOOL = 1, SBS_INT, SBS_REAL, SBS_CHOICE };

struct sbs_param {
    const char *name, *unit; /* unit "" = none, "s", "workers", ... */
    const char *help;        /* one line, at most 60 characters */
    const char *choices;     /* SBS_CHOICE: "a|b|c", value = position */
    double def, min, max;    /* range [min, max]; INFINITY = unbounded */
    size_t offset;
    enum sbs_ptype type;
};

#define SBS_PTYPE_(x) \
    _Generic((x), bool: SBS_BOOL, int64_t: SBS_INT, double: SBS_REAL, \
             int: SBS_CHOICE)
/* The type follows the field, so the two cannot disagree. */
#define SBS_PARAM(T, f, u, d, lo, hi, h)                                   \
    { .name = #f, .unit = (u), .help = (h), .def = (d), .min = (lo),       \
      .max = (hi), .offset = offsetof(T, f),                               \
      .type = SBS_PTYPE_(((T *)0)->f) }
#define SBS_PARAM_CHOICE(T, f, list, d, h)                                 \
    { .name = #f, .unit = "", .help = (h), .choices = (list), .def = (d),  \
      .min = 0, .max = 255, .offset = offsetof(T, f), .type = SBS_CHOICE }
#define SBS_PARAM_END { .name = NULL }

/* ---- what a policy sees ------------------------------------------------ */

enum sbs_worker_state {
    SBS_WORKER_ORDERED,  /* launch asked for, call not made yet */
    SBS_WORKER_STARTING, /* launch requested, not ready */
    SBS_WORKER_IDLE,     /* ready, without a chunk (held by a layer) */
    SBS_WORKER_BUSY,     /* on an attempt */
    SBS_WORKER_PROBING,  /* on a probe ordered in on_idle */
    SBS_WORKER_ENDED     /* exited, stopped or lost */
};

/* What the client knows of a worker. Never its speed. */
struct sbs_worker {
    enum sbs_worker_state state;
    bool stopping;       /* a stop has been ordered */
    double requested_s;  /* when its launch was requested; INFINITY = not yet */
    double ready_s;      /* when it became usable; NAN = not yet */
    uint32_t attempts;   /* begun */
    uint32_t attempt;    /* the one it is on, or was on last; UINT32_MAX */
    int32_t processor;   /* of constants.processor[]; -1 = not known yet */
    bool spot;           /* spot capacity: cheaper, may be reclaimed */
    bool local;          /* one of the user's own cores: no bill */
};

enum sbs_attempt_state {
    SBS_ATTEMPT_WAITING, /* bound to a worker that has not begun it */
    SBS_ATTEMPT_RUNNING,
    SBS_ATTEMPT_DONE,     /* uploaded; a rule of the client goes by seen_s */
    SBS_ATTEMPT_CANCELLED,
    SBS_ATTEMPT_LOST
};

/* An attempt. The first bound chunks of the planned workers come first, in
 * launch order; all others follow in the order in which they were taken.
 * Within each group since_s never falls with the number. */
struct sbs_attempt {
    uint32_t worker;
    uint32_t first_unit, n_units;
    enum sbs_attempt_state state;
    bool copy;      /* made beside another attempt at the same units */
    /* Age counts from here: the launch request for a worker's first bound
     * chunk, so that a worker that never starts is noticed, else the moment
     * the worker took the chunk. */
    double since_s;
    /* What its worker knows; a rule of the client waits for seen_s. NAN =
     * not yet. */
    double begun_s, stored_s; /* taken; result stored */
    double compute_s;         /* seconds of computing, set with stored_s */
    double seen_s;  /* when the client saw the result; NAN = not yet */
};

/* A kind of processor a worker may turn out to have. */
struct sbs_processor {
    const char *name;
    double share;    /* of all workers */
    double slowdown; /* mean, relative to the reference core */
};

/* Constants the client would know from calibration: never realised values.
 * While plan() asks, before anything is cut, a unit is a whole task. */
struct sbs_constants {
    double unit_mean_s, unit_sd_s;       /* computing one unit, random worker */
    double startup_mean_s, startup_sd_s; /* launch request to ready */
    double overhead_s;                   /* claim + download + upload, mean */
    double launch_s;     /* the client's time for one launch, mean */
    double collect_s;    /* ... for one result */
    double stop_s;       /* from an ordered stop to the end, mean */
    double usd_per_worker_h; /* with --spot, of spot */
    double spot_factor;      /* price of spot / price on demand */
    double spot_per_h;       /* reclaims of a spot worker */
    double local_cores;      /* the user's own machine */
    double local_slowdown;   /* of one of its cores when all are busy */
    uint32_t processors;     /* [processors] kinds */
    const struct sbs_processor *processor;
};

/* The plan of a run, made before anything is launched. Layers amend it: a
 * named base first; then those that shape work and fleet, from right to left;
 * then those that copy or keep workers (SBS_ROLE_COPY, SBS_ROLE_KEEP), from
 * right to left; a base that nobody named last. */
struct sbs_plan {
    uint32_t tasks;          /* to run; set more than `needed` for replicas */
    uint32_t needed;         /* whole tasks the client waits for */
    uint32_t units_per_task; /* the cutter's decision */
    uint32_t workers;        /* base fleet: the base gives them work */
    uint32_t extra;          /* launched after the base fleet; whoever asks
                                for them binds work to them in start() */
    uint32_t warm;           /* of the base fleet, the first: ready at 0 */
    double warm_s;           /* billed for each of these before 0 */
    uint32_t max_workers;    /* the most the run could ever launch */
    bool pull;               /* workers take chunks themselves */
    bool dealt;              /* with pull: the queue starts empty, the base
                                binds all units in start() */
    uint32_t chunk_units;    /* what the pulling base hands out at once */
    double work_scale;       /* a task is so many times its own length */
    /* How the planned launches are paced: so many in a call (0 = as the
     * model says), in waves of `wave` (0 = all), wave_gap_s apart. */
    uint32_t launches_per_call, wave;
    double wave_gap_s;
    uint32_t local;          /* cores of the user that pull, too */
    /* The first on_demand workers are on demand, of the others this share
     * is spot, spread evenly over the launch order. */
    uint32_t on_demand;
    double spot_share;       /* [0, 1] */
    double vcpu, memory_gb;  /* of each worker */
    bool divisible;          /* read only: may tasks be cut? */
    bool cut;                /* read only: CUT or CHUNK is in the stack */
    bool exchangeable;       /* read only: is any result as good as another? */
    uint32_t places;         /* read only: workers at a time under the quota */
    double min_unit_s;       /* read only: shortest allowed unit, ref core */
    double task_s;           /* read only: shortest task, ref core */
    char why[160];           /* plan() writes here why it refuses */
};

struct sbs_ctx;

/* What a policy may ask and do; the same table in simulation and live. */
struct sbs_host {
    /* questions */
    double (*now_s)(const struct sbs_ctx *c);
    const struct sbs_plan *(*plan)(const struct sbs_ctx *c);
    const struct sbs_constants *(*constants)(const struct sbs_ctx *c);
    uint32_t (*workers)(const struct sbs_ctx *c);  /* ordered so far */
    uint32_t (*planned_attempts)(const struct sbs_ctx *c); /* first group */
    const struct sbs_worker *(*worker)(const struct sbs_ctx *c, uint32_t w);
    uint32_t (*attempts)(const struct sbs_ctx *c); /* so far */
    const struct sbs_attempt *(*attempt)(const struct sbs_ctx *c, uint32_t a);
    uint32_t (*queued_units)(const struct sbs_ctx *c); /* not yet taken */
    uint32_t (*tasks_seen)(const struct sbs_ctx *c);
    bool (*unit_seen)(const struct sbs_ctx *c, uint32_t unit);
    uint32_t (*copies)(const struct sbs_ctx *c, uint32_t unit); /* beside 1 */
    /* Computed share of a running attempt, [0, 1]; 0 = not begun. */
    double (*progress)(const struct sbs_ctx *c, uint32_t attempt);
    /* Units bound to a worker, or in its attempt, that it has not begun. */
    uint32_t (*stealable)(const struct sbs_ctx *c, uint32_t worker);
    /* Length of a task on the reference core as the client would predict
     * it: the workload's list, or the mean of its law. */
    double (*predicted_s)(const struct sbs_ctx *c, uint32_t task);
    /* Only under SBS_ROLE_ORACLE, NAN elsewhere: reference seconds that a
     * worker could compute by t_s; the true length of a task. */
    double (*foresee_work_s)(const struct sbs_ctx *c, uint32_t worker,
                             double t_s);
    double (*foresee_task_s)(const struct sbs_ctx *c, uint32_t task);
    double (*rand_u01)(struct sbs_ctx *c); /* the layer's own stream */
    void *(*alloc)(struct sbs_ctx *c, size_t bytes); /* zeroed, for one run */

    /* actions; -1 = refused, nothing happened */
    /* Ask for n more workers; the first one's number. They go through the
     * client and the launch limits like any other. */
    int64_t (*launch)(struct sbs_ctx *c, uint32_t n);
    /* Give a worker that is not ended a chunk to run after those it has.
     * With one_by_one each unit (each task, when uncut) is an attempt. */
    int (*bind)(struct sbs_ctx *c, uint32_t worker, uint32_t first_unit,
                uint32_t n_units, bool one_by_one);
    /* In on_idle: let the worker take the next n queued units. */
    int (*assign)(struct sbs_ctx *c, uint32_t worker, uint32_t n_units);
    /* ... or these: all of them must be queued. */
    int (*take)(struct sbs_ctx *c, uint32_t worker, uint32_t first_unit,
                uint32_t n_units);
    /* ... or the last of what another worker has not begun, at most n and
     * consecutive: how many (units it has begun stay with it), or -1. */
    int64_t (*steal)(struct sbs_ctx *c, uint32_t worker, uint32_t victim,
                     uint32_t n_units);
    /* ... or run a probe of ref_s reference seconds first: on_probed, then
     * on_idle again. */
    int (*probe)(struct sbs_ctx *c, uint32_t worker, double ref_s);
    /* In on_idle: keep the worker, idle and billed, until work or a stop.
     * Refused while launches wait for a place under the quota; one that has
     * to wait later asks the held workers again. */
    int (*hold)(struct sbs_ctx *c, uint32_t worker);
    /* Ask a held worker again (on_idle). */
    int (*wake)(struct sbs_ctx *c, uint32_t worker);
    int (*cancel)(struct sbs_ctx *c, uint32_t attempt);
    int (*stop)(struct sbs_ctx *c, uint32_t worker);
    /* on_timer(tag) of this layer at time t_s (not before now). */
    int (*wake_at)(struct sbs_ctx *c, double t_s, uint32_t tag);
};

struct sbs_ctx {
    const struct sbs_host *host;
    const void *params;   /* params_size bytes, filled from the table */
    const void *prepared; /* prepared_size bytes, filled by prepare() */
    void *state;          /* state_size bytes, zeroed at the start of a run */
};

/* ---- a policy ---------------------------------------------------------- */

enum sbs_taken { SBS_PASS = 0, SBS_TAKEN = 1 };

/* Why a worker is gone. */
enum sbs_loss { SBS_LOSS_RECLAIMED, SBS_LOSS_FAILED, SBS_LOSS_STOPPED };

/* Decisions a layer makes; two layers with the same one contradict each
 * other, except for SBS_ROLE_COPY and SBS_ROLE_ORACLE. */
enum sbs_role {
    SBS_ROLE_BASE = 1,   /* gives work to the base fleet */
    SBS_ROLE_FLEET = 2,  /* how many workers */
    SBS_ROLE_WARM = 4,   /* how many of them wait already */
    SBS_ROLE_CUT = 8,    /* how tasks are cut; implies pulling */
    SBS_ROLE_CHUNK = 16, /* how many units at once; implies pulling */
    SBS_ROLE_COPY = 32,  /* when to copy */
    SBS_ROLE_LAUNCH = 64,  /* how launches are paced */
    SBS_ROLE_SIZE = 128,   /* vCPU and memory of a worker */
    SBS_ROLE_SPOT = 256,   /* which workers are spot */
    SBS_ROLE_LOCAL = 512,  /* the user's own cores join */
    SBS_ROLE_STOP = 1024,  /* how many results are enough */
    SBS_ROLE_KEEP = 2048,  /* which workers are kept */
    SBS_ROLE_STEAL = 4096, /* who takes work from whom */
    SBS_ROLE_ORACLE = 8192, /* may foresee; no policy for the real world */
    /* Its hooks go by plan, constants and queue alone, never by workers,
     * clocks or results: the k-th chunk is the same in every run, whoever
     * asks for it and when. The simulator may then run many at a time. */
    SBS_ROLE_BLIND = 16384
};

struct sbs_policy {
    uint32_t abi, size;       /* SBS_POLICY_ABI, sizeof(struct sbs_policy) */
    const char *name;         /* letters, digits, - */
    const char *summary;      /* one line */
    const char *description;  /* the algorithm in words */
    const char *reference;    /* paper or source */
    const char *advice;       /* when it helps, when it hurts */
    uint32_t roles;           /* enum sbs_role, or-ed */
    const struct sbs_param *params; /* ends with SBS_PARAM_END; may be NULL */
    size_t params_size, prepared_size, state_size;

    /* Check parameters and amend the plan. -1 = impossible, and plan->why
     * says so; the run does not start then. */
    int (*plan)(struct sbs_ctx *c, struct sbs_plan *plan);
    /* Compute once what is the same in every run of the plan. Of the host
     * only plan() and constants() may be asked. */
    void (*prepare)(struct sbs_ctx *c, void *prepared);
    /* The plan is final, the planned launches are ordered. */
    void (*start)(struct sbs_ctx *c);
    /* Decision: worker w is ready and without bound work. */
    enum sbs_taken (*on_idle)(struct sbs_ctx *c, uint32_t w);
    /* Decision: worker w is gone. Its unseen units [first, first + n) are
     * to be done again; not taken = they go to the front of the queue. */
    enum sbs_taken (*on_lost)(struct sbs_ctx *c, uint32_t w,
                              enum sbs_loss why, uint32_t first_unit,
                              uint32_t n_units);
    /* News. */
    void (*on_ready)(struct sbs_ctx *c, uint32_t w);
    void (*on_probed)(struct sbs_ctx *c, uint32_t w, double took_s);
    void (*on_begun)(struct sbs_ctx *c, uint32_t attempt);
    void (*on_seen)(struct sbs_ctx *c, uint32_t attempt); /* by the client */
    void (*on_notice)(struct sbs_ctx *c, uint32_t w, double deadline_s);
    void (*on_timer)(struct sbs_ctx *c, uint32_t tag);
};

#define SBS_POLICY_HEAD \
    .abi = SBS_POLICY_ABI, .size = (uint32_t)sizeof(struct sbs_policy)

/* SBS_POLICY(gss) = { SBS_POLICY_HEAD, .name = "gss", ... }; defines the
 * built-in's object, or the one symbol of a plugin under -DSBS_PLUGIN. */
#ifdef SBS_PLUGIN
#define SBS_POLICY(id)                                             \
    extern const struct sbs_policy sbs_policy_plugin;              \
    __attribute__((visibility("default")))                         \
    const struct sbs_policy sbs_policy_plugin
#else
#define SBS_POLICY(id)                                             \
    extern const struct sbs_policy sbs_policy_##id;                \
    const struct sbs_policy sbs_policy_##id
#endif

#endif
