/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a drawing as SVG: text, rectangles, lines, groups. Colours are CSS
 * classes, with a light and a dark set. Texts are escaped; what is not UTF-8
 * becomes U+FFFD. Coordinates are pixels of the view box. */
#ifndef SBS_REPORT_SVG_H
#define SBS_REPORT_SVG_H

#include <stdio.h>

#include "base/error.h"

struct sbs_svg {
    FILE *file; /* borrowed */
    int open;   /* groups */
};

/* Classes of shapes and texts. */
#define SBS_SVG_CLASSES(X)                          \
    X(ink, "fill", "#1f2328", "#e6edf3")            \
    X(quiet, "fill", "#59636e", "#9198a1")          \
    X(whole, "fill", "#4a5b6c", "#8b9db0")          \
    X(more, "fill", "#c4573a", "#e5805f")           \
    X(less, "fill", "#2f7d5b", "#56b88b")           \
    X(grid, "stroke", "#d1d9e0", "#3d444d")         \
    X(mark, "stroke", "#1f2328", "#e6edf3")

enum sbs_svg_class {
#define SBS_SVG_CLASS(id, what, light, dark) SBS_SVG_##id,
    SBS_SVG_CLASSES(SBS_SVG_CLASS)
#undef SBS_SVG_CLASS
};

enum sbs_svg_anchor { SBS_SVG_START, SBS_SVG_MIDDLE, SBS_SVG_END };

/* Title and description are what a screen reader says. */
void sbs_svg_begin(struct sbs_svg *s, FILE *file, double width,
                   double height, const char *title, const char *desc);
/* -1 when anything could not be written. */
int sbs_svg_end(struct sbs_svg *s, struct sbs_error *err);

/* A group with a title (shown when pointed at), closed by ungroup. */
void sbs_svg_group(struct sbs_svg *s, const char *title);
void sbs_svg_ungroup(struct sbs_svg *s);
void sbs_svg_rect(struct sbs_svg *s, double x, double y, double width,
                  double height, enum sbs_svg_class class);
void sbs_svg_line(struct sbs_svg *s, double x1, double y1, double x2,
                  double y2, enum sbs_svg_class class);
void sbs_svg_text(struct sbs_svg *s, double x, double y, double size,
                  enum sbs_svg_anchor anchor, enum sbs_svg_class class,
                  const char *text);

#endif
