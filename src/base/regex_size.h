/* SPDX-License-Identifier: MIT
 * regex_size.h - which regular expressions of others may be compiled. Pure; thread: any.
 *
 * The C library expands x+ to xx* and x{9} to nine copies, so nesting multiplies: "a++++..." doubles with each sign, and
 * thirty of them take the memory of the machine. Here the size after expansion is estimated first. */
#ifndef SUAN_BASE_REGEX_SIZE_H
#define SUAN_BASE_REGEX_SIZE_H

#include <stdbool.h>

/* POSIX extended: no more than so many nodes after expansion (a character is one), and no back references, which make
 * matching slow. */
bool regex_is_tame(const char *s, double most);

#endif
