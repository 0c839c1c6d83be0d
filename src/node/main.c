/* SPDX-License-Identifier: MIT
 * main.c - suantop-node: the command line, signals, and the order in which things start and stop. */
#include "autoconf.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "node/collect.h"
#include "node/exporter.h"
#include "node/privilege.h"
#include "node/server.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69 };

struct options {
    const char *listen, *root, *collect, *web_config;
    int64_t interval_ms, deadline_ms;
    unsigned scrapes;
    const char *settings[EXPORTER_SETTINGS + 1]; /* for the collectors, "option=value" */
    bool insecure;
};

static void show_help(void)
{
    puts(_(
        "Usage: suantop-node [OPTION]...\n"
        "Tells the temperatures, power, load and GPUs of this machine over HTTP, for Prometheus and suantop.\n\n"
        "  --listen ADDRESS:PORT  where to answer [127.0.0.1:19400]\n"
        "  --web-config FILE      TLS and passwords, in the format of Prometheus' exporters\n"
        "  --insecure             other machines may ask without TLS or without a password\n"
        "  --interval SECONDS     how often to look, 1 to 3600 [5]\n"
        "  --timeout SECONDS      how long a collector may take before it is killed, 1 to 600 [5]\n"
        "  --max-scrapes N        scrapes at a time, 1 to 1000 [40]\n"
        "  --jobs-jobstats DIR    files that tell which job has a GPU, by jobstats' convention: /run/gpustat\n"
        "  --jobs-dcgm DIR        the same by dcgm-exporter's (its --hpc-job-mapping-dir)\n"
        "  --jobs-amd DIR         the same by AMD's exporter: /var/run/exporter\n"
        "  --textfile DIR         *.prom files of other programs, told as they are\n"
        "  --root DIR             where the host's /proc and /sys are, in a container\n"
        "  --help, --version\n\n"
        "Collectors:"));
    for (size_t i = 0; i < node_collector_count; i++)
        printf("  %-22s %s\n", node_collectors[i].name, _(node_collectors[i].help));
}

/* A whole number from 1 to `most`; 0 for anything else, which is told. */
static int64_t whole(const char *option, const char *text, long most)
{
    char *end;
    long v = strtol(text, &end, 10);

    if (*text >= '0' && *text <= '9' && *end == '\0' && v >= 1 && v <= most)
        return v;
    fprintf(stderr, _("suantop-node: --%s: '%s' is no number from 1 to %ld\n"), option, text, most);
    return 0;
}

