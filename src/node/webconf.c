/* SPDX-License-Identifier: MIT
 * webconf.c - see webconf.h. */
#include "node/webconf.h"
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/yaml.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

static const char *const auth_words[] = {"NoClientCert", "RequestClientCert",
                                         "RequireAnyClientCert", "VerifyClientCertIfGiven",
                                         "RequireAndVerifyClientCert"};
static const char version_list[] = "TLS10 TLS11 TLS12 TLS13";
static const char auth_list[] = "NoClientCert RequestClientCert RequireAnyClientCert "
                                "VerifyClientCertIfGiven RequireAndVerifyClientCert";
static const char tls_list[] =
    " cert_file key_file client_ca_file client_auth_type min_version max_version";
static const char key_list[] = " tls_server_config basic_auth_users";
static const char *const version_words[] = {"TLS10", "TLS11", "TLS12", "TLS13"};

struct reading {
    struct webconf *w;
    const char *name; /* of the file */
    struct err *e;
    enum rc rc;
    unsigned seen; /* bits of the keys of this mapping */
};

static bool refuse(struct reading *r, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Always false, which ends the walk. */
static bool refuse(struct reading *r, int line, const char *fmt, ...)
{
    char where[96], text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    snprintf(where, sizeof where, "%.80s:%d", r->name, line);
    r->rc = err_set(r->e, RC_SCHEMA, where, "%s", text);
    return false;
}

/* The index of a word, -1 when it is none of them. */
static int word_of(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    return -1;
}

static bool is_first(struct reading *r, unsigned key, const char *word, int line)
{
    if (r->seen & 1u << key)
        return refuse(r, line, S_("%s is there twice"), word);
    r->seen |= 1u << key;
    return true;
}

/* ---- tls_server_config ---- */

static bool take_version(struct reading *r, int *out, const char *value, int line)
{
    int i = word_of(version_words, ARRAY_LEN(version_words), value);

    if (i < 0)
        return refuse(r, line, S_("\"%s\" is no version of TLS; accepted: %s"), value,
                      version_list);
    *out = 10 + i;
    return true;
}

static bool take_auth(struct reading *r, const char *value, int line)
{
    /* exporter-toolkit's own other word for it */
    int i = strcmp(value, "RequireClientCert") == 0
                ? CLIENT_REQUIRE_ANY
                : word_of(auth_words, ARRAY_LEN(auth_words), value);

    if (i < 0)
        return refuse(r, line, S_("\"%s\" is no client_auth_type; accepted: %s"), value, auth_list);
    r->w->client_auth = (enum client_auth)i;
    return true;
}

static bool take_tls(void *arg, const char *key, const char *value, int line)
{
    static const char *const keys[] = {"cert_file",        "key_file",    "client_ca_file",
                                       "client_auth_type", "min_version", "max_version"};
    struct reading *r = arg;
    char **files[] = {&r->w->cert_file, &r->w->key_file, &r->w->client_ca_file};
    int i = word_of(keys, ARRAY_LEN(keys), key);

    if (i < 0)
        return refuse(r, line, S_("unknown key \"%s\"; accepted here:%s"), key, tls_list);
    if (value == NULL || *value == '\0')
        return refuse(r, line, S_("%s has no value"), key);
    if (!is_first(r, (unsigned)i, key, line))
        return false;
    if (i < 3)
        *files[i] = xstrdup(value);
    else if (i == 3)
        return take_auth(r, value, line);
    else
        return take_version(r, i == 4 ? &r->w->min_version : &r->w->max_version, value, line);
    return true;
}

static bool check_tls(struct reading *r, int line)
{
    const struct webconf *w = r->w;
    bool verifies =
        w->client_auth == CLIENT_VERIFY_IF_GIVEN || w->client_auth == CLIENT_REQUIRE_AND_VERIFY;

    if (w->cert_file == NULL || w->key_file == NULL)
        return refuse(r, line, S_("tls_server_config needs cert_file and key_file"));
    if (verifies && w->client_ca_file == NULL)
        return refuse(r, line, S_("client_auth_type %s needs a client_ca_file"),
                      auth_words[w->client_auth]);
    if (!verifies && w->client_ca_file != NULL)
        return refuse(r, line, S_("client_ca_file means nothing with client_auth_type %s"),
                      auth_words[w->client_auth]);
    if (w->min_version > w->max_version)
        return refuse(r, line, S_("min_version is above max_version"));
    return true;
}

/* ---- basic_auth_users ---- */

bool webconf_is_hash(const char *text)
{
    static const char alphabet[] =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    int cost;

    if (strlen(text) != WEBCONF_HASH_LEN || strncmp(text, "$2", 2) != 0 ||
        strchr("aby", text[2]) == NULL || text[3] != '$' || text[6] != '$' || text[4] < '0' ||
        text[4] > '3' || text[5] < '0' || text[5] > '9')
        return false;
    cost = (text[4] - '0') * 10 + text[5] - '0';
    return cost >= 4 && cost <= WEBCONF_COST_MAX &&
           strspn(text + 7, alphabet) == WEBCONF_HASH_LEN - 7;
}

static bool take_user(void *arg, const char *key, const char *value, int line)
{
    struct reading *r = arg;
    struct webconf *w = r->w;

    if (*key == '\0' || strchr(key, ':') != NULL || strlen(key) >= WEBCONF_NAME_MAX)
        return refuse(r, line, S_("\"%s\" is no name of a user"), key);
    for (size_t i = 0; i < w->user_count; i++)
        if (strcmp(w->users[i].name, key) == 0)
            return refuse(r, line, S_("user %s is there twice"), key);
    if (value == NULL || !webconf_is_hash(value))
        return refuse(r, line,
                      S_("the password of %s is no bcrypt hash of a cost up to %d ($2y$10$...), as "
                         "htpasswd -nBC 10 '' makes it"),
                      key, WEBCONF_COST_MAX);
    w->users = xreallocarray(w->users, w->user_count + 1, sizeof *w->users);
    w->users[w->user_count++] = (struct webconf_user){xstrdup(key), xstrdup(value)};
    return true;
}

/* ---- the whole ---- */

static bool take_top(void *arg, const char *key, const char *value, int line)
{
    static const char *const keys[] = {"tls_server_config", "basic_auth_users"};
    struct reading *r = arg;
    int i = word_of(keys, ARRAY_LEN(keys), key);

    (void)value;
    if (i < 0)
        return refuse(r, line, S_("unknown key \"%s\"; accepted here:%s"), key, key_list);
    return is_first(r, (unsigned)i, key, line);
}

static bool read_part(struct reading *r, const char *text, size_t len, const char *path,
                      yaml_pair_fn *take)
{
    r->seen = 0;
    if (!yaml_pairs(text, len, path, take, r))
        refuse(r, yaml_line(text, len, path), S_("%s is no mapping of keys to values"),
               *path != '\0' ? path : r->name);
    return r->rc == RC_OK;
}

enum rc webconf_parse(struct webconf *w, const char *text, size_t len, const char *name,
                      struct err *e)
{
    struct reading r = {.w = w, .name = name, .e = e};
    char problem[128];
    int line = yaml_broken(text, len, problem);

    *w = (struct webconf){.min_version = 12, .max_version = 13};
    if (line > 0) {
        refuse(&r, line, S_("is not YAML: %s"), problem);
        return r.rc;
    }
    if (!read_part(&r, text, len, "", take_top))
        return r.rc;
    unsigned has = r.seen;
    if (has & 1u && read_part(&r, text, len, "tls_server_config", take_tls))
        check_tls(&r, yaml_line(text, len, "tls_server_config"));
    if (has & 2u && r.rc == RC_OK)
        read_part(&r, text, len, "basic_auth_users", take_user);
    if (has & 2u && r.rc == RC_OK && w->user_count == 0)
        refuse(&r, yaml_line(text, len, "basic_auth_users"), S_("basic_auth_users names nobody"));
    return r.rc;
}

/* ---- files ---- */

/* Whether anybody but the owner, root, and users named in an access list may read it. With such a list - systemd hands
 * credentials over by one - the group's bits of the mode are the list's mask, so what the group has is in the list. */
static bool others_read(int fd, mode_t mode)
{
    enum { VERSION = 4, ENTRY = 8, GROUP_OF_FILE = 0x04, GROUP = 0x08, READ = 4 };
    unsigned char list[1024];
    ssize_t len = fgetxattr(fd, "system.posix_acl_access", list, sizeof list);

    if (len < VERSION || (mode & (S_IRWXO | S_IWGRP)) != 0)
        return (mode & (S_IRWXG | S_IRWXO)) != 0;
    for (ssize_t i = VERSION; i + ENTRY <= len; i += ENTRY)
        if ((list[i] == GROUP_OF_FILE || list[i] == GROUP) && (list[i + 2] & READ))
            return true;
    return false;
}

static enum rc read_open(int fd, const char *path, bool secret, char **out, struct err *e)
{
    struct stat st;
    struct buf b;
    ssize_t n = 1;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(e, RC_IO, path, S_("is no file"));
    if (secret && others_read(fd, st.st_mode))
        return err_set(e, RC_REFUSED, path,
                       S_("others can read this key (mode %03o); chmod 600 mends it"),
                       (unsigned)st.st_mode & 0777);
    buf_init(&b, FILE_MAX);
    while (n > 0) {
        char *room = buf_reserve(&b, 4096);
        if (room == NULL)
            break;
        n = read(fd, room, 4096);
        if (n > 0)
            buf_commit(&b, (size_t)n);
    }
    if (n != 0 || memchr(b.data, '\0', b.len) != NULL) {
        buf_fini(&b);
        return err_set(e, RC_IO, path, S_("cannot be read, is larger than 1 MiB, or is no text"));
    }
    buf_addc(&b, '\0'); /* so that there is a block to take */
    *out = buf_take(&b);
    return RC_OK;
}

static enum rc read_file(const char *path, bool secret, char **out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum rc rc;

    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot be opened"));
    rc = read_open(fd, path, secret, out, e);
    close(fd);
    return rc;
}

static enum rc read_beside(const char *path, const char *file, bool secret, char **out,
                           struct err *e)
{
    const char *slash = strrchr(path, '/');
    char *full;
    enum rc rc;

    if (file == NULL)
        return RC_OK;
    full = *file == '/' || slash == NULL ? xstrdup(file)
                                         : xasprintf("%.*s%s", (int)(slash + 1 - path), path, file);
    rc = read_file(full, secret, out, e);
    free(full);
    return rc;
}

enum rc webconf_read(struct webconf *w, const char *path, struct err *e)
{
    char *text = NULL;
    enum rc rc;

    *w = (struct webconf){0};
    rc = read_file(path, false, &text, e);
    if (rc == RC_OK)
        rc = webconf_parse(w, text, strlen(text), path, e);
    free(text);
    if (rc == RC_OK)
        rc = read_beside(path, w->cert_file, false, &w->cert, e);
    if (rc == RC_OK)
        rc = read_beside(path, w->key_file, true, &w->key, e);
    if (rc == RC_OK)
        rc = read_beside(path, w->client_ca_file, false, &w->client_ca, e);
    return rc;
}

void webconf_fini(struct webconf *w)
{
    if (w->key != NULL)
        explicit_bzero(w->key, strlen(w->key));
    for (size_t i = 0; i < w->user_count; i++) {
        free(w->users[i].name);
        free(w->users[i].hash);
    }
    free(w->users);
    free(w->cert_file);
    free(w->key_file);
    free(w->client_ca_file);
    free(w->cert);
    free(w->key);
    free(w->client_ca);
    *w = (struct webconf){0};
}

bool webconf_has_tls(const struct webconf *w)
{
    return w->cert != NULL;
}

bool webconf_has_auth(const struct webconf *w)
{
    return w->user_count > 0 || w->client_auth == CLIENT_REQUIRE_AND_VERIFY;
}
