/* SPDX-License-Identifier: MIT
 * actor_way.c - which source carries a verb to a target, and the requests that it makes. Sends nothing. */
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/actor_int.h"
#include "io/argv.h"
#include "io/request.h"
#include "io/secret.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 64 * 1024, TEXT_MAX = 256 * 1024 };

/* ---- the source ---- */

static struct source *source_of_row(const struct actor *a, uint16_t row)
{
    for (size_t i = 0; i < a->source_count; i++)
        if (source_conf_of(a->sources[i])->source == row)
            return a->sources[i];
    return NULL;
}

static enum rc ask(struct source *s, enum action_verb verb, const char **how, struct err *e)
{
    const struct collector_act_ops *act = source_act_ops(s);

    *how = "";
    if (!act)
        return err_set(e, RC_UNSUPPORTED, source_conf_of(s)->id,
                       S_("this kind of source cannot act"));
    enum rc rc = act->can(source_collector_state(s), verb, how, e);
    if (rc != RC_OK && e && !*e->msg)
        err_set(e, rc, source_conf_of(s)->id, S_("it cannot do that"));
    return rc;
}

static enum rc ask_others(struct actor *a, const struct action_order *o, const struct source *own,
                          struct way *w, const struct err *why)
{
    const char *how;

    for (size_t i = 0; i < a->source_count; i++) {
        struct source *s = a->sources[i];
        struct err e = {0};
        if (s == own || source_conf_of(s)->center != o->center ||
            ask(s, o->verb, &how, &e) != RC_OK)
            continue;
        w->source = s;
        snprintf(w->note, sizeof(w->note), "through %s (%s): %.100s", source_conf_of(s)->id,
                 how ? how : "", why->msg);
        return RC_OK;
    }
    return why->rc;
}

enum rc way_find(struct actor *a, const struct action_order *o, const struct action_target *t,
                 struct way *w, struct err *e)
{
    struct source *own = source_of_row(a, t->source);
    const char *how = "";
    struct err why = {0};

    *w = (struct way){0};
    if (!own || source_conf_of(own)->center != o->center) {
        own = NULL;
        err_set(&why, RC_UNSUPPORTED, t->name,
                S_("no source of this center carries actions to it"));
    } else if (ask(own, o->verb, &how, &why) == RC_OK) {
        w->source = own;
        snprintf(w->note, sizeof(w->note), "%s", how ? how : "");
        return RC_OK;
    }
    enum rc rc = ask_others(a, o, own, w, &why);
    if (rc != RC_OK && e)
        *e = why;
    return rc;
}

/* ---- requests in words ---- */

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";

    return *word && word[strspn(word, plain)] == '\0';
}

static void add_command(struct request *rq, struct buf *out)
{
    if (rq->prefix)
        buf_addf(out, "%s ", rq->prefix);
    for (size_t i = 0; rq->argv && rq->argv[i]; i++) {
        const char *word =
            is_plain(rq->argv[i]) ? rq->argv[i] : argv_quote(&rq->arena, rq->argv[i]);
        buf_addf(out, "%s%s", i ? " " : "", word ? word : "?");
    }
}

char *request_words(struct request *rq)
{
    struct buf out;

    buf_init(&out, TEXT_MAX);
    if (rq->via == VIA_COMMAND)
        add_command(rq, &out);
    else
        buf_addf(&out, "%s %s%s%s", rq->method ? rq->method : "GET", rq->path ? rq->path : "/",
                 rq->body ? " " : "", rq->body ? rq->body : "");
    char *text = out.len ? buf_take(&out) : xstrdup("");
    buf_fini(&out);
    secret_scrub(text, strlen(text));
    return text;
}

/* ---- requests ---- */

static enum rc complete(enum rc rc, struct request *made, struct request **rq, const char *what,
                        struct err *e)
{
    *rq = rc == RC_OK ? made : NULL;
    if (rc == RC_OK)
        return rc;
    request_free(made);
    if (e && !*e->msg)
        err_set(e, rc, NULL, "%s", what);
    return rc;
}

enum rc way_encode(struct source *s, const struct action_order *o, const struct action_target *t,
                   struct request **rq, char **text, struct err *e)
{
    struct request *made = request_new();
    enum rc rc = source_act_ops(s)->encode(source_collector_state(s), o, t, made, e);

    *text = NULL;
    rc = complete(rc, made, rq, S_("no request can be made of it"), e);
    if (rc != RC_OK)
        return rc;
    made->cut = CUT_WHOLE;
    made->slice_max = made->slice_max && made->slice_max < BODY_MAX ? made->slice_max : BODY_MAX;
    memset(made->lists, 0, sizeof(made->lists));
    *text = request_words(made);
    return RC_OK;
}

enum rc way_reread(struct source *s, enum action_verb verb, const struct action_target *t,
                   struct request **rq, struct err *e)
{
    struct request *made = request_new();
    enum rc rc = source_act_ops(s)->reread(source_collector_state(s), verb, t, made, e);

    rc = complete(rc, made, rq, S_("it cannot be read again"), e);
    if (rc == RC_OK)
        memset(made->lists, 0, sizeof(made->lists));
    return rc;
}
