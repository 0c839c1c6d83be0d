/* SPDX-License-Identifier: MIT
 * config.h - the configuration file: YAML through libcyaml, refused with file, line and accepted words.
 *
 * The schema of a source is made from its collector's option table, so a collector adds its own keys.
 * Values keep the text of the file; config_check has seen that each can be understood.
 * Thread: app, at start. Owner: the caller of config_load. */
#ifndef SUAN_APP_CONFIG_H
#define SUAN_APP_CONFIG_H

#include "action/plan.h"
#include "base/err.h"
#include "collectors/collector.h"
#include "model/rules.h"

struct config_source {
    const struct collector_ops *ops;
    char **values; /* by option of ops, NULL = unset; fallbacks applied */
    char *id;      /* "tianjin/slurm", unique */
    struct source_conf conf;
};

struct config_center {
    char *id, *name;
    enum center_kind kind;
    enum center_tier tier;
    enum center_tenancy tenancy;
    char *operator_name, *region; /* "" if unset */
    enum act_mode actions;        /* of the whole configuration, unless the center says */
    char *capacity[4];            /* FLOPS as text for fp64 fp32 fp16 fp8; NULL = not declared */
    struct config_source *sources;
    size_t source_count;
};

struct config {
    char *path; /* of the file, or NULL when discovered */
    int64_t refresh_ms;
    char *theme;          /* NULL = default */
    const char *language; /* a code of base/i18n.h or "auto"; NULL = not said */
    bool no_bell;
    bool simulated; /* its centers are not real: every screen says so */
    enum act_mode actions;
    char *audit;                /* file; NULL = the usual place */
    char *history;              /* file, or "off"; NULL = the usual place */
    uint64_t history_max_bytes; /* 0 = the usual size */
    struct rule_set rules;
    char *exec_on_alert; /* NULL = run nothing */
    struct config_center *centers;
    size_t center_count;
};

extern const char *const config_capacity_keys[4];

/* The file to read: `explicit_path`, else $XDG_CONFIG_HOME/suantop/config.yaml, ~/.config/..., /etc/suantop/config.yaml.
 * NULL if there is none (then discover). The caller frees it. */
char *config_find(const char *explicit_path);
enum rc config_load(const char *path, struct config *out, struct err *e);
enum rc config_load_text(const char *text, size_t len, const char *name, struct config *out,
                         struct err *e);
/* Nothing but what holds without a file. */
void config_init(struct config *c);
void config_free(struct config *c);
/* Number all sources and fill their source_conf. self: path of this program. */
void config_index(struct config *c, const char *self);
size_t config_source_count(const struct config *c);

/* Building one by hand (discover, tests). */
struct config_center *config_add_center(struct config *c, const char *id, const char *name);
struct config_source *config_add_source(struct config_center *center,
                                        const struct collector_ops *ops);
void config_set(struct config_source *s, const char *option, const char *value);
/* The configuration as JSON or YAML text without secrets, enough to load it again (recordings). */
struct buf;
void config_write_yaml(const struct config *c, struct buf *out);

#endif
