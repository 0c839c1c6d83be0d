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
#include "base/sentence.h"
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

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ')
        p++;
    return p;
}

/* --- plain values --------------------------------------------------------------------------- */

/* Nearly all values are plain: strings without escapes, whole numbers, words, and small objects and
 * arrays of these, such as {"set": true, "number": 60} and ["RUNNING"]. cJSON's general way takes
 * two to five times as long for them. Whatever is not plain, errors too, is left to cJSON: NULL says
 * so. */
struct plain {
    struct arena *arena;
    const char *p, *end;
};

#define PLAIN_DEPTH 4
#define PLAIN_MAX 65536 /* a long one that turns out not to be plain would take its memory twice */
#define PLAIN_DIGITS 15 /* that many always fit a double */

/* A node with room for text behind it. */
static cJSON *plain_node(struct plain *q, int type, size_t room)
{
    cJSON *v = arena_alloc(q->arena, sizeof *v + room);
    if (v)
        *v = (cJSON){.type = type};
    return v;
}

static bool plain_is(struct plain *q, char c)
{
    q->p = skip_space(q->p, q->end);
    return q->p < q->end && *q->p == c;
}

/* From the opening quote to behind the closing one; the text between them. */
static struct json_span plain_quoted(struct plain *q)
{
    const char *s = q->p + 1, *quote = memchr(s, '"', (size_t)(q->end - s));
    size_t n = quote ? (size_t)(quote - s) : 0;
    if (!quote || memchr(s, '\\', n))
        return (struct json_span){NULL, 0};
    q->p = quote + 1;
    return (struct json_span){s, n};
}

static cJSON *plain_string(struct plain *q)
{
    struct json_span s = plain_quoted(q);
    cJSON *v = s.text ? plain_node(q, cJSON_String, s.len + 1) : NULL;
    if (!v)
        return NULL;
    v->valuestring = memcpy((char *)(v + 1), s.text, s.len);
    v->valuestring[s.len] = 0;
    return v;
}

static char *plain_key(struct plain *q)
{
    if (!plain_is(q, '"'))
        return NULL;
    struct json_span s = plain_quoted(q);
    return s.text && plain_is(q, ':') && q->p++ ? arena_strndup(q->arena, s.text, s.len) : NULL;
}

static cJSON *plain_number(struct plain *q)
{
    bool negative = *q->p == '-';
    const char *s = q->p + negative, *p = s;
    int64_t n = 0;
    for (; p < q->end && *p >= '0' && *p <= '9' && p - s < PLAIN_DIGITS; p++)
        n = n * 10 + (*p - '0');
    cJSON *v = p > s ? plain_node(q, cJSON_Number, 0) : NULL;
    if (v)
        v->valuedouble = negative ? -(double)n : (double)n;
    q->p = p;
    return v;
}

static cJSON *plain_word(struct plain *q)
{
    static const struct {
        const char *word;
        int type;
    } words[] = {{"null", cJSON_NULL}, {"true", cJSON_True}, {"false", cJSON_False}};
    for (size_t i = 0; i < 3; i++) {
        size_t n = 4 + (i == 2);
        if ((size_t)(q->end - q->p) >= n && memcmp(q->p, words[i].word, n) == 0) {
            q->p += n;
            return plain_node(q, words[i].type, 0);
        }
    }
    return NULL;
}

static cJSON *plain_value(struct plain *q, int depth);

/* One child, with its key in an object. */
static cJSON *plain_child(struct plain *q, bool keyed, int depth)
{
    char *key = keyed ? plain_key(q) : NULL;
    if (keyed && !key)
        return NULL;
    q->p = skip_space(q->p, q->end);
    cJSON *v = plain_value(q, depth);
    if (v)
        v->string = key;
    return v;
}

static cJSON *plain_list(struct plain *q, bool keyed, int depth)
{
    cJSON *list = plain_node(q, keyed ? cJSON_Object : cJSON_Array, 0);
    cJSON **link = list ? &list->child : NULL;
    char close = keyed ? '}' : ']';
    q->p++;
    if (!list || plain_is(q, close)) {
        q->p++;
        return list;
    }
    for (;; q->p++) {
        *link = plain_child(q, keyed, depth);
        if (!*link)
            return NULL;
        link = &(*link)->next;
        if (!plain_is(q, ','))
            break;
    }
    return plain_is(q, close) && q->p++ ? list : NULL;
}

static cJSON *plain_value(struct plain *q, int depth)
{
    char c = q->p < q->end ? *q->p : 0;
    if (c == '"')
        return plain_string(q);
    if (c == '-' || (c >= '0' && c <= '9'))
        return plain_number(q);
    if (c == '{' || c == '[')
        return depth < PLAIN_DEPTH ? plain_list(q, c == '{', depth + 1) : NULL;
    return plain_word(q);
}

/* The text ends behind the value and, by the caller's word, holds no NUL. */
static const cJSON *read_plain(struct json_reader *r, const struct json_span *s)
{
    struct plain q = {&r->arena, s->text, s->text + s->len};
    const cJSON *v = s->len <= PLAIN_MAX ? plain_value(&q, 0) : NULL;
    return v && q.p == q.end ? v : NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

static cJSON *parse(struct json_reader *r, const char *text, size_t len)
{
    const char *end = NULL;
    active = &r->arena;
    cJSON *v = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    active = NULL;
    return v && skip_space(end, text + len) == text + len ? v : NULL;
}

/* First as it is; mended only where something hides or cJSON refuses, and no further than needed. */
static enum rc parse_value(struct json_reader *r, const char *text, size_t len, const cJSON **out,
                           struct err *e)
{
    exhausted = false;
    *out = jsontext_hides_nul(text, len) ? NULL : parse(r, text, len);
    for (int more = 0; more < 2 && !*out && !exhausted; more++) {
        buf_reset(&r->mended);
        if (jsontext_mend(&r->mended, text, len, more == 1) != RC_OK)
            break;
        *out = parse(r, r->mended.data, r->mended.len);
    }
    if (*out)
        return RC_OK;
    if (exhausted || r->mended.failed)
        return err_set(e, RC_LIMIT, "json", S_("a value is too big"));
    return err_set(e, RC_SYNTAX, "json", S_("a value is not valid JSON"));
}

static enum rc read_selected(struct json_reader *r, const char *text, size_t len,
                             const struct json **values, struct err *e)
{
    enum rc rc = jsonselect_run(r->select, text, len, r->spans, e);
    bool hides = rc == RC_OK && memchr(text, 0, len);
    for (size_t i = 0; i < r->count && rc == RC_OK; i++) {
        const struct json_span *s = &r->spans[i];
        const cJSON *v = s->text && !hides ? read_plain(r, s) : NULL;
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
    }
    return r;
}

void json_reader_free(struct json_reader *r)
{
    if (!r)
        return;
    jsonselect_free(r->select);
    free(r->spans);
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
