/* SPDX-License-Identifier: Apache-2.0 */
/* Every registered policy, 200 random stacks and all pairs, under the plain
 * model and every stress scenario: each result counts once, nothing goes to
 * a dead or unready worker, quota and pace are kept, the bill is the sum over
 * workers, regret is at least 1 (the engine refuses less), the run finishes
 * or says why not, and comes out the same again. The CLI side (threads,
 * plugins) is tests/conformance.t, replaying logs tests/replay.t. */
#include "config.h"

#include "model/stress.h"
#include "policies/replay.h"
#include "sweep/record.h"
#include "tests/audit.h"
#include "tests/randstack.h"
#include "tests/simtest.h"
#include "tests/tap.h"
#include "tests/witness.h"

#define LN "'dist':'lognormal'"

/* Every part of a model is there, and nothing is lost in it. */
static const char model_text[] =
    "'client':{'setup_s':2,'call_s':{" LN ",'mu':-1,'sigma':0.3},"
    "'launches_per_call':2,'calls_per_s':3,'poll_s':3,'poll_task_s':0.05,"
    "'collect_s':0.2},"
    "'launcher':{'quota_vcpu':24,'burst':20,'refill_per_s':2},"
    "'startup':{'provision_s':{" LN ",'mu':2,'sigma':0.5},"
    "'pull_s':{'dist':'uniform','lo':5,'hi':20}},"
    "'speed':{'classes':[{'name':'a','weight':2,'slowdown':2},"
    "{'name':'b','weight':1,'slowdown':{" LN ",'mu':1,'sigma':0.4}}],"
    "'log_sd':0.1,'vcpu_gain':{'1':0.7,'2':1,'4':1.1}},"
    "'run':{'startup_log_sd':0.2,'speed_log_sd':0.1},"
    "'unit':{'claim_s':0.1,'download_s':0.3,'upload_s':0.2},'stop_s':2,"
    "'loss':{'notice_s':20},"
    "'price':{'round_s':1,'min_billed_s':60},'local':{'cores':2}";
static const char work_text[] =
    "'tasks':13,'ref_s':{'dist':'gamma','shape':4,'scale':15},"
    "'divisible':true,'exchangeable':true";

enum { REPS = 3, SCENARIOS_MAX = 16 };

struct world {
    const char *name;
    struct sbs_model_set models;
    struct sbs_workload work;
    bool spot, can_lose;
};

struct bench {
    struct sbs_registry *registry;
    struct world world[SCENARIOS_MAX];
    uint32_t n_worlds;
    uint32_t runs, refused, unfinished, replayed;
};

/* stress NULL: the model as it is. */
static int world_init(struct world *w, const struct sbs_stress *stress)
{
    struct sbs_error err = { 0 };
    cJSON *json = simtest_json("sbsim-model", model_text, &err);
    int status = json ? 0 : -1;
    w->name = stress ? stress->name : "plain";
    w->spot = stress && stress->spot;
    w->can_lose = w->spot || (stress && strcmp(w->name, "neverstart") == 0);
    if (status == 0 && stress)
        status = sbs_stress_apply(stress, json, &err);
    if (status == 0)
        status = sbs_model_parse(&w->models, json, w->name, &err);
    if (status == 0)
        status = simtest_workload(&w->work, work_text, 0, &err);
    cJSON_Delete(json);
    if (status != 0)
        printf("# %s: %s\n", w->name, err.text);
    return status;
}

/* ---- one stack in one world -------------------------------------------- */

struct trial {
    struct sbs_scenario scenario;
    struct sbs_plan plan;
    struct sbs_constants constants;
    struct sbs_sim *sim;
    struct sbs_driver *driver;
    struct witness witness, *params;
};

static void trial_fini(struct trial *t)
{
    sbs_driver_destroy(t->driver);
    sbs_sim_destroy(t->sim);
}

/* 0, or -1 with a reason in err: the plan is refused. */
static int trial_init(struct trial *t, const struct world *w,
                      struct sbs_stack *stack, struct sbs_error *err)
{
    *t = (struct trial){
        .scenario = { .models = &w->models,
                      .workload = &w->work,
                      .vcpu = 2,
                      .memory_gb = 4,
                      .spot = w->spot,
                      .seed = 7 },
    };
    t->params = &t->witness;
    if (sbs_sim_plan(&t->scenario, stack, &t->plan, &t->constants, err) != 0)
        return -1;
    t->sim = sbs_sim_create(&t->scenario, &t->plan, err);
    t->driver = t->sim ? sbs_driver_create(stack, &t->plan, &t->constants,
                                           err)
                       : NULL;
    return t->driver ? 0 : -1;
}

