/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim: finds the sub-command and runs it. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/flags.h"
#include "cli/man.h"
#include "cli/output.h"
#include "policies/registry.h"

struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
#define MAIN_ROW(name, summary) { #name, summary, sbs_cmd_##name },
    SBS_COMMANDS(MAIN_ROW)
#undef MAIN_ROW
    { NULL, NULL, NULL }
};

static int print_help(FILE *out)
{
    fputs("sbsim predicts time and bill of Monte Carlo work sent to AWS "
          "Fargate,\nand ranks scheduling policies by them.\n\n"
          "usage: sbsim --policy LIST --trace FILE [options]\n"
          "       sbsim COMMAND [options]\n\nCommands:\n", out);
    for (const struct command *c = commands; c->name; c++)
        fprintf(out, "  %-12s%s\n", c->name, c->summary);
    fputs("\n`sbsim COMMAND --help` explains a command; without one it is "
          "`run`.\n\nExamples:\n"
          "  sbsim --policy speculative --trace fargate.h5\n"
          "  sbsim policies speculative\n"
          "  sbsim trace info fargate.h5\n\n"
          "Exit status: 0 done, 1 failed, 2 wrong command line, 3 finished "
          "but a stated\ncheck failed.\n", out);
    return 0;
}

static const struct command *find_command(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static int unknown_command(const char *word)
{
    enum { COUNT = sizeof commands / sizeof commands[0] };
    const char *names[COUNT] = { NULL };
    for (size_t i = 0; i + 1 < COUNT; i++)
        names[i] = commands[i].name;
    const char *near = sbs_nearest(word, names, COUNT - 1);
    struct sbs_error err;
    if (sbs_registry_builtin(word))
        sbs_fail(&err, SBS_EUSAGE, "%s: is a policy, not a command: "
                 "sbsim --policy %s --trace fargate.h5", word, word);
    else
        sbs_fail(&err, SBS_EUSAGE, "%s: unknown command%s%s%s", word,
                 near ? " (did you mean " : "", near ? near : "",
                 near ? "?)" : "");
    return sbs_flags_report(NULL, &err);
}

/* The options of every command, for doc/gen-man. */
static int print_man(void)
{
    char flag[] = "--help-man";
    for (const struct command *c = commands; c->name; c++) {
        char name[32];
        snprintf(name, sizeof name, "%s", c->name);
        char *words[] = { name, flag, NULL };
        int status = c->run(2, words);
        if (status)
            return status;
    }
    return 0;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        return print_help(stdout);
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
        strcmp(word, "help") == 0)
        return print_help(stdout);
    if (strcmp(word, "--version") == 0) {
        puts(PACKAGE_STRING);
        return 0;
    }
    if (strcmp(word, "--help-man") == 0)
        return print_man();
    if (strcmp(word, "--help-man-policies") == 0) {
        sbs_man_policies(stdout);
        return 0;
    }
    const struct command *c;
    if (word[0] == '-') {
        c = find_command("run");
        return c ? c->run(argc, argv) : unknown_command(word);
    }
    c = find_command(word);
    return c ? c->run(argc - 1, argv + 1) : unknown_command(word);
}

/* A file opened later must not become descriptor 0, 1 or 2, or messages
 * would end up in it. Standard output is opened for reading, so that
 * printing to it fails as it should. */
static void fill_standard_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    fill_standard_descriptors();
    /* A reader that goes away is a failed write like any other, so that
     * temporary files are removed. */
    signal(SIGPIPE, SIG_IGN);
    sbs_output_on_signals();
    int status = dispatch(argc, argv);
    struct sbs_error err = { 0 };
    if (sbs_output_close_stdout(&err) && status == 0) {
        status = 1;
        if (err.text[0])
            fprintf(stderr, "sbsim: %s\n", err.text);
    }
    return status;
}
