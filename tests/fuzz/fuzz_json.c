/* SPDX-License-Identifier: MIT
 * fuzz_json.c - whatever goes in: where cJSON reads the whole text as an object, the selected
 * members are the same, read by a new reader and by one that has guesses from earlier inputs. */
#include "codec/json.h"
#include "tests/unit/json_same.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static const char *const wanted[] = {"a", "job_id", "name", "", "b", "state", "A", "exit_code"};
enum { WANTED = sizeof wanted / sizeof wanted[0] };

/* Walk everything the way a collector may. */
static void touch(const struct json *v, int depth)
{
    double n = -7;
    bool b;
    size_t count = 0;

    must(json_num(v, &n) ? isfinite(n) : n == -7);
    n = -7;
    must(json_slurm_num(v, &n) == JSON_SET ? isfinite(n) : n == -7);
    must(json_bool(v, &b) == (json_type(v) == JSON_BOOL));
    must(json_type(v) == JSON_STRING || json_str(v)[0] == 0);
    for (const struct json *c = json_first(v); c; c = json_next(c), count++) {
        must(depth < 1000);
        must(json_type(v) != JSON_OBJECT || json_member(v, json_key(c)));
        touch(c, depth + 1);
    }
    must(count == json_count(v));
}

static void check_selected(struct json_reader *r, const struct json *root, const char *text,
                           size_t size)
{
    const struct json *values[WANTED];
    enum rc rc = json_read(r, text, size, values, NULL);

    must(rc == RC_OK || rc == RC_SYNTAX || rc == RC_SCHEMA || rc == RC_LIMIT);
    if (json_type(root) == JSON_OBJECT)
        must(rc == RC_OK);
    for (int i = 0; i < WANTED; i++) {
        must(rc == RC_OK || !values[i]);
        touch(values[i], 0);
        if (json_type(root) == JSON_OBJECT)
            must(json_same(values[i], json_member(root, wanted[i])));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct json_reader *warm;
    const char *text = (const char *)data;
    struct json_reader *all, *some;
    struct err e = {0};

    if (!warm)
        warm = json_reader_new(wanted, WANTED);
    all = json_reader_new(NULL, 0);
    some = json_reader_new(wanted, WANTED);
    enum rc rc = json_read(all, text, size, NULL, &e);
    must(rc == e.rc && (rc == RC_OK) == (json_root(all) != NULL));
    touch(json_root(all), 0);
    check_selected(some, json_root(all), text, size);
    check_selected(some, json_root(all), text, size);
    check_selected(warm, json_root(all), text, size);
    json_reader_free(all);
    json_reader_free(some);
    return 0;
}
