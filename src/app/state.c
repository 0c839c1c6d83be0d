/* SPDX-License-Identifier: MIT
 * state.c - see state.h. */
#include "app/state.h"

#include "base/xmem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *state_path(const char *name)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (xdg != NULL && xdg[0] == '/')
        return xasprintf("%s/suantop/%s", xdg, name);
    if (home != NULL && home[0] == '/')
        return xasprintf("%s/.local/state/suantop/%s", home, name);
    return NULL;
}

bool state_make_folder(const char *path)
{
    struct stat st;
    char *copy = xstrdup(path), *last = strrchr(copy, '/');
    for (char *p = copy + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            (void)mkdir(copy, 0700);
            *p = '/';
        }
    if (last != NULL)
        *last = '\0';
    bool there = stat(copy, &st) == 0 && S_ISDIR(st.st_mode);
    free(copy);
    return there;
}
