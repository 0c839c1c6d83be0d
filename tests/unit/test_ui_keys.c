/* SPDX-License-Identifier: MIT
 * test_ui_keys.c - the key table, line editing with history and completion, menus, the pager. */
#include "base/text.h"
#include "base/xmem.h"
#include "tests/unit/unit.h"
#include "ui/complete.h"
#include "ui/help.h"
#include "ui/keymap.h"
#include "ui/lineedit.h"
#include "ui/menu.h"
#include "ui/pager.h"

static void test_key_names(void **state)
{
    static const struct {
        const char *name;
        uint32_t key;
    } keys[] = {
        {"Esc", 27},          {"Enter", 13},     {"Tab", 9},          {"S-Tab", KEYC_BACKTAB},
        {"Space", ' '},       {"C-b", 2},        {"C-l", 12},         {"F1", KEYC_F1},
        {"F10", KEYC_F1 + 9}, {"F12", KEYC_F12}, {"PgUp", KEYC_PGUP}, {"x", 'x'},
        {":", ':'},           {"张", 0x5F20}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        char word[16];
        assert_int_equal(key_from_name(keys[i].name, strlen(keys[i].name)), keys[i].key);
        key_word(keys[i].key, word);
        assert_string_equal(word, keys[i].name);
    }
    assert_int_equal(key_from_name("nonsense", 8), 0);
    assert_int_equal(key_from_name("", 0), 0);
    assert_int_equal(key_from_name("C-1", 3), 0);
    assert_int_equal(key_from_name("\xff", 1), 0);
}

/* Each key of keys.def is one, and belongs to one command. */
static void test_the_table_is_sound(void **state)
{
    (void)state;
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const struct cmd_info *info = cmd_info(c);
        const char *list = info->keys;
        size_t len;
        assert_true(*info->name && *info->help);
        assert_int_equal(cmd_find(info->name, strlen(info->name)), c);
        for (list += strspn(list, " "); *list; list += len, list += strspn(list, " ")) {
            len = strcspn(list, " ");
            uint32_t key = key_from_name(list, len);
            if (!key || keymap_lookup(key) != c)
                fail_msg("key %.*s of %s", (int)len, list, info->name);
        }
    }
}

static void test_lower_case_looks(void **state)
{
    (void)state;
    for (uint32_t key = 'A'; key <= 'Z'; key++) {
        enum cmd c = keymap_lookup(key);
        if (c != CMD_NONE && key != 'G' && key != 'N')
            assert_true(cmd_acts(c));
    }
    for (uint32_t key = 'a'; key <= 'z'; key++)
        assert_false(cmd_acts(keymap_lookup(key)));
}

static void test_lookup(void **state)
{
    char word[16];

    (void)state;
    assert_int_equal(keymap_lookup('q'), CMD_QUIT);
    assert_int_equal(keymap_lookup(3), CMD_QUIT_NOW);
    assert_int_equal(keymap_lookup(KEYC_F1), CMD_EXPLAIN);
    assert_int_equal(keymap_lookup(0x7FFFFFFF), CMD_NONE);
    assert_null(cmd_info(CMD_NONE));
    assert_null(cmd_info(CMD_COUNT));
    cmd_short_key(CMD_HELP, word);
    assert_string_equal(word, "?");
    cmd_short_key(CMD_OPEN, word);
    assert_string_equal(word, "Enter");
    cmd_short_key(CMD_FILTER, word);
    assert_string_equal(word, "/");
}

static void type(struct lineedit *l, const char *text)
{
    uint32_t cp;

    for (size_t at = 0, len = strlen(text); at < len;) {
        at += text_decode(text + at, len - at, &cp);
        line_key(l, cp, NULL, NULL);
    }
}

static void test_editing(void **state)
{
    struct lineedit l;

    (void)state;
    line_init(&l, NULL, "");
    type(&l, "张北 state=down");
    assert_string_equal(l.text, "张北 state=down");
    assert_int_equal(line_key(&l, 1, NULL, NULL), LINE_MOVED); /* C-a */
    assert_int_equal(line_key(&l, KEYC_RIGHT, NULL, NULL), LINE_MOVED);
    assert_int_equal(line_key(&l, KEYC_DELETE, NULL, NULL), LINE_CHANGED);
    assert_string_equal(l.text, "张 state=down");
    assert_int_equal(line_key(&l, KEY_ERASE, NULL, NULL), LINE_CHANGED);
    assert_string_equal(l.text, " state=down");
    line_key(&l, KEYC_END, NULL, NULL);
    line_key(&l, 23, NULL, NULL); /* C-w */
    assert_string_equal(l.text, " ");
    line_key(&l, 21, NULL, NULL); /* C-u */
    assert_string_equal(l.text, "");
    assert_int_equal(line_key(&l, KEY_ERASE, NULL, NULL), LINE_CANCEL);
    assert_int_equal(line_key(&l, KEY_RETURN, NULL, NULL), LINE_DONE);
    assert_int_equal(line_key(&l, KEY_ESC, NULL, NULL), LINE_CANCEL);
}

