/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim replay: would the policy decide the same again? */
#include "config.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/flags.h"
#include "policies/replay.h"

struct options {
    struct sbs_words logs;
    bool plugins;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_WORDS(struct options, logs, "LOG", 1, 1e6,
                   "logs that --log has written"),
    SBS_FLAG_SWITCH(struct options, plugins, "plugins",
                    "load the plugins that the logs name: a plugin is a "
                    "program, so do it with your own logs only"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "replay", "LOG...",
    "Feeds the events of each log to its policy and compares every decision "
    "with the one in the log. Status 3 when one differs, and where.",
    flags,
    "  sbsim --policy static --trace fargate.h5 --log logs\n"
    "  sbsim replay logs/01-static.r0.jsonl\n"
};

int sbs_cmd_replay(int argc, char **argv)
{
    struct options o = { .plugins = false };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    struct sbs_registry *registry = sbs_registry_create();
    bool failed = !registry, differs = false;
    for (size_t i = 0; registry && i < o.logs.n; i++) {
        struct sbs_error err = { 0 };
        struct sbs_log *log = sbs_log_open(o.logs.item[i], &err);
        int result = log ? sbs_replay_log(log, registry, o.plugins, stdout,
                                          &err)
                         : -1;
        sbs_log_close(log);
        if (result < 0) {
            /* What is wrong is in the log, not on the command line. */
            fprintf(stderr, "sbsim: %s\n", err.text);
            failed = true;
        }
        differs |= result == 1;
    }
    sbs_registry_destroy(registry);
    sbs_flags_fini(&table, &o);
    return failed ? 1 : differs ? 3 : 0;
}
