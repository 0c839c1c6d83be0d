/* SPDX-License-Identifier: MIT
 * json_same.h - are two values equal? For tests that compare two ways of reading. */
#ifndef SUAN_TESTS_UNIT_JSON_SAME_H
#define SUAN_TESTS_UNIT_JSON_SAME_H

#include "codec/json.h"
#include <string.h>

static inline bool json_same_scalar(const struct json *a, const struct json *b)
{
    double x = 0, y = 0;
    bool p = false, q = false;

    if (json_type(a) == JSON_NUMBER)
        return json_num(a, &x) == json_num(b, &y) && x == y;
    if (json_type(a) == JSON_BOOL)
        return json_bool(a, &p) && json_bool(b, &q) && p == q;
    return strcmp(json_str(a), json_str(b)) == 0;
}

/* Types, scalars, and children in order with their keys (a value's own key is not compared). */
static inline bool json_same(const struct json *a, const struct json *b)
{
    const struct json *x = json_first(a), *y = json_first(b);

    if (json_type(a) != json_type(b) || !json_same_scalar(a, b))
        return false;
    for (; x && y; x = json_next(x), y = json_next(y))
        if (strcmp(json_key(x), json_key(y)) != 0 || !json_same(x, y))
            return false;
    return !x && !y;
}

#endif
