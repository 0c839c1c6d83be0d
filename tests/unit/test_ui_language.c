/* SPDX-License-Identifier: MIT
 * test_ui_language.c - the screen in another language: main views in Chinese against golden files, and no text that stays
 * English behind the catalogue's back.
 *
 * The second is found with a language that does not exist: each letter of each text of the catalogue becomes a Cyrillic
 * one of the same width. What is left of Latin words on the screen is data, a unit, or a text that nobody marked.
 * GENERATE=1 writes the golden files. */
#include "autoconf.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "model/xid.h"
#include "tests/golden/fixture_devices.h"
#include "tests/golden/fixture_flops.h"
#include "tests/unit/mo_kit.h"
#include "ui/footer.h"
#include "ui/help.h"
#include "ui/viewlist.h"
#include "ui/wall.h"

#include <ctype.h>
#include <stdbool.h>

enum { FILE_MAX = 4 << 20, WORD_MAX = 64 };
enum fleet_kind { FLEET, DEVICES, FLOPS, EMPTY, FLEETS };

static struct snapshot *fleets[FLEETS];
static struct xid_table *xids;

/* --- catalogues --- */

static char *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *data = f ? malloc(FILE_MAX) : NULL;

    if (data) {
        *len = fread(data, 1, FILE_MAX - 1, f);
        data[*len] = '\0';
    }
    if (f)
        fclose(f);
    return data;
}

/* The compiled catalogue; NULL, after a word about it, where this was configured without translations. */
static char *catalogue(size_t *len)
{
    const char *build = getenv("SUANTOP_BUILDDIR");
    char path[1024];

    snprintf(path, sizeof path, "%s/po/zh_CN.mo", build ? build : ".");
    char *mo = read_file(path, len);
#ifdef ENABLE_NLS
    if (!mo)
        fail_msg("cannot read %s", path);
#endif
    return mo;
}

static bool speak_chinese(void)
{
    size_t len = 0;
    char *mo = catalogue(&len);

    if (mo)
        assert_int_equal(i18n_use_bytes("zh_CN", mo, len, NULL), RC_OK);
    free(mo);
    return mo != NULL;
}

/* One letter, or a whole directive of printf as it is. Returns the bytes taken. */
static size_t disguise_one(const char *s, struct buf *out)
{
    char utf8[4];
    size_t n = 1;

    if (*s == '%') {
        n += strspn(s + 1, "-+ #0123456789.*lhzjt");
        n += s[n] != '\0';
        buf_add(out, s, n);
    } else if (isalpha((unsigned char)*s)) {
        buf_add(out, utf8,
                text_encode(islower((unsigned char)*s) ? 0x430u + (uint32_t)(*s - 'a')
                                                       : 0x410u + (uint32_t)(*s - 'A'),
                            utf8));
    } else {
        buf_add(out, s, 1);
    }
    return n;
}

static uint32_t number(const char *mo, size_t at)
{
    uint32_t v;

    memcpy(&v, mo + at, sizeof v);
    return v;
}

/* The same texts as the Chinese catalogue has, each in its disguise. Of a plural the first form. */
static bool speak_in_disguise(void)
{
    size_t len = 0;
    char *mo = catalogue(&len);
    struct buf bytes;

    if (!mo)
        return false;
    size_t count = number(mo, 8), ids = number(mo, 12);
    struct mo_entry *entries = calloc(count, sizeof *entries);
    for (size_t i = 0; i < count; i++) {
        const char *id = mo + number(mo, ids + 8 * i + 4), *text = strchr(id, '\004');
        struct buf disguised;
        buf_init(&disguised, FILE_MAX);
        for (const char *s = text ? text + 1 : id; *s;)
            s += disguise_one(s, &disguised);
        if (!*id)
            buf_adds(&disguised,
                     "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1;\n");
        entries[i] = (struct mo_entry){id, NULL, number(mo, ids + 8 * i), disguised.len};
        entries[i].text = buf_take(&disguised);
    }
    buf_init(&bytes, FILE_MAX);
    mo_write(&bytes, entries, count);
    assert_int_equal(i18n_use_bytes("zh_CN", bytes.data, bytes.len, NULL), RC_OK);
    for (size_t i = 0; i < count; i++)
        free((char *)entries[i].text);
    free(entries);
    buf_fini(&bytes);
    free(mo);
    return true;
}

