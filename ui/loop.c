/* SPDX-License-Identifier: MIT
 * loop.c - what ui.h promises. The loop: wait for keys, snapshots, signals or the next second; draw if something changed. */
#include "ui/ui.h"
#include "base/i18n.h"
#include "base/xmem.h"
#include "ui/acting.h"
#include "ui/command.h"
#include "ui/frame.h"
#include "ui/nav.h"
#include "ui/overlay.h"
#include "ui/pace.h"
#include "ui/tty.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    EVERY_MS = 100,
    KEYS_PER_FRAME = 256,
};

static char *copy_of(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

/* A number that the command line may give and the user may have chosen before. */
static void apply_choices(struct ui *u)
{
    if (!u->options.language && u->state.language[0])
        (void)i18n_use(u->state.language,
                       NULL); /* a catalogue that has gone: the one that is used stays */
    u->ascii = u->options.ascii || u->state.ascii == 1 || !term_is_utf8(u->term);
    u->mouse = u->state.mouse >= 0 ? u->state.mouse : u->options.mouse;
    u->bells = u->state.bell >= 0 ? u->state.bell : u->options.bell;
    u->every_ms = u->state.every_ms > 0 ? u->state.every_ms : EVERY_MS;
    term_mouse(u->term, u->mouse);
}

/* The theme that was asked for must be there; a remembered one may have gone. */
static enum rc first_theme(struct ui *u, struct err *e)
{
    struct err why = {0};

    theme_default(&u->theme);
    if (u->options.theme)
        return theme_load(u->options.theme, u->theme_dirs, &u->theme, e);
    if (u->state.theme[0] && theme_load(u->state.theme, u->theme_dirs, &u->theme, &why) != RC_OK)
        ui_say(u, true, "%s: %s", why.where, why.msg);
    return RC_OK;
}

static void load_state(struct ui *u)
{
    struct err e = {0};

    ui_state_init(&u->state);
    if (u->state_file && ui_state_load(&u->state, u->state_file, &e) != RC_OK)
        ui_say_error(u, &e);
}

static enum rc start(struct ui *u, struct err *e)
{
    const struct term_options to = {u->options.colour, u->options.mouse};
    int h, w;

    load_state(u);
    enum rc rc = first_theme(u, e);
    u->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (rc == RC_OK && u->wake_fd < 0)
        rc = err_sys(e, RC_IO, errno, "terminal", _("no event descriptor"));
    if (rc == RC_OK)
        rc = nav_start(u, u->options.view, u->options.filter, e);
    if (rc)
        return rc;
    tty_signals_catch(u->wake_fd);
    rc = term_open(&to, &u->term, e);
    if (rc) {
        tty_signals_release();
        return rc;
    }
    term_theme(u->term, &u->theme);
    apply_choices(u);
    term_size(u->term, &h, &w);
    canvas_resize(&u->canvas, h, w);
    u->rows_stale = u->dirty = true;
    return RC_OK;
}

void ui_free(struct ui *u)
{
    if (!u)
        return;
    if (u->term) {
        term_close(u->term);
        tty_signals_release();
        if (u->state_file)
            (void)!ui_state_save(&u->state, u->state_file, NULL);
    }
    acting_fini(u);
    nav_end(u);
    snapshot_unref(u->snap);
    menu_fini(&u->menu);
    pager_fini(&u->pager);
    canvas_fini(&u->canvas);
    sort_room_fini(&u->room);
    ui_state_fini(&u->state);
    if (u->wake_fd >= 0)
        close(u->wake_fd);
    pthread_mutex_destroy(&u->mail.lock);
    free(u->mail.text);
    free(u->theme_dirs);
    free(u->state_file);
    free(u->banner);
    free(u);
}

void ui_emergency_restore(void)
{
    tty_emergency_restore();
}

static void wake(struct ui *u)
{
    uint64_t one = 1;

    if (write(u->wake_fd, &one, sizeof one) < 0) {
        /* full: it is readable already */
    }
}

/* Many sources publish many times a second; a picture that nobody is using need not be woken for each. */
void ui_wake(struct ui *u)
{
    if (!u->relaxed)
        wake(u);
}

void ui_quit(struct ui *u)
{
    u->quit = true;
    wake(u);
}

void ui_post_raw(struct ui *u, uint32_t ticket, enum rc rc, const char *text, size_t len,
                 const char *message)
{
    overlay_mail(u, ticket, rc, text, len, message);
    wake(u);
}

void ui_counters(const struct ui *u, struct ui_counters *out)
{
    const struct term_counters *c = term_counters(u->term);

    *out = (struct ui_counters){u->frames, c->bytes, c->writes};
}

static struct pace pace_of(const struct ui *u)
{
    return (struct pace){.key_at = u->key_at,
                         .taken_at = u->taken_at,
                         .every_ms = u->every_ms,
                         .refresh_ms = u->options.refresh_ms,
                         .message_until = u->message_until,
                         .snap_waits = u->snap_waits};
}

static mono_ms next_picture_at(const struct ui *u)
{
    struct pace p = pace_of(u);

    return pace_next_picture_at(&p);
}

static bool key_waits(void *arg)
{
    struct pollfd p = {.fd = term_fd(((struct ui *)arg)->term), .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

/* Half a million rows take some milliseconds; a key that comes meanwhile is answered first, with the picture that is on
 * the screen. False: one came. */
static bool rows_of(struct ui *u, struct snapshot *s)
{
    struct view_interrupt i = {.wanted = key_waits, .arg = u};
    struct snapshot *old = u->snap;
    bool stale = u->rows_stale, late = clock_mono() - u->taken_at > PACE_PUT_OFF_MS;

    u->snap = s;
    u->rows_stale = true;
    if (!old || late || snapshot_count(s, ENTITY_CENTER) == 0 || ui_rebuild_unless(u, &i)) {
        snapshot_unref(old);
        return true;
    }
    u->snap = old;
    u->rows_stale = stale;
    snapshot_unref(s);
    return false;
}

/* Take over the newest snapshot, unless the picture is frozen or the last one came just now. */
void ui_take_snapshot(struct ui *u)
{
    mono_ms now = clock_mono();
    struct snapshot *s = u->frozen ? NULL : snapshot_hub_latest(u->hub);

    u->snap_waits = false;
    if (!s || (u->snap && snapshot_generation(s) == snapshot_generation(u->snap))) {
        snapshot_unref(s);
        return;
    }
    if (u->snap && now < next_picture_at(u)) {
        snapshot_unref(s);
        u->snap_waits = true;
        return;
    }
    if (!rows_of(u, s)) {
        u->snap_waits = true;
        return;
    }
    u->taken_at = now;
    u->verdict = verdict_of(s);
    if (bell_look(&u->bell, s, ui_now(u), u->taken_at) && u->bells)
        term_bell(u->term);
    u->dirty = true;
    acting_snapshot(u);
}

static void resize(struct ui *u)
{
    int h, w;

    term_refit(u->term);
    term_size(u->term, &h, &w);
    canvas_resize(&u->canvas, h, w);
    u->rows_stale = u->dirty = true;
}

static void take_signals(struct ui *u)
{
    unsigned signals = tty_signals_take();

    if (signals & TTY_QUIT)
        u->quit = true;
    if (signals & TTY_STOP) {
        term_suspend(u->term);
        tty_stop_here();
        tty_signals_add(tty_signals_take() & TTY_QUIT); /* forget the CONT that woke us */
        term_resume(u->term);
        resize(u);
    } else if (signals & TTY_CONT) {
        term_suspend(u->term); /* whoever stopped us left the modes as they liked */
        term_resume(u->term);
        resize(u);
    } else if (signals & TTY_RESIZE) {
        resize(u);
    }
}

static void take_keys(struct ui *u, short events)
{
    struct term_key k;
    int n = 0;

    while (n < KEYS_PER_FRAME && !u->quit && term_key(u->term, &k)) {
        command_key(u, &k);
        n++;
    }
    if (n > 0) {
        u->key_at = clock_mono();
        u->attentive_until = u->key_at + PACE_ATTENTIVE_MS;
    }
    if ((events & (POLLERR | POLLNVAL)) ||
        (n == 0 && (events & (POLLIN | POLLHUP)) && term_gone(u->term)))
        u->lost = true;
}

static void drain_wake(struct ui *u)
{
    uint64_t n;

    if (read(u->wake_fd, &n, sizeof n) < 0) {
        /* nothing there: a signal interrupted poll() */
    }
}

static int patience(const struct ui *u)
{
    struct pace p = pace_of(u);

    return pace_patience(&p, clock_mono(), clock_wall());
}

static void wait_for_something(struct ui *u)
{
    struct pollfd p[2] = {{.fd = term_fd(u->term), .events = POLLIN},
                          {.fd = u->wake_fd, .events = POLLIN}};

    u->relaxed = pace_is_relaxed(u->attentive_until, clock_mono());
    int n = poll(p, 2, u->dirty ? 0 : patience(u));

    if (n == 0 && !u->dirty) {
        u->dirty = true; /* the clock */
        if (u->message_until && clock_mono() >= u->message_until)
            u->message_until = 0;
    }
    if (n > 0 && p[1].revents)
        drain_wake(u);
    take_signals(u);
    /* Keys first: they were pressed at the picture that is on the screen, not at the one that comes now. */
    if (n > 0 && p[0].revents)
        take_keys(u, p[0].revents);
    acting_tick(u);
    ui_take_snapshot(u);
    overlay_take(u);
}

static void show_frame(struct ui *u)
{
    char line[40];

    u->dirty = false;
    frame_draw(u);
    if (term_show(u->term, &u->canvas) == RC_IO)
        u->lost = true;
    u->frames++;
    if (u->options.test_fd >= 0) {
        int n = snprintf(line, sizeof line, "frame %llu\n", (unsigned long long)u->frames);
        if (write(u->options.test_fd, line, (size_t)n) < 0)
            u->options.test_fd = -1;
    }
}

enum rc ui_new(struct snapshot_hub *hub, const struct ui_port *port, const struct ui_options *o,
               struct ui **out, struct err *e)
{
    struct ui *u = xcalloc(1, sizeof *u);

    u->hub = hub;
    u->port = *port;
    u->options = *o;
    u->theme_dirs = copy_of(o->theme_dirs);
    u->state_file = copy_of(o->state_file);
    u->banner = copy_of(o->banner);
    u->wake_fd = -1;
    pthread_mutex_init(&u->mail.lock, NULL);
    canvas_init(&u->canvas, 1, 1);
    pager_init(&u->pager);
    enum rc rc = start(u, e);
    if (rc) {
        ui_free(u);
        return rc;
    }
    ui_take_snapshot(u);
    show_frame(u); /* before whatever the caller does next: libraries and sources take their time */
    *out = u;
    return RC_OK;
}

enum rc ui_run(struct ui *u, struct err *e)
{
    ui_take_snapshot(u); /* one that came when nobody listened yet */
    u->attentive_until = clock_mono() + PACE_ATTENTIVE_MS;
    while (!u->quit && !u->lost) {
        ui_tell_focus(u, clock_mono());
        wait_for_something(u);
        if (u->dirty && !u->quit && !u->lost)
            show_frame(u);
    }
    return u->lost && !u->quit ? err_set(e, RC_IO, "terminal", _("the terminal went away")) : RC_OK;
}
