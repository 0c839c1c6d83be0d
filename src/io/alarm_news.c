/* SPDX-License-Identifier: MIT
 * alarm_news.c - see alarm_news.h. */
#include "io/alarm_news.h"
#include "base/xmem.h"
#include "model/value.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_WORDS = 5, ENV_WORDS = 12 };

void alarm_news_init(struct alarm_news *n, const char *const *words, wall_ms since)
{
    *n = (struct alarm_news){.words = words, .since = since};
    map_init(&n->by_key);
}

void alarm_news_fini(struct alarm_news *n)
{
    map_fini(&n->by_key);
    free(n->told);
}

void alarm_event_free(struct alarm_event *e)
{
    arena_fini(&e->arena);
    free(e);
}

static bool any(const void *arg, uint32_t value)
{
    (void)arg;
    (void)value;
    return true; /* equal hashes are equal keys */
}

static struct alarm_told *told_of(struct alarm_news *n, uint64_t key)
{
    uint32_t i = map_find(&n->by_key, key, any, NULL);

    if (i != MAP_NONE)
        return &n->told[i];
    n->told = xgrow(n->told, &n->cap, n->count + 1, sizeof(*n->told));
    n->told[n->count] = (struct alarm_told){.key = key};
    map_add(&n->by_key, key, (uint32_t)n->count);
    return &n->told[n->count++];
}

static const char *text_of(const struct snapshot *s, bool has, strid id)
{
    const char *text = has ? intern_text(snapshot_strings(s), id) : "";

    /* What a program takes for an option comes from us, not from a name. */
    return *text == '-' ? text + strspn(text, "-") : text;
}

static const char *center_of(const struct snapshot *s, const struct alert_row *a)
{
    const struct center_row *c = snapshot_center(s, a->h.center);

    return c ? text_of(s, row_has(c, center, id), c->id) : "";
}

static const char *print(struct arena *arena, const char *name, const char *text)
{
    return arena_printf(arena, "SUANTOP_ALERT_%s=%s", name, text);
}

static const char *number(char out[32], bool has, double v)
{
    snprintf(out, 32, has ? "%.10g" : "", v);
    return out;
}

static const char *moment(char out[32], bool has, wall_ms t)
{
    time_rfc3339(has ? t : 0, out);
    return out;
}

struct telling {
    const struct snapshot *s;
    const struct alert_row *a;
    const char *state, *severity, *center, *id, *summary;
};

static const char *const *environment(const struct telling *t, struct arena *arena)
{
    const struct alert_row *a = t->a;
    const char **env = arena_alloc(arena, (ENV_WORDS + 1) * sizeof(*env));
    char v[32];
    int n = 0;

    env[n++] = print(arena, "STATE", t->state);
    env[n++] = print(arena, "SEVERITY", t->severity);
    env[n++] = print(arena, "CENTER", t->center);
    env[n++] = print(arena, "ID", t->id);
    env[n++] = print(arena, "RULE", text_of(t->s, row_has(a, alert, rule), a->rule));
    env[n++] = print(arena, "NODE", text_of(t->s, row_has(a, alert, node), a->node));
    env[n++] = print(arena, "SUMMARY", t->summary);
    env[n++] = print(arena, "VALUE", number(v, row_has(a, alert, value), (double)a->value));
    env[n++] =
        print(arena, "THRESHOLD", number(v, row_has(a, alert, threshold), (double)a->threshold));
    env[n++] = print(arena, "SINCE", moment(v, row_has(a, alert, since), a->since));
    env[n++] = print(arena, "FIRED_AT", moment(v, row_has(a, alert, fired_at), a->fired_at));
    env[n++] =
        print(arena, "RESOLVED_AT", moment(v, row_has(a, alert, resolved_at), a->resolved_at));
    env[n] = NULL;
    return env;
}

static const char *const *arguments(const struct telling *t, const char *const *words,
                                    struct arena *arena)
{
    const char *own[OWN_WORDS] = {t->state, t->severity, t->center, t->id, t->summary};
    size_t n = 0;

    while (words[n])
        n++;
    const char **argv = arena_alloc(arena, (n + OWN_WORDS + 1) * sizeof(*argv));
    for (size_t i = 0; i < n; i++)
        argv[i] = words[i];
    for (int i = 0; i < OWN_WORDS; i++)
        argv[n++] = arena_strdup(arena, own[i]);
    argv[n] = NULL;
    return argv;
}

static struct alarm_event *event_of(const struct alarm_news *n, const struct snapshot *s,
                                    const struct alert_row *a, bool firing)
{
    struct alarm_event *e = xcalloc(1, sizeof(*e));
    struct telling t = {.s = s,
                        .a = a,
                        .state = firing ? "firing" : "resolved",
                        .severity = a->severity == severity_CRITICAL ? "critical" : "warning",
                        .center = center_of(s, a),
                        .id = text_of(s, true, a->id),
                        .summary = text_of(s, row_has(a, alert, summary), a->summary)};

    arena_init(&e->arena, 0);
    e->argv = arguments(&t, n->words, &e->arena);
    e->env = environment(&t, &e->arena);
    return e;
}

/* Alerts of an Alertmanager and the like have their own ways of waking people. */
static bool is_ours(const struct snapshot *s, const struct alert_row *a)
{
    return row_has(a, alert, state) && row_has(a, alert, origin) &&
           strcmp(intern_raw(snapshot_strings(s), a->origin), "suantop") == 0;
}

static int level_of(const struct alert_row *a)
{
    return a->state != alert_state_FIRING     ? 0
           : a->severity == severity_CRITICAL ? severity_CRITICAL
                                              : severity_WARNING;
}

/* +1: it fires or got worse; -1: it ended; 0: nothing to tell. */
static int news_of(struct alarm_news *n, const struct snapshot *s, const struct alert_row *a)
{
    struct alarm_told *told = told_of(n, a->h.key);
    bool fresh = told->round == 0, silent;
    int level = level_of(a), before;

    silent = row_has(a, alert, silenced_until) && a->silenced_until > snapshot_at(s);
    if (fresh && row_has(a, alert, fired_at) && a->fired_at < n->since)
        told->level = level;
    told->round = n->round;
    before = told->level;
    if (level > before && silent)
        return 0;
    told->level = level;
    return level > before ? 1 : level == 0 && before > 0 ? -1 : 0;
}

static void forget(struct alarm_news *n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n->count; i++)
        if (n->told[i].round == n->round)
            n->told[kept++] = n->told[i];
    if (kept == n->count)
        return;
    n->count = kept;
    map_fini(&n->by_key);
    map_init(&n->by_key);
    for (size_t i = 0; i < kept; i++)
        map_add(&n->by_key, n->told[i].key, (uint32_t)i);
}

void alarm_news_look(struct alarm_news *n, const struct snapshot *s,
                     void (*event)(void *arg, struct alarm_event *e), void *arg)
{
    n->round++;
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_ALERT); slot++) {
        const struct alert_row *a = snapshot_row(s, ENTITY_ALERT, slot);
        int news = a && is_ours(s, a) ? news_of(n, s, a) : 0;
        if (news && event)
            event(arg, event_of(n, s, a, news > 0));
    }
    forget(n);
}
