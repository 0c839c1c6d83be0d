/* SPDX-License-Identifier: MIT
 * state.c - see state.h. One word and its value per line. */
#include "ui/state.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HISTORY_LINES = 200,
    FILE_BYTES_MAX = 512 * 1024,
    PATH_BYTES = 4096,
    EVERY_MAX_MS = 60000,
    CHOSEN_MAX = 1024
};

static const char magic[] = "suantop-state 1";

void ui_state_init(struct ui_state *s)
{
    *s = (struct ui_state){.ascii = -1, .mouse = -1, .bell = -1};
    line_history_init(&s->filters, HISTORY_LINES);
    line_history_init(&s->commands, HISTORY_LINES);
}

void ui_state_fini(struct ui_state *s)
{
    line_history_fini(&s->filters);
    line_history_fini(&s->commands);
    free(s->chosen);
}

static size_t find_chosen(const struct ui_state *s, const char *view, const char *title)
{
    size_t i = 0;

    while (i < s->chosen_count &&
           (strcmp(s->chosen[i].view, view) != 0 || strcmp(s->chosen[i].title, title) != 0))
        i++;
    return i;
}

const struct ui_chosen *ui_state_column(const struct ui_state *s, const char *view,
                                        const char *title)
{
    size_t i = find_chosen(s, view, title);

    return i < s->chosen_count ? &s->chosen[i] : NULL;
}

void ui_state_choose(struct ui_state *s, const char *view, const char *title, int choice)
{
    size_t i = find_chosen(s, view, title);

    if (choice == 0) {
        if (i < s->chosen_count)
            s->chosen[i] = s->chosen[--s->chosen_count];
        return;
    }
    if (i == CHOSEN_MAX || strlen(view) >= sizeof s->chosen->view ||
        strlen(title) >= sizeof s->chosen->title)
        return;
    s->chosen = xgrow(s->chosen, &s->chosen_cap, i + 1, sizeof *s->chosen);
    s->chosen_count += i == s->chosen_count;
    struct ui_chosen *c = &s->chosen[i];
    *c = (struct ui_chosen){.always = choice > 0};
    snprintf(c->view, sizeof c->view, "%s", view);
    snprintf(c->title, sizeof c->title, "%s", title);
}

static enum rc read_all(const char *path, struct buf *out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    ssize_t n = -1;
    char *room;

    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot read what was remembered"));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        while ((room = buf_reserve(out, 4096)) != NULL && (n = read(fd, room, 4096)) > 0)
            buf_commit(out, (size_t)n);
    buf_commit(out, 0); /* the last reservation ended without a NUL */
    close(fd);
    return n == 0 ? RC_OK : err_set(e, RC_IO, path, S_("not a file of suantop's"));
}

static bool take_bool(const char *value, int *out)
{
    *out = strcmp(value, "on") == 0;
    return *out || strcmp(value, "off") == 0;
}

/* "always nodes GPU USED" without its first word. */
static bool take_column(struct ui_state *s, int choice, char *value)
{
    char *title = strchr(value, ' ');

    if (!title || title == value || !title[1])
        return false;
    *title++ = '\0';
    ui_state_choose(s, value, title, choice);
    return true;
}

static bool take(struct ui_state *s, const char *word, char *value)
{
    char *end;

    if (strcmp(word, "theme") == 0) {
        text_clean_into(s->theme, sizeof s->theme, value, strlen(value));
    } else if (strcmp(word, "language") == 0) {
        text_clean_into(s->language, sizeof s->language, value, strlen(value));
    } else if (strcmp(word, "ascii") == 0) {
        return take_bool(value, &s->ascii);
    } else if (strcmp(word, "mouse") == 0) {
        return take_bool(value, &s->mouse);
    } else if (strcmp(word, "bell") == 0) {
        return take_bool(value, &s->bell);
    } else if (strcmp(word, "every") == 0) {
        long v = strtol(value, &end, 10);
        if (*end || v < 0 || v > EVERY_MAX_MS)
            return false;
        s->every_ms = (int)v;
    } else if (strcmp(word, "always") == 0 || strcmp(word, "never") == 0) {
        return take_column(s, word[0] == 'a' ? 1 : -1, value);
    } else if (strcmp(word, "filter") == 0) {
        line_history_add(&s->filters, value);
    } else if (strcmp(word, "command") == 0) {
        line_history_add(&s->commands, value);
    }
    return true; /* a word of a later version */
}

