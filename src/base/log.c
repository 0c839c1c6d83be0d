/* SPDX-License-Identifier: MIT
 * log.c - see log.h. One state for the process, under one mutex. */
#include "base/log.h"
#include "base/mark.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RING_LINES = 500,
    LINE_SIZE = 512,
    LONGEST_TEXT = 64 * 1024, /* before secrets are taken out and the line is cut */
    SHORTEST_SECRET = 6,
};

struct line {
    enum log_level level;
    char text[LINE_SIZE];
};

static struct {
    pthread_mutex_t lock;
    enum log_level level;
    bool to_stderr;
    int fd;
    char **secrets;
    size_t secret_count, secret_cap;
    struct line *ring; /* made at the first line */
    size_t next, count;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_INFO, .fd = -1};

static const char *const level_names[] = {"error", "warn ", "info ", "debug"};

void log_init(enum log_level level)
{
    pthread_mutex_lock(&state.lock);
    state.level = level;
    pthread_mutex_unlock(&state.lock);
}

void log_to_stderr(bool on)
{
    pthread_mutex_lock(&state.lock);
    state.to_stderr = on;
    pthread_mutex_unlock(&state.lock);
}

enum rc log_open_file(const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);

    if (fd < 0)
        return err_sys(e, RC_IO, errno, path, S_("cannot open the log file"));
    pthread_mutex_lock(&state.lock);
    int before = state.fd;
    state.fd = fd;
    pthread_mutex_unlock(&state.lock);
    if (before >= 0)
        close(before);
    return RC_OK;
}

/* Written through a volatile pointer, or the compiler would drop a store before free. */
static void wipe(char *s)
{
    for (volatile char *p = s; *p; p++)
        *p = '\0';
}

void log_close(void)
{
    pthread_mutex_lock(&state.lock);
    for (size_t i = 0; i < state.secret_count; i++) {
        wipe(state.secrets[i]);
        free(state.secrets[i]);
    }
    free(state.secrets);
    free(state.ring);
    if (state.fd >= 0)
        close(state.fd);
    state.secrets = NULL;
    state.ring = NULL;
    state.secret_count = state.secret_cap = state.next = state.count = 0;
    state.fd = -1;
    state.to_stderr = false;
    pthread_mutex_unlock(&state.lock);
}

static bool is_known_locked(const char *secret)
{
    for (size_t i = 0; i < state.secret_count; i++)
        if (strcmp(state.secrets[i], secret) == 0)
            return true;
    return false;
}

void log_secret(const char *secret)
{
    if (!secret || strlen(secret) < SHORTEST_SECRET)
        return;
    pthread_mutex_lock(&state.lock);
    if (!is_known_locked(secret)) {
        state.secrets =
            xgrow(state.secrets, &state.secret_cap, state.secret_count + 1, sizeof(*state.secrets));
        state.secrets[state.secret_count++] = xstrdup(secret);
    }
    pthread_mutex_unlock(&state.lock);
}

/* Replaces each occurrence in place: "***" is shorter than any secret. */
static void redact(struct buf *text, const char *secret)
{
    size_t len = strlen(secret);
    char *to = text->data, *from = text->data, *hit;

    while ((hit = strstr(from, secret))) {
        memmove(to, from, (size_t)(hit - from));
        to += hit - from;
        memcpy(to, "***", 3);
        to += 3;
        from = hit + len;
    }
    if (from == text->data)
        return;
    size_t rest = strlen(from);
    memmove(to, from, rest);
    buf_truncate(text, (size_t)(to - text->data) + rest);
}

/* A write that fails (disk full) loses the line: there is nobody left to tell. */
static void write_line(int fd, const char *text)
{
    char line[LINE_SIZE + 1];
    size_t len = strlen(text);

    memcpy(line, text, len);
    line[len++] = '\n';
    for (size_t at = 0; at < len;) {
        ssize_t n = write(fd, line + at, len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        at += (size_t)n;
    }
}

static void keep_locked(enum log_level level, const struct buf *text)
{
    if (!state.ring)
        state.ring = xcalloc(RING_LINES, sizeof(*state.ring));
    struct line *line = &state.ring[state.next];

    line->level = level;
    text_clean_into(line->text, sizeof(line->text), text->data, text->len);
    state.next = (state.next + 1) % RING_LINES;
    if (state.count < RING_LINES)
        state.count++;
    if (state.fd >= 0)
        write_line(state.fd, line->text);
    if (state.to_stderr)
        write_line(STDERR_FILENO, line->text);
}

void log_at(enum log_level level, const char *module, const char *fmt, ...)
{
    char when[32];
    va_list ap;
    struct buf text;
    int saved = errno;

    pthread_mutex_lock(&state.lock);
    if (level <= state.level) {
        buf_init(&text, LONGEST_TEXT);
        time_rfc3339(clock_wall(), when);
        buf_addf(&text, "%s %s %s: ", when, level_names[level], module);
        va_start(ap, fmt);
        if (buf_vaddf(&text, fmt, ap) != RC_OK) {
            text.failed = false;
            buf_adds(&text, "(a message too long to log)");
        }
        va_end(ap);
        text.len = strlen(text.data); /* a "%c" of 0 must not hide what is behind it from redact */
        for (size_t i = 0; i < state.secret_count; i++)
            redact(&text, state.secrets[i]);
        keep_locked(level, &text);
        buf_fini(&text);
    }
    pthread_mutex_unlock(&state.lock);
    errno = saved; /* so that a log line may stand before the errno it reports is used */
}

void log_each(void (*visit)(void *arg, enum log_level level, const char *line), void *arg)
{
    pthread_mutex_lock(&state.lock);
    size_t first = (state.next + RING_LINES - state.count) % RING_LINES;
    for (size_t i = 0; i < state.count; i++) {
        const struct line *line = &state.ring[(first + i) % RING_LINES];
        visit(arg, line->level, line->text);
    }
    pthread_mutex_unlock(&state.lock);
}
