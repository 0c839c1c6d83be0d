/* SPDX-License-Identifier: MIT
 * password.h - HTTP's basic authentication against bcrypt hashes; the only door to libxcrypt.
 *
 * bcrypt is slow on purpose, and one thread answers all: so what was right once is remembered by a keyed digest and costs
 * nothing again, and what is not known yet is looked at for a tenth of the time at most - whoever guesses slows down
 * himself and those who come for the first time, not the scrapes. An address that guessed wrong waits ever longer.
 * Nobody learns from the time an answer takes which names there are. Thread: one. */
#ifndef SUAN_NODE_PASSWORD_H
#define SUAN_NODE_PASSWORD_H

#include "base/clock.h"
#include "node/webconf.h"
#include <stdint.h>

enum { PASSWORD_MAX = 256 };
enum { PASSWORD_BURST_MS = 2000, PASSWORD_WAIT_MAX_MS = 60000 };

enum verdict { VERDICT_RIGHT, VERDICT_WRONG, VERDICT_LATER };

/* How much time guesses may still take. Pure. */
struct budget {
    double left_ms;
    mono_ms at;
};
bool budget_open(struct budget *b, mono_ms now);
void budget_spend(struct budget *b, double ms);

/* "Basic dXNlcjpwYXNz" as its two parts. False: it is nothing like it, or a part is too long. Pure. */
bool password_header(const char *header, char user[WEBCONF_NAME_MAX], char password[PASSWORD_MAX]);

struct passwords;
/* users: borrowed. NULL without users, or when there is no randomness to be had. */
struct passwords *passwords_new(const struct webconf_user *users, size_t count);
void passwords_free(struct passwords *p);
/* header: of the request, or NULL. from: the client's address, any text. */
enum verdict passwords_check(struct passwords *p, const char *header, const char *from,
                             mono_ms now);

#endif
