/* SPDX-License-Identifier: MIT
 * core.h - the state of the dashboard, shared by the files that make it up: loop.c (the loop), nav.c (where we
 * are), command.c (what keys and `:` commands do), overlay.c (what lies over a view), frame.c (drawing).
 * Nobody else includes this. Thread: main, but for what `mail` guards. */
#ifndef SUAN_UI_CORE_H
#define SUAN_UI_CORE_H

#include "ui/arming.h"
#include "ui/bell.h"
#include "ui/dialog.h"
#include "ui/follow.h"
#include "ui/footer.h"
#include "ui/keymap.h"
#include "ui/lineedit.h"
#include "ui/menu.h"
#include "ui/pager.h"
#include "ui/state.h"
#include "ui/term.h"
#include "ui/theme.h"
#include "ui/ui.h"
#include "ui/verdict.h"
#include "ui/view.h"
#include <pthread.h>
#include <stdatomic.h>

enum { UI_LEVELS = 24, UI_SLOTS = 24, UI_NEEDS_W = 60, UI_NEEDS_H = 12 };

/* One state per view, kept while the dashboard lives. */
struct ui_slot {
    const struct view_ops *ops;
    void *state;
    char filter[LINE_MAX_BYTES]; /* of the view at its root, while another one is shown */
};

/* A step of the drill-down. */
struct ui_level {
    struct ui_slot *slot;
    struct view_scope scope;
    char filter_text[LINE_MAX_BYTES];
    struct filter *filter;
};

enum ui_line { UI_LINE_NONE, UI_LINE_FILTER, UI_LINE_COMMAND, UI_LINE_SEARCH };
/* A dialog stays below a pager that it opened. */
enum ui_overlay {
    UI_OVER_NONE,
    UI_OVER_PAGER,
    UI_OVER_SORT,
    UI_OVER_SETUP,
    UI_OVER_COLUMNS,
    UI_OVER_DIALOG,
    UI_OVER_ARM
};

/* An answer that another thread left for us. */
struct ui_mail {
    pthread_mutex_t lock;
    bool full;
    uint32_t ticket;
    enum rc rc;
    char *text;
    size_t len;
    char message[256];
};

struct ui {
    struct snapshot_hub *hub;
    struct ui_port port;
    struct ui_options options;
    char *theme_dirs, *state_file, *banner;
    struct terminal *term;
    struct theme theme;
    struct canvas canvas;
    struct sort_room room; /* the views': one is rebuilt at a time */
    struct ui_state state;

    struct snapshot *snap;  /* what is shown; NULL before the first */
    struct verdict verdict; /* of snap */
    struct bell bell;
    mono_ms taken_at;        /* when snap was taken over */
    bool snap_waits;         /* there is a newer one, but the last came just now, or a key */
    mono_ms key_at;          /* the last one */
    mono_ms focused_at;      /* when it was last said what is looked at (port.focus) */
    mono_ms attentive_until; /* somebody is at the keys: show what comes at once */
    _Atomic bool relaxed;    /* nobody is: what comes is shown with the next second */
    bool frozen;
    wall_ms frozen_at;

    struct ui_slot slots[UI_SLOTS];
    struct ui_level levels[UI_LEVELS];
    int depth; /* levels[0..depth] */

    enum ui_line line;
    struct lineedit edit;
    char filter_before[LINE_MAX_BYTES];
    struct err filter_error; /* rc == RC_OK: the filter that is typed is good */

    enum ui_overlay overlay;
    struct pager pager;
    struct menu menu;
    uint32_t raw_ticket; /* what the pager waits for, 0 = nothing */
    bool explains;       /* the pager explains figure number `explained` of the view */
    int explained;

    struct dialog *dialog;       /* NULL = none is open */
    struct ui_slot *dialog_from; /* the view that asked for it; NULL = none */
    mono_ms planned_at,
        plan_cost; /* when its plan was last made for a new picture, and how long that took */
    struct arm_panel arm_panel;
    struct arming arming;
    struct follow follow; /* what was sent and is not over */
    uint32_t act_seed;
    bool pasting; /* outside of any line: what is pasted is no key */

    char message[512];
    bool message_bad;
    mono_ms message_until; /* 0 = none, INT64_MAX = until a key */

    struct footer_map map;
    mono_ms clicked_at;
    int clicked_y, clicked_x;

    bool ascii, mouse, bells;
    int every_ms;
    bool dirty;      /* a frame is due */
    bool rows_stale; /* rebuild() is due */
    uint64_t frames;
    int wake_fd;
    _Atomic bool quit;
    bool lost; /* the terminal went away */
    struct ui_mail mail;
};

struct ui_level *ui_top(struct ui *u);
/* What the view on top is given, for a body of that area. */
struct view_input ui_input(struct ui *u);
struct rect ui_body(const struct ui *u);
wall_ms ui_now(const struct ui *u);
int ui_offset(const struct ui *u, wall_ms t);
/* A line in the place of the footer, until a key or for some seconds. Text from outside is cleaned. */
void ui_say(struct ui *u, bool bad, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Where it went wrong, and what, in the reader's language. */
void ui_say_error(struct ui *u, const struct err *e);
void ui_say_until_key(struct ui *u, bool bad, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void ui_unsay(struct ui *u);
/* Once a second: which center or node is on the screen, so that its sources may ask for more of it (port.focus). */
void ui_tell_focus(struct ui *u, mono_ms now);
void ui_rebuild(struct ui *u); /* the rows of the view on top, if that is due */
/* The same; false: it was interrupted, and is due still. */
bool ui_rebuild_unless(struct ui *u, struct view_interrupt *interrupt);
void ui_take_snapshot(struct ui *u); /* the newest one, if it is time for it (loop.c) */

#endif
