/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/result_csv.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/jsonw.h"

static void write_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void write_real(FILE *out, double value)
{
    char text[SBS_JSONW_NUMBER];
    putc(',', out);
    if (isfinite(value))
        fputs(sbs_jsonw_format(text, value), out);
}

static void write_line(FILE *out, const char *scenario, const char *policy,
                       const char *metric, const struct sbs_summary *s)
{
    if (scenario)
        fprintf(out, "%s,", scenario);
    write_text(out, policy);
    fprintf(out, ",%s,%llu", metric, (unsigned long long)s->n);
    write_real(out, s->mean);
    write_real(out, s->se);
    write_real(out, s->sd);
    write_real(out, s->min);
    write_real(out, s->p05);
    write_real(out, s->p50);
    write_real(out, s->p95);
    write_real(out, s->p99);
    write_real(out, s->max);
    putc('\n', out);
}

void sbs_result_csv_head(FILE *out, int with_scenario)
{
    fprintf(out, "%spolicy,metric,n,mean,se,sd,min,p05,p50,p95,p99,max\n",
            with_scenario ? "scenario," : "");
}

void sbs_result_csv_lines(const struct sbs_result *r, const char *scenario,
                          FILE *out)
{
    for (size_t i = 0; i < r->n_policies; i++) {
        const struct sbs_result_policy *p = &r->policies[i];
        for (unsigned m = 0; m < SBS_N_METRICS; m++)
            write_line(out, scenario, p->spec,
                       sbs_result_metric_name((enum sbs_metric)m),
                       &p->summary[m]);
    }
}

int sbs_result_csv_write(const struct sbs_result *r, FILE *out,
                         struct sbs_error *err)
{
    sbs_result_csv_head(out, 0);
    sbs_result_csv_lines(r, NULL, out);
    if (fflush(out) != 0 || ferror(out))
        return sbs_fail(err, SBS_EIO, "cannot be written: %s",
                        strerror(errno));
    return 0;
}
