/* SPDX-License-Identifier: MIT
 * i18n.c - see i18n.h. The format of .mo files: GNU gettext manual, "The Format of GNU MO Files". */
#include "base/i18n.h"
#include "base/mark.h"
#include "base/xmem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MO_MAGIC 0x950412deu
#define MO_MAX_BYTES (8u << 20)
/* Between a context and its text, as msgfmt writes it. */
#define MO_CONTEXT '\004'

struct entry {
    const char *id; /* NULL = free */
    const char *text;
    uint32_t hash;
};

struct catalogue {
    const char *code;
    char *bytes; /* NUL behind the last one */
    size_t len;
    bool swapped;          /* made on a machine of the other byte order */
    unsigned forms;        /* of a plural: 1 or 2 */
    struct entry *entries; /* open addressing */
    uint32_t mask;
    struct catalogue
        *next; /* what was loaded before; freed at the end only, its texts may be in use */
};

static const struct i18n_language languages[] = {
    {"en", "English"},
#define LANGUAGE(code, name) {code, name},
#include "base/languages.def"
#undef LANGUAGE
    {NULL, NULL},
};

static _Atomic(const struct catalogue *) current; /* NULL = English */
static struct catalogue *loaded;
static char *folders;

/* --- reading a catalogue ------------------------------------------------------------------------ */

static uint32_t number_at(const struct catalogue *c, size_t at)
{
    uint32_t v;
    memcpy(&v, c->bytes + at, sizeof v);
    return c->swapped ? __builtin_bswap32(v) : v;
}

/* The string that entry `i` of the table at `table` names; NULL where it is not inside the file. */
static const char *string_at(const struct catalogue *c, size_t table, uint32_t i)
{
    size_t len = number_at(c, table + 8u * i), at = number_at(c, table + 8u * i + 4);
    if (at >= c->len || len >= c->len - at || c->bytes[at + len] != '\0')
        return NULL;
    return c->bytes + at;
}

static uint32_t hash_more(uint32_t hash, const char *s)
{
    for (; *s != '\0'; s++)
        hash = (hash ^ (unsigned char)*s) * 16777619u;
    return hash;
}

static uint32_t hash_text(const char *s)
{
    return hash_more(2166136261u, s);
}

static void add_entry(struct catalogue *c, const char *id, const char *text)
{
    uint32_t hash = hash_text(id), i = hash & c->mask;
    while (c->entries[i].id != NULL)
        i = (i + 1) & c->mask;
    c->entries[i] = (struct entry){id, text, hash};
}

/* The header is the translation of "". More forms than two need the formula behind them, which is not read here. */
static bool read_header(struct catalogue *c, const char *header)
{
    const char *n = strstr(header, "nplurals=");
    c->forms = n != NULL ? (unsigned)strtoul(n + strlen("nplurals="), NULL, 10) : 2;
    return c->forms >= 1 && c->forms <= 2 && strcasestr(header, "charset=utf-8") != NULL;
}

static bool read_entries(struct catalogue *c, uint32_t count, size_t ids, size_t texts)
{
    bool header = false;
    for (uint32_t i = 0; i < count; i++) {
        const char *id = string_at(c, ids, i), *text = string_at(c, texts, i);
        if (id == NULL || text == NULL)
            return false;
        if (id[0] != '\0')
            add_entry(c, id, text);
        else if (!(header = read_header(c, text)))
            return false;
    }
    return header;
}

static bool read_catalogue(struct catalogue *c)
{
    uint32_t magic = c->len >= 28 ? number_at(c, 0) : 0;
    c->swapped = magic == __builtin_bswap32(MO_MAGIC);
    if (!c->swapped && magic != MO_MAGIC)
        return false;
    uint32_t count = number_at(c, 8), room = 64;
    size_t ids = number_at(c, 12), texts = number_at(c, 16);
    if (count > c->len / 16 || ids > c->len - 8u * count || texts > c->len - 8u * count)
        return false;
    while (room < count * 2)
        room *= 2;
    c->entries = xcalloc(room, sizeof *c->entries);
    c->mask = room - 1;
    return read_entries(c, count, ids, texts);
}

static void catalogue_free(struct catalogue *c)
{
    free(c->entries);
    free(c->bytes);
    free(c);
}

/* Takes bytes, which have room for a NUL behind them. */
static enum rc use_bytes(const char *code, char *bytes, size_t len, const char *where,
                         struct err *e)
{
    struct catalogue *c = xcalloc(1, sizeof *c);
    bytes[len] = '\0';
    *c = (struct catalogue){.code = code, .bytes = bytes, .len = len};
    if (!read_catalogue(c)) {
        catalogue_free(c);
        return err_set(e, RC_SYNTAX, where, S_("is no catalogue of messages in UTF-8"));
    }
    c->next = loaded;
    loaded = c;
    atomic_store(&current, c);
    return RC_OK;
}