static void add_setting(struct options *o, const char *option, const char *value)
{
    size_t n = 0;

    while (n < EXPORTER_SETTINGS && o->settings[n] != NULL)
        n++;
    if (n < EXPORTER_SETTINGS)
        o->settings[n] = xasprintf("%s=%s", option, value);
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option known[] = {
        {"listen", required_argument, NULL, 'l'},
        {"web-config", required_argument, NULL, 'w'},
        {"insecure", no_argument, NULL, 'I'},
        {"interval", required_argument, NULL, 'i'},
        {"timeout", required_argument, NULL, 't'},
        {"max-scrapes", required_argument, NULL, 'm'},
        {"root", required_argument, NULL, 'r'},
        {"jobs-jobstats", required_argument, NULL, 's'},
        {"jobs-dcgm", required_argument, NULL, 's'},
        {"jobs-amd", required_argument, NULL, 's'},
        {"textfile", required_argument, NULL, 's'},
        {"collect", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    bool good = true;
    int which = 0;

    for (int c; (c = getopt_long(argc, argv, "", known, &which)) != -1;) {
        if (c == 'l')
            o->listen = optarg;
        else if (c == 'w')
            o->web_config = optarg;
        else if (c == 'I')
            o->insecure = true;
        else if (c == 'i')
            good = (o->interval_ms = whole("interval", optarg, 3600) * 1000) > 0 && good;
        else if (c == 't')
            good = (o->deadline_ms = whole("timeout", optarg, 600) * 1000) > 0 && good;
        else if (c == 'm')
            good = (o->scrapes = (unsigned)whole("max-scrapes", optarg, 1000)) > 0 && good;
        else if (c == 'r')
            o->root = strcmp(optarg, "/") == 0 ? "" : optarg;
        else if (c == 's')
            add_setting(o, known[which].name, optarg);
        else if (c == 'c')
            o->collect = optarg;
        else if (c == 'h')
            return show_help(), 0;
        else if (c == 'v')
            return puts("suantop-node " PACKAGE_VERSION "\nMIT licence"), 0;
        else
            return EXIT_USAGE;
    }
    if (optind < argc)
        fprintf(stderr, _("suantop-node: '%s' means nothing here; see --help\n"), argv[optind]);
    return good && optind == argc ? -1 : EXIT_USAGE;
}

/* The collectors' program: beside this one, as in the folder of a build, or where it was installed. */
static const char *probe_path(void)
{
    static char path[4096];
    static const char name[] = "suantop-node-probe";
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - sizeof name);

    for (; len > 0 && path[len - 1] != '/'; len--)
        ;
    if (len > 0) {
        memcpy(path + len, name, sizeof name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return PKGLIBEXECDIR "/suantop-node-probe";
}

/* ---- running ---- */

static uint64_t version(void *arg)
{
    return exporter_version(arg);
}

static enum rc page(void *arg, enum page_format format, struct buf *out)
{
    return exporter_page(arg, format, out);
}

static int complain(const struct err *e)
{
    char said[SENTENCE_MAX];

    fprintf(stderr, "suantop-node: %s: %s\n", e->where, sentence_text(e->msg, said, sizeof said));
    return e->rc == RC_NET ? EXIT_UNAVAILABLE : EXIT_USAGE;
}

static enum rc read_web(const struct options *o, struct webconf *w, struct err *e)
{
    *w = (struct webconf){0};
    return o->web_config != NULL ? webconf_read(w, o->web_config, e) : RC_OK;
}

/* The configuration, certificate and passwords anew. False: the server is gone. */
static bool reload(const struct options *o, struct server *server, struct webconf *web)
{
    struct webconf fresh, was = *web;
    struct err e = {RC_OK};
    enum rc rc = read_web(o, &fresh, &e);

    if (rc == RC_OK)
        rc = server_reload(server, &fresh, &e);
    if (rc == RC_OK || rc == RC_NET) {
        *web = fresh;
        fresh = was;
    }
    webconf_fini(&fresh);
    if (rc == RC_OK)
        fputs(_("suantop-node: read the web configuration again\n"), stderr);
    else
        complain(&e);
    return rc != RC_NET;
}

/* The signals are blocked before any thread starts, so that all leave them to the sigwait here. */
static int serve(const struct options *o, struct exporter *x, struct webconf *web,
                 const sigset_t *signals)
{
    const struct server_conf conf = {.listen = o->listen,
                                     .scrapes_max = o->scrapes,
                                     .insecure = o->insecure,
                                     .web = web,
                                     .version = version,
                                     .page = page,
                                     .arg = x};
    struct err e = {RC_OK};
    struct server *server;
    bool up = true;
    int which = SIGHUP;

    if (server_start(&conf, &server, &e) != RC_OK)
        return complain(&e);
    fprintf(stderr, _("suantop-node: listening on %.*s:%u\n"),
            (int)(strrchr(o->listen, ':') - o->listen), o->listen, server_port(server));
    while (up && which == SIGHUP) {
        sigwait(signals, &which);
        if (which == SIGHUP)
            up = reload(o, server, web);
    }
    server_stop(server);
    return up ? 0 : EXIT_UNAVAILABLE;
}

static int run(const struct options *o)
{
    struct webconf web;
    struct err e = {RC_OK};
    sigset_t signals;
    int status;

    if (read_web(o, &web, &e) != RC_OK) {
        webconf_fini(&web);
        return complain(&e);
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    privilege_rest();
    struct exporter *x =
        exporter_start(probe_path(), o->root, o->settings, o->interval_ms, o->deadline_ms);
    status = serve(o, x, &web, &signals);
    exporter_stop(x);
    webconf_fini(&web);
    return status;
}

int main(int argc, char **argv)
{
    struct options o = {.listen = "127.0.0.1:19400",
                        .root = "",
                        .interval_ms = 5000,
                        .deadline_ms = 5000,
                        .scrapes = 40};
    i18n_start_here(LOCALEDIR);
    int status = read_options(argc, argv, &o);

    if (status >= 0 || !isatty(STDERR_FILENO))
        i18n_end(); /* what it says as a service is for a journal */
    if (status >= 0)
        return status;
    if (o.collect != NULL) {
        execl(probe_path(), "suantop-node-probe", o.collect, o.root, NULL);
        perror(probe_path());
        return EXIT_UNAVAILABLE;
    }
    log_init(LOG_INFO);
    log_to_stderr(true);
    status = run(&o);
    log_close();
    i18n_end();
    return status;
}
