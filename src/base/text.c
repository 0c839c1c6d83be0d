/* SPDX-License-Identifier: MIT
 * text.c - see text.h. Nearly every name is plain ASCII, so there is a fast way for that. */
#include "base/text.h"
#include <string.h>

/* Bytes at the start of s[0..len) that are printable ASCII, looked at eight at a time. */
static size_t ascii_run(const char *s, size_t len)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    size_t n = 0;

    for (; n + 8 <= len; n += 8) {
        uint64_t v;
        memcpy(&v, s + n, 8);
        uint64_t below_space = v - ones * 0x20; /* borrows only where the byte is below it */
        uint64_t from_del = v + ones;           /* 0x7F and above reach the top bit */
        if ((v | below_space | from_del) & highs)
            break;
    }
    while (n < len && s[n] >= 0x20 && s[n] < 0x7F)
        n++;
    return n;
}

/* ASCII that a combining mark may follow: the scan must know of it. */
static size_t skip_ascii(struct text_scan *scan, const char *s, size_t len)
{
    size_t n = ascii_run(s, len);

    if (n)
        *scan = (struct text_scan){.has_base = true};
    return n;
}

bool text_is_clean(const char *s, size_t len)
{
    struct text_scan scan = {0};
    char step[6];
    size_t n;

    for (size_t at = skip_ascii(&scan, s, len); at < len;
         at += skip_ascii(&scan, s + at, len - at)) {
        size_t taken = text_scan_next(&scan, s + at, len - at, step, &n);
        if (n != taken || memcmp(step, s + at, n) != 0)
            return false;
        at += taken;
    }
    return true;
}

enum rc text_sanitise(struct buf *out, const char *s, size_t len)
{
    struct text_scan scan = {0};
    char step[6];
    size_t start = out->len, n;

    for (size_t at = 0; at < len;) {
        size_t plain = skip_ascii(&scan, s + at, len - at);
        enum rc rc = buf_add(out, s + at, plain);
        at += plain;
        if (rc == RC_OK && at < len) {
            at += text_scan_next(&scan, s + at, len - at, step, &n);
            rc = buf_add(out, step, n);
        }
        if (rc) {
            buf_truncate(out, start);
            return rc;
        }
    }
    return RC_OK;
}

/* Cells of the code point at s, which is not at the end; an unclean one counts as 1. */
static int next_cells(const char *s, size_t len, size_t *taken)
{
    uint32_t cp;

    *taken = text_decode(s, len, &cp);
    int cells = text_cp_cells(cp);
    return cells < 0 ? 1 : cells;
}

int text_cells(const char *s)
{
    size_t len = strlen(s), at = ascii_run(s, len), taken;
    int cells = (int)at;

    while (at < len) {
        cells += next_cells(s + at, len - at, &taken);
        at += taken;
    }
    return cells;
}

size_t text_prefix(const char *s, int cells, int *used)
{
    /* A cell of clean text holds a code point and two marks, of 4 bytes each: no need to measure
     * a long string to its end. */
    size_t room = cells > 0 ? (size_t)cells : 0, len = room ? strnlen(s, room * 12 + 12) : 0, taken;
    size_t at = ascii_run(s, len < room ? len : room);
    int sum = (int)at;

    while (at < len) {
        int width = next_cells(s + at, len - at, &taken);
        if (width > cells - sum)
            break;
        sum += width;
        at += taken;
    }
    if (used)
        *used = sum;
    return at;
}

static uint32_t code_point_before(const char *s, size_t i)
{
    uint32_t cp;
    size_t from = i;

    do
        from--;
    while (from > 0 && ((unsigned char)s[from] & 0xC0) == 0x80);
    text_decode(s + from, i - from, &cp);
    return cp;
}

/* Ends what stands before it, so it begins no line. */
static bool closes(uint32_t cp)
{
    static const uint32_t marks[] = {0xFF0C, 0x3002, 0xFF1B, 0xFF1A, 0x3001, 0xFF09, 0xFF01,
                                     0xFF1F, 0x201D, 0x2019, 0x300D, 0x300B, 0x2026, ',',
                                     '.',    ';',    ':',    ')',    '!',    '?',    '%'};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (cp == marks[i])
            return true;
    return false;
}

size_t text_break(const char *s, size_t n)
{
    for (size_t i = n; i > n / 2; i--) {
        uint32_t cp;
        if (s[i] == ' ')
            return i;
        if (((unsigned char)s[i] & 0xC0) == 0x80)
            continue;
        text_decode(s + i, strnlen(s + i, 4), &cp);
        if (!closes(cp) && (text_cp_cells(cp) == 2 || text_cp_cells(code_point_before(s, i)) == 2))
            return i;
    }
    return n;
}

static enum rc add_spaces(struct buf *out, int n)
{
    char *room = n > 0 ? buf_reserve(out, (size_t)n) : NULL;

    if (n <= 0)
        return RC_OK;
    if (!room)
        return RC_LIMIT;
    memset(room, ' ', (size_t)n);
    buf_commit(out, (size_t)n);
    return RC_OK;
}

enum rc text_pad(struct buf *out, const char *s, int cells, bool right_align)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    int used;
    size_t start = out->len, len = text_prefix(s, cells, &used);

    if (cells <= 0)
        return RC_OK;
    bool cut = s[len] != '\0';
    if (cut)
        len = text_prefix(s, cells - 1, &used);
    int spaces = cells - used - cut;

    enum rc rc = add_spaces(out, right_align ? spaces : 0);
    if (rc == RC_OK)
        rc = buf_add(out, s, len);
    if (rc == RC_OK && cut)
        rc = buf_adds(out, ellipsis);
    if (rc == RC_OK)
        rc = add_spaces(out, right_align ? 0 : spaces);
    if (rc)
        buf_truncate(out, start);
    return rc;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool starts_with(const char *s, const char *prefix)
{
    while (*prefix && lower(*s) == lower(*prefix)) {
        s++;
        prefix++;
    }
    return *prefix == '\0';
}

bool text_contains(const char *haystack, const char *needle)
{
    unsigned char first = lower(*needle);

    if (!first)
        return true;
    for (; *haystack; haystack++)
        if (lower(*haystack) == first && starts_with(haystack, needle))
            return true;
    return false;
}
