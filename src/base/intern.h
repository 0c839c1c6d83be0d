/* SPDX-License-Identifier: MIT
 * intern.h - every string from outside, once: raw bytes for API calls, clean text for the screen.
 *
 * This is the one place where strings are sanitised (text.h): whoever shows text takes intern_text,
 * whoever builds a request takes intern_raw. Ids are dense; 0 is the empty string, always there.
 * Thread: one writer (ingest). Readers need no lock: strings live in blocks that never move, and a
 * reader only knows ids that were published to it (through a mutex) after they were made. Unique ids of devices are kept
 * packed (packed.h), and unpacked when somebody asks for one, for as long as the table lives; who goes through all strings
 * asks with room of his own (the _in functions).
 * Owner: reference-counted; a snapshot holds a reference on the table its ids live in. */
#ifndef SUAN_BASE_INTERN_H
#define SUAN_BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t strid; /* index into a struct intern; 0 = "" = absent */

struct intern;

struct intern *intern_new(void);
struct intern *intern_ref(struct intern *in);
void intern_unref(struct intern *in);

/* Id of the bytes s[0..len); makes it if new. len is cut at INTERN_MAX_LEN (a cut is marked in the
 * text by an ellipsis, and the raw form is then not usable: see intern_is_cut; two such strings
 * with the same beginning share an id). 0 also when the table is full, which it is at 2^28 strings
 * or 16 GiB. Writer only. */
strid intern_put(struct intern *in, const char *s, size_t len);
/* Id if known, else 0. Writer only. */
strid intern_find(const struct intern *in, const char *s, size_t len);

#define INTERN_MAX_LEN 65536

/* The id is one that this table gave out. NUL-terminated; NULs inside the raw form are kept, see
 * len. */
const char *intern_raw(const struct intern *in, strid id);
size_t intern_raw_len(const struct intern *in, strid id);
const char *intern_text(const struct intern *in, strid id); /* valid UTF-8 without controls */
/* The same, but the text of a packed one is in `room`. */
#define INTERN_ROOM 48
const char *intern_raw_in(const struct intern *in, strid id, char room[INTERN_ROOM]);
const char *intern_text_in(const struct intern *in, strid id, char room[INTERN_ROOM]);
const char *intern_text_len_in(const struct intern *in, strid id, size_t *len,
                               char room[INTERN_ROOM]);  /* and its length */
int intern_cells(const struct intern *in, strid id);     /* width of the text in terminal cells */
bool intern_is_dirty(const struct intern *in, strid id); /* text differs from raw */
bool intern_is_cut(const struct intern *in, strid id);

uint32_t intern_count(const struct intern *in); /* writer: ids are 0..count-1 */
size_t intern_bytes(
    const struct intern *in); /* writer: memory in use, unpacked texts not counted */

#endif
