/* SPDX-License-Identifier: MIT
 * alert_rows.c - one ALERT row for each rule and subject: from pending over firing to resolved; see fleet_alerts.h. */
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "model/fleet_int.h"
#include <math.h>

enum { KEEP_RESOLVED_MS = 3600000, MAX_ID = 255, MAX_WORDS = 1024 };

#define ORIGIN "suantop"

static bool has(const struct edit *ed, unsigned field)
{
    return field_has(ed->row, field);
}

static void put_text(struct edit *ed, unsigned field, const char *s, size_t len)
{
    strid id = intern_put(ed->f->strings, s, len);

    if (id)
        edit_put(ed, field, &(union field_value){.str = id});
    else
        edit_clear(ed, field);
}

static void put_time(struct edit *ed, unsigned field, wall_ms t)
{
    if (t)
        edit_put(ed, field, &(union field_value){.time = t});
    else
        edit_clear(ed, field);
}

static void put_word(struct edit *ed, unsigned field, int word)
{
    edit_put(ed, field, &(union field_value){.small = (uint8_t)word});
}

static bool is_firing(const struct alert_row *a)
{
    return row_has(a, alert, state) && a->state == alert_state_FIRING;
}

static uint8_t standing_of(const struct alert_row *a)
{
    return row_has(a, alert, state) ? (uint8_t)(1 + a->state * severity_COUNT + a->severity) : 0;
}

/* What was told before this program began, or by another one that keeps the same history, goes on from there. */
static void adopt(struct alert_memory *m, const struct alert_row *a)
{
    bool critical = row_has(a, alert, severity) && a->severity == severity_CRITICAL;
    bool waits = row_has(a, alert, state) && a->state == alert_state_PENDING;

    m->rule = (struct rule_memory){0};
    m->standing = standing_of(a);
    if (is_firing(a)) {
        m->rule.level[RULE_WARNING].on = true;
        m->rule.level[RULE_CRITICAL].on = critical;
    } else if (waits && row_has(a, alert, since)) {
        m->rule.level[critical ? RULE_CRITICAL : RULE_WARNING].since = a->since;
    }
}

static struct alert_memory *memory_of(struct fleet *f, uint32_t slot)
{
    struct alerts *a = &f->alerts;
    const struct alert_row *row = rows_at(&f->tables[ENTITY_ALERT].rows, slot);

    if (slot >= a->memory_count) {
        a->memory = xgrow(a->memory, &a->memory_cap, (size_t)slot + 1, sizeof(*a->memory));
        while (a->memory_count <= slot)
            a->memory[a->memory_count++] = (struct alert_memory){0};
    }
    struct alert_memory *m = &a->memory[slot];
    if (m->birth != row->h.birth)
        *m = (struct alert_memory){.birth = row->h.birth};
    if (m->standing != standing_of(row))
        adopt(m, row);
    return m;
}

static size_t id_of(const struct sight *s, char id[MAX_ID])
{
    const char *rule = rule_info(s->rule)->id;
    size_t used = strlen(rule), rest = s->subject_len;

    memcpy(id, rule, used);
    id[used++] = '/';
    if (rest > MAX_ID - used)
        rest = MAX_ID - used;
    memcpy(id + used, s->subject, rest);
    return used + rest;
}

static bool is_worth_a_row(const struct sight *s)
{
    return !s->limits.off &&
           (s->value >= s->limits.at[RULE_WARNING] || s->value >= s->limits.at[RULE_CRITICAL]);
}

static uint32_t row_of(struct fleet *f, const struct sight *s)
{
    char id[MAX_ID];
    size_t len = id_of(s, id);
    struct delta d = {.center = s->center, .source = NOBODY};
    struct delta_record r = {.entity = ENTITY_ALERT,
                             .key = row_key(ENTITY_ALERT, s->center, id, len),
                             .id = id,
                             .id_len = (uint32_t)len};
    uint32_t slot = table_find(&f->tables[ENTITY_ALERT], r.key);

    if (slot == SLOT_NONE && is_worth_a_row(s))
        slot = fleet_take(f, &d, &r);
    return slot;
}

