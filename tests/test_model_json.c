/* SPDX-License-Identifier: Apache-2.0 */
/* Models and workloads: what an omitted key means, and every mistake with
 * its message. */
#include "config.h"

#include "tests/simtest.h"
#include "tests/tap.h"

/* A part of the document, and a part of the message it must give. */
struct mistake {
    const char *body, *want;
};

static const struct mistake models[] = {
    { "'clinet':{}", "m.json: clinet: unknown key (did you mean \"client\"?" },
    { "'client':{'poll':1}", "m.json: client.poll: unknown key" },
    { "'client':5", "m.json: client: must be an object" },
    { "'client':[]", "m.json: client: must be an object" },
    { "'client':{'poll_s':-1}", "client.poll_s" },
    { "'client':{'poll_s':'1'}", "client.poll_s" },
    { "'client':{'poll_while_launching':1}", "poll_while_launching" },
    { "'client':{'launches_per_call':0}", "launches_per_call" },
    { "'client':{'calls_per_s':-2}", "calls_per_s" },
    { "'client':{'call_s':-0.5}", "client.call_s" },
    { "'client':{'call_s':{'dist':'expnential','mean':1}}",
      "did you mean \"exponential\"" },
    { "'client':{'call_s':{'mean':1}}", "client.call_s" },
    { "'client':{'call_s':{'dist':'exponential'}}", "mean" },
    { "'client':{'call_s':{'dist':'exponential','mean':1,'sd':2}}",
      "unknown key" },
    { "'client':{'call_s':{'dist':'exponential','mean':1,'shift':-1}}",
      "call_s" },
    { "'client':{'call_s':true}", "call_s" },
    { "'launcher':{'burst':0}", "launcher.burst" },
    { "'launcher':{'refill_per_s':0}", "refill_per_s" },
    { "'launcher':{'quota_vcpu':-4}", "quota_vcpu" },
    { "'launcher':{'refuse_p':1.1}", "refuse_p" },
    { "'startup':{'never_p':-0.1}", "never_p" },
    { "'startup':{'pull_s':{'dist':'uniform','lo':5,'hi':2}}", "pull_s" },
    { "'startup':{'pull_s':{'dist':'uniform','lo':-5,'hi':2}}", "pull_s" },
    { "'startup':{'pull_s':{'dist':'empirical','values':[]}}", "values" },
    { "'startup':{'pull_s':{'dist':'mixture','components':[{'weight':-1,"
      "'dist':'exponential','mean':1}]}}", "weight" },
    { "'speed':{'classes':[]}", "speed.classes: is empty" },
    { "'speed':{'classes':{}}", "speed.classes: must be an array" },
    { "'speed':{'classes':[5]}", "classes[0]: must be an object" },
    { "'speed':{'classes':[{'weight':0},{'weight':0}]}",
      "the weights sum to 0" },
    { "'speed':{'classes':[{'weight':1},{'weight':-1}]}",
      "classes[1].weight" },
    { "'speed':{'classes':[{'slowdown':0}]}", "classes[0].slowdown" },
    { "'speed':{'classes':[{'slow':1}]}", "classes[0].slow: unknown key" },
    { "'speed':{'classes':[{'name':3}]}", "classes[0].name" },
    { "'speed':{'log_sd':11}", "speed.log_sd" },
    { "'speed':{'weather':{'slot_s':0}}", "speed.weather.slot_s" },
    { "'speed':{'weather':{'slot':60}}", "speed.weather.slot: unknown" },
    { "'speed':{'weather':60}", "speed.weather: must be an object" },
    { "'speed':{'drift_per_h':-1}", "drift_per_h" },
    { "'speed':{'vcpu_gain':{'two':1}}", "\"two\" is no vCPU size" },
    { "'speed':{'vcpu_gain':{'2':0}}", "vcpu_gain.2: must be" },
    { "'run':{'speed_log_sd':-1}", "run.speed_log_sd" },
    { "'unit':{'claim_s':null,'upload_s':{}}", "unit.upload_s" },
    { "'loss':{'fail_p':2}", "loss.fail_p" },
    { "'loss':{'spot_per_h':-3}", "loss.spot_per_h" },
    { "'stop_s':-1", "stop_s" },
    { "'price':{'round_s':-1}", "price.round_s" },
    { "'price':{'spot_factor':1.5}", "price.spot_factor" },
    { "'local':{'cores':0}", "local.cores" },
    { "'local':{'efficiency':0}", "local.efficiency" },
    { "'local':{'makespan_s':0}", "local.makespan_s" },
    { "'posterior':[]", "posterior: must be an object" },
    { "'posterior':{'draws':[1]}", "posterior.draws[0]" },
    { "'posterior':{'draws':[{},{'startup.pull_s':-1}]}",
      "posterior.draws[1]" },
    { "'posterior':{'draws':[{'startup.pul_s':1}]}", "pull_s" },
    { "'speed':{'classes':[{}]},'posterior':{'draws':[{"
      "'speed.classes.3.weight':1}]}", "there is no place" },
    { "'posterior':{'draws':[{'speed.classes.3.weight':1}]}",
      "speed.classes: must be an array" },
    { "'posterior':{'draws':[{'':1}]}", "there is no place" },
    { "'posterior':{'draws':[{'client..call_s':1}]}", "there is no place" },
};

