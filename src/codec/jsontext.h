/* SPDX-License-Identifier: MIT
 * jsontext.h - repairs of JSON text that a strict parser would refuse or misread (inside codec
 * only). Pure; thread: any. */
#ifndef SUAN_CODEC_JSONTEXT_H
#define SUAN_CODEC_JSONTEXT_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

/* Would cJSON make a NUL of some of it, which cuts the string there? So it does with raw ones,
 * with their escape, and with escapes that lack hexadecimal digits. */
bool jsontext_hides_nul(const char *text, size_t len);

/* Append text to out so that cJSON reads it and nothing hides:
 * - the escape of a lone surrogate, or of NUL, becomes the bytes of its (invalid) UTF-8 form,
 * which the sanitiser replaces, so two different names stay different;
 * - a raw NUL becomes the same bytes as the escaped one;
 * - a \u that four hexadecimal digits do not follow becomes the text it is;
 * - with `numbers`, a number of more than 63 characters, which older cJSON refuse, becomes 1e999:
 * not finite, but no syntax error. */
enum rc jsontext_mend(struct buf *out, const char *text, size_t len, bool numbers);

/* Decode the escapes of a key in place (the text between its quotes). Returns the new length; the
 * result never grows. Lone surrogates and NUL as above; an unknown escape stays as it is. */
size_t jsontext_unescape(char *s, size_t len);

#endif
