/* SPDX-License-Identifier: MIT
 * app_wall.c - suantop wall: the screen on the wall of a control room. It makes no actor, so nothing behind it can act. */
#include "app/app.h"

#include "app/fleet_child.h"
#include "app/session.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "ui/ui.h"
#include "ui/wallrun.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

static wall_ms now(void *arg)
{
    (void)arg;
    return clock_wall();
}

static int offset(void *arg, wall_ms t)
{
    (void)arg;
    return clock_utc_offset(t);
}

static void on_published(void *arg)
{
    wallrun_wake(arg);
}

static enum rc show(const struct cli *cli, struct session *s, int64_t dwell_ms, struct err *e)
{
    app_language(cli, s);
    char *dirs = app_theme_dirs();
    const char *title = cli->value[OPTION_TITLE] != NULL ? cli->value[OPTION_TITLE] : "";
    char marked[256];

    snprintf(marked, sizeof marked, "%s%s%s", title, *title && s->config.simulated ? "  " : "",
             s->config.simulated ? _("SIMULATED") : "");
    struct wallrun_options o = {
        .wall = {.dwell_ms = dwell_ms, .title = marked},
        .theme = cli->value[OPTION_THEME] != NULL ? cli->value[OPTION_THEME] : s->config.theme,
        .theme_dirs = dirs,
        .colour = cli->value[OPTION_COLOUR] != NULL ? cli->value[OPTION_COLOUR] : "auto",
        .ascii = cli->value[OPTION_ASCII] != NULL,
        .test_fd = app_test_fd(),
        .now = now,
        .utc_offset = offset,
    };
    struct wallrun *wall;
    enum rc rc = wallrun_new(s->hub, &o, &wall, e);

    if (rc == RC_OK) {
        s->published_arg = wall;
        s->published = on_published;
        xmem_set_oom_hook(ui_emergency_restore);
        rc = session_start_alarm(s, e);
        if (rc == RC_OK)
            rc = session_start_live(s, NULL, e);
        if (rc == RC_OK)
            rc = wallrun_run(wall, e);
        session_stop(s);
        wallrun_free(wall);
    }
    free(dirs);
    return rc;
}

static int watch(const struct cli *cli, const char *config, const char *history)
{
    struct session s;
    struct err e = {0};
    int64_t dwell;
    enum rc rc = app_duration(cli, OPTION_DWELL, WALL_DWELL_MS, &dwell, &e);

    if (rc == RC_OK && dwell < 1000)
        rc = err_set(&e, RC_USAGE, "--dwell", S_("a page stays for a second at least"));
    if (rc == RC_OK)
        rc = session_open(&s, config, 0, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    session_want_past(&s.past, &s.config, history, false);
    rc = show(cli, &s, dwell, &e);
    session_close(&s);
    return rc == RC_OK ? 0 : app_fail(&e);
}

static int watch_simulated(const struct cli *cli)
{
    struct fleet_child child;
    struct err e = {0};

    if (app_start_fleet(cli, &child, &e) != RC_OK)
        return app_fail(&e);
    int status = watch(cli, fleet_child_config(&child), "off");
    fleet_child_end(&child);
    return status;
}

int app_wall(const struct cli *cli)
{
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
        fprintf(stderr, "suantop: %s\n", _("the wall needs a terminal"));
        return EX_USAGE;
    }
    if (cli->value[OPTION_SIMULATED] != NULL)
        return watch_simulated(cli);
    return watch(cli, cli->value[OPTION_CONFIG], cli->value[OPTION_HISTORY]);
}
