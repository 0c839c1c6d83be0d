/* SPDX-License-Identifier: MIT
 * log.h - diagnostics: a ring in memory that a view can show, and an optional file.
 *
 * Never writes to the terminal while the screen is up. Text is sanitised, and secrets registered
 * with log_secret are replaced by "***". A failed source is data (a row in the sources view), not a
 * log line.
 * Thread: any. */
#ifndef SUAN_BASE_LOG_H
#define SUAN_BASE_LOG_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_init(enum log_level level);
enum rc log_open_file(const char *path, struct err *e); /* 0600, appended to */
void log_to_stderr(bool on);                            /* one-shot commands with -v */
void log_close(void);
void log_secret(
    const char
        *secret); /* at least 6 bytes long, else ignored; a copy is kept, wiped by log_close */
void log_at(enum log_level level, const char *module, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Visit the newest lines, oldest first. The visitor must not log. */
void log_each(void (*visit)(void *arg, enum log_level level, const char *line), void *arg);

#define log_error(...) log_at(LOG_ERROR, LOG_MODULE, __VA_ARGS__)
#define log_warn(...) log_at(LOG_WARN, LOG_MODULE, __VA_ARGS__)
#define log_info(...) log_at(LOG_INFO, LOG_MODULE, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, LOG_MODULE, __VA_ARGS__)

#endif
