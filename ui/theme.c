/* SPDX-License-Identifier: MIT
 * theme.c - see theme.h. The format is btop's: lines `theme[key]="#RRGGBB"`, `"#GG"` (a grey), `"r g b"`
 * (decimal) or `""` (the terminal's own colour); everything else is a comment or a blank line. */
#include "ui/theme.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/colour.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 65536, LINES_MAX = 2000, NAMES_MAX = 16384, PATH_BYTES = 4096 };
enum { UNSET = -2 }; /* beside THEME_TERMINAL: the file says nothing */

/* Keys of btop that suantop has no role for, but can learn from. */
enum hint {
    HINT_PROC_MISC,
    HINT_CPU_START,
    HINT_CPU_MID,
    HINT_CPU_END,
    HINT_TEMP_START,
    HINT_TEMP_MID,
    HINT_TEMP_END,
    HINT_USED_START,
    HINT_USED_MID,
    HINT_USED_END,
    HINT_FREE_START,
    HINT_FREE_MID,
    HINT_AVAILABLE_START,
    HINT_AVAILABLE_MID,
    HINT_CACHED_START,
    HINT_CACHED_MID,
    HINT_DOWNLOAD_START,
    HINT_DOWNLOAD_MID,
    HINT_UPLOAD_START,
    HINT_UPLOAD_MID,
    HINT_PROCESS_START,
    HINT_PROCESS_MID,
    HINT_PROCESS_END,
    HINT_COUNT
};

static const char *const hint_keys[HINT_COUNT] = {
    "proc_misc",     "cpu_start",      "cpu_mid",         "cpu_end",       "temp_start",
    "temp_mid",      "temp_end",       "used_start",      "used_mid",      "used_end",
    "free_start",    "free_mid",       "available_start", "available_mid", "cached_start",
    "cached_mid",    "download_start", "download_mid",    "upload_start",  "upload_mid",
    "process_start", "process_mid",    "process_end",
};

static const char *const role_keys[ROLE_COUNT] = {
#define ROLE(ID, key, rgb, help) [ROLE_##ID] = key,
#include "ui/roles.def"
#undef ROLE
};

static const int32_t role_defaults[ROLE_COUNT] = {
#define ROLE(ID, key, rgb, help) [ROLE_##ID] = rgb,
#include "ui/roles.def"
#undef ROLE
};

/* What one file said. */
struct draft {
    int32_t role[ROLE_COUNT], hint[HINT_COUNT];
    bool mono;
    int32_t ground; /* BG as a colour, also where it is the terminal's own */
};

void theme_default(struct theme *t)
{
    *t = (struct theme){.name = "suantop-dark"};
    memcpy(t->rgb, role_defaults, sizeof t->rgb);
}

static int32_t hex(const char *s, size_t digits)
{
    int32_t v = 0;

    for (size_t i = 0; i < digits; i++) {
        char c = s[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return UNSET;
        v = v << 4 | d;
    }
    return v;
}

static int32_t decimal_rgb(const char *s)
{
    int32_t rgb = 0;

    for (int i = 0; i < 3; i++) {
        char *end;
        long v = strtol(s, &end, 10);
        if (end == s || v < 0 || v > 255)
            return UNSET;
        rgb = rgb << 8 | (int32_t)v;
        s = end;
    }
    return s[strspn(s, " \t")] ? UNSET : rgb;
}

/* UNSET for what is no colour. */
static int32_t parse_colour(const char *s)
{
    size_t len = strlen(s);

    if (len == 0)
        return THEME_TERMINAL;
    if (s[0] != '#')
        return decimal_rgb(s);
    if (len == 7)
        return hex(s + 1, 6);
    int32_t grey = len == 3 ? hex(s + 1, 2) : UNSET;
    return grey < 0 ? UNSET : grey * 0x10101;
}

static int32_t *place_of(struct draft *d, const char *key)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strcmp(role_keys[i], key) == 0)
            return &d->role[i];
    for (int i = 0; i < HINT_COUNT; i++)
        if (strcmp(hint_keys[i], key) == 0)
            return &d->hint[i];
    return NULL;
}

