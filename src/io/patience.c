/* SPDX-License-Identifier: MIT
 * patience.c - see sink.h: deadlines of one answer, and the guard against dripping ones. */
#include "io/sink.h"
#include "base/sentence.h"

enum {
    LOW_SPEED_WINDOW_MS = 5000,
    LOW_SPEED_BYTES = 1000 * (LOW_SPEED_WINDOW_MS / 1000), /* 1 kB/s */
};

void patience_start(struct patience *p, int64_t first_byte_ms, int64_t total_ms, mono_ms now)
{
    *p = (struct patience){.first_byte_ms = first_byte_ms, .total_ms = total_ms, .started_at = now};
}

void patience_bytes(struct patience *p, size_t len, mono_ms now)
{
    if (!p->first_byte_at) {
        p->first_byte_at = now;
        p->window_at = now;
    }
    p->bytes += len;
}

void patience_pause(struct patience *p, bool paused, mono_ms now)
{
    if (paused && !p->paused_at)
        p->paused_at = now;
    if (paused || !p->paused_at)
        return;
    mono_ms rest = now - p->paused_at;
    p->started_at += rest;
    if (p->first_byte_at)
        p->first_byte_at += rest;
    p->window_at = now;
    p->window_bytes = p->bytes;
    p->paused_at = 0;
}

static enum rc check_speed(struct patience *p, mono_ms now, struct err *e)
{
    if (now - p->window_at < LOW_SPEED_WINDOW_MS)
        return RC_OK;
    uint64_t got = p->bytes - p->window_bytes;
    if (got < LOW_SPEED_BYTES)
        return err_set(e, RC_TIMEOUT, NULL, S_("the answer drips: %llu bytes in the last %d s"),
                       (unsigned long long)got, LOW_SPEED_WINDOW_MS / 1000);
    p->window_at = now;
    p->window_bytes = p->bytes;
    return RC_OK;
}

enum rc patience_check(struct patience *p, bool slow, mono_ms now, struct err *e)
{
    if (p->paused_at)
        return RC_OK;
    if (!p->first_byte_at && now - p->started_at >= p->first_byte_ms)
        return err_set(e, RC_TIMEOUT, NULL, S_("no answer within %.1f s"),
                       (double)p->first_byte_ms / 1e3);
    if (now - p->started_at >= p->total_ms)
        return err_set(e, RC_TIMEOUT, NULL,
                       S_("the answer was not complete within %.1f s (%llu bytes came)"),
                       (double)p->total_ms / 1e3, (unsigned long long)p->bytes);
    return slow && p->first_byte_at ? check_speed(p, now, e) : RC_OK;
}

mono_ms patience_until(const struct patience *p, bool slow)
{
    mono_ms until = p->started_at + p->total_ms;

    if (p->paused_at)
        return INT64_MAX;
    if (!p->first_byte_at && p->started_at + p->first_byte_ms < until)
        until = p->started_at + p->first_byte_ms;
    if (slow && p->first_byte_at && p->window_at + LOW_SPEED_WINDOW_MS < until)
        until = p->window_at + LOW_SPEED_WINDOW_MS;
    return until;
}
