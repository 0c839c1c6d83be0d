/* SPDX-License-Identifier: MIT
 * journal.c - see journal.h: writing records. The file is opened anew for each, so a journal that was moved away
 * (logrotate) or that somebody else can write by now is noticed before anything is sent. */
#include "action/journal_int.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 4096 /* bytes of one string that are written */

struct journal {
    char *path;
    struct digest *digest;
    unsigned uid;
    char *user, *sudo_user, *tty, *ssh_client, *host, *version;
};

/* A record that is being made: its line, and what came before it. */
struct writing {
    struct journal *j;
    struct buf line;
    struct journal_tail tail;
    wall_ms now;
};

/* --- members ----------------------------------------------------------------------------------- */

static void put_key(struct buf *b, const char *key)
{
    buf_addf(b, "%s\"%s\":", b->len && b->data[b->len - 1] != '{' ? "," : "", key);
}

/* Only printable ASCII reaches the file, so it can be shown as it is. What is no UTF-8 becomes U+FFFD. */
static void put_string(struct buf *b, const char *s)
{
    size_t len = strnlen(s, TEXT_MAX);
    uint32_t cp;

    buf_addc(b, '"');
    for (size_t at = 0; at < len;) {
        at += text_decode(s + at, len - at, &cp);
        if (cp == UINT32_MAX)
            cp = 0xFFFD;
        if (cp == '"' || cp == '\\')
            buf_addf(b, "\\%c", (char)cp);
        else if (cp >= ' ' && cp <= '~')
            buf_addc(b, (char)cp);
        else if (cp < 0x10000)
            buf_addf(b, "\\u%04x", (unsigned)cp);
        else
            buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((cp - 0x10000) >> 10)),
                     (unsigned)(0xDC00 + (cp & 0x3FF)));
    }
    buf_addc(b, '"');
}

/* NULL or "" = left out. */
static void put(struct buf *b, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    put_key(b, key);
    put_string(b, text);
}

static void put_number(struct buf *b, const char *key, int64_t v)
{
    put_key(b, key);
    buf_addf(b, "%lld", (long long)v);
}

static void put_time(struct buf *b, const char *key, wall_ms t)
{
    char text[32], with_ms[40];

    time_rfc3339(t, text);
    if (!text[0])
        time_rfc3339(1000, text); /* no time is known: the second after 1970 began */
    snprintf(with_ms, sizeof(with_ms), "%.19s.%03dZ", text, (int)(t > 0 ? t % 1000 : 0));
    put(b, key, with_ms);
}

static void put_target(struct buf *b, const struct action_order *o, size_t target)
{
    const struct action_target *t = &o->targets[target];

    put(b, "op", o->op);
    put_number(b, "seq", (int64_t)target);
    put(b, "verb", verb_info(o->verb)->name);
    put(b, "center", o->center_id);
    put(b, "cluster", o->cluster);
    put(b, "target_kind", entity_info(t->entity)->id);
    put(b, "target", t->name);
    put(b, "actor", o->actor);
}

static void put_who(struct buf *b, const struct journal *j)
{
    put_number(b, "uid", j->uid);
    put(b, "user", j->user);
    put(b, "sudo_user", j->sudo_user);
    put(b, "tty", j->tty);
    put(b, "ssh_client", j->ssh_client);
    put(b, "host", j->host);
    put(b, "version", j->version);
}

/* --- one line ---------------------------------------------------------------------------------- */

static void begin_line(struct writing *w, const char *kind)
{
    buf_addc(&w->line, '{');
    put_number(&w->line, "v", 1);
    put_number(&w->line, "n", (int64_t)w->tail.n + 1);
    put_time(&w->line, "at", w->now);
    put(&w->line, "kind", kind);
}

/* start: where the line begins in the buffer. The chain goes on from here. */
static enum rc end_line(struct writing *w, size_t start, struct err *e)
{
    struct digest *d = w->j->digest;

    put(&w->line, "prev", w->tail.hash);
    digest_begin(d);
    digest_add(d, w->line.data + start, w->line.len - start);
    digest_add(d, "}", 1);
    if (!digest_end(d, w->tail.hash))
        return err_set(e, RC_IO, w->j->path, S_("no SHA-256 from libcrypto"));
    put(&w->line, "hash", w->tail.hash);
    buf_adds(&w->line, "}\n");
    w->tail.n++;
    if (w->line.failed || w->line.len - start >= JOURNAL_LINE_MAX)
        return err_set(e, RC_LIMIT, w->j->path, S_("the record is too long for the audit"));
    return RC_OK;
}

/* Closes what a crash cut off: its length and hash go into the chain. */
static enum rc close_torn(struct writing *w, struct err *e)
{
    char words[96];

    if (!w->tail.torn)
        return RC_OK;
    buf_addc(&w->line, '\n');
    begin_line(w, "note");
    snprintf(words, sizeof(words), "%zu bytes before this line were cut off while being written",
             w->tail.torn);
    put(&w->line, "message", words);
    put(&w->line, "torn", w->tail.torn_hash);
    return end_line(w, 1, e);
}

/* --- the file ---------------------------------------------------------------------------------- */

/* Half a line is taken back; where that fails, too, the next writer closes it. */
static enum rc cannot_write(const struct writing *w, int fd, bool some, int why, struct err *e)
{
    bool clean = !some || ftruncate(fd, w->tail.size) == 0;

    return err_sys(e, RC_IO, why, w->j->path, "%s",
                   clean ? S_("the audit cannot be written")
                         : S_("the audit cannot be written and ends in half a line"));
}

