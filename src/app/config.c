/* SPDX-License-Identifier: MIT
 * config.c - load, own and number a configuration. The schema is config_schema.c, the meaning config_check.c. */
#include "app/config.h"

#include "app/config_int.h"
#include "app/smallfile.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/yaml.h"
#include "collectors/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_MAX_BYTES (1u << 20)

const char *const config_capacity_keys[4] = {"fp64", "fp32", "fp16", "fp8"};

static char *in_dir(const char *dir, const char *rest)
{
    char *path = xasprintf("%s%s", dir, rest);
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

char *config_find(const char *explicit_path)
{
    if (explicit_path != NULL)
        return xstrdup(explicit_path);
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char *found = NULL;
    if (xdg != NULL && xdg[0] == '/')
        found = in_dir(xdg, "/suantop/config.yaml");
    else if (home != NULL && home[0] == '/')
        found = in_dir(home, "/.config/suantop/config.yaml");
    return found != NULL ? found : in_dir(SYSCONFDIR, "/suantop/config.yaml");
}

void config_init(struct config *c)
{
    memset(c, 0, sizeof *c);
    rule_set_usual(&c->rules);
    c->actions = ACT_CONFIRM;
}

enum rc config_load(const char *path, struct config *out, struct err *e)
{
    struct buf text;
    config_init(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot be opened"));
    enum rc rc = smallfile_read(fd, path, true, CONFIG_MAX_BYTES, &text, e);
    close(fd);
    if (rc == RC_OK)
        rc = config_load_text(text.data, text.len, path, out, e);
    buf_fini(&text);
    return rc;
}

/* Options that are lists may be written as such; all else reads them as one text. */
static void join_lists(const char *text, size_t len, struct buf *out)
{
    buf_add(out, text, len);
    for (const struct collector_ops *const *ops = collector_all(); *ops != NULL; ops++)
        for (size_t i = 0; i < (*ops)->option_count; i++) {
            struct buf before;
            if ((*ops)->options[i].type != OPT_LIST)
                continue;
            before = *out;
            buf_init(out, 2 * len + 4096);
            yaml_join(before.data, before.len, (*ops)->options[i].name, out);
            buf_fini(&before);
        }
}

static enum rc load_joined(const char *text, size_t len, const char *name, struct config *out,
                           struct err *e)
{
    struct config_raw *raw = NULL;
    enum rc rc = config_parse(text, len, name, &raw, e);
    if (rc != RC_OK)
        return rc;
    struct config_text where = {text, len, name};
    rc = config_check(&where, raw, out, e);
    config_raw_free(raw);
    if (rc != RC_OK)
        config_free(out);
    else
        out->path = xstrdup(name);
    return rc;
}

enum rc config_load_text(const char *text, size_t len, const char *name, struct config *out,
                         struct err *e)
{
    config_init(out);
    if (memchr(text, '\0', len) != NULL)
        return err_set(e, RC_SYNTAX, name, S_("holds a NUL byte"));
    struct buf joined;
    buf_init(&joined, 2 * len + 4096);
    join_lists(text, len, &joined);
    enum rc rc = joined.failed ? err_set(e, RC_LIMIT, name, S_("its lists are too long"))
                               : load_joined(joined.data, joined.len, name, out, e);
    buf_fini(&joined);
    return rc;
}

static void source_fini(struct config_source *s)
{
    for (size_t i = 0; i < s->ops->option_count; i++)
        free(s->values[i]);
    free(s->values);
    free(s->id);
}

static void center_fini(struct config_center *c)
{
    for (size_t i = 0; i < c->source_count; i++)
        source_fini(&c->sources[i]);
    for (size_t i = 0; i < ARRAY_LEN(c->capacity); i++)
        free(c->capacity[i]);
    free(c->sources);
    free(c->id);
    free(c->name);
    free(c->operator_name);
    free(c->region);
}

void config_free(struct config *c)
{
    for (size_t i = 0; i < c->center_count; i++)
        center_fini(&c->centers[i]);
    free(c->centers);
    free(c->path);
    free(c->theme);
    free(c->audit);
    free(c->history);
    free(c->exec_on_alert);
    memset(c, 0, sizeof *c);
}

struct config_center *config_add_center(struct config *c, const char *id, const char *name)
{
    c->centers = xreallocarray(c->centers, c->center_count + 1, sizeof *c->centers);
    struct config_center *center = &c->centers[c->center_count++];
    memset(center, 0, sizeof *center);
    center->id = xstrdup(id);
    center->name = xstrdup(name);
    center->operator_name = xstrdup("");
    center->region = xstrdup("");
    center->actions = c->actions;
    return center;
}

/* "zhangbei/slurm", and "zhangbei/slurm-2" for the second of its kind. */
static char *source_id(const struct config_center *center, const struct collector_ops *ops)
{
    unsigned same = 1;
    for (size_t i = 0; i < center->source_count; i++)
        same += center->sources[i].ops == ops;
    if (same == 1)
        return xasprintf("%s/%s", center->id, ops->name);
    return xasprintf("%s/%s-%u", center->id, ops->name, same);
}

struct config_source *config_add_source(struct config_center *center,
                                        const struct collector_ops *ops)
{
    char *id = source_id(center, ops);
    center->sources =
        xreallocarray(center->sources, center->source_count + 1, sizeof *center->sources);
    struct config_source *s = &center->sources[center->source_count++];
    memset(s, 0, sizeof *s);
    s->ops = ops;
    s->id = id;
    s->values = xcalloc(ops->option_count + 1, sizeof *s->values);
    for (size_t i = 0; i < ops->option_count; i++)
        if (ops->options[i].fallback != NULL)
            s->values[i] = xstrdup(ops->options[i].fallback);
    return s;
}

void config_set(struct config_source *s, const char *option, const char *value)
{
    for (size_t i = 0; i < s->ops->option_count; i++)
        if (strcmp(s->ops->options[i].name, option) == 0) {
            free(s->values[i]);
            s->values[i] = value != NULL ? xstrdup(value) : NULL;
        }
}

size_t config_source_count(const struct config *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->center_count; i++)
        n += c->centers[i].source_count;
    return n;
}

void config_index(struct config *c, const char *self)
{
    uint16_t number = 0;
    for (size_t i = 0; i < c->center_count; i++)
        for (size_t k = 0; k < c->centers[i].source_count; k++) {
            struct config_source *s = &c->centers[i].sources[k];
            s->conf = (struct source_conf){
                .center = (uint16_t)i,
                .source = number++,
                .center_id = c->centers[i].id,
                .id = s->id,
                .collector = s->ops->name,
                .options = s->ops->options,
                .option_count = s->ops->option_count,
                .values = (const char *const *)s->values,
                .self = self,
            };
        }
}
