/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/tune.h"

enum { CELLS = 8, ROWS_MAX = SBS_TUNE_FRONT + 2, TEXT = 2000, WIDEST = 100 };

/* A table that grows; the first cell is on the left, the others on the right
 * of their columns. */
struct grid {
    char cell[ROWS_MAX][CELLS][SBS_HUMAN_TEXT];
    const char *name[ROWS_MAX];
    size_t rows;
};

static char (*add_row(struct grid *g, const char *name))[SBS_HUMAN_TEXT]
{
    g->name[g->rows] = name;
    memset(g->cell[g->rows], 0, sizeof g->cell[0]);
    return g->cell[g->rows++];
}

static void print_grid(const struct grid *g, FILE *out)
{
    size_t width[CELLS] = { 0 }, sum = 0, name = 0;
    for (size_t i = 0; i < g->rows; i++) {
        for (size_t k = 0; k < CELLS; k++) {
            size_t n = sbs_human_width(g->cell[i][k]);
            width[k] = n > width[k] ? n : width[k];
        }
        size_t n = sbs_human_width(g->name[i]);
        name = n > name ? n : name;
    }
    for (size_t k = 0; k < CELLS; k++)
        sum += width[k] ? width[k] + 2 : 0;
    if (name + sum > WIDEST)
        name = sum + 12 < WIDEST ? WIDEST - sum : 12;
    for (size_t i = 0; i < g->rows; i++) {
        char line[CELLS * (SBS_HUMAN_TEXT + 2)] = "";
        size_t n = sbs_human_width(g->name[i]);
        fputs(g->name[i], out);
        if (n > name) {
            putc('\n', out);
            n = 0;
        }
        for (size_t k = 0; k < CELLS; k++) {
            size_t used = strlen(line);
            if (width[k])
                snprintf(line + used, sizeof line - used, "  %*s%s",
                         (int)(width[k] - sbs_human_width(g->cell[i][k])), "",
                         g->cell[i][k]);
        }
        size_t end = strlen(line);
        while (end > 0 && line[end - 1] == ' ')
            end--;
        fprintf(out, "%*s%.*s\n", (int)(name - n), "", (int)end, line);
    }
}

/* ---- rows --------------------------------------------------------------- */

struct printer {
    const struct sbs_tune_report *r;
    FILE *out;
    struct sbs_human_unit unit;
    struct grid grid;
    char *kept[ROWS_MAX]; /* names made here */
    size_t n_kept;
};

static void heads(struct printer *p, const char *last, const char *unit)
{
    static const char *const top[] = { "workers", "vCPU", "makespan",
                                       "5%..95%", "speed-up", "bill" };
    p->grid.rows = 0;
    char (*a)[SBS_HUMAN_TEXT] = add_row(&p->grid, "policy");
    char (*b)[SBS_HUMAN_TEXT] = add_row(&p->grid, "");
    const char *const units[] = { "", "", p->unit.name, p->unit.name, "x",
                                  "USD" };
    for (size_t k = 0; k < 6; k++) {
        snprintf(a[k], SBS_HUMAN_TEXT, "%s", top[k]);
        snprintf(b[k], SBS_HUMAN_TEXT, "%s", units[k]);
    }
    snprintf(a[6], SBS_HUMAN_TEXT, "%s", last);
    snprintf(b[6], SBS_HUMAN_TEXT, "%s", unit);
}

static void cells(struct printer *p, char (*c)[SBS_HUMAN_TEXT],
                  const struct sbs_tune_row *row)
{
    const struct sbs_summary *m = &row->time, *b = &row->bill,
                             *s = &row->speedup;
    double unit = p->unit.seconds;
    int cents = b->mean < 0.1 ? 4 : 2;
    snprintf(c[0], SBS_HUMAN_TEXT, "%u", row->workers);
    snprintf(c[1], SBS_HUMAN_TEXT, "%g", row->vcpu);
    sbs_human_pm(c[2], m->mean / unit, sbs_summary_half_width(m) / unit, 0, 3,
                 0);
    sbs_human_range(c[3], m->p05 / unit, m->p95 / unit);
    sbs_human_pm(c[4], s->mean, sbs_summary_half_width(s), 1, 3, 0);
    sbs_human_pm(c[5], b->mean, sbs_summary_half_width(b), cents, cents, 0);
}

static int add_candidate(struct printer *p, size_t candidate,
                         char (**c)[SBS_HUMAN_TEXT], struct sbs_error *err)
{
    struct sbs_tune_row row;
    if (sbs_tune_row_make(&row, p->r->t, candidate, err) != 0)
        return -1;
    *c = add_row(&p->grid, row.policy);
    cells(p, *c, &row);
    return 0;
}

