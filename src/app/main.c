/* SPDX-License-Identifier: MIT
 * main.c - the process: hardening, the command line, and which command. The only place that exits. */
#include "app/cli.h"
#include "app/app.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/local/probe.h"

#include "autoconf.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

static int show_usage(void)
{
    struct err e = {0};
    struct buf text;
    buf_init(&text, 65536);
    cli_usage(&text);
    bool whole = !text.failed;
    if (whole)
        fputs(text.data, stdout);
    else
        err_set(&e, RC_NOMEM, "help", S_("out of memory"));
    buf_fini(&text);
    return whole ? app_printed(0) : app_fail(&e);
}

static int show_version(void)
{
    puts("suantop " PACKAGE_VERSION "\nMIT licence");
    return app_printed(0);
}

/* Tokens must not end up in a core file; and nothing here was written to run with somebody else's rights. */
static bool harden(void)
{
    struct rlimit none = {0, 0};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (getuid() != geteuid() || getgid() != getegid())
        return false;
    (void)setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    (void)prctl(PR_SET_DUMPABLE, 0);
#endif
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL); /* a file at its limit is an error like a full disk */
    return true;
}

static int open_log(const struct cli *cli)
{
    struct err e = {0};
    bool verbose = cli->value[OPTION_VERBOSE] != NULL, screen = cli->command == CLI_DASHBOARD;
    log_init(verbose ? LOG_DEBUG : LOG_INFO);
    if (cli->value[OPTION_LOG] != NULL && log_open_file(cli->value[OPTION_LOG], &e) != RC_OK)
        return app_fail(&e);
    log_to_stderr(verbose && !screen && cli->value[OPTION_LOG] == NULL);
    return 0;
}

static int run(const struct cli *cli)
{
    switch (cli->command) {
    case CLI_DASHBOARD:
        return app_dashboard(cli);
    case CLI_SNAPSHOT:
        return app_snapshot(cli);
    case CLI_CHECK:
        return app_check(cli);
    case CLI_DOCTOR:
        return app_doctor(cli);
    case CLI_RECORD:
        return app_record(cli);
    case CLI_REPLAY:
        return app_replay(cli);
    case CLI_WALL:
        return app_wall(cli);
    case CLI_DEMO:
        return app_demo(cli);
    case CLI_COLLECT:
        return app_collect(cli);
    case CLI_DRAIN:
    case CLI_RESUME:
    case CLI_REQUEUE:
    case CLI_HOLD:
    case CLI_RELEASE:
    case CLI_CANCEL:
        return app_act(cli);
    case CLI_AUDIT:
        return app_audit(cli);
    case CLI_PROBE:
        return local_probe(stdout);
    case CLI_VERSION:
        return show_version();
    default:
        return show_usage();
    }
}

static int act_on(int argc, char **argv)
{
    struct cli cli;
    struct err e = {0};
    if (cli_parse(argc, argv, &cli, &e) != RC_OK)
        return cli.command == CLI_CHECK ? app_check_unknown(&e) : app_fail(&e);
    if (cli.value[OPTION_LANGUAGE] != NULL && i18n_use(cli.value[OPTION_LANGUAGE], &e) != RC_OK)
        return app_fail(&e);
    if (cli.value[OPTION_SHOW_HELP] != NULL)
        return show_usage();
    if (cli.value[OPTION_SHOW_VERSION] != NULL)
        return show_version();
    int status = open_log(&cli);
    if (status == 0)
        status = run(&cli);
    log_close();
    return status;
}

int main(int argc, char **argv)
{
    (void)setlocale(LC_ALL, "");
    if (!harden()) {
        fputs("suantop: refuses to run setuid or setgid\n",
              stderr); /* nothing is read before this */
        return EX_NOPERM;
    }
    i18n_start_here(LOCALEDIR);
    int status = act_on(argc, argv);
    i18n_end();
    return status;
}
