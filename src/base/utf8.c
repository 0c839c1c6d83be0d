/* SPDX-License-Identifier: MIT
 * utf8.c - see utf8.h.
 *
 * Every code point has one of four classes, kept in two bits. A page of 256 classes is filled when
 * its first code point is met; afterwards a look-up is one acquire load and a shift. Pages nobody
 * asks for stay untouched zero pages of the program image. */
#include "base/utf8.h"
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <wchar.h>

enum { ZERO, ONE, TWO, UNSAFE }; /* the first three are the width */

enum {
    MAX_CP = 0x10FFFF,
    PAGE_BITS = 8,
    PAGES = (MAX_CP + 1) >> PAGE_BITS,
    MAX_MARKS = 2, /* more would pile up over the neighbouring rows */
};

struct range {
    uint32_t first, last;
};

/* Assigned, and wcwidth knows them, but still not for a terminal. Sorted. */
static const struct range unsafe_ranges[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},
    {0x0600, 0x0605},   {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
    {0x0890, 0x0891},   {0x08E2, 0x08E2},   {0x115F, 0x1160},   {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xD800, 0xF8FF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFC},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x13455}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0x1F3FB, 0x1F3FF}, {0xE0000, MAX_CP},
};

/* For a libc without C.UTF-8: coarse, and what it does not name is one cell wide. */
static const struct range plain_zero[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1161, 0x11FF}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
};
static const struct range plain_two[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static pthread_mutex_t fill_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char classes[PAGES][(1 << PAGE_BITS) / 4];
static _Atomic unsigned char filled[PAGES];

static bool in_ranges(const struct range *ranges, size_t count, uint32_t cp)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (cp > ranges[middle].last)
            low = middle + 1;
        else if (cp < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

static unsigned plain_class(uint32_t cp)
{
    if (in_ranges(plain_zero, COUNT(plain_zero), cp))
        return ZERO;
    return in_ranges(plain_two, COUNT(plain_two), cp) ? TWO : ONE;
}

static unsigned class_now(uint32_t cp, bool have_locale)
{
    if (in_ranges(unsafe_ranges, COUNT(unsafe_ranges), cp))
        return UNSAFE;
    if (!have_locale)
        return plain_class(cp);
    int cells = wcwidth((wchar_t)cp);
    return cells < 0 || cells > 2 ? UNSAFE : (unsigned)cells;
}

/* Made once and kept: switching to it costs little, making it reads files. */
static locale_t utf8_locale(void)
{
    static const char *const names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
    static locale_t found;

    for (size_t i = 0; !found && i < COUNT(names); i++)
        found = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
    return found;
}

static void fill_page(uint32_t page)
{
    pthread_mutex_lock(&fill_lock);
    if (!atomic_load_explicit(&filled[page], memory_order_relaxed)) {
        locale_t locale = utf8_locale();
        locale_t before = locale ? uselocale(locale) : (locale_t)0;

        for (uint32_t i = 0; i < 1u << PAGE_BITS; i++) {
            unsigned class = class_now(page << PAGE_BITS | i, locale != (locale_t)0);
            classes[page][i / 4] |= (unsigned char)(class << i % 4 * 2);
        }
        if (locale)
            uselocale(before);
        atomic_store_explicit(&filled[page], 1, memory_order_release);
    }
    pthread_mutex_unlock(&fill_lock);
}

static unsigned class_of(uint32_t cp)
{
    if (cp - 0x20 < 0x7F - 0x20)
        return ONE;
    if (cp > MAX_CP)
        return UNSAFE;
    uint32_t page = cp >> PAGE_BITS;
    if (!atomic_load_explicit(&filled[page], memory_order_acquire))
        fill_page(page);
    unsigned i = cp & ((1u << PAGE_BITS) - 1);
    return classes[page][i / 4] >> i % 4 * 2 & 3u;
}

int text_cp_cells(uint32_t cp)
{
    unsigned class = class_of(cp);

    return class == UNSAFE ? -1 : (int)class;
}

bool text_cp_unsafe(uint32_t cp)
{
    return class_of(cp) == UNSAFE;
}

/* Bytes that a code point with this first byte has; 0 if none starts so. */
static size_t coded_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

size_t text_decode(const char *s, size_t len, uint32_t *cp)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s;
    size_t need = coded_length(p[0]);

    *cp = UINT32_MAX;
    if (need == 1)
        *cp = p[0];
    if (need <= 1 || need > len)
        return 1;
    uint32_t v = p[0] & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 1;
        v = v << 6 | (p[i] & 0x3Fu);
    }
    if (v < smallest[need] || v > MAX_CP || (v >= 0xD800 && v <= 0xDFFF))
        return 1;
    *cp = v;
    return need;
}

size_t text_encode(uint32_t cp, char out[4])
{
    if (cp > MAX_CP || (cp >= 0xD800 && cp <= 0xDFFF))
        cp = TEXT_REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((0xF00u >> n & 0xF0u) | cp);
    return n;
}

size_t text_scan_next(struct text_scan *scan, const char *s, size_t len, char out[6],
                      size_t *out_len)
{
    uint32_t cp;
    size_t taken = text_decode(s, len, &cp);
    unsigned class = class_of(cp);

    *out_len = 0;
    if (class == ZERO && scan->has_base && scan->marks >= MAX_MARKS)
        return taken;
    if (class == UNSAFE || (class == ZERO && !scan->has_base))
        *out_len = text_encode(TEXT_REPLACEMENT, out);
    if (class != UNSAFE) {
        memcpy(out + *out_len, s, taken);
        *out_len += taken;
    }
    scan->has_base = true;
    scan->marks = class == ZERO ? scan->marks + 1 : 0;
    return taken;
}

size_t text_clean_into(char *out, size_t size, const char *s, size_t len)
{
    struct text_scan scan = {0};
    char step[6];
    size_t used = 0, n;

    for (size_t at = 0; at < len;) {
        at += text_scan_next(&scan, s + at, len - at, step, &n);
        if (n >= size - used)
            break;
        memcpy(out + used, step, n);
        used += n;
    }
    out[used] = '\0';
    return used;
}
