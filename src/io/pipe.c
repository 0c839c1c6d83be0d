/* SPDX-License-Identifier: MIT
 * pipe.c - see pipe.h. */
#include "io/pipe.h"
#include "base/arena.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LAST_WORDS_MS = 20 }; /* a broken connection is often seen before the end of its child */

struct server {
    struct arena arena;
    const char *const *argv;
    const char *const *env;
    struct err failed;  /* why the last start failed */
    struct child *last; /* borrowed: the newest child, as long as its connection lives */
    char said[256];     /* last words of the child before it was dropped */
    int status;
    bool ended;
};

struct link { /* one connection */
    int fd;
    size_t server;
    struct child *child;
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
    for (size_t i = 0; i < p->server_count; i++)
        arena_fini(&p->servers[i].arena);
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

int pipes_id(struct pipes *p, const char *const *argv, const char *const *env)
{
    for (size_t i = 0; i < p->server_count; i++)
        if (same_list(p->servers[i].argv, argv) && same_list(p->servers[i].env, env))
            return (int)i + 1;
    p->servers = xgrow(p->servers, &p->server_cap, p->server_count + 1, sizeof(*p->servers));
    struct server *s = &p->servers[p->server_count++];
    *s = (struct server){0};
    arena_init(&s->arena, 0);
    s->argv = copy_list(&s->arena, argv);
    s->env = copy_list(&s->arena, env);
    return (int)p->server_count;
}

/* ---- the dialer ---- */

static int dial_open(void *arg, int id)
{
    struct pipes *p = arg;
    struct server *s = &p->servers[id - 1];
    struct child_spec spec = {.argv = s->argv, .env = s->env, .socket = true};
    struct child *child;

    s->failed = (struct err){0};
    s->ended = false;
    if (child_start(p->children, &spec, &child, &s->failed) != RC_OK)
        return -1;
    p->links = xgrow(p->links, &p->link_cap, p->link_count + 1, sizeof(*p->links));
    int fd = child_take_fd(child);
    p->links[p->link_count++] = (struct link){fd, (size_t)id - 1, child};
    s->last = child;
    return fd;
}

static bool is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* What the child has to say about its end, before it is gone. */
static void remember_end(struct server *s, struct child *c, int wait_ms)
{
    if (s->last != c)
        return;
    s->ended = child_wait(c, wait_ms);
    s->status = s->ended ? child_status(c) : 0;
    snprintf(s->said, sizeof(s->said), "%s", child_last_error(c));
}

static void dial_close(void *arg, int fd)
{
    struct pipes *p = arg;

    for (size_t i = 0; i < p->link_count; i++) {
        struct link *l = &p->links[i];
        if (l->fd != fd)
            continue;
        struct server *s = &p->servers[l->server];
        remember_end(s, l->child, is_closed(fd) ? LAST_WORDS_MS : 0);
        if (s->last == l->child)
            s->last = NULL;
        child_drop(l->child);
        *l = p->links[--p->link_count];
        return;
    }
}

static enum rc dial_why(void *arg, int id, int *status, const char **head, struct err *e)
{
    struct pipes *p = arg;
    struct server *s = &p->servers[id - 1];

    if (s->failed.rc != RC_OK) {
        *e = s->failed;
        return s->failed.rc;
    }
    if (s->last)
        remember_end(s, s->last, LAST_WORDS_MS);
    *head = s->said;
    if (!s->ended)
        return RC_OK;
    *status = s->status;
    err_set(e, RC_CHILD, s->argv[0], "the command ended with status %d%s%s", s->status,
            *s->said ? ": " : " without a word", s->said);
    e->http = s->status;
    return RC_CHILD;
}

struct http_dialer pipes_dialer(struct pipes *p)
{
    return (struct http_dialer){.arg = p, .open = dial_open, .close = dial_close, .why = dial_why};
}
