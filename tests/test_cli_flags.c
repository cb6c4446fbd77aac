/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/flags.h"
#include "tests/tap.h"

#include <stdlib.h>

struct options {
    bool quiet;
    int64_t reps, seed;
    double vcpu, share;
    const char *trace, *json;
    int mode;
    struct sbs_words set, files, words;
};

static const struct sbs_flag rows[] = {
    SBS_FLAG_TITLE("Inputs"),
    SBS_FLAG_TEXT_LETTER(struct options, trace, "trace", 't', "F.h5",
                         "where the measurements are"),
    SBS_FLAG_LIST(struct options, set, "set", "path=value", "one key"),
    SBS_FLAG_MANY(struct options, files, "csv-in", "F", "files"),
    SBS_FLAG_TITLE("Numbers"),
    SBS_FLAG_COUNT(struct options, reps, "reps", "N", 2000, 1, 1e9, "reps"),
    SBS_FLAG_COUNT(struct options, seed, "seed", "N", 1, 0,
                   SBS_FLAG_MAX_COUNT, "seed of the streams"),
    SBS_FLAG_REAL(struct options, vcpu, "vcpu", "V", 2, SBS_FLAG_ABOVE_0,
                  INFINITY, "size"),
    SBS_FLAG_REAL(struct options, share, "share", "P", -1, 0, 1, "share"),
    SBS_FLAG_CHOICE(struct options, mode, "mode", "fast|slow", 1, "mode"),
    SBS_FLAG_FILE_OUT(struct options, json, "json", "write JSON"),
    SBS_FLAG_SWITCH(struct options, quiet, "quiet", "say less"),
    SBS_FLAG_WORDS(struct options, words, "NAME", 0, 2, "names"),
    SBS_FLAG_END
};
static const struct sbs_flags table = {
    "run", "[options] [NAME]", "Runs.", rows, "  sbsim run --reps 5\n"
};

enum { MAX_WORDS = 16 };

/* Parse the words of `line`, split at blanks; %E stands for an empty word. */
static int parse(const char *line, struct options *o, struct sbs_error *err)
{
    static char text[400];
    char *argv[MAX_WORDS + 1] = { text };
    int argc = 1;
    snprintf(text, sizeof text, "run %s", line);
    for (char *c = text; *c; c++) {
        if (*c != ' ')
            continue;
        *c = '\0';
        if (c[1])
            argv[argc++] = c + 1;
    }
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "%E") == 0)
            argv[i][0] = '\0';
    memset(err, 0, sizeof *err);
    return sbs_flags_parse(&table, argc, argv, o, err);
}

static void check_accepted(void)
{
    struct options o;
    struct sbs_error err;
    ok(parse("", &o, &err) == 0 && o.reps == 2000 && o.vcpu == 2 &&
       !o.quiet && !o.trace && !o.json && o.mode == 1, "defaults");
    sbs_flags_fini(&table, &o);
    ok(parse("--seed 9007199254740991 --vcpu=0.25 --mode fast -t a.h5 "
             "--share 1 --quiet", &o, &err) == 0 &&
       o.seed == 9007199254740991 && o.vcpu == 0.25 && o.mode == 0 &&
       o.share == 1 && o.quiet, "values, both forms");
    is_str(o.trace, "a.h5", "short form");
    sbs_flags_fini(&table, &o);
    ok(parse("--json", &o, &err) == 0, "--json as the last word");
    is_str(o.json, "-", "means standard output");
    sbs_flags_fini(&table, &o);
    ok(parse("--json --quiet", &o, &err) == 0 && o.quiet,
       "--json before another flag");
    is_str(o.json, "-", "means standard output too");
    sbs_flags_fini(&table, &o);
    ok(parse("--json - a", &o, &err) == 0 && o.words.n == 1, "--json -");
    sbs_flags_fini(&table, &o);
    ok(parse("--json out.json", &o, &err) == 0, "--json F");
    is_str(o.json, "out.json", "takes the file");
    sbs_flags_fini(&table, &o);
    ok(parse("--set a=1 --set b=2 x -- --quiet", &o, &err) == 0 &&
       o.set.n == 2 && o.words.n == 2 && !o.quiet,
       "repeated flags, words, and -- ends the flags");
    is_str(o.words.item[1], "--quiet", "a word after --");
    is_str(o.set.item[1], "b=2", "an = inside a value");
    sbs_flags_fini(&table, &o);
    ok(parse("--csv-in a b --reps 7 --csv-in c", &o, &err) == 0 &&
       o.files.n == 3 && o.reps == 7, "a flag with many words");
    sbs_flags_fini(&table, &o);
    ok(parse("--reps x --help", &o, &err) == 1, "--help wins");
}

