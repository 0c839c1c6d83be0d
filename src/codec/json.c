/* SPDX-License-Identifier: MIT
 * json.c - values of one small JSON text, by cJSON.
 *
 * The only file that knows cJSON. Its nodes come from the reader's arena, through cJSON's
 * process-wide allocation hooks: a thread-local pointer names the arena while a parse runs, and
 * without one the hooks are malloc and free. So nothing is freed one by one, and hostile text
 * meets the arena's limit. */
#include "codec/json.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/xmem.h"
#include "codec/jsonselect.h"
#include "codec/jsontext.h"
#include "codec/quantity.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX                                                                                  \
    ((size_t)64 << 20) /* a node costs up to 40 times its text: `[0,0,0...` of 1 MiB */
#define ARENA_KEEP ((size_t)256 << 10)
#define MEND_MAX ((size_t)64 << 20)

struct json_reader {
    struct jsonselect *select; /* NULL: no selection */
    struct json_span *spans;
    cJSON *simple; /* one node a wanted member, for what simple_value reads */
    size_t count;
    const cJSON *root;
    struct arena arena;
    struct buf mended;
};

/* --- allocation ------------------------------------------------------------------------------- */

static _Thread_local struct arena *active;
static _Thread_local bool exhausted;

static void *hook_malloc(size_t size)
{
    if (!active)
        return malloc(size);
    void *p = arena_alloc(active, size);
    exhausted |= p == NULL;
    return p;
}

static void hook_free(void *p)
{
    if (!active)
        free(p);
}

static void install_hooks(void)
{
    cJSON_Hooks hooks = {hook_malloc, hook_free};
    cJSON_InitHooks(&hooks);
}

/* --- reading ---------------------------------------------------------------------------------- */

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ')
        p++;
    return p;
}

static cJSON *parse(struct json_reader *r, const char *text, size_t len)
{
    const char *end = NULL;
    active = &r->arena;
    cJSON *v = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    active = NULL;
    return v && skip_space(end, text + len) == text + len ? v : NULL;
}

/* First as it is; mended only where something hides or cJSON refuses. */
static enum rc parse_value(struct json_reader *r, const char *text, size_t len, const cJSON **out,
                           struct err *e)
{
    exhausted = false;
    *out = jsontext_hides_nul(text, len) ? NULL : parse(r, text, len);
    if (*out)
        return RC_OK;
    buf_reset(&r->mended);
    if (!exhausted && jsontext_mend(&r->mended, text, len) == RC_OK)
        *out = parse(r, r->mended.data, r->mended.len);
    if (*out)
        return RC_OK;
    if (exhausted || r->mended.failed)
        return err_set(e, RC_LIMIT, "json", "a value is too big");
    return err_set(e, RC_SYNTAX, "json", "a value is not valid JSON");
}

/* Most values are plain strings and small whole numbers, for which cJSON's general way is five times
 * as long. Anything else is left to it, so is every error. */
static const cJSON *simple_string(struct json_reader *r, cJSON *v, const char *text, size_t len)
{
    size_t n = len - 2;
    char *copy =
        memchr(text, '\\', len) || memchr(text, 0, len) ? NULL : arena_alloc(&r->arena, n + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text + 1, n);
    copy[n] = 0;
    *v = (cJSON){.type = cJSON_String, .valuestring = copy};
    return v;
}

#define EXACT_DIGITS 15 /* that many always fit a double */

static const cJSON *simple_number(cJSON *v, const char *text, size_t len)
{
    size_t i = text[0] == '-';
    int64_t n = 0;
    if (len == i || len - i > EXACT_DIGITS)
        return NULL;
    for (; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return NULL;
        n = n * 10 + (text[i] - '0');
    }
    *v = (cJSON){.type = cJSON_Number, .valuedouble = text[0] == '-' ? -(double)n : (double)n};
    return v;
}

static const cJSON *simple_value(struct json_reader *r, cJSON *v, const char *text, size_t len)
{
    if (text[0] == '"')
        return simple_string(r, v, text, len);
    if (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))
        return simple_number(v, text, len);
    if (len == 4 && memcmp(text, "null", 4) == 0) {
        *v = (cJSON){.type = cJSON_NULL};
        return v;
    }
    return NULL;
}

static enum rc read_selected(struct json_reader *r, const char *text, size_t len,
                             const struct json **values, struct err *e)
{
    enum rc rc = jsonselect_run(r->select, text, len, r->spans, e);
    for (size_t i = 0; i < r->count && rc == RC_OK; i++) {
        const struct json_span *s = &r->spans[i];
        const cJSON *v = s->text ? simple_value(r, &r->simple[i], s->text, s->len) : NULL;
        if (s->text && !v)
            rc = parse_value(r, s->text, s->len, &v, e);
        values[i] = (const struct json *)v;
    }
    for (size_t i = 0; i < r->count && rc != RC_OK; i++)
        values[i] = NULL;
    return rc;
}

