/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/svg.h"

#include <string.h>

#include "base/utf8.h"

/* XML 1.0 forbids control characters, even escaped. */
static void put_escaped(FILE *f, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t n = sbs_utf8_length(text, left);
        unsigned char c = (unsigned char)*text;
        if (n == 0 || c < 0x20)
            fputs("\xef\xbf\xbd", f);
        else if (c == '&')
            fputs("&amp;", f);
        else if (c == '<')
            fputs("&lt;", f);
        else if (c == '>')
            fputs("&gt;", f);
        else if (c == '"')
            fputs("&quot;", f);
        else
            fwrite(text, 1, n, f);
        n = n ? n : 1;
        text += n;
        left -= n;
    }
}

static const char *class_name(enum sbs_svg_class class)
{
#define NAME_(id, what, light, dark) #id,
    static const char *const names[] = { SBS_SVG_CLASSES(NAME_) };
#undef NAME_
    return names[class];
}

void sbs_svg_begin(struct sbs_svg *s, FILE *file, double width,
                   double height, const char *title, const char *desc)
{
    *s = (struct sbs_svg){ .file = file };
    fprintf(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" "
            "width=\"%g\" height=\"%g\" role=\"img\" "
            "aria-labelledby=\"title desc\" font-family=\"system-ui, "
            "Helvetica, Arial, sans-serif\">\n", width, height, width,
            height);
    fputs("<title id=\"title\">", file);
    put_escaped(file, title);
    fputs("</title>\n<desc id=\"desc\">", file);
    put_escaped(file, desc);
    fputs("</desc>\n<style>\n", file);
#define LIGHT_(id, what, light, dark) "." #id " { " what ": " light "; }\n"
    fputs(SBS_SVG_CLASSES(LIGHT_) ".page { fill: #ffffff; }\n", file);
#undef LIGHT_
#define DARK_(id, what, light, dark) "." #id " { " what ": " dark "; }\n"
    fputs("@media (prefers-color-scheme: dark) {\n"
          SBS_SVG_CLASSES(DARK_) ".page { fill: #0d1117; }\n}\n", file);
#undef DARK_
    fprintf(file, "</style>\n<rect class=\"page\" x=\"0\" y=\"0\" "
            "width=\"%g\" height=\"%g\"/>\n", width, height);
}

int sbs_svg_end(struct sbs_svg *s, struct sbs_error *err)
{
    SBS_ASSERT(s->open == 0);
    fputs("</svg>\n", s->file);
    if (fflush(s->file) == 0 && !ferror(s->file))
        return 0;
    return sbs_fail(err, SBS_EIO, "the drawing could not be written");
}

void sbs_svg_group(struct sbs_svg *s, const char *title)
{
    fputs("<g><title>", s->file);
    put_escaped(s->file, title);
    fputs("</title>\n", s->file);
    s->open++;
}

void sbs_svg_ungroup(struct sbs_svg *s)
{
    SBS_ASSERT(s->open > 0);
    fputs("</g>\n", s->file);
    s->open--;
}

void sbs_svg_rect(struct sbs_svg *s, double x, double y, double width,
                  double height, enum sbs_svg_class class)
{
    fprintf(s->file, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" "
            "width=\"%.2f\" height=\"%.2f\"/>\n", class_name(class), x, y,
            width, height);
}

void sbs_svg_line(struct sbs_svg *s, double x1, double y1, double x2,
                  double y2, enum sbs_svg_class class)
{
    fprintf(s->file, "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" "
            "x2=\"%.2f\" y2=\"%.2f\"/>\n", class_name(class), x1, y1, x2,
            y2);
}

void sbs_svg_text(struct sbs_svg *s, double x, double y, double size,
                  enum sbs_svg_anchor anchor, enum sbs_svg_class class,
                  const char *text)
{
    static const char *const anchors[] = { "start", "middle", "end" };
    fprintf(s->file, "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\" "
            "font-size=\"%g\" text-anchor=\"%s\">", class_name(class), x, y,
            size, anchors[anchor]);
    put_escaped(s->file, text);
    fputs("</text>\n", s->file);
}
