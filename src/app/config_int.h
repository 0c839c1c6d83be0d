/* SPDX-License-Identifier: MIT
 * config_int.h - the steps of loading a configuration, for config*.c only: bytes -> config_raw (the keys are right,
 * values are text) -> struct config (the values mean something). */
#ifndef SUAN_APP_CONFIG_INT_H
#define SUAN_APP_CONFIG_INT_H

#include "app/config.h"

#define CONFIG_MAX_COLLECTORS 16

struct config_raw_source {
    char **by_collector
        [CONFIG_MAX_COLLECTORS]; /* by index in collector_all(): option values; NULL = not this one */
};
struct config_raw_capacity {
    char *by_precision[4];
};
struct config_raw_center {
    char *id, *name, *kind, *tier, *tenancy, *operator_name, *region, *actions;
    struct config_raw_capacity *capacity;
    struct config_raw_source *sources;
    unsigned sources_count;
};
struct config_raw {
    char *refresh, *actions, *audit, *theme, *history, *history_max, *exec_on_alert, *bell,
        *language, *simulated;
    struct config_raw_center *centers;
    unsigned centers_count;
};

struct config_text {
    const char *text;
    size_t len;
    const char *name;
};

enum rc config_parse(const char *text, size_t len, const char *name, struct config_raw **out,
                     struct err *e);
void config_raw_free(struct config_raw *raw);
enum rc config_check(const struct config_text *where, const struct config_raw *raw,
                     struct config *out, struct err *e);
/* `alerts:`, whose values are a word or a mapping, which no schema of libcyaml can say. */
enum rc config_alerts(const struct config_text *where, struct rule_set *out, struct err *e);

#endif
