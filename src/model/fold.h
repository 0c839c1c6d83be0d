/* SPDX-License-Identifier: MIT
 * fold.h - case folding for ASCII and the natural order of names (n9 < n10). Pure; thread: any.
 *
 * natural_cmp orders as if each string were rewritten: letters to lower case, each run of digits
 * to one byte that tells its length and then the digits without leading zeros. natural_prefix is
 * the first eight bytes of that rewriting as a number, so it never contradicts natural_cmp. */
#ifndef SUAN_MODEL_FOLD_H
#define SUAN_MODEL_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline unsigned char fold_char(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Equal without regard to ASCII case; a space, '_' and '-' are the same. */
bool fold_same(const char *a, const char *b);
/* Equal without regard to ASCII case; a has exactly len bytes. */
bool fold_equal(const char *a, size_t len, const char *b);

/* <0, 0, >0. 0 also for strings that differ in case or leading zeros only. */
int natural_cmp(const char *a, const char *b);
/* natural_cmp, then byte order: 0 for equal strings only. */
int natural_cmp_strict(const char *a, const char *b);
/* The eight bytes from `skip` (a multiple of eight) on of the rewriting; shorter ones end in
 * zeros. */
uint64_t natural_prefix(const char *s, size_t skip);

#endif
