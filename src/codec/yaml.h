/* SPDX-License-Identifier: MIT
 * yaml.h - on which line of a YAML text something stands; the only door to libyaml. Pure. */
#ifndef SUAN_CODEC_YAML_H
#define SUAN_CODEC_YAML_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>

/* path: "centers/1/sources/0/slurm/url": keys and sequence indices. The line (from 1) of the value at the deepest part
 * of the path that exists; 0 if the text does not parse. */
int yaml_line(const char *text, size_t len, const char *path);
/* The line at or after `from` on which the mapping key `key` stands; `from` if there is none. */
int yaml_line_of_key(const char *text, size_t len, const char *key, int from);
/* One pair of a mapping; value: NULL if it is no scalar. False ends the walk. */
typedef bool yaml_pair_fn(void *arg, const char *key, const char *value, int line);
/* Each pair of the mapping at the path, in order. False if there is something else at it; nothing at all is fine. */
bool yaml_pairs(const char *text, size_t len, const char *path, yaml_pair_fn *pair, void *arg);
/* The line on which the text stops being YAML, with why in `problem`; 0 if it is YAML throughout. */
int yaml_broken(const char *text, size_t len, char problem[128]);
/* Appends the text to out, with each list of scalars that is the value of that key as one quoted scalar, its items with
 * commas between them. Everything else stays on its line. What is no YAML is appended as it is. */
void yaml_join(const char *text, size_t len, const char *key, struct buf *out);

#endif