static const char *replicate(struct trial *t, uint32_t r,
                             double m[SBS_N_METRICS], struct bench *b,
                             bool can_lose)
{
    static struct sbs_error err;
    if (sbs_sim_replicate(t->sim, t->driver, r, m, &err) != 0)
        return err.text;
    if (t->witness.wrong)
        return t->witness.wrong;
    if (isnan(m[SBS_METRIC_makespan_s])) {
        b->unfinished++;
        if (sbs_sim_why(t->sim) == SBS_FINISHED)
            return "unfinished without a reason";
        return can_lose ? NULL : "nothing is lost, and yet it never ends";
    }
    if (sbs_sim_why(t->sim) != SBS_FINISHED)
        return "finished, with a reason why not";
    return audit(t->sim, m);
}

/* Log replication r and feed the log to the policy again. */
static const char *replay(const struct trial *t, struct bench *b,
                          const struct sbs_spec *spec, uint32_t r)
{
    struct sbs_record record = { .scenario = &t->scenario };
    struct sbs_error err = { 0 };
    char *text = NULL, *said = NULL;
    size_t size = 0, said_size = 0;
    FILE *out = open_memstream(&text, &size);
    int status = sbs_record_run(&record, spec, r, out, &err);
    fclose(out);
    FILE *in = status == 0 ? fmemopen(text, size, "r") : NULL;
    struct sbs_log *log = in ? sbs_log_from(in, "log", &err) : NULL;
    out = open_memstream(&said, &said_size);
    status = log ? sbs_replay_log(log, b->registry, false, out, &err) : -1;
    fclose(out);
    if (status != 0)
        printf("# %s%s\n", status < 0 ? err.text : "", said);
    b->replayed += status == 0;
    sbs_log_close(log);
    free(text);
    free(said);
    return status == 0 ? NULL : "its log does not replay";
}

/* What is wrong with a stack, or NULL; *refused when the plan is. */
static const char *check_stack(struct bench *b, const struct world *w,
                               struct sbs_spec *spec, bool *refused,
                               struct sbs_error *err)
{
    struct trial t, again;
    const char *wrong = NULL;
    struct witness **params = &t.params;
    struct sbs_layer left = { &witness_policy, params };
    struct sbs_stack stack = spec->stack;
    simtest_put_left(&stack, &left, 1);
    *refused = trial_init(&t, w, &stack, err) != 0;
    bool twice = !*refused && trial_init(&again, w, &stack, err) == 0;
    for (uint32_t r = 0; twice && r < REPS && !wrong; r++) {
        double m[SBS_N_METRICS], m2[SBS_N_METRICS];
        b->runs++;
        wrong = replicate(&t, r, m, b, w->can_lose);
        if (!wrong && sbs_sim_replicate(again.sim, again.driver, r, m2,
                                        err) == 0 &&
            memcmp(m, m2, sizeof m) != 0)
            wrong = "not the same again";
    }
    if (twice && !wrong)
        wrong = replay(&t, b, spec, 0);
    trial_fini(&t);
    if (twice)
        trial_fini(&again);
    return wrong;
}

/* 1 = fine, or refused with the reason in err (code USAGE). */
static int check_spec(struct bench *b, const char *text,
                      struct sbs_error *err)
{
    struct sbs_spec_list list;
    int good = 1;
    *err = (struct sbs_error){ 0 };
    if (sbs_stack_parse(&list, text, b->registry, err) != 0) {
        b->refused++;
        return err->code == SBS_EUSAGE;
    }
    for (uint32_t i = 0; i < b->n_worlds && good; i++) {
        bool refused;
        const char *wrong =
            check_stack(b, &b->world[i], &list.spec[0], &refused, err);
        good = !wrong && (!refused || err->code == SBS_EUSAGE);
        if (!good)
            printf("# %s under %s: %s\n", text, b->world[i].name,
                   wrong ? wrong : err->text);
        if (refused) {
            b->refused++;
            break;
        }
    }
    sbs_stack_fini(&list);
    return good;
}

/* ---- which stacks ------------------------------------------------------ */

static void test_singles(struct bench *b)
{
    for (size_t i = 0; i < sbs_registry_count(b->registry); i++) {
        const char *name = sbs_registry_at(b->registry, i)->name;
        struct sbs_error err;
        int good = check_spec(b, name, &err);
        ok(good && err.code == SBS_EOK, "%s conforms in %u worlds%s%s", name,
           b->n_worlds, err.code ? ": " : "", err.code ? err.text : "");
    }
}

static void test_random(struct bench *b)
{
    uint32_t want = simtest_reps(200, 5000), accepted = 0, wrong = 0;
    for (uint32_t i = 0; accepted < want && wrong < 5 && i < 50 * want;
         i++) {
        struct dice d = { sbs_stream_init(20261125, i), 0 };
        struct sbs_error err;
        char text[2000];
        randstack_make(text, sizeof text, &d, b->registry);
        wrong += !check_spec(b, text, &err);
        accepted += err.code == SBS_EOK;
    }
    ok(wrong == 0 && accepted == want, "%u random stacks conform", accepted);
}