/* --- a view --- */

struct stage {
    const struct view_ops *view;
    void *state;
    struct view_scope scope;
    struct view_input in;
};

static void stage_open(struct stage *s, const struct view_ops *view, enum fleet_kind fleet, int h,
                       int w)
{
    memset(s, 0, sizeof *s);
    s->view = view;
    s->state = view->open();
    s->scope.center = strcmp(view->name, "pools") == 0 ? 0 : -1;
    s->in = (struct view_input){.snap = fleets[fleet],
                                .ctx = {fleets[fleet], FIXTURE_NOW, FIXTURE_OFFSET},
                                .scope = &s->scope,
                                .area = {1, 0, h - 2, w},
                                .xids = xids};
    view->rebuild(s->state, &s->in);
}

static void draw(const struct stage *s, struct canvas *c)
{
    struct footer_hint hints[24];
    char keys[24][16];
    struct footer_map map;
    struct buf status;
    int h = s->in.area.h + 2;

    buf_init(&status, 512);
    canvas_init(c, h, s->in.area.w);
    s->view->status(s->state, &s->in, &status);
    canvas_text(c, 0, 1, -1, style_of(ROLE_TEXT), _(s->view->title));
    canvas_text_right(c, 0, s->in.area.w - 1, 40, style_of(ROLE_TEXT), status.data);
    s->view->draw(s->state, &s->in, c);
    footer_hints(s->view->footer, true, hints, 24, keys);
    footer_draw(&(struct footer){.views = view_all(), .current = s->view, .hints = hints}, c, h - 1,
                &map);
    buf_fini(&status);
}

/* --- Chinese --- */

static void check_golden(const char *name, const struct canvas *c)
{
    char path[1024];
    struct buf dump;
    size_t len;

    buf_init(&dump, FILE_MAX);
    canvas_dump(c, &dump, false);
    snprintf(path, sizeof path, "%s/tests/golden/zh_CN/%s.txt", UNIT_SRCDIR, name);
    if (getenv("GENERATE")) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(dump.data, 1, dump.len, f), dump.len);
        fclose(f);
    }
    char *want = read_file(path, &len);
    if (!want || strcmp(want, dump.data) != 0)
        fail_msg("%s differs from %s; GENERATE=1 rewrites it. Now:\n%s", name, path, dump.data);
    free(want);
    buf_fini(&dump);
}

static const int sizes[][2] = {{24, 80}, {36, 120}, {80, 300}};

static void test_views_in_chinese(void **state)
{
    static const struct {
        const char *view;
        enum fleet_kind fleet;
    } shown[] = {{"overview", FLOPS}, {"nodes", FLEET},   {"devices", DEVICES},
                 {"queued", FLEET},   {"running", FLEET}, {"interrupted", FLEET},
                 {"alerts", FLEET},   {"sources", FLEET}, {"pools", FLEET}};

    (void)state;
    if (!speak_chinese())
        skip();
    for (size_t v = 0; v < sizeof shown / sizeof shown[0]; v++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            char name[64];
            struct stage s;
            struct canvas c;
            stage_open(&s, view_find(shown[v].view), shown[v].fleet, sizes[i][0], sizes[i][1]);
            draw(&s, &c);
            snprintf(name, sizeof name, "%s-%dx%d", shown[v].view, sizes[i][1], sizes[i][0]);
            check_golden(name, &c);
            canvas_fini(&c);
            s.view->close(s.state);
        }
}

static void draw_wall(enum wall_page page, int h, int w, struct canvas *c)
{
    struct snapshot *fleet = fleets[FLOPS];
    struct view_input in = {
        .snap = fleet, .ctx = {fleet, FIXTURE_NOW, FIXTURE_OFFSET}, .area = {0, 0, h, w}};
    struct wall wall;

    wall_init(&wall, &(struct wall_options){.title = ""});
    wall_step(&wall, &in);
    wall.page = page;
    wall.turned_at = FIXTURE_NOW - 3000;
    canvas_init(c, h, w);
    wall_draw(&wall, &in, c);
}

static void test_wall_in_chinese(void **state)
{
    (void)state;
    if (!speak_chinese())
        skip();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i += 2) {
        char name[64];
        struct canvas c;
        draw_wall(i == 0 ? WALL_CENTERS : WALL_DEVICES, sizes[i][0], sizes[i][1], &c);
        snprintf(name, sizeof name, "wall-%dx%d", sizes[i][1], sizes[i][0]);
        check_golden(name, &c);
        canvas_fini(&c);
    }
}

