/* SPDX-License-Identifier: MIT
 * jsonstream.c - cuts a JSON document into slices while its bytes arrive.
 *
 * Two machines take turns. Between slices a byte-wise one knows the grammar of the top level:
 * keys, colons, commas, the brackets of the document and of the chosen arrays. Inside a slice
 * jsonscan runs to its end without looking at anything but quotes, escapes and brackets. A slice
 * that lies in one feed is handed out where it is; only one that is cut by a feed's end is
 * collected in `slice`, from which long members are left out again. */
#include "codec/jsonstream.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/jsonscan.h"
#include "codec/jsontext.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 256

enum state {
    S_START,      /* before the document's bracket */
    S_KEY_FIRST,  /* behind `{`: a key or `}` */
    S_KEY_NEXT,   /* behind a comma: a key */
    S_KEY,        /* inside a key */
    S_COLON,      /* behind a key */
    S_VALUE,      /* behind a colon */
    S_ITEM_FIRST, /* behind `[`: an element or `]` */
    S_ITEM_NEXT,  /* behind a comma: an element */
    S_SLICE,      /* inside an element or a member's value */
    S_AFTER_ITEM,
    S_AFTER_VALUE,
    S_DONE,
    S_FAILED
};

enum shape { SHAPE_NESTED, SHAPE_STRING, SHAPE_SCALAR };

struct jsonstream {
    const char *const *arrays;
    const struct jsonstream_ops *ops;
    void *arg;
    struct jsonstream_limits limits;

    enum state state;
    enum rc failed;
    bool in_array;   /* slices are elements of `key`, else members */
    bool had_array;  /* one of `arrays` was there, if only an empty one */
    size_t inside;   /* in an object that holds a chosen array: bytes of "object." in key_text */
    unsigned bom;    /* bytes of a byte order mark seen */
    uint64_t offset; /* of the next byte */
    uint64_t bad;
    struct err *err; /* of the running call */

    struct jsonscan scan;
    enum shape shape;
    enum rc why;   /* RC_OK, or why this slice is not handed out */
    bool unwanted; /* nobody listens: do not collect, do not complain */
    uint64_t slice_at, slice_len;
    struct buf slice;       /* what earlier feeds had of it */
    struct jsonscan passed; /* of the member that is being left out of it; no depth = none is */

    const char *key;
    size_t key_len;
    bool key_cut;
    char key_text[KEY_MAX + 1];
};

static enum rc fail(struct jsonstream *js, enum rc rc, const char *what)
{
    char where[48];
    snprintf(where, sizeof where, "byte %llu", (unsigned long long)js->offset);
    js->state = S_FAILED;
    js->failed = rc;
    return err_set(js->err, rc, where, "%s", what);
}

static enum rc unexpected(struct jsonstream *js, const char *wanted, char got)
{
    char what[96];
    unsigned char c = (unsigned char)got;
    if (c > ' ' && c < 0x7f)
        snprintf(what, sizeof what, "expected %s, got '%c'", wanted, c);
    else
        snprintf(what, sizeof what, "expected %s, got byte 0x%02x", wanted, c);
    return fail(js, RC_SYNTAX, what);
}

/* --- slices ----------------------------------------------------------------------------------- */

static void begin_slice(struct jsonstream *js, char c)
{
    js->scan = (struct jsonscan){.limit = js->limits.depth_max};
    js->shape = c == '{' || c == '[' ? SHAPE_NESTED : c == '"' ? SHAPE_STRING : SHAPE_SCALAR;
    js->unwanted = js->in_array ? !js->ops->element : !js->ops->member;
    js->why = js->key_cut ? RC_LIMIT : RC_OK;
    js->slice_at = js->offset;
    js->slice_len = 0;
    js->passed = (struct jsonscan){0};
    buf_reset(&js->slice);
    js->state = S_SLICE;
}