static void test_marks_go_with_their_base(void **state)
{
    struct lineedit l;

    (void)state;
    line_init(&l, NULL, "");
    type(&l, "ae\xCC\x81");
    line_key(&l, KEY_ERASE, NULL, NULL);
    assert_string_equal(l.text, "a");
    line_init(&l, NULL, "");
    type(&l, "\xCC\x81"); /* nothing to sit on */
    assert_string_equal(l.text, "");
}

static void test_what_cannot_be_typed(void **state)
{
    struct lineedit l;

    (void)state;
    line_init(&l, NULL, "a\x1b[31mb\n");
    assert_string_equal(l.text, "a·[31mb·");
    line_init(&l, NULL, "");
    assert_int_equal(line_key(&l, 0x7, NULL, NULL), LINE_NOTHING);
    assert_int_equal(line_key(&l, 0x200B, NULL, NULL), LINE_NOTHING);
    assert_int_equal(line_key(&l, 0xD800, NULL, NULL), LINE_NOTHING);
    assert_int_equal(line_key(&l, KEYC_F1, NULL, NULL), LINE_NOTHING);
    for (int i = 0; i < 3 * LINE_MAX_BYTES; i++)
        line_key(&l, 0x5F20, NULL, NULL);
    assert_true(l.len < LINE_MAX_BYTES);
    assert_true(text_is_clean(l.text, l.len));
}

static void test_history(void **state)
{
    struct line_history h;
    struct lineedit l;

    (void)state;
    line_history_init(&h, 3);
    line_history_add(&h, "one");
    line_history_add(&h, "two");
    line_history_add(&h, "one"); /* comes again, stands once */
    line_history_add(&h, "");
    assert_int_equal(h.count, 2);
    line_init(&l, &h, "");
    type(&l, "new");
    line_key(&l, KEYC_UP, NULL, NULL);
    assert_string_equal(l.text, "one");
    line_key(&l, KEYC_UP, NULL, NULL);
    assert_string_equal(l.text, "two");
    assert_int_equal(line_key(&l, KEYC_UP, NULL, NULL), LINE_NOTHING);
    line_key(&l, KEYC_DOWN, NULL, NULL);
    line_key(&l, KEYC_DOWN, NULL, NULL);
    assert_string_equal(l.text, "new");
    assert_int_equal(line_key(&l, KEYC_DOWN, NULL, NULL), LINE_NOTHING);
    line_history_add(&h, "three");
    line_history_add(&h, "four");
    assert_int_equal(h.count, 3);
    assert_string_equal(h.lines[0], "one");
    line_history_fini(&h);
}

static void test_completion(void **state)
{
    struct completion c = {ENTITY_NODE, NULL, UNIT_SRCDIR "/themes"};
    struct lineedit l;

    (void)state;
    line_init(&l, NULL, "no");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "nodes");
    line_init(&l, NULL, "theme su");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "theme suantop-dark");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "theme suantop-light");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "theme suantop-dark");
    line_key(&l, KEYC_BACKTAB, complete_command, &c);
    assert_string_equal(l.text, "theme suantop-light");
    line_init(&l, NULL, "sort temperature_c");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "sort temperature_celsius");
    type(&l, " ");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "sort temperature_celsius desc");
    line_init(&l, NULL, "state=down !reason_b");
    line_key(&l, KEY_TAB, complete_filter, &c);
    assert_string_equal(l.text, "state=down !reason_by=");
    line_init(&l, NULL, "filter state=down or reason_b");
    line_key(&l, KEY_TAB, complete_command, &c);
    assert_string_equal(l.text, "filter state=down or reason_by=");
    line_init(&l, NULL, "zzz");
    assert_int_equal(line_key(&l, KEY_TAB, complete_command, &c), LINE_NOTHING);
    assert_string_equal(l.text, "zzz");
}

static void test_line_is_scrolled_to_its_cursor(void **state)
{
    struct lineedit l;
    struct canvas c;
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    canvas_init(&c, 1, 12);
    line_init(&l, NULL, "0123456789abcdef");
    line_draw(&l, &c, 0, 2, 8, style_of(ROLE_TEXT));
    canvas_dump(&c, &out, false);
    assert_string_equal(out.data, "  9abcdef\n");
    assert_int_equal(c.cursor_x, 9);
    line_key(&l, KEYC_HOME, NULL, NULL);
    line_draw(&l, &c, 0, 2, 8, style_of(ROLE_TEXT));
    assert_int_equal(c.cursor_x, 2);
    line_draw(&l, &c, 0, 2, 0, style_of(ROLE_TEXT));
    canvas_fini(&c);
    buf_fini(&out);
}

