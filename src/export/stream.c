/* SPDX-License-Identifier: MIT
 * stream.c - see stream.h. */
#include "export/stream.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>

#define MS_PER_DAY 86400000

void stream_begin(struct stream *s, const struct sink *sink, struct err *e)
{
    *s = (struct stream){.sink = sink, .err = e};
    s->data = xmalloc(STREAM_SIZE + STREAM_BLOCK);
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

/* "2026-11-22T of a day, from the few that were asked for last; NULL if the year is out of range. */
static const char *date_of(struct stream *s, int64_t day)
{
    unsigned at = (unsigned)day % STREAM_DAYS;
    char full[32];

    if (s->days[at] == day)
        return s->dates[at];
    time_rfc3339(day * MS_PER_DAY + 1, full); /* 0 is unknown, hence 1 */
    if (full[0] == '\0')
        return NULL;
    snprintf(s->dates[at], sizeof(s->dates[at]), "\"%.10sT", full);
    s->days[at] = day;
    return s->dates[at];
}

static void two_digits(char *out, unsigned v)
{
    out[0] = (char)('0' + v / 10);
    out[1] = (char)('0' + v % 10);
}

char *stream_put_time(struct stream *s, char *out, wall_ms t, char quote)
{
    int64_t day = t / MS_PER_DAY;
    unsigned second = (unsigned)(t - day * MS_PER_DAY) / 1000;
    const char *date = t > 0 ? date_of(s, day) : NULL;

    if (date == NULL)
        return out;
    bool quoted = quote != '\0';
    memcpy(out, date + !quoted, 12);
    out += 11 + quoted;
    two_digits(out, second / 3600);
    out[2] = ':';
    two_digits(out + 3, second / 60 % 60);
    out[5] = ':';
    two_digits(out + 6, second % 60);
    out[8] = 'Z';
    out[9] = quote;
    return out + 9 + quoted;
}

bool stream_time(struct stream *s, wall_ms t, char quote)
{
    char *from = stream_room(s, TIME_MAX), *end = stream_put_time(s, from, t, quote);

    stream_commit_to(s, end);
    return end != from;
}
