/* SPDX-License-Identifier: Apache-2.0 */
/* Eight replications at a time against one by one: every metric bit for bit,
 * on random models and for every instruction set this processor has. */
#include "config.h"

#include "sim/lockstep.h"

#include "sim/flow.h"
#include "sim/replicas.h"
#include "tests/randmodel.h"
#include "tests/simtest.h"
#include "tests/tap.h"

enum { REPS = 24, ISAS = SBS_ISA_AVX512 + 1 };

/* What can be run in lockstep: no losses, weather, drift, quota, refusals. */
static void steady_model(struct randmodel *m)
{
    struct dice *d = &m->dice;
    bool polls = dice_chance(d, 0.4);
    m->n = 0;
    randmodel_add(m, "'client':{");
    randmodel_law(m, "setup_s", 5);
    randmodel_law(m, "call_s", 1);
    if (polls)
        randmodel_law(m, "collect_s", 0.5);
    randmodel_real(m, "launches_per_call", 0.5, 1 + dice_below(d, 10));
    randmodel_real(m, "calls_per_s", 0.3, 0.2 + 4 * dice_u01(d));
    randmodel_real(m, "poll_s", polls ? 0.6 : 0, 10 * dice_u01(d));
    randmodel_real(m, "poll_task_s", polls ? 0.6 : 0, dice_u01(d));
    if (dice_chance(d, 0.3))
        randmodel_add(m, "'poll_while_launching':true,");
    randmodel_close(m);
    randmodel_add(m, "'launcher':{");
    randmodel_real(m, "burst", 0.4, 1 + dice_below(d, 10));
    randmodel_real(m, "refill_per_s", 0.6, 0.1 + 2 * dice_u01(d));
    randmodel_close(m);
    randmodel_add(m, "'startup':{");
    randmodel_law(m, "provision_s", 10);
    randmodel_law(m, "pull_s", 30);
    randmodel_law(m, "container_s", 1);
    randmodel_law(m, "boot_s", 3);
    randmodel_close(m);
    randmodel_add(m, "'speed':{");
    if (dice_chance(d, 0.7)) {
        randmodel_add(m, "'classes':[{'weight':2,");
        randmodel_law(m, "slowdown", 1);
        randmodel_add(m, "'name':'a'},{");
        randmodel_law(m, "slowdown", 3);
        randmodel_add(m, "'name':'b'}],");
    }
    randmodel_real(m, "log_sd", 0.4, dice_u01(d));
    randmodel_close(m);
    if (dice_chance(d, 0.3))
        randmodel_add(m, "'run':{'startup_log_sd':0.3,'call_log_sd':0.3,"
                         "'speed_log_sd':0.2},");
    randmodel_add(m, "'unit':{");
    if (dice_chance(d, 0.6)) {
        randmodel_law(m, "claim_s", 1);
        randmodel_law(m, "download_s", 2);
        randmodel_law(m, "upload_s", 2);
    }
    randmodel_close(m);
    randmodel_law(m, "stop_s", 10);
    randmodel_add(m, "'price':{");
    randmodel_real(m, "round_s", 0.5, 1 + 60 * dice_u01(d));
    randmodel_real(m, "min_billed_s", 0.5, 60 * dice_u01(d));
    randmodel_close(m);
    randmodel_add(m, "'local':{");
    randmodel_real(m, "cores", 0.5, 1 + dice_below(d, 20));
    randmodel_real(m, "makespan_s", 0.2, 1000);
    randmodel_close(m);
    /* Draws that replace a law by one of another kind, or a number. */
    if (dice_chance(d, 0.4)) {
        randmodel_add(m, "'posterior':{'draws':[{");
        randmodel_law(m, "startup.pull_s", 20);
        randmodel_law(m, "client.call_s", 2);
        randmodel_close(m);
        randmodel_add(m, "{");
        randmodel_law(m, "startup.pull_s", 40);
        randmodel_law(m, "stop_s", 20);
        randmodel_real(m, "local.slowdown", 0.5, 2);
        randmodel_close(m);
        randmodel_add(m, "{'speed.log_sd':0.5}]},");
    }
    m->model[m->n - 1] = '\0';
}

static void steady_work(struct randmodel *m)
{
    static const char *const laws[] = {
        "100", "{'dist':'lognormal','mu':4,'sigma':0.5}",
        "{'dist':'exponential','mean':80}", "{'dist':'uniform','lo':0,'hi':9}",
        "{'dist':'gamma','shape':2,'scale':30}"
    };
    struct dice *d = &m->dice;
    snprintf(m->work, sizeof m->work,
             "'tasks':%u,'ref_s':%s,'divisible':%s,'exchangeable':true",
             1 + dice_below(d, 40), laws[dice_below(d, 5)],
             m->divisible ? "true" : "false");
}

