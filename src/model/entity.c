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

/* In this file a type is what follows FT_, so that ENUM and FLAGS bring their words along, and NUM32 its width. */
#undef ENUM
#undef FLAGS
#define ENUM(type) ENUM, .words = words_##type
#define FLAGS(type) FLAGS, .words = words_##type
#define NUM32 NUM, .narrow = true
#define FT_PASTE(...) FT_##__VA_ARGS__
#define FT(...) FT_PASTE(__VA_ARGS__)

#define FIELD(name, ftype, funit, fgroup, ftitle, fcells, fhelp)                                   \
    {.id = #name,                                                                                  \
     .title = ftitle,                                                                              \
     .help = fhelp,                                                                                \
     .unit = UNIT_##funit,                                                                         \
     .group = GROUP_##fgroup,                                                                      \
     .offset = offsetof(struct ROW, name),                                                         \
     .cells = fcells,                                                                              \
     .type = FT(ftype)},

#define ROW center_row
static const struct field fields_center[] = {
#include "model/center.def"
};
#undef ROW
#define ROW source_row
static const struct field fields_source[] = {
#include "model/source.def"
};
#undef ROW
#define ROW pool_row
static const struct field fields_pool[] = {
#include "model/pool.def"
};
#undef ROW
#define ROW node_row
static const struct field fields_node[] = {
#include "model/node.def"
};
#undef ROW
#define ROW device_row
static const struct field fields_device[] = {
#include "model/device.def"
};
#undef ROW
#define ROW job_row
static const struct field fields_job[] = {
#include "model/job.def"
};
#undef ROW
#define ROW reservation_row
static const struct field fields_reservation[] = {
#include "model/reservation.def"
};
#undef ROW
#define ROW license_row
static const struct field fields_license[] = {
#include "model/license.def"
};
#undef ROW
#define ROW interruption_row
static const struct field fields_interruption[] = {
#include "model/interruption.def"
};
#undef ROW
#define ROW attempt_row
static const struct field fields_attempt[] = {
#include "model/attempt.def"
};
#undef ROW
#define ROW outage_row
static const struct field fields_outage[] = {
#include "model/outage.def"
};
#undef ROW
#define ROW hour_row
static const struct field fields_hour[] = {
#include "model/hour.def"
};
#undef ROW
#define ROW offender_row
static const struct field fields_offender[] = {
#include "model/offender.def"
};
#undef ROW
#define ROW alert_row
static const struct field fields_alert[] = {
#include "model/alert.def"
};
#undef ROW
#define ROW aggregate_row
static const struct field fields_aggregate[] = {
#include "model/aggregate.def"
};
#undef ROW
#define ROW action_row
static const struct field fields_action[] = {
#include "model/action.def"
};
#undef ROW
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
