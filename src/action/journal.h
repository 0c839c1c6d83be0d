/* SPDX-License-Identifier: MIT
 * journal.h - the audit: JSON lines, hash-chained, fsynced, 0600. Cannot write the line, no action.
 *
 * One line per record: {"v":1,"n":12,"at":"...Z","kind":"intent|outcome|seen|note", ..., "prev":"<sha256 hex>",
 * "hash":"<sha256 hex>"}; hash is over the line's bytes without the hash member, prev is the hash of the line before.
 * O_APPEND under an exclusive lock, so several suantop may write one file; the chain runs through all of them.
 * A last line that was cut off by a crash is kept, closed with a note and told by verify as such.
 * Thread: the net thread (or the command line's main). Owner: the app. */
#ifndef SUAN_ACTION_JOURNAL_H
#define SUAN_ACTION_JOURNAL_H

#include "action/request.h"

struct journal;

struct journal_who {
    unsigned uid;
    const char *user, *sudo_user, *tty, *ssh_client, *host, *version; /* NULL = none */
};

/* Creates the folder (0700) and the file (0600) where missing; refuses one that others can write. */
enum rc journal_open(const char *path, const struct journal_who *who, struct journal **out,
                     struct err *e);
void journal_close(struct journal *j);
const char *journal_path(const struct journal *j);

/* Before the request: on the disk when it returns RC_OK. before: state just read. request: the exact request, no
 * secrets. */
enum rc journal_intent(struct journal *j, const struct action_order *o, size_t target,
                       const char *before, const char *request, wall_ms now, struct err *e);
/* After it. state: action_state. after: "" = not read. */
enum rc journal_outcome(struct journal *j, const struct action_order *o, size_t target,
                        enum action_state state, int status, int64_t latency_ms,
                        const char *message, wall_ms now, struct err *e);
/* What was read of the target afterwards. */
enum rc journal_seen(struct journal *j, const struct action_order *o, size_t target,
                     const char *after, wall_ms now, struct err *e);

/* Reading, for view 9 and `audit verify`. Strings live until the next call. */
struct journal_line {
    uint64_t n;
    wall_ms at;
    const char *kind, *op, *verb, *center, *cluster, *target, *target_kind, *request, *before,
        *after, *reason, *ticket, *actor, *actor_from, *state, *message;
    unsigned seq;
    int status;         /* -1 = none */
    int64_t latency_ms; /* -1 = none */
};
/* Calls fn for the newest `most` lines, oldest first (0 = all). Lines that cannot be read are passed over and counted. */
enum rc journal_read(const char *path, size_t most,
                     void (*fn)(void *arg, const struct journal_line *line), void *arg,
                     size_t *unreadable, struct err *e);
struct journal_verdict {
    uint64_t lines, intents, outcomes, open_intents;
    bool torn_tail;    /* the last line was cut off, and nobody has written since */
    uint64_t torn;     /* lines that were cut off earlier and closed with a note */
    uint64_t bad_line; /* first line whose hash or chain is wrong; 0 = none */
    char bad_why[120];
};
/* RC_OK when the chain holds (what a crash cut off is told, not an error), RC_SCHEMA when it does not, RC_IO. What nobody can
 * see from the file alone: whole lines that were taken away from its end. */
enum rc journal_verify(const char *path, struct journal_verdict *out, struct err *e);

#endif