static void steady_policy(struct randmodel *m)
{
    static const char *const bases[] = {
        "static", "dynamic", "oversubscribe:factor=1.5", "any-k:factor=1.4",
        "css:k=3", "gss", "tss", "fac", "fac2", "fsc", "mfsc", "ss", "tap",
        "wide"
    };
    static const char *const around[] = {
        "warm-pool:size=2", "batched:size=3", "staggered", "vcpu:size=4",
        "warm-pool"
    };
    static const char *const cuts[] = { "split:units=7", "split:units=20" };
    struct dice *d = &m->dice;
    const char *cut = cuts[dice_below(d, 2)];
    const char *base = bases[dice_below(d, 14)];
    int length = 0;
    if (dice_chance(d, 0.4))
        length = snprintf(m->policy, sizeof m->policy, "%s+",
                          around[dice_below(d, 5)]);
    bool may_cut = m->divisible && strncmp(base, "static", 6) != 0 &&
                   strncmp(base, "any-k", 5) != 0;
    if (may_cut && dice_chance(d, 0.6))
        snprintf(m->policy + length, sizeof m->policy - (size_t)length,
                 "%s+%s", cut, base);
    else
        snprintf(m->policy + length, sizeof m->policy - (size_t)length, "%s",
                 base);
}

static void roll(struct randmodel *m, uint32_t number)
{
    *m = (struct randmodel){ .dice = { sbs_stream_init(5, number), 0 } };
    m->divisible = dice_chance(&m->dice, 0.7);
    m->workers = dice_chance(&m->dice, 0.7) ? 1 + dice_below(&m->dice, 30) : 0;
    steady_model(m);
    steady_work(m);
    steady_policy(m);
}

struct tally {
    uint32_t refused, alone, together, lanes, left_over, flows;
};

struct job {
    struct sbs_scenario scenario;
    struct sbs_plan plan;
    struct sbs_constants constants;
    const struct sbs_stack *stack;
    double want[SBS_N_ROWS * REPS];
};

/* Replications in groups of odd sizes; 1 = bits as one by one. */
static int agrees(const struct job *j, enum sbs_isa isa, struct tally *sum)
{
    struct sbs_lockstep *x;
    struct sbs_error err;
    double got[SBS_N_ROWS * REPS];
    int good = 1;
    if (sbs_lockstep_create(&j->scenario, j->stack, &j->plan, &j->constants,
                            isa, &x, &err) != 0)
        return 0;
    if (!x)
        return isa == SBS_ISA_SCALAR ? (sum->alone++, 1) : 1;
    sum->together += isa == SBS_ISA_SCALAR;
    for (uint32_t r = 0, n; r < REPS && good; r += n) {
        bool done[SBS_LOCKSTEP_GROUP];
        n = 1 + r % SBS_LOCKSTEP_GROUP;
        n = n < REPS - r ? n : REPS - r;
        good = sbs_lockstep_run(x, r, n, got + r, REPS, done, &err) == 0;
        for (uint32_t i = 0; i < n && good; i++) {
            sum->lanes++;
            sum->left_over += !done[i];
            for (uint32_t k = 0; k < SBS_N_ROWS && done[i] && good; k++)
                good = memcmp(&got[k * REPS + r + i],
                              &j->want[k * REPS + r + i],
                              sizeof *got) == 0;
        }
    }
    sbs_lockstep_destroy(x);
    return good;
}

/* The same for large runs. */
static int flow_agrees(const struct job *j, struct tally *sum)
{
    struct sbs_flow *f;
    struct sbs_error err;
    int good = sbs_flow_create(&j->scenario, j->stack, &j->plan, &f,
                               &err) == 0;
    if (!good || !f)
        return good;
    sum->flows++;
    for (uint32_t r = 0; r < REPS && good; r++) {
        double m[SBS_N_METRICS];
        bool done;
        good = sbs_flow_run(f, r, m, &done, &err) == 0;
        for (uint32_t k = 0; k < SBS_N_METRICS && done && good; k++)
            good = memcmp(&m[k], &j->want[k * REPS + r], sizeof m[k]) == 0;
    }
    sbs_flow_destroy(f);
    return good;
}

static int reference(struct job *j)
{
    struct sbs_error err;
    uint32_t failed;
    struct sbs_replicas *x = sbs_replicas_create(
        &j->scenario, j->stack, &j->plan, &j->constants, &err);
    if (!x)
        return -1;
    sbs_replicas_go_general(x);
    int status = sbs_replicas_run(x, 0, REPS, j->want, REPS, &failed, &err);
    sbs_replicas_destroy(x);
    return status;
}

