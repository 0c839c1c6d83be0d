/* SPDX-License-Identifier: MIT
 * sentence.c - see sentence.h. */
#include "base/sentence.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmem.h"
#include <stdbool.h>
#include <string.h>

enum {
    PARTS_MAX = 10,   /* sentences in one text */
    VALUES_MAX = 8,   /* conversions in one format */
    STEPS_MAX = 4000, /* then a text is too odd to be worth more */
};

static const char *const forms[] = {
#define SENTENCE(text) text,
#include "base/sentences.def"
#undef SENTENCE
};

struct span {
    const char *at;
    size_t len;
};

/* How a text can have been made of a form. */
struct match {
    struct span trial[VALUES_MAX];
    struct span values[VALUES_MAX]; /* of the first way */
    unsigned count;
    unsigned ways; /* 2 = two or more */
    unsigned steps;
    size_t letters; /* of the form that are fixed */
};

/* --- formats ------------------------------------------------------------------------------------ */

/* Behind the conversion that begins at `f`, a '%'; its number (1$) or 0, and what it converts to. */
static const char *conversion(const char *f, unsigned *number, char *kind)
{
    const char *digits = ++f;
    unsigned n = 0;

    while (*f >= '0' && *f <= '9' && n < 100)
        n = n * 10 + (unsigned)(*f++ - '0');
    if (*f == '$')
        f++;
    else
        n = 0, f = digits;
    f += strspn(f, "-+ #0123456789.*hlzjt");
    *number = n;
    *kind = *f;
    return *f != '\0' ? f + 1 : f;
}

static bool may_hold(char kind, char c)
{
    return kind == 's' || (c >= '0' && c <= '9') || (c != '\0' && strchr("+-.eEinfax", c) != NULL);
}

static void match_rest(struct match *m, const char *form, const char *text, const char *end,
                       unsigned value);

/* The value of a conversion may end behind each of its bytes: one at least, and of a number only what numbers have. */
static void match_value(struct match *m, const char *form, char kind, const char *text,
                        const char *end, unsigned value)
{
    for (const char *to = text; to < end && may_hold(kind, *to) && m->ways < 2; to++) {
        m->trial[value] = (struct span){text, (size_t)(to + 1 - text)};
        match_rest(m, form, to + 1, end, value + 1);
    }
}

static void note_way(struct match *m, unsigned values)
{
    if (m->ways++ > 0)
        return;
    memcpy(m->values, m->trial, sizeof m->values);
    m->count = values;
}

static void match_rest(struct match *m, const char *form, const char *text, const char *end,
                       unsigned value)
{
    unsigned number;
    char kind;

    for (; *form != '\0'; form++, text++) {
        if (++m->steps > STEPS_MAX) {
            m->ways = 2;
            return;
        }
        if (form[0] == '%' && form[1] != '%') {
            const char *behind = conversion(form, &number, &kind);
            if (value < VALUES_MAX)
                match_value(m, behind, kind, text, end, value);
            return;
        }
        form += form[0] == '%';
        if (text == end || *text != *form)
            return;
    }
    if (text == end)
        note_way(m, value);
}

static size_t fixed_letters(const char *form)
{
    size_t n = 0;
    unsigned number;
    char kind;

    while (*form != '\0')
        if (form[0] == '%' && form[1] != '%')
            form = conversion(form, &number, &kind);
        else
            form += form[0] == '%' ? 2 : 1, n++;
    return n;
}

/* Most texts differ from most forms in the first letter. */
static bool may_match(const char *form, const char *text)
{
    return form[0] == '%' || form[0] == text[0];
}

/* The form that a text was made of, or NULL. */
static const char *find_form(struct span text, struct match *best)
{
    const char *found = NULL;
    bool equal = false;

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct match m = {.ways = 0};
        if (!may_match(forms[i], text.at))
            continue;
        match_rest(&m, forms[i], text.at, text.at + text.len, 0);
        if (m.ways == 0)
            continue;
        m.letters = fixed_letters(forms[i]);
        if (found == NULL || m.letters > best->letters)
            equal = false, found = forms[i], *best = m;
        else
            equal |= m.letters == best->letters;
    }
    return equal || (found != NULL && best->ways != 1) ? NULL : found;
}

/* --- the other language ------------------------------------------------------------------------- */

/* The translated form with the values in it; false where it asks for one that is not there. */
static bool fill(struct buf *out, const char *form, const struct match *m)
{
    unsigned next = 0, number;
    char kind;

    while (*form != '\0') {
        size_t plain = strcspn(form, "%");
        buf_add(out, form, plain);
        form += plain;
        if (form[0] == '\0')
            break;
        if (form[1] == '%') {
            buf_addc(out, '%');
            form += 2;
            continue;
        }
        form = conversion(form, &number, &kind);
        unsigned value = number > 0 ? number - 1 : next++;
        if (value >= m->count)
            return false;
        buf_add(out, m->values[value].at, m->values[value].len);
    }
    return true;
}