static enum rc append(const struct writing *w, int fd, struct err *e)
{
    for (size_t at = 0; at < w->line.len;) {
        ssize_t n = write(fd, w->line.data + at, w->line.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return cannot_write(w, fd, at > 0, n < 0 ? errno : ENOSPC, e);
        at += (size_t)n;
    }
    if (fsync(fd) != 0)
        return err_sys(e, RC_IO, errno, w->j->path, S_("the audit cannot be brought to the disk"));
    return RC_OK;
}

/* fill adds the members of the record; NULL: nothing is written, only looked at. */
typedef void fill_fn(struct buf *line, const void *arg);

static enum rc write_record(struct writing *w, int fd, const char *kind, fill_fn *fill,
                            const void *arg, struct err *e)
{
    enum rc rc = journal_tail_read(fd, w->j->path, w->j->digest, &w->tail, e);

    if (rc != RC_OK || !fill)
        return rc;
    rc = close_torn(w, e);
    if (rc != RC_OK)
        return rc;
    size_t start = w->line.len;
    begin_line(w, kind);
    fill(&w->line, arg);
    rc = end_line(w, start, e);
    return rc == RC_OK ? append(w, fd, e) : rc;
}

static enum rc record(struct journal *j, const char *kind, fill_fn *fill, const void *arg,
                      wall_ms now, struct err *e)
{
    struct writing w = {.j = j, .now = now};
    int fd;
    enum rc rc = journal_file_open(j->path, true, &fd, e);

    if (rc != RC_OK)
        return rc;
    buf_init_whole(&w.line, (size_t)2 * JOURNAL_LINE_MAX);
    rc = journal_file_lock(fd, true, j->path, e);
    if (rc == RC_OK)
        rc = write_record(&w, fd, kind, fill, arg, e);
    close(fd); /* gives the lock back; what matters was fsynced */
    buf_fini(&w.line);
    return rc;
}

/* --- records ----------------------------------------------------------------------------------- */

struct about {
    const struct journal *j;
    const struct action_order *o;
    size_t target;
    const char *before, *request, *after, *message;
    enum action_state state;
    int status;
    int64_t latency_ms;
};

static void fill_intent(struct buf *b, const void *arg)
{
    const struct about *a = arg;
    char reason[ACTION_REASON_MAX + 1];

    put_target(b, a->o, a->target);
    put(b, "actor_from", a->o->actor_from);
    put_who(b, a->j);
    put(b, "request", a->request);
    put(b, "before", a->before);
    (void)order_reason(a->o, reason);
    put(b, "reason", reason);
    put(b, "ticket", a->o->ticket);
    if (a->o->mass)
        put_number(b, "mass", 1);
    if (a->o->hold_after)
        put_number(b, "hold_after", 1);
    put_time(b, "planned_at", a->o->at);
}

static void fill_outcome(struct buf *b, const void *arg)
{
    const struct about *a = arg;

    put_target(b, a->o, a->target);
    put(b, "state", entity_info(ENTITY_ACTION)->fields[FIELD_action_state].words[a->state]);
    put_number(b, "status", a->status);
    put_number(b, "latency_ms", a->latency_ms);
    put(b, "message", a->message);
}

static void fill_seen(struct buf *b, const void *arg)
{
    const struct about *a = arg;

    put_target(b, a->o, a->target);
    put(b, "after", a->after);
}

enum rc journal_intent(struct journal *j, const struct action_order *o, size_t target,
                       const char *before, const char *request, wall_ms now, struct err *e)
{
    struct about a = {.j = j, .o = o, .target = target, .before = before, .request = request};

    return record(j, "intent", fill_intent, &a, now, e);
}

enum rc journal_outcome(struct journal *j, const struct action_order *o, size_t target,
                        enum action_state state, int status, int64_t latency_ms,
                        const char *message, wall_ms now, struct err *e)
{
    struct about a = {.o = o,
                      .target = target,
                      .state = state,
                      .status = status,
                      .latency_ms = latency_ms,
                      .message = message};

    return record(j, "outcome", fill_outcome, &a, now, e);
}

enum rc journal_seen(struct journal *j, const struct action_order *o, size_t target,
                     const char *after, wall_ms now, struct err *e)
{
    struct about a = {.o = o, .target = target, .after = after};

    return record(j, "seen", fill_seen, &a, now, e);
}

/* --- life -------------------------------------------------------------------------------------- */

static char *copy_of(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

enum rc journal_open(const char *path, const struct journal_who *who, struct journal **out,
                     struct err *e)
{
    struct journal *j = xcalloc(1, sizeof(*j));

    *j = (struct journal){.path = xstrdup(path),
                          .digest = digest_new(),
                          .uid = who->uid,
                          .user = copy_of(who->user),
                          .sudo_user = copy_of(who->sudo_user),
                          .tty = copy_of(who->tty),
                          .ssh_client = copy_of(who->ssh_client),
                          .host = copy_of(who->host),
                          .version = copy_of(who->version)};
    enum rc rc = j->digest ? record(j, NULL, NULL, NULL, 0, e)
                           : err_set(e, RC_IO, path, S_("no SHA-256 from libcrypto"));
    if (rc == RC_OK)
        *out = j;
    else
        journal_close(j);
    return rc;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    digest_free(j->digest);
    free(j->path);
    free(j->user);
    free(j->sudo_user);
    free(j->tty);
    free(j->ssh_client);
    free(j->host);
    free(j->version);
    free(j);
}

const char *journal_path(const struct journal *j)
{
    return j->path;
}
