/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/precision.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "stats/summary.h"

static double student(double df)
{
    return gsl_cdf_tdist_Pinv(0.975, df);
}

int sbs_precision_make(struct sbs_precision *p, const double *values,
                       const double *minus, size_t n, size_t draws,
                       struct sbs_error *err)
{
    struct sbs_summary s;
    double *apart = NULL;
    if (minus) {
        apart = malloc((n + 1) * sizeof *apart);
        if (!apart)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        for (size_t i = 0; i < n; i++)
            apart[i] = isfinite(values[i]) && isfinite(minus[i])
                           ? values[i] - minus[i]
                           : NAN;
    }
    int status = sbs_summary_draws(&s, minus ? apart : values, n, draws, err);
    free(apart);
    if (status != 0)
        return -1;
    *p = (struct sbs_precision){ s.n, s.mean, NAN, NAN };
    double size = (double)s.n, k = (double)s.split.draws;
    if (k == 0)
        p->half = s.n > 1 ? student(size - 1) * s.se : NAN;
    else if (size > k)
        p->half = student(size - k) * s.split.sd_run / sqrt(size);
    if (k > 1)
        p->over = student(k - 1) * s.split.se;
    return 0;
}

double sbs_precision_relative(double half, double mean)
{
    return half == 0 ? 0 : half / fabs(mean);
}
