/* SPDX-License-Identifier: MIT
 * jsonscan.h - finds where a JSON value ends (inside codec only).
 *
 * Quotes, escapes and brackets, nothing else: `{` and `[` count alike, so do `}` and `]`; whether
 * they match is the value parser's business. A backslash takes away the meaning of the next byte
 * wherever it stands. State is kept between calls, so a value may arrive in pieces cut anywhere.
 * Three kernels give the same answers by test: scalar (every machine), SSE2 and AVX2 (x86-64),
 * which look at 64 bytes at a time. Pure; thread: one scan, one thread. */
#ifndef SUAN_CODEC_JSONSCAN_H
#define SUAN_CODEC_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonscan {
    uint64_t depth; /* open brackets */
    uint64_t limit; /* deeper than this sets `over` and goes on */
    bool in_string;
    bool escaped; /* the last byte was a backslash that had a meaning */
    bool over;
};

typedef size_t jsonscan_fn(struct jsonscan *s, const char *p, size_t n);

/* From an opening bracket (depth 0) to the bracket that brings depth back to 0. Returns the bytes
 * taken; the value is complete when s->depth is 0 again, else all n were taken. */
size_t jsonscan_nested(struct jsonscan *s, const char *p, size_t n);
/* Inside a string (in_string set): to just behind its closing quote, which clears in_string. */
size_t jsonscan_string(struct jsonscan *s, const char *p, size_t n);

/* Number of bytes of a scalar: up to a comma, a closing bracket or white space. */
size_t jsonscan_scalar(const char *p, size_t n);

/* In the beginning of an object, which does not end in it: where the bracket stands that opens the member's value which is
 * under way; 0 if none is, or it is no object or array. *s is then how far that value was scanned, from its own depth on. */
size_t jsonscan_open_member(struct jsonscan *s, const char *p, size_t n);

/* The kernels by name, for tests and benchmarks. NULL where this machine has none. */
enum jsonscan_kernel { JSONSCAN_SCALAR, JSONSCAN_SSE2, JSONSCAN_AVX2, JSONSCAN_COUNT };
jsonscan_fn *jsonscan_kernel(enum jsonscan_kernel k);
/* Choose a kernel for everyone (tests, benchmarks); false if there is none of that name. */
bool jsonscan_use(enum jsonscan_kernel k);

size_t jsonscan_nested_scalar(struct jsonscan *s, const char *p, size_t n);
#if defined(__x86_64__)
size_t jsonscan_nested_sse2(struct jsonscan *s, const char *p, size_t n);
size_t jsonscan_nested_avx2(struct jsonscan *s, const char *p, size_t n);
#endif

#endif
