/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/scenario_table.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/human.h"
#include "report/verdict.h"

enum { WIDEST = 100, PARAGRAPH = 4096, FLIPS_TOLD = 6 };

struct table {
    const struct sbs_scenario_result *list;
    size_t n;        /* scenarios */
    size_t policies;
    struct sbs_human_unit unit;
    char (*cell)[SBS_HUMAN_TEXT]; /* [policies * n] */
    size_t *width;                /* [n] */
    size_t name_width;
    bool unfinished; /* some policy does not always finish */
};

/* A pair whose order is another one than in list[0]. */
struct flip {
    size_t ahead, behind;
    double by_s, half_s; /* NaN where one of them does not always finish */
    double was_s, was_half_s;
};

static const struct sbs_result_policy *policy(const struct table *t,
                                              size_t scenario, size_t p)
{
    return &t->list[scenario].result->policies[p];
}

static const struct sbs_summary *makespan(const struct sbs_result_policy *p)
{
    return &p->summary[SBS_METRIC_makespan_s];
}

/* ---- who is before whom ------------------------------------------------ */

int sbs_scenario_order(const struct sbs_result *r, size_t a, size_t b,
                       struct sbs_paired *apart)
{
    const struct sbs_result_policy *p = &r->policies[a];
    const struct sbs_result_policy *q = &r->policies[b];
    struct sbs_paired pair;
    uint64_t n = p->reps < q->reps ? p->reps : q->reps;
    struct sbs_error err;
    /* Out of memory: not known to differ. */
    int failed = sbs_compare_draws(&pair, p->values[SBS_METRIC_makespan_s],
                                   q->values[SBS_METRIC_makespan_s], n,
                                   r->draws, &err);
    if (apart)
        *apart = pair;
    if ((p->unfinished == 0) != (q->unfinished == 0))
        return p->unfinished == 0 ? -1 : 1;
    /* Where both fail now and then, the means are over other runs. */
    if (p->unfinished > 0 || failed || !sbs_compare_differs(&pair))
        return 0;
    return pair.mean > 0 ? -1 : 1;
}

/* One more than those surely before it, so that policies that cannot be told
 * apart share a rank. */
static size_t rank_of(const struct sbs_result *r, size_t p)
{
    size_t rank = 1;
    for (size_t q = 0; q < r->n_policies; q++)
        rank += q != p && sbs_scenario_order(r, q, p, NULL) < 0;
    return rank;
}

/* ---- the numbers --------------------------------------------------------- */

static void fill_cell(struct table *t, size_t scenario, size_t p)
{
    const struct sbs_result *r = t->list[scenario].result;
    const struct sbs_result_policy *q = &r->policies[p];
    char mean[SBS_HUMAN_TEXT];
    const char *mark = " ";
    sbs_human_pm(mean, makespan(q)->mean / t->unit.seconds,
                 sbs_summary_half_width(makespan(q)) / t->unit.seconds, 0, 3,
                 0);
    if (q->unfinished > 0) {
        mark = "!";
        t->unfinished = true;
    }
    snprintf(t->cell[p * t->n + scenario], SBS_HUMAN_TEXT, "%zu. %.36s%s",
             rank_of(r, p), mean, mark);
}

static void measure(struct table *t)
{
    t->name_width = strlen("policy");
    for (size_t p = 0; p < t->policies; p++) {
        size_t width = sbs_human_width(policy(t, 0, p)->spec);
        if (width > t->name_width)
            t->name_width = width;
    }
    if (t->name_width > WIDEST / 3)
        t->name_width = WIDEST / 3;
    for (size_t s = 0; s < t->n; s++) {
        t->width[s] = strlen(t->list[s].name) + 1;
        for (size_t p = 0; p < t->policies; p++) {
            size_t width = sbs_human_width(t->cell[p * t->n + s]);
            if (width > t->width[s])
                t->width[s] = width;
        }
    }
}

static void print_cell(FILE *out, const char *text, size_t width, bool last)
{
    size_t end = strlen(text);
    size_t blanks = width - sbs_human_width(text);
    while (last && end > 0 && text[end - 1] == ' ')
        end--;
    fprintf(out, "%*s%.*s", (int)blanks + 2, "", (int)end, text);
}

static void print_name(const struct table *t, FILE *out, const char *name)
{
    size_t width = sbs_human_width(name);
    fputs(name, out);
    if (width > t->name_width) {
        putc('\n', out);
        width = 0;
    }
    fprintf(out, "%*s", (int)(t->name_width - width), "");
}

