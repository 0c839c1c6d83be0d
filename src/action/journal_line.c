/* SPDX-License-Identifier: MIT
 * journal_line.c - reads one line of the journal, strictly: what we would not have written is no record. See
 * journal_int.h. */
#include "action/journal_int.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include <string.h>

#define HASH_KEY ",\"hash\":\""
#define TAIL_LEN (sizeof(HASH_KEY) - 1 + DIGEST_HEX + 2) /* ,"hash":"<64>"} */

enum member_type { TEXT, NUMBER };

/* Where a member of the line goes. */
static const struct member {
    const char *key;
    enum member_type type;
    size_t offset;
} members[] = {
#define RECORD(id) offsetof(struct journal_record, id)
    {"v", NUMBER, 0},
    {"n", NUMBER, 0},
    {"seq", NUMBER, 0},
    {"status", NUMBER, 0},
    {"latency_ms", NUMBER, 0},
    {"at", TEXT, 0},
    {"prev", TEXT, RECORD(prev)},
    {"hash", TEXT, RECORD(hash)},
    {"torn", TEXT, RECORD(torn)},
    {"kind", TEXT, RECORD(line.kind)},
    {"op", TEXT, RECORD(line.op)},
    {"verb", TEXT, RECORD(line.verb)},
    {"center", TEXT, RECORD(line.center)},
    {"cluster", TEXT, RECORD(line.cluster)},
    {"target", TEXT, RECORD(line.target)},
    {"target_kind", TEXT, RECORD(line.target_kind)},
    {"request", TEXT, RECORD(line.request)},
    {"before", TEXT, RECORD(line.before)},
    {"after", TEXT, RECORD(line.after)},
    {"reason", TEXT, RECORD(line.reason)},
    {"ticket", TEXT, RECORD(line.ticket)},
    {"actor", TEXT, RECORD(line.actor)},
    {"actor_from", TEXT, RECORD(line.actor_from)},
    {"state", TEXT, RECORD(line.state)},
    {"message", TEXT, RECORD(line.message)},
};
enum { MEMBER_V, MEMBER_N, MEMBER_SEQ, MEMBER_STATUS, MEMBER_LATENCY, MEMBER_AT, MEMBER_PREV };

struct reading {
    struct journal_record *r;
    const char *p, *end;
    uint32_t seen; /* bit by member */
    const char *why;
};

void journal_record_init(struct journal_record *r)
{
    memset(r, 0, sizeof(*r));
    buf_init_whole(&r->text,
                   JOURNAL_LINE_MAX); /* nothing decoded is longer than the line: it never moves */
}

void journal_record_fini(struct journal_record *r)
{
    buf_fini(&r->text);
}

static bool fail(struct reading *in, const char *why)
{
    in->why = why;
    return false;
}