/* --- no text stays English --- */

/* Units, and names that are the same in every language. */
static const char *const everywhere[] = {
    "FLOPS", "GPU",   "GPUs", "CPU",  "CPUs", "XID",   "MTTI", "ETTR", "FP64", "FP32",  "FP16",
    "HPC",   "lemon", "xid",  "GEN",  "UUID", "PCI",   "ECC",  "MIG",  "QOS",  "HBM",   "min",
    "max",   "GHz",   "MHz",  "rpm",  "KiB",  "MiB",   "GiB",  "TiB",  "sig",  "TF",    "PF",
    "EF",    "GF",    "kW",   "MW",   "ms",   "PgUp",  "PgDn", "Esc",  "Tab",  "Enter", "Space",
    "Home",  "End",   "Up",   "Down", "Left", "Right", NULL};

struct known {
    const char *const *list;
    struct buf data; /* "\nword\nword\n": of all strings of the snapshot */
};

static size_t word_at(const char *s)
{
    size_t n = 0;

    while (isalpha((unsigned char)s[n]) || (n > 0 && (s[n] == '_' || isdigit((unsigned char)s[n]))))
        n++;
    return n;
}

static void learn(struct known *k, const char *text)
{
    for (size_t n; *text; text += n) {
        n = word_at(text);
        if (n > 1)
            buf_addf(&k->data, "%.*s\n", (int)n, text);
        n += n == 0;
    }
}

/* Of a sentence only what stands in it: the sentence itself is to be translated. */
static void learn_data(struct known *k, const struct snapshot *s)
{
    const struct intern *in = snapshot_strings(s);
    char said[SENTENCE_MAX];

    for (strid i = 1; i < intern_count(in); i++)
        learn(k, sentence_text(intern_text(in, i), said, sizeof said));
}

/* Cut words are the beginning of a known one. */
static bool is_known(const struct known *k, const char *word, size_t n)
{
    char wanted[WORD_MAX + 2];

    if (n < 3 || strcspn(word, "_0123456789") < n)
        return true; /* units, "p99"; ids of columns, which filters and JSON use */
    snprintf(wanted, sizeof wanted, "\n%.*s", (int)(n < WORD_MAX ? n : WORD_MAX), word);
    if (strstr(k->data.data, wanted))
        return true;
    for (const char *const *w = k->list; *w; w++)
        if (strncmp(*w, word, n) == 0)
            return true;
    return false;
}

static unsigned strangers(const struct known *k, const char *where, const char *text)
{
    unsigned found = 0;

    for (size_t n; *text; text += n) {
        n = word_at(text);
        if (n == 0 && isdigit((unsigned char)*text)) { /* "2d02h", "F10" */
            n = strspn(text, "0123456789.");
            n += word_at(text + n);
            continue;
        }
        if (n > 0 && !is_known(k, text, n)) {
            print_message("# %s: \"%.*s\"\n", where,
                          (int)strcspn(text, "\n") < 60 ? (int)strcspn(text, "\n") : 60, text);
            found++;
        }
        n += n == 0;
    }
    return found;
}

static unsigned strangers_drawn(const struct known *k, const char *where, const struct canvas *c)
{
    struct buf dump;

    buf_init(&dump, FILE_MAX);
    canvas_dump(c, &dump, false);
    unsigned found = strangers(k, where, dump.data);
    buf_fini(&dump);
    return found;
}

/* Of columns: filters and JSON have them, too. */
static void learn_ids(struct known *k)
{
    for (int e = 0; e < ENTITY_COUNT; e++)
        for (unsigned c = 0; c < column_count((enum entity)e); c++)
            learn(k, column_info((enum entity)e, c)->id);
}

static unsigned texts_of(struct stage *s, const struct known *k)
{
    static const enum cmd asks[] = {CMD_DETAILS, CMD_FIND_NEXT, CMD_FOLD, CMD_WINDOW};
    unsigned found = 0;

    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        struct view_out out;
        view_out_init(&out);
        s->view->command(s->state, &s->in, asks[i], "", &out);
        found += strangers(k, s->view->name, out.text.data);
        view_out_fini(&out);
    }
    /* fixture_devices does not keep its peaks, which F1 explains */
    for (int at = 0; s->view->explain && s->in.snap != fleets[DEVICES] && at < 60; at++) {
        struct buf out;
        buf_init(&out, FILE_MAX);
        s->view->explain(s->state, &s->in, at, &out);
        found += strangers(k, "F1", out.data);
        buf_fini(&out);
    }
    return found;
}

