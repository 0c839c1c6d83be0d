/* SPDX-License-Identifier: MIT
 * speech.c - see speech.h. */
#include "fleetsim/speech.h"
#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 64 << 20 };

void speech_init(struct speech *s, struct world *w)
{
    *s = (struct speech){.status = 200, .type = "application/json", .world = w, .first = true};
    buf_init(&s->body, PIECE_MAX);
}

void speech_free(struct speech *s)
{
    buf_fini(&s->body);
}

void speech_say(struct speech *s, unsigned status, const char *type, const char *text)
{
    s->status = status;
    s->type = type;
    s->more = NULL;
    buf_reset(&s->body);
    buf_adds(&s->body, text);
}

static int hex(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

bool speech_arg(const struct speech_request *rq, const char *name, char *out, size_t size)
{
    size_t len = strlen(name), n = 0;

    for (const char *p = rq->query; p && *p; p += *p == '&') {
        if (strncmp(p, name, len) != 0 || p[len] != '=') {
            p += strcspn(p, "&");
            continue;
        }
        for (p += len + 1; *p && *p != '&' && n + 1 < size; p++) {
            bool coded = *p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0;
            out[n++] = coded ? (char)(hex(p[1]) * 16 + hex(p[2])) : *p == '+' ? ' ' : *p;
            p += coded ? 2 : 0;
        }
        out[n] = '\0';
        return true;
    }
    return false;
}
