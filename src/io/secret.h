/* SPDX-License-Identifier: MIT
 * secret.h - every secret this process has read, so that none gets into a log or a recording.
 *
 * Thread: any. Kept until secret_forget_all (the end of the program, tests). */
#ifndef SUAN_IO_SECRET_H
#define SUAN_IO_SECRET_H

#include <stddef.h>

enum { SECRET_SHORTEST = 6, SECRET_LONGEST = 64 * 1024 };

/* Also registers it with the log. Shorter ones than SECRET_SHORTEST are no secrets. */
void secret_add(const char *secret);
/* Length of the longest one known, 0 if none: a text cut nearer to its end may hide a part of one. */
size_t secret_longest(void);
/* Overwrites each occurrence in data by as many '*'. */
void secret_scrub(char *data, size_t len);
void secret_forget_all(void);

#endif
