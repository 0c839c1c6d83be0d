/* SPDX-License-Identifier: MIT
 * main.c - suantop-fleetsim: reads a scenario, serves it on loopback, and says how to watch it. */
#include "autoconf.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "fleetsim/builtin.h"
#include "fleetsim/serve.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, SCENARIO_MAX = 4 << 20, CONFIG_MAX = 4 << 20 };

struct options {
    const char *scenario, *config, *address, *remove;
    double speed;
    uint64_t seed;
    uint16_t port;
    bool follow_parent;
};

static const char usage[] = N_(
    "usage: suantop-fleetsim [OPTION]...\n"
    "A simulated fleet that speaks slurmrestd's and exporters' protocols on loopback.\n\n"
    "  -s, --scenario=FILE  what is simulated: a file, or one of those that are built in: national (the usual), scale\n"
    "  -c, --config=FILE    where to write the configuration for suantop -c; - (the usual): standard output\n"
    "  -l, --listen=ADDRESS IPv4 address (127.0.0.1)\n"
    "  -p, --port=PORT      of the first center, the others follow (0: any free ones)\n"
    "      --seed=N         another fleet of the same kind (1)\n"
    "      --speed=FACTOR   simulated seconds in a second (1); 0: time stands still\n"
    "      --with-parent    ends when standard input is closed\n"
    "      --remove=FOLDER  which it removes then, with config.yaml and audit.log in it\n"
    "  -h, --help           this text\n"
    "  -V, --version        version\n");

static struct serve *running;

static void on_signal(int sig)
{
    (void)sig;
    serve_stop(running);
}

static bool number(const char *text, double least, double most, double *out)
{
    char *end;

    *out = strtod(text, &end);
    return end != text && *end == '\0' && *out >= least && *out <= most;
}

static int wrong(const char *what, const char *value)
{
    fprintf(stderr, _("suantop-fleetsim: %s: \"%s\" is not accepted; see --help\n"), what, value);
    return EXIT_USAGE;
}

/* -1: go on. */
static int parse(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"scenario", 1, NULL, 's'},    {"config", 1, NULL, 'c'}, {"listen", 1, NULL, 'l'},
        {"port", 1, NULL, 'p'},        {"seed", 1, NULL, 'e'},   {"speed", 1, NULL, 'f'},
        {"with-parent", 0, NULL, 'w'}, {"remove", 1, NULL, 'r'}, {"help", 0, NULL, 'h'},
        {"version", 0, NULL, 'V'},     {NULL, 0, NULL, 0}};
    double v;
    int c;

    while ((c = getopt_long(argc, argv, "s:c:l:p:hV", longs, NULL)) != -1)
        switch (c) {
        case 's':
            o->scenario = optarg;
            break;
        case 'c':
            o->config = optarg;
            break;
        case 'l':
            o->address = optarg;
            break;
        case 'p':
            if (!number(optarg, 0, 65000, &v))
                return wrong("--port", optarg);
            o->port = (uint16_t)v;
            break;
        case 'e':
            if (!number(optarg, 0, 1e15, &v))
                return wrong("--seed", optarg);
            o->seed = (uint64_t)v;
            break;
        case 'f':
            if (!number(optarg, 0, 10000, &o->speed))
                return wrong("--speed", optarg);
            break;
        case 'w':
            o->follow_parent = true;
            break;
        case 'r':
            o->remove = optarg;
            break;
        case 'h':
            fputs(_(usage), stdout);
            return 0;
        case 'V':
            puts("suantop-fleetsim " PACKAGE_VERSION);
            return 0;
        default:
            return EXIT_USAGE;
        }
    return optind < argc ? wrong("argument", argv[optind]) : -1;
}

/* It would hide what is behind it. */
static enum rc no_nul(const struct buf *text, const char *path, struct err *e)
{
    const char *nul = memchr(text->data, '\0', text->len);
    char where[96];
    unsigned line = 1;

    if (nul == NULL)
        return RC_OK;
    for (const char *p = text->data; p < nul; p++)
        line += *p == '\n';
    snprintf(where, sizeof(where), "%.80s:%u", path, line);
    return err_set(e, RC_SYNTAX, where, "byte 0x00: " S_("this is no text"));
}

static enum rc read_file(const char *path, char **out, struct err *e)
{
    FILE *f = fopen(path, "re");
    struct buf text;
    char block[16384];
    size_t n;