/* In per cent: "96", "99.97", never 100 or 0 when it is not. */
static void percent(char text[SBS_HUMAN_TEXT], double p)
{
    if (isnan(p))
        snprintf(text, SBS_HUMAN_TEXT, "-");
    else if (p > 0.9995)
        snprintf(text, SBS_HUMAN_TEXT, ">99.9");
    else if (p < 0.0005)
        snprintf(text, SBS_HUMAN_TEXT, "<0.1");
    else
        snprintf(text, SBS_HUMAN_TEXT, p > 0.99 || p < 0.01 ? "%.1f" : "%.0f",
                 100 * p);
}

/* ---- an aim ------------------------------------------------------------- */

static void conditions(const struct printer *p, const struct sbs_aim *aim,
                       char *text, size_t size)
{
    char *at = text, usd[SBS_HUMAN_TEXT];
    const char *joint = " with";
    *at = '\0';
    if (isfinite(aim->deadline_s)) {
        at += snprintf(at, size - (size_t)(at - text),
                       "%s makespan <= %.4g %s in %.3g%% of runs", joint,
                       aim->deadline_s / p->unit.seconds, p->unit.name,
                       100 * aim->chance);
        joint = " and";
    }
    if (isfinite(aim->budget_usd))
        snprintf(at, size - (size_t)(at - text), "%s mean bill <= %s", joint,
                 sbs_human_usd(usd, aim->budget_usd));
}

static const char *const goal_names[] = { "mean makespan", "mean bill",
                                          "95% quantile of the makespan" };

static void print_sure(const struct printer *p, const struct sbs_choice *c)
{
    char text[TEXT], estimate[SBS_HUMAN_TEXT], over[SBS_HUMAN_TEXT];
    char least[160] = "the cap on replications came before the procedure's "
                      "end, so nothing is guaranteed";
    if (c->decided)
        snprintf(least, sizeof least,
                 "at least %.4g%% by the procedure (Kim and Nelson)",
                 100 * p->r->t->rule.confidence);
    percent(estimate, c->chance);
    percent(over, c->chance_draws);
    int n = snprintf(text, sizeof text,
                     "Correct selection: %s, estimated %s%%, that none of the "
                     "%zu judged is better by more than %.3g%%, as far as the "
                     "simulation's noise goes.", least, estimate, c->n,
                     100 * p->r->t->rule.indifference);
    if (!isnan(c->chance_draws))
        snprintf(text + n, sizeof text - (size_t)n,
                 " Over what is not known of the cloud: it is so in %s%% of "
                 "the model's %llu parameter draws.", over,
                 (unsigned long long)p->r->t->rule.draws);
    sbs_human_wrap(p->out, text, 2);
    snprintf(text, sizeof text,
             "Replications: %llu; %llu had all got as many as the best.",
             (unsigned long long)c->used, (unsigned long long)c->equal);
    sbs_human_wrap(p->out, text, 2);
}

static int print_command(const struct printer *p, const char *what,
                         size_t candidate, struct sbs_error *err)
{
    struct sbs_tune_row row;
    if (sbs_tune_row_make(&row, p->r->t, candidate, err) != 0)
        return -1;
    char *command = sbs_tune_command(p->r, &row);
    if (!command)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    fprintf(p->out, "%s:\n  %s\n", what, command);
    free(command);
    return 0;
}

static int print_none(struct printer *p, const struct sbs_choice *c,
                      struct sbs_error *err)
{
    char text[TEXT], chance[SBS_HUMAN_TEXT];
    size_t open = 0;
    for (size_t i = 0; i < c->n; i++)
        open += c->finalist[i].met == SBS_MET_OPEN;
    percent(chance, c->finalist[c->likeliest].in_time_frac);
    int n = snprintf(text, sizeof text,
                     "None of the candidates is sure to meet the conditions");
    if (open)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      " (of %zu it cannot be told yet: raise --reps)", open);
    if (isfinite(c->aim.deadline_s))
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "; nearest comes the one below, in time in %s%% of runs",
                      chance);
    snprintf(text + n, sizeof text - (size_t)n, ".");
    sbs_human_wrap(p->out, text, 2);
    char (*cell)[SBS_HUMAN_TEXT];
    heads(p, "", "");
    if (add_candidate(p, c->finalist[c->likeliest].candidate, &cell, err) != 0)
        return -1;
    print_grid(&p->grid, p->out);
    return 0;
}

