/* SPDX-License-Identifier: MIT
 * columns.h - lines of our data files: columns between '|', '#' begins a comment line. Pure. */
#ifndef SUAN_BASE_COLUMNS_H
#define SUAN_BASE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct columns {
    const char *text; /* what is left of the file */
    unsigned line;    /* number of the line read last */
};
enum { COLUMNS_MAX = 16, COLUMNS_LINE_MAX = 512 };
struct columns_line {
    char copy[COLUMNS_LINE_MAX]; /* the cells point into it, trimmed of blanks */
    const char *cell[COLUMNS_MAX];
    int count;
    bool too_long; /* the line, or more than COLUMNS_MAX cells: the rest is missing */
};

/* The next line that is neither blank nor a comment; false at the end. */
bool columns_next(struct columns *c, struct columns_line *out);

#endif
