/* SPDX-License-Identifier: MIT
 * scenario_check.c - a scenario as a whole: see scenario_int.h. Each complaint names the line of what is wrong. */
#include "base/sentence.h"
#include "base/xmem.h"
#include "fleetsim/scenario_int.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const scenario_keywords[KEYWORDS] = {"center", "pool", "model", "work", "fault"};

enum rc scenario_complain(const struct reading *r, unsigned line, enum rc rc, const char *what,
                          const char *fmt, ...)
{
    char where[96], text[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    snprintf(where, sizeof(where), "%.80s:%u", r->file, line);
    return err_set(r->e, rc, where, "%s: %s", what, text);
}

/* ---- what has to be given ---- */

static const struct {
    enum keyword keyword;
    const char *name;
} all_keys[] = {
#define KEY(word, member, name, type, least, most, help) {KEYWORD_##word, name},
#include "fleetsim/scenario_keys.def"
};

static bool is_given(const struct sim_named *n, enum keyword word, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(all_keys); i++)
        if (all_keys[i].keyword == word && strcmp(all_keys[i].name, name) == 0)
            return n->given >> i & 1;
    return false;
}

/* names: the keys that a line of that kind cannot do without, with blanks between them. */
static enum rc need(const struct reading *r, enum keyword word, const char *id,
                    const struct sim_named *n, const char *const *names)
{
    char what[80];

    for (; *names; names++)
        if (!is_given(n, word, *names)) {
            snprintf(what, sizeof(what), "%s %.40s", scenario_keywords[word], id);
            return scenario_complain(r, n->line, RC_SCHEMA, what, S_("needs %s="), *names);
        }
    return RC_OK;
}

static enum rc twice(const struct reading *r, enum keyword word, const char *id,
                     const struct sim_named *n, unsigned before)
{
    char what[80];

    snprintf(what, sizeof(what), "%s %.40s", scenario_keywords[word], id);
    return scenario_complain(r, n->line, RC_SCHEMA, what, S_("that id stands in line %u already"),
                             before);
}

/* ---- models, works, faults ---- */

static enum rc check_model(const struct reading *r, size_t i)
{
    static const char *const names[] = {"driver", "idle",  "power", "memory",
                                        "clock",  "limit", NULL};
    const struct sim_model *m = &r->s->models[i];

    for (size_t k = 0; k < i; k++)
        if (strcmp(r->s->models[k].id, m->id) == 0)
            return twice(r, KEYWORD_model, m->id, &m->named, r->s->models[k].named.line);
    enum rc rc = need(r, KEYWORD_model, m->id, &m->named, names);
    if (rc == RC_OK && m->idle_watts >= m->max_watts)
        rc = scenario_complain(r, m->named.line, RC_SCHEMA, m->id,
                               S_("idle= must be less than power="));
    return rc;
}

static enum rc check_work(const struct reading *r, size_t i)
{
    static const char *const names[] = {"share", "sizes", "hours", NULL};
    const struct sim_work *w = &r->s->works[i];

    for (size_t k = 0; k < i; k++)
        if (strcmp(r->s->works[k].id, w->id) == 0)
            return twice(r, KEYWORD_work, w->id, &w->named, r->s->works[k].named.line);
    enum rc rc = need(r, KEYWORD_work, w->id, &w->named, names);
    if (rc == RC_OK && w->size_count == 0)
        rc = scenario_complain(r, w->named.line, RC_SCHEMA, w->id, S_("needs %s="), "sizes");
    if (rc == RC_OK && w->failed + w->cancelled > 1)
        rc = scenario_complain(r, w->named.line, RC_SCHEMA, w->id,
                               S_("failed= and cancelled= may add up to at most 1"));
    return rc;
}

static enum rc check_fault(const struct reading *r, size_t i)
{
    static const char *const names[] = {"count", "scope", NULL};
    const struct sim_fault *f = &r->s->faults[i];

    if (i == SCENARIO_FAULTS)
        return scenario_complain(r, f->named.line, RC_LIMIT, "fault", S_("more than 255 kinds"));
    for (size_t k = 0; k < i; k++)
        if (strcmp(r->s->faults[k].id, f->id) == 0)
            return twice(r, KEYWORD_fault, f->id, &f->named, r->s->faults[k].named.line);
    return need(r, KEYWORD_fault, f->id, &f->named, names);
}

static enum rc check_shares(const struct reading *r)
{
    double share = 0;

