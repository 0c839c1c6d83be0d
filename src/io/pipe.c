/* SPDX-License-Identifier: MIT
 * pipe.c - see pipe.h. */
#include "io/pipe.h"
#include "base/arena.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    LAST_WORDS_MS = 20, /* a broken connection is often seen before the end of its child */
    BACKLOG = 8,
    SPLICE_BYTES = 256 * 1024,
};

struct server {
    struct arena arena;
    int listener,
        place;     /* the place (O_PATH) of a name that has been removed, -1 = an abstract one */
    char name[32]; /* a path; in the abstract namespace without its leading NUL */
    const char *const *argv;
    const char *const *env;
    struct err failed;  /* why the last start failed */
    int failed_fd;      /* and for which of libcurl's ends; -1 = none */
    struct child *last; /* borrowed: the newest child, as long as its connection lives */
    char said[256];     /* last words of the child before it was dropped */
    int status;
    bool ended;
};

struct link { /* one connection */
    int fd;   /* libcurl's end */
    int peer; /* ours, -1 = not accepted yet, or over */
    size_t server;
    struct child *child;
    bool in_full, out_full; /* the child's stdin, the peer: waiting for room there */
};

struct pipes {
    struct children *children;
    struct server *servers;
    size_t server_count, server_cap;
    struct link *links;
    size_t link_count, link_cap;
};

struct pipes *pipes_new(struct children *cs)
{
    struct pipes *p = xcalloc(1, sizeof(*p));

    p->children = cs;
    return p;
}

void pipes_free(struct pipes *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->server_count; i++) {
        arena_fini(&p->servers[i].arena);
        close(p->servers[i].listener);
        if (p->servers[i].place >= 0)
            close(p->servers[i].place);
    }
    free(p->servers);
    free(p->links);
    free(p);
}

static bool same_list(const char *const *a, const char *const *b)
{
    size_t i = 0;

    for (; a && b && a[i] && b[i]; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return (a ? a[i] : NULL) == NULL && (b ? b[i] : NULL) == NULL;
}

static const char *const *copy_list(struct arena *a, const char *const *list)
{
    size_t n = 0;

    while (list && list[n])
        n++;
    const char **copy = arena_calloc(a, (n + 1) * sizeof(*copy));
    for (size_t i = 0; copy && i < n; i++)
        copy[i] = arena_strdup(a, list[i]);
    return copy;
}

static int bind_and_hold(int fd, const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
    if (bind(fd, (struct sockaddr *)&un, sizeof(un)) != 0)
        return -1;
    int place = open(path, O_PATH | O_CLOEXEC);
    unlink(path);
    return place;
}

/* A name that only this process can reach and that does not outlive it: bound, held and removed at once. Not an abstract
 * one, because libcurl 7.88 (Debian 12) never uses a connection to such a one again, and each would be a new child. */
static bool make_path_listener(struct server *s)
{
    char folder[] = "/tmp/suantop-XXXXXX", path[sizeof(folder) + 2];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || !mkdtemp(folder)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    snprintf(path, sizeof(path), "%s/s", folder);
    s->place = bind_and_hold(fd, path);
    rmdir(folder);
    snprintf(s->name, sizeof(s->name), "/proc/self/fd/%d", s->place);
    if (s->place >= 0 && listen(fd, BACKLOG) == 0 && access(s->name, F_OK) == 0) {
        s->listener = fd;
        return true;
    }
    if (s->place >= 0)
        close(s->place);
    s->place = -1;
    close(fd);
    return false;
}

/* The kernel chooses a free name (autobind). */
static int make_listener(char *name, size_t size)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    socklen_t len = sizeof(un);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&un, sizeof(sa_family_t)) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&un, &len) == 0) {
        size_t n = len - offsetof(struct sockaddr_un, sun_path) - 1;
        snprintf(name, size, "%.*s", (int)n, un.sun_path + 1);
        return fd;
    }
    close(fd);
    return -1;
}

int pipes_id(struct pipes *p, const char *const *argv, const char *const *env)
{
    for (size_t i = 0; i < p->server_count; i++)
        if (same_list(p->servers[i].argv, argv) && same_list(p->servers[i].env, env))
            return (int)i + 1;
    p->servers = xgrow(p->servers, &p->server_cap, p->server_count + 1, sizeof(*p->servers));
    struct server *s = &p->servers[p->server_count];
    *s = (struct server){.failed_fd = -1};
    s->place = -1;
    if (!make_path_listener(s))
        s->listener = make_listener(s->name, sizeof(s->name));
    if (s->listener < 0)
        return 0;
    p->server_count++;
    arena_init(&s->arena, 0);
    s->argv = copy_list(&s->arena, argv);
    s->env = copy_list(&s->arena, env);
    return (int)p->server_count;
}

/* ---- the dialer ---- */

static const char *dial_name(void *arg, int id)
{
    struct pipes *p = arg;

    return p->servers[id - 1].name;
}

static void dial_opened(void *arg, int id, int fd)
{
    struct pipes *p = arg;

    p->links = xgrow(p->links, &p->link_cap, p->link_count + 1, sizeof(*p->links));
    p->links[p->link_count++] = (struct link){.fd = fd, .peer = -1, .server = (size_t)id - 1};
}

