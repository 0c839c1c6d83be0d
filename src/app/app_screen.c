/* SPDX-License-Identifier: MIT
 * app_screen.c - suantop, and suantop replay on a terminal: the session behind, the ui in front. */
#include "app/app.h"

#include "app/session.h"
#include "app/state.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/xmem.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LOG_MODULE "screen"

struct screen {
    struct session *session;
    struct ui *ui;
    double speed;
};

static void port_refresh(void *arg, int source)
{
    struct screen *screen = arg;
    if (screen->session->net != NULL)
        net_refresh(screen->session->net, source);
}

static uint32_t port_lookup(void *arg, int source, enum entity e, const char *id, size_t len)
{
    struct screen *screen = arg;
    return screen->session->net != NULL ? net_lookup(screen->session->net, source, e, id, len) : 0;
}

static wall_ms port_now(void *arg)
{
    struct screen *screen = arg;
    return screen->session->replay != NULL ? replay_now(screen->session->replay) : clock_wall();
}

static int port_offset(void *arg, wall_ms t)
{
    (void)arg;
    return clock_utc_offset(t);
}

static void port_annotate(void *arg, const struct annotation *a)
{
    struct screen *screen = arg;
    session_annotate(&screen->session->past, screen->session->queue, a);
}

static void port_focus(void *arg, uint16_t center, const char *node)
{
    struct screen *screen = arg;
    net_focus(screen->session->net, center, node);
}

static void port_preview(void *arg, const struct action_order *o)
{
    struct screen *screen = arg;
    net_act_preview(screen->session->net, o);
}

static enum rc port_commit(void *arg, struct confirmed_order *take, struct err *e)
{
    struct screen *screen = arg;
    return net_act_commit(screen->session->net, take, e);
}

static void port_drop(void *arg, const char *op)
{
    struct screen *screen = arg;
    net_act_drop(screen->session->net, op);
}

static void port_arm(void *arg, uint16_t center, wall_ms until)
{
    struct screen *screen = arg;
    net_act_arm(screen->session->net, center, until);
}

static void port_step(void *arg)
{
    struct screen *screen = arg;
    replay_request_step(screen->session->replay);
}

static double port_speed(void *arg, double factor)
{
    struct screen *screen = arg;
    if (factor > 0) {
        screen->speed = screen->speed > 0 ? screen->speed * factor : 1;
        replay_set_speed(screen->session->replay, screen->speed);
    }
    return screen->speed;
}

static void on_raw(void *arg, uint32_t ticket, enum rc rc, const char *text, size_t len,
                   const struct err *e)
{
    struct screen *screen = arg;
    ui_post_raw(screen->ui, ticket, rc, text, len, e != NULL ? e->msg : "");
}

static void on_published(void *arg)
{
    ui_wake(arg);
}

/* The ui's file; NULL when there is no place to keep things. */
static char *state_file(void)
{
    char *file = state_path("ui");
    if (file == NULL || state_make_folder(file))
        return file;
    free(file);
    return NULL;
}

char *app_theme_dirs(void)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME"),
               *own = getenv("SUANTOP_THEMES");
    return xasprintf("%s%s%s%s:%s", own != NULL ? own : "", own != NULL ? ":" : "",
                     xdg != NULL ? xdg : (home != NULL ? home : ""),
                     xdg != NULL ? "/suantop/themes" : "/.config/suantop/themes",
                     PKGDATADIR "/themes");
}

void app_language(const struct cli *cli, const struct session *s)
{
    struct err e = {0};
    if (cli->value[OPTION_LANGUAGE] != NULL || s->config.language == NULL)
        return; /* main has seen to it */
    if (i18n_use(s->config.language, &e) != RC_OK)
        log_warn("language %s: %s", e.where, e.msg);
}

int app_test_fd(void)
{
    const char *text = getenv("SUANTOP_TEST_FD");
    return text != NULL && text[0] != '\0' ? (int)strtol(text, NULL, 10) : -1;
}

