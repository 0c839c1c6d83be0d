/* SPDX-License-Identifier: MIT
 * fake_term.c - a terminal that is not there: what ui/term.h promises, for programs that drive the dashboard without one.
 *
 * Linked before libui.a it takes the place of ui/term.c. Keys come from nobody: tests hand them to the core. */
#include "tests/safety/fake_term.h"
#include "ui/term.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct terminal {
    int h, w, fd;
    struct term_counters counters;
};

int fake_term_h = 24, fake_term_w = 80;
bool fake_term_mono;

enum rc term_open(const struct term_options *o, struct terminal **out, struct err *e)
{
    (void)o;
    (void)e;
    *out = xcalloc(1, sizeof **out);
    (*out)->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    term_refit(*out);
    return RC_OK;
}

void term_close(struct terminal *t)
{
    if (!t)
        return;
    close(t->fd);
    free(t);
}

int term_fd(const struct terminal *t)
{
    return t->fd;
}

void term_size(const struct terminal *t, int *h, int *w)
{
    *h = t->h;
    *w = t->w;
}

void term_refit(struct terminal *t)
{
    t->h = fake_term_h;
    t->w = fake_term_w;
}

void term_repaint(struct terminal *t)
{
    (void)t;
}

void term_theme(struct terminal *t, const struct theme *theme)
{
    (void)t;
    (void)theme;
}

bool term_is_utf8(const struct terminal *t)
{
    (void)t;
    return true;
}

bool term_is_mono(const struct terminal *t)
{
    (void)t;
    return fake_term_mono;
}

const char *term_depth(const struct terminal *t)
{
    (void)t;
    return "24-bit";
}

void term_mouse(struct terminal *t, bool on)
{
    (void)t;
    (void)on;
}

void term_bell(struct terminal *t)
{
    (void)t;
}

enum rc term_show(struct terminal *t, const struct canvas *c)
{
    (void)c;
    t->counters.frames++;
    return RC_OK;
}

bool term_key(struct terminal *t, struct term_key *k)
{
    (void)t;
    (void)k;
    return false;
}

bool term_gone(const struct terminal *t)
{
    (void)t;
    return false;
}

void term_suspend(struct terminal *t)
{
    (void)t;
}

void term_resume(struct terminal *t)
{
    (void)t;
}

const struct term_counters *term_counters(const struct terminal *t)
{
    return &t->counters;
}