/* Scenarios [from, to) beside one another. */
static void print_block(const struct table *t, FILE *out, size_t from,
                        size_t to)
{
    char head[SBS_HUMAN_TEXT];
    print_name(t, out, "policy");
    for (size_t s = from; s < to; s++) {
        snprintf(head, sizeof head, "%s ", t->list[s].name);
        print_cell(out, head, t->width[s], s + 1 == to);
    }
    putc('\n', out);
    for (size_t p = 0; p < t->policies; p++) {
        print_name(t, out, policy(t, 0, p)->spec);
        for (size_t s = from; s < to; s++)
            print_cell(out, t->cell[p * t->n + s], t->width[s], s + 1 == to);
        putc('\n', out);
    }
}

static void print_numbers(const struct table *t, FILE *out)
{
    for (size_t from = 0, to; from < t->n; from = to) {
        size_t used = t->name_width;
        for (to = from; to < t->n; to++) {
            used += t->width[to] + 2;
            if (used > WIDEST && to > from)
                break;
        }
        if (from > 0)
            putc('\n', out);
        print_block(t, out, from, to);
    }
}

/* ---- the words ----------------------------------------------------------- */

/* Append to text[0..size). */
__attribute__((format(printf, 3, 4))) static void
say(char *text, size_t size, const char *fmt, ...)
{
    size_t used = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text + used, size - used, fmt, ap);
    va_end(ap);
}

static void print_legend(const struct table *t, FILE *out)
{
    char text[600];
    snprintf(text, sizeof text,
             "Rank and mean makespan in %s with 95%% interval (\u00b1) under "
             "each scenario; policies that cannot be told apart share a "
             "rank.%s", t->unit.name,
             t->unfinished ? " ! = does not always finish; the mean is that "
                             "of the runs that did."
                           : "");
    putc('\n', out);
    sbs_human_wrap(out, text, 0);
    size_t name_width = 0;
    for (size_t s = 0; s < t->n; s++)
        if (strlen(t->list[s].name) > name_width)
            name_width = strlen(t->list[s].name);
    for (size_t s = 0; s < t->n; s++)
        fprintf(out, "  %-*s  %s\n", (int)name_width, t->list[s].name,
                t->list[s].summary);
    putc('\n', out);
}

static void print_unfinished(const struct table *t, FILE *out)
{
    for (size_t s = 0; s < t->n; s++) {
        char text[PARAGRAPH] = "";
        for (size_t p = 0; p < t->policies; p++) {
            const struct sbs_result_policy *q = policy(t, s, p);
            if (q->unfinished > 0)
                say(text, sizeof text, "%s%s in %llu of %llu",
                    *text ? ", " : "", q->spec,
                    (unsigned long long)q->unfinished,
                    (unsigned long long)q->reps);
        }
        if (!*text)
            continue;
        char line[PARAGRAPH + 80];
        snprintf(line, sizeof line, "NOT FINISHED under %s: %s replications.",
                 t->list[s].name, text);
        sbs_human_wrap(out, line, 2);
    }
}

/* Whether some other policy cannot be told apart from the best. */
static bool is_tied(const struct sbs_result *r)
{
    for (size_t p = 0; p < r->n_policies; p++)
        if (p != r->best && sbs_scenario_order(r, r->best, p, NULL) == 0)
            return true;
    return false;
}

/* "split is best under plain, drift; static under rare5x." */
static void print_best(const struct table *t, FILE *out)
{
    char text[PARAGRAPH] = "Verdict: ";
    bool first = true;
    for (size_t p = 0; p < t->policies; p++) {
        bool named = false;
        for (size_t s = 0; s < t->n; s++) {
            const struct sbs_result *r = t->list[s].result;
            if (r->best != p || makespan(&r->policies[p])->n == 0)
                continue;
            if (!named)
                say(text, sizeof text, "%s%s%s under ", first ? "" : "; ",
                    policy(t, s, p)->spec, first ? " is best" : "");
            say(text, sizeof text, "%s%s%s", named ? ", " : "",
                t->list[s].name, is_tied(r) ? " (tied)" : "");
            named = true;
            first = false;
        }
    }
    say(text, sizeof text, "%s.", first ? "nothing ever finishes" : "");
    sbs_human_wrap(out, text, 2);
}

/* The pairs that change places, the largest difference first. */
static size_t find_flips(const struct table *t, size_t scenario,
                         struct flip *flips)
{
    const struct sbs_result *plain = t->list[0].result;
    const struct sbs_result *r = t->list[scenario].result;
    size_t n = 0;
    for (size_t a = 0; a < t->policies; a++) {
        for (size_t b = a + 1; b < t->policies; b++) {
            struct sbs_paired was, is;
            int before = sbs_scenario_order(plain, a, b, &was);
            int now = sbs_scenario_order(r, a, b, &is);
            if (before * now != -1)
                continue;
            bool sure = r->policies[a].unfinished == 0 &&
                        r->policies[b].unfinished == 0;
            struct flip f = { now < 0 ? a : b, now < 0 ? b : a,
                              sure ? fabs(is.mean) : NAN,
                              (is.hi - is.lo) / 2, fabs(was.mean),
                              (was.hi - was.lo) / 2 };
            size_t at = n++;
            /* One that never ends weighs more than any difference. */
            for (; at > 0 && !(flips[at - 1].by_s >= f.by_s) &&
                   !isnan(flips[at - 1].by_s); at--)
                flips[at] = flips[at - 1];
            flips[at] = f;
        }
    }
    return n;
}

