/* SPDX-License-Identifier: MIT
 * act_rig.c - see act_rig.h. */
#include "tests/fake/act_rig.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USUAL                                                                                      \
    "on GET /nodes\n header Content-Type: application/json\n"                                      \
    " body {\"cluster\":\"alpha\",\"rows\":[{\"name\":\"n1\",\"state\":\"idle\"},"                 \
    "{\"name\":\"n2\",\"state\":\"idle\"}],\"jobs\":[{\"id\":\"14\",\"state\":\"running\","        \
    "\"user\":\"li\",\"submitted\":1700000000,\"started\":1700000100,\"restarts\":0}]}\n"          \
    "on GET /node/n1\n header Content-Type: application/json\n"                                    \
    " body {\"rows\":[{\"name\":\"n1\",\"state\":\"idle\"}]}\n"                                    \
    "on GET /node/n2\n header Content-Type: application/json\n"                                    \
    " body {\"rows\":[{\"name\":\"n2\",\"state\":\"idle\"}]}\n"                                    \
    "on GET /job/14/requeue\n body {}\n"                                                           \
    "on GET /job/14\n header Content-Type: application/json\n"                                     \
    " body {\"jobs\":[{\"id\":\"14\",\"state\":\"running\",\"user\":\"li\","                       \
    "\"submitted\":1700000000,\"started\":1700000100,\"restarts\":0}]}\n"                          \
    "on POST /\n body {}\n"                                                                        \
    "on DELETE /\n body {}\n"

static char *whole_script(const char *script)
{
    size_t size = strlen(script) + sizeof(USUAL) + 2;
    char *text = malloc(size);

    snprintf(text, size, "%s\n%s", script, USUAL);
    return text;
}

void act_script(struct act_rig *a, size_t server, const char *script)
{
    char *text = whole_script(script);

    fake_http_script(a->server[server], text);
    free(text);
}

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "act_rig: %s: %s: %s\n", what, e->where, e->msg);
    abort();
}

static void open_journal(struct act_rig *a)
{
    struct journal_who who = {.uid = 1000, .user = "li", .host = "here", .version = "test"};
    struct err e = {0};

    snprintf(a->folder, sizeof(a->folder), "/tmp/suantop-act-XXXXXX");
    if (!mkdtemp(a->folder))
        die("mkdtemp", &e);
    snprintf(a->path, sizeof(a->path), "%s/audit.jsonl", a->folder);
    if (journal_open(a->path, &who, &a->journal, &e) != RC_OK)
        die("journal", &e);
}

struct act_rig *act_new(const char *script)
{
    struct act_rig *a = calloc(1, sizeof(*a));
    char *text = whole_script(script);

    for (size_t i = 0; i < 2; i++) {
        a->server[i] = fake_http_start(text, NULL);
        a->modes[i] = ACT_CONFIRM;
    }
    free(text);
    a->patience = "60s";
    a->total = "120s";
    open_journal(a);
    rig_init(&a->rig);
    a->actor = (struct net_actor){.journal = a->journal, .modes = a->modes, .mode_count = 2};
    a->rig.options.actor = &a->actor;
    return a;
}

void act_start(struct act_rig *a, const char *name, const char *value)
{
    for (uint16_t i = 0; i < 2; i++) {
        struct fake_conf *c = rig_add(&a->rig, NULL);
        fake_conf_init(c, i, i ? "two/fake" : "one/fake", "url", fake_http_url(a->server[i]),
                       "insecure", "true", "every", "100ms", "patience", a->patience, "total",
                       a->total, name ? name : "path", name ? value : "/nodes", NULL);
        c->conf.center = i;
        c->conf.center_id = i ? "two" : "one";
    }
    rig_start(&a->rig);
    if (!rig_wait_nodes(&a->rig, 4, 5000))
        die("the nodes did not come", &(struct err){0});
}

struct act_rig *act_started(const char *script)
{
    struct act_rig *a = act_new(script);

    act_start(a, NULL, NULL);
    return a;
}

void act_free(struct act_rig *a)
{
    rig_fini(&a->rig);
    fake_http_stop(a->server[0]);
    fake_http_stop(a->server[1]);
    journal_close(a->journal);
    unlink(a->path);
    rmdir(a->folder);
    free(a);
}

/* ---- orders ---- */

static uint32_t find(const struct snapshot *s, enum entity e, uint16_t center, const char *name)
{
    return snapshot_find(s, e, row_key(e, center, name, strlen(name)));
}