    if (!f)
        return err_sys(e, RC_IO, errno, path, S_("cannot be read"));
    buf_init(&text, SCENARIO_MAX);
    while (!text.failed && (n = fread(block, 1, sizeof(block), f)) > 0)
        buf_add(&text, block, n);
    int bad = ferror(f) ? errno : 0;
    fclose(f);
    enum rc rc = bad           ? err_sys(e, RC_IO, bad, path, S_("cannot be read"))
                 : text.failed ? err_set(e, RC_LIMIT, path, S_("is larger than %u KiB"),
                                         (unsigned)SCENARIO_MAX >> 10)
                               : no_nul(&text, path, e);
    if (rc == RC_OK)
        *out = buf_take(&text);
    else
        buf_fini(&text);
    return rc;
}

static enum rc write_config(const struct serve *s, const char *path, struct err *e)
{
    bool out = strcmp(path, "-") == 0;
    FILE *f = out ? stdout : fopen(path, "we");
    struct buf text;

    if (!f)
        return err_sys(e, RC_IO, errno, path, S_("cannot be written"));
    buf_init(&text, CONFIG_MAX);
    serve_write_config(s, &text);
    bool bad = text.failed || fwrite(text.data, 1, text.len, f) < text.len;
    int why = text.failed ? EFBIG : errno;
    buf_fini(&text);
    if ((out ? fflush(f) : fclose(f)) != 0 && !bad) {
        bad = true;
        why = errno;
    }
    if (out)
        fclose(stdout); /* whoever reads it knows that it is complete */
    return bad ? err_sys(e, RC_IO, why, path, S_("cannot be written")) : RC_OK;
}

/* What is built in goes by its name, unless there is such a file. */
static const char *shipped(const char *name)
{
    if (!name)
        return scenario_national;
    if (access(name, F_OK) == 0)
        return NULL;
    return strcmp(name, "national") == 0 ? scenario_national
           : strcmp(name, "scale") == 0  ? scenario_scale
                                         : NULL;
}

/* Who watches a hundred thousand pages keeps thousands of connections open. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* The folder of whoever started us: if he was killed, nobody else does it. Nothing but the two files that he puts there. */
static void remove_folder(const char *folder)
{
    static const char *const files[] = {"config.yaml", "audit.log"};
    char path[4200];

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "%.4090s/%s", folder, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static enum rc run(const struct options *o, struct err *e)
{
    struct scenario scenario = {0};
    struct serve_conf conf = {.scenario = &scenario,
                              .address = o->address,
                              .port = o->port,
                              .seed = o->seed,
                              .speed = o->speed,
                              .begins = clock_wall(),
                              .parent_fd = o->follow_parent ? STDIN_FILENO : -1};
    char *text = NULL;
    const char *built_in = shipped(o->scenario);
    enum rc rc = built_in ? RC_OK : read_file(o->scenario, &text, e);

    if (rc == RC_OK)
        rc = scenario_read(text ? text : built_in, o->scenario ? o->scenario : "national.conf",
                           &scenario, e);
    raise_file_limit();
    if (rc == RC_OK)
        rc = serve_new(&conf, &running, e);
    if (rc == RC_OK) {
        struct sigaction act = {.sa_handler = on_signal};
        sigaction(SIGTERM, &act, NULL);
        sigaction(SIGINT, &act, NULL);
        sigaction(SIGHUP, &act, NULL);
        act.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &act, NULL);
        rc = write_config(running, o->config, e);
    }
    if (rc == RC_OK)
        rc = serve_run(running, e);
    serve_free(running);
    scenario_free(&scenario);
    free(text);
    return rc;
}

/* Says it; the exit status. */
static int complain(const struct err *e)
{
    char said[SENTENCE_MAX];

    fprintf(stderr, "suantop-fleetsim: %s: %s\n", e->where,
            sentence_text(e->msg, said, sizeof(said)));
    return e->rc == RC_USAGE || e->rc == RC_SYNTAX || e->rc == RC_SCHEMA || e->rc == RC_LIMIT
               ? EXIT_USAGE
               : EXIT_USAGE + 1;
}

int main(int argc, char **argv)
{
    struct options o = {.config = "-", .address = "127.0.0.1", .speed = 1, .seed = 1};
    struct err e = {0};
    i18n_start_here(LOCALEDIR); /* what it says on the wire is not marked, and so English */
    int status = parse(argc, argv, &o);
    if (status < 0) {
        status = run(&o, &e) == RC_OK ? 0 : complain(&e);
        if (o.remove)
            remove_folder(o.remove);
    }
    i18n_end();
    return status;
}
