/* SPDX-License-Identifier: Apache-2.0 */
/* sbsim diff: where two runs part ways. */
#include "config.h"

#include <stdio.h>

#include <cJSON.h>

#include "cli/command.h"
#include "cli/flags.h"
#include "model/log.h"
#include "model/log_state.h"

struct options {
    struct sbs_words logs;
};

static const struct sbs_flag flags[] = {
    SBS_FLAG_WORDS(struct options, logs, "A B", 2, 2,
                   "two logs that --log has written"),
    SBS_FLAG_END
};

static const struct sbs_flags table = {
    "diff", "A B",
    "Finds the first line in which two logs differ, and prints the state of "
    "both runs there. Status 3 when they differ.",
    flags,
    "  sbsim --policy static,speculative --trace fargate.h5 --log logs\n"
    "  sbsim diff logs/01-static.r0.jsonl logs/02-speculative.r0.jsonl\n"
};

/* The last lines that both logs have. */
enum { LAST_LINES = 3 };

struct walk {
    struct sbs_log *log[2];
    struct sbs_log_entry e[2];
    int got[2]; /* as sbs_log_next tells */
    struct sbs_log_entry last[LAST_LINES];
    uint64_t same; /* lines behind the header */
};

/* Go on to the first difference. 0: none, 1: found, -1: unreadable. */
static int find(struct walk *w, struct sbs_error *err)
{
    for (;;) {
        for (int i = 0; i < 2; i++) {
            w->got[i] = sbs_log_next(w->log[i], &w->e[i], err);
            if (w->got[i] < 0)
                return -1;
        }
        /* Both have an end, and ends differ from everything else. */
        if (!w->got[0] || !w->got[1])
            return 0;
        if (!sbs_log_same(&w->e[0], &w->e[1], sbs_log_values(w->e[0].kind)))
            return 1;
        w->last[w->same++ % LAST_LINES] = w->e[0];
    }
}

static void print_row(const char *name, double a, double b)
{
    printf("  %-22s %14.10g %14.10g\n", name, a, b);
}

static void print_states(const struct sbs_log_state *a,
                         const struct sbs_log_state *b)
{
    static const struct {
        enum sbs_worker_state state;
        const char *name;
    } states[] = {
        { SBS_WORKER_STARTING, "  starting" },
        { SBS_WORKER_IDLE, "  idle" },
        { SBS_WORKER_BUSY, "  busy" },
        { SBS_WORKER_PROBING, "  probing" },
        { SBS_WORKER_ENDED, "  ended" },
    };
    printf("\n  %-22s %14s %14s\n", "state", "A", "B");
    print_row("time_s", a->now_s, b->now_s);
    print_row("workers", a->workers, b->workers);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        print_row(states[i].name, a->in[states[i].state],
                  b->in[states[i].state]);
    print_row("  ordered to stop", a->stopping, b->stopping);
    print_row("attempts begun", a->begun, b->begun);
    print_row("  result stored", a->stored, b->stored);
    print_row("  result seen", a->seen, b->seen);
    print_row("  dropped or lost", a->dropped, b->dropped);
    print_row("units seen", a->units_seen, b->units_seen);
    print_row("  of", a->units, b->units);
    print_row("tasks complete", a->tasks_complete, b->tasks_complete);
}

static void print_difference(const struct walk *w)
{
    char text[SBS_LOG_TEXT];
    printf("The first difference is in line %llu, at %.10g s in A and "
           "%.10g s in B:\n", (unsigned long long)sbs_log_line(w->log[0]),
           w->e[0].time_s, w->e[1].time_s);
    uint64_t from = w->same > LAST_LINES ? w->same - LAST_LINES : 0;
    for (uint64_t k = from; k < w->same; k++) {
        const struct sbs_log_entry *e = &w->last[k % LAST_LINES];
        printf("     %s\n",
               sbs_log_text(e, sbs_log_values(e->kind), text));
    }
    for (int i = 0; i < 2; i++)
        printf("  %c: %s\n", 'A' + i,
               sbs_log_text(&w->e[i], sbs_log_values(w->e[i].kind), text));
    print_states(sbs_log_state(w->log[0]), sbs_log_state(w->log[1]));
}

static int compare(struct walk *w, struct sbs_error *err)
{
    for (int i = 0; i < 2; i++)
        printf("%c: %s\n", 'A' + i, sbs_log_name(w->log[i]));
    int headers = sbs_log_compare(sbs_log_header(w->log[0])->json,
                                  sbs_log_header(w->log[1])->json,
                                  "header", stdout);
    int found = find(w, err);
    if (found < 0)
        return -1;
    if (found)
        print_difference(w);
    else
        printf("%s%llu events, orders and answers: the same\n",
               headers ? "The headers differ; " : "",
               (unsigned long long)w->same);
    return headers || found;
}

int sbs_cmd_diff(int argc, char **argv)
{
    struct options o = { 0 };
    struct sbs_error err = { 0 };
    struct walk w = { 0 };
    int status = 1;
    if (!sbs_flags_start(&table, argc, argv, &o, &status))
        return status;
    int result = -1;
    for (int i = 0; i < 2 && err.code == SBS_EOK; i++)
        w.log[i] = sbs_log_open(o.logs.item[i], &err);
    if (err.code == SBS_EOK)
        result = compare(&w, &err);
    if (result < 0)
        fprintf(stderr, "sbsim: %s\n", err.text);
    status = result < 0 ? 1 : result ? 3 : 0;
    sbs_log_close(w.log[0]);
    sbs_log_close(w.log[1]);
    sbs_flags_fini(&table, &o);
    return status;
}