/* Value of a line behind the =: quoted in either way or bare, maybe with a comment behind. */
static char *unquote(char *s)
{
    s += strspn(s, " \t");
    char quote = *s == '"' || *s == '\'' ? *s : '\0';
    if (quote) {
        char *end = strchr(++s, quote);
        if (end)
            *end = '\0';
        return s;
    }
    size_t len = strlen(s);
    while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        s[--len] = '\0';
    return s;
}

static enum rc take(struct draft *d, const char *key, const char *value, const char *where,
                    struct err *e)
{
    int32_t *place = place_of(d, key), colour;

    if (strcmp(key, "suantop_mono") == 0) {
        d->mono = strcmp(value, "true") == 0;
        return RC_OK;
    }
    if (!place)
        return strncmp(key, "suantop_", 8)
                   ? RC_OK /* a key of btop's that means nothing here */
                   : err_set(e, RC_SCHEMA, where, S_("unknown key %s"), key);
    colour = parse_colour(value);
    if (colour == UNSET)
        return err_set(e, RC_SYNTAX, where,
                       S_("%s is no colour; accepted: \"#RRGGBB\", \"#GG\", \"R G B\", \"\""),
                       value);
    *place = colour;
    return RC_OK;
}

static enum rc parse_line(struct draft *d, char *line, const char *where, struct err *e)
{
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return RC_OK;
    char *close = strchr(line, ']');
    if (strncmp(line, "theme[", 6) != 0 || !close)
        return err_set(e, RC_SYNTAX, where, S_("expected theme[key]=\"colour\" or a # comment"));
    char *value = close + 1 + strspn(close + 1, " \t");
    if (*value != '=')
        return err_set(e, RC_SYNTAX, where, S_("expected = behind theme[%.40s"), line + 6);
    *close = '\0';
    return take(d, line + 6, unquote(value + 1), where, e);
}

static int32_t given(int32_t colour)
{
    return colour >= 0 ? colour : UNSET;
}

/* A role that the file does not name: `own` if it does. */
static void derive(struct draft *d, enum role r, int32_t colour)
{
    if (d->role[r] == UNSET)
        d->role[r] = colour;
}

/* The first of btop's gradient colours whose hue lies near `hue`; else the shipped colour, made
 * fit for the background. */
static int32_t pick(const struct draft *d, int hue, int tolerance, enum role shipped)
{
    static const enum hint order[] = {
        HINT_CPU_START,     HINT_CPU_MID,      HINT_CPU_END,    HINT_TEMP_START,
        HINT_TEMP_MID,      HINT_TEMP_END,     HINT_USED_START, HINT_USED_MID,
        HINT_USED_END,      HINT_FREE_START,   HINT_FREE_MID,   HINT_AVAILABLE_START,
        HINT_AVAILABLE_MID, HINT_CACHED_START, HINT_CACHED_MID, HINT_DOWNLOAD_START,
        HINT_DOWNLOAD_MID,  HINT_UPLOAD_START, HINT_UPLOAD_MID, HINT_PROCESS_START,
        HINT_PROCESS_MID,   HINT_PROCESS_END,  HINT_PROC_MISC,
    };

    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        int32_t c = d->hint[order[i]];
        if (c >= 0 && colour_hue_near(c, hue, tolerance) && colour_contrast(c, d->ground) >= 2.5)
            return c;
    }
    return colour_readable(role_defaults[shipped], d->ground, 3.5);
}

static void derive_text(struct draft *d)
{
    int32_t text = d->role[ROLE_TEXT], ink;

    if (d->role[ROLE_BG] == UNSET)
        d->role[ROLE_BG] = THEME_TERMINAL;
    if (text == UNSET)
        d->role[ROLE_TEXT] = text = THEME_TERMINAL;
    bool light = d->role[ROLE_BG] >= 0 ? colour_luminance(d->role[ROLE_BG]) > 0.4
                                       : text >= 0 && colour_luminance(text) < 0.18;
    d->ground = d->role[ROLE_BG] >= 0 ? d->role[ROLE_BG] : light ? 0xffffff : 0x000000;
    ink = text >= 0 ? text : light ? 0x202020 : 0xc9d1d9;
    derive(d, ROLE_BRIGHT, colour_blend(ink, light ? 0x000000 : 0xffffff, 0.6));
    derive(d, ROLE_DIM, colour_blend(ink, d->ground, 0.35));
    derive(d, ROLE_FAINT, colour_blend(ink, d->ground, 0.65));
    derive(d, ROLE_BAR, colour_blend(d->ground, ink, 0.07));
    derive(d, ROLE_LINE, colour_blend(d->ground, ink, 0.2));
    derive(d, ROLE_SELECTION, colour_blend(d->ground, ink, 0.25));
    derive(d, ROLE_SELECTED, d->role[ROLE_BRIGHT]);
    derive(d, ROLE_KEY, pick(d, 215, 35, ROLE_KEY));
}

