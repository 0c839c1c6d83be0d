/* SPDX-License-Identifier: MIT
 * option.c - reading the options of a source by name.
 *
 * The values were checked against their types when the configuration was read; what is odd here
 * anyway (a test, a replay of an older recording) counts as unset. */
#include "codec/quantity.h"
#include "collectors/collector.h"
#include <string.h>

const char *source_opt(const struct source_conf *c, const char *name)
{
    for (size_t i = 0; i < c->option_count; i++)
        if (strcmp(c->options[i].name, name) == 0)
            return c->values[i];
    return NULL;
}

int64_t source_opt_ms(const struct source_conf *c, const char *name, int64_t fallback)
{
    const char *text = source_opt(c, name);
    int64_t ms;

    return text != NULL && quantity_duration(text, &ms) && ms >= 0 ? ms : fallback;
}

bool source_opt_bool(const struct source_conf *c, const char *name)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    const char *text = source_opt(c, name);

    for (size_t i = 0; text != NULL && i < sizeof yes / sizeof yes[0]; i++)
        if (strcmp(text, yes[i]) == 0)
            return true;
    return false;
}
