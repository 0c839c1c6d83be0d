/* SPDX-License-Identifier: MIT
 * reasons.c - see reasons.h. A hundred codes: walking the table is cheaper than being clever. */
#include "model/reasons.h"
#include <stddef.h>
#include <string.h>

static const struct row {
    const char *code, *words, *unblock;
} rows[] = {
#define REASON(code, words, unblock) {code, words, unblock},
#include "model/reasons.def"
#undef REASON
};

/* Does text match a pattern in which '*' stands for anything? The table's patterns have at most two. */
static bool matches(const char *pattern, const char *text)
{
    const char *star = strchr(pattern, '*');
    size_t head = star != NULL ? (size_t)(star - pattern) : strlen(pattern);

    if (strncmp(pattern, text, head) != 0)
        return false;
    if (star == NULL)
        return text[head] == '\0';
    for (text += head;; text++) {
        if (matches(star + 1, text))
            return true;
        if (*text == '\0')
            return false;
    }
}

static struct reason found(const struct row *r)
{
    return (struct reason){r->words, r->unblock, true};
}

struct reason reason_lookup(const char *code)
{
    const size_t count = sizeof rows / sizeof rows[0];

    if (code == NULL)
        code = "";
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].code, code) == 0)
            return found(&rows[i]);
    for (size_t i = 0; i < count; i++)
        if (strchr(rows[i].code, '*') != NULL && matches(rows[i].code, code))
            return found(&rows[i]);
    return (struct reason){code, "", false};
}
