/* SPDX-License-Identifier: MIT
 * fleet_child.c - see fleet_child.h. */
#include "app/fleet_child.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CONFIG_MAX = 4 << 20,
    HEAD_MAX = 16384,
    PATIENCE_MS = 30000,
    END_MS = 1000,
    OPTIONS_MAX = 16
};

static char *program(const char *self)
{
    const char *slash = self ? strrchr(self, '/') : NULL;
    char *path =
        slash ? xasprintf("%.*s/suantop-fleetsim", (int)(slash - self), self) : xstrdup("");

    if (access(path, X_OK) == 0)
        return path;
    free(path);
    return xstrdup("suantop-fleetsim"); /* wherever PATH has it */
}

/* The end of its standard output means that the configuration is whole. */
static enum rc read_all(int fd, struct buf *out, struct err *e)
{
    mono_ms end = clock_mono() + PATIENCE_MS;
    char block[16384];
    ssize_t n;

    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        mono_ms left = end - clock_mono();
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready == 0)
            return err_set(e, RC_TIMEOUT, "suantop-fleetsim", S_("does not say how to watch it"));
        if (ready < 0 && errno == EINTR)
            continue;
        n = read(fd, block, sizeof(block));
        if (n < 0 && errno != EINTR)
            return err_sys(e, RC_IO, errno, "suantop-fleetsim", S_("cannot be read"));
        if (n == 0)
            return RC_OK;
        if (n > 0 && buf_add(out, block, (size_t)n) != RC_OK)
            return err_set(e, RC_LIMIT, "suantop-fleetsim", S_("its configuration is too large"));
    }
}

static void become(const char *path, const char *folder, const char *const *options, int in,
                   int out)
{
    const char *argv[OPTIONS_MAX + 5] = {path, "--with-parent", "--remove", folder};
    size_t n = 4;

    for (; *options && n < OPTIONS_MAX; options++)
        argv[n++] = *options;
    argv[n] = NULL;
    (void)setsid(); /* the terminal's signals are ours */
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    execvp(path, (char *const *)argv);
    static const char words[] = "suantop: suantop-fleetsim cannot be started\n";
    (void)!write(STDERR_FILENO, words, sizeof(words) - 1);
    _exit(127);
}

static enum rc launch(struct fleet_child *c, const char *path, const char *const *options,
                      struct buf *config, struct err *e)
{
    int in[2], out[2];

    if (pipe2(in, O_CLOEXEC) != 0)
        return err_sys(e, RC_IO, errno, "pipe", S_("cannot make one"));
    if (pipe2(out, O_CLOEXEC) != 0) {
        int why = errno;
        close(in[0]);
        close(in[1]);
        return err_sys(e, RC_IO, why, "pipe", S_("cannot make one"));
    }
    c->pid = fork();
    if (c->pid == 0)
        become(path, c->folder, options, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    c->keep = in[1];
    enum rc rc = c->pid < 0 ? err_sys(e, RC_CHILD, errno, path, S_("cannot be started"))
                            : read_all(out[0], config, e);
    close(out[0]);
    if (rc == RC_OK && config->len == 0)
        rc = err_set(e, RC_CHILD, path, S_("it ended at once; see above"));
    return rc;
}

static enum rc make_folder(struct fleet_child *c, struct err *e)
{
    const char *tmp = getenv("TMPDIR");

    c->folder = xasprintf("%s/suantop-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(c->folder)) {
        enum rc rc = err_sys(e, RC_IO, errno, c->folder, S_("cannot be made"));
        free(c->folder);
        c->folder = NULL;
        return rc;
    }
    return RC_OK;
}

/* Whatever stands in TMPDIR stays one text. */
static void add_quoted(struct buf *out, const char *text)
{
    for (buf_adds(out, "\""); *text; text++)
        buf_addf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    buf_adds(out, "\"");
}

static enum rc write_config(struct fleet_child *c, const struct buf *text, struct err *e)
{
    struct buf all;
    char *audit = xasprintf("%s/audit.log", c->folder);

    c->config = xasprintf("%s/config.yaml", c->folder);
    buf_init(&all, (size_t)CONFIG_MAX + HEAD_MAX);
    buf_adds(&all, "audit: ");
    add_quoted(&all, audit);
    buf_adds(&all, "\nhistory: \"off\"\n");
    buf_add(&all, text->data, text->len);
    FILE *f = fopen(c->config, "we");
    bool bad = !f || all.failed || fwrite(all.data, 1, all.len, f) < all.len;
    int why = all.failed ? EFBIG : errno;
    if (f && fclose(f) != 0 && !bad) {
        bad = true;
        why = errno;
    }
    buf_fini(&all);
    free(audit);
    return bad ? err_sys(e, RC_IO, why, c->config, S_("cannot be written")) : RC_OK;
}

enum rc fleet_child_start(struct fleet_child *c, const char *self, const char *const *options,
                          struct err *e)
{
    char *path = program(self);
    struct buf config;

    *c = (struct fleet_child){.pid = -1, .keep = -1};
    buf_init(&config, CONFIG_MAX);
    enum rc rc = make_folder(c, e);
    if (rc == RC_OK)
        rc = launch(c, path, options, &config, e);
    if (rc == RC_OK)
        rc = write_config(c, &config, e);
    buf_fini(&config);
    free(path);
    if (rc != RC_OK)
        fleet_child_end(c);
    return rc;
}

static void remove_in(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);

    (void)unlink(path);
    free(path);
}

/* Closing its standard input asks it to end; after a second it is told. */
static void wait_for(pid_t pid)
{
    mono_ms end = clock_mono() + END_MS;

    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (clock_mono() > end)
            kill(pid, SIGKILL);
        poll(NULL, 0, 10);
    }
}

void fleet_child_end(struct fleet_child *c)
{
    if (c->keep >= 0)
        close(c->keep);
    if (c->pid > 0)
        wait_for(c->pid);
    if (c->folder) {
        remove_in(c->folder, "config.yaml");
        remove_in(c->folder, "audit.log");
        (void)rmdir(c->folder);
    }
    free(c->folder);
    free(c->config);
    *c = (struct fleet_child){.pid = -1, .keep = -1};
}