static void derive_meaning(struct draft *d)
{
    int32_t misc = given(d->hint[HINT_PROC_MISC]);

    derive(d, ROLE_BRAND, misc != UNSET ? misc : pick(d, 170, 40, ROLE_BRAND));
    derive(d, ROLE_OK, pick(d, 130, 40, ROLE_OK));
    derive(d, ROLE_WARN, pick(d, 42, 20, ROLE_WARN));
    derive(d, ROLE_CRIT, pick(d, 0, 18, ROLE_CRIT));
    derive(d, ROLE_ACT, d->role[ROLE_WARN]);
    derive(d, ROLE_MARK, d->role[ROLE_WARN]);
    derive(d, ROLE_WARN_BG, colour_blend(d->ground, d->role[ROLE_WARN], 0.3));
    derive(d, ROLE_CRIT_BG, colour_blend(d->ground, d->role[ROLE_CRIT], 0.35));
    derive(d, ROLE_ESTIMATED, pick(d, 172, 20, ROLE_ESTIMATED));
    derive(d, ROLE_MEASURED, pick(d, 213, 20, ROLE_MEASURED));
    derive(d, ROLE_ALLOCATED, pick(d, 275, 25, ROLE_ALLOCATED));
}

static int32_t on_gradient(int32_t start, int32_t mid, int32_t end, double at)
{
    return at < 0.5 ? colour_blend(start, mid, at * 2) : colour_blend(mid, end, at * 2 - 1);
}

static void derive_heat(struct draft *d)
{
    int32_t start = given(d->hint[HINT_TEMP_START]), mid = given(d->hint[HINT_TEMP_MID]);
    int32_t end = given(d->hint[HINT_TEMP_END]);

    if (end == UNSET)
        end = start;
    if (mid == UNSET && start != UNSET)
        mid = colour_blend(start, end, 0.5);
    for (int i = 0; i < 10; i++)
        derive(d, (enum role)(ROLE_HEAT0 + i),
               start == UNSET ? role_defaults[ROLE_HEAT0 + i]
                              : on_gradient(start, mid, end, i / 9.0));
}

static void finish(struct draft *d, struct theme *out)
{
    derive_text(d);
    derive_meaning(d);
    derive_heat(d);
    out->mono = d->mono;
    for (int i = 0; i < ROLE_COUNT; i++)
        out->rgb[i] = d->role[i];
}

enum rc theme_parse(const char *text, size_t len, const char *where, struct theme *out,
                    struct err *e)
{
    struct draft d = {.mono = false};
    char line[512], place[96];
    size_t at = 0;
    enum rc rc = RC_OK;

    for (int i = 0; i < ROLE_COUNT; i++)
        d.role[i] = UNSET;
    for (int i = 0; i < HINT_COUNT; i++)
        d.hint[i] = UNSET;
    for (int n = 1; at < len && rc == RC_OK; n++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t bytes = end ? (size_t)(end - (text + at)) : len - at;
        snprintf(place, sizeof place, "%.70s:%d", where, n);
        if (n > LINES_MAX || bytes >= sizeof line)
            return err_set(e, RC_LIMIT, place, S_("too long for a theme"));
        memcpy(line, text + at, bytes);
        line[bytes - (bytes > 0 && line[bytes - 1] == '\r')] = '\0';
        rc = parse_line(&d, line, place, e);
        at += bytes + 1;
    }
    if (rc == RC_OK)
        finish(&d, out);
    return rc;
}

static enum rc read_file(const char *path, struct buf *out, struct err *e)
{
    FILE *f = fopen(path, "re");
    enum rc rc = RC_OK;
    char *room;