static const struct mistake workloads[] = {
    { "'tasks':2", "ref_s" },
    { "'ref_s':1", "tasks: is missing" },
    { "'tasks':0,'ref_s':1", "tasks" },
    { "'tasks':-3,'ref_s':1", "tasks" },
    { "'tasks':2.5,'ref_s':1", "tasks" },
    { "'tasks':1e12,'ref_s':1", "tasks" },
    { "'tasks':'2','ref_s':1", "tasks" },
    { "'tasks':2,'ref_s':0", "ref_s" },
    { "'tasks':2,'ref_s':-1", "ref_s" },
    { "'tasks':2,'ref_s':'1'", "ref_s" },
    { "'ref_s':[]", "ref_s" },
    { "'ref_s':[1,0]", "ref_s" },
    { "'ref_s':[1,'2']", "ref_s" },
    { "'tasks':3,'ref_s':[1,2]", "tasks: is 3, but ref_s lists 2" },
    { "'tasks':2,'ref_s':1,'divisble':true",
      "did you mean \"divisible\"" },
    { "'tasks':2,'ref_s':1,'divisible':1", "divisible" },
    { "'tasks':2,'ref_s':1,'min_unit_s':-1", "min_unit_s" },
    { "'tasks':2,'ref_s':1,'input_bytes':-1", "input_bytes" },
};

/* Documents that are wrong as a whole. */
static const struct mistake documents[] = {
    { "{\"schema\":\"sbsim-model\",\"schema_version\":2}", "schema_version" },
    { "{\"schema\":\"sbsim-workload\",\"schema_version\":1}", "schema" },
    { "{\"schema_version\":1}", "schema" },
    { "{\"schema\":\"sbsim-model\"}", "schema_version" },
    { "[]", "must be an object" },
    { "{\"schema\":\"sbsim-model\",\"schema_version\":1,"
      "\"stop_s\":1e400}", "1e400" },
    { "{\"schema\":\"sbsim-model\",\"schema_version\":1,"
      "\"stop_s\":NaN}", "1:" },
    { "{\"schema\":\"sbsim-model\",\"schema_version\":1,"
      "\"stop_s\":1,\"stop_s\":2}", "stop_s" },
    { "{\"schema\":\"sbsim-model\",\"schema_version\":1} x", "1:" },
};

static void is_mistake(int status, const struct sbs_error *err,
                       const struct mistake *m)
{
    int good = status != 0 && strstr(err->text, m->want) != NULL;
    ok(good, "%s", m->body);
    if (!good)
        printf("#   says: %s\n#   want: %s\n",
               status != 0 ? err->text : "nothing", m->want);
}

static void test_mistakes(void)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct sbs_model_set set = { 0 };
        struct sbs_error err = { 0 };
        is_mistake(simtest_model(&set, models[i].body, &err), &err,
                   &models[i]);
        sbs_model_fini(&set);
    }
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        struct sbs_workload w = { 0 };
        struct sbs_error err = { 0 };
        is_mistake(simtest_workload(&w, workloads[i].body, 0, &err), &err,
                   &workloads[i]);
        sbs_workload_fini(&w);
    }
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct sbs_model_set set = { 0 };
        struct sbs_error err = { 0 };
        const char *text = documents[i].body;
        cJSON *json = sbs_json_parse(text, strlen(text), "m.json", &err);
        int status = json ? sbs_model_parse(&set, json, "m.json", &err) : -1;
        is_mistake(status, &err, &documents[i]);
        cJSON_Delete(json);
        sbs_model_fini(&set);
    }
}

