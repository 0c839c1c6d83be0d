/* SPDX-License-Identifier: MIT
 * request.c - see request.h: orders, and freezing rows into them (freeze.c). */
#include "action/request.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OURS "suantop:"

struct action_order *order_new(enum action_verb verb, uint16_t center)
{
    struct action_order *o = xcalloc(1, sizeof(*o));

    o->verb = verb;
    o->center = center;
    return o;
}

struct action_order *order_copy(const struct action_order *o)
{
    struct action_order *copy = xcalloc(1, sizeof(*copy));

    *copy = *o;
    copy->targets = NULL;
    if (o->count) {
        copy->targets = xreallocarray(NULL, o->count, sizeof(*o->targets));
        memcpy(copy->targets, o->targets, o->count * sizeof(*o->targets));
    }
    return copy;
}

void order_free(struct action_order *o)
{
    if (!o)
        return;
    free(o->targets);
    free(o);
}

/* "20261122T120102Z-4f2a91c3" */
void order_stamp(struct action_order *o, wall_ms at, uint32_t seed)
{
    char time[32];
    size_t n = 0;

    time_rfc3339(at, time);
    for (const char *p = time; *p; p++)
        if (*p != '-' && *p != ':')
            time[n++] = *p;
    time[n] = '\0';
    snprintf(o->op, sizeof(o->op), "%.20s-%08x", time, (unsigned)seed);
    o->at = at;
}

static bool is_printable(const char *s, bool blanks)
{
    for (; *s; s++)
        if (*s < ' ' || *s > '~' || (*s == ' ' && !blanks))
            return false;
    return true;
}

enum rc order_set_reason(struct action_order *o, const char *text, struct err *e)
{
    if (strlen(text) > ACTION_REASON_MAX)
        return err_set(e, RC_USAGE, "reason", S_("is longer than %d characters"),
                       ACTION_REASON_MAX);
    if (!is_printable(text, true))
        return err_set(
            e, RC_USAGE, "reason",
            S_("holds something else than printable ASCII: schedulers cannot keep that"));
    snprintf(o->reason, sizeof(o->reason), "%s", text);
    return RC_OK;
}

enum rc order_set_ticket(struct action_order *o, const char *text, struct err *e)
{
    if (strlen(text) > ACTION_TICKET_MAX)
        return err_set(e, RC_USAGE, "ticket", S_("is longer than %d characters"),
                       ACTION_TICKET_MAX);
    if (!is_printable(text, false))
        return err_set(e, RC_USAGE, "ticket", S_("may only be printable ASCII without blanks"));
    snprintf(o->ticket, sizeof(o->ticket), "%s", text);
    return RC_OK;
}

/* One word of the reason: what is not printable becomes '?', blanks (which end a word) '_'. */
static void add_word(struct buf *out, const char *s)
{
    if (!*s)
        buf_addc(out, '-');
    for (; *s; s++)
        buf_addc(out, *s == ' ' ? '_' : *s < ' ' || *s > '~' ? '?' : *s);
}

bool order_reason(const struct action_order *o, char out[ACTION_REASON_MAX + 1])
{
    struct buf b;

    buf_init_whole(&b, 1024);
    buf_adds(&b, OURS);
    add_word(&b, o->ticket);
    buf_addc(&b, ' ');
    add_word(&b, o->actor);
    if (o->reason[0])
        buf_addc(&b, ' ');
    for (const char *s = o->reason; *s; s++)
        buf_addc(&b, *s < ' ' || *s > '~' ? '?' : *s);
    snprintf(out, ACTION_REASON_MAX + 1, "%s", b.data);
    bool whole = b.len <= ACTION_REASON_MAX;
    buf_fini(&b);
    return whole;
}

bool reason_is_ours(const char *reason)
{
    return strncmp(reason, OURS, strlen(OURS)) == 0;
}

bool reason_is_automatic(const char *reason)
{
    return strcmp(reason, "Not responding") == 0 ||
           strcmp(reason, "Node unexpectedly rebooted") == 0;
}
