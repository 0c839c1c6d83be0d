/* SPDX-License-Identifier: MIT
 * packed.h - unique ids of devices as bytes: a text of a known form, all hexadecimal digits of one case, in half of its
 * length. The forms are those that NVIDIA's, MetaX' and Huawei's drivers write; any other text is not packed.
 * Pure; thread: any. */
#ifndef SUAN_BASE_PACKED_H
#define SUAN_BASE_PACKED_H

#include <stddef.h>

enum { PACKED_TEXT_MAX = 44, PACKED_BYTES_MAX = 20 };

/* The kind of the text, or -1; `out` gets packed_bytes(kind) bytes, from which packed_text makes exactly this text. */
int packed_make(const char *s, size_t len, unsigned char out[PACKED_BYTES_MAX]);
size_t packed_bytes(int kind);
size_t packed_len(int kind);
/* With a NUL behind it. */
void packed_text(int kind, const unsigned char *bytes, char out[PACKED_TEXT_MAX + 1]);

#endif
