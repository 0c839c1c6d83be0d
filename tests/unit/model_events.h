/* SPDX-License-Identifier: MIT
 * model_events.h - little stories for the engine that notices interruptions: deltas of model_kit's
 * lines at a time in seconds after KIT_NOW; "T+30" and "T-30" in a line are such times. Source 0 is
 * the scheduler of center 0 and answers; ticks pass every second that a story lets pass. */
#ifndef SUAN_TESTS_UNIT_MODEL_EVENTS_H
#define SUAN_TESTS_UNIT_MODEL_EVENTS_H

#include "tests/unit/model_kit.h"

struct tale {
    struct fleet *f;
    uint32_t seq;
    long now; /* seconds after KIT_NOW */
    struct snapshot *snap;
};

static inline wall_ms tale_ms(long seconds)
{
    return KIT_NOW + (wall_ms)seconds * 1000;
}

/* With the times written out. */
static inline char *tale_times(const char *lines)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    for (const char *p = lines; *p; p++) {
        if (*p != 'T' || (p[1] != '+' && p[1] != '-')) {
            buf_addc(&out, *p);
            continue;
        }
        char *end;
        buf_addf(&out, "%lld", (long long)tale_ms(strtol(p + 1, &end, 10)));
        p = end - 1;
    }
    return buf_take(&out);
}

/* The scheduler tells rows of jobs and nodes. */
static inline void tale_at(struct tale *t, long seconds, const char *lines)
{
    char *text = tale_times(lines);

    kit_rows(t->f, 0, 0, tale_ms(seconds), text);
    free(text);
    if (seconds > t->now)
        t->now = seconds;
}

/* Somebody without a source: history, the actor, an operator. */
static inline void tale_told(struct tale *t, long seconds, const char *lines)
{
    char *text = tale_times(lines);

    kit_rows(t->f, 0, UINT16_MAX, tale_ms(seconds), text);
    free(text);
}

/* A good poll of all jobs that lists these. */
static inline void tale_jobs(struct tale *t, long seconds, const char *lines)
{
    char *text = tale_times(lines);

    kit_list(t->f, 0, tale_ms(seconds), ++t->seq, "job", text);
    free(text);
    if (seconds > t->now)
        t->now = seconds;
}

/* Time passes; the source answers all the while. */
static inline void tale_pass(struct tale *t, long until)
{
    char line[128];

    for (; t->now < until; t->now++) {
        if (t->now % 10 == 0) {
            snprintf(line, sizeof line, "source slurm state=ok interval_ms=10000 last_ok_at=%lld",
                     (long long)tale_ms(t->now));
            kit_rows(t->f, 0, 0, tale_ms(t->now), line);
        }
        fleet_tick(t->f, tale_ms(t->now));
    }
    fleet_tick(t->f, tale_ms(t->now));
}

/* A center that is watched from T-100 on. */
static inline struct tale tale_begin(void)
{
    struct tale t = {.f = fleet_new(NULL), .now = -100};

    kit_rows(t.f, 0, 0, tale_ms(-100), "center zb name=Z");
    tale_jobs(&t, -100, "");
    tale_pass(&t, 0);
    return t;
}

static inline const struct snapshot *tale_look(struct tale *t)
{
    snapshot_unref(t->snap);
    t->snap = fleet_publish(t->f, tale_ms(t->now));
    return t->snap;
}

static inline void tale_end(struct tale *t)
{
    snapshot_unref(t->snap);
    fleet_free(t->f);
}

/* "14@1700000000 cause=node node=cn1 ..." of every row of an entity: the columns named. Owned by the caller. */
static inline char *tale_rows(struct tale *t, enum entity e, const char *columns)
{
    const struct snapshot *s = tale_look(t);
    struct value_ctx c = {.snap = s, .now = snapshot_at(s)};
    struct buf out;

    buf_init(&out, 16 << 20);
    for (uint32_t slot = 0; slot < snapshot_slots(s, e); slot++) {
        const void *row = snapshot_row(s, e, slot);
        char *copy = xstrdup(columns), *save = NULL;
        for (char *w = row ? strtok_r(copy, " ", &save) : NULL; w; w = strtok_r(NULL, " ", &save)) {
            int col = column_find(e, w);
            if (col < 0)
                fail_msg("no column %s", w);
            struct value v = column_value(&c, e, (unsigned)col, row);
            buf_addf(&out, "%s=", w);
            if (v.kind == VALUE_TIME)
                buf_addf(&out, "T%+lld", (long long)(v.time - KIT_NOW) / 1000);
            else
                value_text(&c, column_info(e, (unsigned)col), &v, &out);
            buf_addc(&out, ' ');
        }
        free(copy);
        if (row) {
            out.len--;
            buf_addc(&out, '\n');
        }
    }
    return buf_take(&out);
}

static inline void tale_expect(struct tale *t, enum entity e, const char *columns, const char *want)
{
    char *got = tale_rows(t, e, columns);

    assert_string_equal(got, want);
    free(got);
}

static inline const struct interruption_row *tale_interruption(struct tale *t, const char *id)
{
    return kit_find(tale_look(t), ENTITY_INTERRUPTION, 0, id);
}

#endif