static enum rc end_slice(struct jsonstream *js, const char *text, size_t len)
{
    js->state = js->in_array ? S_AFTER_ITEM : S_AFTER_VALUE;
    if (js->unwanted)
        return RC_OK;
    if (js->why != RC_OK) {
        js->bad++;
        if (js->ops->bad)
            js->ops->bad(js->arg, js->key, js->why, js->slice_at);
        return RC_OK;
    }
    enum rc rc = js->in_array ? js->ops->element(js->arg, js->key, text, len)
                              : js->ops->member(js->arg, js->key, text, len);
    return rc == RC_OK ? RC_OK : fail(js, rc, S_("stopped by the reader"));
}

/* Bytes of p that belong to the slice; *ended when it is complete. */
static size_t scan_slice(struct jsonstream *js, const char *p, size_t n, bool *ended)
{
    size_t used = 0;
    switch (js->shape) {
    case SHAPE_NESTED:
        used = jsonscan_nested(&js->scan, p, n);
        *ended = js->scan.depth == 0;
        break;
    case SHAPE_STRING:
        if (js->slice_len == 0) {
            js->scan.in_string = true;
            used = 1;
        }
        used += jsonscan_string(&js->scan, p + used, n - used);
        *ended = !js->scan.in_string;
        break;
    case SHAPE_SCALAR:
        used = jsonscan_scalar(p, n);
        *ended = used < n;
        break;
    }
    return used;
}

/* The slice has become longer than may be kept: the member that is under way is left out, if that is what makes it long. */
static void thin_slice(struct jsonstream *js)
{
    size_t at = *js->slice.data == '{'
                    ? jsonscan_open_member(&js->passed, js->slice.data, js->slice.len)
                    : 0;

    if (at == 0 || at > JSONSTREAM_KEEP / 2) {
        js->passed = (struct jsonscan){0};
        js->why = RC_LIMIT;
        return;
    }
    buf_truncate(&js->slice, at);
    js->why = buf_adds(&js->slice, "null");
    js->passed.limit = js->scan.limit - 1;
    js->scan = (struct jsonscan){.depth = 1, .limit = js->scan.limit, .over = js->scan.over};
}

static void keep_of_slice(struct jsonstream *js, const char *p, size_t n, bool ended)
{
    js->why = buf_add(&js->slice, p, n);
    if (js->why == RC_OK && !ended && js->slice.len > JSONSTREAM_KEEP)
        thin_slice(js);
    if (js->why != RC_OK)
        buf_fini(&js->slice); /* its end may never come */
}

static enum rc feed_slice(struct jsonstream *js, const char *p, size_t n, size_t *used)
{
    bool ended = false, whole = js->slice_len == 0, passing = js->passed.depth > 0;
    size_t take = passing ? jsonscan_nested(&js->passed, p, n) : scan_slice(js, p, n, &ended);
    js->slice_len += take;
    js->offset += take;
    *used += take;
    if (js->slice_len > js->limits.element_max || js->scan.over || js->passed.over)
        js->why = RC_LIMIT;
    if (ended && whole)
        return end_slice(js, p, take);
    if (!js->unwanted && js->why == RC_OK && !passing)
        keep_of_slice(js, p, take, ended);
    return ended ? end_slice(js, js->slice.data, js->slice.len) : RC_OK;
}

/* --- keys ------------------------------------------------------------------------------------- */

static void begin_key(struct jsonstream *js)
{
    js->scan = (struct jsonscan){.in_string = true};
    js->key_len = js->inside;
    js->key_cut = false;
    js->state = S_KEY;
}

static void end_key(struct jsonstream *js)
{
    char *own = js->key_text + js->inside;
    size_t len = js->key_len - js->inside;
    if (memchr(own, '\\', len))
        js->key_len = js->inside + jsontext_unescape(own, len);
    js->key_text[js->key_len] = 0;
    js->key = js->key_text;
    for (const char *const *a = js->arrays; a && *a; a++)
        if (strcmp(*a, js->key_text) == 0)
            js->key = *a;
    js->state = S_COLON;
}

