/* SPDX-License-Identifier: MIT
 * journal_int.h - the inside of the journal, shared by journal*.c only. Thread: one at a time.
 *
 * A record is one line, a flat JSON object of strings, numbers and null in printable ASCII, at most JOURNAL_LINE_MAX
 * bytes with its newline. It ends in ,"hash":"<64 hex>"} and the hash is that of the line as if it ended in } there.
 * A tail that a crash cut off stays; the next writer closes it and says in a note how long it was and what its hash is,
 * so that nothing can be put there afterwards. */
#ifndef SUAN_ACTION_JOURNAL_INT_H
#define SUAN_ACTION_JOURNAL_INT_H

#include "action/digest.h"
#include "action/journal.h"
#include "base/buf.h"
#include <sys/types.h>

#define JOURNAL_LINE_MAX 65536
#define JOURNAL_TEXT_MAX 4096 /* bytes of one string that are written */
/* What the first line has as the hash before it. */
#define JOURNAL_START "0000000000000000000000000000000000000000000000000000000000000000"

/* journal_line.c: a line that was read. Strings lie in `text`, which the parser fills. */
struct journal_record {
    struct journal_line line;
    const char *prev, *hash, *torn; /* "" where absent; torn: hash of what was cut off */
    struct buf text;
};
void journal_record_init(struct journal_record *r);
void journal_record_fini(struct journal_record *r);
/* text[0..len) without the newline. False with *why when it is no record. */
bool journal_parse(struct journal_record *r, const char *text, size_t len, const char **why);
/* Is its own hash right? Only for a line that journal_parse took. */
bool journal_hash_holds(const struct journal_record *r, const char *text, size_t len,
                        struct digest *d);

/* journal_tail.c: where the chain goes on. The file must be locked. */
struct journal_tail {
    uint64_t n; /* of the last record, 0 = none */
    char hash[DIGEST_HEX + 1];
    off_t size;
    size_t torn; /* bytes behind the last record that were cut off */
    char torn_hash[DIGEST_HEX + 1];
};
enum rc journal_tail_read(int fd, const char *path, struct digest *d, struct journal_tail *t,
                          struct err *e);

/* journal_file.c */
/* Opens it and makes sure that nobody else can write there. for_writing: makes what is missing. */
enum rc journal_file_open(const char *path, bool for_writing, int *fd, struct err *e);
/* Waits a second at most. */
enum rc journal_file_lock(int fd, bool exclusive, const char *path, struct err *e);
/* Lines of a file, one after the other. */
struct journal_lines {
    int fd;
    const char *path;
    char *data; /* 2 * JOURNAL_LINE_MAX */
    size_t at, len;
    bool over;
};
void journal_lines_init(struct journal_lines *l, int fd, const char *path);
void journal_lines_fini(struct journal_lines *l);
/* The next line without its newline; *whole: it had one, and was not too long (what is too long comes in pieces).
 * RC_OK with *text NULL at the end. */
enum rc journal_lines_next(struct journal_lines *l, const char **text, size_t *len, bool *whole,
                           struct err *e);

#endif
