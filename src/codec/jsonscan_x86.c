/* SPDX-License-Identifier: MIT
 * jsonscan_x86.c - the SSE2 and AVX2 kernels of jsonscan.
 *
 * A block of 64 bytes becomes four 64-bit masks: quotes, backslashes, opening and closing
 * brackets. Escapes are taken out of the quotes, a prefix xor of what is left tells which bits are
 * inside a string, and depth moves by population counts. Only a block that could bring depth to 0,
 * or could pass the limit, is walked bracket by bracket. A last block of less than 64 bytes is
 * padded with blanks. */
#include "codec/jsonscan.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define BLOCK 64
#define INLINE static inline __attribute__((always_inline))
#define AVX2 __attribute__((target("avx2,pclmul,popcnt,bmi")))

struct masks {
    uint64_t quote, backslash, open, close;
};

/* Bits whose byte follows a backslash that had a meaning: in a run of backslashes each second one, and what stands behind
 * a run of an odd length. The addition carries a bit from the start of each run that begins at an odd place to behind
 * its end, which tells such runs from the others (simdjson's way; G. Langdale, D. Lemire, "Parsing gigabytes of JSON per
 * second", 2019). */
INLINE uint64_t escaped_bits(uint64_t backslash, bool carry)
{
    const uint64_t even = 0x5555555555555555u;
    backslash &= ~(uint64_t)carry;
    uint64_t follows = backslash << 1 | carry;
    uint64_t odd_starts = backslash & ~even & ~follows;
    uint64_t ends = (odd_starts + backslash) << 1;
    return (even ^ ends) & follows;
}

/* The backslash in the last byte of a full block, if it has a meaning, escapes a byte of the next
 * one. */
INLINE bool escape_carry(uint64_t backslash, uint64_t escaped, size_t n)
{
    return (backslash & ~escaped) >> (n - 1) & 1;
}

INLINE uint64_t prefix_xor(uint64_t x)
{
    x ^= x << 1;
    x ^= x << 2;
    x ^= x << 4;
    x ^= x << 8;
    x ^= x << 16;
    return x ^ x << 32;
}

/* Exact, bracket by bracket. Bytes up to the closing bracket, or 0 if the value goes on. */
static size_t walk(struct jsonscan *s, uint64_t open, uint64_t close)
{
    for (uint64_t all = open | close; all != 0; all &= all - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(all);
        if (open >> bit & 1) {
            s->depth++;
            s->over |= s->depth > s->limit;
        } else if (--s->depth == 0) {
            return bit + 1u;
        }
    }
    return 0;
}

/* One block whose masks and "inside a string" bits are known. */
INLINE size_t brackets(struct jsonscan *s, uint64_t open, uint64_t close)
{
    if ((open | close) == 0)
        return 0;
    uint64_t nopen = (uint64_t)__builtin_popcountll(open),
             nclose = (uint64_t)__builtin_popcountll(close);
    if (nclose >= s->depth || s->depth + nopen > s->limit)
        return walk(s, open, close);
    s->depth += nopen - nclose;
    return 0;
}

/* Escaped bytes mean nothing: not even brackets, which only broken text has behind a backslash. */
INLINE void drop_escaped(struct jsonscan *s, struct masks *m, size_t n)
{
    if (m->backslash == 0 && !s->escaped)
        return;
    uint64_t escaped = escaped_bits(m->backslash, s->escaped);
    s->escaped = escape_carry(m->backslash, escaped, n);
    m->quote &= ~escaped;
    m->open &= ~escaped;
    m->close &= ~escaped;
}

/* Behind the end nothing is open: what the rest of the block opened is not part of the value. */
INLINE size_t finish(struct jsonscan *s, struct jsonscan *t, size_t taken, bool ended)
{
    if (ended)
        t->in_string = t->escaped = false;
    *s = *t;
    return taken;
}

/* Which of the 64 bytes are c. */
INLINE uint64_t sse2_eq(const __m128i v[4], char c)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        __m128i same = _mm_cmpeq_epi8(v[i], _mm_set1_epi8(c));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(same) << 16 * i;
    }
    return bits;
}

/* `{` and `[` differ in one bit only, so do `}` and `]`: one compare finds both. */
INLINE void masks_sse2(const char *p, struct masks *m)
{
    __m128i v[4];
    for (size_t i = 0; i < 4; i++)
        v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    m->quote = sse2_eq(v, '"');
    m->backslash = sse2_eq(v, '\\');
    for (size_t i = 0; i < 4; i++)
        v[i] = _mm_or_si128(v[i], _mm_set1_epi8(0x20));
    m->open = sse2_eq(v, '{');
    m->close = sse2_eq(v, '}');
}

