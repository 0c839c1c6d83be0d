/* SPDX-License-Identifier: MIT
 * lines.h - cuts command output into lines while it arrives; bounded like jsonstream. Pure. */
#ifndef SUAN_CODEC_LINES_H
#define SUAN_CODEC_LINES_H

#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

struct lines;
/* Lines come without their "\n" or "\r\n". What the callback returns stops the feed, which returns
 * it. A line longer than line_max is skipped to its end and counted. */
struct lines *lines_new(size_t line_max, enum rc (*line)(void *arg, const char *text, size_t len),
                        void *arg);
void lines_free(struct lines *l);
enum rc lines_feed(struct lines *l, const char *data, size_t len);
enum rc lines_end(struct lines *l); /* a last line without newline counts */
uint64_t lines_bad_count(const struct lines *l);

#endif
