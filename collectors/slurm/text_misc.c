/* SPDX-License-Identifier: MIT
 * text_misc.c - lines of `scontrol -o show partition`, `show reservation` and `show licenses`. */
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/slurm/kv.h"
#include "collectors/slurm/slurm.h"
#include <string.h>

/* ---- partitions ---- */

enum {
#define POOL_KEY(name, free_text) POOL_##name,
#include "collectors/slurm/keys.def"
    POOL_KEYS
};
static const struct kv_key pool_keys[] = {
#define POOL_KEY(name, free_text) {#name, free_text},
#include "collectors/slurm/keys.def"
};

enum rc slurm_text_pool(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e)
{
    struct span v[POOL_KEYS];

    if (slurm_is_junk(s, "PartitionName=", text, len))
        return RC_OK;
    kv_split((struct span){text, len}, pool_keys, ARRAY_LEN(pool_keys), v);
    struct span name = v[POOL_PartitionName];
    if (name.len == 0)
        return err_set(e, RC_SCHEMA, "scontrol show partition", S_("a partition without a name"));
    s->answer.rows++;
    delta_row(d, ENTITY_POOL, name.text, name.len);
    delta_strn(d, FIELD_pool_name, name.text, name.len);
    put_str(d, FIELD_pool_state, v[POOL_State]);
    put_str(d, FIELD_pool_nodes, v[POOL_Nodes]);
    put_num(d, FIELD_pool_nodes_total, v[POOL_TotalNodes], 1);
    put_num(d, FIELD_pool_cpus_total, v[POOL_TotalCPUs], 1);
    put_limit(d, FIELD_pool_time_limit_seconds, v[POOL_MaxTime]);
    put_num(d, FIELD_pool_priority_tier, v[POOL_PriorityTier], 1);
    delta_int(d, FIELD_pool_is_default, span_is(v[POOL_Default], "YES"));
    put_str(d, FIELD_pool_preempt_mode, v[POOL_PreemptMode]);
    return RC_OK;
}

/* ---- reservations ---- */

enum {
#define RESERVATION_KEY(name, free_text) RESERVATION_##name,
#include "collectors/slurm/keys.def"
    RESERVATION_KEYS
};
static const struct kv_key reservation_keys[] = {
#define RESERVATION_KEY(name, free_text) {#name, free_text},
#include "collectors/slurm/keys.def"
};

enum rc slurm_text_reservation(struct slurm *s, const char *text, size_t len, struct delta *d,
                               struct err *e)
{
    struct span v[RESERVATION_KEYS];

    /* Without one scontrol says "No reservations in the system". */
    if (slurm_is_junk(s, "ReservationName=", text, len))
        return RC_OK;
    kv_split((struct span){text, len}, reservation_keys, ARRAY_LEN(reservation_keys), v);
    struct span name = v[RESERVATION_ReservationName];
    if (name.len == 0)
        return err_set(e, RC_SCHEMA, "scontrol show reservation",
                       S_("a reservation without a name"));
    s->answer.rows++;
    delta_row(d, ENTITY_RESERVATION, name.text, name.len);
    delta_strn(d, FIELD_reservation_name, name.text, name.len);
    put_str(d, FIELD_reservation_nodes, v[RESERVATION_Nodes]);
    put_num(d, FIELD_reservation_node_count, v[RESERVATION_NodeCnt], 1);
    put_time(d, FIELD_reservation_starts_at, v[RESERVATION_StartTime]);
    put_time(d, FIELD_reservation_ends_at, v[RESERVATION_EndTime]);
    put_str(d, FIELD_reservation_users, v[RESERVATION_Users]);
    put_str(d, FIELD_reservation_accounts, v[RESERVATION_Accounts]);
    put_str(d, FIELD_reservation_flags, v[RESERVATION_Flags]);
    put_str(d, FIELD_reservation_pool, v[RESERVATION_PartitionName]);
    return RC_OK;
}

/* ---- licences ---- */

enum {
#define LICENSE_KEY(name, free_text) LICENSE_##name,
#include "collectors/slurm/keys.def"
    LICENSE_KEYS
};
static const struct kv_key license_keys[] = {
#define LICENSE_KEY(name, free_text) {#name, free_text},
#include "collectors/slurm/keys.def"
};

enum rc slurm_text_license(struct slurm *s, const char *text, size_t len, struct delta *d,
                           struct err *e)
{
    struct span v[LICENSE_KEYS];

    if (slurm_is_junk(s, "LicenseName=", text, len))
        return RC_OK;
    kv_split((struct span){text, len}, license_keys, ARRAY_LEN(license_keys), v);
    struct span name = v[LICENSE_LicenseName];
    if (name.len == 0)
        return err_set(e, RC_SCHEMA, "scontrol show licenses", S_("a licence without a name"));
    s->answer.rows++;
    delta_row(d, ENTITY_LICENSE, name.text, name.len);
    delta_strn(d, FIELD_license_name, name.text, name.len);
    put_num(d, FIELD_license_total, v[LICENSE_Total], 1);
    put_num(d, FIELD_license_used, v[LICENSE_Used], 1);
    put_num(d, FIELD_license_free, v[LICENSE_Free], 1);
    put_num(d, FIELD_license_reserved, v[LICENSE_Reserved], 1);
    return RC_OK;
}
