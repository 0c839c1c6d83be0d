/* SPDX-License-Identifier: MIT
 * who.c - see who.h. */
#include "app/who.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first word of it; what is not printable ASCII becomes '?'. */
static void take(char *out, size_t size, const char *text)
{
    size_t n = 0;
    if (text == NULL)
        text = "";
    for (; text[n] != '\0' && text[n] != ' ' && n + 1 < size; n++)
        out[n] = text[n] > ' ' && text[n] <= '~' ? text[n] : '?';
    out[n] = '\0';
}

static void find_user(struct who *w)
{
    struct passwd entry, *found = NULL;
    char room[4096], number[16];
    w->uid = (unsigned)getuid();
    snprintf(number, sizeof number, "uid%u", w->uid);
    if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) != 0)
        found = NULL;
    take(w->user, sizeof w->user, found != NULL ? entry.pw_name : number);
}

static void find_terminal(struct who *w)
{
    char path[80];
    if (ttyname_r(STDIN_FILENO, path, sizeof path) == 0)
        take(w->tty, sizeof w->tty, strncmp(path, "/dev/", 5) == 0 ? path + 5 : path);
}

void who_find(struct who *w)
{
    char host[64] = "";
    memset(w, 0, sizeof *w);
    find_user(w);
    find_terminal(w);
    take(w->sudo_user, sizeof w->sudo_user, getenv("SUDO_USER"));
    take(w->ssh_client, sizeof w->ssh_client, getenv("SSH_CONNECTION"));
    if (gethostname(host, sizeof host - 1) == 0)
        take(w->host, sizeof w->host, host);
    memcpy(w->actor, w->sudo_user[0] != '\0' ? w->sudo_user : w->user, sizeof w->actor);
    if (w->ssh_client[0] != '\0')
        snprintf(w->actor_from, sizeof w->actor_from, "ssh %s", w->ssh_client);
    else
        snprintf(w->actor_from, sizeof w->actor_from, "%s", w->tty[0] != '\0' ? w->tty : w->host);
}
