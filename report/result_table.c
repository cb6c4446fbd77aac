/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/result_table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/human.h"
#include "report/ignorance.h"
#include "report/stopped.h"
#include "report/verdict.h"

enum { WIDEST = 100, NAME_MIN = 12, SENTENCE = 2048 };

enum column { MAKESPAN, SPREAD, SPEEDUP, BILL, REGRET, APART, COLUMNS };

struct row {
    char cell[COLUMNS][SBS_HUMAN_TEXT];
};

struct table {
    const struct sbs_result *r;
    struct sbs_human_unit unit;
    struct row *rows;  /* two of heads, then one a policy */
    size_t n_rows;
    size_t width[COLUMNS], name_width;
    int blurred;       /* some difference cannot be told from 0 */
};

static const struct sbs_summary *summary(const struct sbs_result_policy *p,
                                         enum sbs_metric metric)
{
    return &p->summary[metric];
}

static void mean_cell(char *cell, const struct sbs_summary *s, double unit,
                      int least, int most)
{
    sbs_human_pm(cell, s->mean / unit, sbs_summary_half_width(s) / unit, least,
                 most, 0);
}

/* Difference to the first policy, marked if it may be nothing. */
static void apart_cell(struct table *t, char *cell,
                       const struct sbs_result_policy *p)
{
    const struct sbs_paired *d = &p->vs_first[SBS_METRIC_makespan_s];
    char text[SBS_HUMAN_TEXT];
    const char *mark = " ";
    if (p == &t->r->policies[0]) {
        snprintf(cell, SBS_HUMAN_TEXT, "first ");
        return;
    }
    sbs_human_pm(text, d->mean / t->unit.seconds,
                 (d->hi - d->lo) / 2 / t->unit.seconds, 0, 3, 1);
    if (d->n > 1 && !sbs_compare_differs(d)) {
        mark = "?";
        t->blurred = 1;
    }
    snprintf(cell, SBS_HUMAN_TEXT, "%.40s%s", text, mark);
}

static void fill_heads(struct table *t)
{
    static const char *const top[COLUMNS] = {
        "makespan", "5%..95%", "speed-up", "bill", "regret", "vs first "};
    struct row *names = &t->rows[0], *units = &t->rows[1];
    for (int c = 0; c < COLUMNS; c++)
        snprintf(names->cell[c], SBS_HUMAN_TEXT, "%s", top[c]);
    snprintf(units->cell[MAKESPAN], SBS_HUMAN_TEXT, "%s", t->unit.name);
    snprintf(units->cell[SPREAD], SBS_HUMAN_TEXT, "%s", t->unit.name);
    snprintf(units->cell[SPEEDUP], SBS_HUMAN_TEXT, "x");
    snprintf(units->cell[BILL], SBS_HUMAN_TEXT, "USD");
    snprintf(units->cell[REGRET], SBS_HUMAN_TEXT, "x");
    snprintf(units->cell[APART], SBS_HUMAN_TEXT, "%s ", t->unit.name);
}

static void fill_row(struct table *t, struct row *row,
                     const struct sbs_result_policy *p)
{
    const struct sbs_summary *m = summary(p, SBS_METRIC_makespan_s);
    const struct sbs_summary *bill = summary(p, SBS_METRIC_cost_usd);
    double unit = t->unit.seconds;
    mean_cell(row->cell[MAKESPAN], m, unit, 0, 3);
    sbs_human_range(row->cell[SPREAD], m->p05 / unit, m->p95 / unit);
    mean_cell(row->cell[SPEEDUP], summary(p, SBS_METRIC_speedup), 1, 1, 3);
    /* Cents; below ten cents the hundredth of a cent. */
    int decimals = bill->mean < 0.1 ? 4 : 2;
    mean_cell(row->cell[BILL], bill, 1, decimals, decimals);
    mean_cell(row->cell[REGRET], summary(p, SBS_METRIC_regret), 1, 1, 3);
    apart_cell(t, row->cell[APART], p);
}

static void measure(struct table *t)
{
    size_t numbers = 0, longest = strlen("policy");
    for (int c = 0; c < COLUMNS; c++) {
        t->width[c] = 0;
        for (size_t i = 0; i < t->n_rows; i++) {
            size_t width = sbs_human_width(t->rows[i].cell[c]);
            if (width > t->width[c])
                t->width[c] = width;
        }
        numbers += t->width[c] + 2;
    }
    for (size_t i = 0; i < t->r->n_policies; i++) {
        size_t width = sbs_human_width(t->r->policies[i].spec);
        if (width > longest)
            longest = width;
    }
    size_t room = numbers + NAME_MIN < WIDEST ? WIDEST - numbers : NAME_MIN;
    t->name_width = longest < room ? longest : room;
}

