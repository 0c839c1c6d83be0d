/* SPDX-License-Identifier: MIT
 * journal_tail.c - where the chain goes on: the last record of the file, and what is behind it. See journal_int.h. */
#include "action/journal_int.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How far back a record is looked for. */
#define WINDOW ((size_t)4 * JOURNAL_LINE_MAX)
/* How the first line of every journal begins. */
#define FIRST "{\"v\":1,\"n\":1,\"at\":\""

static enum rc read_at(int fd, const char *path, char *out, size_t len, off_t from, struct err *e)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = pread(fd, out + at, len - at, from + (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_sys(e, RC_IO, n < 0 ? errno : EIO, path, S_("the audit cannot be read"));
        at += (size_t)n;
    }
    return RC_OK;
}

/* The last line of text[0..*end) that is a record, *end moved behind its newline; false if there is none. */
static bool last_record(struct journal_tail *t, const char *text, size_t *end, struct digest *d)
{
    struct journal_record r;
    bool found = false;

    journal_record_init(&r);
    while (*end > 0 && !found) {
        const char *newline = memrchr(text, '\n', *end), *why;
        if (!newline) {
            *end = 0;
            break;
        }
        const char *before = memrchr(text, '\n', (size_t)(newline - text));
        const char *line = before ? before + 1 : text;
        size_t len = (size_t)(newline - line);
        found = journal_parse(&r, line, len, &why) && journal_hash_holds(&r, line, len, d);
        *end = found ? (size_t)(newline + 1 - text) : (size_t)(line - text);
    }
    if (found) {
        t->n = r.line.n;
        memcpy(t->hash, r.hash, sizeof(t->hash));
    }
    journal_record_fini(&r);
    return found;
}

/* Nothing but the beginning of a first line: that writer was killed, too. */
static bool is_first_cut_off(const char *text, size_t len)
{
    size_t look = len < strlen(FIRST) ? len : strlen(FIRST);

    return memcmp(text, FIRST, look) == 0 && !memchr(text, '\n', len);
}

static enum rc look(struct journal_tail *t, const char *path, const char *text, size_t len,
                    struct digest *d, struct err *e)
{
    size_t end = len;

    if (!last_record(t, text, &end, d) &&
        ((off_t)len < t->size || (len && !is_first_cut_off(text, len))))
        return err_set(
            e, RC_SCHEMA, path,
            S_("has no record of an audit at its end: move it away, and a new one begins"));
    if (end == len || text[len - 1] == '\n')
        return RC_OK; /* whole lines that are no records: verify tells them */
    t->torn = len - end;
    digest_begin(d);
    digest_add(d, text + end, t->torn);
    return digest_end(d, t->torn_hash) ? RC_OK
                                       : err_set(e, RC_IO, path, S_("no SHA-256 from libcrypto"));
}

enum rc journal_tail_read(int fd, const char *path, struct digest *d, struct journal_tail *t,
                          struct err *e)
{
    struct stat st;

    *t = (struct journal_tail){.hash = JOURNAL_START};
    if (fstat(fd, &st) != 0)
        return err_sys(e, RC_IO, errno, path, S_("the audit cannot be looked at"));
    t->size = st.st_size;
    size_t len = st.st_size < (off_t)WINDOW ? (size_t)st.st_size : WINDOW;
    char *text = xmalloc(len + 1);
    enum rc rc = read_at(fd, path, text, len, st.st_size - (off_t)len, e);
    if (rc == RC_OK)
        rc = look(t, path, text, len, d, e);
    free(text);
    return rc;
}
