/* SPDX-License-Identifier: MIT
 * core.c - see core.h. */
#include "ui/core.h"
#include "base/sentence.h"
#include "ui/said.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MS = 5000, MESSAGE_BAD_MS = 10000, FOCUS_MS = 999 };

struct ui_level *ui_top(struct ui *u)
{
    return &u->levels[u->depth];
}

wall_ms ui_now(const struct ui *u)
{
    return u->port.now ? u->port.now(u->port.arg) : clock_wall();
}

int ui_offset(const struct ui *u, wall_ms t)
{
    return u->port.utc_offset ? u->port.utc_offset(u->port.arg, t) : clock_utc_offset(t);
}

struct rect ui_body(const struct ui *u)
{
    int h = u->canvas.h - 2;

    return (struct rect){1, 0, h > 0 ? h : 0, u->canvas.w};
}

struct view_input ui_input(struct ui *u)
{
    struct ui_level *l = ui_top(u);
    wall_ms now = ui_now(u);

    return (struct view_input){
        .snap = u->snap,
        .ctx = {.snap = u->snap, .now = now, .utc_offset_minutes = ui_offset(u, now)},
        .scope = &l->scope,
        .filter = l->filter,
        .filter_text = l->filter_text,
        .area = ui_body(u),
        .frozen = u->frozen,
        .ascii = u->ascii,
        .mono = term_is_mono(u->term),
        .xids = u->options.xids,
        .room = &u->room,
    };
}

static void say(struct ui *u, bool bad, mono_ms until, const char *fmt, va_list ap)
{
    char text[sizeof u->message];

    vsnprintf(text, sizeof text, fmt, ap);
    text_clean_into(u->message, sizeof u->message, text, strlen(text));
    u->message_bad = bad;
    u->message_until = until;
    u->dirty = true;
}

void ui_say(struct ui *u, bool bad, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(u, bad, clock_mono() + (bad ? MESSAGE_BAD_MS : MESSAGE_MS), fmt, ap);
    va_end(ap);
}

void ui_say_error(struct ui *u, const struct err *e)
{
    ui_say(u, true, "%s: %s", sentence_place(e), said(e->msg));
}

void ui_say_until_key(struct ui *u, bool bad, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(u, bad, INT64_MAX, fmt, ap);
    va_end(ap);
}

void ui_unsay(struct ui *u)
{
    if (u->message_until)
        u->dirty = true;
    u->message_until = 0;
}

void ui_rebuild(struct ui *u)
{
    ui_rebuild_unless(u, NULL);
}

bool ui_rebuild_unless(struct ui *u, struct view_interrupt *interrupt)
{
    struct ui_level *l = ui_top(u);

    if (!u->rows_stale || !u->snap)
        return true;
    struct view_input in = ui_input(u);
    in.interrupt = interrupt;
    l->slot->ops->rebuild(l->slot->state, &in);
    u->rows_stale = interrupt && interrupt->happened;
    return !u->rows_stale;
}

void ui_tell_focus(struct ui *u, mono_ms now)
{
    const struct view_scope *scope = &ui_top(u)->scope;

    if (!u->port.focus || scope->center < 0 || (u->focused_at && now - u->focused_at < FOCUS_MS))
        return;
    u->focused_at = now;
    u->port.focus(u->port.arg, (uint16_t)scope->center, scope->node[0] ? scope->node : NULL);
}
