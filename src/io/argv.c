/* SPDX-License-Identifier: MIT
 * argv.c - see argv.h. */
#include "io/argv.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS_MAX = 1024, TEXT_MAX = 64 * 1024 };

static const char usual_path[] = "/usr/local/bin:/usr/bin:/bin";
static const char *const admin_dirs[] = {"/usr/sbin", "/sbin"}; /* not in a login's PATH */

/* ---- words ---- */

/* Takes one word from *text into out; false at an open quote. */
static bool take_word(const char **text, struct buf *out)
{
    char quote = 0;
    const char *p = *text;

    for (; *p && (quote || !strchr(" \t\r\n", *p)); p++) {
        bool escapes = *p == '\\' && p[1] && (!quote || (quote == '"' && strchr("\"\\$`", p[1])));
        if (escapes)
            buf_addc(out, *++p);
        else if (quote ? *p == quote : *p == '\'' || *p == '"')
            quote = quote ? 0 : *p;
        else
            buf_addc(out, *p);
    }
    *text = p;
    return !quote;
}

enum rc argv_split(struct arena *a, const char *text, const char *const **words, size_t *count,
                   struct err *e)
{
    const char **list = arena_calloc(a, (WORDS_MAX + 1) * sizeof(*list));
    enum rc rc = list ? RC_OK : RC_NOMEM;
    struct buf word;

    *count = 0;
    buf_init(&word, TEXT_MAX);
    while (rc == RC_OK && *(text += strspn(text, " \t\r\n"))) {
        buf_reset(&word);
        if (!take_word(&text, &word))
            rc = err_set(e, RC_SYNTAX, "command", S_("a quote is not closed"));
        else if (*count == WORDS_MAX || word.failed)
            rc = err_set(e, RC_LIMIT, "command", S_("has too many words"));
        else if (!(list[(*count)++] = arena_strndup(a, word.data, word.len)))
            rc = RC_NOMEM;
    }
    buf_fini(&word);
    *words = list;
    return rc;
}

const char *argv_quote(struct arena *a, const char *word)
{
    size_t quotes = 0, len = strlen(word);

    for (const char *p = word; *p; p++)
        quotes += *p == '\'';
    char *out = arena_alloc(a, len + quotes * 3 + 3), *to = out;
    if (!out)
        return NULL;
    *to++ = '\'';
    for (const char *p = word; *p; p++) {
        if (*p != '\'') {
            *to++ = *p;
            continue;
        }
        memcpy(to, "'\\''", 4);
        to += 4;
    }
    *to++ = '\'';
    *to = '\0';
    return out;
}

static bool is_ssh(const char *program)
{
    const char *slash = strrchr(program, '/');

    return strcmp(slash ? slash + 1 : program, "ssh") == 0;
}

static bool has_option(const char *const *words, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(words[i], name))
            return true;
    return false;
}

/* No question can be answered here; and a job list shrinks to a tenth on its way. */
static size_t add_ssh_options(const char **list, size_t n, const char *const *words, size_t count)
{
    if (!has_option(words, count, "batchmode"))
        list[n++] = "-oBatchMode=yes";
    if (!has_option(words, count, "compression"))
        list[n++] = "-oCompression=yes";
    return n;
}

static size_t list_len(const char *const *list)
{
    size_t n = 0;

    while (list && list[n])
        n++;
    return n;
}

/* The part behind the prefix, in the words of the remote shell. */
static enum rc add_remote(struct arena *a, const char **out, size_t *n, const char *const *argv,
                          const char *const *env)
{
    size_t vars = list_len(env), args = list_len(argv);

    if (vars)
        out[(*n)++] = "env";
    for (size_t i = 0; i < vars + args; i++) {
        const char *word = argv_quote(a, i < vars ? env[i] : argv[i - vars]);
        if (!word)
            return RC_NOMEM;
        out[(*n)++] = word;
    }
    return RC_OK;
}

enum rc argv_build(struct arena *a, const char *prefix, const char *const *argv,
                   const char *const *env, const char *const **out, struct err *e)
{
    const char *const *words = NULL;
    size_t count = 0, n = 0;
    enum rc rc = prefix ? argv_split(a, prefix, &words, &count, e) : RC_OK;

    if (rc != RC_OK)
        return rc;
    const char **list =
        arena_calloc(a, (count + list_len(argv) + list_len(env) + 5) * sizeof(*list));
    if (!list)
        return RC_NOMEM;
    bool ssh = count > 0 && is_ssh(words[0]);
    for (size_t i = 0; i < count; i++) {
        list[n++] = words[i];
        if (i == 0 && ssh)
            n = add_ssh_options(list, n, words, count);
    }
    *out = list;
    if (ssh)
        return add_remote(a, list, &n, argv, env);
    for (size_t i = 0; argv && argv[i]; i++)
        list[n++] = argv[i];
    return n ? RC_OK : err_set(e, RC_USAGE, "command", S_("is empty"));
}

/* ---- environment ---- */

/* Our PATH without its relative parts, and with the folders of the administrator's programs. */
static const char *child_path(struct arena *a)
{
    const char *path = getenv("PATH");
    struct buf out;

    buf_init(&out, TEXT_MAX);
    buf_adds(&out, "PATH=");
    for (const char *p = path && *path ? path : usual_path; *p;) {
        size_t len = strcspn(p, ":");
        if (*p == '/') {
            buf_adds(&out, out.data[out.len - 1] == '=' ? "" : ":");
            buf_add(&out, p, len);
        }
        p += len + (p[len] == ':');
    }
    for (size_t i = 0; i < ARRAY_LEN(admin_dirs); i++)
        buf_addf(&out, ":%s", admin_dirs[i]);
    const char *made = arena_strndup(a, out.data, out.len);
    buf_fini(&out);
    return made;
}

const char *const *argv_env(struct arena *a, const char *const *extra)
{
    static const char *const passed[] = {"HOME",    "SSH_AUTH_SOCK", "SLURM_CONF", "USER",
                                         "LOGNAME", "KRB5CCNAME",    "TZ"};
    size_t n = 0;
    const char **env = arena_calloc(a, (ARRAY_LEN(passed) + list_len(extra) + 3) * sizeof(*env));

    if (!env)
        return NULL;
    if ((env[n] = child_path(a)))
        n++;
    env[n++] = "LANG=C.UTF-8";
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        const char *value = getenv(passed[i]);
        if (value && (env[n] = arena_printf(a, "%s=%s", passed[i], value)))
            n++;
    }
    for (size_t i = 0; extra && extra[i]; i++)
        env[n++] = extra[i];
    return env;
}

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static const char *path_of(const char *const *env)
{
    for (size_t i = 0; env && env[i]; i++)
        if (strncmp(env[i], "PATH=", 5) == 0)
            return env[i] + 5;
    return usual_path;
}

enum rc argv_find(struct arena *a, const char *name, const char *const *env, const char **path,
                  struct err *e)
{
    if (strchr(name, '/')) {
        *path = name;
        return is_program(name) ? RC_OK
                                : err_set(e, RC_IO, name, "%s: " S_("no such program"), name);
    }
    for (const char *p = path_of(env); *p;) {
        size_t len = strcspn(p, ":");
        *path = arena_printf(a, "%.*s/%s", (int)len, p, name);
        if (*path && is_program(*path))
            return RC_OK;
        p += len + (p[len] == ':');
    }
    return err_set(e, RC_IO, name, "%s: " S_("no such program in the search path"), name);
}
