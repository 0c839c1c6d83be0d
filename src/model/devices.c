/* SPDX-License-Identifier: MIT
 * devices.c - see devices.h. */
#include "model/devices.h"
#include "model/fields.h"
#include <string.h>

#define BIT(id) (1u << throttle_##id)
#define BRAKES (BIT(SW_THERMAL) | BIT(HW_SLOWDOWN) | BIT(HW_THERMAL) | BIT(HW_POWER_BRAKE))
#define IDLE_BELOW_PERCENT 1

enum { RANK_LOST = 1000, RANK_TROUBLE = 900, RANK_AT_LIMIT = 100 };

const char *const device_status_words[DEVICE_STATUSES + 1] = {
    "unknown", "ok", "silent", "throttled", "hot", "trouble", "lost", NULL};

bool device_margin(const struct device_row *d, double *margin)
{
    if (row_has(d, device, temperature_headroom_celsius)) {
        *margin = row_num(d, device, temperature_headroom_celsius);
        return true;
    }
    *margin = row_num(d, device, temperature_limit_celsius) - d->temperature_celsius;
    return row_has(d, device, temperature_limit_celsius) && row_has(d, device, temperature_celsius);
}

double device_limit(const struct device_row *d)
{
    double margin;

    if (row_has(d, device, temperature_celsius) && device_margin(d, &margin))
        return d->temperature_celsius + margin;
    return 0;
}

static bool says(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* What is told of its health; no word of it is DEVICE_UNKNOWN. */
static enum device_status told_health(const struct snapshot *s, const struct device_row *d)
{
    if (row_has(d, device, remap_failed) && d->remap_failed)
        return DEVICE_TROUBLE;
    if (!row_has(d, device, health))
        return DEVICE_UNKNOWN;
    const char *text = intern_text(snapshot_strings(s), d->health);
    if (strcmp(text, "ok") == 0)
        return DEVICE_OK;
    return says(text, "lost") || says(text, "driver hung") ? DEVICE_LOST : DEVICE_TROUBLE;
}

static bool is_hot(const struct device_row *d)
{
    double margin;

    if (device_margin(d, &margin))
        return margin <= 0;
    return row_has(d, device, temperature_celsius) &&
           d->temperature_celsius >= DEVICE_USUAL_LIMIT_CELSIUS;
}

enum device_status device_status(const struct snapshot *s, const struct device_row *d)
{
    enum device_status health = told_health(s, d);

    if (health >= DEVICE_TROUBLE)
        return health;
    if (d->h.flags & (ROW_SILENT | ROW_GONE))
        return DEVICE_SILENT;
    if (is_hot(d))
        return DEVICE_HOT;
    if (row_has(d, device, throttle) && d->throttle & BRAKES)
        return DEVICE_THROTTLED;
    return health == DEVICE_OK || row_has(d, device, temperature_celsius) ? DEVICE_OK
                                                                          : DEVICE_UNKNOWN;
}

bool device_rank(const struct snapshot *s, const struct device_row *d, double *rank)
{
    enum device_status status = device_status(s, d);
    double margin;

    if (status >= DEVICE_TROUBLE) {
        *rank = status == DEVICE_LOST ? RANK_LOST : RANK_TROUBLE;
        return true;
    }
    *rank = 0;
    if (status == DEVICE_SILENT)
        return true;
    if (!device_margin(d, &margin)) {
        if (!row_has(d, device, temperature_celsius))
            return false;
        margin = DEVICE_USUAL_LIMIT_CELSIUS - d->temperature_celsius;
    }
    *rank = RANK_AT_LIMIT - margin;
    return true;
}

const struct node_row *device_node(const struct snapshot *s, const struct device_row *d)
{
    const struct intern *strings = snapshot_strings(s);

    if (!row_has(d, device, node))
        return NULL;
    uint64_t key = row_key(ENTITY_NODE, d->h.center, intern_raw(strings, d->node),
                           intern_raw_len(strings, d->node));
    uint32_t slot = snapshot_find(s, ENTITY_NODE, key);
    return slot == UINT32_MAX ? NULL : snapshot_row(s, ENTITY_NODE, slot);
}

const struct job_row *device_job(const struct snapshot *s, const struct device_row *d)
{
    if (!row_has(d, device, job))
        return NULL;
    const struct intern *strings = snapshot_strings(s);
    strid told = row_str(d, device, job);
    return snapshot_job(s, d->h.center, intern_raw(strings, told), intern_raw_len(strings, told));
}

strid device_job_id(const struct snapshot *s, const struct device_row *d)
{
    const struct job_row *j = device_job(s, d);

    return j ? j->id : row_has(d, device, job) ? row_str(d, device, job) : 0;
}

static bool given_away(const struct device_row *d, const struct node_row *node)
{
    if (row_has(d, device, job))
        return true;
    return node && row_has(node, node, devices_total) && row_has(node, node, devices_allocated) &&
           node->devices_total > 0 && node->devices_allocated >= node->devices_total;
}

static bool rests(const struct device_row *d)
{
    bool busy = row_has(d, device, utilization_percent),
         tensor = row_has(d, device, tensor_utilization_percent);

    if (d->h.flags & (ROW_SILENT | ROW_GONE) || !(busy || tensor))
        return false;
    return !(busy && d->utilization_percent >= IDLE_BELOW_PERCENT) &&
           !(tensor && d->tensor_utilization_percent >= IDLE_BELOW_PERCENT);
}

bool device_rests_given(const struct device_row *d, const struct node_row *node)
{
    return rests(d) && given_away(d, node);
}
