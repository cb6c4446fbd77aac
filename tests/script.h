/* SPDX-License-Identifier: Apache-2.0 */
/* A layer whose hooks are functions of the test, with what they noted. */
#ifndef SBS_TESTS_SCRIPT_H
#define SBS_TESTS_SCRIPT_H

#include "tests/simtest.h"
#include "tests/witness.h"

enum { SCRIPT_NOTES = 256 };

struct script_note {
    uint32_t worker, first, n;
    double t_s;
};

struct script {
    void (*plan)(struct sbs_plan *plan);
    void (*start)(struct sbs_ctx *c, struct script *s);
    enum sbs_taken (*idle)(struct sbs_ctx *c, struct script *s, uint32_t w);
    void (*ready)(struct sbs_ctx *c, struct script *s, uint32_t w);
    void (*probed)(struct sbs_ctx *c, struct script *s, uint32_t w,
                   double took_s);
    void (*timer)(struct sbs_ctx *c, struct script *s, uint32_t tag);
    void (*lost)(struct sbs_ctx *c, struct script *s, enum sbs_loss why);
    void (*seen)(struct sbs_ctx *c, struct script *s, uint32_t attempt);
    struct script_note begun[SCRIPT_NOTES]; /* t_s: begun */
    struct script_note done[SCRIPT_NOTES];  /* as seen; t_s: stored */
    uint32_t n_begun, n_done, idles, calls; /* all of the last run */
    const char *wrong; /* the first thing that was, of all runs */
    double sum, squares; /* for the test */
    uint32_t count;
};

static inline struct script *script_of(const struct sbs_ctx *c)
{
    return *(struct script *const *)c->params;
}

static inline void expect(struct script *s, int good, const char *what)
{
    if (!good && !s->wrong)
        s->wrong = what;
}
#define EXPECT(s, condition) expect(s, condition, #condition)

static inline int script_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    plan->pull = true;
    if (script_of(c)->plan)
        script_of(c)->plan(plan);
    return 0;
}

static inline void script_start(struct sbs_ctx *c)
{
    struct script *s = script_of(c);
    s->n_begun = s->n_done = s->idles = s->calls = 0;
    if (s->start)
        s->start(c, s);
}

static inline enum sbs_taken script_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct script *s = script_of(c);
    s->idles++;
    return s->idle ? s->idle(c, s, w) : SBS_PASS;
}

static inline void script_on_ready(struct sbs_ctx *c, uint32_t w)
{
    if (script_of(c)->ready)
        script_of(c)->ready(c, script_of(c), w);
}

static inline void script_on_probed(struct sbs_ctx *c, uint32_t w,
                                    double took_s)
{
    if (script_of(c)->probed)
        script_of(c)->probed(c, script_of(c), w, took_s);
}

static inline void script_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    if (script_of(c)->timer)
        script_of(c)->timer(c, script_of(c), tag);
}

static inline enum sbs_taken script_on_lost(struct sbs_ctx *c, uint32_t w,
                                            enum sbs_loss why,
                                            uint32_t first, uint32_t n)
{
    (void)w;
    (void)first;
    (void)n;
    if (script_of(c)->lost)
        script_of(c)->lost(c, script_of(c), why);
    return SBS_PASS;
}

static inline void script_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    struct script *s = script_of(c);
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    if (s->n_begun < SCRIPT_NOTES)
        s->begun[s->n_begun++] = (struct script_note){
            a->worker, a->first_unit, a->n_units, a->begun_s
        };
}

static inline void script_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct script *s = script_of(c);
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    if (s->n_done < SCRIPT_NOTES)
        s->done[s->n_done++] = (struct script_note){
            a->worker, a->first_unit, a->n_units, a->stored_s
        };
    if (s->seen)
        s->seen(c, s, attempt);
}

#define SCRIPT_HOOKS                                                      \
    SBS_POLICY_HEAD, .name = "script", .plan = script_plan,               \
    .start = script_start, .on_idle = script_on_idle,                     \
    .on_ready = script_on_ready, .on_probed = script_on_probed,           \
    .on_timer = script_on_timer, .on_lost = script_on_lost,               \
    .on_begun = script_on_begun, .on_seen = script_on_seen

/* A base, so that its start comes before that of others. */
static const struct sbs_policy script_policy = { SCRIPT_HOOKS,
                                                 .roles = SBS_ROLE_BASE };
static const struct sbs_policy script_oracle = {
    SCRIPT_HOOKS, .roles = SBS_ROLE_BASE | SBS_ROLE_ORACLE
};

/* Run under a witness. What is wrong, or NULL; the caller calls
 * simtest_fini in any case. */
static inline const char *script_run(struct script *s, int oracle,
                                     struct simtest *t, const char *model,
                                     const char *work, const char *policy,
                                     struct simtest_options o)
{
    struct witness witness = { 0 }, *to_witness = &witness;
    struct sbs_layer left[2] = {
        { &witness_policy, &to_witness },
        { oracle ? &script_oracle : &script_policy, &s }
    };
    o.left = left;
    o.n_left = 2;
    if (simtest_run(t, model, work, policy, o) != 0) {
        printf("# %s\n", t->err.text);
        return "the run";
    }
    return s->wrong ? s->wrong : witness.wrong;
}

/* Is note i of a list this one? */
static inline int noted(const struct script_note *x, uint32_t worker,
                        uint32_t first, uint32_t n, double t_s)
{
    int good = x->worker == worker && x->first == first && x->n == n &&
               fabs(x->t_s - t_s) < 1e-9;
    if (!good)
        printf("# worker %u units %u + %u at %.9g, not worker %u units %u "
               "+ %u at %.9g\n", x->worker, x->first, x->n, x->t_s, worker,
               first, n, t_s);
    return good;
}

#endif