/* DESIGN.md section 5: an omitted key means no delay and no limit. */
static void test_defaults(void)
{
    struct sbs_model_set set;
    struct sbs_error err = { 0 };
    double x = -1, sd = -1;
    if (!ok(simtest_model(&set, "", &err) == 0 && set.n == 1, "empty"))
        return;
    const struct sbs_model *m = &set.models[0];
    ok(sbs_dist_is_const(&m->client.call_s, &x) && x == 0 &&
           sbs_dist_is_const(&m->startup.pull_s, &x) && x == 0 &&
           sbs_dist_is_const(&m->stop_s, &x) && x == 0, "no delay");
    ok(isinf(m->client.launches_per_call) && isinf(m->client.calls_per_s) &&
           isinf(m->launcher.burst) && isinf(m->launcher.refill_per_s) &&
           isinf(m->launcher.quota_vcpu), "no limit");
    ok(m->startup.never_p == 0 && m->launcher.refuse_p == 0 &&
           m->loss.fail_p == 0 && m->loss.spot_per_h == 0, "no loss");
    ok(m->speed.weather_log_sd == 0 && m->speed.drift_per_h == 0 &&
           m->speed.log_sd == 0 && m->run.speed_log_sd == 0 &&
           m->run.startup_log_sd == 0 && m->run.call_log_sd == 0,
       "no weather, drift, or run factors");
    ok(m->price.round_s == 0 && m->price.min_billed_s == 0 &&
           m->price.vcpu_h_usd == 0.04048 && m->price.gb_h_usd == 0.004445,
       "list prices, no rounding, no minimum");
    ok(m->local.cores == 10 && isnan(m->local.makespan_s), "10 local cores");
    sbs_model_slowdown(m, &x, &sd);
    ok(x == 1 && sd == 0, "slow-down 1");
    ok(sbs_model_gain(m, 3, &x, &err) == 0 && x == 1, "every size gains 1");
    sbs_model_fini(&set);
    ok(simtest_model(&set, "'client':{'call_s':null,'calls_per_s':null},"
                     "'launcher':{'quota_vcpu':null}", &err) == 0 &&
           isinf(set.stated.client.calls_per_s),
       "null is as good as omitted");
    sbs_model_fini(&set);
}

static void test_values(void)
{
    struct sbs_model_set set;
    struct sbs_error err = { 0 };
    double mean, sd;
    int status = simtest_model(
        &set, "'speed':{'classes':[{'weight':3,'slowdown':2},{'weight':1,"
        "'slowdown':{'dist':'uniform','lo':4,'hi':8}}],'log_sd':0.5},"
        "'client':{'call_s':1},'startup':{'pull_s':{'dist':'exponential',"
        "'mean':3},'boot_s':2},'posterior':{'draws':[{'stop_s':1},"
        "{'speed.classes.1.weight':3}]}", &err);
    if (!ok(status == 0 && set.n == 2, "two draws"))
        return;
    ok(set.stated.speed.classes[0].cumulative == 0.75 &&
           set.models[1].speed.classes[0].cumulative == 0.5 &&
           set.models[0].speed.classes[1].cumulative == 1,
       "weights are normalised");
    sbs_model_slowdown(&set.stated, &mean, &sd);
    /* E = 3, E X^2 = .75 4 + .25 (36 + 16/12) = 37/3; times e^.125, e^.5 */
    is_near(mean, 3 * exp(0.125), 1e-14, "mean slow-down");
    is_near(sd, sqrt(37.0 / 3 * exp(0.5) - mean * mean), 1e-13, "and sd");
    sbs_model_startup(&set.stated, &mean, &sd);
    ok(mean == 6 && sd == 3, "launch request to ready: 6 +- 3");
    sbs_model_fini(&set);
}

static void test_workload(void)
{
    struct sbs_workload w;
    struct sbs_error err = { 0 };
    ok(simtest_workload(&w, "'ref_s':[3,1,2]", 0, &err) == 0 &&
           w.tasks == 3 && sbs_workload_shortest_s(&w) == 1,
       "a list says how many tasks there are");
    sbs_workload_fini(&w);
    ok(simtest_workload(&w, "'ref_s':[3,1,2]", 5, &err) != 0 &&
           strstr(err.text, "--tasks"), "--tasks with a list: %s", err.text);
    sbs_workload_fini(&w);
    ok(simtest_workload(&w, "'tasks':3,'ref_s':2", 8, &err) == 0 &&
           w.tasks == 8, "--tasks goes before the document");
    sbs_workload_fini(&w);
}

int main(void)
{
    test_defaults();
    test_values();
    test_mistakes();
    test_workload();
    return tap_done();
}
