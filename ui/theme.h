/* SPDX-License-Identifier: MIT
 * theme.h - one colour per role, read from files in btop's `.theme` format.
 *
 * Any btop theme works: what btop has no key for is derived from the colours that are there. Pure but for
 * theme_load and theme_names, which read files. */
#ifndef SUAN_UI_THEME_H
#define SUAN_UI_THEME_H

#include "base/buf.h"
#include "base/err.h"
#include "ui/canvas.h"
#include <stdbool.h>
#include <stdint.h>

#define THEME_TERMINAL (-1) /* the terminal's own foreground or background */

struct theme {
    char name[64];
    int32_t rgb[ROLE_COUNT]; /* 0xRRGGBB or THEME_TERMINAL */
    bool mono;               /* attributes instead of colours */
};

void theme_default(struct theme *t); /* suantop-dark, compiled in */
/* where: what to call the text in errors ("nord.theme"); errors name its line. */
enum rc theme_parse(const char *text, size_t len, const char *where, struct theme *out,
                    struct err *e);
/* A name that is looked for as DIR/name.theme in colon-separated dirs, or a path. */
enum rc theme_load(const char *name, const char *dirs, struct theme *out, struct err *e);
/* Names that theme_load would find, one a line, sorted, each once. */
void theme_names(const char *dirs, struct buf *out);

#endif