static void check_refused(void)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        { "--reps x", "--reps: must be an integer in [1, 1e9] (got \"x\")" },
        { "--reps 0", "--reps: must be an integer in [1, 1e9] (got \"0\")" },
        { "--reps 1e3",
          "--reps: must be an integer in [1, 1e9], in digits (got \"1e3\")" },
        { "--reps 5x", "--reps: must be an integer in [1, 1e9] (got \"5x\")" },
        { "--reps=", "--reps: must be an integer in [1, 1e9] (got \"\")" },
        { "--reps -3", "--reps: must be an integer in [1, 1e9] (got \"-3\")" },
        { "--reps 0x10",
          "--reps: must be an integer in [1, 1e9] (got \"0x10\")" },
        { "--seed 9007199254740992", "--seed: must be an integer in "
          "[0, 2^53-1] (got \"9007199254740992\")" },
        { "--seed 99999999999999999999", "--seed: must be an integer in "
          "[0, 2^53-1] (got \"99999999999999999999\")" },
        { "--vcpu nan", "--vcpu: must be a number above 0 (got \"nan\")" },
        { "--vcpu inf", "--vcpu: must be a number above 0 (got \"inf\")" },
        { "--vcpu 1e400", "--vcpu: must be a number above 0 (got \"1e400\")" },
        { "--vcpu 0", "--vcpu: must be a number above 0 (got \"0\")" },
        { "--vcpu 0x1p3", "--vcpu: must be a number above 0 (got \"0x1p3\")" },
        { "--vcpu 2s", "--vcpu: must be a number above 0 (got \"2s\")" },
        { "--vcpu .", "--vcpu: must be a number above 0 (got \".\")" },
        { "--vcpu 1e", "--vcpu: must be a number above 0 (got \"1e\")" },
        { "--share 1.5", "--share: must be a number in [0, 1] (got \"1.5\")" },
        { "--mode medium",
          "--mode: must be one of fast|slow (got \"medium\")" },
        { "--mode fas", "--mode: must be one of fast|slow (got \"fas\")" },
        { "--trace", "--trace: needs a value (F.h5)" },
        { "--trace --quiet", "--trace: needs a value (F.h5)" },
        { "--trace %E", "--trace: must not be empty" },
        { "--quiet=yes", "--quiet: takes no value (got \"yes\")" },
        { "--reps 1 --reps 2", "--reps: given twice" },
        { "--quiet --quiet", "--quiet: given twice" },
        { "a b c", "unexpected word \"c\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct options o;
        struct sbs_error err;
        int rc = parse(cases[i].line, &o, &err);
        ok(rc == -1 && err.code == SBS_EUSAGE, "%s is refused", cases[i].line);
        is_str(err.text, cases[i].want, "with its message");
    }
    struct options o;
    struct sbs_error err;
    ok(parse("--rep 5", &o, &err) == -1 &&
       strncmp(err.text, "--rep: unknown flag", 19) == 0,
       "no abbreviations");
    ok(parse("-x", &o, &err) == -1, "unknown short flag");
}

static void check_help(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!ok(out != NULL, "memory stream"))
        return;
    sbs_flags_help(&table, out);
    fclose(out);
    size_t longest = 0;
    for (const char *c = text; *c;) {
        size_t n = strcspn(c, "\n");
        longest = n > longest ? n : longest;
        c += n + (c[n] != '\0');
    }
    ok(longest < 80, "help lines are short (%zu)", longest);
    ok(strstr(text, "usage: sbsim run [options] [NAME]\n") == text, "usage");
    ok(strstr(text, "(default 2000)") != NULL, "default of a number");
    ok(strstr(text, "(default -1)") == NULL, "no default outside the range");
    ok(strstr(text, "(default slow)") != NULL, "default of a choice");
    free(text);
}

int main(void)
{
    check_accepted();
    check_refused();
    check_help();
    return tap_done();
}
