/* SPDX-License-Identifier: MIT
 * help.c - see help.h. */
#include "ui/help.h"
#include "base/text.h"
#include "ui/keymap.h"
#include <string.h>

enum { KEY_CELLS = 15 };

static const char *const languages[][2] = {
    {"word", "any text column contains it; several words must all match"},
    {"\"two words\"", "a text with blanks"},
    {"field=value", "is it (a list: contains it); field!=value is not"},
    {"field:text", "contains the text"},
    {"field>n >= < <=", "numbers with K M G T or %, durations 90s 10m 2h 3d"},
    {"field~regex", "regular expression; ~regex alone searches all text columns"},
    {"field=?", "has no value; field!=? has one"},
    {"!term", "not"},
    {"a or b  ( )", "alternatives and grouping"},
};

static const char *const lines[][2] = {
    {":sort NAME desc", "sort by any column, shown or not; asc: the other way"},
    {":filter TEXT", "as / does"},
    {":fold all", "one line for each group; :fold none: all rows again"},
    {":group NAME", "group by a column; without a name: the next grouping"},
    {":center ID", "only this center; without a name: all"},
    {":arm ID", "open a center (actions: arm) for ten minutes; its id must be typed"},
    {":disarm ID", "close it again; without an id: all"},
    {":drain NAME", "one node by its name; so all commands that act, jobs by their id"},
    {":theme NAME", "another theme, any of btop's too"},
    {":q", "quit at once"},
};

static void entry(struct buf *out, const char *key, const char *what)
{
    buf_adds(out, "@");
    text_pad(out, key, KEY_CELLS, false);
    buf_addf(out, "  %s\n", what);
}

static void group(struct buf *out, enum cmd_group g)
{
    bool first = true;

    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const struct cmd_info *info = cmd_info(c);
        if (info->group != g)
            continue;
        if (first)
            buf_addf(out, "\n# %s\n", cmd_group_title(g));
        first = false;
        entry(out, info->keys, info->help);
    }
}

void help_text(const struct view_ops *v, struct buf *out)
{
    buf_addf(out, "Help \xC2\xB7 %s\n\n# %s\n%s\n", v->title, v->title, v->help ? v->help : "");
    for (enum cmd_group g = 0; g < CMD_GROUP_COUNT; g++)
        group(out, g);
    buf_adds(out, "\n# Filter language\n");
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        entry(out, languages[i][0], languages[i][1]);
    buf_adds(out, "\n# Command line\n");
    entry(out, ":NAME", "any command above by its name; Tab completes, Up recalls");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        entry(out, lines[i][0], lines[i][1]);
}
