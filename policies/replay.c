/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policies/replay.h"

#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "model/replay.h"
#include "policies/stack.h"

static int fail_header(const struct sbs_log *log, struct sbs_error *err)
{
    char where[200];
    snprintf(where, sizeof where, "%.180s:1", sbs_log_name(log));
    return sbs_fail_at(err, where);
}

static int parse_spec(const struct sbs_log *log, struct sbs_spec_list *specs,
                      struct sbs_registry *registry, bool plugins,
                      struct sbs_error *err)
{
    const char *spec = sbs_log_header(log)->spec;
    if (strchr(spec, '/') && !plugins)
        return sbs_fail(err, SBS_EINPUT,
                        "%s:1: the policy \"%.100s\" is a plugin, and a "
                        "plugin is a program: --plugins lets it run",
                        sbs_log_name(log), spec);
    if (sbs_stack_parse(specs, spec, registry, err) != 0)
        return fail_header(log, err);
    if (specs->n == 1)
        return 0;
    sbs_stack_fini(specs);
    return sbs_fail(err, SBS_EINPUT, "%s:1: spec: is not one policy "
                    "(\"%.100s\")", sbs_log_name(log), spec);
}

/* What the policies plan now, beside what they planned then. 0 the same, 1
 * different (printed), -1 error. */
static int compare_plans(const struct sbs_log *log,
                         const struct sbs_stack *stack, FILE *out,
                         struct sbs_error *err)
{
    const struct sbs_log_header *h = sbs_log_header(log);
    struct sbs_plan plan = h->asked;
    struct sbs_error refused = { 0 };
    if (sbs_driver_plan(stack, &h->constants, &plan, &refused) != 0) {
        fprintf(out, "%s:1: the policy refuses the plan of the log now: %s\n",
                sbs_log_name(log), refused.text);
        return 1;
    }
    struct sbs_log_about now = { .spec = h->spec,
                                 .stack = stack,
                                 .asked = &h->asked,
                                 .plan = &plan,
                                 .constants = &h->constants };
    cJSON *json = sbs_log_header_tree(&now, err);
    char *text = NULL;
    size_t size = 0;
    FILE *differences = json ? open_memstream(&text, &size) : NULL;
    int n = 0;
    if (differences) {
        static const char *const parts[] = { "layers", "plan" };
        for (int i = 0; i < 2; i++)
            n += sbs_log_compare(sbs_json_get(h->json, parts[i]),
                                 sbs_json_get(json, parts[i]), parts[i],
                                 differences);
        fclose(differences);
    }
    if (n > 0)
        fprintf(out, "%s:1: the policy plans otherwise (log / now):\n%s",
                sbs_log_name(log), text);
    free(text);
    cJSON_Delete(json);
    if (!differences)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    return n > 0;
}

static void report(const struct sbs_log *log, const struct sbs_replay *r,
                   FILE *out)
{
    if (!r->differs)
        fprintf(out, "%s: %llu events, %llu decisions: the same\n",
                sbs_log_name(log), (unsigned long long)r->events,
                (unsigned long long)r->decisions);
    else
        fprintf(out,
                "%s:%llu: at %.6g s the policy decides otherwise, after %llu "
                "events and %llu decisions\n  log: %s\n  now: %s\n",
                sbs_log_name(log), (unsigned long long)r->line, r->time_s,
                (unsigned long long)r->events,
                (unsigned long long)r->decisions, r->logged, r->now);
}

int sbs_replay_log(struct sbs_log *log, struct sbs_registry *registry,
                   bool plugins, FILE *out, struct sbs_error *err)
{
    const struct sbs_log_header *h = sbs_log_header(log);
    struct sbs_spec_list specs = { 0 };
    struct sbs_replay r;
    if (parse_spec(log, &specs, registry, plugins, err) != 0)
        return -1;
    const struct sbs_stack *stack = &specs.spec[0].stack;
    int status = compare_plans(log, stack, out, err);
    if (status == 0) {
        struct sbs_driver *driver =
            sbs_driver_create(stack, &h->plan, &h->constants, err);
        status = driver ? sbs_replay_run(&r, log, driver, err) : -1;
        sbs_driver_destroy(driver);
        if (status == 0) {
            report(log, &r, out);
            status = r.differs;
        }
    }
    sbs_stack_fini(&specs);
    return status;
}
