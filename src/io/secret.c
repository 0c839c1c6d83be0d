/* SPDX-License-Identifier: MIT
 * secret.c - see secret.h. A short list under a mutex: a process knows a handful of tokens. */
#include "io/secret.h"
#include "base/log.h"
#include "base/xmem.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct {
    pthread_mutex_t lock;
    char **list;
    size_t count, cap, longest;
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool is_known_locked(const char *secret)
{
    for (size_t i = 0; i < known.count; i++)
        if (strcmp(known.list[i], secret) == 0)
            return true;
    return false;
}

static void add_locked(const char *secret)
{
    size_t len = strlen(secret);

    if (is_known_locked(secret))
        return;
    known.list = xgrow(known.list, &known.cap, known.count + 1, sizeof(*known.list));
    known.list[known.count++] = xstrdup(secret);
    if (len > known.longest)
        known.longest = len;
}

/* As some JSON writers put it. */
static char *with_escaped_slashes(const char *secret)
{
    char *out = xmalloc(strlen(secret) * 2 + 1), *to = out;

    for (const char *p = secret; *p; p++) {
        if (*p == '/')
            *to++ = '\\';
        *to++ = *p;
    }
    *to = '\0';
    return out;
}

void secret_add(const char *secret)
{
    size_t len = strlen(secret);

    log_secret(secret);
    if (len < SECRET_SHORTEST || len > SECRET_LONGEST)
        return;
    char *escaped = with_escaped_slashes(secret);
    pthread_mutex_lock(&known.lock);
    add_locked(secret);
    add_locked(escaped);
    pthread_mutex_unlock(&known.lock);
    explicit_bzero(escaped, strlen(escaped));
    free(escaped);
}

size_t secret_longest(void)
{
    pthread_mutex_lock(&known.lock);
    size_t longest = known.longest;
    pthread_mutex_unlock(&known.lock);
    return longest;
}

static void scrub_one(char *data, size_t len, const char *secret)
{
    size_t n = strlen(secret);
    char *hit;

    while (len >= n && (hit = memmem(data, len, secret, n))) {
        memset(hit, '*', n);
        len -= (size_t)(hit - data) + n;
        data = hit + n;
    }
}

void secret_scrub(char *data, size_t len)
{
    pthread_mutex_lock(&known.lock);
    for (size_t i = 0; i < known.count; i++)
        scrub_one(data, len, known.list[i]);
    pthread_mutex_unlock(&known.lock);
}

void secret_forget_all(void)
{
    pthread_mutex_lock(&known.lock);
    for (size_t i = 0; i < known.count; i++) {
        explicit_bzero(known.list[i], strlen(known.list[i]));
        free(known.list[i]);
    }
    free(known.list);
    known.list = NULL;
    known.count = known.cap = known.longest = 0;
    pthread_mutex_unlock(&known.lock);
}
