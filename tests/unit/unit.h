/* SPDX-License-Identifier: MIT
 * unit.h - what every unit test includes: cmocka with the headers it needs,
 * and where the fixtures are. One cmocka group a program, or the TAP output
 * carries two plans and the run counts as an error. */
#ifndef SUAN_TESTS_UNIT_UNIT_H
#define SUAN_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/paths.h"

/* Whole fixture `name` in malloc'd memory with a NUL after it; *len without the NUL. */
static inline char *unit_fixture(const char *name, size_t *len)
{
    char path[1024];
    FILE *f;
    char *data;
    long size = -1;

    snprintf(path, sizeof path, "%s/%s", UNIT_FIXTURES, name);
    f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
        fail_msg("cannot read fixture %s", path);
    rewind(f);
    data = malloc((size_t)size + 1);
    if (data == NULL || fread(data, 1, (size_t)size, f) != (size_t)size)
        fail_msg("cannot read fixture %s", path);
    data[size] = '\0';
    fclose(f);
    if (len != NULL)
        *len = (size_t)size;
    return data;
}

#endif
