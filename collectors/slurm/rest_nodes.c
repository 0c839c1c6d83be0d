/* SPDX-License-Identifier: MIT
 * rest_nodes.c - an element of /nodes, v0.0.38 to v0.0.45, as a NODE row.
 *
 * The spelling wanders between releases: a state and state_flags or one array, free_memory or
 * free_mem, plain numbers or {"set","infinite","number"}; all are accepted whatever the version. */
#include "base/hash.h"
#include "base/sentence.h"
#include "codec/quantity.h"
#include "collectors/slurm/readers.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include "collectors/slurm/value.h"
#include <string.h>

static const struct json *either(const struct json *a, const struct json *b)
{
    return json_type(a) > JSON_NULL ? a : b;
}

static void put_state(struct slurm *s, struct delta *d, const struct json *const *v)
{
    buf_reset(&s->words);
    join_json(&s->words, v[NODE_state], '+');
    if (json_type(v[NODE_state_flags]) == JSON_ARRAY && json_count(v[NODE_state_flags]) > 0) {
        buf_addc(&s->words, '+');
        join_json(&s->words, v[NODE_state_flags], '+');
    }
    put_node_state(d, (struct span){s->words.data, s->words.len});
}

static void put_reason(struct delta *d, const struct json *const *v)
{
    bool given = json_str(v[NODE_reason])[0] != '\0';

    put_json_str(d, FIELD_node_reason, v[NODE_reason]);
    put_json_str(d, FIELD_node_reason_by, given ? v[NODE_reason_set_by_user] : NULL);
    put_json_time(d, FIELD_node_reason_at, given ? v[NODE_reason_changed_at] : NULL);
}

static void put_capacity(struct delta *d, const struct json *const *v)
{
    const double mib = 1024.0 * 1024.0;

    put_json_num(d, FIELD_node_cpus_total, v[NODE_cpus], 1);
    put_json_num(d, FIELD_node_cpus_allocated, v[NODE_alloc_cpus], 1);
    put_json_num(d, FIELD_node_memory_total_bytes, v[NODE_real_memory], mib);
    put_json_num(d, FIELD_node_memory_allocated_bytes, v[NODE_alloc_memory], mib);
    put_json_num(d, FIELD_node_memory_free_bytes, either(v[NODE_free_mem], v[NODE_free_memory]),
                 mib);
    put_json_num(d, FIELD_node_load, v[NODE_cpu_load], 0.01);
    put_node_gres(d, json_str(v[NODE_gres]), json_str(v[NODE_gres_used]));
}

/* Where the energy plugin is not configured these are 0, which is not a measurement. Another source
 * may know better, so nothing is said then. */
static void put_sensors(struct delta *d, const struct json *const *v)
{
    double n;

    if (slurm_number_json(json_member(v[NODE_energy], "current_watts"), &n) && n > 0)
        delta_num(d, FIELD_node_power_watts, n);
    if (slurm_number_json(json_member(v[NODE_external_sensors], "temperature"), &n) && n > 0 &&
        n < 200) {
        delta_num(d, FIELD_node_temperature_celsius, n);
        delta_str(d, FIELD_node_temperature_sensor, "slurm");
    }
}

static void put_rest(struct slurm *s, struct delta *d, const struct json *const *v)
{
    put_json_list(d, FIELD_node_pools, v[NODE_partitions], ',', &s->words);
    put_json_list(d, FIELD_node_features, v[NODE_features], ',', &s->words);
    put_json_time(d, FIELD_node_booted_at, v[NODE_boot_time]);
    put_json_time(d, FIELD_node_last_busy_at, v[NODE_last_busy]);
    put_json_str(d, FIELD_node_version, either(v[NODE_version], v[NODE_slurmd_version]));
    put_json_str(d, FIELD_node_os, v[NODE_operating_system]);
    put_json_str(d, FIELD_node_address, v[NODE_address]);
    put_json_str(d, FIELD_node_reservation, v[NODE_reservation]);
}

enum rc slurm_rest_node(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e)
{
    const struct json *v[NODE_MEMBERS];
    uint64_t hash = hash_bytes(0, text, len);

    if (slurm_keep_if_seen(s, &s->nodes_seen, d, ENTITY_NODE, hash))
        return RC_OK;
    enum rc rc = json_read(s->readers.node, text, len, v, e);
    if (rc != RC_OK)
        return rc;
    const char *name = json_str(v[NODE_name]);
    if (*name == '\0')
        return err_set(e, RC_SCHEMA, "nodes", S_("a node without a name"));
    delta_row(d, ENTITY_NODE, name, strlen(name));
    delta_str(d, FIELD_node_name, name);
    put_state(s, d, v);
    put_reason(d, v);
    put_capacity(d, v);
    put_sensors(d, v);
    put_rest(s, d, v);
    seen_add(&s->nodes_seen, hash, delta_last_key(d));
    return RC_OK;
}
