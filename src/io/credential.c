/* SPDX-License-Identifier: MIT
 * credential.c - see credential.h. */
#include "io/credential.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/argv.h"
#include "io/command.h"
#include "io/secret.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TOKEN_MAX = 16 * 1024,
    COMMAND_MS = 10000,
    RENEW_BEFORE_MS =
        30000,              /* a command is asked for a new token so long before the old one ends */
    RENEW_EVERY_MS = 10000, /* but not more often than that */
};

struct credential {
    struct credential_conf conf;
    struct children *children;
    char *token; /* NULL = not read */
    char *headers[3];
    wall_ms expires_at;
    struct stat seen; /* of the file, when it was read or refused */
    bool seen_valid;
    bool stale; /* read it again before it is used */
    struct command *command;
    mono_ms asked_at; /* when the command was started last; 0 = never */
    char said[TOKEN_MAX + 1];
    size_t said_len;
    struct err failed; /* of the last read */
    char mend[256];
};

struct credential *credential_new(const struct credential_conf *conf, struct children *cs)
{
    struct credential *c = xcalloc(1, sizeof(*c));

    c->conf = *conf;
    c->children = cs;
    return c;
}

static void wipe(char **s)
{
    if (*s)
        explicit_bzero(*s, strlen(*s));
    free(*s);
    *s = NULL;
}

static void drop_token(struct credential *c)
{
    wipe(&c->token);
    for (size_t i = 0; i < ARRAY_LEN(c->headers); i++)
        wipe(&c->headers[i]);
    c->expires_at = 0;
}

void credential_free(struct credential *c)
{
    if (!c)
        return;
    command_cancel(c->command);
    drop_token(c);
    explicit_bzero(c->said, sizeof(c->said));
    free(c);
}

bool credential_has_token(const struct credential *c)
{
    return c->conf.scheme != AUTH_NONE && (c->conf.token_file || c->conf.token_command);
}

bool credential_is_renewable(const struct credential *c)
{
    return credential_has_token(c) && !c->conf.token_file;
}

wall_ms credential_expires_at(const struct credential *c)
{
    return c->expires_at;
}

void credential_expire(struct credential *c)
{
    c->stale = true; /* `seen` stays: it tells whether the file is still the refused one */
}

/* ---- taking a token ---- */

static enum rc fail(struct credential *c, const char *mend, enum rc rc)
{
    snprintf(c->mend, sizeof(c->mend), "%s", mend);
    return rc;
}

/* "SLURM_JWT=eyJ..." is what scontrol token prints. */
static void trim(char *text)
{
    static const char name[] = "SLURM_JWT=";
    size_t from = strspn(text, " \t\r\n");

    if (strncmp(text + from, name, sizeof(name) - 1) == 0)
        from += sizeof(name) - 1;
    size_t len = strlen(text + from);
    while (len && strchr(" \t\r\n", text[from + len - 1]))
        len--;
    memmove(text, text + from, len);
    text[len] = '\0';
}

/* What goes into a header must not be able to end it. */
static bool is_header_safe(const char *s)
{
    for (const unsigned char *p = (const unsigned char *)s; *p; p++)
        if (*p <= ' ' || *p >= 0x7f)
            return false;
    return *s != '\0';
}

static char *login_name(void)
{
    struct passwd pw, *found = NULL;
    char data[4096];

    if (getpwuid_r(geteuid(), &pw, data, sizeof(data), &found) == 0 && found)
        return xstrdup(found->pw_name);
    return xasprintf("%u", (unsigned)geteuid());
}

/* RFC 7617: the token is the password. */
static char *basic_header(const char *user, const char *password)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char start[] = "Authorization: Basic ";
    char *plain = xasprintf("%s:%s", user, password);
    size_t len = strlen(plain), n = sizeof(start) - 1;
    char *out = xmalloc(n + (len + 2) / 3 * 4 + 1);

    memcpy(out, start, n);
    for (size_t i = 0; i < len; i += 3) {
        unsigned a = (unsigned char)plain[i], b = i + 1 < len ? (unsigned char)plain[i + 1] : 0,
                 c = i + 2 < len ? (unsigned char)plain[i + 2] : 0;
        out[n++] = digits[a >> 2];
        out[n++] = digits[(a & 3) << 4 | b >> 4];
        out[n++] = i + 1 < len ? digits[(b & 15) << 2 | c >> 6] : '=';
        out[n++] = i + 2 < len ? digits[c & 63] : '=';
    }
    out[n] = '\0';
    wipe(&plain);
    return out;
}

