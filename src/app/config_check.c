/* SPDX-License-Identifier: MIT
 * config_check.c - what the values of a configuration mean; every refusal names file, line and the words that would do. */
#include "app/config_int.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/quantity.h"
#include "codec/yaml.h"
#include "collectors/registry.h"
#include "io/argv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_REFRESH_MS 250
#define MAX_REFRESH_MS 3600000
#define MIN_HISTORY (double)(1 << 20)
#define MAX_HISTORY 0x1p40
#define LANGUAGES_MAX 32

struct check {
    const struct config_text *where;
    struct config *out;
    struct err *e;
};

static enum rc refuse(const struct check *c, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum rc refuse(const struct check *c, const char *path, const char *fmt, ...)
{
    char where[96], message[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    snprintf(where, sizeof where, "%.80s:%d", c->where->name,
             yaml_line(c->where->text, c->where->len, path));
    return err_set(c->e, RC_SCHEMA, where, "%s", message);
}

/* One of `words`, whose index is the value; index 0 ("unknown") is only for the unset. */
static enum rc check_word(const struct check *c, const char *path, const char *value,
                          const char *const *words, int *out)
{
    char accepted[160] = "";
    if (value == NULL)
        return RC_OK;
    for (int i = 1; words[i] != NULL; i++) {
        if (strcmp(value, words[i]) == 0) {
            *out = i;
            return RC_OK;
        }
        size_t used = strlen(accepted);
        snprintf(accepted + used, sizeof accepted - used, " %s", words[i]);
    }
    return refuse(c, path, S_("\"%s\" is not one of:%s"), value, accepted);
}

/* Whether anything may be changed there. */
static enum rc check_actions(const struct check *c, const char *path, const char *value,
                             enum act_mode *out)
{
    static const char *const words[] = {"", [1 + ACT_OFF] = "off", [1 + ACT_CONFIRM] = "confirm",
                                        [1 + ACT_ARM] = "arm", NULL};
    int word = 1 + (int)*out;
    enum rc rc = check_word(c, path, value, words, &word);
    *out = (enum act_mode)(word - 1);
    return rc;
}

static const char *const *words_of(const char *field)
{
    const struct entity_info *info = entity_info(ENTITY_CENTER);
    return info->fields[entity_field(ENTITY_CENTER, field)].words;
}

static bool one_of(const char *value, const char *words)
{
    size_t len = strlen(value);
    for (const char *p = words; len > 0 && (p = strstr(p, value)) != NULL; p += len)
        if ((p == words || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
            return true;
    return false;
}

static bool is_url(const char *s)
{
    return (strncmp(s, "https://", 8) == 0 && s[8] != '\0') ||
           (strncmp(s, "http://", 7) == 0 && s[7] != '\0');
}

static enum rc check_option(const struct check *c, const char *path, const struct option_desc *o,
                            const char *value)
{
    int64_t ms;
    double number;
    switch (o->type) {
    case OPT_URL:
        if (!is_url(value) || strpbrk(value, " \t\r\n\"@") != NULL)
            return refuse(c, path,
                          S_("%s must be https://HOST:PORT (without user or password), not \"%s\""),
                          o->name, value);
        break;
    case OPT_DURATION:
        if (!quantity_duration(value, &ms) || ms <= 0)
            return refuse(c, path,
                          S_("%s must be a duration such as 500ms, 30s, 5m or 1h, not \"%s\""),
                          o->name, value);
        break;
    case OPT_BOOL:
        if (!one_of(value, "true false"))
            return refuse(c, path, S_("%s must be true or false, not \"%s\""), o->name, value);
        break;
    case OPT_SIZE:
        if (!quantity_bytes(value, 1, &number))
            return refuse(c, path, S_("%s must be a size such as 500K or 10M, not \"%s\""), o->name,
                          value);
        break;
    case OPT_WORD:
        if (!one_of(value, o->words))
            return refuse(c, path, S_("%s must be one of: %s; not \"%s\""), o->name, o->words,
                          value);
        break;
    case OPT_STR:
    case OPT_PATH:
    case OPT_COMMAND:
    case OPT_LIST:
        break;
    }
    for (const char *p = value; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return refuse(c, path, S_("%s holds a control character"), o->name);
    return RC_OK;
}

/* http:// only with insecure: true, so that a token never leaves in clear by a typing error. */
static enum rc check_insecure(const struct check *c, const char *path,
                              const struct config_source *s)
{
    const char *url = NULL, *insecure = NULL;
    for (size_t i = 0; i < s->ops->option_count; i++) {
        if (strcmp(s->ops->options[i].name, "url") == 0)
            url = s->values[i];
        if (strcmp(s->ops->options[i].name, "insecure") == 0)
            insecure = s->values[i];
    }
    if (url == NULL || strncmp(url, "http://", 7) != 0 ||
        (insecure != NULL && strcmp(insecure, "true") == 0))
        return RC_OK;
    return refuse(
        c, path,
        S_("http:// sends the token in clear; use https://, or say insecure: true for this source"));
}

static char *resolve(const struct check *c, enum option_type type, const char *value)
{
    const char *slash = strrchr(c->where->name, '/');
    if (type != OPT_PATH || value[0] == '/' || slash == NULL)
        return xstrdup(value);
    return xasprintf("%.*s/%s", (int)(slash - c->where->name), c->where->name, value);
}

static enum rc check_options(const struct check *c, const char *path, char **raw,
                             struct config_source *s)
{
    char at[160];
    for (size_t i = 0; i < s->ops->option_count; i++) {
        const struct option_desc *o = &s->ops->options[i];
        if (raw[i] == NULL)
            continue;
        snprintf(at, sizeof at, "%s/%s", path, o->name);
        enum rc rc = check_option(c, at, o, raw[i]);
        if (rc != RC_OK)
            return rc;
        free(s->values[i]);
        s->values[i] = resolve(c, o->type, raw[i]);
    }
    return check_insecure(c, path, s);
}

static enum rc check_source(const struct check *c, const char *path,
                            const struct config_raw_source *raw, struct config_center *center)
{
    const struct collector_ops *const *all = collector_all();
    int chosen = -1;
    char at[128];
    for (int i = 0; all[i] != NULL && i < CONFIG_MAX_COLLECTORS; i++) {
        if (raw->by_collector[i] == NULL)
            continue;
        if (chosen >= 0)
            return refuse(c, path,
                          S_("one entry of sources holds both %s and %s; give each its own \"-\""),
                          all[chosen]->name, all[i]->name);
        chosen = i;
    }
    if (chosen < 0)
        return refuse(c, path, S_("an entry of sources is empty"));
    snprintf(at, sizeof at, "%s/%s", path, all[chosen]->name);
    return check_options(c, at, raw->by_collector[chosen], config_add_source(center, all[chosen]));
}

static enum rc check_id(const struct check *c, const char *path, const char *id)
{
    for (const char *p = id; *p != '\0'; p++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *p) == NULL)
            return refuse(
                c, path,
                S_("id \"%s\" may hold letters, digits, - _ and . only (name is for people)"), id);
    for (size_t i = 0; i < c->out->center_count; i++)
        if (strcmp(c->out->centers[i].id, id) == 0)
            return refuse(c, path, S_("two centers have the id \"%s\""), id);
    return RC_OK;
}

static enum rc check_words(const struct check *c, const char *path,
                           const struct config_raw_center *raw, struct config_center *center)
{
    char at[64];
    int kind = 0, tier = 0, tenancy = 0;
    snprintf(at, sizeof at, "%s/kind", path);
    enum rc rc = check_word(c, at, raw->kind, words_of("kind"), &kind);
    snprintf(at, sizeof at, "%s/tier", path);
    if (rc == RC_OK)
        rc = check_word(c, at, raw->tier, words_of("tier"), &tier);
    snprintf(at, sizeof at, "%s/tenancy", path);
    if (rc == RC_OK)
        rc = check_word(c, at, raw->tenancy, words_of("tenancy"), &tenancy);
    center->kind = (enum center_kind)kind;
    center->tier = (enum center_tier)tier;
    center->tenancy = (enum center_tenancy)tenancy;
    return rc;
}

static enum rc check_capacity(const struct check *c, const char *path,
                              const struct config_raw_center *raw, struct config_center *center)
{
    char at[64];
    double flops;
    for (size_t i = 0; raw->capacity != NULL && i < ARRAY_LEN(config_capacity_keys); i++) {
        const char *value = raw->capacity->by_precision[i];
        if (value == NULL)
            continue;
        snprintf(at, sizeof at, "%s/capacity/%s", path, config_capacity_keys[i]);
        if (!quantity_flops(value, &flops))
            return refuse(c, at, S_("capacity must be like \"12 EFLOPS\", not \"%s\""), value);
        center->capacity[i] = xstrdup(value);
    }
    return RC_OK;
}

static void replace(char **slot, const char *value)
{
    if (value == NULL)
        return;
    free(*slot);
    *slot = xstrdup(value);
}

static enum rc check_center(const struct check *c, unsigned index,
                            const struct config_raw_center *raw)
{
    char path[48], at[96];
    snprintf(path, sizeof path, "centers/%u", index);
    snprintf(at, sizeof at, "%s/id", path);
    enum rc rc = check_id(c, at, raw->id);
    if (rc != RC_OK)
        return rc;
    struct config_center *center =
        config_add_center(c->out, raw->id, raw->name != NULL ? raw->name : raw->id);
    replace(&center->operator_name, raw->operator_name);
    replace(&center->region, raw->region);
    snprintf(at, sizeof at, "%s/actions", path);
    rc = check_actions(c, at, raw->actions, &center->actions);
    if (rc == RC_OK)
        rc = check_words(c, path, raw, center);
    if (rc == RC_OK)
        rc = check_capacity(c, path, raw, center);
    for (unsigned i = 0; rc == RC_OK && i < raw->sources_count; i++) {
        snprintf(at, sizeof at, "%s/sources/%u", path, i);
        rc = check_source(c, at, &raw->sources[i], center);
    }
    return rc;
}

static enum rc check_program(const struct check *c, const char *value)
{
    const char *const *words;
    size_t count = 0;
    struct arena a;
    struct err why = {0};
    if (value == NULL)
        return RC_OK;
    arena_init(&a, 0);
    enum rc rc = argv_split(&a, value, &words, &count, &why);
    arena_fini(&a);
    if (rc != RC_OK)
        return refuse(c, "exec_on_alert", "exec_on_alert: %s", why.msg);
    if (count == 0)
        return refuse(c, "exec_on_alert", S_("exec_on_alert names no program"));
    c->out->exec_on_alert = xstrdup(value);
    return RC_OK;
}

static enum rc check_history(const struct check *c, const struct config_raw *raw)
{
    double bytes = 0;
    if (raw->history != NULL)
        c->out->history =
            strcmp(raw->history, "off") == 0 ? xstrdup("off") : resolve(c, OPT_PATH, raw->history);
    if (raw->history_max == NULL)
        return RC_OK;
    if (!quantity_bytes(raw->history_max, 1, &bytes) || bytes < MIN_HISTORY || bytes > MAX_HISTORY)
        return refuse(c, "history_max", S_("history_max must be a size from 1M to 1T, not \"%s\""),
                      raw->history_max);
    c->out->history_max_bytes = (uint64_t)bytes;
    return RC_OK;
}

static enum rc check_refresh(const struct check *c, const char *value)
{
    c->out->refresh_ms = 5000;
    if (value == NULL)
        return RC_OK;
    if (!quantity_duration(value, &c->out->refresh_ms) || c->out->refresh_ms < MIN_REFRESH_MS ||
        c->out->refresh_ms > MAX_REFRESH_MS)
        return refuse(c, "refresh", S_("refresh must be a duration from 250ms to 1h, not \"%s\""),
                      value);
    return RC_OK;
}

/* A switch; unwritten it stays as it is. */
static enum rc check_switch(const struct check *c, const char *key, const char *value, bool *on)
{
    static const char *const words[] = {"", "off", "on", NULL};
    int word = *on ? 2 : 1;
    enum rc rc = check_word(c, key, value, words, &word);
    *on = word == 2;
    return rc;
}

static enum rc check_switches(const struct check *c, const struct config_raw *raw)
{
    bool bell = true;
    enum rc rc = check_switch(c, "bell", raw->bell, &bell);

    c->out->no_bell = !bell;
    return rc == RC_OK ? check_switch(c, "simulated", raw->simulated, &c->out->simulated) : rc;
}

static enum rc check_language(const struct check *c, const char *value)
{
    static const char *words[LANGUAGES_MAX] = {"", "auto"};
    const struct i18n_language *l = i18n_languages();
    int word = 0;
    for (int n = 2; n + 1 < LANGUAGES_MAX && l->code != NULL; n++, l++)
        words[n] = l->code;
    enum rc rc = check_word(c, "language", value, words, &word);
    c->out->language = word > 0 ? words[word] : NULL;
    return rc;
}

enum rc config_check(const struct config_text *where, const struct config_raw *raw,
                     struct config *out, struct err *e)
{
    const struct check c = {where, out, e};
    enum rc rc = check_refresh(&c, raw->refresh);
    replace(&out->theme, raw->theme);
    if (raw->audit != NULL)
        out->audit = resolve(&c, OPT_PATH, raw->audit);
    if (rc == RC_OK)
        rc = check_actions(&c, "actions", raw->actions, &out->actions);
    if (rc == RC_OK)
        rc = check_switches(&c, raw);
    if (rc == RC_OK)
        rc = check_language(&c, raw->language);
    if (rc == RC_OK)
        rc = check_program(&c, raw->exec_on_alert);
    if (rc == RC_OK)
        rc = config_alerts(where, &out->rules, e);
    if (rc == RC_OK)
        rc = check_history(&c, raw);
    for (unsigned i = 0; rc == RC_OK && i < raw->centers_count; i++)
        rc = check_center(&c, i, &raw->centers[i]);
    return rc;
}
