/* SPDX-License-Identifier: MIT
 * jwt.c - when a JSON web token expires: the `exp` of its payload. Nothing is verified. */
#include "base/buf.h"
#include "codec/json.h"
#include "io/credential.h"
#include <string.h>

enum { PAYLOAD_MAX = 16 * 1024 };

static int base64url_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *hit = c ? strchr(digits, c) : NULL;

    return hit ? (int)(hit - digits) : -1;
}

static bool decode_base64url(const char *text, size_t len, struct buf *out)
{
    unsigned bits = 0, have = 0;

    for (size_t i = 0; i < len && text[i] != '='; i++) {
        int v = base64url_value(text[i]);
        if (v < 0)
            return false;
        bits = bits << 6 | (unsigned)v;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        buf_addc(out, (char)(bits >> have & 0xff));
    }
    return !out->failed;
}

static wall_ms read_exp(const char *text, size_t len)
{
    static const char *const wanted[] = {"exp"};
    struct json_reader *r = json_reader_new(wanted, 1);
    const struct json *exp = NULL;
    double seconds = 0;
    wall_ms at = 0;

    if (json_read(r, text, len, &exp, NULL) == RC_OK && json_num(exp, &seconds) && seconds > 0 &&
        seconds < 1e11)
        at = (wall_ms)(seconds * 1000);
    json_reader_free(r);
    return at;
}

wall_ms credential_jwt_expiry(const char *token)
{
    const char *payload = strchr(token, '.');
    const char *end = payload ? strchr(payload + 1, '.') : NULL;
    struct buf text;
    wall_ms at = 0;

    if (!end || strchr(end + 1, '.'))
        return 0;
    buf_init(&text, PAYLOAD_MAX);
    if (decode_base64url(payload + 1, (size_t)(end - payload - 1), &text))
        at = read_exp(text.data, text.len);
    buf_fini(&text);
    return at;
}
