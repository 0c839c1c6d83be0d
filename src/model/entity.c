/* SPDX-License-Identifier: MIT
 * entity.c - the field tables, generated from the .def files, and the identity of rows. */
#include "model/entity.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "model/fold.h"
#include <string.h>

#define ENUM_BEGIN(type) static const char *const words_##type[] = {
#define WORD(type, ID, word) word,
/* clang-format off */
#define ENUM_END(type) NULL };
/* clang-format on */
#include "model/enums.def"
#undef ENUM_BEGIN
#undef WORD
#undef ENUM_END

/* IS_<type>: is it rare? WIDE_<type>: and of two words? */
#define IS_STR 0
#define IS_LIST 0
#define IS_HOSTLIST 0
#define IS_NUM 0
#define IS_NUM32 0
#define IS_TIME 0
#define IS_BOOL 0
#define IS_ENUM(type) 0
#define IS_FLAGS(type) 0
#define IS_RARE(type) 1
#define WIDE_STR 0
#define WIDE_LIST 0
#define WIDE_HOSTLIST 0
#define WIDE_NUM 0
#define WIDE_NUM32 0
#define WIDE_TIME 0
#define WIDE_BOOL 0
#define WIDE_ENUM(type) 0
#define WIDE_FLAGS(type) 0
#define WIDE_RARE(type) TWO_##type
#define TWO_STR 0
#define TWO_LIST 0
#define TWO_NUM32 0
#define TWO_NUM 1
#define TWO_TIME 1

const uint64_t entity_rare[ENTITY_COUNT][2] = {
    [ENTITY_NODE] = {0
#define FIELD(id, type, unit, group, title, cells, help) | (uint64_t)IS_##type << FIELD_node_##id
#include "model/node.def"
#undef FIELD
                     ,
                     0
#define FIELD(id, type, unit, group, title, cells, help) | (uint64_t)WIDE_##type << FIELD_node_##id
#include "model/node.def"
#undef FIELD
    },
    [ENTITY_DEVICE] = {0
#define FIELD(id, type, unit, group, title, cells, help) | (uint64_t)IS_##type << FIELD_device_##id
#include "model/device.def"
#undef FIELD
                       ,
                       0
#define FIELD(id, type, unit, group, title, cells, help)                                           \
    | (uint64_t)WIDE_##type << FIELD_device_##id
#include "model/device.def"
#undef FIELD
    },
    [ENTITY_JOB] = {0
#define FIELD(id, type, unit, group, title, cells, help) | (uint64_t)IS_##type << FIELD_job_##id
#include "model/job.def"
#undef FIELD
                    ,
                    0
#define FIELD(id, type, unit, group, title, cells, help) | (uint64_t)WIDE_##type << FIELD_job_##id
#include "model/job.def"
#undef FIELD
    },
};

/* In this file a type is what follows FT_, so that ENUM and FLAGS bring their words along, and NUM32 its width. */
#undef RARE
#undef ENUM
#undef FLAGS
#define RARE(type) type, .rare = entity_rare[ENTITY]
#define ENUM(type) ENUM, .words = words_##type
#define FLAGS(type) FLAGS, .words = words_##type
#define NUM32 NUM, .narrow = true
#define FT_PASTE(...) FT_##__VA_ARGS__
#define FT(...) FT_PASTE(__VA_ARGS__)

/* AT_<type>(member): where it is in the row; a rare one is somewhere else. */
#define AT_STR AT_MEMBER
#define AT_LIST AT_MEMBER
#define AT_HOSTLIST AT_MEMBER
#define AT_NUM AT_MEMBER
#define AT_NUM32 AT_MEMBER
#define AT_TIME AT_MEMBER
#define AT_BOOL AT_MEMBER
#define AT_ENUM(type) AT_MEMBER
#define AT_FLAGS(type) AT_MEMBER
#define AT_RARE(type) AT_NONE
#define AT_MEMBER(member) offsetof(struct ROW, member)
#define AT_NONE(member) 0

#define FIELD(name, ftype, funit, fgroup, ftitle, fcells, fhelp)                                   \
    {.id = #name,                                                                                  \
     .title = ftitle,                                                                              \
     .help = fhelp,                                                                                \
     .unit = UNIT_##funit,                                                                         \
     .group = GROUP_##fgroup,                                                                      \
     .offset = AT_##ftype(name),                                                                   \
     .cells = fcells,                                                                              \
     .number = NUMBER(name),                                                                       \
     .type = FT(ftype)},

