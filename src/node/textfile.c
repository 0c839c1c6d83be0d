/* SPDX-License-Identifier: MIT
 * textfile.c - see textfile.h. */
#include "node/textfile.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include "codec/promtext.h"
#include "node/tell.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VALUE_MAX = 256, LABELS_MAX = 4096 };

/* What HELP and TYPE lines said of a family. */
struct declared {
    char *family, *type, *help;
};
struct entry {
    char *name, *labels;
    size_t declared; /* which, plus one; 0: none */
    size_t order;
    double value;
};
struct reading {
    struct declared *declared;
    size_t declared_count, declared_cap;
    struct entry *entries;
    size_t count, cap;
};

/* ---- one file */

static bool is_name(const char *name, size_t len)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:0123456789";

    for (size_t i = 0; i < len; i++)
        if (memchr(allowed, name[i], sizeof allowed - 1) == NULL)
            return false;
    return len > 0 && (name[0] < '0' || name[0] > '9');
}

static size_t declaration_of(const struct reading *r, const char *name, size_t len)
{
    for (size_t i = r->declared_count; i > 0; i--)
        if (strlen(r->declared[i - 1].family) == len &&
            memcmp(r->declared[i - 1].family, name, len) == 0)
            return i;
    return 0;
}

/* Of a sample: histograms and summaries have more names than one. */
static size_t family_of(const struct reading *r, const char *name)
{
    static const char *const ends[] = {"", "_bucket", "_sum", "_count"};
    size_t len = strlen(name);

    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        size_t cut = strlen(ends[i]);
        size_t at = cut < len && strcmp(name + len - cut, ends[i]) == 0
                        ? declaration_of(r, name, len - cut)
                        : 0;
        if (at != 0 && (i == 0 || strcmp(r->declared[at - 1].type, "histogram") == 0 ||
                        strcmp(r->declared[at - 1].type, "summary") == 0))
            return at;
    }
    return 0;
}

static char *copy(const char *text, size_t len)
{
    return xstrndup(text, len);
}

static void declare(struct reading *r, const struct prom_line *line)
{
    size_t at = declaration_of(r, line->name, line->name_len);

    if (at == 0) {
        r->declared =
            xgrow(r->declared, &r->declared_cap, r->declared_count + 1, sizeof *r->declared);
        r->declared[r->declared_count++] =
            (struct declared){copy(line->name, line->name_len), copy("", 0), copy("", 0)};
        at = r->declared_count;
    }
    char **into = line->kind == PROM_TYPE ? &r->declared[at - 1].type : &r->declared[at - 1].help;
    free(*into);
    *into = copy(line->text, line->text_len);
}

/* Written anew, so that the page needs not trust them: valid UTF-8, without control characters. */
static enum rc write_labels(const struct prom_line *line, struct buf *out, struct err *e)
{
    char raw[VALUE_MAX], clean[VALUE_MAX];
    struct prom_label label;
    size_t at = 0;

    while (prom_next_label(line, &at, &label)) {
        if (!is_name(label.name, label.name_len) || memchr(label.name, ':', label.name_len) != NULL)
            return err_set(e, RC_SYNTAX, "", "a label's name has other characters than a-z and _");
        size_t len = prom_unescape(&label, raw, sizeof raw);
        len = text_clean_into(clean, sizeof clean, raw, len);
        buf_addf(out, "%s%.*s=\"", out->len > 0 ? "," : "", (int)label.name_len, label.name);
        for (size_t i = 0; i < len; i++) {
            if (clean[i] == '"' || clean[i] == '\\')
                buf_addc(out, '\\');
            buf_addc(out, clean[i]);
        }
        buf_addc(out, '"');
    }
    return out->failed ? err_set(e, RC_LIMIT, "", "its labels are too long") : RC_OK;
}

static enum rc take_sample(struct reading *r, const struct prom_line *line, struct err *e)
{
    struct buf labels;

    if (line->has_time)
        return err_set(e, RC_SCHEMA, "", "a timestamp, which no file may have");
    if (!is_name(line->name, line->name_len))
        return err_set(e, RC_SYNTAX, "", "the name has other characters than a-z, _ and :");
    if (r->count == TEXTFILE_SAMPLES)
        return err_set(e, RC_LIMIT, "", "all files together have more than %d samples",
                       TEXTFILE_SAMPLES);
    buf_init(&labels, LABELS_MAX);
    enum rc rc = write_labels(line, &labels, e);
    if (rc == RC_OK && isfinite(line->value)) {
        r->entries = xgrow(r->entries, &r->cap, r->count + 1, sizeof *r->entries);
        struct entry *x = &r->entries[r->count];
        *x = (struct entry){copy(line->name, line->name_len), copy(labels.data, labels.len), 0,
                            r->count, line->value};
        x->declared = family_of(r, x->name);
        r->count++;
    }
    buf_fini(&labels);
    return rc;
}

static enum rc take_line(struct reading *r, const char *at, size_t len, struct err *e)
{
    struct prom_line line;
    enum rc rc = prom_read(at, len, PROM_TEXT, &line, e);

    if (rc != RC_OK || line.kind == PROM_NOTHING || line.kind == PROM_EOF)
        return rc;
    if (line.kind == PROM_SAMPLE)
        return take_sample(r, &line, e);
    if (line.kind != PROM_UNIT && is_name(line.name, line.name_len))
        declare(r, &line);
    return RC_OK;
}

