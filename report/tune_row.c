/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "report/tune.h"

int sbs_tune_row_make(struct sbs_tune_row *row, const struct sbs_tune *t,
                      size_t candidate, struct sbs_error *err)
{
    const struct sbs_candidate *c = t->pool.candidate[candidate];
    const struct sbs_entry *e = &c->judge;
    *row = (struct sbs_tune_row){ .policy = c->specs.spec[0].text,
                                  .workers = c->search.scenario.workers,
                                  .reps = e->n,
                                  .vcpu = e->scenario.vcpu,
                                  .memory_gb = e->scenario.memory_gb };
    struct sbs_summary *s[] = { &row->time, &row->bill, &row->speedup };
    for (int i = 0; i < SBS_RACE_ROWS; i++)
        if (sbs_summary_draws(s[i], e->row[i], e->n, t->rule.draws, err) != 0)
            return -1;
    return 0;
}

char *sbs_tune_command(const struct sbs_tune_report *r,
                       const struct sbs_tune_row *row)
{
    static const char form[] =
        "sbsim run --policy %s --workers %u --vcpu %g --memory-gb %g%s";
    int n = snprintf(NULL, 0, form, row->policy, row->workers, row->vcpu,
                     row->memory_gb, r->command);
    char *text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (text)
        snprintf(text, (size_t)n + 1, form, row->policy, row->workers,
                 row->vcpu, row->memory_gb, r->command);
    return text;
}

static void put_number(FILE *out, double x)
{
    char text[SBS_JSONW_NUMBER];
    fprintf(out, ",%s", isfinite(x) ? sbs_jsonw_format(text, x) : "");
}

static int put_row(const struct sbs_tune_report *r,
                   const struct sbs_front_point *p, FILE *out,
                   struct sbs_error *err)
{
    struct sbs_tune_row row;
    if (sbs_tune_row_make(&row, r->t, p->candidate, err) != 0)
        return -1;
    fprintf(out, "\"%s\",%u", row.policy, row.workers);
    put_number(out, row.vcpu);
    put_number(out, row.memory_gb);
    fprintf(out, ",%u", row.reps);
    put_number(out, row.time.mean);
    put_number(out, row.time.p95);
    put_number(out, row.bill.mean);
    put_number(out, row.speedup.mean);
    put_number(out, p->p);
    put_number(out, p->p_draws);
    putc('\n', out);
    return 0;
}

int sbs_tune_csv(const struct sbs_tune_report *r, FILE *out,
                 struct sbs_error *err)
{
    fputs("policy,workers,vcpu,memory_gb,reps,makespan_s,makespan_p95_s,"
          "cost_usd,speedup,p_front,p_front_draws\n", out);
    for (size_t i = 0; i < r->t->n_front; i++)
        if (put_row(r, &r->t->front[i], out, err) != 0)
            return -1;
    if (fflush(out) != 0 || ferror(out))
        return sbs_fail(err, SBS_EIO, "cannot be written: %s",
                        strerror(errno));
    return 0;
}
