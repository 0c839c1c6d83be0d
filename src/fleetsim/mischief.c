/* SPDX-License-Identifier: MIT
 * mischief.c - see mischief.h. */
#include "fleetsim/mischief.h"
#include "fleetsim/speech.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    HEAD_BYTES = 200,
    PIECE_BYTES = 128,
    SKEW_S = 3 * 3600,
    SKEW_MOST_S = 10 * 365 * 86400,
    DRIP_MS = 900
};

static const char *const words[] = {
#define MISCHIEF(ID, word, help) word,
#include "fleetsim/mischief.def"
#undef MISCHIEF
};

static enum mischief find(const char *word)
{
    int i = 0;

    while (i < MISCHIEF_COUNT && strcmp(words[i], word) != 0)
        i++;
    return (enum mischief)i;
}

static void say(struct httpd_exchange *x, unsigned status, const char *text)
{
    httpd_reply(x, status, "text/plain", text, strlen(text));
}

void mischief_set(enum mischief *m, struct world *w, struct httpd_exchange *x)
{
    struct speech_request rq = {.query = httpd_query(x)};
    char word[32] = "", by[32] = "";
    uint32_t own = w->center->version, other = own >= 40 ? 38 : 45;

    speech_arg(&rq, "do", word, sizeof(word));
    speech_arg(&rq, "by", by, sizeof(by));
    enum mischief wanted = find(word);
    double ahead = *by ? strtod(by, NULL) : SKEW_S;
    if (strcmp(httpd_method(x), "POST") != 0 || wanted == MISCHIEF_COUNT ||
        !(fabs(ahead) <= SKEW_MOST_S)) {
        say(x, 400,
            "POST /-/mischief?do=WORD, one of the words of mischief.def; by=SECONDS, ten years at most\n");
        return;
    }
    *m = wanted;
    w->ahead = wanted == MISCHIEF_SKEW ? (wall_ms)(ahead * 1000) : 0;
    w->api = wanted == MISCHIEF_VERSION ? other : own;
    w->shape = wanted == MISCHIEF_VERSION || wanted == MISCHIEF_SHAPE ? other : own;
    say(x, 200, "ok\n");
}

bool mischief_answer(enum mischief m, struct httpd_exchange *x)
{
    static const char types[] =
        "{\"nodes\":{\"name\":[1,2]},\"jobs\":\"all\",\"partitions\":7,\"errors\":[]}";

    switch (m) {
    case MISCHIEF_STALL:
        httpd_pause(x);
        return true;
    case MISCHIEF_REFUSE:
        say(x, 401, "Authentication failure\n");
        return true;
    case MISCHIEF_BUSY:
        httpd_add_header(x, "Retry-After", "7");
        say(x, 429, "slow down\n");
        return true;
    case MISCHIEF_BROKEN:
        say(x, 500, "internal error\n");
        return true;
    case MISCHIEF_GARBAGE:
        httpd_reply(x, 200, "application/json", "\x1f\x8b\0\xff}{[\"\x1b]2;x", 14);
        return true;
    case MISCHIEF_TYPES:
        httpd_reply(x, 200, "application/json", types, sizeof(types) - 1);
        return true;
    case MISCHIEF_REDIRECT:
        httpd_add_header(x, "Location", "http://127.0.0.2:1/stolen");
        say(x, 302, "elsewhere\n");
        return true;
    default:
        return false;
    }
}

bool mischief_in_pieces(enum mischief m)
{
    return m == MISCHIEF_CUT || m == MISCHIEF_ENDLESS || m == MISCHIEF_DRIP;
}

ssize_t mischief_piece(enum mischief m, size_t sent, mono_ms *last, char *out, size_t *most)
{
    mono_ms now = clock_mono();

    if (m == MISCHIEF_ENDLESS && sent > HEAD_BYTES) {
        memset(out, ' ', *most);
        return (ssize_t)*most;
    }
    *most = *most < PIECE_BYTES ? *most : PIECE_BYTES;
    switch (m) {
    case MISCHIEF_CUT:
        return sent > HEAD_BYTES ? -1 : 0;
    case MISCHIEF_DRIP:
        if (*last && now - *last < DRIP_MS)
            return HTTPD_LATER;
        *last = now;
        *most = 1;
        return 0;
    default:
        return 0;
    }
}

void mischief_date(const struct world *w, struct httpd_exchange *x, char *text, size_t size)
{
    time_t t = (time_t)((clock_wall() + w->ahead) / 1000);
    struct tm tm;

    if (!w->ahead)
        return; /* the server writes its own */
    gmtime_r(&t, &tm);
    strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    httpd_add_header(x, "Date", text);
}