/* All of its samples, or none. */
static enum rc take_text(struct reading *r, const char *name, const struct buf *text, struct err *e)
{
    size_t before = r->count, number = 1;
    enum rc rc = RC_OK;

    for (size_t at = 0; rc == RC_OK && at < text->len; number++) {
        const char *line = text->data + at, *end = memchr(line, '\n', text->len - at);
        size_t len = end != NULL ? (size_t)(end - line) : text->len - at;
        rc = take_line(r, line, len, e);
        at += len + 1;
    }
    if (rc == RC_OK)
        return rc;
    for (; r->count > before; r->count--) {
        free(r->entries[r->count - 1].name);
        free(r->entries[r->count - 1].labels);
    }
    char why[sizeof e->msg];
    snprintf(why, sizeof why, "%s", e->msg);
    return err_set(e, rc, name, "%s:%zu: %.100s", name, number - 1, why);
}

static enum rc read_file(const char *path, const char *name, struct buf *text, struct stat *s,
                         struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = -1;

    if (fd < 0 || fstat(fd, s) != 0) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return err_sys(e, RC_IO, why, name, "cannot be read");
    }
    if (!S_ISREG(s->st_mode)) {
        close(fd);
        return err_set(e, RC_IO, name, "%s: no regular file", name);
    }
    char *room = buf_reserve(text, 1);
    while (room != NULL && (room = buf_reserve(text, 4096)) != NULL &&
           (n = read(fd, room, 4096)) > 0)
        buf_commit(text, (size_t)n);
    close(fd);
    if (room == NULL)
        return err_set(e, RC_LIMIT, name, "%s: larger than %d bytes", name, TEXTFILE_BYTES);
    return n == 0 ? RC_OK : err_sys(e, RC_IO, errno, name, "cannot be read");
}

static void take_file(struct reading *r, const char *folder, const char *name, FILE *out)
{
    struct err e = {RC_OK};
    struct stat s = {.st_mtime = 0};
    struct buf text;
    char path[4096];

    buf_init(&text, TEXTFILE_BYTES);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    enum rc rc = read_file(path, name, &text, &s, &e);
    if (rc == RC_OK)
        rc = take_text(r, name, &text, &e);
    buf_fini(&text);
    tell_begin(out, "textfile");
    tell_text(out, "file", name);
    if (s.st_mtime > 0)
        tell_whole(out, "modified", s.st_mtime);
    tell_whole(out, "error", rc != RC_OK);
    tell_end(out);
    if (rc != RC_OK)
        tell_trouble(out, "%s", e.msg);
}

/* ---- all files */

static int wanted(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".prom") == 0;
}

static const struct reading *sorting; /* qsort has no argument */

static const char *group_of(const struct entry *x)
{
    return x->declared != 0 ? sorting->declared[x->declared - 1].family : x->name;
}

/* A family stands together, in the order of its file. */
static int in_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(group_of(x), group_of(y));

    return order != 0 ? order : x->order < y->order ? -1 : 1;
}

static bool is_told(const struct reading *r, size_t i, size_t group)
{
    for (size_t k = group; k < i; k++)
        if (strcmp(r->entries[k].name, r->entries[i].name) == 0 &&
            strcmp(r->entries[k].labels, r->entries[i].labels) == 0)
            return true;
    return false;
}

static void tell_entries(const struct reading *r, FILE *out)
{
    size_t group = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct entry *x = &r->entries[i];
        if (strcmp(group_of(x), group_of(&r->entries[group])) != 0)
            group = i;
        if (is_told(r, i, group))
            continue;
        tell_begin(out, "other");
        tell_text(out, "family", group_of(x));
        tell_text(out, "name", x->name);
        if (x->declared != 0) {
            tell_text(out, "type", r->declared[x->declared - 1].type);
            tell_text(out, "help", r->declared[x->declared - 1].help);
        }
        tell_quoted(out, "labels", x->labels);
        fprintf(out, ",\"value\":%.17g", x->value);
        tell_end(out);
    }
}

static void forget(struct reading *r)
{
    for (size_t i = 0; i < r->count; i++) {
        free(r->entries[i].name);
        free(r->entries[i].labels);
    }
    for (size_t i = 0; i < r->declared_count; i++) {
        free(r->declared[i].family);
        free(r->declared[i].type);
        free(r->declared[i].help);
    }
    free(r->entries);
    free(r->declared);
}

void textfile_round(const char *folder, FILE *out)
{
    struct reading r = {.count = 0};
    struct dirent **files;
    int count = scandir(folder, &files, wanted, alphasort);

    if (count < 0) {
        struct err e = {RC_OK};
        err_sys(&e, RC_IO, errno, "", "%.100s", folder);
        tell_trouble(out, "%s", e.msg);
        return;
    }
    for (int i = 0; i < count; i++) {
        if (i < TEXTFILE_FILES)
            take_file(&r, folder, files[i]->d_name, out);
        free(files[i]);
    }
    if (count > TEXTFILE_FILES)
        tell_trouble(out, "%.100s: more than %d files", folder, TEXTFILE_FILES);
    free(files);
    sorting = &r;
    if (r.count > 0)
        qsort(r.entries, r.count, sizeof *r.entries, in_order);
    tell_entries(&r, out);
    forget(&r);
}