static unsigned view_strangers(const struct view_ops *view, enum fleet_kind fleet,
                               const struct known *k)
{
    static const enum cmd looks[] = {CMD_NONE,  CMD_ENDED, CMD_HEAT, CMD_HEAT,
                                     CMD_SHADE, CMD_GROUP, CMD_MARK, CMD_OFFENDERS};
    struct stage s;
    unsigned found = 0;

    stage_open(&s, view, fleet, 60, 300);
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        struct view_out out;
        struct canvas c;
        view_out_init(&out);
        s.view->command(s.state, &s.in, looks[i], "", &out);
        s.view->rebuild(s.state, &s.in);
        view_out_fini(&out);
        draw(&s, &c);
        found += strangers_drawn(k, view->name, &c);
        canvas_fini(&c);
    }
    struct known with_ids = {.list = k->list};
    buf_init(&with_ids.data, FILE_MAX);
    buf_adds(&with_ids.data, k->data.data);
    learn_ids(&with_ids);
    found += texts_of(&s, &with_ids);
    buf_fini(&with_ids.data);
    s.view->close(s.state);
    return found;
}

static void test_no_view_loses_a_text(void **state)
{
    unsigned found = 0;

    (void)state;
    if (!speak_in_disguise())
        skip();
    for (int f = 0; f < FLEETS; f++) {
        struct known k = {.list = everywhere};
        buf_init(&k.data, FILE_MAX);
        buf_addc(&k.data, '\n');
        learn_data(&k, fleets[f]);
        learn(&k,
              "arithmetic and one or two published tables"); /* what peaks.conf says of itself */
        for (const struct view_ops *const *v = view_all(); *v; v++)
            found += view_strangers(*v, (enum fleet_kind)f, &k);
        found += view_strangers(&view_pools, (enum fleet_kind)f, &k);
        found += view_strangers(&view_offenders, (enum fleet_kind)f, &k);
        for (int page = 0; f == FLOPS && page < WALL_PAGES; page++) {
            struct canvas c;
            draw_wall((enum wall_page)page, 60, 200, &c);
            found += strangers_drawn(&k, "wall", &c);
            canvas_fini(&c);
        }
        buf_fini(&k.data);
    }
    assert_int_equal(found, 0);
}

/* What one types stays as it is: commands, the grammar of filters. */
static const char *const typed[] = {
    "FLOPS", "GPU",    "Esc",  "Tab",    "Enter", "Space", "Home",   "End",   "PgUp",  "PgDn",
    "Left",  "Right",  "Up",   "Down",   "word",  "two",   "words",  "field", "value", "text",
    "regex", "term",   "sort", "NAME",   "desc",  "asc",   "filter", "TEXT",  "fold",  "all",
    "group", "center", "arm",  "disarm", "drain", "theme", NULL};

static void test_no_help_loses_a_text(void **state)
{
    struct known k = {.list = typed};
    unsigned found = 0;

    (void)state;
    if (!speak_in_disguise())
        skip();
    buf_init(&k.data, FILE_MAX);
    for (const struct view_ops *const *v = view_all(); *v; v++) {
        struct buf out;
        buf_init(&out, FILE_MAX);
        help_text(*v, &out);
        found += strangers(&k, "help", out.data);
        buf_fini(&out);
    }
    buf_fini(&k.data);
    assert_int_equal(found, 0);
}

static int setup(void **state)
{
    (void)state;
    fleets[FLEET] = fixture_fleet();
    fleets[DEVICES] = fixture_devices();
    fleets[FLOPS] = fixture_flops();
    fleets[EMPTY] = fixture_empty();
    xids = xid_table_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < FLEETS; i++)
        snapshot_unref(fleets[i]);
    xid_table_free(xids);
    i18n_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views_in_chinese),
        cmocka_unit_test(test_wall_in_chinese),
        cmocka_unit_test(test_no_view_loses_a_text),
        cmocka_unit_test(test_no_help_loses_a_text),
    };
    return cmocka_run_group_tests_name("language", tests, setup, teardown);
}
