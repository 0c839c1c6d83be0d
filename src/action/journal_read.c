/* SPDX-License-Identifier: MIT
 * journal_read.c - reading the journal: its newest lines, and whether its chain holds. See journal.h. */
#include "action/journal_int.h"
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK JOURNAL_LINE_MAX

/* --- the newest lines -------------------------------------------------------------------------- */

/* Counts newlines of data[0..len) from its end; where the line begins that is `most` lines from the end, or -1. */
static ssize_t count_back(const char *data, size_t len, bool at_end, size_t *left)
{
    if (at_end && len && data[len - 1] == '\n')
        len--; /* it ends the last line, it begins none */
    while (len > 0) {
        const char *newline = memrchr(data, '\n', len);
        if (!newline)
            return -1;
        if (--*left == 0)
            return newline + 1 - data;
        len = (size_t)(newline - data);
    }
    return -1;
}

/* Goes back block by block, so that a file of any size costs what its end costs. */
static enum rc seek_newest(int fd, const char *path, size_t most, struct err *e)
{
    char *block = xmalloc(BLOCK);
    off_t size = lseek(fd, 0, SEEK_END), from = size, found = 0;
    size_t left = most;

    while (most && from > 0 && found == 0) {
        size_t len = from < BLOCK ? (size_t)from : BLOCK;
        ssize_t n = pread(fd, block, len, from - (off_t)len);
        if (n != (ssize_t)len) {
            free(block);
            return err_sys(e, RC_IO, n < 0 ? errno : EIO, path, S_("the audit cannot be read"));
        }
        ssize_t at = count_back(block, len, from == size, &left);
        from -= (off_t)len;
        if (at >= 0)
            found = from + at;
    }
    free(block);
    return lseek(fd, found, SEEK_SET) < 0 ? err_sys(e, RC_IO, errno, path, S_("cannot be read"))
                                          : RC_OK;
}

static enum rc read_lines(int fd, const char *path,
                          void (*fn)(void *arg, const struct journal_line *line), void *arg,
                          size_t *unreadable, struct err *e)
{
    struct journal_lines lines;
    struct journal_record r;
    const char *text, *why;
    enum rc rc;
    size_t len;
    bool whole;

    journal_lines_init(&lines, fd, path);
    journal_record_init(&r);
    while ((rc = journal_lines_next(&lines, &text, &len, &whole, e)) == RC_OK && text) {
        if (whole && journal_parse(&r, text, len, &why))
            fn(arg, &r.line);
        else
            ++*unreadable;
    }
    journal_record_fini(&r);
    journal_lines_fini(&lines);
    return rc;
}

enum rc journal_read(const char *path, size_t most,
                     void (*fn)(void *arg, const struct journal_line *line), void *arg,
                     size_t *unreadable, struct err *e)
{
    int fd;
    enum rc rc = journal_file_open(path, false, &fd, e);

    *unreadable = 0;
    if (rc != RC_OK)
        return rc;
    rc = journal_file_lock(fd, false, path, e);
    if (rc == RC_OK)
        rc = seek_newest(fd, path, most, e);
    if (rc == RC_OK)
        rc = read_lines(fd, path, fn, arg, unreadable, e);
    close(fd);
    return rc;
}

/* --- the chain --------------------------------------------------------------------------------- */

struct verifying {
    struct journal_verdict *v;
    struct journal_record r;
    struct digest *digest;
    struct digest *torn; /* over the lines since the last record */
    uint64_t n;          /* of the last record */
    char hash[DIGEST_HEX + 1];
    uint64_t line; /* number of the line, from 1 */
    uint64_t torn_from;
    bool torn_newline; /* the last of them ended in one, which counts if another follows */
    const char *torn_why;
    uint64_t *open; /* intents without an outcome */
    size_t open_count, open_cap;
};

static void bad(struct verifying *w, uint64_t line, const char *why)
{
    if (w->v->bad_line)
        return;
    w->v->bad_line = line;
    snprintf(w->v->bad_why, sizeof(w->v->bad_why), "%s", why);
}

/* Not a record: a crash may have cut it off, if a note says so. All that is between two records is one piece. */
static void not_a_record(struct verifying *w, const char *text, size_t len, bool whole,
                         const char *why)
{
    if (!w->torn_from) {
        digest_begin(w->torn);
        w->torn_from = w->line;
        w->torn_why = why;
    } else if (w->torn_newline) {
        digest_add(w->torn, "\n", 1);
    }
    digest_add(w->torn, text, len);
    w->torn_newline = whole;
}

