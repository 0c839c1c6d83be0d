/* SPDX-License-Identifier: MIT
 * rest_misc.c - elements of /partitions, /reservations and /licenses. */
#include "collectors/slurm/readers.h"
#include "base/sentence.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include "collectors/slurm/value.h"
#include <string.h>
#include <strings.h>

static const struct json *path(const struct json *v, const char *a, const char *b)
{
    const struct json *inner = json_member(v, a);

    return b != NULL ? json_member(inner, b) : inner;
}

/* ---- partitions: flat in v0.0.38, nested from v0.0.39 on ---- */

static const struct json *nested(const struct json *flat, const struct json *object, const char *a)
{
    return json_type(flat) > JSON_NULL && json_type(flat) != JSON_OBJECT ? flat
                                                                         : path(object, a, NULL);
}

static bool has_word(const struct json *list, const char *word)
{
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
        if (strcasecmp(json_str(v), word) == 0)
            return true;
    return false;
}

/* As the commands write it: "disabled" is OFF there. */
static void put_preempt_mode(struct slurm *s, struct delta *d, const struct json *v)
{
    buf_reset(&s->words);
    join_json(&s->words, v, ',');
    if (strcmp(s->words.data, "disabled") == 0)
        delta_str(d, FIELD_pool_preempt_mode, "OFF");
    else
        put_upper(d, FIELD_pool_preempt_mode, (struct span){s->words.data, s->words.len});
}

static void put_pool(struct slurm *s, struct delta *d, const struct json *const *v)
{
    put_json_list(d, FIELD_pool_state, nested(v[POOL_state], v[POOL_partition], "state"), '+',
                  &s->words);
    put_json_str(d, FIELD_pool_nodes, nested(v[POOL_nodes], v[POOL_nodes], "configured"));
    put_json_num(d, FIELD_pool_nodes_total, nested(v[POOL_total_nodes], v[POOL_nodes], "total"), 1);
    put_json_num(d, FIELD_pool_cpus_total, nested(v[POOL_total_cpus], v[POOL_cpus], "total"), 1);
    put_json_minutes(d, FIELD_pool_time_limit_seconds,
                     nested(v[POOL_max_time_limit], v[POOL_maximums], "time"));
    put_json_num(d, FIELD_pool_priority_tier,
                 nested(v[POOL_priority_tier], v[POOL_priority], "tier"), 1);
    /* Later versions leave both out. */
    if (json_type(v[POOL_flags]) == JSON_ARRAY)
        delta_int(d, FIELD_pool_is_default, has_word(v[POOL_flags], "default"));
    if (json_type(v[POOL_preemption_mode]) > JSON_NULL)
        put_preempt_mode(s, d, v[POOL_preemption_mode]);
}

enum rc slurm_rest_pool(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e)
{
    const struct json *v[POOL_MEMBERS];
    enum rc rc = json_read(s->readers.pool, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const char *name = json_str(v[POOL_name]);
    if (*name == '\0')
        return err_set(e, RC_SCHEMA, "partitions", S_("a partition without a name"));
    s->answer.rows++;
    delta_row(d, ENTITY_POOL, name, strlen(name));
    delta_str(d, FIELD_pool_name, name);
    put_pool(s, d, v);
    return RC_OK;
}

/* ---- reservations, licences ---- */

enum rc slurm_rest_reservation(struct slurm *s, const char *text, size_t len, struct delta *d,
                               struct err *e)
{
    const struct json *v[RESERVATION_MEMBERS];
    enum rc rc = json_read(s->readers.reservation, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const char *name = json_str(v[RESERVATION_name]);
    if (*name == '\0')
        return err_set(e, RC_SCHEMA, "reservations", S_("a reservation without a name"));
    s->answer.rows++;
    delta_row(d, ENTITY_RESERVATION, name, strlen(name));
    delta_str(d, FIELD_reservation_name, name);
    put_json_str(d, FIELD_reservation_nodes, v[RESERVATION_node_list]);
    put_json_num(d, FIELD_reservation_node_count, v[RESERVATION_node_count], 1);
    put_json_time(d, FIELD_reservation_starts_at, v[RESERVATION_start_time]);
    put_json_time(d, FIELD_reservation_ends_at, v[RESERVATION_end_time]);
    put_json_list(d, FIELD_reservation_users, v[RESERVATION_users], ',', &s->words);
    put_json_list(d, FIELD_reservation_accounts, v[RESERVATION_accounts], ',', &s->words);
    put_json_list(d, FIELD_reservation_flags, v[RESERVATION_flags], ',', &s->words);
    put_json_str(d, FIELD_reservation_pool, v[RESERVATION_partition]);
    return RC_OK;
}

enum rc slurm_rest_license(struct slurm *s, const char *text, size_t len, struct delta *d,
                           struct err *e)
{
    const struct json *v[LICENSE_MEMBERS];
    enum rc rc = json_read(s->readers.license, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const char *name = json_str(v[LICENSE_LicenseName]);
    if (*name == '\0')
        return err_set(e, RC_SCHEMA, "licenses", S_("a licence without a name"));
    s->answer.rows++;
    delta_row(d, ENTITY_LICENSE, name, strlen(name));
    delta_str(d, FIELD_license_name, name);
    put_json_num(d, FIELD_license_total, v[LICENSE_Total], 1);
    put_json_num(d, FIELD_license_used, v[LICENSE_Used], 1);
    put_json_num(d, FIELD_license_free, v[LICENSE_Free], 1);
    put_json_num(d, FIELD_license_reserved, v[LICENSE_Reserved], 1);
    return RC_OK;
}
