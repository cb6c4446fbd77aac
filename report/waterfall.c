/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/waterfall.h"

#include <math.h>

#include "report/svg.h"

#define WIDTH 860.0
#define LEFT 265.0  /* labels end here */
#define RIGHT 745.0 /* bars end here, figures follow */
#define TOP 84.0
#define ROW 44.0
#define BAR 22.0

struct scale {
    double lo, per_unit;
};

static double x_of(const struct scale *s, double value)
{
    return LEFT + (value - s->lo) * s->per_unit;
}

/* Where bar i begins and ends. */
static void ends_of(const struct sbs_waterfall *w, size_t i, double *from,
                    double *to)
{
    *from = 0;
    *to = w->bar[i].value;
    if (w->bar[i].total)
        return;
    for (size_t k = 0; k < i; k++)
        *from = w->bar[k].total ? w->bar[k].value : *from + w->bar[k].value;
    *to = *from + w->bar[i].value;
}

/* All that is drawn, error bars included, between LEFT and RIGHT. */
static struct scale fit(const struct sbs_waterfall *w)
{
    double lo = 0, hi = 0;
    for (size_t i = 0; i < w->n; i++) {
        double from, to;
        ends_of(w, i, &from, &to);
        double base = to - w->bar[i].value;
        lo = fmin(fmin(lo, to), isnan(w->bar[i].lo) ? to
                                                    : base + w->bar[i].lo);
        hi = fmax(fmax(hi, to), isnan(w->bar[i].hi) ? to
                                                    : base + w->bar[i].hi);
    }
    return (struct scale){ lo, (RIGHT - LEFT) / (hi > lo ? hi - lo : 1) };
}

/* 1, 2 or 5 times a power of ten that gives at most eight steps. */
static double step_of(double span)
{
    double step = pow(10, floor(log10(span / 8)));
    double more = span / 8 / step;
    return step * (more <= 1 ? 1 : more <= 2 ? 2 : more <= 5 ? 5 : 10);
}

static void draw_grid(struct sbs_svg *s, const struct sbs_waterfall *w,
                      const struct scale *scale, double bottom)
{
    double span = (RIGHT - LEFT) / scale->per_unit, step = step_of(span);
    for (double k = ceil(scale->lo / step);
         k * step <= scale->lo + span * (1 + 1e-9); k++) {
        char text[32];
        double x = x_of(scale, k * step);
        snprintf(text, sizeof text, "%g", k * step);
        sbs_svg_line(s, x, TOP - 8, x, bottom, SBS_SVG_grid);
        sbs_svg_text(s, x, bottom + 16, 12, SBS_SVG_MIDDLE, SBS_SVG_quiet,
                     text);
    }
    sbs_svg_text(s, RIGHT + 14, bottom + 16, 12, SBS_SVG_START,
                 SBS_SVG_quiet, w->unit);
}

static void draw_bar(struct sbs_svg *s, const struct sbs_waterfall *w,
                     const struct scale *scale, size_t i)
{
    const struct sbs_waterfall_bar *b = &w->bar[i];
    char text[64], title[256];
    double from, to, y = TOP + ROW * (double)i;
    ends_of(w, i, &from, &to);
    snprintf(text, sizeof text, b->total ? "%.2f" : "%+.2f", b->value);
    snprintf(title, sizeof title, "%.100s: %s %.20s%s%.100s", b->label, text,
             w->unit, b->note ? "; " : "", b->note ? b->note : "");
    sbs_svg_group(s, title);
    sbs_svg_text(s, LEFT - 12, y + (b->note ? 10 : 16), 14, SBS_SVG_END,
                 SBS_SVG_ink, b->label);
    if (b->note)
        sbs_svg_text(s, LEFT - 12, y + 26, 11, SBS_SVG_END, SBS_SVG_quiet,
                     b->note);
    double x1 = x_of(scale, fmin(from, to)), x2 = x_of(scale, fmax(from, to));
    sbs_svg_rect(s, x1, y, fmax(x2 - x1, 1), BAR,
                 b->total ? SBS_SVG_whole
                          : b->value < 0 ? SBS_SVG_less : SBS_SVG_more);
    if (!isnan(b->lo) && !isnan(b->hi)) {
        double lo = x_of(scale, from + b->lo), hi = x_of(scale, from + b->hi);
        double mid = y + BAR / 2;
        sbs_svg_line(s, lo, mid, hi, mid, SBS_SVG_mark);
        sbs_svg_line(s, lo, mid - 5, lo, mid + 5, SBS_SVG_mark);
        sbs_svg_line(s, hi, mid - 5, hi, mid + 5, SBS_SVG_mark);
    }
    /* All figures in one column, clear of bars and error bars. */
    sbs_svg_text(s, WIDTH - 24, y + 16, 14, SBS_SVG_END, SBS_SVG_ink, text);
    if (i + 1 < w->n)
        sbs_svg_line(s, x_of(scale, to), y + BAR, x_of(scale, to), y + ROW,
                     SBS_SVG_grid);
    sbs_svg_ungroup(s);
}

int sbs_waterfall_write(const struct sbs_waterfall *w, FILE *file,
                        struct sbs_error *err)
{
    struct sbs_svg s;
    struct scale scale = fit(w);
    double bottom = TOP + ROW * (double)w->n - 6;
    sbs_svg_begin(&s, file, WIDTH, bottom + 54, w->title, w->subtitle);
    sbs_svg_text(&s, 24, 32, 18, SBS_SVG_START, SBS_SVG_ink, w->title);
    sbs_svg_text(&s, 24, 54, 13, SBS_SVG_START, SBS_SVG_quiet, w->subtitle);
    draw_grid(&s, w, &scale, bottom);
    for (size_t i = 0; i < w->n; i++)
        draw_bar(&s, w, &scale, i);
    sbs_svg_text(&s, 24, bottom + 42, 12, SBS_SVG_START, SBS_SVG_quiet,
                 w->foot);
    return sbs_svg_end(&s, err);
}
