/* SPDX-License-Identifier: MIT
 * main.c - suantop-node: the command line, signals, and the order in which things start and stop. */
#include "autoconf.h"
#include "base/log.h"
#include "node/collect.h"
#include "node/exporter.h"
#include "node/server.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69 };

struct options {
    const char *listen, *root, *collect;
    int64_t interval_ms, deadline_ms;
    unsigned scrapes;
};

static void show_help(void)
{
    puts(
        "Usage: suantop-node [OPTION]...\n"
        "Tells the temperatures, power, load and GPUs of this machine over HTTP, for Prometheus and suantop.\n\n"
        "  --listen ADDRESS:PORT  where to answer [127.0.0.1:19400]\n"
        "  --interval SECONDS     how often to look, 1 to 3600 [5]\n"
        "  --timeout SECONDS      how long a collector may take before it is killed, 1 to 600 [5]\n"
        "  --max-scrapes N        scrapes at a time, 1 to 1000 [40]\n"
        "  --root DIR             where the host's /proc and /sys are, in a container\n"
        "  --help, --version\n\n"
        "Collectors:");
    for (size_t i = 0; i < node_collector_count; i++)
        printf("  %-22s %s\n", node_collectors[i].name, node_collectors[i].help);
}

/* A whole number from 1 to `most`; 0 for anything else, which is told. */
static int64_t whole(const char *option, const char *text, long most)
{
    char *end;
    long v = strtol(text, &end, 10);

    if (*text >= '0' && *text <= '9' && *end == '\0' && v >= 1 && v <= most)
        return v;
    fprintf(stderr, "suantop-node: --%s: '%s' is no number from 1 to %ld\n", option, text, most);
    return 0;
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option known[] = {
        {"listen", required_argument, NULL, 'l'},
        {"interval", required_argument, NULL, 'i'},
        {"timeout", required_argument, NULL, 't'},
        {"max-scrapes", required_argument, NULL, 'm'},
        {"root", required_argument, NULL, 'r'},
        {"collect", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    bool good = true;

    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == 'l')
            o->listen = optarg;
        else if (c == 'i')
            good = (o->interval_ms = whole("interval", optarg, 3600) * 1000) > 0 && good;
        else if (c == 't')
            good = (o->deadline_ms = whole("timeout", optarg, 600) * 1000) > 0 && good;
        else if (c == 'm')
            good = (o->scrapes = (unsigned)whole("max-scrapes", optarg, 1000)) > 0 && good;
        else if (c == 'r')
            o->root = strcmp(optarg, "/") == 0 ? "" : optarg;
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
        fprintf(stderr, "suantop-node: '%s' means nothing here; see --help\n", argv[optind]);
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

static enum rc page(void *arg, enum page_format format, struct buf *out)
{
    return exporter_page(arg, format, out);
}

static int run(const struct options *o)
{
    struct err e = {RC_OK};
    struct server *server;
    sigset_t ends;
    int which;

    /* Before any thread, so that all of them leave these to the sigwait below. */
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    struct exporter *x = exporter_start(probe_path(), o->root, o->interval_ms, o->deadline_ms);
    const struct server_conf conf = {
        .listen = o->listen, .scrapes_max = o->scrapes, .page = page, .arg = x};
    if (server_start(&conf, &server, &e) != RC_OK) {
        fprintf(stderr, "suantop-node: %s: %s\n", e.where, e.msg);
        exporter_stop(x);
        return e.rc == RC_USAGE ? EXIT_USAGE : EXIT_UNAVAILABLE;
    }
    fprintf(stderr, "suantop-node: listening on %.*s:%u\n",
            (int)(strrchr(o->listen, ':') - o->listen), o->listen, server_port(server));
    sigwait(&ends, &which);
    server_stop(server);
    exporter_stop(x);
    return 0;
}

int main(int argc, char **argv)
{
    struct options o = {.listen = "127.0.0.1:19400",
                        .root = "",
                        .interval_ms = 5000,
                        .deadline_ms = 5000,
                        .scrapes = 40};
    int status = read_options(argc, argv, &o);

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
    return status;
}
