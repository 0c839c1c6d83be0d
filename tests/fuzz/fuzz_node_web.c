/* SPDX-License-Identifier: MIT
 * fuzz_node_web.c - what suantop-node takes from outside: its web configuration, and headers of a request. The first byte
 * tells which. */
#include "node/page.h"
#include "node/password.h"
#include "node/webconf.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_header(const char *text)
{
    char user[WEBCONF_NAME_MAX], password[PASSWORD_MAX];

    if (password_header(text, user, password) &&
        (strlen(user) >= sizeof user || strlen(password) >= sizeof password))
        abort();
    (void)page_negotiate(text);
    (void)page_takes_gzip(text);
}

static void read_config(const char *text, size_t len)
{
    struct webconf w;
    struct err e = {RC_OK};
    enum rc rc = webconf_parse(&w, text, len, "fuzz", &e);

    if (rc != RC_OK && (e.msg[0] == '\0' || strncmp(e.where, "fuzz:", 5) != 0))
        abort();
    for (size_t i = 0; rc == RC_OK && i < w.user_count; i++)
        if (!webconf_is_hash(w.users[i].hash))
            abort();
    webconf_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    if (size > 0 && text[0] == '>')
        read_header(text + 1);
    else
        read_config(text, size);
    free(text);
    return 0;
}
