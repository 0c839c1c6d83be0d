/* SPDX-License-Identifier: MIT
 * help.c - see help.h. */
#include "ui/help.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ui/keymap.h"
#include <string.h>

enum { KEY_CELLS = 15 };

static const char *const languages[][2] = {
    {"word", N_("any text column contains it; several words must all match")},
    {"\"two words\"", N_("a text with blanks")},
    {"field=value", N_("is it (a list: contains it); field!=value is not")},
    {"field:text", N_("contains the text")},
    {"field>n >= < <=", N_("numbers with K M G T or %, durations 90s 10m 2h 3d")},
    {"field~regex", N_("regular expression; ~regex alone searches all text columns")},
    {"field=?", N_("has no value; field!=? has one")},
    {"!term", N_("not")},
    {"a or b  ( )", N_("alternatives and grouping")},
};

static const char *const lines[][2] = {
    {":sort NAME desc", N_("sort by any column, shown or not; asc: the other way")},
    {":filter TEXT", N_("as / does")},
    {":fold all", N_("one line for each group; :fold none: all rows again")},
    {":group NAME", N_("group by a column; without a name: the next grouping")},
    {":center ID", N_("only this center; without a name: all")},
    {":arm ID", N_("open a center (actions: arm) for ten minutes; its id must be typed")},
    {":disarm ID", N_("close it again; without an id: all")},
    {":drain NAME", N_("one node by its name; so all commands that act, jobs by their id")},
    {":theme NAME", N_("another theme, any of btop's too")},
    {":q", N_("quit at once")},
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
        entry(out, info->keys, _(info->help));
    }
}

void help_text(const struct view_ops *v, struct buf *out)
{
    buf_addf(out, _("Help \xC2\xB7 %s\n\n# %s\n%s\n"), _(v->title), _(v->title),
             v->help ? _(v->help) : "");
    for (enum cmd_group g = 0; g < CMD_GROUP_COUNT; g++)
        group(out, g);
    buf_adds(out, _("\n# Filter language\n"));
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        entry(out, languages[i][0], _(languages[i][1]));
    buf_adds(out, _("\n# Command line\n"));
    entry(out, ":NAME", _("any command above by its name; Tab completes, Up recalls"));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        entry(out, lines[i][0], _(lines[i][1]));
}