/* What an XID means and what to do about it are words of a table, not forms. A single word could be a name. */
static bool add_words(struct buf *out, struct span text)
{
    char words[256];

    if (text.len >= sizeof words || memchr(text.at, ' ', text.len) == NULL)
        return false;
    memcpy(words, text.at, text.len);
    words[text.len] = '\0';
    const char *said = i18n_text(words);
    if (said != words)
        buf_adds(out, said);
    return said != words;
}

/* Is another sentence in a value? */
static bool swallowed(const struct match *m)
{
    for (unsigned i = 0; i < m->count; i++)
        if (memmem(m->values[i].at, m->values[i].len, "; ", 2) != NULL)
            return true;
    return false;
}

/* whole: however much stands in the values. */
static bool add_sentence(struct buf *out, struct span text, bool whole)
{
    struct match m = {.ways = 0};
    const char *form = text.len > 0 ? find_form(text, &m) : NULL, *said = form;
    size_t before = out->len;

    if (form == NULL)
        return text.len > 0 && add_words(out, text);
    said = i18n_text(form);
    if (said != form && (whole || !swallowed(&m)) && fill(out, said, &m))
        return true;
    buf_truncate(out, before);
    return false;
}

/* --- texts of several sentences ----------------------------------------------------------------- */

struct parts {
    struct span part[PARTS_MAX];
    unsigned count;
};

/* What stands between ": ", "; " and ", "; the last part holds what would be too many. */
static void cut(struct parts *p, const char *text)
{
    const char *from = text, *at = text;

    for (; *at != '\0'; at++)
        if (strchr(":;,", at[0]) != NULL && at[1] == ' ' && p->count + 1 < PARTS_MAX) {
            p->part[p->count++] = (struct span){from, (size_t)(at - from)};
            from = at + 2;
        }
    p->part[p->count++] = (struct span){from, (size_t)(at - from)};
}

static struct span joined(const struct parts *p, unsigned from, unsigned to)
{
    const struct span *last = &p->part[to];

    return (struct span){p->part[from].at, (size_t)(last->at + last->len - p->part[from].at)};
}

/* The sign between two parts, as wide as the letters of the language where both belong to sentences. Behind a colon
 * anything may stand; what a person wrote may hold the other two. */
static void add_sign(struct buf *out, char sign, bool before, bool behind)
{
    if (!behind && !(before && sign == ':')) {
        buf_addc(out, sign);
        buf_addc(out, ' ');
    } else {
        buf_adds(out, sign == ':'   ? _c("sentence", ": ")
                      : sign == ';' ? _c("sentence", "; ")
                                    : _c("sentence", ", "));
    }
}

/* The longest run of parts from there that is a sentence, into `one`; returns its last part, or PARTS_MAX. */
static unsigned longest(struct buf *one, const struct parts *p, unsigned from, bool whole)
{
    for (unsigned to = p->count; to-- > from;)
        if (add_sentence(one, joined(p, from, to), whole))
            return to;
    return PARTS_MAX;
}

/* From the left; what is no sentence stays. */
static bool add_parts(struct buf *out, const struct parts *p)
{
    bool any = false, before = false;
    struct buf one;

    buf_init(&one, SENTENCE_MAX);
    for (unsigned from = 0, to; from < p->count; from = to + 1) {
        buf_reset(&one);
        if ((to = longest(&one, p, from, false)) == PARTS_MAX)
            to = longest(&one, p, from, true);
        bool known = to != PARTS_MAX;
        if (from > 0)
            add_sign(out, p->part[from - 1].at[p->part[from - 1].len], before, known);
        if (known)
            buf_add(out, one.data, one.len);
        else
            buf_add(out, p->part[from].at, p->part[from].len);
        to = known ? to : from;
        any |= known;
        before = known;
    }
    buf_fini(&one);
    return any;
}

const char *sentence_text(const char *english, char *out, size_t size)
{
    struct parts p = {.count = 0};
    struct buf b;

    if (strcmp(i18n_language(), "en") == 0 || *english == '\0')
        return english;
    cut(&p, english);
    buf_init(&b, SENTENCE_MAX);
    bool fits = add_parts(&b, &p) && !b.failed && b.len < size;
    if (fits) {
        memcpy(out, b.data, b.len);
        out[b.len] = '\0';
    }
    buf_fini(&b);
    return fits ? out : english;
}

/* --- places ------------------------------------------------------------------------------------ */

/* Words that stand in `where`; all others are names and paths. */
static const char *const places[] = {
    N_("command line"),    N_("terminal"), N_("history"),   N_("actions"),
    N_("recording"),       N_("command"),  N_("ticket"),    N_("reason"),
    N_("order"),           N_("alarm"),    N_("view"),      N_("user"),
    N_("token"),           N_("theme"),    N_("replay"),    N_("colour"),
    N_("audit"),           N_("help"),     N_("host list"), N_("pipe"),
    N_("standard output"),
};

const char *sentence_place(const struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (strcmp(places[i], e->where) == 0)
            return _(places[i]);
    return e->where;
}