static void forget(struct json_reader *r)
{
    r->root = NULL;
    if (r->arena.used > ARENA_KEEP) {
        arena_fini(&r->arena);
        arena_init(&r->arena, ARENA_MAX);
    }
    if (r->mended.cap > ARENA_KEEP) {
        buf_fini(&r->mended);
        buf_init(&r->mended, MEND_MAX);
    }
    arena_reset(&r->arena);
}

enum rc json_read(struct json_reader *r, const char *text, size_t len, const struct json **values,
                  struct err *e)
{
    forget(r);
    return r->select ? read_selected(r, text, len, values, e)
                     : parse_value(r, text, len, &r->root, e);
}

struct json_reader *json_reader_new(const char *const *wanted, size_t count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_hooks);
    struct json_reader *r = xcalloc(1, sizeof *r);
    arena_init(&r->arena, ARENA_MAX);
    buf_init(&r->mended, MEND_MAX);
    if (count > 0) {
        r->count = count;
        r->select = jsonselect_new(wanted, count);
        r->spans = xcalloc(count, sizeof *r->spans);
        r->simple = xcalloc(count, sizeof *r->simple);
    }
    return r;
}

void json_reader_free(struct json_reader *r)
{
    if (!r)
        return;
    jsonselect_free(r->select);
    free(r->spans);
    free(r->simple);
    arena_fini(&r->arena);
    buf_fini(&r->mended);
    free(r);
}

/* --- values ----------------------------------------------------------------------------------- */

static const cJSON *node(const struct json *v)
{
    return (const cJSON *)v;
}

const struct json *json_root(const struct json_reader *r)
{
    return (const struct json *)r->root;
}

enum json_type json_type(const struct json *v)
{
    switch (v ? node(v)->type & 0xff : cJSON_Invalid) {
    case cJSON_NULL:
        return JSON_NULL;
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_ABSENT;
    }
}

/* Not cJSON's look-up: of equal keys the last one counts. */
const struct json *json_member(const struct json *object, const char *key)
{
    const cJSON *found = NULL;
    if (json_type(object) != JSON_OBJECT)
        return NULL;
    for (const cJSON *c = node(object)->child; c; c = c->next)
        if (c->string && strcmp(c->string, key) == 0)
            found = c;
    return (const struct json *)found;
}

const struct json *json_first(const struct json *array_or_object)
{
    return array_or_object ? (const struct json *)node(array_or_object)->child : NULL;
}

const struct json *json_next(const struct json *v)
{
    return v ? (const struct json *)node(v)->next : NULL;
}

const char *json_key(const struct json *v)
{
    return v && node(v)->string ? node(v)->string : "";
}

size_t json_count(const struct json *array_or_object)
{
    size_t n = 0;
    for (const struct json *c = json_first(array_or_object); c; c = json_next(c))
        n++;
    return n;
}

const char *json_str(const struct json *v)
{
    return json_type(v) == JSON_STRING && node(v)->valuestring ? node(v)->valuestring : "";
}

bool json_num(const struct json *v, double *out)
{
    enum json_type t = json_type(v);
    if (t == JSON_STRING)
        return quantity_number(json_str(v), out);
    if (t != JSON_NUMBER || !isfinite(node(v)->valuedouble))
        return false;
    *out = node(v)->valuedouble;
    return true;
}

bool json_bool(const struct json *v, bool *out)
{
    if (json_type(v) != JSON_BOOL)
        return false;
    *out = (node(v)->type & 0xff) == cJSON_True;
    return true;
}

/* --- Slurm ------------------------------------------------------------------------------------ */

/* Slurm's in-band marks, which leak through its older JSON. The two 64-bit marks are one double. */
#define SLURM_NO_VAL 4294967294.0
#define SLURM_INFINITE 4294967295.0
#define SLURM_NO_VAL64 18446744073709551614.0

static enum json_slurm slurm_plain(double n, double *out)
{
    if (n == SLURM_INFINITE)
        return JSON_INFINITE;
    if (n == SLURM_NO_VAL || n == SLURM_NO_VAL64)
        return JSON_UNSET;
    *out = n;
    return JSON_SET;
}

static enum json_slurm slurm_object(const struct json *v, double *out)
{
    bool set = true, infinite = false;
    double n;
    (void)json_bool(json_member(v, "set"), &set);
    (void)json_bool(json_member(v, "infinite"), &infinite);
    if (infinite)
        return JSON_INFINITE;
    return set && json_num(json_member(v, "number"), &n) ? slurm_plain(n, out) : JSON_UNSET;
}

static bool is_infinite_word(const char *s)
{
    return strcasecmp(s, "infinity") == 0 || strcasecmp(s, "infinite") == 0 ||
           strcasecmp(s, "unlimited") == 0;
}

enum json_slurm json_slurm_num(const struct json *v, double *out)
{
    double n;
    if (json_type(v) == JSON_OBJECT)
        return slurm_object(v, out);
    if (json_type(v) == JSON_STRING && is_infinite_word(json_str(v)))
        return JSON_INFINITE;
    return json_num(v, &n) ? slurm_plain(n, out) : JSON_UNSET;
}
