/* SPDX-License-Identifier: MIT
 * header.h - the first line of every screen: where we are, how it is, how much of it is live, what time it is.
 * Pure drawing. */
#ifndef SUAN_UI_HEADER_H
#define SUAN_UI_HEADER_H

#include "ui/canvas.h"
#include "ui/verdict.h"

struct header {
    const char *crumb;  /* "张北 › Nodes" */
    const char *status; /* "120 of 2000 nodes", "" = nothing */
    const char *filter; /* "" = none */
    const char *banner; /* "replay 4x", "" = none */
    const char *frozen; /* how long: "12s"; "" = not frozen */
    const char *clock;  /* "14:07:31" */
    struct verdict verdict;
    const char *armed; /* "ARMED 张北智算中心 9 min"; NULL or "" = none */
};

void header_draw(const struct header *h, struct canvas *c, int y);

#endif
