/* SPDX-License-Identifier: MIT
 * rig.c - see rig.h. */
#include "tests/fake/rig.h"
#include "base/buf.h"
#include "model/value.h"
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void destroy_delta(void *item)
{
    delta_free(item);
}

void rig_init(struct rig *r)
{
    *r = (struct rig){0};
    r->queue = queue_new(256, 8 << 20, destroy_delta);
    r->hub = snapshot_hub_new(NULL, NULL);
    r->ingest = ingest_new(fleet_new(NULL), r->queue, r->hub, 20);
    r->options = (struct net_options){.out = r->queue, .seed = 7, .interval_override_ms = 100};
}

struct fake_conf *rig_add(struct rig *r, const struct collector_ops *ops)
{
    r->sources[r->count].ops = ops ? ops : &fake_collector;
    return &r->confs[r->count++];
}

static void must(enum rc rc, const struct err *e)
{
    if (rc == RC_OK)
        return;
    fprintf(stderr, "rig: %s: %s\n", e->where, e->msg);
    abort();
}

void rig_start(struct rig *r)
{
    struct err e = {0};

    for (size_t i = 0; i < r->count; i++)
        r->sources[i].conf = r->confs[i].conf;
    must(net_new(r->sources, r->count, &r->options, &r->net, &e), &e);
    must(ingest_start(r->ingest, &e), &e);
    must(net_start(r->net, &e), &e);
}

void rig_stop(struct rig *r)
{
    if (r->net)
        net_stop(r->net);
    ingest_stop(r->ingest);
    net_free(r->net);
    r->net = NULL;
}

void rig_fini(struct rig *r)
{
    rig_stop(r);
    ingest_free(r->ingest);
    snapshot_hub_free(r->hub);
    queue_free(r->queue);
}

static void copy_text(char *out, size_t size, const struct snapshot *s, bool has, strid id)
{
    snprintf(out, size, "%s", has ? intern_text(snapshot_strings(s), id) : "");
}

bool rig_source(struct rig *r, uint16_t source, struct rig_source *out)
{
    struct snapshot *s = snapshot_hub_latest(r->hub);
    const struct source_row *row = s ? snapshot_source(s, source) : NULL;

    *out = (struct rig_source){0};
    if (row) {
        out->state = (enum source_state)row->state;
        out->requests = row->requests;
        out->failures = row->failures;
        out->consecutive = row->consecutive_failures;
        out->bad = row->bad_elements;
        out->bytes = row->bytes;
        out->interval_ms = row->interval_ms;
        out->last_ok_at = row_has(row, source, last_ok_at) ? row->last_ok_at : 0;
        out->next_try_at = row_has(row, source, next_try_at) ? row->next_try_at : 0;
        copy_text(out->error_code, sizeof(out->error_code), s, row_has(row, source, error_code),
                  row->error_code);
        copy_text(out->error, sizeof(out->error), s, row_has(row, source, error), row->error);
        copy_text(out->mend, sizeof(out->mend), s, row_has(row, source, mend), row->mend);
        copy_text(out->bad_example, sizeof(out->bad_example), s, row_has(row, source, bad_example),
                  row->bad_example);
    }
    snapshot_unref(s);
    return row != NULL;
}

static uint32_t count_rows(struct rig *r, enum entity e, bool living_only)
{
    struct snapshot *s = snapshot_hub_latest(r->hub);
    uint32_t n = 0;

    for (uint32_t i = 0; s && i < snapshot_slots(s, e); i++) {
        const void *row = snapshot_row(s, e, i);
        n += row && !(living_only && (row_head_of(row)->flags & ROW_GONE));
    }
    snapshot_unref(s);
    return n;
}

uint32_t rig_nodes(struct rig *r, bool living_only)
{
    return count_rows(r, ENTITY_NODE, living_only);
}

/* A machine may rest for seconds: what comes, comes long before this is over. */
enum { PATIENCE = 10, PATIENCE_MS = 60000 };

