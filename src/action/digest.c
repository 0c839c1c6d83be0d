/* SPDX-License-Identifier: MIT
 * digest.c - see digest.h. The only file that knows OpenSSL. */
#include "action/digest.h"
#include "base/xmem.h"
#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
    EVP_MD_CTX *ctx;
    bool failed; /* since digest_begin */
};

struct digest *digest_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (!ctx)
        return NULL;
    if (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }
    struct digest *d = xcalloc(1, sizeof(*d));
    d->ctx = ctx;
    return d;
}

void digest_free(struct digest *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->ctx);
    free(d);
}

void digest_begin(struct digest *d)
{
    d->failed = EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1;
}

void digest_add(struct digest *d, const void *data, size_t len)
{
    if (EVP_DigestUpdate(d->ctx, data, len) != 1)
        d->failed = true;
}

bool digest_end(struct digest *d, char out[DIGEST_HEX + 1])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_DigestFinal_ex(d->ctx, raw, &len) != 1 || len * 2 != DIGEST_HEX)
        d->failed = true;
    for (unsigned i = 0; i < len && !d->failed; i++) {
        out[2 * i] = hex[raw[i] >> 4];
        out[2 * i + 1] = hex[raw[i] & 15];
    }
    out[d->failed ? 0 : DIGEST_HEX] = '\0';
    return !d->failed;
}
