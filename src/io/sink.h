/* SPDX-License-Identifier: MIT
 * sink.h - where a carrier (http, command) puts an answer, and what it needs to fetch one.
 *
 * A carrier calls head() once before the first byte, data() for each piece, and done() exactly once, also
 * after a failure; not after a cancel. When data() sets *paused the piece was taken, and the carrier
 * stops reading until it is resumed. Anything but RC_OK from data() stops the transfer, and done() gets
 * that error. Thread: net. */
#ifndef SUAN_IO_SINK_H
#define SUAN_IO_SINK_H

#include "base/clock.h"
#include "base/err.h"
#include "collectors/collector.h"

struct sink {
    void *arg;
    void (*head)(void *arg, int status, const char *content_type);
    enum rc (*data)(void *arg, const char *data, size_t len, bool *paused, struct err *e);
    /* The reply is the carrier's and valid during the call. */
    void (*done)(void *arg, struct reply *reply);
};

/* How long an answer may take: the same rules for every carrier. All times monotonic. */
struct patience {
    int64_t first_byte_ms, total_ms;
    mono_ms started_at, first_byte_at; /* 0 = not yet */
    mono_ms window_at;                 /* low-speed guard: start of the window */
    uint64_t bytes, window_bytes;      /* all bytes; bytes before the window */
    mono_ms paused_at; /* 0 = not paused; a pause of ours costs the other side nothing */
};

void patience_start(struct patience *p, int64_t first_byte_ms, int64_t total_ms, mono_ms now);
void patience_bytes(struct patience *p, size_t len, mono_ms now);
void patience_pause(struct patience *p, bool paused, mono_ms now);
/* RC_TIMEOUT with the reason once it is over. slow: also when it drips. */
enum rc patience_check(struct patience *p, bool slow, mono_ms now, struct err *e);
/* When patience_check has to be asked again. */
mono_ms patience_until(const struct patience *p, bool slow);

#endif
