/* SPDX-License-Identifier: MIT
 * who.h - who sits here, as far as a process can know: for the audit and for the reasons that are left on nodes.
 * Thread: main. */
#ifndef SUAN_APP_WHO_H
#define SUAN_APP_WHO_H

/* All of it printable ASCII; "" where there is none. What comes from the environment can be forged, so the user of the
 * process stands beside it. */
struct who {
    unsigned uid;
    char user[64];      /* of the process */
    char sudo_user[64]; /* who became that user through sudo */
    char tty[64];       /* "pts/3" */
    char ssh_client[64];
    char host[64];
    char actor[64];      /* the person: sudo_user, else user */
    char actor_from[96]; /* "ssh 10.0.0.7", "pts/3", else "ops1" */
};

void who_find(struct who *w);

#endif