static void feed_key(struct jsonstream *js, const char *p, size_t n, size_t *used)
{
    size_t take = jsonscan_string(&js->scan, p, n);
    size_t text = take - !js->scan.in_string;
    size_t room = KEY_MAX - js->key_len;
    memcpy(js->key_text + js->key_len, p, text < room ? text : room);
    js->key_len += text < room ? text : room;
    js->key_cut |= text > room;
    js->offset += take;
    *used += take;
    if (!js->scan.in_string)
        end_key(js);
}

/* --- the top level ---------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static enum rc step_start(struct jsonstream *js, char c)
{
    static const char bom[] = "\xef\xbb\xbf";
    bool array = c == '[';
    if (js->offset == js->bom && js->bom < 3 && c == bom[js->bom]) {
        js->bom++;
        return RC_OK;
    }
    if ((!array && c != '{') || (js->bom > 0 && js->bom < 3))
        return unexpected(js, "'{' or '[' (this is not JSON)", c);
    if (array != !js->arrays)
        return fail(js, RC_SCHEMA,
                    array ? S_("an array where an object was expected")
                          : S_("an object where an array was expected"));
    js->in_array = array;
    js->key = "";
    js->state = array ? S_ITEM_FIRST : S_KEY_FIRST;
    return RC_OK;
}

/* The document, or the object inside it. */
static void end_object(struct jsonstream *js)
{
    js->state = js->inside ? S_AFTER_VALUE : S_DONE;
    js->inside = 0;
}

static enum rc step_key(struct jsonstream *js, char c)
{
    if (c == '"')
        begin_key(js);
    else if (c == '}' && js->state == S_KEY_FIRST)
        end_object(js);
    else
        return unexpected(js, "a key", c);
    return RC_OK;
}

static enum rc step_colon(struct jsonstream *js, char c)
{
    if (c != ':')
        return unexpected(js, "':'", c);
    js->state = S_VALUE;
    return RC_OK;
}

static bool is_chosen(const struct jsonstream *js)
{
    return js->key != js->key_text;
}

/* Is there a chosen array "key.something" in the object that begins here? */
static bool enter_object(struct jsonstream *js)
{
    if (js->inside || js->key_cut || js->key_len == KEY_MAX)
        return false;
    for (const char *const *a = js->arrays; a && *a; a++) /* a key may hold NULs */
        if (strlen(*a) > js->key_len && memcmp(*a, js->key_text, js->key_len) == 0 &&
            (*a)[js->key_len] == '.') {
            js->key_text[js->key_len] = '.';
            js->inside = js->key_len + 1;
            js->state = S_KEY_FIRST;
            return true;
        }
    return false;
}

/* Does a value begin here? The byte itself stays for the slice, if one begins. */
static enum rc step_value(struct jsonstream *js, char c, bool *taken)
{
    if (js->state == S_ITEM_FIRST && c == ']') {
        js->in_array = false;
        js->state = js->arrays ? S_AFTER_VALUE : S_DONE;
        return RC_OK;
    }
    if ((unsigned char)c < ' ' || strchr(",:}]", c))
        return unexpected(js, "a value", c);
    if (js->state == S_VALUE && c == '[' && is_chosen(js)) {
        js->in_array = js->had_array = true;
        js->state = S_ITEM_FIRST;
        return RC_OK;
    }
    if (js->state == S_VALUE && c == '{' && enter_object(js))
        return RC_OK;
    begin_slice(js, c);
    *taken = false;
    return RC_OK;
}

static enum rc step_after_item(struct jsonstream *js, char c)
{
    if (c == ',') {
        js->state = S_ITEM_NEXT;
    } else if (c == ']') {
        js->in_array = false;
        js->state = js->arrays ? S_AFTER_VALUE : S_DONE;
    } else {
        return unexpected(js, "',' or ']'", c);
    }
    return RC_OK;
}

static enum rc step_after_value(struct jsonstream *js, char c)
{
    if (c != ',' && c != '}')
        return unexpected(js, "',' or '}'", c);
    if (c == ',')
        js->state = S_KEY_NEXT;
    else
        end_object(js);
    return RC_OK;
}