static void fill_options(const struct cli *cli, const struct session *s, bool replay,
                         struct ui_options *o)
{
    *o = (struct ui_options){
        .theme = cli->value[OPTION_THEME] != NULL ? cli->value[OPTION_THEME] : s->config.theme,
        .language = cli->value[OPTION_LANGUAGE],
        .view = cli->value[OPTION_VIEW],
        .filter = cli->value[OPTION_FILTER],
        .colour = cli->value[OPTION_COLOUR] != NULL ? cli->value[OPTION_COLOUR] : "auto",
        .refresh_ms = 1000,
        .ascii = cli->value[OPTION_ASCII] != NULL,
        .mouse = cli->value[OPTION_NO_MOUSE] == NULL,
        .bell = cli->value[OPTION_NO_BELL] == NULL && !s->config.no_bell,
        .test_fd = app_test_fd(),
        .xids = s->xids,
        .banner = replay                                 ? N_("REPLAY")
                  : s->config.simulated                  ? N_("SIMULATED")
                  : cli->value[OPTION_READ_ONLY] != NULL ? N_("READ-ONLY")
                                                         : NULL,
    };
}

/* Where output goes when there is no screen to draw on. */
static int refuse_without_terminal(void)
{
    fprintf(
        stderr, "suantop: %s\n",
        _("standard output is not a terminal; for one picture in a file or pipe use: suantop snapshot"));
    return EX_USAGE;
}

/* Only a live screen whose session has an actor gets the keys that act. */
static void fill_act(const struct session *s, struct ui_port *port, struct ui_options *o)
{
    const struct net_actor *actor = session_actor(&s->act);
    o->act_limits.read_only = actor == NULL;
    if (actor == NULL)
        return;
    o->act_modes = actor->modes;
    o->act_mode_count = actor->mode_count;
    o->act_limits = actor->limits;
    o->actor = s->act.who.actor;
    o->actor_from = s->act.who.actor_from;
    port->act_preview = port_preview;
    port->act_commit = port_commit;
    port->act_drop = port_drop;
    port->act_arm = port_arm;
}

static int run_ui(const struct cli *cli, struct screen *screen, bool replay)
{
    struct err e = {0};
    struct ui_options o;
    struct ui_port port = {.arg = screen,
                           .refresh = port_refresh,
                           .lookup = port_lookup,
                           .now = port_now,
                           .utc_offset = port_offset};
    char *state = state_file(), *dirs = app_theme_dirs();
    if (replay) {
        port.replay_step = port_step;
        port.replay_speed = port_speed;
    } else {
        port.annotate = port_annotate;
        port.focus = port_focus;
    }
    fill_options(cli, screen->session, replay, &o);
    fill_act(screen->session, &port, &o);
    o.state_file = state;
    o.theme_dirs = dirs;
    enum rc rc = ui_new(screen->session->hub, &port, &o, &screen->ui, &e);
    if (rc == RC_OK) {
        screen->session->published_arg = screen->ui;
        screen->session->published = on_published;
        screen->session->raw = on_raw;
        screen->session->raw_arg = screen;
        xmem_set_oom_hook(ui_emergency_restore);
        if (!replay)
            rc = session_start_alarm(screen->session, &e);
        if (rc == RC_OK)
            rc = replay ? session_start_replay(screen->session, screen->speed, &e)
                        : session_start_live(screen->session, NULL, &e);
        if (rc == RC_OK)
            rc = ui_run(screen->ui, &e);
        session_stop(screen->session);
        ui_free(screen->ui);
    }
    free(state);
    free(dirs);
    return rc == RC_OK ? 0 : app_fail(&e);
}

int app_screen(const struct cli *cli, struct session *s, bool replay)
{
    struct screen screen = {.session = s, .speed = 1};
    struct err e = {0};
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
        return refuse_without_terminal();
    app_language(cli, s);
    if (cli->value[OPTION_SPEED] != NULL &&
        app_number(cli, OPTION_SPEED, 1, &screen.speed, &e) != RC_OK)
        return app_fail(&e);
    return run_ui(cli, &screen, replay);
}

int app_dashboard(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    int64_t refresh;
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
        return refuse_without_terminal();
    enum rc rc = app_duration(cli, OPTION_REFRESH, 0, &refresh, &e);
    if (rc == RC_OK)
        rc = session_open(&s, cli->value[OPTION_CONFIG], refresh, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    session_want_past(&s.past, &s.config, cli->value[OPTION_HISTORY], false);
    if (cli->value[OPTION_READ_ONLY] == NULL)
        session_want_act(&s.act, &s.config, false);
    int status = app_screen(cli, &s, false);
    session_close(&s);
    return status;
}