    if (!f)
        return err_sys(e, RC_IO, errno, path, S_("cannot read the theme"));
    while (rc == RC_OK && !feof(f)) {
        room = buf_reserve(out, 4096);
        if (!room)
            rc = err_set(e, RC_LIMIT, path, S_("larger than a theme can be"));
        else
            buf_commit(out, fread(room, 1, 4096, f));
        if (ferror(f))
            rc = err_sys(e, RC_IO, errno, path, S_("cannot read the theme"));
    }
    fclose(f);
    return rc;
}

static enum rc load_path(const char *path, struct theme *out, struct err *e)
{
    struct buf text;
    const char *slash = strrchr(path, '/');
    size_t n;

    buf_init(&text, FILE_MAX);
    enum rc rc = read_file(path, &text, e);
    if (rc == RC_OK)
        rc = theme_parse(text.data, text.len, path, out, e);
    buf_fini(&text);
    if (rc)
        return rc;
    path = slash ? slash + 1 : path;
    n = text_clean_into(out->name, sizeof out->name, path, strlen(path));
    if (n > 6 && strcmp(out->name + n - 6, ".theme") == 0)
        out->name[n - 6] = '\0';
    return RC_OK;
}

/* Calls visit for each folder of the list until it returns true. */
static bool each_dir(const char *dirs, bool (*visit)(void *arg, const char *dir), void *arg)
{
    char dir[PATH_BYTES];

    while (dirs && *dirs) {
        size_t n = strcspn(dirs, ":");
        if (n > 0 && n < sizeof dir) {
            memcpy(dir, dirs, n);
            dir[n] = '\0';
            if (visit(arg, dir))
                return true;
        }
        dirs += n + (dirs[n] == ':');
    }
    return false;
}

struct wanted {
    const char *name;
    struct theme *out;
    struct err *e;
    enum rc rc;
};

static bool try_dir(void *arg, const char *dir)
{
    struct wanted *w = arg;
    char path[PATH_BYTES + 256];
    struct err e = {0};

    if (snprintf(path, sizeof path, "%s/%s.theme", dir, w->name) >= (int)sizeof path)
        return false;
    w->rc = load_path(path, w->out, &e);
    if (w->rc == RC_IO && e.sys == ENOENT)
        return false;
    if (w->rc && w->e)
        *w->e = e;
    return true;
}

enum rc theme_load(const char *name, const char *dirs, struct theme *out, struct err *e)
{
    struct wanted w = {name, out, e, RC_OK};
    size_t len = strlen(name);

    if (strchr(name, '/') || (len > 6 && strcmp(name + len - 6, ".theme") == 0))
        return load_path(name, out, e);
    if (each_dir(dirs, try_dir, &w))
        return w.rc;
    if (strcmp(name, "suantop-dark") == 0) {
        theme_default(out);
        return RC_OK;
    }
    return err_set(e, RC_USAGE, "theme",
                   dirs && *dirs ? S_("no theme is called %s (looked in %s)")
                                 : S_("no theme is called %s (looked in no folder)"),
                   name, dirs);
}

struct name_list {
    char **names;
    size_t count, cap;
};

static void add_name(struct name_list *l, const char *name, size_t len)
{
    l->names = xgrow(l->names, &l->cap, l->count + 1, sizeof *l->names);
    l->names[l->count++] = xstrndup(name, len);
}

static bool list_dir(void *arg, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;

    while (d && (entry = readdir(d)) != NULL) {
        size_t len = strlen(entry->d_name);
        if (len > 6 && strcmp(entry->d_name + len - 6, ".theme") == 0 &&
            text_is_clean(entry->d_name, len))
            add_name(arg, entry->d_name, len - 6);
    }
    if (d)
        closedir(d);
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void theme_names(const char *dirs, struct buf *out)
{
    struct name_list l = {0};

    add_name(&l, "suantop-dark", 12);
    each_dir(dirs, list_dir, &l);
    qsort(l.names, l.count, sizeof *l.names, by_name);
    for (size_t i = 0; i < l.count; i++) {
        if (out->len < NAMES_MAX && (i + 1 == l.count || strcmp(l.names[i], l.names[i + 1]) != 0))
            buf_addf(out, "%s\n", l.names[i]);
    }
    for (size_t i = 0; i < l.count; i++)
        free(l.names[i]);
    free(l.names);
}