/* Anybody on this machine may connect to the name; only our own connection gets a child. */
static bool is_ours(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == getpid();
}

static struct link *waiting_link(struct pipes *p, size_t server)
{
    for (size_t i = 0; i < p->link_count; i++)
        if (p->links[i].server == server && !p->links[i].child && p->links[i].peer == -1)
            return &p->links[i];
    return NULL;
}

static void start_child(struct pipes *p, struct server *s, struct link *l, int fd)
{
    struct child_spec spec = {.argv = s->argv, .env = s->env, .served = true};

    s->failed = (struct err){0};
    s->ended = false;
    s->last = NULL;
    if (s->failed_fd == l->fd)
        s->failed_fd = -1; /* the number is another connection's now */
    if (child_start(p->children, &spec, &l->child, &s->failed) != RC_OK) {
        s->failed_fd = l->fd;
        close(fd); /* libcurl sees the end, and dial_why knows why */
        return;
    }
    s->last = l->child;
    l->peer = fd;
}

static void accept_links(struct pipes *p, size_t server)
{
    struct link *l;

    while ((l = waiting_link(p, server))) {
        int fd = accept4(p->servers[server].listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        if (!is_ours(fd)) {
            close(fd);
            continue;
        }
        start_child(p, &p->servers[server], l, fd);
        if (!l->child)
            return;
    }
}

/* ---- moving bytes ---- */

/* Moves what it can. False at the end of `from` (or when `to` is gone); *full when `to` has no room. */
static bool move(int from, int to, bool *full)
{
    ssize_t n;
    int waiting = 0;

    *full = false;
    do
        n = splice(from, NULL, to, NULL, SPLICE_BYTES, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    while (n > 0 || (n < 0 && errno == EINTR));
    if (n == 0 || errno != EAGAIN)
        return false;
    *full = ioctl(from, FIONREAD, &waiting) == 0 && waiting > 0;
    return true;
}

static void run_link(struct link *l)
{
    if (l->peer < 0 || !l->child)
        return;
    move(l->peer, child_in(l->child), &l->in_full);
    if (move(child_out(l->child), l->peer, &l->out_full))
        return;
    close(l->peer); /* the child closed its stdout: so ends the connection */
    l->peer = -1;
}

void pipes_run(struct pipes *p)
{
    for (size_t i = 0; i < p->server_count; i++)
        accept_links(p, i);
    for (size_t i = 0; i < p->link_count; i++)
        run_link(&p->links[i]);
}

void pipes_wait_for(struct pipes *p, struct waits *w)
{
    for (size_t i = 0; i < p->link_count; i++) {
        const struct link *l = &p->links[i];
        if (l->peer < 0 || !l->child)
            continue;
        waits_add(w, l->peer, (short)((l->in_full ? 0 : POLLIN) | (l->out_full ? POLLOUT : 0)));
        waits_add(w, child_out(l->child), l->out_full ? 0 : POLLIN);
        waits_add(w, child_in(l->child), l->in_full ? POLLOUT : 0);
    }
}

/* ---- the end of a connection ---- */

static bool is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* What the child has to say about its end, before it is gone. */
static void remember_end(struct server *s, struct child *c, int wait_ms)
{
    if (!c || s->last != c)
        return;
    s->ended = child_wait(c, wait_ms);
    s->status = s->ended ? child_status(c) : 0;
    snprintf(s->said, sizeof(s->said), "%s", child_last_error(c));
}

static void dial_closed(void *arg, int fd)
{
    struct pipes *p = arg;

    for (size_t i = 0; i < p->link_count; i++) {
        struct link *l = &p->links[i];
        if (l->fd != fd)
            continue;
        struct server *s = &p->servers[l->server];
        remember_end(s, l->child, is_closed(fd) ? LAST_WORDS_MS : 0);
        if (l->child && s->last == l->child)
            s->last = NULL;
        child_drop(l->child);
        if (l->peer >= 0)
            close(l->peer);
        /* in order: the next to be accepted is the first one that waits */
        memmove(l, l + 1, (size_t)(p->links + p->link_count - l - 1) * sizeof(*l));
        p->link_count--;
        return;
    }
}

static enum rc dial_why(void *arg, int id, int fd, struct reply *reply, struct err *e)
{
    struct pipes *p = arg;
    struct server *s = &p->servers[id - 1];

    reply->unsent |= fd >= 0 && s->failed_fd == fd; /* nobody was there to read it */
    if (s->failed.rc != RC_OK) {
        *e = s->failed;
        return s->failed.rc;
    }
    if (s->last)
        remember_end(s, s->last, LAST_WORDS_MS);
    reply->head = s->said;
    if (!s->ended)
        return RC_OK;
    reply->status = s->status;
    err_set(e, RC_CHILD, s->argv[0],
            *s->said ? S_("the command ended with status %d") ": %s"
                     : S_("the command ended with status %d without a word"),
            s->status, s->said);
    e->http = s->status;
    return RC_CHILD;
}

struct http_dialer pipes_dialer(struct pipes *p)
{
    return (struct http_dialer){
        .arg = p, .name = dial_name, .opened = dial_opened, .closed = dial_closed, .why = dial_why};
}
