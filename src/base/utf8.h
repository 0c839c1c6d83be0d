/* SPDX-License-Identifier: MIT
 * utf8.h - one code point at a time: coding, cell width, and what must not reach a terminal.
 *
 * Widths come from libc's wcwidth under a private C.UTF-8 locale, so they do not depend on the
 * user's LANG (a cron job with LANG=C aligns Chinese names too). They are asked for once per 256
 * code points and then read from a table. Knows no other header, so that err.h can stand on it.
 * Pure; thread: any. */
#ifndef SUAN_BASE_UTF8_H
#define SUAN_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_REPLACEMENT                                                                           \
    0x00B7u /* U+00B7 middle dot stands for whatever must not reach a terminal */

/* Decode one code point of s[0..len), len >= 1. Returns the bytes taken (>= 1); *cp = UINT32_MAX
 * when they are not valid UTF-8 (overlong, surrogate, truncated, > 10FFFF): then exactly one byte
 * is taken. */
size_t text_decode(const char *s, size_t len, uint32_t *cp);
/* Encode; returns bytes written (1..4). What is no code point is written as TEXT_REPLACEMENT. */
size_t text_encode(uint32_t cp, char out[4]);
/* 0 (combining), 1 or 2 cells; -1 for whatever is unsafe. */
int text_cp_cells(uint32_t cp);
/* Must not reach a terminal: C0, DEL, C1, bidi controls, whatever is invisible or changes its
 * neighbour's width (joiners, selectors, fillers, tags), private use, unassigned. */
bool text_cp_unsafe(uint32_t cp);

/* State of one pass over a string; start with zeros. */
struct text_scan {
    bool has_base;  /* something stands before that a combining mark may sit on */
    unsigned marks; /* combining marks on it */
};

/* The next step of sanitising s[0..len), len >= 1: returns the bytes taken and writes what they
 * become into out, *out_len = 0..6 bytes. The bytes were clean if they came back as they are. */
size_t text_scan_next(struct text_scan *scan, const char *s, size_t len, char out[6],
                      size_t *out_len);
/* Sanitised form of s[0..len) in a fixed array of `size` >= 1 bytes, NUL-terminated, cut between
 * code points when it is too long. Returns the bytes written. */
size_t text_clean_into(char *out, size_t size, const char *s, size_t len);

#endif