static struct action_order *make_order(struct act_rig *a, const struct snapshot *s,
                                       enum action_verb verb, uint16_t center,
                                       const char *const *names)
{
    static unsigned serial;
    struct action_order *o = order_new(verb, center);
    struct err e = {0};

    order_stamp(o, clock_wall(), 0x4f2a0000u + ++serial);
    snprintf(a->op, sizeof(a->op), "%s", o->op);
    order_set_reason(o, "bad fan", NULL);
    order_set_ticket(o, "T1", NULL);
    snprintf(o->actor, sizeof(o->actor), "li");
    o->mass = o->named = true;
    for (; *names; names++)
        if (order_add(o, s, find(s, verb_info(verb)->entity, center, *names), &e) != RC_OK)
            die(*names, &e);
    return o;
}

struct plan *act_plan(struct act_rig *a, enum action_verb verb, uint16_t center,
                      const char *const *names)
{
    struct act_permit permit = {.mode = ACT_CONFIRM};
    struct act_limits limits = {0};
    struct snapshot *s = snapshot_hub_latest(a->rig.hub);
    struct plan *p = NULL;
    struct err e = {0};

    if (plan_make(make_order(a, s, verb, center, names), s, &limits, &permit, clock_wall(), &p,
                  &e) != RC_OK)
        die("plan", &e);
    snapshot_unref(s);
    return p;
}

struct confirmed_order *act_confirm(struct plan *p)
{
    struct confirmed_order *c = NULL;
    struct err e = {0};

    if (plan_confirm(p, NULL, true, &c, &e) != RC_OK)
        die("confirm", &e);
    plan_free(p);
    return c;
}

enum rc act_commit(struct act_rig *a, enum action_verb verb, uint16_t center,
                   const char *const *names)
{
    return net_act_commit(a->rig.net, act_confirm(act_plan(a, verb, center, names)), NULL);
}

/* ---- rows ---- */

static void copy(const struct snapshot *s, bool has, strid id, char *out, size_t size)
{
    snprintf(out, size, "%s", has ? intern_text(snapshot_strings(s), id) : "");
}

struct act_row act_row(struct act_rig *a, const char *op, unsigned number)
{
    struct snapshot *s = snapshot_hub_latest(a->rig.hub);
    struct act_row out = {.status = -1};
    char id[80];

    snprintf(id, sizeof(id), "%s/%u", op, number - 1);
    for (uint16_t center = 0; center < 2 && !out.found; center++) {
        uint32_t slot = find(s, ENTITY_ACTION, center, id);
        const struct action_row *r =
            slot == UINT32_MAX ? NULL : snapshot_row(s, ENTITY_ACTION, slot);
        if (!r)
            continue;
        out.found = true;
        out.state = (enum action_state)r->state;
        copy(s, row_has(r, action, message), r->message, out.message, sizeof(out.message));
        copy(s, row_has(r, action, request), r->request, out.request, sizeof(out.request));
        copy(s, row_has(r, action, before), r->before, out.before, sizeof(out.before));
        copy(s, row_has(r, action, after), r->after, out.after, sizeof(out.after));
        if (row_has(r, action, status))
            out.status = (int)r->status;
    }
    snapshot_unref(s);
    return out;
}

struct awaited {
    struct act_rig *a;
    const char *op;
    unsigned number;
    enum action_state state;
};

static bool has_come(struct rig *r, void *arg)
{
    const struct awaited *w = arg;
    struct act_row row = act_row(w->a, w->op, w->number);

    (void)r;
    if (!row.found)
        return false;
    return row.state == w->state ||
           (w->state == action_state_ACCEPTED &&
            (row.state == action_state_CONFIRMED || row.state == action_state_UNCONFIRMED));
}

bool act_wait(struct act_rig *a, const char *op, unsigned number, enum action_state state, int ms)
{
    struct awaited w = {a, op, number, state};

    return rig_wait(&a->rig, has_come, &w, ms);
}

/* ---- journal ---- */

static size_t scan(struct act_rig *a, const char *one, const char *other, size_t *first)
{
    FILE *f = fopen(a->path, "r");
    char line[4096];
    size_t found = 0, number = 0;

    *first = 0;
    while (f && fgets(line, sizeof(line), f)) {
        number++;
        if (!strstr(line, one) || !strstr(line, other))
            continue;
        found++;
        *first = *first ? *first : number;
    }
    if (f)
        fclose(f);
    return found;
}

size_t act_lines(struct act_rig *a, const char *one, const char *other)
{
    size_t first;

    return scan(a, one, other, &first);
}

struct awaited_lines {
    struct act_rig *a;
    const char *one, *other;
    size_t count;
};

static bool have_come(struct rig *r, void *arg)
{
    const struct awaited_lines *w = arg;

    (void)r;
    return act_lines(w->a, w->one, w->other) >= w->count;
}

bool act_wait_lines(struct act_rig *a, const char *one, const char *other, size_t count)
{
    struct awaited_lines w = {a, one, other, count};

    return rig_wait(&a->rig, have_come, &w, 1000);
}

size_t act_line(struct act_rig *a, const char *one, const char *other)
{
    size_t first;

    scan(a, one, other, &first);
    return first;
}