INLINE size_t block_sse2(struct jsonscan *s, const char *p, size_t n)
{
    struct masks m;
    masks_sse2(p, &m);
    drop_escaped(s, &m, n);
    uint64_t inside = prefix_xor(m.quote) ^ (0 - (uint64_t)s->in_string);
    s->in_string = inside >> 63;
    return brackets(s, m.open & ~inside, m.close & ~inside);
}

size_t jsonscan_nested_sse2(struct jsonscan *s, const char *p, size_t n)
{
    struct jsonscan t = *s;
    size_t i = 0, end = 0;
    for (; end == 0 && i + BLOCK <= n; i += BLOCK)
        end = block_sse2(&t, p + i, BLOCK);
    if (end == 0 && i < n) {
        char tail[BLOCK];
        memset(tail, ' ', sizeof tail);
        memcpy(tail, p + i, n - i);
        end = block_sse2(&t, tail, n - i);
        i += BLOCK;
    }
    return finish(s, &t, end ? i - BLOCK + end : n, end != 0);
}

AVX2 INLINE uint64_t avx2_bits(__m256i a, __m256i b)
{
    return (uint64_t)(unsigned)_mm256_movemask_epi8(a) | (uint64_t)(unsigned)_mm256_movemask_epi8(b)
                                                             << 32;
}

AVX2 INLINE uint64_t avx2_eq(__m256i a, __m256i b, char c)
{
    __m256i k = _mm256_set1_epi8(c);
    return avx2_bits(_mm256_cmpeq_epi8(a, k), _mm256_cmpeq_epi8(b, k));
}

/* Prefix xor by carry-less multiplication with all ones. */
AVX2 INLINE uint64_t prefix_xor_clmul(uint64_t x)
{
    __m128i r = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)x), _mm_set1_epi8((char)0xff), 0);
    return (uint64_t)_mm_cvtsi128_si64(r);
}

/* Which of the 64 bytes are a bracket of any kind. The shuffle puts `{` where a byte's low half is that of `{` and `[`,
 * and `}` likewise; with the one bit set that they differ in, a bracket is equal to what stands there and nothing else
 * is (bytes from 0x80 on get 0). */
AVX2 INLINE uint64_t avx2_brackets(__m256i a, __m256i b)
{
    const __m256i kinds = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0, 0, 0, 0,
                                           0, 0, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0, 0);
    const __m256i bit = _mm256_set1_epi8(0x20);

    return avx2_bits(_mm256_cmpeq_epi8(_mm256_or_si256(a, bit), _mm256_shuffle_epi8(kinds, a)),
                     _mm256_cmpeq_epi8(_mm256_or_si256(b, bit), _mm256_shuffle_epi8(kinds, b)));
}

/* Three kinds of blocks, by how much they ask for: without brackets and escapes only the number of quotes counts; without
 * escapes the masks are good as they are; the others are rare enough. */
AVX2 INLINE size_t block_avx2(struct jsonscan *s, const char *p, size_t n)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    const __m256i slash = _mm256_set1_epi8('\\'), bit = _mm256_set1_epi8(0x20);
    __m256i slash_a = _mm256_cmpeq_epi8(a, slash), slash_b = _mm256_cmpeq_epi8(b, slash);
    __m256i any = _mm256_or_si256(slash_a, slash_b);
    struct masks m = {.quote = avx2_eq(a, b, '"'), .open = avx2_brackets(a, b)};

    if (s->escaped || !_mm256_testz_si256(any, any)) {
        m.backslash = avx2_bits(slash_a, slash_b);
        drop_escaped(s, &m, n);
    }
    if (m.open == 0) {
        s->in_string ^= (unsigned)__builtin_popcountll(m.quote) & 1;
        return 0;
    }
    uint64_t inside = prefix_xor_clmul(m.quote) ^ (0 - (uint64_t)s->in_string);
    s->in_string = inside >> 63;
    m.open &= ~inside;
    m.close = m.open & avx2_eq(_mm256_or_si256(a, bit), _mm256_or_si256(b, bit), '}');
    return brackets(s, m.open & ~m.close, m.close);
}

AVX2 size_t jsonscan_nested_avx2(struct jsonscan *s, const char *p, size_t n)
{
    struct jsonscan t = *s;
    size_t i = 0, end = 0;
    for (; end == 0 && i + BLOCK <= n; i += BLOCK)
        end = block_avx2(&t, p + i, BLOCK);
    if (end == 0 && i < n) {
        char tail[BLOCK];
        memset(tail, ' ', sizeof tail);
        memcpy(tail, p + i, n - i);
        end = block_avx2(&t, tail, n - i);
        i += BLOCK;
    }
    return finish(s, &t, end ? i - BLOCK + end : n, end != 0);
}

#else
typedef int jsonscan_x86_is_empty_elsewhere;
#endif
