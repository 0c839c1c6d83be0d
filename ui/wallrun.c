/* SPDX-License-Identifier: MIT
 * wallrun.c - see wallrun.h. */
#include "ui/wallrun.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include "ui/term.h"
#include "ui/theme.h"
#include "ui/tty.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { SECOND_MS = 1000 };

struct wallrun {
    struct snapshot_hub *hub;
    struct wallrun_options options;
    struct terminal *term;
    struct theme theme;
    struct canvas canvas;
    struct wall wall;
    struct snapshot *snap;
    int wake_fd;
    uint64_t frames;
    bool quit, lost;
};

static enum rc start(struct wallrun *r, struct err *e)
{
    const struct term_options to = {r->options.colour, false};
    struct wall_options wall = r->options.wall;
    enum rc rc = RC_OK;
    int h, w;

    theme_default(&r->theme);
    if (r->options.theme)
        rc = theme_load(r->options.theme, r->options.theme_dirs, &r->theme, e);
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (rc == RC_OK && r->wake_fd < 0)
        rc = err_sys(e, RC_IO, errno, "terminal", S_("no event descriptor"));
    if (rc)
        return rc;
    tty_signals_catch(r->wake_fd);
    rc = term_open(&to, &r->term, e);
    if (rc) {
        tty_signals_release();
        return rc;
    }
    term_theme(r->term, &r->theme);
    term_size(r->term, &h, &w);
    canvas_resize(&r->canvas, h, w);
    wall.ascii = r->options.ascii || !term_is_utf8(r->term);
    wall.mono = term_is_mono(r->term);
    wall_init(&r->wall, &wall);
    return RC_OK;
}

void wallrun_free(struct wallrun *r)
{
    if (!r)
        return;
    if (r->term) {
        term_close(r->term);
        tty_signals_release();
    }
    snapshot_unref(r->snap);
    canvas_fini(&r->canvas);
    if (r->wake_fd >= 0)
        close(r->wake_fd);
    free(r);
}

void wallrun_wake(struct wallrun *r)
{
    uint64_t one = 1;

    if (write(r->wake_fd, &one, sizeof one) < 0) {
        /* full: it is readable already */
    }
}

static void draw(struct wallrun *r)
{
    char line[40];

    if (r->snap) {
        wall_ms now = r->options.now(r->options.arg);
        struct view_input in = {
            .snap = r->snap,
            .ctx = {r->snap, now, r->options.utc_offset(r->options.arg, now)},
            .area = {0, 0, r->canvas.h, r->canvas.w},
            .ascii = r->wall.options.ascii,
            .mono = r->wall.options.mono,
        };
        wall_step(&r->wall, &in);
        wall_draw(&r->wall, &in, &r->canvas);
    }
    if (term_show(r->term, &r->canvas) == RC_IO)
        r->lost = true;
    r->frames++;
    if (r->options.test_fd >= 0) {
        int n = snprintf(line, sizeof line, "frame %llu\n", (unsigned long long)r->frames);
        if (write(r->options.test_fd, line, (size_t)n) < 0)
            r->options.test_fd = -1;
    }
}

static void take_snapshot(struct wallrun *r)
{
    struct snapshot *s = snapshot_hub_latest(r->hub);

    if (!s)
        return;
    snapshot_unref(r->snap);
    r->snap = s;
}

static void resize(struct wallrun *r)
{
    int h, w;

    term_refit(r->term);
    term_size(r->term, &h, &w);
    canvas_resize(&r->canvas, h, w);
}

static void take_signals(struct wallrun *r)
{
    unsigned signals = tty_signals_take();

    if (signals & TTY_QUIT)
        r->quit = true;
    if (signals & (TTY_STOP | TTY_CONT)) {
        term_suspend(r->term);
        if (signals & TTY_STOP)
            tty_stop_here();
        term_resume(r->term);
    }
    if (signals & (TTY_STOP | TTY_CONT | TTY_RESIZE))
        resize(r);
}

/* Only what ends it: q, Ctrl-C, F10. */
static void take_keys(struct wallrun *r, short events)
{
    struct term_key k;
    int n = 0;

    for (; term_key(r->term, &k); n++)
        if (keymap_lookup(k.key) == CMD_QUIT || keymap_lookup(k.key) == CMD_QUIT_NOW)
            r->quit = true;
    if ((events & (POLLERR | POLLNVAL)) ||
        (n == 0 && (events & (POLLIN | POLLHUP)) && term_gone(r->term)))
        r->lost = true;
}

/* The clock shows each second; pictures that come in between wait for it. */
static void wait_for_something(struct wallrun *r)
{
    struct pollfd p[2] = {{.fd = term_fd(r->term), .events = POLLIN},
                          {.fd = r->wake_fd, .events = POLLIN}};
    int wait = (int)(SECOND_MS - clock_wall() % SECOND_MS + 1);
    mono_ms until = clock_mono() + wait;
    uint64_t drained;

    while (!r->quit && !r->lost) {
        mono_ms left = until - clock_mono();
        int n = left > 0 ? poll(p, 2, (int)left) : 0;
        if (n == 0)
            return;
        if (p[1].revents && read(r->wake_fd, &drained, sizeof drained) < 0) {
            /* nothing there: a signal interrupted poll() */
        }
        bool first = !r->snap;
        unsigned before = tty_signals_pending();
        take_signals(r);
        if (n > 0 && p[0].revents)
            take_keys(r, p[0].revents);
        if (before || first)
            return; /* another size, or the first picture: shown at once */
    }
}

enum rc wallrun_new(struct snapshot_hub *hub, const struct wallrun_options *o, struct wallrun **out,
                    struct err *e)
{
    struct wallrun *r = xcalloc(1, sizeof *r);

    r->hub = hub;
    r->options = *o;
    r->wake_fd = -1;
    canvas_init(&r->canvas, 1, 1);
    enum rc rc = start(r, e);
    if (rc) {
        wallrun_free(r);
        return rc;
    }
    take_snapshot(r);
    draw(r);
    *out = r;
    return RC_OK;
}

enum rc wallrun_run(struct wallrun *r, struct err *e)
{
    while (!r->quit && !r->lost) {
        wait_for_something(r);
        take_snapshot(r);
        if (!r->quit && !r->lost)
            draw(r);
    }
    return r->lost && !r->quit ? err_set(e, RC_IO, "terminal", S_("the terminal went away"))
                               : RC_OK;
}
