/* SPDX-License-Identifier: MIT
 * app_demo.c - suantop demo: the dashboard over a simulated fleet, which is started before and ended after it. */
#include "app/app.h"

#include "base/i18n.h"
#include "app/fleet_child.h"
#include "app/session.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

enum { OPTIONS = 3, OPTION_MAX = 4200 /* a path, and its name */ };

/* What is passed on to suantop-fleetsim, as "--name=value". */
static void pass_on(const struct cli *cli, char text[OPTIONS][OPTION_MAX], const char **list)
{
    static const struct {
        enum cli_option option;
        const char *name;
    } passed[OPTIONS] = {
        {OPTION_SCENARIO, "scenario"}, {OPTION_SEED, "seed"}, {OPTION_SPEED, "speed"}};

    for (int i = 0; i < OPTIONS; i++)
        if (cli->value[passed[i].option] != NULL) {
            snprintf(text[i], sizeof text[i], "--%s=%.4160s", passed[i].name,
                     cli->value[passed[i].option]);
            *list++ = text[i];
        }
    *list = NULL;
}

enum rc app_start_fleet(const struct cli *cli, struct fleet_child *c, struct err *e)
{
    char text[OPTIONS][OPTION_MAX], self[4096];
    const char *options[OPTIONS + 1];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    self[n > 0 ? n : 0] = '\0';
    pass_on(cli, text, options);
    return fleet_child_start(c, self, options, e);
}

static int watch(const struct cli *cli, const char *config)
{
    struct session s;
    struct err e = {0};

    if (session_open(&s, config, 0, &e) != RC_OK)
        return app_fail(&e);
    session_want_past(&s.past, &s.config, "off", false);
    if (cli->value[OPTION_READ_ONLY] == NULL)
        session_want_act(&s.act, &s.config, false);
    int status = app_screen(cli, &s, false);
    session_close(&s);
    return status;
}

int app_demo(const struct cli *cli)
{
    struct fleet_child child;
    struct err e = {0};

    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
        fprintf(
            stderr, "suantop: %s\n",
            _("the demo needs a terminal; without one: suantop-fleetsim -c FILE, and suantop snapshot -c FILE"));
        return EX_USAGE;
    }
    if (app_start_fleet(cli, &child, &e) != RC_OK)
        return app_fail(&e);
    int status = watch(cli, fleet_child_config(&child));
    fleet_child_end(&child);
    return status;
}