static int try_one(const char *model, const char *work, const char *policy,
                   uint32_t workers, struct tally *sum)
{
    struct sbs_model_set models = { 0 };
    struct sbs_workload w = { 0 };
    struct sbs_registry *registry = sbs_registry_create();
    struct sbs_spec_list specs = { 0 };
    struct sbs_error err = { 0 };
    struct job *j = calloc(1, sizeof *j);
    int good = simtest_model(&models, model, &err) == 0 &&
               simtest_workload(&w, work, 0, &err) == 0 &&
               sbs_stack_parse(&specs, policy, registry, &err) == 0;
    if (good) {
        j->scenario = (struct sbs_scenario){
            .models = &models, .workload = &w, .workers = workers,
            .vcpu = 2, .memory_gb = 4, .seed = 3 };
        j->stack = &specs.spec[0].stack;
    }
    if (good && sbs_sim_plan(&j->scenario, j->stack, &j->plan, &j->constants,
                             &err) != 0) {
        sum->refused++;
    } else if (good) {
        good = reference(j) == 0 && flow_agrees(j, sum);
        for (int isa = SBS_ISA_SCALAR; isa < ISAS && good; isa++)
            if (sbs_cpu_has((enum sbs_isa)isa))
                good = agrees(j, (enum sbs_isa)isa, sum);
    }
    if (!good)
        printf("# %s\n# model %s\n# work %s\n# policy %s, %u workers\n",
               err.text, model, work, policy, workers);
    free(j);
    sbs_stack_fini(&specs);
    sbs_registry_destroy(registry);
    sbs_workload_fini(&w);
    sbs_model_fini(&models);
    return good;
}

static void random_models(void)
{
    struct tally sum = { 0 };
    uint32_t n = simtest_reps(1500, 50000), good = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct randmodel m;
        roll(&m, i);
        good += try_one(m.model, m.work, m.policy, m.workers, &sum) != 0;
    }
    ok(good == n, "%u random models: the bits of one by one (%u are not)", n,
       n - good);
    ok(sum.together > 0.7 * n,
       "most can run together: %u, alone %u, refused %u", sum.together,
       sum.alone, sum.refused);
    ok(sum.left_over < 0.1 * sum.lanes, "%u of %u lanes were left over",
       sum.left_over, sum.lanes);
}

/* By hand: what random models rarely hit. */
static void corners(void)
{
    static const struct {
        const char *name, *model, *work, *policy;
    } all[] = {
        { "everything at once", "", "'tasks':12,'ref_s':5,'divisible':true",
          "split:units=20" },
        { "warm workers, equal speed", "'unit':{'claim_s':1}",
          "'tasks':30,'ref_s':60,'divisible':true",
          "warm-pool+split:units=10" },
        { "one task, one worker", "", "'tasks':1,'ref_s':1", "static" },
        { "many units", "'speed':{'log_sd':0.4}",
          "'tasks':20,'ref_s':900,'divisible':true", "split:units=600" },
        { "many workers", "'speed':{'log_sd':0.4}",
          "'tasks':500,'ref_s':{'dist':'exponential','mean':9}", "dynamic" },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct tally sum = { 0 };
        int good =
            try_one(all[i].model, all[i].work, all[i].policy, 0, &sum);
        ok(good && sum.together == 1 && sum.left_over == 0, "%s",
           all[i].name);
    }
}

/* Large pulled runs that keep no tasks. */
static void flow(void)
{
    static const struct {
        const char *model, *work, *policy;
        uint32_t workers;
    } all[] = {
        { "'startup':{'boot_s':{'dist':'lognormal','mu':3.8,'sigma':0.35}},"
          "'speed':{'log_sd':0.1},'local':{'cores':70}",
          "'tasks':20000,'ref_s':{'dist':'lognormal','mu':4.8,'sigma':0.25},"
          "'divisible':true", "dynamic", 700 },
        { "'client':{'call_s':0.1},'unit':{'claim_s':1,'upload_s':"
          "{'dist':'exponential','mean':2}},'stop_s':9",
          "'tasks':5000,'ref_s':60,'divisible':true",
          "warm-pool:size=3+split:units=3", 600 },
        { "'run':{'speed_log_sd':0.1},'unit':{'download_s':"
          "{'dist':'uniform','lo':0,'hi':1}}",
          "'tasks':5000,'ref_s':{'dist':'exponential','mean':60},"
          "'divisible':true", "oversubscribe+split:units=7+batched", 90 },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct tally sum = { 0 };
        int good = try_one(all[i].model, all[i].work, all[i].policy,
                           all[i].workers, &sum);
        ok(good && sum.flows == 1, "large and pulled: %s", all[i].policy);
    }
}

static void left_alone(void)
{
    static const char *const policies[] = {
        "speculative", "clone:copies=2", "steal", "awf-c", "early-stop",
        "oversubscribe:mode=duplicates", "endgame+split:units=4", "late"
    };
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        struct tally sum = { 0 };
        int good = try_one("'speed':{'log_sd':0.2}",
                           "'tasks':20,'ref_s':60,'divisible':true",
                           policies[i], 0, &sum);
        ok(good && sum.alone == 1, "%s is left to the general engine",
           policies[i]);
    }
}

int main(void)
{
    random_models();
    corners();
    flow();
    left_alone();
    return tap_done();
}