static int print_aim(struct printer *p, const struct sbs_choice *c,
                     struct sbs_error *err)
{
    char text[TEXT], limits[400];
    char (*cell)[SBS_HUMAN_TEXT];
    conditions(p, &c->aim, limits, sizeof limits);
    snprintf(text, sizeof text, "Least %s%s:", goal_names[c->aim.goal],
             limits);
    sbs_human_wrap(p->out, text, 2);
    if (c->best == c->n)
        return print_none(p, c, err);
    bool limited = isfinite(c->aim.deadline_s);
    heads(p, limited ? "in time" : "", limited ? "%" : "");
    size_t same = 0;
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < c->n; i++) {
            const struct sbs_finalist *f = &c->finalist[i];
            if ((i == c->best) != (pass == 0) || f->met != SBS_MET_YES ||
                !f->close)
                continue;
            if (add_candidate(p, f->candidate, &cell, err) != 0)
                return -1;
            if (limited)
                percent(cell[6], f->in_time_frac);
            same += pass;
        }
    print_grid(&p->grid, p->out);
    snprintf(text, sizeof text,
             same ? "The first is taken; the others cannot be told from it "
                    "(%.3g%% or less between them, at %.4g%%)."
                  : "No other of those judged comes within %.3g%% of it (at "
                    "%.4g%%).",
             100 * p->r->t->rule.indifference,
             100 * p->r->t->rule.confidence);
    sbs_human_wrap(p->out, text, 0);
    print_sure(p, c);
    return print_command(p, "Run it", c->finalist[c->best].candidate, err);
}

/* ---- speed-ups to reach ------------------------------------------------- */

/* The command for a target, what else would do, and how sure that is. */
static int print_target(struct printer *p, const struct sbs_choice *c,
                        struct sbs_error *err)
{
    char text[TEXT];
    size_t used = 0;
    snprintf(text, sizeof text, "For %gx", c->aim.speedup);
    if (print_command(p, text, c->finalist[c->best].candidate, err) != 0)
        return -1;
    for (size_t i = 0; i < c->n; i++) {
        const struct sbs_finalist *f = &c->finalist[i];
        const struct sbs_candidate *x = p->r->t->pool.candidate[f->candidate];
        if (i == c->best || f->met != SBS_MET_YES || !f->close)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%s%.120s with %u workers of %g vCPU",
                                 used ? "; " : "Cannot be told from it: ",
                                 x->specs.spec[0].text,
                                 x->search.scenario.workers,
                                 x->search.scenario.vcpu);
    }
    if (used > 0)
        sbs_human_wrap(p->out, text, 2);
    print_sure(p, c);
    return 0;
}