/* A record follows what was none. */
static void close_torn(struct verifying *w)
{
    char hash[DIGEST_HEX + 1];

    if (!w->torn_from && !w->r.torn[0])
        return;
    if (w->torn_from && digest_end(w->torn, hash) && strcmp(hash, w->r.torn) == 0)
        w->v->torn++;
    else if (w->torn_from)
        bad(w, w->torn_from, w->torn_why);
    else
        bad(w, w->line, S_("tells of a line that was cut off, but there is none"));
    w->torn_from = 0;
}

static uint64_t which(const struct journal_line *l)
{
    return hash_u64(l->seq, hash_bytes(1, l->op, strlen(l->op)));
}

static void count_intent(struct verifying *w)
{
    w->v->intents++;
    w->open = xgrow(w->open, &w->open_cap, w->open_count + 1, sizeof(*w->open));
    w->open[w->open_count++] = which(&w->r.line);
}

static void count_outcome(struct verifying *w)
{
    uint64_t key = which(&w->r.line);

    w->v->outcomes++;
    for (size_t i = w->open_count; i-- > 0;)
        if (w->open[i] == key) {
            w->open[i] = w->open[--w->open_count];
            return;
        }
}

static void take_record(struct verifying *w, const char *text, size_t len)
{
    if (!journal_hash_holds(&w->r, text, len, w->digest))
        bad(w, w->line, S_("was changed: its hash is not that of its text"));
    else if (strcmp(w->r.prev, w->hash) != 0)
        bad(w, w->line,
            S_("does not follow the line before it: something was taken out or put in"));
    else if (w->r.line.n != w->n + 1)
        bad(w, w->line, S_("has not the number that follows"));
    close_torn(w);
    w->n = w->r.line.n;
    memcpy(w->hash, w->r.hash, sizeof(w->hash));
    if (strcmp(w->r.line.kind, "intent") == 0)
        count_intent(w);
    else if (strcmp(w->r.line.kind, "outcome") == 0)
        count_outcome(w);
}

static enum rc verify_lines(struct verifying *w, struct journal_lines *lines, struct err *e)
{
    const char *text, *why = "";
    bool whole = true, ended = true;
    size_t len;
    enum rc rc;

    while ((rc = journal_lines_next(lines, &text, &len, &whole, e)) == RC_OK && text) {
        w->line += ended; /* pieces of a line that is too long are one */
        ended = whole;
        if (whole && journal_parse(&w->r, text, len, &why))
            take_record(w, text, len);
        else
            not_a_record(w, text, len, whole, whole ? why : S_("is longer than a record can be"));
    }
    w->v->lines = w->line;
    w->v->open_intents = w->open_count;
    if (w->torn_from && !ended)
        w->v->torn_tail = true; /* as the next writer will see it */
    else if (w->torn_from)
        bad(w, w->torn_from, w->torn_why);
    return rc;
}

static enum rc verify(int fd, const char *path, struct journal_verdict *out, struct err *e)
{
    struct verifying w = {
        .v = out, .digest = digest_new(), .torn = digest_new(), .hash = JOURNAL_START};
    struct journal_lines lines;
    enum rc rc = RC_OK;

    journal_record_init(&w.r);
    journal_lines_init(&lines, fd, path);
    if (w.digest && w.torn)
        rc = verify_lines(&w, &lines, e);
    else
        rc = err_set(e, RC_IO, path, S_("no SHA-256 from libcrypto"));
    journal_lines_fini(&lines);
    journal_record_fini(&w.r);
    digest_free(w.digest);
    digest_free(w.torn);
    free(w.open);
    if (rc == RC_OK && out->bad_line)
        rc = err_set(e, RC_SCHEMA, path, S_("line %llu") ": %s", (unsigned long long)out->bad_line,
                     out->bad_why);
    return rc;
}

enum rc journal_verify(const char *path, struct journal_verdict *out, struct err *e)
{
    int fd;
    enum rc rc = journal_file_open(path, false, &fd, e);

    memset(out, 0, sizeof(*out));
    if (rc != RC_OK)
        return rc;
    rc = journal_file_lock(fd, false, path, e);
    if (rc == RC_OK)
        rc = verify(fd, path, out, e);
    close(fd);
    return rc;
}