static enum rc step(struct jsonstream *js, char c, bool *taken)
{
    switch (js->state) {
    case S_START:
        return step_start(js, c);
    case S_KEY_FIRST:
    case S_KEY_NEXT:
        return step_key(js, c);
    case S_COLON:
        return step_colon(js, c);
    case S_VALUE:
    case S_ITEM_FIRST:
    case S_ITEM_NEXT:
        return step_value(js, c, taken);
    case S_AFTER_ITEM:
        return step_after_item(js, c);
    case S_AFTER_VALUE:
        return step_after_value(js, c);
    case S_DONE:
        return unexpected(js, "the end of the document", c);
    case S_KEY:
    case S_SLICE:
    case S_FAILED:
        break;
    }
    return fail(js, RC_BUG, S_("no such state"));
}

static enum rc feed(struct jsonstream *js, const char *data, size_t len)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < len && rc == RC_OK;) {
        if (js->state == S_SLICE) {
            rc = feed_slice(js, data + i, len - i, &i);
        } else if (js->state == S_KEY) {
            feed_key(js, data + i, len - i, &i);
        } else {
            bool taken = true;
            if (!is_space(data[i]))
                rc = step(js, data[i], &taken);
            i += taken;
            js->offset += taken && rc == RC_OK;
        }
    }
    return rc;
}

enum rc jsonstream_feed(struct jsonstream *js, const char *data, size_t len, struct err *e)
{
    js->err = e;
    if (js->state == S_FAILED)
        return err_set(e, js->failed, "", S_("the stream has failed before"));
    uint64_t room = js->limits.body_max - js->offset;
    enum rc rc = feed(js, data, len < room ? len : (size_t)room);
    return rc == RC_OK && len > room ? fail(js, RC_LIMIT, S_("the document is too big")) : rc;
}

enum rc jsonstream_end(struct jsonstream *js, struct err *e)
{
    js->err = e;
    if (js->state == S_DONE)
        return RC_OK;
    if (js->state == S_FAILED)
        return err_set(e, js->failed, "", S_("the stream has failed before"));
    return fail(js, RC_SYNTAX, js->offset == 0 ? "empty" : S_("the document ends too early"));
}

struct jsonstream *jsonstream_new(const char *const *arrays, const struct jsonstream_ops *ops,
                                  void *arg, const struct jsonstream_limits *limits)
{
    struct jsonstream *js = xcalloc(1, sizeof *js);
    js->arrays = arrays;
    js->ops = ops;
    js->arg = arg;
    if (limits)
        js->limits = *limits;
    if (js->limits.element_max == 0)
        js->limits.element_max = (size_t)1 << 20;
    if (js->limits.depth_max == 0)
        js->limits.depth_max = 256;
    if (js->limits.body_max == 0)
        js->limits.body_max = (uint64_t)8 << 30;
    buf_init(&js->slice, js->limits.element_max);
    jsonstream_reset(js);
    return js;
}

void jsonstream_free(struct jsonstream *js)
{
    if (!js)
        return;
    buf_fini(&js->slice);
    free(js);
}

void jsonstream_reset(struct jsonstream *js)
{
    js->state = S_START;
    js->failed = RC_OK;
    js->in_array = js->had_array = false;
    js->inside = 0;
    js->bom = 0;
    js->offset = 0;
    js->bad = 0;
    js->slice_len = 0;
    js->key = "";
    js->key_cut = false;
    buf_reset(&js->slice);
}

uint64_t jsonstream_offset(const struct jsonstream *js)
{
    return js->offset;
}

size_t jsonstream_held(const struct jsonstream *js)
{
    return js->slice.cap;
}

bool jsonstream_had_array(const struct jsonstream *js)
{
    return js->had_array;
}

uint64_t jsonstream_bad_count(const struct jsonstream *js)
{
    return js->bad;
}