static enum rc parse(struct ui_state *s, const char *path, char *text, size_t len, struct err *e)
{
    int n = 1;

    if (strlen(text) != len || strncmp(text, magic, sizeof magic - 1) != 0)
        return err_set(e, RC_SYNTAX, path, S_("not a file of suantop's; ignored"));
    for (char *next, *line = strchr(text, '\n'); line && *++line; line = next) {
        next = strchr(line, '\n');
        n++;
        if (!next || !text_is_clean(line, (size_t)(next - line)))
            return err_set(e, RC_SYNTAX, path, S_("line %d is damaged; the file is ignored"), n);
        *next = '\0';
        char *value = line + strcspn(line, " ");
        if (*value)
            *value++ = '\0';
        if (!take(s, line, value))
            return err_set(e, RC_SYNTAX, path, S_("line %d is damaged; the file is ignored"), n);
    }
    return RC_OK;
}

enum rc ui_state_load(struct ui_state *s, const char *path, struct err *e)
{
    struct buf text;
    struct err why = {0};

    buf_init(&text, FILE_BYTES_MAX);
    enum rc rc = read_all(path, &text, &why);
    if (rc && why.sys == ENOENT)
        rc = RC_OK;
    else if (rc == RC_OK)
        rc = parse(s, path, text.data, text.len, &why);
    buf_fini(&text);
    if (rc) {
        if (e)
            *e = why;
        ui_state_fini(s);
        ui_state_init(s);
    }
    return rc;
}

static void put_history(struct buf *out, const char *word, const struct line_history *h)
{
    for (size_t i = 0; i < h->count; i++)
        buf_addf(out, "%s %s\n", word, h->lines[i]);
}

static void put_all(struct buf *out, const struct ui_state *s)
{
    buf_addf(out, "%s\n", magic);
    if (s->theme[0])
        buf_addf(out, "theme %s\n", s->theme);
    if (s->language[0])
        buf_addf(out, "language %s\n", s->language);
    if (s->ascii >= 0)
        buf_addf(out, "ascii %s\n", s->ascii ? "on" : "off");
    if (s->mouse >= 0)
        buf_addf(out, "mouse %s\n", s->mouse ? "on" : "off");
    if (s->bell >= 0)
        buf_addf(out, "bell %s\n", s->bell ? "on" : "off");
    if (s->every_ms > 0)
        buf_addf(out, "every %d\n", s->every_ms);
    for (size_t i = 0; i < s->chosen_count; i++)
        buf_addf(out, "%s %s %s\n", s->chosen[i].always ? "always" : "never", s->chosen[i].view,
                 s->chosen[i].title);
    put_history(out, "filter", &s->filters);
    put_history(out, "command", &s->commands);
}

static enum rc write_new(const char *path, const struct buf *text, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t at = 0;
    ssize_t n = 1;

    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot write"));
    while (at < text->len && (n = write(fd, text->data + at, text->len - at)) > 0)
        at += (size_t)n;
    bool good = n > 0 && fsync(fd) == 0;
    int why = errno;
    if (close(fd) == 0 && good)
        return RC_OK;
    return err_sys(e, RC_IO, why, path, S_("cannot write"));
}

enum rc ui_state_save(const struct ui_state *s, const char *path, struct err *e)
{
    char temporary[PATH_BYTES];
    struct buf text;

    if (snprintf(temporary, sizeof temporary, "%s.%ld.new", path, (long)getpid()) >= PATH_BYTES)
        return err_set(e, RC_LIMIT, path, S_("the name is too long"));
    buf_init(&text, FILE_BYTES_MAX);
    put_all(&text, s);
    enum rc rc = text.failed ? err_set(e, RC_LIMIT, path, S_("too much to remember")) : RC_OK;
    unlink(temporary); /* left by a process of our number that died */
    if (rc == RC_OK)
        rc = write_new(temporary, &text, e);
    if (rc == RC_OK && rename(temporary, path) != 0)
        rc = err_sys(e, RC_IO, errno, path, S_("cannot write"));
    if (rc)
        unlink(temporary);
    buf_fini(&text);
    return rc;
}
