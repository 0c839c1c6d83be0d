/* SPDX-License-Identifier: MIT
 * recorder.h - what one source answered, as it came, into one file: a zstd stream of events (tape.h).
 *
 * Secrets never get in: request headers are not recorded, and known secrets (secret.h) that turn up in a
 * body are overwritten before writing. Bounded size. A recording that fails ends; the program goes on.
 * Thread: net. */
#ifndef SUAN_IO_RECORDER_H
#define SUAN_IO_RECORDER_H

#include "collectors/collector.h"

struct recorder;
/* One per source; the directory must exist. */
enum rc recorder_open(const char *dir, unsigned index, uint64_t max_bytes, struct recorder **out,
                      struct err *e);
void recorder_close(struct recorder *r);
void recorder_begin(struct recorder *r, uint64_t exchange, const struct request *rq, wall_ms at);
void recorder_head(struct recorder *r, uint64_t exchange, int status, const char *type, wall_ms at);
void recorder_data(struct recorder *r, uint64_t exchange, const char *data, size_t len, wall_ms at);
void recorder_end(struct recorder *r, uint64_t exchange, const struct reply *reply);

#endif
