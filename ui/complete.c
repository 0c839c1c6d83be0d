/* SPDX-License-Identifier: MIT
 * complete.c - see complete.h. A candidate is a whole line: what is there, and the word made whole. */
#include "ui/complete.h"
#include "base/text.h"
#include "model/value.h"
#include "ui/keymap.h"
#include "ui/theme.h"
#include <string.h>

enum { NAMES_MAX = 32768 };

/* One candidate: head, then word, if word begins with what was typed of it. */
static void offer(struct buf *out, const char *stem, size_t head, const char *word,
                  const char *behind)
{
    const char *typed = stem + head;

    if (strncmp(word, typed, strlen(typed)) != 0)
        return;
    buf_add(out, stem, head);
    buf_addf(out, "%s%s\n", word, behind);
}

static void offer_columns(struct buf *out, const char *stem, size_t head, enum entity e,
                          const char *behind)
{
    for (unsigned i = 0; i < column_count(e); i++)
        offer(out, stem, head, column_info(e, i)->id, behind);
}

static void offer_ways(struct buf *out, const char *stem, size_t head)
{
    offer(out, stem, head, "desc", "");
    offer(out, stem, head, "asc", "");
}

static void offer_folds(struct buf *out, const char *stem, size_t head)
{
    offer(out, stem, head, "all", "");
    offer(out, stem, head, "none", "");
}

static void offer_themes(struct buf *out, const char *stem, size_t head, const char *dirs)
{
    struct buf names;
    char *next;

    buf_init(&names, NAMES_MAX);
    theme_names(dirs, &names);
    for (char *name = names.data; *name; name = next) {
        next = name + strcspn(name, "\n");
        if (*next)
            *next++ = '\0';
        offer(out, stem, head, name, "");
    }
    buf_fini(&names);
}

static void offer_centers(struct buf *out, const char *stem, size_t head, const struct snapshot *s)
{
    uint32_t slots = s ? snapshot_slots(s, ENTITY_CENTER) : 0;

    for (uint32_t i = 0; i < slots; i++) {
        const struct center_row *c = snapshot_row(s, ENTITY_CENTER, i);
        if (c && row_has(c, center, id))
            offer(out, stem, head, intern_text(snapshot_strings(s), c->id), "");
    }
}

static void offer_commands(struct buf *out, const char *stem)
{
    static const char *const more[] = {"theme", "center", "arm", "disarm", "q"};

    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
        offer(out, stem, 0, cmd_info(c)->name, "");
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        offer(out, stem, 0, more[i], "");
}

/* Where the last word of a filter begins. */
static size_t last_word(const char *s, size_t from)
{
    size_t at = strlen(s);

    while (at > from && !strchr(" (!", s[at - 1]))
        at--;
    return at;
}

static bool is_command(const char *stem, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(stem, name, len) == 0;
}

void complete_command(void *arg, const char *stem, struct buf *out)
{
    const struct completion *c = arg;
    size_t name = strcspn(stem, " "), head = name + strspn(stem + name, " ");

    if (stem[name] == '\0')
        offer_commands(out, stem);
    else if (is_command(stem, name, "theme"))
        offer_themes(out, stem, head, c->theme_dirs);
    else if (is_command(stem, name, "center") || is_command(stem, name, "arm") ||
             is_command(stem, name, "disarm"))
        offer_centers(out, stem, head, c->snap);
    else if (is_command(stem, name, "group"))
        offer_columns(out, stem, head, c->entity, "");
    else if (is_command(stem, name, "filter"))
        offer_columns(out, stem, last_word(stem, head), c->entity, "=");
    else if (is_command(stem, name, "fold"))
        offer_folds(out, stem, head);
    else if (is_command(stem, name, "sort") && strchr(stem + head, ' '))
        offer_ways(out, stem, head + strcspn(stem + head, " ") + 1);
    else if (is_command(stem, name, "sort"))
        offer_columns(out, stem, head, c->entity, "");
}

void complete_filter(void *arg, const char *stem, struct buf *out)
{
    const struct completion *c = arg;

    offer_columns(out, stem, last_word(stem, 0), c->entity, "=");
}
