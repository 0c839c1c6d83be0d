/* SPDX-License-Identifier: MIT
 * stream.c - see stream.h. */
#include "export/stream.h"
#include "base/xmem.h"
#include <stdlib.h>

#define MS_PER_DAY 86400000

void stream_begin(struct stream *s, const struct sink *sink, struct err *e)
{
    *s = (struct stream){.sink = sink, .err = e};
    s->data = xmalloc(STREAM_SIZE);
    for (int i = 0; i < STREAM_DAYS; i++)
        s->days[i] = -1;
}

void stream_flush(struct stream *s)
{
    if (s->len > 0 && s->rc == RC_OK)
        s->rc = s->sink->write(s->sink->arg, s->data, s->len, s->err);
    s->len = 0;
    s->flushes++;
}

enum rc stream_end(struct stream *s)
{
    stream_flush(s);
    free(s->data);
    s->data = NULL;
    return s->rc;
}

void stream_put(struct stream *s, const void *data, size_t len)
{
    for (const char *p = data; len > 0;) {
        size_t n = len < STREAM_ROOM ? len : STREAM_ROOM;
        memcpy(stream_room(s, n), p, n);
        stream_commit(s, n);
        p += n;
        len -= n;
    }
}

void stream_puts(struct stream *s, const char *text)
{
    stream_put(s, text, strlen(text));
}

static void two_digits(char *out, unsigned v)
{
    out[0] = (char)('0' + v / 10);
    out[1] = (char)('0' + v % 10);
}

/* "2026-11-22" of a day, from the few that were asked for last; NULL if the year is out of range. */
static const char *date_of(struct stream *s, int64_t day)
{
    unsigned at = (unsigned)day % STREAM_DAYS;
    char full[32];

    if (s->days[at] == day)
        return s->dates[at];
    time_rfc3339(day * MS_PER_DAY + 1, full); /* 0 is unknown, hence 1 */
    if (full[0] == '\0')
        return NULL;
    memcpy(s->dates[at], full, 10);
    s->days[at] = day;
    return s->dates[at];
}

bool stream_time(struct stream *s, wall_ms t, char quote)
{
    const char *date = t > 0 ? date_of(s, t / MS_PER_DAY) : NULL;
    unsigned second = (unsigned)(t % MS_PER_DAY / 1000);
    size_t q = quote != '\0';

    if (date == NULL)
        return false;
    char *p = stream_room(s, 22);
    p[0] = quote;
    p += q;
    memcpy(p, date, 10);
    p[10] = 'T';
    two_digits(p + 11, second / 3600);
    p[13] = ':';
    two_digits(p + 14, second / 60 % 60);
    p[16] = ':';
    two_digits(p + 17, second % 60);
    p[19] = 'Z';
    p[20] = quote;
    stream_commit(s, 20 + 2 * q);
    return true;
}
