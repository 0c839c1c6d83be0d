/* SPDX-License-Identifier: MIT
 * ui.h - the dashboard: one thread that waits in poll() for keys, snapshots and the clock.
 *
 * The ui knows nothing of collectors or sockets: what it wants from outside goes through the port's
 * callbacks (which must not block), what comes in arrives through ui_wake after the hub got a snapshot, and
 * through ui_post_raw.
 * Thread: ui_run on the main thread; ui_wake and ui_post_* from any thread. */
#ifndef SUAN_UI_UI_H
#define SUAN_UI_UI_H

#include "action/plan.h"
#include "base/err.h"
#include "model/annotation.h"
#include "model/snapshot.h"

struct ui;

struct ui_port {
    void *arg;
    void (*refresh)(void *arg, int source /* -1 = all */);
    uint32_t (*lookup)(void *arg, int source, enum entity e, const char *id, size_t len);
    /* Actions. All NULL on a screen that cannot act (read-only, wall, replay): then no key of the group ACT does
     * anything but say so. See net_act_*. */
    void (*act_preview)(void *arg, const struct action_order *o);
    enum rc (*act_commit)(void *arg, struct confirmed_order *take, struct err *e);
    void (*act_drop)(void *arg, const char *op);
    void (*act_arm)(void *arg, uint16_t center, wall_ms until);
    /* Acknowledge, silence, note: ours alone, nothing leaves for a scheduler. NULL = not here. */
    void (*annotate)(void *arg, const struct annotation *a);
    /* A view shows that center, or that node of it (NULL = the whole): said once a second while it does. See net_focus.
     * NULL = nobody to tell (replay, wall). */
    void (*focus)(void *arg, uint16_t center, const char *node);
    wall_ms (*now)(void *arg); /* wall clock, or the recording's in replay */
    int (*utc_offset)(void *arg, wall_ms t);
    /* replay only, else NULL */
    void (*replay_step)(void *arg);
    double (*replay_speed)(
        void *arg, double factor); /* multiplies the speed, returns the new one; factor 0 = ask */
};

struct ui_options {
    const char *theme;      /* name or path; NULL = default */
    const char *theme_dirs; /* colon-separated search path */
    const char *
        language; /* that the command line asked for, already in use: no remembered one is taken; or NULL */
    const char *view;       /* first view, NULL = overview */
    const char *filter;     /* first filter, NULL = none */
    const char *colour;     /* "auto" "24bit" "256" "16" "none" */
    const char *state_file; /* where setup choices and history are kept; NULL = nowhere */
    int refresh_ms;         /* redraw at least this often while ages move; 0 = 1000 */
    bool ascii, mouse;
    bool bell;   /* the terminal rings when an alert turns critical */
    int test_fd; /* a byte line "frame N\n" after each frame, for tests; -1 = none */
    /* By center; borrowed. What the operator is allowed, shown before anything is asked. */
    const enum act_mode *act_modes;
    size_t act_mode_count;
    struct act_limits act_limits;
    const char *actor, *actor_from; /* who acts: user name; ssh client or terminal */
    const struct xid_table *xids;   /* borrowed; NULL = no words for XIDs */
    const char *banner; /* shown in the header when not NULL: "replay", "read-only" ... */
};

/* Takes the terminal and paints the first picture. RC_IO without a terminal, RC_USAGE for an unknown theme or
 * TERM (with words). */
enum rc ui_new(struct snapshot_hub *hub, const struct ui_port *port, const struct ui_options *o,
               struct ui **out, struct err *e);
/* Until quit or a signal; RC_OK, or RC_IO when the terminal went away. */
enum rc ui_run(struct ui *u, struct err *e);
void ui_free(struct ui *u);      /* gives the terminal back */
void ui_emergency_restore(void); /* async-signal-safe: hooks of xmem, SIGSEGV ... */
void ui_wake(struct ui *u); /* any thread: there is a new snapshot; shown at once, or with the next
                                  * second when no key came for some seconds */
void ui_quit(struct ui *u); /* any thread, signal-safe */
void ui_post_raw(struct ui *u, uint32_t ticket, enum rc rc, const char *text, size_t len,
                 const char *message);

/* What has been written to the terminal so far: for tests and benchmarks. */
struct ui_counters {
    uint64_t frames, bytes, writes;
};
void ui_counters(const struct ui *u, struct ui_counters *out);

#endif
