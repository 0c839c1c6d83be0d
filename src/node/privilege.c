/* SPDX-License-Identifier: MIT
 * privilege.c - see privilege.h. */
#include "node/privilege.h"
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct sets {
    struct __user_cap_data_struct half[2];
};

static bool read_sets(struct sets *s)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};

    return syscall(SYS_capget, &head, s->half) == 0;
}

/* May fail where a filter forbids it: then nothing was won, and nothing lost. */
static void write_sets(const struct sets *s)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};

    (void)syscall(SYS_capset, &head, s->half);
}

void privilege_keep(uint64_t capabilities)
{
    struct sets s;

    if (capabilities == PRIVILEGE_ALL)
        return; /* a vendor's library may start programs that have rights of their own */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!read_sets(&s))
        return;
    for (int i = 0; i < 2; i++) {
        uint32_t keep = (uint32_t)(capabilities >> (32 * i));
        s.half[i].permitted &= keep;
        s.half[i].effective = s.half[i].permitted;
        s.half[i].inheritable &= keep; /* which lowers the ambient set, too */
    }
    write_sets(&s);
}

void privilege_rest(void)
{
    struct sets s;

    if (!read_sets(&s))
        return;
    s.half[0].effective = s.half[1].effective = 0;
    write_sets(&s);
}
