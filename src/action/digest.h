/* SPDX-License-Identifier: MIT
 * digest.h - SHA-256, by OpenSSL's libcrypto (digest.c is the only file that knows it). Thread: one at a time. */
#ifndef SUAN_ACTION_DIGEST_H
#define SUAN_ACTION_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_HEX = 64 };

struct digest;

struct digest *digest_new(void); /* NULL when libcrypto has no SHA-256 for us */
void digest_free(struct digest *d);
void digest_begin(struct digest *d);
void digest_add(struct digest *d, const void *data, size_t len);
/* Lower-case hex of all that was added since digest_begin. False when anything of it failed. */
bool digest_end(struct digest *d, char out[DIGEST_HEX + 1]);

#endif
