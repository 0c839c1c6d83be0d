/* SPDX-License-Identifier: MIT
 * standing.h - how a source is doing: counts, the last failure, and the SOURCE row made of them.
 *
 * Failures are remembered per kind of request (`what`), so that a source whose small requests work and
 * whose big one fails does not look healthy; those that found nobody there end with the first answer of any kind.
 * Pure; time is an argument. Thread: net (or replay). */
#ifndef SUAN_IO_STANDING_H
#define SUAN_IO_STANDING_H

#include "collectors/collector.h"

enum { STANDING_KINDS = 24 };

struct standing_kind {
    int what;
    mono_ms sent_at;
    int64_t gap_ms; /* between its last two requests; 0 = not known */
    bool failing;
    bool unreached; /* not one byte of the request left: nothing is known against this kind */
    struct err err;
    char mend[200];
};

struct standing {
    struct standing_kind kinds[STANDING_KINDS];
    unsigned kind_count;
    bool ever_ok;
    bool paused;
    bool interval_is_told; /* by the collector, which asks many servers in turn */
    unsigned consecutive;
    int64_t backoff_ms; /* 0 = not backing off */
    wall_ms last_ok_at, last_try_at, next_try_at;
    double latency_ms, requests, failures, bytes, last_bytes, bad_elements;
    bool has_latency, has_clock;
    double ahead_ms; /* its clock, of ours */
    char bad_example[200];
    char hint[120]; /* for the operator while nothing fails ("token expires in 12m") */
};

void standing_sent(struct standing *s, int what, mono_ms now);
/* An answer was judged. mend may be NULL. */
void standing_landed(struct standing *s, int what, const struct reply *reply, enum rc verdict,
                     const struct err *e, const char *mend, mono_ms now);
/* Something failed before a request could be sent (a token that cannot be read). */
void standing_failed(struct standing *s, enum rc rc, const struct err *e, const char *mend,
                     mono_ms now);
void standing_example(struct standing *s, const char *bad_example);
/* The operator tries again: what failed is forgotten until it fails again. */
void standing_forgive(struct standing *s);
void standing_row(const struct standing *s, struct delta *d, const char *source_id);

#endif