/* A policy stands twice in no stack, whatever it does. */
static void test_pairs(struct bench *b)
{
    uint32_t wrong = 0, silent = 0, accepted = 0, refused = 0;
    size_t n = sbs_registry_count(b->registry);
    uint32_t worlds = b->n_worlds;
    b->n_worlds = 1;
    for (size_t i = 0; i < n * n && wrong < 5; i++) {
        const char *x = sbs_registry_at(b->registry, i / n)->name;
        const char *y = sbs_registry_at(b->registry, i % n)->name;
        struct sbs_error err;
        char text[128];
        if (i / n == i % n)
            continue;
        snprintf(text, sizeof text, "%s+%s", x, y);
        wrong += !check_spec(b, text, &err);
        bool named = strstr(err.text, x) && strstr(err.text, y);
        refused += err.code != SBS_EOK;
        accepted += err.code == SBS_EOK;
        if (err.code != SBS_EOK && !named) {
            silent++;
            printf("# %s: %s\n", text, err.text);
        }
    }
    b->n_worlds = worlds;
    ok(wrong == 0, "%u pairs of policies conform", accepted);
    ok(silent == 0 && refused > 0,
       "%u pairs contradict themselves, and both names are told", refused);
}

/* ---- order ------------------------------------------------------------- */

/* Pairs whose order matters, as doc/writing-a-policy.md says. A "*" stands
 * for every policy: it draws from the stream of its place in the stack. */
static const char *const ordered[][2] = {
    { "rnd", "*" },
    { "wide", "steal" },        { "steal", "endgame" },
    { "steal", "late" },        { "steal", "mantri" },
    { "endgame", "late" },      { "multi-fork", "late" },
    { "fork-keep", "fork-kill" }, { "fork-kill", "multi-fork" },
};

static bool is_ordered(const char *x, const char *y)
{
    for (size_t i = 0; i < sizeof ordered / sizeof ordered[0]; i++) {
        const char *a = ordered[i][0], *b = ordered[i][1];
        bool any = strcmp(b, "*") == 0;
        if ((strcmp(x, a) == 0 && (any || strcmp(y, b) == 0)) ||
            (strcmp(y, a) == 0 && (any || strcmp(x, b) == 0)))
            return true;
    }
    return false;
}

/* All metrics of a stack in the plain world; false when it is refused. */
static bool run_pair(struct bench *b, const char *x, const char *y,
                     double m[REPS][SBS_N_METRICS])
{
    struct sbs_spec_list list;
    struct sbs_error err = { 0 };
    struct trial t;
    char text[128];
    snprintf(text, sizeof text, "%s+%s", x, y);
    if (sbs_stack_parse(&list, text, b->registry, &err) != 0)
        return false;
    bool good =
        trial_init(&t, &b->world[0], &list.spec[0].stack, &err) == 0;
    for (uint32_t r = 0; good && r < REPS; r++)
        good = sbs_sim_replicate(t.sim, t.driver, r, m[r], &err) == 0;
    trial_fini(&t);
    sbs_stack_fini(&list);
    return good;
}

static void test_order(struct bench *b)
{
    uint32_t same = 0, differ = 0, wrong = 0;
    size_t n = sbs_registry_count(b->registry);
    for (size_t i = 0; i < n * n; i++) {
        const char *x = sbs_registry_at(b->registry, i / n)->name;
        const char *y = sbs_registry_at(b->registry, i % n)->name;
        double m[2][REPS][SBS_N_METRICS];
        if (i / n >= i % n || !run_pair(b, x, y, m[0]) ||
            !run_pair(b, y, x, m[1]))
            continue;
        if (memcmp(m[0], m[1], sizeof m[0]) == 0) {
            same++;
        } else {
            differ++;
            if (!is_ordered(x, y)) {
                wrong++;
                printf("# { \"%s\", \"%s\" }\n", x, y);
            }
        }
    }
    ok(wrong == 0 && same > 500,
       "order matters for %u pairs, as documented, and not for %u", differ,
       same);
}

int main(void)
{
    static struct bench b;
    b.registry = sbs_registry_create();
    b.n_worlds = 1 + (uint32_t)sbs_stress_count();
    int status = world_init(&b.world[0], NULL);
    for (uint32_t i = 1; i < b.n_worlds; i++)
        status |= world_init(&b.world[i], sbs_stress_at(i - 1));
    ok(status == 0, "a model and %u stress scenarios", b.n_worlds - 1);
    if (status == 0) {
        test_singles(&b);
        test_random(&b);
        test_pairs(&b);
        test_order(&b);
    }
    ok(b.replayed > 1000 && b.unfinished > 0,
       "%u replications, %u of them unfinished, %u logs replayed, %u stacks "
       "refused", b.runs, b.unfinished, b.replayed, b.refused);
    for (uint32_t i = 0; i < b.n_worlds; i++) {
        sbs_model_fini(&b.world[i].models);
        sbs_workload_fini(&b.world[i].work);
    }
    sbs_registry_destroy(b.registry);
    return tap_done();
}
