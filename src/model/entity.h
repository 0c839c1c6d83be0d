/* SPDX-License-Identifier: MIT
 * entity.h - what the fleet is made of: row structs and field tables, generated from the .def
 * files.
 *
 * Every entity is a struct <id>_row that begins with a struct row_head, followed by one member per
 * FIELD line (sorted by size), but those of a RARE type: what few rows have lies behind the rows of
 * a chunk, in as many words as the row has of it (row_str row_num row_time in fields.h). Every field has a validity bit: an absent value is never 0 (row_has
 * / FIELD bits). The same tables drive deltas, filters, columns, export, the JSON schema and the
 * manual, so a new metric is one line.
 *   TYPE    STR strid | LIST strid of a comma list | HOSTLIST strid of a folded set | NUM double |
 *           NUM32 float: whole numbers up to 2^24, fractions to a thousandth | TIME wall_ms
 *           | BOOL uint8_t | ENUM(type) uint8_t | FLAGS(type) uint32_t bit set
 *           | RARE(one of STR LIST NUM NUM32 TIME)
 *   UNIT    how figures are written; JSON keys carry the unit in their name
 *   GROUP   who writes it: CONFIG, SCHED (scheduler), TELE (telemetry), ROLLUP (computed at
 *           publish)
 * Pure data; a published row never changes. */
#ifndef SUAN_MODEL_ENTITY_H
#define SUAN_MODEL_ENTITY_H

#include "base/clock.h"
#include "base/intern.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entity {
#define ENTITY(id, ID, title, help) ENTITY_##ID,
#include "model/entities.def"
#undef ENTITY
    ENTITY_COUNT
};

/* By the name of the struct, for macros: ENTITY_OF_job. */
enum {
#define ENTITY(id, ID, title, help) ENTITY_OF_##id = ENTITY_##ID,
#include "model/entities.def"
#undef ENTITY
};

/* enum center_kind { CENTER_KIND_... }: names are <TYPE>_<ID> in the type's own case:
 * center_kind_SUPER */
#define ENUM_BEGIN(type) enum type {
#define WORD(type, ID, word) type##_##ID,
/* clang-format off */
#define ENUM_END(type) type##_COUNT };
/* clang-format on */
#include "model/enums.def"
#undef ENUM_BEGIN
#undef WORD
#undef ENUM_END

enum field_type { FT_STR, FT_LIST, FT_HOSTLIST, FT_NUM, FT_TIME, FT_BOOL, FT_ENUM, FT_FLAGS };
enum field_unit {
    UNIT_NONE,
    UNIT_COUNT,
    UNIT_BYTE,
    UNIT_WATT,
    UNIT_CELSIUS,
    UNIT_PERCENT,
    UNIT_RPM,
    UNIT_LOAD,
    UNIT_SECOND,
    UNIT_MILLISECOND,
    UNIT_HOUR,
    UNIT_FLOPS,
    UNIT_HERTZ,
    UNIT_DEGREE /* a difference of temperatures: may be negative */
};
enum field_group { GROUP_CONFIG, GROUP_SCHED, GROUP_TELE, GROUP_ROLLUP, GROUP_COUNT };

/* Bits of row_head.flags. */
#define ROW_ALIVE 0x1u /* the slot holds a thing */
#define ROW_GONE 0x2u  /* its source no longer lists it (finished jobs are kept for a while) */
/* Another row of the center looks the same on screen but has other bytes: shown with U+2260. */
#define ROW_TWIN 0x4u
/* An action on it was sent and no poll has shown the effect yet (fleet_actions.c). */
#define ROW_PENDING 0x8u
/* A device that nobody has confirmed for so long that its figures count in no sum any more. */
#define ROW_SILENT 0x10u
/* A device that was given away and has done nothing for DEVICE_IDLE_AFTER_MS (fleet_rest.c). */
#define ROW_IDLE 0x20u
/* flags >> 12: which entity the row is of (enum entity). */
#define ROW_ENTITY_SHIFT 12

struct row_head {
    /* First what every pass over the rows reads. */
    uint64_t valid;  /* bit FIELD_<entity>_<id>: the member holds a value */
    uint16_t center; /* index of the center row */
    uint16_t flags;  /* ROW_* */
    /* Who confirmed them: index of the source row; UINT16_MAX = nobody. Where several do, the one whose word counts most. */
    uint16_t source[2];
    uint64_t key; /* row_key() of (entity, center, identity bytes) */
    /* When a record last wrote values of [0] SCHED and CONFIG, [1] TELE; 0 = never. A poll that
     * finds a row unchanged does not write it: read snapshot_seen_at or snapshot_age_of, which
     * also know the source's last good poll. */
    wall_ms seen_at[2]; /* [1] of a gone job: when ROW_GONE was set (row_gone_at) */
    uint32_t birth;     /* generation that took the slot: (slot, birth) names one thing for ever */
    /* Private to the fleet and its snapshots: of a gone job 1 + its state when listed last, of a node or device that
     * several sources tell 1 + the index of their first item (tellers.h). */
    uint32_t was;
    uint16_t more; /* words from here to the row's rare fields; means nothing while it has none */
};

/* 0 = it is not gone. */
static inline wall_ms row_gone_at(const struct row_head *h)
{
    return h->flags & ROW_GONE ? h->seen_at[1] : 0;
}

#define RARE(type) RARE
#define ENUM(type) ENUM
#define FLAGS(type) FLAGS
#define CTYPE_STR strid
#define CTYPE_LIST strid
#define CTYPE_HOSTLIST strid
#define CTYPE_NUM double
#define CTYPE_NUM32 float
#define CTYPE_TIME wall_ms
#define CTYPE_BOOL uint8_t
#define CTYPE_ENUM uint8_t
#define CTYPE_FLAGS uint32_t
#define CTYPE_(t) CTYPE_##t
#define CTYPE(t) CTYPE_(t)

