/* SPDX-License-Identifier: MIT
 * packed.c - see packed.h. A kind is twice the number of a form, plus one where the digits are upper case. */
#include "base/packed.h"
#include "base/xmem.h"
#include <stdbool.h>
#include <string.h>

/* h stands for a digit, all else for itself. Digits stand in pairs: no byte is of two groups. */
#define UUID "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"
#define DIGITS8 "hhhhhhhh"
#define DIGITS16 DIGITS8 DIGITS8

#define FORM(text, digits)                                                                         \
    {                                                                                              \
        text, sizeof(text) - 1, (digits) / 2                                                       \
    }
static const struct {
    char text[PACKED_TEXT_MAX + 1];
    unsigned char len, bytes;
} forms[] = {
    FORM("GPU-" UUID, 32),
    FORM("MIG-" UUID, 32),
    FORM(UUID, 32),
    FORM(DIGITS16 DIGITS16, 32),
    FORM("GPU-" DIGITS16, 16),
    FORM(DIGITS16, 16),
    FORM(DIGITS8 "-" DIGITS8 "-" DIGITS8 "-" DIGITS8 "-" DIGITS8, 40), /* vdie_id */
    FORM(DIGITS8 " " DIGITS8 " " DIGITS8 " " DIGITS8 " " DIGITS8, 40),
};

/* -1 = none. */
static int value_of(char c, bool upper)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char first = upper ? 'A' : 'a';
    return c >= first && c < first + 6 ? c - first + 10 : -1;
}

static bool read_digits(const char *form, const char *s, bool upper, unsigned char *out)
{
    unsigned digits = 0;

    for (; *form; form++, s++) {
        int value = *form == 'h' ? value_of(*s, upper) : 0;
        if (*form != 'h' && *s != *form)
            return false;
        if (*form != 'h')
            continue;
        if (value < 0)
            return false;
        out[digits / 2] = (unsigned char)(digits % 2 ? out[digits / 2] | value : value << 4);
        digits++;
    }
    return true;
}

int packed_make(const char *s, size_t len, unsigned char out[PACKED_BYTES_MAX])
{
    for (int form = 0; form < (int)ARRAY_LEN(forms); form++)
        for (int upper = 0; upper < 2 && forms[form].len == len; upper++)
            if (read_digits(forms[form].text, s, upper, out))
                return 2 * form + upper;
    return -1;
}

size_t packed_bytes(int kind)
{
    return forms[kind / 2].bytes;
}

size_t packed_len(int kind)
{
    return forms[kind / 2].len;
}

void packed_text(int kind, const unsigned char *bytes, char out[PACKED_TEXT_MAX + 1])
{
    const char *form = forms[kind / 2].text;
    const char *digits = kind % 2 ? "0123456789ABCDEF" : "0123456789abcdef";

    while (*form) {
        if (*form != 'h') {
            *out++ = *form++;
            continue;
        }
        *out++ = digits[*bytes >> 4];
        *out++ = digits[*bytes++ & 15];
        form += 2;
    }
    *out = '\0';
}