static void say_flip(const struct table *t, char *text, size_t size,
                     const struct flip *f)
{
    char by[SBS_HUMAN_TEXT], was[SBS_HUMAN_TEXT];
    double unit = t->unit.seconds;
    const char *ahead = policy(t, 0, f->ahead)->spec;
    const char *behind = policy(t, 0, f->behind)->spec;
    sbs_human_pm(by, f->by_s / unit, f->half_s / unit, 0, 3, 0);
    sbs_human_pm(was, f->was_s / unit, f->was_half_s / unit, 0, 3, 0);
    if (isnan(f->by_s))
        say(text, size, "%s always finishes, %s does not (behind it by %s %s "
            "under %s)", ahead, behind, was, t->unit.name, t->list[0].name);
    else
        say(text, size, "%s is before %s by %s %s (behind it by %s under %s)",
            ahead, behind, by, t->unit.name, was, t->list[0].name);
}

static void print_flips(const struct table *t, FILE *out, struct flip *flips)
{
    char calm[PARAGRAPH] = "";
    for (size_t s = 1; s < t->n; s++) {
        char text[PARAGRAPH] = "";
        size_t n = find_flips(t, s, flips);
        if (n == 0) {
            say(calm, sizeof calm, "%s%s", *calm ? ", " : "",
                t->list[s].name);
            continue;
        }
        say(text, sizeof text, "Flips under %s: ", t->list[s].name);
        for (size_t i = 0; i < n && i < FLIPS_TOLD; i++) {
            say(text, sizeof text, "%s", i > 0 ? "; " : "");
            say_flip(t, text, sizeof text, &flips[i]);
        }
        if (n > FLIPS_TOLD)
            say(text, sizeof text, "; and %zu more pairs", n - FLIPS_TOLD);
        say(text, sizeof text, ".");
        sbs_human_wrap(out, text, 2);
    }
    if (*calm) {
        char line[PARAGRAPH + 80];
        snprintf(line, sizeof line, "No pair that %s can tell apart flips "
                 "under %s.", t->list[0].name, calm);
        sbs_human_wrap(out, line, 2);
    }
}

static void print_rest(const struct table *t, FILE *out)
{
    const struct sbs_result *r = t->list[0].result;
    const char *heads[] = { "Rests on", "Weakest assumption" };
    const char *bodies[] = { r->basis, r->weakest };
    for (size_t i = 0; i < 2; i++) {
        char text[PARAGRAPH];
        if (!bodies[i])
            continue;
        snprintf(text, sizeof text, "%s: %s", heads[i], bodies[i]);
        sbs_human_wrap(out, text, 2);
    }
}

/* ---- all of it ----------------------------------------------------------- */

static void write_table(struct table *t, FILE *out, struct flip *flips)
{
    /* One unit for all, that of the plain model: a scenario in which some
     * policy takes for ever must not hide the digits of the others. */
    t->unit = sbs_verdict_unit(t->list[0].result);
    for (size_t s = 0; s < t->n; s++)
        for (size_t p = 0; p < t->policies; p++)
            fill_cell(t, s, p);
    measure(t);
    if (t->list[0].result->title) {
        sbs_human_wrap(out, t->list[0].result->title, 0);
        putc('\n', out);
    }
    print_numbers(t, out);
    print_legend(t, out);
    print_unfinished(t, out);
    print_best(t, out);
    if (t->policies > 1)
        print_flips(t, out, flips);
    print_rest(t, out);
}

int sbs_scenario_table_write(const struct sbs_scenario_result *list, size_t n,
                             FILE *out, struct sbs_error *err)
{
    size_t policies = list[0].result->n_policies;
    struct table t = { .list = list, .n = n, .policies = policies };
    struct flip *flips = calloc(policies * policies, sizeof *flips);
    t.cell = calloc(policies * n, sizeof *t.cell);
    t.width = calloc(n, sizeof *t.width);
    bool room = flips && t.cell && t.width;
    if (room)
        write_table(&t, out, flips);
    free(flips);
    free(t.cell);
    free(t.width);
    if (!room)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (fflush(out) != 0 || ferror(out))
        return sbs_fail(err, SBS_EIO, "cannot be written: %s",
                        strerror(errno));
    return 0;
}