static void unacknowledge(struct edit *ed)
{
    edit_clear(ed, FIELD_alert_acknowledged_at);
    edit_clear(ed, FIELD_alert_acknowledged_by);
}

static void write_names(struct edit *ed, const struct sight *s)
{
    const struct rule_info *info = rule_info(s->rule);

    if (has(ed, FIELD_alert_rule))
        return;
    put_text(ed, FIELD_alert_rule, info->id, strlen(info->id));
    put_text(ed, FIELD_alert_origin, ORIGIN, strlen(ORIGIN));
    const char *slash =
        info->subject == ENTITY_DEVICE ? memrchr(s->subject, '/', s->subject_len) : NULL;
    if (slash) {
        size_t node = (size_t)(slash - s->subject);
        put_text(ed, FIELD_alert_node, s->subject, node);
        put_text(ed, FIELD_alert_device, slash + 1, s->subject_len - node - 1);
    } else if (info->subject == ENTITY_NODE) {
        put_text(ed, FIELD_alert_node, s->subject, s->subject_len);
    }
}

/* It keeps its severity until it has been over for a while: whoever reads it meanwhile is told so. */
static bool recovers(const struct edit *ed, const struct sight *s, int level)
{
    return is_firing(ed->row) && s->value < s->limits.clear[level];
}

static void write_figures(struct edit *ed, const struct sight *s, int level)
{
    char words[MAX_WORDS];
    struct buf b;

    edit_num(ed, FIELD_alert_value, isfinite(s->value), s->value);
    edit_num(ed, FIELD_alert_threshold, isfinite(s->limits.at[level]), s->limits.at[level]);
    if (!s->row || !isfinite(s->value))
        return;
    buf_init(&b, sizeof(words));
    alert_words(ed->f, s, level, &b);
    if (recovers(ed, s, level))
        buf_adds(&b, "; " S_("over, unless it comes back"));
    if (!b.failed)
        put_text(ed, FIELD_alert_summary, b.data, b.len);
    buf_fini(&b);
}

static void write_firing(struct edit *ed, int level, wall_ms since, wall_ms now)
{
    const struct alert_row *a = ed->row;
    bool again = !is_firing(a);
    int severity = level == RULE_CRITICAL ? severity_CRITICAL : severity_WARNING;

    if (again || (row_has(a, alert, severity) && severity > a->severity)) {
        unacknowledge(ed);
        put_time(ed, FIELD_alert_fired_at,
                 now); /* the wall shows what fired since it last looked */
    }
    if (again) {
        put_time(ed, FIELD_alert_since, since);
        edit_clear(ed, FIELD_alert_resolved_at);
    }
    put_word(ed, FIELD_alert_state, alert_state_FIRING);
    put_word(ed, FIELD_alert_severity, severity);
}

static int told_level(const struct alert_row *a)
{
    return row_has(a, alert, severity) && a->severity == severity_CRITICAL ? RULE_CRITICAL
                                                                           : RULE_WARNING;
}

static void write_waiting(struct edit *ed, int level, wall_ms since)
{
    put_word(ed, FIELD_alert_state, alert_state_PENDING);
    put_word(ed, FIELD_alert_severity,
             level == RULE_CRITICAL ? severity_CRITICAL : severity_WARNING);
    put_time(ed, FIELD_alert_since, since);
}

static void write_quiet(struct edit *ed, wall_ms now)
{
    if (is_firing(ed->row)) {
        put_time(ed, FIELD_alert_resolved_at, now);
        unacknowledge(ed);
    }
    if (has(ed, FIELD_alert_resolved_at))
        put_word(ed, FIELD_alert_state, alert_state_RESOLVED);
    else
        edit_clear(ed, FIELD_alert_state); /* it never fired: alert_clean takes it away */
}

/* Where the value itself is a time, it tells when it was at the threshold. */
static wall_ms began(const struct sight *s, wall_ms now)
{
    double limit = s->limits.at[RULE_WARNING];

    if (rule_info(s->rule)->unit != RULE_UNIT_DURATION)
        return 0;
    if (!(s->value >= limit))
        limit = s->limits.at[RULE_CRITICAL];
    return s->value >= limit ? now - (wall_ms)((s->value - limit) * 1000) : 0;
}