static enum rc make_headers(struct credential *c)
{
    char *user = c->conf.user ? xstrdup(c->conf.user) : login_name();
    enum rc rc = RC_OK;

    if (!is_header_safe(user))
        rc = err_set(&c->failed, RC_AUTH, "user",
                     S_("the user name has characters that no header may have"));
    else if (c->conf.scheme == AUTH_SLURM) {
        c->headers[0] = xasprintf("X-SLURM-USER-NAME: %s", user);
        c->headers[1] = xasprintf("X-SLURM-USER-TOKEN: %s", c->token);
    } else if (c->conf.scheme == AUTH_HTTP && c->conf.user) {
        c->headers[0] = basic_header(c->conf.user, c->token);
    } else {
        c->headers[0] = xasprintf("Authorization: Bearer %s", c->token);
    }
    free(user);
    return rc;
}

/* text: what the file or the command said; changed. */
static enum rc take_token(struct credential *c, char *text, const char *from)
{
    trim(text);
    if (!*text) {
        err_set(&c->failed, RC_AUTH, from, S_("%s holds no token"), from);
        return fail(c, S_("write the token into it"), RC_AUTH);
    }
    if (!is_header_safe(text)) {
        err_set(&c->failed, RC_AUTH, from, S_("%s holds something that is no token"), from);
        return fail(c, S_("it must be one line with the token alone"), RC_AUTH);
    }
    drop_token(c);
    c->token = xstrdup(text);
    secret_add(text);
    c->expires_at = credential_jwt_expiry(text);
    c->stale = false;
    c->failed = (struct err){0};
    return make_headers(c);
}

/* ---- from a file ---- */

static enum rc check_file(struct credential *c, const struct stat *st)
{
    const char *path = c->conf.token_file;

    if (!S_ISREG(st->st_mode)) {
        err_set(&c->failed, RC_AUTH, path, S_("%s is not a file"), path);
        return fail(c, S_("name a file that holds the token"), RC_AUTH);
    }
    if (st->st_mode & 077) {
        err_set(&c->failed, RC_AUTH, path, S_("%s is open to group or others (mode %04o)"), path,
                (unsigned)st->st_mode & 07777);
        snprintf(c->mend, sizeof(c->mend), "chmod 600 %s", path);
        return RC_AUTH;
    }
    if (st->st_uid != geteuid() && st->st_uid != 0) {
        err_set(&c->failed, RC_AUTH, path, S_("%s belongs to somebody else (uid %u)"), path,
                (unsigned)st->st_uid);
        return fail(c, S_("the token must be a file of your own"), RC_AUTH);
    }
    return RC_OK;
}