static bool take(struct reading *in, char c)
{
    if (in->p >= in->end || *in->p != c)
        return false;
    in->p++;
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits behind a \u. */
static bool take_unit(struct reading *in, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, in->p++) {
        int digit = in->p < in->end ? hex_digit(*in->p) : -1;
        if (digit < 0)
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

static bool take_unicode(struct reading *in)
{
    uint32_t cp, low;
    char utf8[4];

    if (!take_unit(in, &cp) || cp == 0)
        return false;
    if (cp >= 0xD800 && cp < 0xE000) {
        if (cp >= 0xDC00 || !take(in, '\\') || !take(in, 'u') || !take_unit(in, &low) ||
            low < 0xDC00 || low > 0xDFFF)
            return false;
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
    }
    buf_add(&in->r->text, utf8, text_encode(cp, utf8));
    return true;
}

static bool take_escape(struct reading *in)
{
    if (take(in, 'u'))
        return take_unicode(in);
    if (in->p >= in->end || (*in->p != '"' && *in->p != '\\'))
        return false;
    buf_addc(&in->r->text, *in->p++);
    return true;
}

static bool take_string(struct reading *in, const char **out)
{
    size_t start = in->r->text.len;

    if (!take(in, '"'))
        return false;
    while (in->p < in->end && *in->p != '"') {
        char c = *in->p++;
        if (c < ' ' || c > '~' || (c == '\\' && !take_escape(in)))
            return false;
        if (c != '\\')
            buf_addc(&in->r->text, c);
    }
    buf_addc(&in->r->text, '\0');
    *out = in->r->text.data + start;
    return take(in, '"');
}

static bool take_number(struct reading *in, int64_t *out)
{
    bool minus = take(in, '-');
    int digits = 0;

    for (*out = 0; in->p < in->end && *in->p >= '0' && *in->p <= '9'; in->p++) {
        if (++digits > 18)
            return false;
        *out = *out * 10 + (*in->p - '0');
    }
    if (minus)
        *out = -*out;
    return digits > 0;
}

static bool take_null(struct reading *in)
{
    if (in->end - in->p < 4 || memcmp(in->p, "null", 4) != 0)
        return false;
    in->p += 4;
    return true;
}

static void put_number(struct reading *in, size_t member, int64_t v)
{
    struct journal_line *line = &in->r->line;

    if (member == MEMBER_V && v != 1)
        in->why = S_("is of a version that this program does not know");
    else if (member == MEMBER_N)
        line->n = v > 0 ? (uint64_t)v : 0;
    else if (member == MEMBER_SEQ)
        line->seq = (unsigned)v;
    else if (member == MEMBER_STATUS)
        line->status = (int)v;
    else if (member == MEMBER_LATENCY)
        line->latency_ms = v;
}

static void put_text(struct reading *in, size_t member, const char *text)
{
    if (member == MEMBER_AT)
        in->r->line.at = time_parse(text, 0);
    else
        memcpy((char *)in->r + members[member].offset, &text, sizeof(text));
}

/* A member of a later version: passed over. */
static bool take_other(struct reading *in)
{
    const char *text;
    int64_t number;

    return take_null(in) ||
           (in->p < in->end && *in->p == '"' ? take_string(in, &text) : take_number(in, &number));
}

static bool take_value(struct reading *in, size_t member)
{
    const char *text;
    int64_t number;

    if (in->seen >> member & 1)
        return false;
    in->seen |= UINT32_C(1) << member;
    if (take_null(in))
        return true;
    if (members[member].type == NUMBER) {
        if (!take_number(in, &number))
            return false;
        put_number(in, member, number);
        return true;
    }
    if (!take_string(in, &text))
        return false;
    put_text(in, member, text);
    return true;
}

static bool take_member(struct reading *in)
{
    const char *key;

    if (!take_string(in, &key) || !take(in, ':'))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (strcmp(members[i].key, key) == 0)
            return take_value(in, i);
    return take_other(in);
}

static void set_absent(struct journal_record *r)
{
    static const char *const none = "";

    buf_reset(&r->text);
    memset(&r->line, 0, sizeof(r->line));
    r->line.status = -1;
    r->line.latency_ms = -1;
    for (size_t i = MEMBER_PREV; i < ARRAY_LEN(members); i++)
        memcpy((char *)r + members[i].offset, &none, sizeof(none));
}

static bool is_hash(const char *s)
{
    return strlen(s) == DIGEST_HEX && s[strspn(s, "0123456789abcdef")] == '\0';
}

static bool take_object(struct reading *in)
{
    if (!take(in, '{'))
        return fail(in, S_("is not a JSON object"));
    do {
        if (!take_member(in))
            return fail(in, in->why ? in->why : S_("is not what suantop writes"));
    } while (take(in, ','));
    if (!take(in, '}') || in->p != in->end)
        return fail(in, S_("does not end where a record ends"));
    return true;
}

bool journal_parse(struct journal_record *r, const char *text, size_t len, const char **why)
{
    struct reading in = {.r = r, .p = text, .end = text + len};

    set_absent(r);
    if (len >= JOURNAL_LINE_MAX)
        in.why = S_("is longer than a record can be");
    else if (!take_object(&in))
        ;
    else if (!in.why && (!(in.seen & 1) || r->line.n == 0 || r->line.at == 0 || !r->line.kind[0]))
        in.why = S_("lacks what every record has");
    else if (!in.why &&
             (!is_hash(r->prev) || !is_hash(r->hash) || (r->torn[0] && !is_hash(r->torn)) ||
              len < TAIL_LEN || memcmp(text + len - TAIL_LEN, HASH_KEY, sizeof(HASH_KEY) - 1) != 0))
        in.why = S_("has no hash at its end");
    *why = in.why;
    return in.why == NULL;
}

bool journal_hash_holds(const struct journal_record *r, const char *text, size_t len,
                        struct digest *d)
{
    char hash[DIGEST_HEX + 1];

    digest_begin(d);
    digest_add(d, text, len - TAIL_LEN);
    digest_add(d, "}", 1);
    return digest_end(d, hash) && strcmp(hash, r->hash) == 0;
}