static wall_ms earliest(const struct rule_memory *m)
{
    wall_ms a = m->level[0].since, b = m->level[1].since;

    return !a || (b && b < a) ? b : a;
}

static void write(struct edit *ed, const struct sight *s, struct rule_memory *m, wall_ms now)
{
    wall_ms begin = began(s, now), since = rule_firing(m) < 0 ? earliest(m) : 0, waits;

    rule_step(m, &s->limits, s->value, begin, now);
    bool fired = is_firing(ed->row);
    int firing = rule_firing(m), waiting = rule_waiting(m, &waits);
    write_names(ed, s);
    if (firing >= 0)
        write_firing(ed, firing, since ? since : begin ? begin : now, now);
    else if (waiting >= 0)
        write_waiting(ed, waiting, waits);
    else
        write_quiet(ed, now);
    if (firing >= 0 || waiting >= 0)
        write_figures(ed, s, firing >= 0 ? firing : waiting);
    else if (fired && s->limits.release_ms > 0) /* it said so until now */
        write_figures(ed, s, told_level(ed->row));
    if (row_head_of(ed->row)->seen_at[0] != now)
        ((struct row_head *)edit_write(ed))->seen_at[0] = now;
}

void alert_sight(struct fleet *f, const struct sight *s, wall_ms now)
{
    uint32_t slot = row_of(f, s);

    if (slot == SLOT_NONE)
        return;
    struct alert_memory *m = memory_of(f, slot);
    if (m->round == f->alerts.round)
        return;
    m->round = f->alerts.round;
    struct edit ed = edit_begin(f, ENTITY_ALERT, slot);
    write(&ed, s, &m->rule, now);
    m->standing = standing_of(ed.row);
    edit_end(&ed);
}

bool alert_seen(struct fleet *f, uint32_t slot)
{
    return memory_of(f, slot)->round == f->alerts.round;
}

void alert_listed(struct fleet *f, uint32_t slot, uint32_t poll)
{
    memory_of(f, slot)->listed = poll;
}

bool alert_was_listed(struct fleet *f, uint32_t slot, uint32_t poll)
{
    return memory_of(f, slot)->listed == poll;
}

bool alert_parse(const struct fleet *f, uint32_t slot, struct sight *out)
{
    const struct alert_row *a = rows_at(&f->tables[ENTITY_ALERT].rows, slot);
    const char *id = intern_raw(f->strings, a->id), *slash;
    size_t len = intern_raw_len(f->strings, a->id);

    if (row_has(a, alert, origin) && strcmp(intern_raw(f->strings, a->origin), ORIGIN) != 0)
        return false;
    slash = memchr(id, '/', len);
    *out = (struct sight){.rule = slash ? rule_find(id, (size_t)(slash - id)) : RULE_COUNT,
                          .center = a->h.center,
                          .value = NAN};
    if (out->rule == RULE_COUNT)
        return row_has(a, alert, origin);
    out->subject = slash + 1;
    out->subject_len = len - (size_t)(slash + 1 - id);
    out->limits = f->alerts.rules.rules[out->rule];
    return true;
}

void alert_clean(struct fleet *f, uint32_t slot, wall_ms now)
{
    const struct alert_row *a = rows_at(&f->tables[ENTITY_ALERT].rows, slot);
    bool silenced = row_has(a, alert, silenced_until) && a->silenced_until > now;
    bool over = !row_has(a, alert, state) || a->state == alert_state_RESOLVED;

    if (over && !silenced &&
        !(row_has(a, alert, resolved_at) && now - a->resolved_at < KEEP_RESOLVED_MS)) {
        fleet_drop(f, ENTITY_ALERT, slot);
        return;
    }
    if (silenced || !row_has(a, alert, silenced_until))
        return;
    struct edit ed = edit_begin(f, ENTITY_ALERT, slot);
    edit_clear(&ed, FIELD_alert_silenced_until);
    edit_clear(&ed, FIELD_alert_silenced_by);
    edit_end(&ed);
}
