/* SPDX-License-Identifier: MIT
 * text_nodes.c - a line of `scontrol -o -d show node` as a NODE row.
 *
 * Times are seconds since 1970, because the command is run with SLURM_TIME_FORMAT=%s. */
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/slurm/kv.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include <string.h>

enum {
#define NODE_KEY(name, free_text) KEY_##name,
#include "collectors/slurm/keys.def"
    KEY_COUNT
};
static const struct kv_key keys[] = {
#define NODE_KEY(name, free_text) {#name, free_text},
#include "collectors/slurm/keys.def"
};

/* "fan broken [root@1795338757]": who and when stand in the last brackets. */
static void put_reason(struct delta *d, struct span v)
{
    struct span reason = v, by = {"", 0}, at = {"", 0};
    const char *open = v.len > 0 && v.text[v.len - 1] == ']' ? memrchr(v.text, '[', v.len) : NULL;
    const char *sign = open != NULL ? memchr(open, '@', (size_t)(v.text + v.len - open)) : NULL;

    if (sign != NULL) {
        reason.len = (size_t)(open - v.text);
        by = (struct span){open + 1, (size_t)(sign - open - 1)};
        at = (struct span){sign + 1, (size_t)(v.text + v.len - sign - 2)};
    }
    while (reason.len > 0 && reason.text[reason.len - 1] == ' ')
        reason.len--;
    delta_strn(d, FIELD_node_reason, reason.text, reason.len);
    delta_strn(d, FIELD_node_reason_by, by.text, by.len);
    put_time(d, FIELD_node_reason_at, at);
}

static void put_capacity(struct slurm *s, struct delta *d, const struct span *v)
{
    const double mib = 1024.0 * 1024.0;

    put_num(d, FIELD_node_cpus_total, v[KEY_CPUTot], 1);
    put_num(d, FIELD_node_cpus_allocated, v[KEY_CPUAlloc], 1);
    put_num(d, FIELD_node_memory_total_bytes, v[KEY_RealMemory], mib);
    put_num(d, FIELD_node_memory_allocated_bytes, v[KEY_AllocMem], mib);
    put_num(d, FIELD_node_memory_free_bytes, v[KEY_FreeMem], mib);
    put_num(d, FIELD_node_load, v[KEY_CPULoad], 1);
    buf_reset(&s->words);
    buf_add(&s->words, v[KEY_Gres].text, v[KEY_Gres].len);
    buf_addc(&s->words, '\0');
    size_t used = s->words.len;
    buf_add(&s->words, v[KEY_GresUsed].text, v[KEY_GresUsed].len);
    put_node_gres(d, s->words.data, s->words.failed ? "" : s->words.data + used);
}

static void put_sensors(struct delta *d, const struct span *v)
{
    double n;

    if (slurm_number_text(v[KEY_CurrentWatts], &n) && n > 0)
        delta_num(d, FIELD_node_power_watts, n);
    if (slurm_number_text(v[KEY_ExtSensorsTemp], &n) && n > 0 && n < 200) {
        delta_num(d, FIELD_node_temperature_celsius, n);
        delta_str(d, FIELD_node_temperature_sensor, "slurm");
    }
}

static void put_rest(struct delta *d, const struct span *v)
{
    put_str(d, FIELD_node_pools, v[KEY_Partitions]);
    put_str(d, FIELD_node_features, v[KEY_AvailableFeatures]);
    put_time(d, FIELD_node_booted_at, v[KEY_BootTime]);
    put_time(d, FIELD_node_last_busy_at, v[KEY_LastBusyTime]);
    put_str(d, FIELD_node_version, v[KEY_Version]);
    put_str(d, FIELD_node_os, v[KEY_OS]);
    put_str(d, FIELD_node_address, v[KEY_NodeAddr]);
    put_str(d, FIELD_node_reservation, v[KEY_ReservationName]);
}

enum rc slurm_text_node(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e)
{
    struct span v[KEY_COUNT];
    uint64_t hash = hash_bytes(0, text, len);

    if (slurm_is_junk(s, "NodeName=", text, len))
        return RC_OK;
    if (slurm_keep_if_seen(s, &s->nodes_seen, d, ENTITY_NODE, hash))
        return RC_OK;
    kv_split((struct span){text, len}, keys, ARRAY_LEN(keys), v);
    if (v[KEY_NodeName].len == 0)
        return err_set(e, RC_SCHEMA, "scontrol show node", S_("a node without a name"));
    delta_row(d, ENTITY_NODE, v[KEY_NodeName].text, v[KEY_NodeName].len);
    delta_strn(d, FIELD_node_name, v[KEY_NodeName].text, v[KEY_NodeName].len);
    put_node_state(d, v[KEY_State]);
    put_reason(d, v[KEY_Reason]);
    put_capacity(s, d, v);
    put_sensors(d, v);
    put_rest(d, v);
    seen_add(&s->nodes_seen, hash, delta_last_key(d));
    return RC_OK;
}