    if (r->s->work_count == 0)
        return scenario_complain(r, r->line, RC_SCHEMA, "work",
                                 S_("there is no line of it, and so no job"));
    for (size_t i = 0; i < r->s->work_count; i++)
        share += r->s->works[i].share;
    return fabs(share - 1) <= 0.001
               ? RC_OK
               : scenario_complain(r, r->s->works[r->s->work_count - 1].named.line, RC_SCHEMA,
                                   "work", S_("the shares add up to %g, not to 1"), share);
}

/* ---- centers and their pools ---- */

static enum rc find_model(const struct reading *r, struct sim_pool *p)
{
    char what[80];

    for (p->model = 0; p->model < r->s->model_count; p->model++)
        if (strcmp(r->s->models[p->model].id, p->model_id) == 0)
            return RC_OK;
    snprintf(what, sizeof(what), "pool %.40s", p->id);
    if (p->model_id[0] == '\0')
        return scenario_complain(r, p->named.line, RC_SCHEMA, what, S_("needs %s="), "model");
    return scenario_complain(r, p->named.line, RC_SCHEMA, what,
                             S_("model=%.31s: there is no model line of that id"), p->model_id);
}

/* Names are prefix and number: two pools may have one prefix, but not one node. */
static bool share_a_name(const struct sim_pool *a, const struct sim_pool *b)
{
    return strcmp(a->prefix, b->prefix) == 0 && a->first < b->first + b->nodes &&
           b->first < a->first + a->nodes;
}

static enum rc check_pool(const struct reading *r, const struct sim_center *c, size_t i)
{
    static const char *const names[] = {"prefix", "nodes", NULL};
    struct sim_pool *p = &c->pools[i];
    enum rc rc = need(r, KEYWORD_pool, p->id, &p->named, names);

    for (size_t k = 0; k < i && rc == RC_OK; k++) {
        const struct sim_pool *other = &c->pools[k];
        if (strcmp(other->id, p->id) == 0)
            rc = twice(r, KEYWORD_pool, p->id, &p->named, other->named.line);
        else if (share_a_name(p, other))
            rc = scenario_complain(r, p->named.line, RC_SCHEMA, p->id,
                                   S_("has nodes that pool %.31s has"), other->id);
    }
    return rc == RC_OK && p->devices > 0 ? find_model(r, p) : rc;
}

static enum rc check_center(const struct reading *r, size_t i, uint64_t *nodes)
{
    const struct sim_center *c = &r->s->centers[i];
    enum rc rc = RC_OK;

    for (size_t k = 0; k < i; k++)
        if (strcmp(r->s->centers[k].id, c->id) == 0)
            return twice(r, KEYWORD_center, c->id, &c->named, r->s->centers[k].named.line);
    if (c->version == 39)
        return scenario_complain(r, c->named.line, RC_SCHEMA, c->id,
                                 S_("version=39 is not simulated: 38, or 40 to 45"));
    if (c->pool_count == 0)
        return scenario_complain(r, c->named.line, RC_SCHEMA, c->id, S_("a center without a pool"));
    for (size_t p = 0; p < c->pool_count && rc == RC_OK; p++) {
        rc = check_pool(r, c, p);
        *nodes += c->pools[p].nodes;
        if (rc == RC_OK && *nodes > SCENARIO_NODES)
            rc = scenario_complain(r, c->pools[p].named.line, RC_LIMIT, c->pools[p].id,
                                   S_("more than 200000 nodes with this pool"));
    }
    return rc;
}

enum rc scenario_check(const struct reading *r)
{
    const struct scenario *s = r->s;
    uint64_t nodes = 0;
    enum rc rc = RC_OK;

    if (s->center_count == 0 || s->center_count > SCENARIO_CENTERS)
        return scenario_complain(r, r->line, RC_SCHEMA, "centers",
                                 S_("there must be 1 to 200 of them"));
    for (size_t i = 0; i < s->model_count && rc == RC_OK; i++)
        rc = check_model(r, i);
    for (size_t i = 0; i < s->work_count && rc == RC_OK; i++)
        rc = check_work(r, i);
    for (size_t i = 0; i < s->fault_count && rc == RC_OK; i++)
        rc = check_fault(r, i);
    if (rc == RC_OK)
        rc = check_shares(r);
    for (size_t i = 0; i < s->center_count && rc == RC_OK; i++)
        rc = check_center(r, i, &nodes);
    return rc;
}
