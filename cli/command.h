/* SPDX-License-Identifier: Apache-2.0 */
/* The sub-commands of sbsim, one cli/cmd_NAME.c each. argv[0] is the name of
 * the command (or of the program, for the default command); the result is
 * the exit status: 0 done, 1 failed, 2 usage, 3 finished but a stated check
 * failed. */
#ifndef SBS_CLI_COMMAND_H
#define SBS_CLI_COMMAND_H

/* In the order of --help: name, one line. */
#define SBS_COMMANDS(X)                                                    \
    X(run, "simulate policies and say which to use (the default)")         \
    X(sweep, "thousands of what-ifs: a study over any keys, on many cores")  \
    X(tune, "search policies, workers and sizes for the best to run")      \
    X(calibrate, "fit a model to a trace, and say how well it is known")   \
    X(predict, "file a forecast of a run, before it is made")              \
    X(score, "hold a forecast to what was measured")                       \
    X(diagnose, "slow workers, bad luck or wear: what a trace can tell")    \
    X(explain, "where the speed-up went that was expected, and why")         \
    X(policies, "list the policies, or explain some")                      \
    X(kernel, "run the Monte Carlo workload itself, whole or in pieces")   \
    X(replay, "feed the events of a log to its policy: the same again?")   \
    X(diff, "where two logs part ways, and the state of both there")       \
    X(trace, "measurements: import, look at, check, export")

#define SBS_COMMAND_(name, summary) int sbs_cmd_##name(int argc, char **argv);
SBS_COMMANDS(SBS_COMMAND_)
#undef SBS_COMMAND_

#endif