static void test_menu(void **state)
{
    struct menu m;
    struct canvas c;
    struct rect over = {1, 0, 10, 60};

    (void)state;
    canvas_init(&c, 12, 60);
    menu_init(&m, "Sort by");
    for (int i = 0; i < 20; i++) {
        char label[8] = {(char)('a' + i), '\0'};
        menu_add(&m, label, "", "what \x1b it is");
    }
    menu_fit(&m, over);
    assert_int_equal(menu_key(&m, KEYC_END), MENU_MOVED);
    assert_int_equal(m.at, 19);
    assert_int_equal(menu_key(&m, KEYC_DOWN), MENU_NOTHING);
    menu_fit(&m, over);
    assert_true(m.top > 0);
    assert_int_equal(menu_key(&m, 'c'), MENU_MOVED); /* a letter goes there */
    assert_int_equal(m.at, 2);
    assert_int_equal(menu_key(&m, 'z'), MENU_NOTHING);
    menu_fit(&m, over);
    menu_draw(&m, &c, over);
    assert_int_equal(menu_hit(&m, over, 3, 10), m.top);
    assert_int_equal(menu_hit(&m, over, 0, 10), -1);
    assert_int_equal(menu_key(&m, KEY_RETURN), MENU_CHOSEN);
    assert_int_equal(menu_key(&m, 'q'), MENU_CLOSE);
    menu_fini(&m);
    assert_int_equal(menu_key(&m, KEY_RETURN), MENU_CLOSE);
    assert_int_equal(menu_key(&m, KEYC_DOWN), MENU_NOTHING);
    canvas_fini(&c);
}

static void test_pager(void **state)
{
    struct rect over = {1, 0, 12, 40};
    struct pager p;
    struct canvas c;
    struct buf text, out;

    (void)state;
    buf_init(&text, 65536);
    buf_init(&out, 65536);
    canvas_init(&c, 14, 40);
    pager_init(&p);
    buf_adds(&text, "title \x1b[31m\n");
    for (int i = 0; i < 100; i++)
        buf_addf(&text, "  field%d  value \x1b]0;x\x07 %d  a long explanation that is wrapped\n", i,
                 i);
    pager_set(&p, PAGER_FIELDS, text.data, text.len);
    pager_draw(&p, &c, over);
    canvas_dump(&c, &out, false);
    assert_non_null(strstr(out.data, "title ·[31m"));
    assert_null(strchr(out.data, '\x1b'));
    assert_int_equal(pager_key(&p, 'G'), PAGER_MOVED);
    assert_int_equal(pager_key(&p, 'G'), PAGER_NOTHING);
    assert_int_equal(pager_key(&p, 'g'), PAGER_MOVED);
    assert_int_equal(pager_key(&p, ' '), PAGER_MOVED);
    assert_true(pager_find(&p, "field77", 1));
    assert_true(p.hit >= p.top && p.hit < p.top + (size_t)p.height);
    assert_false(pager_find(&p, "nowhere", 1));
    assert_int_equal(pager_key(&p, '/'), PAGER_SEARCH);
    assert_int_equal(pager_key(&p, 'q'), PAGER_CLOSE);
    for (int h = 0; h < 6; h++) /* no room is no crash */
        for (int w = 0; w < 12; w++)
            pager_draw(&p, &c, (struct rect){0, 0, h, w});
    pager_set(&p, PAGER_PLAIN, "", 0);
    pager_draw(&p, &c, over);
    assert_false(pager_find(&p, "x", 1));
    pager_fini(&p);
    canvas_fini(&c);
    buf_fini(&text);
    buf_fini(&out);
}

static void test_pager_takes_no_more_than_it_can(void **state)
{
    size_t len = 8 << 20;
    char *text = malloc(len);
    struct pager p;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    for (size_t i = 79; i < len; i += 80)
        text[i] = '\n';
    pager_init(&p);
    pager_set(&p, PAGER_PLAIN, text, len);
    assert_true(p.text.len <= p.text.max);
    assert_non_null(strstr(p.text.data, "(cut:"));
    pager_fini(&p);
    free(text);
}

static bool view_sees_nothing(void *s, const struct view_input *in, enum cmd cmd, const char *arg,
                              struct view_out *out)
{
    (void)s;
    (void)in;
    (void)cmd;
    (void)arg;
    (void)out;
    return false;
}

static void test_help_names_every_command(void **state)
{
    const struct view_ops v = {
        .name = "x", .title = "X", .help = "What it is.", .command = view_sees_nothing};
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    help_text(&v, &text);
    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++)
        assert_non_null(strstr(text.data, cmd_info(c)->help));
    assert_non_null(strstr(text.data, "What it is."));
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_names),
        cmocka_unit_test(test_the_table_is_sound),
        cmocka_unit_test(test_lower_case_looks),
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_editing),
        cmocka_unit_test(test_marks_go_with_their_base),
        cmocka_unit_test(test_what_cannot_be_typed),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_line_is_scrolled_to_its_cursor),
        cmocka_unit_test(test_menu),
        cmocka_unit_test(test_pager),
        cmocka_unit_test(test_pager_takes_no_more_than_it_can),
        cmocka_unit_test(test_help_names_every_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
