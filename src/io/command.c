/* SPDX-License-Identifier: MIT
 * command.c - see command.h. */
#include "io/command.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    READ_ROUNDS = 16,  /* per wake-up, so that one flood does not starve the others */
    LEFTOVER_MS = 200, /* what a grandchild may still say after the command's end */
    PIPE_BYTES = 512 * 1024,
    REST_FIRST_MS = 100, /* after its start: what says little is over by then, and read once */
    REST_MS = 25,        /* after a reading: each 4 KiB that it writes would be a wake-up */
    REST_FULL_MS = 5,    /* when the pipe was rather full, so that the command need not wait */
};

struct command {
    struct child *child;
    struct sink sink;
    struct patience patience;
    char label[64];
    bool paused, at_end;
    mono_ms cut_at;     /* 0 = the process still runs */
    mono_ms rest_until; /* 0 = woken by what it writes */
};

/* The command is over; `why` is NULL when it came to its own end. */
static void finish(struct command *c, const struct err *why)
{
    struct sink sink = c->sink;
    mono_ms now = clock_mono(), first = c->patience.first_byte_at;
    struct reply reply = {
        .status = child_status(c->child),
        .retry_after_s = -1,
        .content_type = "",
        .first_byte_ms = first ? first - c->patience.started_at : 0,
        .total_ms = now - c->patience.started_at,
        .head = child_first_errors(c->child),
        .at = clock_wall(),
    };

    if (why) {
        reply.rc = why->rc;
        reply.err = *why;
    }
    struct child *child = c->child;
    free(c);
    sink.done(sink.arg, &reply);
    child_drop(child);
}

/* What it writes meanwhile waits in the pipes; its end is seen at once. */
static void rest(struct command *c, int ms)
{
    bool resting = !c->paused && !c->at_end && !child_has_exited(c->child);

    child_quiet(c->child, resting);
    if (resting)
        c->rest_until = clock_mono() + ms;
}

/* Hands over what is there; false when the command is over and gone. */
static bool read_some(struct command *c)
{
    static _Thread_local char data[READ_BYTES];
    struct err e = {0};
    size_t taken = 0;

    c->rest_until = 0;
    for (int i = 0; i < READ_ROUNDS && !c->paused && !c->at_end; i++) {
        ssize_t n = read(child_out(c->child), data, sizeof(data));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            c->at_end = true;
            child_listen(c->child, false);
            break;
        }
        taken += (size_t)n;
        patience_bytes(&c->patience, (size_t)n, clock_mono());
        if (c->sink.data(c->sink.arg, data, (size_t)n, &c->paused, &e) != RC_OK) {
            finish(c, &e);
            return false;
        }
        if (c->paused) {
            child_listen(c->child, false);
            patience_pause(&c->patience, true, clock_mono());
        }
    }
    if (taken)
        rest(c, taken >= PIPE_BYTES / 2 ? REST_FULL_MS : REST_MS);
    else
        child_quiet(c->child, false); /* nothing to come soon: let the first byte wake us */
    return true;
}

static void finish_if_over(struct command *c)
{
    if (c->at_end && child_has_exited(c->child))
        finish(c, NULL);
}

static void on_readable(void *arg)
{
    struct command *c = arg;

    if (read_some(c))
        finish_if_over(c);
}

static void on_exited(void *arg)
{
    struct command *c = arg;

    c->cut_at = clock_mono() + LEFTOVER_MS;
    if (read_some(c))
        finish_if_over(c);
}

enum rc command_start(struct children *cs, const struct command_spec *spec, const struct sink *sink,
                      mono_ms now, struct command **out, struct err *e)
{
    struct command *c = xcalloc(1, sizeof(*c));
    struct child_spec child = {.argv = spec->argv,
                               .env = spec->env,
                               .arg = c,
                               .readable = on_readable,
                               .exited = on_exited};
    enum rc rc = child_start(cs, &child, &c->child, e);

    if (rc != RC_OK) {
        free(c);
        return rc;
    }
    (void)fcntl(child_out(c->child), F_SETPIPE_SZ, PIPE_BYTES); /* a smaller one is only slower */
    c->sink = *sink;
    snprintf(c->label, sizeof(c->label), "%s", spec->label ? spec->label : spec->argv[0]);
    patience_start(&c->patience, spec->first_byte_ms, spec->total_ms, now);
    rest(c, REST_FIRST_MS);
    *out = c;
    return RC_OK;
}

void command_resume(struct command *c)
{
    mono_ms now = clock_mono();

    if (!c->paused)
        return;
    c->paused = false;
    patience_pause(&c->patience, false, now);
    child_listen(c->child, !c->at_end);
    if (c->cut_at)
        c->cut_at = now + LEFTOVER_MS;
}

void command_cancel(struct command *c)
{
    if (!c)
        return;
    child_drop(c->child);
    free(c);
}

void command_check(struct command *c, mono_ms now)
{
    struct err e = {0};

    if (c->paused)
        return;
    if (c->rest_until && now >= c->rest_until) {
        child_quiet(c->child, false);
        if (!read_some(c))
            return;
    }
    if (c->cut_at && (c->at_end || now >= c->cut_at)) {
        finish(c, NULL);
        return;
    }
    if (patience_check(&c->patience, false, now, &e) != RC_OK) {
        const char *said = child_last_error(c->child);
        if (*said)
            err_set(&e, e.rc, c->label, "%s; " S_("it said") ": %s", e.msg, said);
        finish(c, &e);
    }
}

mono_ms command_due(const struct command *c)
{
    mono_ms due = patience_until(&c->patience, false);

    if (c->cut_at && !c->paused && c->cut_at < due)
        due = c->cut_at;
    if (c->rest_until && c->rest_until < due)
        due = c->rest_until;
    return due;
}
