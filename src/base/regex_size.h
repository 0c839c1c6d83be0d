/* SPDX-License-Identifier: MIT
 * regex_size.h - which regular expressions of others may be compiled. Pure; thread: any.
 *
 * The C library expands x+ to xx* and x{9} to nine copies, so nesting multiplies: "a++++..." doubles with each sign, and
 * thirty of them take the memory of the machine. Here the size after expansion is estimated first. Signs upon signs take
 * time, too, some eight times as much with each ("a*??+++++++" 0.3 s): no more than eight may stand on one item. */
#ifndef SUAN_BASE_REGEX_SIZE_H
#define SUAN_BASE_REGEX_SIZE_H

#include <stdbool.h>

/* POSIX extended: no more than so many nodes after expansion (a character is one), no more than eight signs of repetition
 * upon each other, and no back references, which make matching slow. */
bool regex_is_tame(const char *s, double most);

#endif