#define MEMBER_(t) MEMBER_##t
#define MEMBER(t) MEMBER_(t)

struct center_row {
    struct row_head h;
#define ROW_FIELDS "model/center.def"
#include "model/members.def"
};
struct source_row {
    struct row_head h;
#define ROW_FIELDS "model/source.def"
#include "model/members.def"
};
struct pool_row {
    struct row_head h;
#define ROW_FIELDS "model/pool.def"
#include "model/members.def"
};
struct node_row {
    struct row_head h;
#define ROW_FIELDS "model/node.def"
#include "model/members.def"
};
struct device_row {
    struct row_head h;
#define ROW_FIELDS "model/device.def"
#include "model/members.def"
};
struct job_row {
    struct row_head h;
#define ROW_FIELDS "model/job.def"
#include "model/members.def"
};
struct reservation_row {
    struct row_head h;
#define ROW_FIELDS "model/reservation.def"
#include "model/members.def"
};
struct license_row {
    struct row_head h;
#define ROW_FIELDS "model/license.def"
#include "model/members.def"
};
struct interruption_row {
    struct row_head h;
#define ROW_FIELDS "model/interruption.def"
#include "model/members.def"
};
struct attempt_row {
    struct row_head h;
#define ROW_FIELDS "model/attempt.def"
#include "model/members.def"
};
struct outage_row {
    struct row_head h;
#define ROW_FIELDS "model/outage.def"
#include "model/members.def"
};
struct hour_row {
    struct row_head h;
#define ROW_FIELDS "model/hour.def"
#include "model/members.def"
};
struct offender_row {
    struct row_head h;
#define ROW_FIELDS "model/offender.def"
#include "model/members.def"
};
struct alert_row {
    struct row_head h;
#define ROW_FIELDS "model/alert.def"
#include "model/members.def"
};
struct aggregate_row {
    struct row_head h;
#define ROW_FIELDS "model/aggregate.def"
#include "model/members.def"
};
struct action_row {
    struct row_head h;
#define ROW_FIELDS "model/action.def"
#include "model/members.def"
};

/* Field indices: FIELD_job_name, ... and FIELDS_job, their number (<= 64 per entity). */
#define FIELD(id, type, unit, group, title, cells, help) SUAN_FIELD_NAME(id),
#define SUAN_FIELD_NAME(id) FIELD_center_##id
enum {
#include "model/center.def"
    FIELDS_center
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_source_##id
enum {
#include "model/source.def"
    FIELDS_source
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_pool_##id
enum {
#include "model/pool.def"
    FIELDS_pool
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_node_##id
enum {
#include "model/node.def"
    FIELDS_node
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_device_##id
enum {
#include "model/device.def"
    FIELDS_device
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_job_##id
enum {
#include "model/job.def"
    FIELDS_job
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_reservation_##id
enum {
#include "model/reservation.def"
    FIELDS_reservation
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_license_##id
enum {
#include "model/license.def"
    FIELDS_license
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_interruption_##id
enum {
#include "model/interruption.def"
    FIELDS_interruption
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_attempt_##id
enum {
#include "model/attempt.def"
    FIELDS_attempt
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_outage_##id
enum {
#include "model/outage.def"
    FIELDS_outage
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_hour_##id
enum {
#include "model/hour.def"
    FIELDS_hour
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_offender_##id
enum {
#include "model/offender.def"
    FIELDS_offender
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_alert_##id
enum {
#include "model/alert.def"
    FIELDS_alert
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_aggregate_##id
enum {
#include "model/aggregate.def"
    FIELDS_aggregate
};
#undef SUAN_FIELD_NAME
#define SUAN_FIELD_NAME(id) FIELD_action_##id
enum {
#include "model/action.def"
    FIELDS_action
};
#undef SUAN_FIELD_NAME
#undef FIELD

#define row_has(row, entity, id) (((row)->h.valid >> FIELD_##entity##_##id & 1) != 0)
#define row_mark(row, entity, id) ((row)->h.valid |= UINT64_C(1) << FIELD_##entity##_##id)

struct field {
    const char *id;    /* JSON key and filter name */
    const char *title; /* column header */
    const char *help;
    enum field_type type;
    enum field_unit unit;
    enum field_group group;
    uint16_t offset;          /* in the row struct */
    uint8_t cells;            /* usual column width */
    uint8_t number;           /* of a rare one: its FIELD_ index */
    bool narrow;              /* FT_NUM kept as a float: NUM32 */
    const uint64_t *rare;     /* entity_rare[] of its entity, NULL = a member of the struct */
    const char *const *words; /* ENUM and FLAGS: word of each value / bit, NULL-terminated */
};

struct entity_info {
    const char *id;     /* "job" */
    const char *plural; /* JSON key of the list: "jobs" */
    const char *title;
    const char *help;
    const struct field *fields;
    unsigned field_count;
    size_t row_size;
    int name_field; /* the field that names a row for people (job: id; node: name) */
};

const struct entity_info *entity_info(enum entity e);
/* Which fields are rare, as bits: [0] all, [1] those of two words. */
extern const uint64_t entity_rare[ENTITY_COUNT][2];
/* Field of that name, or -1. Accepts aliases: "gpus" "wants" "nodelist" ... = titles in lower case
 * ("cpu_used"). */
int entity_field(enum entity e, const char *name);

/* Identity of a thing: a keyed hash over entity, center index and the raw identity bytes (node:
 * name; job: id; device: node NUL index; pool, reservation, license: name; all others: id). */
uint64_t row_key(enum entity e, uint16_t center, const char *id, size_t len);

#endif
