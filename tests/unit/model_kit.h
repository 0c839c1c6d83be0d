/* SPDX-License-Identifier: MIT
 * model_kit.h - a fleet for tests, fed with lines of text:
 *   node cn1 state=idle flags=drain,maint devices_total=8 reason=?
 *   keep job 14        remove node cn7
 * The first word is the entity, the second the identity, then field=value; "?" says absent; a
 * device's identity is written cn1/0. Values hold no blanks; \xNN in one is that byte. */
#ifndef SUAN_TESTS_UNIT_MODEL_KIT_H
#define SUAN_TESTS_UNIT_MODEL_KIT_H

#include "base/xmem.h"
#include "model/fleet.h"
#include "model/query.h"
#include "tests/unit/unit.h"

#define KIT_NOW 1700000000000 /* 2023-11-14T22:13:20Z */

static inline enum entity kit_entity(const char *word)
{
    for (int e = 0; e < ENTITY_COUNT; e++)
        if (strcmp(entity_info((enum entity)e)->id, word) == 0)
            return (enum entity)e;
    fail_msg("no entity %s", word);
    return ENTITY_COUNT;
}

static inline int64_t kit_word(const struct field *f, const char *word)
{
    for (int i = 0; f->words[i]; i++)
        if (strcmp(f->words[i], word) == 0)
            return i;
    fail_msg("%s has no word %s", f->id, word);
    return -1;
}

static inline int64_t kit_flags(const struct field *f, char *list)
{
    int64_t bits = 0;
    char *save = NULL;

    for (char *w = strtok_r(list, ",", &save); w; w = strtok_r(NULL, ",", &save))
        if (strcmp(w, "-") != 0)
            bits |= (int64_t)1 << kit_word(f, w);
    return bits;
}

/* \xNN in place; the new length. */
static inline size_t kit_unescape(char *s)
{
    char *to = s;

    for (char *p = s; *p; p++) {
        if (p[0] == '\\' && p[1] == 'x') {
            char hex[3] = {p[2], p[3], 0};
            *to++ = (char)strtol(hex, NULL, 16);
            p += 3;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return (size_t)(to - s);
}

static inline void kit_value(struct delta *d, enum entity e, char *word)
{
    char *eq = strchr(word, '=');
    int i;

    assert_non_null(eq);
    *eq++ = '\0';
    i = entity_field(e, word);
    if (i < 0)
        fail_msg("no field %s", word);
    const struct field *f = &entity_info(e)->fields[i];
    if (strcmp(eq, "?") == 0)
        delta_absent(d, i);
    else if (f->type <= FT_HOSTLIST)
        delta_strn(d, i, eq, kit_unescape(eq));
    else if (f->type == FT_NUM)
        delta_num(d, i, strtod(eq, NULL));
    else if (f->type == FT_TIME)
        delta_time(d, i, eq[0] == '-' ? KIT_NOW + strtoll(eq, NULL, 10) : strtoll(eq, NULL, 10));
    else if (f->type == FT_FLAGS)
        delta_int(d, i, kit_flags(f, eq));
    else if (f->type == FT_BOOL)
        delta_int(d, i, strcmp(eq, "yes") == 0);
    else
        delta_int(d, i, kit_word(f, eq));
}

static inline void kit_line(struct delta *d, char *line)
{
    char *save = NULL, *word = strtok_r(line, " ", &save);
    bool keep = strcmp(word, "keep") == 0, gone = strcmp(word, "remove") == 0;

    if (keep || gone)
        word = strtok_r(NULL, " ", &save);
    enum entity e = kit_entity(word);
    char *id = strtok_r(NULL, " ", &save);
    size_t len = kit_unescape(id);
    if (e == ENTITY_DEVICE)
        *strchr(id, '/') = '\0';
    if (keep)
        delta_keep(d, e, row_key(e, d->center, id, len));
    else if (gone)
        delta_remove(d, e, id, len);
    else
        delta_row(d, e, id, len);
    while ((word = strtok_r(NULL, " ", &save)))
        kit_value(d, e, word);
}

static inline void kit_fill(struct delta *d, const char *lines)
{
    char *copy = xstrdup(lines), *save = NULL;

    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        kit_line(d, line);
    free(copy);
}

/* Rows outside any poll. */
static inline void kit_rows(struct fleet *f, uint16_t center, uint16_t source, wall_ms at,
                            const char *lines)
{
    struct delta *d = delta_new(center, source, at, 0);

    kit_fill(d, lines);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
}

/* One delta of a poll that lists `entities` ("node job"). */
static inline void kit_poll(struct fleet *f, uint16_t source, wall_ms at, uint32_t seq, bool begin,
                            enum poll_end end, const char *entities, const char *lines)
{
    struct delta *d = delta_new(0, source, at, 0);
    char *copy = xstrdup(entities), *save = NULL;

    d->poll.seq = seq;
    d->poll.begin = begin;
    d->poll.end = end;
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        d->poll.entities[kit_entity(w)] = true;
    kit_fill(d, lines);
    assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
    delta_free(d);
    free(copy);
}

/* A whole poll in one delta. */
static inline void kit_list(struct fleet *f, uint16_t source, wall_ms at, uint32_t seq,
                            const char *entities, const char *lines)
{
    kit_poll(f, source, at, seq, true, POLL_GOOD, entities, lines);
}

static inline const void *kit_find(const struct snapshot *s, enum entity e, uint16_t center,
                                   const char *id)
{
    uint32_t slot = snapshot_find(s, e, row_key(e, center, id, strlen(id)));

    return slot == UINT32_MAX ? NULL : snapshot_row(s, e, slot);
}

static inline const struct job_row *kit_job(const struct snapshot *s, const char *id)
{
    return kit_find(s, ENTITY_JOB, 0, id);
}

static inline const struct node_row *kit_node(const struct snapshot *s, const char *id)
{
    return kit_find(s, ENTITY_NODE, 0, id);
}

/* Every value of every row, and everything else that a snapshot tells. */
static inline void kit_dump(const struct snapshot *s, struct buf *out)
{
    struct value_ctx c = {.snap = s, .now = snapshot_at(s)};
    const struct totals *t = snapshot_totals(s);

    buf_addf(out, "totals %g %g %g %g %g %g\n", t->nodes, t->nodes_up, t->devices, t->jobs_running,
             t->jobs_queued, t->power_watts);
    for (int i = 0; i < ENTITY_COUNT; i++) {
        enum entity e = (enum entity)i;
        buf_addf(out, "%s %u of %u\n", entity_info(e)->plural, snapshot_count(s, e),
                 snapshot_slots(s, e));
        for (uint32_t slot = 0; slot < snapshot_slots(s, e); slot++) {
            const struct row_head *h = snapshot_row(s, e, slot);
            if (!h)
                continue;
            buf_addf(out, "%u c%u f%x b%u seen %lld %lld", slot, h->center, h->flags, h->birth,
                     (long long)snapshot_seen_at(s, h, GROUP_SCHED),
                     (long long)snapshot_seen_at(s, h, GROUP_TELE));
            for (unsigned col = 0; col < column_count(e); col++) {
                struct value v = column_value(&c, e, col, h);
                buf_addf(out, " %s=", column_info(e, col)->id);
                value_text(&c, column_info(e, col), &v, out);
            }
            buf_addc(out, '\n');
        }
    }
}

#endif