static int print_targets(struct printer *p, struct sbs_error *err)
{
    const struct sbs_tune *t = p->r->t;
    char text[TEXT], chance[SBS_HUMAN_TEXT];
    char (*cell)[SBS_HUMAN_TEXT];
    size_t first = t->aims - p->r->targets;
    if (p->r->targets == 0)
        return 0;
    snprintf(text, sizeof text,
             "What reaches a speed-up in %.3g%% of runs, at the least %s:",
             100 * t->aim[first].chance, goal_names[t->aim[first].goal]);
    putc('\n', p->out);
    sbs_human_wrap(p->out, text, 2);
    heads(p, "target ", "x ");
    snprintf(p->grid.cell[0][7], SBS_HUMAN_TEXT, "reached");
    snprintf(p->grid.cell[1][7], SBS_HUMAN_TEXT, "%% of runs");
    for (size_t a = first; a < t->aims; a++) {
        const struct sbs_choice *c = &t->choice[a];
        size_t i = c->best < c->n ? c->best : c->likeliest;
        if (add_candidate(p, c->finalist[i].candidate, &cell, err) != 0)
            return -1;
        percent(chance, c->finalist[i].in_time_frac);
        snprintf(cell[6], SBS_HUMAN_TEXT, "%g%s", c->aim.speedup,
                 c->best < c->n ? " " : "!");
        memcpy(cell[7], chance, sizeof chance);
    }
    print_grid(&p->grid, p->out);
    for (size_t a = first; a < t->aims; a++) {
        const struct sbs_choice *c = &t->choice[a];
        const struct sbs_finalist *f = &c->finalist[c->likeliest];
        if (c->best < c->n)
            continue;
        percent(chance, f->in_time_frac);
        snprintf(text, sizeof text,
                 "! %gx in %.3g%% of runs is not reached by anything searched "
                 "under this evidence; the likeliest reaches it in %s%% "
                 "(95%%: %.1f to %.1f).", c->aim.speedup,
                 100 * c->aim.chance, chance, 100 * f->in_time_lo,
                 100 * f->in_time_hi);
        sbs_human_wrap(p->out, text, 2);
    }
    for (size_t a = first; a < t->aims; a++) {
        const struct sbs_choice *c = &t->choice[a];
        if (c->best < c->n && print_target(p, c, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- the front ---------------------------------------------------------- */

/* Is the row within 5% of another in mean makespan and mean bill? */
static bool alike(const struct sbs_tune_row *a, const struct sbs_tune_row *b)
{
    return fabs(a->time.mean - b->time.mean) < 0.05 * b->time.mean &&
           fabs(a->bill.mean - b->bill.mean) < 0.05 * b->bill.mean;
}

static int print_front(struct printer *p, struct sbs_error *err)
{
    const struct sbs_tune *t = p->r->t;
    char text[TEXT];
    char (*cell)[SBS_HUMAN_TEXT];
    struct sbs_tune_row row, last = { .policy = NULL };
    size_t left_out = 0;
    heads(p, "on front", "%");
    for (size_t i = 0; i < t->n_front; i++) {
        if (sbs_tune_row_make(&row, t, t->front[i].candidate, err) != 0)
            return -1;
        if (last.policy && alike(&row, &last)) {
            left_out++;
            continue;
        }
        last = row;
        if (add_candidate(p, t->front[i].candidate, &cell, err) != 0)
            return -1;
        percent(cell[6], t->front[i].p);
        if (!isnan(t->front[i].p_draws)) {
            char draws[SBS_HUMAN_TEXT];
            percent(draws, t->front[i].p_draws);
            snprintf(cell[7], SBS_HUMAN_TEXT, "%.40s%s", draws,
                     t->front[i].p >= 0.9 ? "" : " ?");
        } else {
            snprintf(cell[7], SBS_HUMAN_TEXT, "%s",
                     t->front[i].p >= 0.9 ? "" : "?");
        }
    }
    if (t->rule.draws > 1) {
        snprintf(p->grid.cell[0][7], SBS_HUMAN_TEXT, "of draws");
        snprintf(p->grid.cell[1][7], SBS_HUMAN_TEXT, "%%");
    }
    putc('\n', p->out);
    sbs_human_wrap(p->out, "Front of time and bill, fastest first:", 0);
    print_grid(&p->grid, p->out);
    snprintf(text, sizeof text,
             "On front: chance that no other is at least as good in mean "
             "makespan and mean bill and better by more than %.3g%% in one "
             "(1000 bootstraps of the paired replications); ? below 90%%: may "
             "not belong here.%s", 100 * t->rule.indifference,
             t->rule.draws > 1 ? " Of draws: the share of the model's "
                                 "parameter draws under which that is so."
                               : "");
    sbs_human_wrap(p->out, text, 0);
    if (left_out > 0)
        fprintf(p->out, "%zu more are within 5%% of the row above them in "
                "both (--csv has all).\n", left_out);
    return 0;
}

static void paragraph(FILE *out, const char *head, const char *body)
{
    char text[TEXT];
    if (!body || !*body)
        return;
    snprintf(text, sizeof text, "%s: %s", head, body);
    sbs_human_wrap(out, text, 2);
}

/* The unit that suits the longest mean among what is shown. */
static int find_unit(struct printer *p, struct sbs_error *err)
{
    double longest = 0;
    const struct sbs_tune *t = p->r->t;
    for (size_t i = 0; i < t->n_front; i++) {
        struct sbs_tune_row row;
        if (sbs_tune_row_make(&row, t, t->front[i].candidate, err) != 0)
            return -1;
        longest = fmax(longest, row.time.mean);
    }
    p->unit = sbs_human_unit(longest);
    return 0;
}

int sbs_tune_print(const struct sbs_tune_report *r, FILE *out,
                   struct sbs_error *err)
{
    struct printer *p = calloc(1, sizeof *p);
    int status = -1;
    if (!p)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    p->r = r;
    p->out = out;
    if (find_unit(p, err) != 0)
        goto out;
    sbs_human_wrap(out, r->title, 2);
    for (size_t a = 0; a + r->targets < r->t->aims; a++) {
        putc('\n', out);
        if (print_aim(p, &r->t->choice[a], err) != 0)
            goto out;
    }
    if (print_targets(p, err) != 0 || print_front(p, err) != 0)
        goto out;
    putc('\n', out);
    for (size_t i = 0; i < r->n_notes; i++)
        paragraph(out, "Note", r->notes[i]);
    paragraph(out, "Rests on", r->basis);
    paragraph(out, "Weakest assumption", r->weakest);
    status = fflush(out) != 0 || ferror(out)
                 ? sbs_fail(err, SBS_EIO, "cannot be written: %s",
                            strerror(errno))
                 : 0;
out:
    free(p);
    return status;
}
