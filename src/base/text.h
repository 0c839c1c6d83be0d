/* SPDX-License-Identifier: MIT
 * text.h - UTF-8 strings for terminals: validity, cell width, sanitising, cutting.
 *
 * Single code points (text_decode, text_cp_cells and so on) are in utf8.h, which this includes.
 * "Clean" means: sanitised, so it may be shown. Pure; thread: any. */
#ifndef SUAN_BASE_TEXT_H
#define SUAN_BASE_TEXT_H

#include "base/buf.h"
#include "base/utf8.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if sanitising would change nothing. */
bool text_is_clean(const char *s, size_t len);
/* Append the sanitised form: invalid bytes and unsafe code points become U+00B7, runs of combining
 * marks are cut at 2, a leading combining mark gets a U+00B7 base. */
enum rc text_sanitise(struct buf *out, const char *s, size_t len);
/* Width in cells of clean text. */
int text_cells(const char *s);
/* Bytes of the longest prefix of clean text that fits in `cells`; *used (may be NULL) its width. */
size_t text_prefix(const char *s, int cells, int *used);
/* Where a line ends of clean text of which the first n bytes fit into it, and more follows: at a blank, or beside a wide
 * character (Chinese has no blanks; but no line begins with the mark that ends a clause), if there is such a place in the
 * later half; else n. */
size_t text_break(const char *s, size_t n);
/* Append s cut or padded with spaces to exactly `cells`; a cut ends in U+2026. */
enum rc text_pad(struct buf *out, const char *s, int cells, bool right_align);
/* Case-insensitive substring for ASCII, byte-exact otherwise. */
bool text_contains(const char *haystack, const char *needle);

#endif
