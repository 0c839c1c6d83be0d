/* SPDX-License-Identifier: MIT
 * kv.c - see kv.h. */
#include "collectors/slurm/kv.h"
#include <string.h>

static const char absent[] = "";

/* Index of the key that stands at p as "Key=", or count. */
static size_t key_at(const char *p, const char *end, const struct kv_key *keys, size_t count)
{
    const char *eq = memchr(p, '=', (size_t)(end - p));
    size_t len = eq != NULL ? (size_t)(eq - p) : 0;

    for (size_t i = 0; len > 0 && i < count; i++)
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, p, len) == 0)
            return i;
    return count;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && *p == ' ')
        p++;
    return p;
}

static const char *skip_word(const char *p, const char *end)
{
    while (p < end && *p != ' ')
        p++;
    return p;
}

void kv_split(struct span line, const struct kv_key *keys, size_t count, struct span *values)
{
    const char *end = line.text + line.len;
    size_t open = count; /* the free-text key whose value is being read */

    for (size_t i = 0; i < count; i++)
        values[i] = (struct span){absent, 0};
    for (const char *p = skip_blanks(line.text, end); p < end; p = skip_blanks(p, end)) {
        size_t k = key_at(p, end, keys, count);
        const char *word_end = skip_word(p, end);
        if (k < count && values[k].text == absent) {
            const char *value = p + strlen(keys[k].name) + 1;
            values[k] = (struct span){value, (size_t)(word_end - value)};
            open = keys[k].free_text ? k : count;
        } else if (open < count) {
            values[open].len = (size_t)(word_end - values[open].text);
        }
        p = word_end;
    }
}
