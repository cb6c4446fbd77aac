/* SPDX-License-Identifier: Apache-2.0 */
/* The printed side of the flag tables: --help and the man page. */
#include "config.h"

#include "cli/flags.h"

#include <string.h>

enum { HELP_COLUMNS = 79, HELP_INDENT = 22 };

void sbs_flags_wrap(FILE *out, const char *text, int at, int indent)
{
    bool first = true;
    while (*text) {
        int n = (int)strcspn(text, " \n");
        if (!first && at + 1 + n > HELP_COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
            first = true;
        }
        if (!first && n > 0)
            at += fprintf(out, " ");
        if (n > 0)
            at += fprintf(out, "%.*s", n, text);
        first = first && n == 0;
        text += n;
        if (*text == '\n' && text[1]) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
            first = true;
        }
        text += *text != '\0';
    }
    fputc('\n', out);
}

/* "-o, --output F" */
static void help_label(const struct sbs_flag *f, char *buf, size_t size)
{
    char letter[8] = "";
    if (f->letter)
        snprintf(letter, sizeof letter, "-%c, ", f->letter);
    if (f->kind == SBS_KIND_WORDS)
        snprintf(buf, size, "%s", f->arg);
    else if (f->kind == SBS_KIND_OUT)
        snprintf(buf, size, "%s--%s [%s]", letter, f->name, f->arg);
    else if (f->kind == SBS_KIND_MANY && !strstr(f->arg, "..."))
        snprintf(buf, size, "%s--%s %s...", letter, f->name, f->arg);
    else
        snprintf(buf, size, "%s--%s%s%s", letter, f->name, f->arg ? " " : "",
                 f->arg ? f->arg : "");
}

/* The help text with "(default 2000)" where there is one. */
static void help_text(const struct sbs_flag *f, char *buf, size_t size)
{
    bool number = f->kind == SBS_KIND_COUNT || f->kind == SBS_KIND_REAL;
    if (number && f->def >= f->min && f->def <= f->max) {
        snprintf(buf, size, "%s (default %.15g)", f->help, f->def);
    } else if (f->kind == SBS_KIND_CHOICE && f->def >= 0) {
        const char *c = f->choices;
        for (int i = 0; i < (int)f->def; i++)
            c = strchr(c, '|') + 1;
        snprintf(buf, size, "%s (default %.*s)", f->help,
                 (int)strcspn(c, "|"), c);
    } else if (f->kind == SBS_KIND_LIST) {
        snprintf(buf, size, "%s (may be repeated)", f->help);
    } else {
        snprintf(buf, size, "%s", f->help);
    }
}

void sbs_flags_help(const struct sbs_flags *table, FILE *out)
{
    int at = fprintf(out, "usage: sbsim %s ", table->command);
    sbs_flags_wrap(out, table->synopsis, at, at);
    fputc('\n', out);
    sbs_flags_wrap(out, table->summary, 0, 0);
    bool titled = false;
    for (const struct sbs_flag *f = table->flags; f && f->kind; f++) {
        if (f->kind == SBS_KIND_TITLE) {
            fprintf(out, "\n%s:\n", f->help);
            titled = true;
            continue;
        }
        if (!titled)
            fputs("\nOptions:\n", out);
        titled = true;
        char label[120], text[600];
        help_label(f, label, sizeof label);
        help_text(f, text, sizeof text);
        at = fprintf(out, "  %s", label);
        if (at > HELP_INDENT - 2) {
            fputc('\n', out);
            at = 0;
        }
        fprintf(out, "%*s", HELP_INDENT - at, "");
        sbs_flags_wrap(out, text, HELP_INDENT, HELP_INDENT);
    }
    if (table->examples)
        fprintf(out, "\nExamples:\n%s", table->examples);
}

void sbs_flags_roff(const char *text, FILE *out)
{
    bool at_start = true;
    for (const char *c = text; *c; c++) {
        if (at_start && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        if (*c == '\\')
            fputs("\\e", out);
        else if (*c == '-')
            fputs("\\-", out);
        else
            fputc(*c, out);
        at_start = *c == '\n';
    }
}

void sbs_flags_help_man(const struct sbs_flags *table, FILE *out)
{
    fputs(".SS ", out);
    sbs_flags_roff("sbsim ", out);
    sbs_flags_roff(table->command, out);
    fputs("\n.RI \"", out);
    sbs_flags_roff("sbsim ", out);
    sbs_flags_roff(table->command, out);
    fputc(' ', out);
    sbs_flags_roff(table->synopsis, out);
    fputs("\"\n.PP\n", out);
    sbs_flags_roff(table->summary, out);
    fputc('\n', out);
    for (const struct sbs_flag *f = table->flags; f && f->kind; f++) {
        if (f->kind == SBS_KIND_TITLE) {
            fputs(".PP\n.I \"", out);
            sbs_flags_roff(f->help, out);
            fputs("\"\n", out);
            continue;
        }
        char label[120], text[600];
        help_label(f, label, sizeof label);
        help_text(f, text, sizeof text);
        fputs(".TP\n.B \"", out);
        sbs_flags_roff(label, out);
        fputs("\"\n", out);
        sbs_flags_roff(text, out);
        fputc('\n', out);
    }
    if (table->examples) {
        fputs(".PP\nExamples:\n.PP\n.nf\n", out);
        sbs_flags_roff(table->examples, out);
        fputs(".fi\n", out);
    }
}