/* --- finding it --------------------------------------------------------------------------------- */

/* The whole file in allocated memory with a byte to spare, or NULL and errno. */
static char *read_file(const char *path, size_t *len)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    char *bytes = NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MO_MAX_BYTES)
        bytes = mem_try_alloc((size_t)st.st_size + 1);
    else
        errno = EFBIG;
    size_t done = 0;
    for (ssize_t n = 1; bytes != NULL && n > 0 && done < (size_t)st.st_size; done += (size_t)n)
        if ((n = read(fd, bytes + done, (size_t)st.st_size - done)) < 0)
            n = 0;
    close(fd);
    *len = done;
    return bytes;
}

static char *read_path(char *path, size_t *len)
{
    char *bytes = read_file(path, len);
    free(path);
    return bytes;
}

static char *read_from(const char *dir, int dir_len, const char *code, size_t *len)
{
    char *bytes = read_path(xasprintf("%.*s/%s/LC_MESSAGES/suantop.mo", dir_len, dir, code), len);
    return bytes != NULL ? bytes : read_path(xasprintf("%.*s/%s.mo", dir_len, dir, code), len);
}

static char *read_code(const char *code, size_t *len)
{
    char *bytes = NULL;
    errno = ENOENT;
    for (const char *dir = folders; dir != NULL && bytes == NULL;) {
        size_t n = strcspn(dir, ":");
        if (n > 0)
            bytes = read_from(dir, (int)n, code, len);
        dir = dir[n] == ':' ? dir + n + 1 : NULL;
    }
    return bytes;
}

/* The table's own code for it; NULL if it is not there. */
static const char *known(const char *code)
{
    for (const struct i18n_language *l = languages; l->code != NULL; l++)
        if (strcmp(l->code, code) == 0)
            return l->code;
    return NULL;
}

static bool use_loaded(const char *code)
{
    for (const struct catalogue *c = loaded; c != NULL; c = c->next)
        if (strcmp(c->code, code) == 0) {
            atomic_store(&current, c);
            return true;
        }
    return false;
}

enum rc i18n_use(const char *code, struct err *e)
{
    size_t len = 0;
    const char *language = strcmp(code, "auto") == 0 ? i18n_of_environment() : known(code);
    if (language == NULL)
        return err_set(e, RC_USAGE, code, S_("is no language that this program knows"));
    if (strcmp(language, languages[0].code) == 0) {
        atomic_store(&current, NULL);
        return RC_OK;
    }
    if (use_loaded(language))
        return RC_OK;
    char *bytes = read_code(language, &len);
    if (bytes == NULL)
        return err_sys(e, RC_IO, errno, language, S_("its messages cannot be read"));
    return use_bytes(language, bytes, len, language, e);
}

enum rc i18n_use_bytes(const char *code, const void *mo, size_t len, struct err *e)
{
    const char *language = known(code);
    if (language == NULL)
        return err_set(e, RC_USAGE, code, S_("is no language that this program knows"));
    char *bytes = xmalloc(len + 1);
    memcpy(bytes, mo, len);
    return use_bytes(language, bytes, len, language, e);
}

void i18n_start(const char *dirs)
{
    i18n_end();
    folders = xstrdup(dirs);
}

void i18n_start_here(const char *installed)
{
    const char *own = getenv("SUANTOP_LOCALEDIR");
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(self, '/');
    char *dirs = xasprintf("%s:%.*s/po:%s", own != NULL ? own : "",
                           slash != NULL ? (int)(slash - self) : 0, self, installed);
    i18n_start(dirs);
    free(dirs);
    (void)i18n_use("auto", NULL);
}

void i18n_end(void)
{
    atomic_store(&current, NULL);
    while (loaded != NULL) {
        struct catalogue *c = loaded;
        loaded = c->next;
        catalogue_free(c);
    }
    free(folders);
    folders = NULL;
}

/* --- which language ----------------------------------------------------------------------------- */

const struct i18n_language *i18n_languages(void)
{
    return languages;
}

const char *i18n_language(void)
{
    const struct catalogue *c = atomic_load(&current);
    return c != NULL ? c->code : languages[0].code;
}

