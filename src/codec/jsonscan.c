/* SPDX-License-Identifier: MIT
 * jsonscan.c - the scalar reference kernel, strings, and the choice of a kernel.
 *
 * The choice is one pointer, first aimed at a function that finds the best kernel of this machine
 * and re-aims it. Threads may race there: all of them write the same value. */
#include "codec/jsonscan.h"

#include <stdatomic.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

size_t jsonscan_nested_scalar(struct jsonscan *s, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (s->escaped) {
            s->escaped = false;
        } else if (c == '\\') {
            s->escaped = true;
        } else if (c == '"') {
            s->in_string = !s->in_string;
        } else if (s->in_string) {
            continue;
        } else if (c == '{' || c == '[') {
            s->depth++;
            s->over |= s->depth > s->limit;
        } else if ((c == '}' || c == ']') && --s->depth == 0) {
            return i + 1;
        }
    }
    return n;
}

static size_t string_plain(const char *p, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask != 0)
            return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < n && p[i] != '"' && p[i] != '\\')
        i++;
    return i;
}

size_t jsonscan_string(struct jsonscan *s, const char *p, size_t n)
{
    size_t i = s->escaped && n > 0;
    s->escaped = s->escaped && n == 0;
    while (i < n) {
        i += string_plain(p + i, n - i);
        if (i == n)
            break;
        if (p[i] == '"') {
            s->in_string = false;
            return i + 1;
        }
        if (i + 1 == n) {
            s->escaped = true;
            return n;
        }
        i += 2;
    }
    return i;
}

/* A comma, a closing bracket, white space or another control. */
static const unsigned char ends_scalar[256] = {
    [0 ... ' '] = 1,
    [','] = 1,
    ['}'] = 1,
    [']'] = 1,
};

size_t jsonscan_scalar(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && !ends_scalar[(unsigned char)p[i]])
        i++;
    return i;
}

size_t jsonscan_open_member(struct jsonscan *s, const char *p, size_t n)
{
    for (size_t i = 1; i < n;) {
        *s = (struct jsonscan){.limit = UINT64_MAX, .in_string = p[i] == '"'};
        if (p[i] == '{' || p[i] == '[') {
            size_t used = jsonscan_nested(s, p + i, n - i);
            if (s->depth)
                return i;
            i += used;
        } else if (s->in_string) {
            i++;
            i += jsonscan_string(s, p + i, n - i);
        } else {
            i += p[i] == '\\' ? 2 : 1;
        }
    }
    return 0;
}

jsonscan_fn *jsonscan_kernel(enum jsonscan_kernel k)
{
#if defined(__x86_64__)
    if (k == JSONSCAN_SSE2)
        return jsonscan_nested_sse2;
    if (k == JSONSCAN_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
        __builtin_cpu_supports("popcnt"))
        return jsonscan_nested_avx2;
#endif
    return k == JSONSCAN_SCALAR ? jsonscan_nested_scalar : NULL;
}

static size_t choose(struct jsonscan *s, const char *p, size_t n);

static _Atomic(jsonscan_fn *) chosen = choose;

bool jsonscan_use(enum jsonscan_kernel k)
{
    jsonscan_fn *fn = jsonscan_kernel(k);
    if (fn)
        atomic_store_explicit(&chosen, fn, memory_order_relaxed);
    return fn != NULL;
}

static size_t choose(struct jsonscan *s, const char *p, size_t n)
{
    (void)(jsonscan_use(JSONSCAN_AVX2) || jsonscan_use(JSONSCAN_SSE2) ||
           jsonscan_use(JSONSCAN_SCALAR));
    return jsonscan_nested(s, p, n);
}

size_t jsonscan_nested(struct jsonscan *s, const char *p, size_t n)
{
    return atomic_load_explicit(&chosen, memory_order_relaxed)(s, p, n);
}