#define ROW center_row
#define ENTITY ENTITY_OF_center
#define NUMBER(name) FIELD_center_##name
static const struct field fields_center[] = {
#include "model/center.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW source_row
#define ENTITY ENTITY_OF_source
#define NUMBER(name) FIELD_source_##name
static const struct field fields_source[] = {
#include "model/source.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW pool_row
#define ENTITY ENTITY_OF_pool
#define NUMBER(name) FIELD_pool_##name
static const struct field fields_pool[] = {
#include "model/pool.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW node_row
#define ENTITY ENTITY_OF_node
#define NUMBER(name) FIELD_node_##name
static const struct field fields_node[] = {
#include "model/node.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW device_row
#define ENTITY ENTITY_OF_device
#define NUMBER(name) FIELD_device_##name
static const struct field fields_device[] = {
#include "model/device.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW job_row
#define ENTITY ENTITY_OF_job
#define NUMBER(name) FIELD_job_##name
static const struct field fields_job[] = {
#include "model/job.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW reservation_row
#define ENTITY ENTITY_OF_reservation
#define NUMBER(name) FIELD_reservation_##name
static const struct field fields_reservation[] = {
#include "model/reservation.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW license_row
#define ENTITY ENTITY_OF_license
#define NUMBER(name) FIELD_license_##name
static const struct field fields_license[] = {
#include "model/license.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW interruption_row
#define ENTITY ENTITY_OF_interruption
#define NUMBER(name) FIELD_interruption_##name
static const struct field fields_interruption[] = {
#include "model/interruption.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW attempt_row
#define ENTITY ENTITY_OF_attempt
#define NUMBER(name) FIELD_attempt_##name
static const struct field fields_attempt[] = {
#include "model/attempt.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW outage_row
#define ENTITY ENTITY_OF_outage
#define NUMBER(name) FIELD_outage_##name
static const struct field fields_outage[] = {
#include "model/outage.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW hour_row
#define ENTITY ENTITY_OF_hour
#define NUMBER(name) FIELD_hour_##name
static const struct field fields_hour[] = {
#include "model/hour.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW offender_row
#define ENTITY ENTITY_OF_offender
#define NUMBER(name) FIELD_offender_##name
static const struct field fields_offender[] = {
#include "model/offender.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW alert_row
#define ENTITY ENTITY_OF_alert
#define NUMBER(name) FIELD_alert_##name
static const struct field fields_alert[] = {
#include "model/alert.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW aggregate_row
#define ENTITY ENTITY_OF_aggregate
#define NUMBER(name) FIELD_aggregate_##name
static const struct field fields_aggregate[] = {
#include "model/aggregate.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#define ROW action_row
#define ENTITY ENTITY_OF_action
#define NUMBER(name) FIELD_action_##name
static const struct field fields_action[] = {
#include "model/action.def"
};
#undef ROW
#undef ENTITY
#undef NUMBER
#undef FIELD

/* The field that names a row for people. */
enum {
    NAME_center = FIELD_center_name,
    NAME_source = FIELD_source_name,
    NAME_pool = FIELD_pool_name,
    NAME_node = FIELD_node_name,
    NAME_device = FIELD_device_node,
    NAME_job = FIELD_job_id,
    NAME_reservation = FIELD_reservation_name,
    NAME_license = FIELD_license_name,
    NAME_interruption = FIELD_interruption_id,
    NAME_attempt = FIELD_attempt_id,
    NAME_outage = FIELD_outage_id,
    NAME_hour = FIELD_hour_id,
    NAME_offender = FIELD_offender_node,
    NAME_alert = FIELD_alert_id,
    NAME_aggregate = FIELD_aggregate_id,
    NAME_action = FIELD_action_id,
};

static const struct entity_info infos[ENTITY_COUNT] = {
#define ENTITY(name, ID, etitle, ehelp)                                                            \
    [ENTITY_##ID] = {.id = #name,                                                                  \
                     .plural = #name "s",                                                          \
                     .title = etitle,                                                              \
                     .help = ehelp,                                                                \
                     .fields = fields_##name,                                                      \
                     .field_count = FIELDS_##name,                                                 \
                     .row_size = sizeof(struct name##_row),                                        \
                     .name_field = NAME_##name},
#include "model/entities.def"
#undef ENTITY
};

#define ENTITY(name, ID, title, help)                                                              \
    _Static_assert(FIELDS_##name <= 64, "a validity bit for each field of " #name);
#include "model/entities.def"
#undef ENTITY

const struct entity_info *entity_info(enum entity e)
{
    return &infos[e];
}

int entity_field(enum entity e, const char *name)
{
    const struct entity_info *info = entity_info(e);

    for (unsigned i = 0; i < info->field_count; i++)
        if (fold_same(info->fields[i].id, name))
            return (int)i;
    for (unsigned i = 0; i < info->field_count; i++)
        if (fold_same(info->fields[i].title, name))
            return (int)i;
    return -1;
}

uint64_t row_key(enum entity e, uint16_t center, const char *id, size_t len)
{
    return hash_bytes((uint64_t)e << 16 | center, id, len);
}
