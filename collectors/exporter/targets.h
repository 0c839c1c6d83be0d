/* SPDX-License-Identifier: MIT
 * targets.h - the targets of one source: their addresses, when each is asked, and how each is doing. Pure; thread: net. */
#ifndef SUAN_COLLECTORS_EXPORTER_TARGETS_H
#define SUAN_COLLECTORS_EXPORTER_TARGETS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "collectors/exporter/page_memory.h"
#include "collectors/exporter/page.h"

enum target_state { TARGET_UNKNOWN, TARGET_GOOD, TARGET_BAD };

struct target {
    const char *address;   /* "cn7.tj.example:19400/metrics", in the arena */
    struct memory *memory; /* NULL before the first good page */
    struct page *page;     /* while its answer is read */
    char *why;             /* TARGET_BAD: what happened; malloc'd */
    mono_ms due;
    uint32_t heap;              /* its place in the heap; NOTHING = asked right now */
    uint16_t host_len, path_at; /* path_at 0: the source's path */
    uint8_t scheme_len;         /* of "https://" when it is written in front */
    uint8_t state, failures;
    bool doubtful; /* under way, and did not answer last time */
};

struct targets {
    struct arena arena;
    struct target *at;
    uint32_t count;
    size_t cap;
    uint32_t *heap; /* by due; those that are not under way */
    uint32_t heap_count;
    uint32_t good, bad;
    uint32_t
        doubtful; /* so many are under way: each may take all of its timeout, so they get a part of the room only */
    bool one_port; /* all have the same: no need to name it */
    uint64_t random;
};

/* "cn[1-4].tj.example:19400,gpu1:9400/metrics". */
enum rc targets_read(struct targets *t, const char *text, uint64_t seed, struct err *e);
void targets_free(struct targets *t);
/* The one that is due, NOTHING if none is; it is then under way. */
uint32_t targets_take(struct targets *t, mono_ms now);
/* When the next is due. */
mono_ms targets_due(const struct targets *t);
/* It answered, or did not (why != NULL): asked again at its place in the interval, or after a while that grows. */
void targets_return(struct targets *t, uint32_t i, const char *why, int64_t interval_ms,
                    mono_ms now);
/* All that are not under way are due. */
void targets_hurry(struct targets *t, mono_ms now);
const char *target_host(const struct target *t);

#endif