/* Append `cell` to the line, right-aligned in `width` columns. */
static void add_cell(char *line, size_t size, const char *cell, size_t width)
{
    size_t at = strlen(line), blanks = width - sbs_human_width(cell);
    snprintf(line + at, size - at, "%*s%s", (int)blanks, "", cell);
}

/* A name too long for its column gets a line of its own. */
static void print_row(const struct table *t, FILE *out, const char *name,
                      const struct row *row)
{
    char line[COLUMNS * SBS_HUMAN_TEXT + 2 * COLUMNS] = "";
    size_t width = sbs_human_width(name);
    fputs(name, out);
    if (width > t->name_width) {
        putc('\n', out);
        width = 0;
    }
    for (int c = 0; c < COLUMNS; c++)
        add_cell(line, sizeof line, row->cell[c], t->width[c] + 2);
    size_t end = strlen(line);
    while (end > 0 && line[end - 1] == ' ')
        end--;
    fprintf(out, "%*s%.*s\n", (int)(t->name_width - width), "", (int)end,
            line);
}

static void print_unfinished(const struct sbs_result *r, FILE *out)
{
    char text[SENTENCE], rest[80];
    for (size_t i = 0; i < r->n_policies; i++) {
        const struct sbs_result_policy *p = &r->policies[i];
        if (p->unfinished == 0)
            continue;
        snprintf(rest, sizeof rest, "; its figures are those of the other %llu",
                 (unsigned long long)(p->reps - p->unfinished));
        snprintf(text, sizeof text,
                 "NOT FINISHED: %s in %llu of %llu replications%s%s%s.",
                 p->spec, (unsigned long long)p->unfinished,
                 (unsigned long long)p->reps,
                 p->unfinished_why ? ": " : "",
                 p->unfinished_why ? p->unfinished_why : "",
                 p->unfinished < p->reps ? rest : "");
        sbs_human_wrap(out, text, 2);
    }
}

static void print_paragraph(FILE *out, const char *head, const char *body)
{
    char text[SENTENCE + 64];
    if (!body)
        return;
    snprintf(text, sizeof text, "%s: %s", head, body);
    sbs_human_wrap(out, text, 2);
}

static void print_words(const struct table *t, FILE *out)
{
    const struct sbs_result *r = t->r;
    char verdict[SENTENCE];
    putc('\n', out);
    sbs_human_wrap(out,
                   "Means with 95% intervals (\u00b1); nine runs in ten lie "
                   "in 5%..95%; speed-up is against the local machine; regret "
                   "is against the best that any policy could have done.", 0);
    if (t->blurred)
        sbs_human_wrap(out,
                       r->draws > 1
                           ? "? = cannot be told apart from the first policy "
                             "with what is known of the parameters."
                           : "? = cannot be told apart from the first policy "
                             "with these replications.", 0);
    if (r->stop) {
        char text[SENTENCE];
        putc('\n', out);
        snprintf(text, sizeof text, "Stopping: %.2000s",
                 sbs_stopped_text(r, verdict, sizeof verdict));
        sbs_human_wrap(out, text, 2);
    }
    sbs_ignorance_write(r, t->unit, out);
    putc('\n', out);
    print_unfinished(r, out);
    for (size_t i = 0; i < r->n_warnings; i++)
        print_paragraph(out, "Note", r->warnings[i]);
    sbs_verdict(r, verdict, sizeof verdict);
    print_paragraph(out, "Verdict", verdict);
    print_paragraph(out, "Rests on", r->basis);
    print_paragraph(out, "Weakest assumption", r->weakest);
    print_paragraph(out, "Next", r->next);
}

int sbs_result_table_write(const struct sbs_result *r, FILE *out,
                           struct sbs_error *err)
{
    struct table t = {.r = r, .n_rows = r->n_policies + 2};
    t.rows = calloc(t.n_rows, sizeof *t.rows);
    if (!t.rows)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    t.unit = sbs_verdict_unit(r);
    fill_heads(&t);
    for (size_t i = 0; i < r->n_policies; i++)
        fill_row(&t, &t.rows[i + 2], &r->policies[i]);
    measure(&t);
    if (r->title) {
        sbs_human_wrap(out, r->title, 0);
        putc('\n', out);
    }
    print_row(&t, out, "policy", &t.rows[0]);
    print_row(&t, out, "", &t.rows[1]);
    for (size_t i = 0; i < r->n_policies; i++)
        print_row(&t, out, r->policies[i].spec, &t.rows[i + 2]);
    free(t.rows);
    print_words(&t, out);
    if (fflush(out) != 0 || ferror(out))
        return sbs_fail(err, SBS_EIO, "cannot be written: %s",
                        strerror(errno));
    return 0;
}