bool rig_wait(struct rig *r, bool (*test)(struct rig *r, void *arg), void *arg, int ms)
{
    mono_ms wait = (mono_ms)ms * PATIENCE;
    mono_ms until = clock_mono() + (wait > PATIENCE_MS ? wait : PATIENCE_MS);

    while (!test(r, arg)) {
        if (clock_mono() >= until)
            return false;
        poll(NULL, 0, 5);
    }
    return true;
}

struct wanted {
    uint16_t source;
    enum source_state state;
    enum entity entity;
    uint32_t rows;
};

static bool has_state(struct rig *r, void *arg)
{
    const struct wanted *w = arg;
    struct rig_source s;

    return rig_source(r, w->source, &s) && s.state == w->state;
}

static bool has_rows(struct rig *r, void *arg)
{
    const struct wanted *w = arg;

    return count_rows(r, w->entity, true) == w->rows;
}

bool rig_wait_state(struct rig *r, uint16_t source, enum source_state state, int ms)
{
    struct wanted w = {.source = source, .state = state};

    return rig_wait(r, has_state, &w, ms);
}

struct fault {
    uint16_t source;
    const char *code, *words;
};

static bool has_failed(struct rig *r, void *arg)
{
    const struct fault *f = arg;
    struct rig_source s;

    return rig_source(r, f->source, &s) && s.state == source_state_FAILED &&
           strcmp(s.error_code, f->code) == 0 && strstr(s.error, f->words);
}

bool rig_wait_fault(struct rig *r, uint16_t source, const char *code, const char *words, int ms)
{
    struct fault f = {source, code, words};
    struct rig_source s;

    if (rig_wait(r, has_failed, &f, ms))
        return true;
    rig_source(r, source, &s);
    fprintf(stderr, "# not %s \"%s\", but %s \"%s\"\n", code, words, s.error_code, s.error);
    return false;
}

bool rig_wait_rows(struct rig *r, enum entity e, uint32_t living, int ms)
{
    struct wanted w = {.entity = e, .rows = living};

    return rig_wait(r, has_rows, &w, ms);
}

bool rig_wait_nodes(struct rig *r, uint32_t living, int ms)
{
    return rig_wait_rows(r, ENTITY_NODE, living, ms);
}

static void dump_row(struct buf *out, const struct value_ctx *c, enum entity e, const void *row)
{
    const struct entity_info *info = entity_info(e);

    buf_addf(out, "%s flags=%u", info->id, (unsigned)row_head_of(row)->flags);
    for (unsigned i = 0; i < info->field_count; i++) {
        const struct field *f = &info->fields[i];
        struct value v = column_value(c, e, i, row);
        if (v.kind == VALUE_NONE || v.kind == VALUE_TIME)
            continue;
        buf_addf(out, " %s=", f->id);
        value_text(c, f, &v, out);
    }
    buf_addc(out, '\n');
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In which order sources were heard first is not part of what they said. */
static char *sort_lines(char *text)
{
    size_t len = strlen(text), count = 0;
    char **lines = calloc(len + 1, sizeof(*lines)), *sorted = calloc(1, len + 2), *to = sorted;

    for (char *p = text, *end; (end = strchr(p, '\n')); p = end + 1) {
        *end = '\0';
        lines[count++] = p;
    }
    qsort(lines, count, sizeof(*lines), by_text);
    for (size_t i = 0; i < count; i++)
        to += snprintf(to, len + 2 - (size_t)(to - sorted), "%s\n", lines[i]);
    free(lines);
    free(text);
    return sorted;
}

char *rig_dump(struct rig *r)
{
    struct snapshot *s = snapshot_hub_latest(r->hub);
    struct value_ctx c = {.snap = s, .now = snapshot_at(s)};
    struct buf out;

    buf_init(&out, 64 << 20);
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (e == ENTITY_SOURCE)
            continue; /* how long things took is not part of what they said */
        for (uint32_t i = 0; i < snapshot_slots(s, (enum entity)e); i++) {
            const void *row = snapshot_row(s, (enum entity)e, i);
            if (row)
                dump_row(&out, &c, (enum entity)e, row);
        }
    }
    snapshot_unref(s);
    return sort_lines(buf_take(&out));
}

size_t rig_open_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}
