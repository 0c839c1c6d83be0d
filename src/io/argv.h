/* SPDX-License-Identifier: MIT
 * argv.h - what a child process is started with: words, quoting for a remote shell, environment.
 *
 * Pure but for reading the environment. Everything made lives in the arena. Thread: net. */
#ifndef SUAN_IO_ARGV_H
#define SUAN_IO_ARGV_H

#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

/* Cuts at blanks. 'as it is', "with \" and \\", a backslash elsewhere takes the next character as it
 * is; nothing is expanded. RC_SYNTAX on an open quote. */
enum rc argv_split(struct arena *a, const char *text, const char *const **words, size_t *count,
                   struct err *e);
/* One word for a POSIX shell, always in single quotes. */
const char *argv_quote(struct arena *a, const char *word);
/* prefix (may be NULL) before argv. Behind ssh each element of argv is quoted for the remote shell, env goes
 * along as `env NAME=value`, and -oBatchMode=yes and -oCompression=yes are added unless the prefix has its own. */
enum rc argv_build(struct arena *a, const char *prefix, const char *const *argv,
                   const char *const *env, const char *const **out, struct err *e);
/* The cleaned environment of a child, NULL-terminated; extra may be NULL. */
const char *const *argv_env(struct arena *a, const char *const *extra);
/* Absolute path of a program by the PATH in env; RC_IO if there is none. */
enum rc argv_find(struct arena *a, const char *name, const char *const *env, const char **path,
                  struct err *e);

#endif
