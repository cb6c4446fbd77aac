/* SPDX-License-Identifier: Apache-2.0 */
/* Workers' speed over time: the integral against small steps, the
 * conservation of work under cutting, the exact ends of weather slots. */
#include "config.h"

#include "sim/platform.h"

#include "base/fmath.h"
#include "sim/purpose.h"
#include "tests/simtest.h"
#include "tests/tap.h"

/* The rate as DESIGN.md 3.3 writes it, with libm. */
static double rate_at(const struct sbs_platform *p, uint32_t w,
                      const struct sbs_fate *f, double t_s)
{
    const struct sbs_model *m = p->model;
    double slot = floor(t_s / m->speed.weather_slot_s);
    double u = sbs_rng_u01(&p->stream, w, SBS_FOR_WEATHER, (uint32_t)slot, 0);
    double weather = exp(m->speed.weather_log_sd * sbs_norm_quantile(u));
    double hours = (t_s - f->ready_s) / 3600;
    return f->rate * weather * pow(1 + m->speed.drift_per_h, -hours);
}

/* Midpoint rule within every slot. */
static double work_between(const struct sbs_platform *p, uint32_t w,
                           const struct sbs_fate *f, double from_s,
                           double to_s)
{
    double slot_s = p->model->speed.weather_slot_s, work = 0;
    while (from_s < to_s) {
        double end_s = slot_s * (floor(from_s / slot_s * (1 + 1e-15)) + 1);
        end_s = fmin(end_s, to_s);
        int n = 200;
        double step = (end_s - from_s) / n;
        for (int i = 0; i < n; i++)
            work += step * rate_at(p, w, f, from_s + (i + 0.5) * step);
        from_s = end_s;
    }
    return work;
}

static void test_integral(const char *speed)
{
    struct sbs_model_set set;
    struct sbs_platform p;
    struct sbs_error err = { 0 };
    double worst = 0;
    if (simtest_model(&set, speed, &err) != 0) {
        ok(0, "%s", err.text);
        return;
    }
    sbs_platform_reset(&p, &set.models[0], 3, 5, 1);
    for (uint32_t w = 0; w < 20; w++) {
        struct sbs_fate f;
        sbs_platform_draw(&p, w, 3.7 * w, false, false, &f);
        double from_s = f.ready_s + 11.3 * w, work_s = 40 + 100 * w;
        double end_s = sbs_platform_finish(&p, w, &f, from_s, work_s);
        double done_s = work_between(&p, w, &f, from_s, end_s);
        worst = fmax(worst, fabs(done_s / work_s - 1));
    }
    ok(worst < 1e-7, "integral of the rate is the work (%.1e): %s", worst,
       speed);
    sbs_model_fini(&set);
}

/* One worker without overhead: the makespan does not depend on the cut. */
static void test_conservation(const char *model, const char *name)
{
    static const char *const policies[] = { "dynamic", "split:units=7",
                                            "split:units=100" };
    double want[20];
    for (int i = 0; i < 3; i++) {
        struct simtest t;
        struct simtest_options o = { .workers = 1, .reps = 20 };
        double worst = 0;
        if (simtest_run(&t, model, "'tasks':3,'ref_s':1234.5,"
                        "'divisible':true", policies[i], o) != 0) {
            ok(0, "%s: %s", name, t.err.text);
            simtest_fini(&t);
            return;
        }
        for (uint32_t r = 0; r < 20; r++) {
            double x = simtest_value(&t, 0, SBS_METRIC_makespan_s, r);
            if (i == 0)
                want[r] = x;
            worst = fmax(worst, fabs(x / want[r] - 1));
        }
        ok(worst <= 1e-9, "%s: %s as uncut (%.1e)", name, policies[i],
           worst);
        simtest_fini(&t);
    }
}

/* The slot that begins at k slot_s is number k, whatever the division
 * rounds to. */
static void test_slot_ends(void)
{
    static const double lengths[] = { 60, 0.1, 0.3, 1 / 3.0, 59.7, 7e-3,
                                      1e5 / 7 };
    struct sbs_model m = { .speed = { .weather_log_sd = 0.1 } };
    struct sbs_platform p = { .model = &m };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        m.speed.weather_slot_s = lengths[i];
        uint32_t wrong = 0;
        for (uint32_t k = 0; k < 300000; k++) {
            double end_s = sbs_platform_slot_end_s(&p, k);
            wrong += sbs_platform_slot(&p, end_s) != k + 1;
            wrong += sbs_platform_slot(&p, nextafter(end_s, 0)) != k;
        }
        ok(wrong == 0, "slots of %g s end where the next begins (%u)",
           lengths[i], wrong);
    }
}

/* Work that never ends is said to, in good time. */
static void test_never(void)
{
    struct sbs_model_set set;
    struct sbs_platform p;
    struct sbs_fate f;
    simtest_model(&set, "'speed':{'drift_per_h':0.5,'weather':{'log_sd':0.1}}",
                  NULL);
    sbs_platform_reset(&p, &set.models[0], 1, 0, 1);
    sbs_platform_draw(&p, 0, 0, false, false, &f);
    ok(isinf(sbs_platform_finish(&p, 0, &f, 0, 1e6)),
       "a worker that slows down for ever never finishes");
    sbs_model_fini(&set);
}

int main(void)
{
    test_integral("'speed':{'weather':{'log_sd':0.3}}");
    test_integral("'speed':{'weather':{'log_sd':0.3,'slot_s':7.3},"
                  "'drift_per_h':0.8}");
    test_integral("'speed':{'drift_per_h':0.8}");
    test_integral("'speed':{'drift_per_h':-0.5,'weather':{'log_sd':0.2}},"
                  "'startup':{'boot_s':33.3}");
    test_conservation("'speed':{'weather':{'log_sd':0.3}}", "weather");
    test_conservation("'speed':{'weather':{'log_sd':0.3,'slot_s':0.7},"
                      "'drift_per_h':0.9,'log_sd':0.2}",
                      "weather and drift");
    test_conservation("'speed':{'drift_per_h':-0.7}", "drift alone");
    test_conservation("'speed':{'log_sd':0.5}", "steady");
    test_slot_ends();
    test_never();
    return tap_done();
}