static enum rc read_file(struct credential *c)
{
    const char *path = c->conf.token_file;
    char text[TOKEN_MAX + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    c->seen_valid = false;
    if (fd < 0) {
        err_sys(&c->failed, RC_AUTH, errno, path, S_("cannot read %s"), path);
        return fail(c, S_("token_file must name a file that you can read"), RC_AUTH);
    }
    enum rc rc = fstat(fd, &c->seen) == 0 ? check_file(c, &c->seen) : RC_AUTH;
    c->seen_valid = true;
    ssize_t n = rc == RC_OK ? read(fd, text, sizeof(text)) : 0;
    close(fd);
    if (rc == RC_OK && (n < 0 || n > TOKEN_MAX)) {
        err_set(&c->failed, RC_AUTH, path, S_("%s cannot be read, or is too long for a token"),
                path);
        rc = fail(c, S_("write the token alone into it"), RC_AUTH);
    }
    if (rc == RC_OK) {
        text[n] = '\0';
        rc = take_token(c, text, path);
    }
    explicit_bzero(text, sizeof(text));
    return rc;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool credential_has_changed(struct credential *c)
{
    struct stat now;

    if (!credential_has_token(c) || !c->conf.token_file)
        return false;
    if (stat(c->conf.token_file, &now) != 0)
        return false; /* away for a moment, or for good: in both cases nothing to read */
    return !c->seen_valid || !same_file(&now, &c->seen);
}

/* ---- from a command ---- */

static enum rc on_data(void *arg, const char *data, size_t len, bool *paused, struct err *e)
{
    struct credential *c = arg;

    (void)paused;
    if (len > TOKEN_MAX - c->said_len)
        return err_set(e, RC_LIMIT, "token_command", S_("says more than a token"));
    memcpy(c->said + c->said_len, data, len);
    c->said_len += len;
    return RC_OK;
}

static void on_done(void *arg, struct reply *reply)
{
    struct credential *c = arg;

    c->command = NULL;
    c->said[c->said_len] = '\0';
    if (reply->rc != RC_OK) {
        err_set(&c->failed, RC_AUTH, "token_command", S_("the token command failed") ": %s",
                reply->err.msg);
        fail(c, S_("run the token command by hand"), RC_AUTH);
    } else if (reply->status != 0) {
        err_set(&c->failed, RC_AUTH, "token_command",
                S_("the token command ended with status %d: %s"), reply->status, reply->head);
        fail(c, S_("run the token command by hand"), RC_AUTH);
    } else {
        take_token(c, c->said, S_("the answer of token_command"));
    }
    explicit_bzero(c->said, sizeof(c->said));
    c->said_len = 0;
}

static void on_head(void *arg, int status, const char *type)
{
    (void)arg;
    (void)status;
    (void)type;
}

static enum rc start_command(struct credential *c, mono_ms now)
{
    struct sink sink = {.arg = c, .head = on_head, .data = on_data, .done = on_done};
    struct command_spec spec = {
        .label = "token_command", .first_byte_ms = COMMAND_MS, .total_ms = COMMAND_MS};
    static const char *const none[] = {NULL};
    struct arena a;

    arena_init(&a, 0);
    c->asked_at = now;
    c->failed = (struct err){0};
    enum rc rc = argv_build(&a, c->conf.token_command, none, NULL, &spec.argv, &c->failed);
    if (rc == RC_OK)
        rc = command_start(c->children, &spec, &sink, now, &c->command, &c->failed);
    arena_fini(&a);
    if (rc == RC_OK)
        return RC_OK;
    c->failed.rc = RC_AUTH;
    return fail(c, S_("token_command must be a command that prints the token"), RC_AUTH);
}

void credential_run(struct credential *c, mono_ms now)
{
    if (c->command)
        command_check(c->command, now);
}

mono_ms credential_due(const struct credential *c)
{
    return c->command ? command_due(c->command) : INT64_MAX;
}

/* ---- the state ---- */

static bool wants_renewal(const struct credential *c, mono_ms now, wall_ms wall)
{
    bool ends = c->expires_at && wall > c->expires_at - RENEW_BEFORE_MS;

    return !c->token || c->stale || (ends && now - c->asked_at > RENEW_EVERY_MS);
}

static enum credential_state failed_state(struct credential *c, struct err *e, const char **mend)
{
    if (e)
        *e = c->failed;
    *mend = c->mend;
    return CREDENTIAL_FAILED;
}

static enum credential_state check_command(struct credential *c, mono_ms now, wall_ms wall,
                                           struct err *e, const char **mend)
{
    if (c->command)
        return CREDENTIAL_WAITING;
    if (!wants_renewal(c, now, wall))
        return CREDENTIAL_READY;
    if (c->failed.rc != RC_OK) {
        /* Told once; the next check (after the back-off) runs it again. */
        enum credential_state state = failed_state(c, e, mend);
        c->failed = (struct err){0};
        return state;
    }
    return start_command(c, now) == RC_OK ? CREDENTIAL_WAITING : failed_state(c, e, mend);
}

enum credential_state credential_check(struct credential *c, mono_ms now, wall_ms wall,
                                       struct err *e, const char **mend)
{
    if (!credential_has_token(c))
        return CREDENTIAL_READY;
    if (!c->conf.token_file)
        return check_command(c, now, wall, e, mend);
    if (c->token && !c->stale && !credential_has_changed(c))
        return CREDENTIAL_READY;
    return read_file(c) == RC_OK ? CREDENTIAL_READY : failed_state(c, e, mend);
}

const char *const *credential_headers(struct credential *c)
{
    return (const char *const *)c->headers;
}