/* Does the name of a locale ("zh_CN.UTF-8", "zh", "zh-Hans") mean this language? zh alone is the simplified one. */
static bool means(const char *name, size_t len, const char *code)
{
    size_t whole = strcspn(name, ".@:"), word = strcspn(code, "_");
    if (whole > len)
        whole = len;
    if (whole == strlen(code) && strncmp(name, code, whole) == 0)
        return true;
    if (whole == word)
        return strncmp(name, code, word) == 0;
    return strcmp(code, "zh_CN") == 0 &&
           ((whole == 5 && strncmp(name, "zh_SG", 5) == 0) ||
            (whole >= 7 && strncmp(name, "zh", 2) == 0 && strncasecmp(name + 3, "Hans", 4) == 0));
}

static const char *language_named(const char *name, size_t len)
{
    for (const struct i18n_language *l = languages; l->code != NULL; l++)
        if (means(name, len, l->code))
            return l->code;
    return NULL;
}

static const char *first_set(const char *a, const char *b, const char *c)
{
    if (a != NULL && a[0] != '\0')
        return a;
    if (b != NULL && b[0] != '\0')
        return b;
    return c != NULL ? c : "";
}

/* A terminal of another encoding would show the letters of UTF-8 as something else. */
static bool other_encoding(const char *locale)
{
    const char *dot = strchr(locale, '.');
    return dot != NULL && strncasecmp(dot, ".utf8", 5) != 0 && strncasecmp(dot, ".utf-8", 6) != 0;
}

const char *i18n_of_locale(const char *lc_all, const char *lc_messages, const char *lang,
                           const char *language)
{
    const char *locale = first_set(lc_all, lc_messages, lang), *found;
    size_t stem = strcspn(locale, ".@");
    bool plain = stem == 0 || (stem == 1 && locale[0] == 'C') ||
                 (stem == 5 && strncmp(locale, "POSIX", 5) == 0);
    if (plain || other_encoding(locale))
        return languages[0].code;
    for (const char *at = language; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, ":");
        if ((found = language_named(at, n)) != NULL)
            return found;
        at += n + (at[n] == ':');
    }
    found = language_named(locale, strlen(locale));
    return found != NULL ? found : languages[0].code;
}

/* The console of Linux itself has no letters but those of its 512 glyphs. */
const char *i18n_of_environment(void)
{
    const char *term = getenv("TERM");
    if (term != NULL && strcmp(term, "linux") == 0)
        return languages[0].code;
    return i18n_of_locale(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"),
                          getenv("LANGUAGE"));
}

/* --- looking up --------------------------------------------------------------------------------- */

/* Is the entry the one of context and text? context NULL: of the text alone. */
static bool is_entry(const struct entry *entry, const char *context, const char *text)
{
    if (context == NULL)
        return strcmp(entry->id, text) == 0;
    size_t n = strlen(context);
    return strncmp(entry->id, context, n) == 0 && entry->id[n] == MO_CONTEXT &&
           strcmp(entry->id + n + 1, text) == 0;
}

/* NULL if the catalogue has none. */
static const char *look_up(const struct catalogue *c, const char *context, const char *text)
{
    static const char between[] = {MO_CONTEXT, '\0'};
    uint32_t hash =
        context == NULL ? hash_text(text) : hash_more(hash_more(hash_text(context), between), text);
    for (uint32_t i = hash & c->mask; c->entries[i].id != NULL; i = (i + 1) & c->mask)
        if (c->entries[i].hash == hash && is_entry(&c->entries[i], context, text))
            return c->entries[i].text;
    return NULL;
}

const char *i18n_text(const char *text)
{
    const struct catalogue *c = atomic_load_explicit(&current, memory_order_acquire);
    const char *found = c != NULL && text != NULL ? look_up(c, NULL, text) : NULL;
    return found != NULL ? found : text;
}

const char *i18n_context(const char *context, const char *text)
{
    const struct catalogue *c = atomic_load_explicit(&current, memory_order_acquire);
    const char *found = c != NULL ? look_up(c, context, text) : NULL;
    return found != NULL ? found : text;
}

const char *i18n_either(const char *context, const char *text)
{
    const struct catalogue *c = atomic_load_explicit(&current, memory_order_acquire);
    const char *found = c != NULL ? look_up(c, context, text) : NULL;
    if (c != NULL && found == NULL)
        found = look_up(c, NULL, text);
    return found != NULL ? found : text;
}

/* The forms of a plural stand behind each other, a NUL after each; msgfmt --check has seen to it that all are there. */
const char *i18n_plural(const char *one, const char *many, unsigned long long n)
{
    const struct catalogue *c = atomic_load_explicit(&current, memory_order_acquire);
    const char *found = c != NULL ? look_up(c, NULL, one) : NULL;
    if (found == NULL)
        return n == 1 ? one : many;
    return c->forms == 2 && n != 1 ? found + strlen(found) + 1 : found;
}
