/* SPDX-License-Identifier: MIT
 * term.c - see term.h. The only file that knows ncurses.
 *
 * ncurses writes to a file descriptor of its own. Around each frame that descriptor is pointed at a
 * memory file, so that we see the bytes of the frame, can put the marks of a synchronized update around
 * them and write them at once; ncurses alone would need dozens of writes. */
#include "ui/term.h"
#include "base/clock.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include "ui/palette.h"
#include "ui/sgr.h"
#include "ui/terminfo.h"
#include "ui/tty.h"
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#undef tab /* terminfo macros that other words would run into */
#undef columns

enum {
    ESC_DELAY_MS = 25,
    REPORT_MS = 1000,
    SIDE_MIN = 1,
    SIDE_MAX = 1000,
    STRIKE = 0x0336,
    RGB_COLOURS = 1 << 24
};

/* What begins a mouse report, and what stands around a paste: keys of our own, beyond those of ncurses. */
enum { REPORT_SGR = KEY_MAX + 1, REPORT_X10, PASTE_BEGIN, PASTE_END };

static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1000l";
static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";
static const char sync_begin[] = "\033[?2026h", sync_end[] = "\033[?2026l";

struct terminal {
    SCREEN *screen;
    WINDOW *keys;   /* a pad that is never drawn: reading from it refreshes nothing */
    FILE *in, *out; /* what ncurses got */
    int tty;        /* the terminal itself */
    int capture;    /* memory file */
    struct canvas shown;
    bool fresh; /* nothing of `shown` is on the screen */
    bool sync, strike, direct, can_mouse, mouse, gone, suspended;
    int colours;
    enum depth depth;
    struct palette palette;
    uint16_t pair[ROLE_COUNT][ROLE_COUNT]; /* by role; 0 = not asked for yet */
    struct {
        int32_t fg, bg;
    } * pairs; /* what each pair is; 0 is the terminal's own */
    int pair_count, pair_max;
    char *frame;
    size_t frame_cap;
    cchar_t *row; /* one row on its way to ncurses */
    int row_cap;
    struct term_counters counters;
    struct buf farewell; /* undoes what a frame may have left */
    struct buf show_cursor;
    struct sgr sgr;
    struct report {
        int kind; /* what began it; 0 = none */
        int params[3], count;
        mono_ms at;
    } report;
    locale_t utf8, locale_before; /* where the user's locale says nothing */
};

static void capture_begin(struct terminal *t)
{
    lseek(t->capture, 0, SEEK_SET);
    dup2(t->capture, fileno(t->out));
}

/* What was written since capture_begin goes to the terminal. */
static enum rc capture_end(struct terminal *t)
{
    off_t end = lseek(t->capture, 0, SEEK_CUR);
    size_t len = end > 0 ? (size_t)end : 0, mark = t->sync ? sizeof sync_begin - 1 : 0;
    unsigned writes = 0;

    dup2(t->tty, fileno(t->out));
    if (len == 0)
        return RC_OK;
    t->frame = xgrow(t->frame, &t->frame_cap, len + 2 * mark + SGR_GROWTH, 1);
    memcpy(t->frame, sync_begin, mark);
    if (pread(t->capture, t->frame + mark, len, 0) != (ssize_t)len)
        return RC_IO;
    if (t->sync)
        len = sgr_squeeze(&t->sgr, t->frame + mark, len);
    memcpy(t->frame + mark + len, sync_end, mark);
    enum rc rc = tty_write(t->tty, t->frame, len + 2 * mark, &writes);
    t->counters.bytes += len + 2 * mark;
    t->counters.writes += writes;
    if (rc == RC_IO)
        t->gone = true;
    return rc;
}

static void send_mouse(struct terminal *t, bool on)
{
    unsigned writes = 0;

    tty_write(t->tty, on ? mouse_on : mouse_off, sizeof mouse_on - 1, &writes);
}

/* From now on the terminal tells what is pasted from what is typed. `farewell` takes it back. */
static void send_paste(struct terminal *t)
{
    unsigned writes = 0;

    if (t->sync)
        tty_write(t->tty, paste_on, sizeof paste_on - 1, &writes);
}

static bool locale_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* ncurses needs a locale to know how to write characters. Where none is set (LANG=C over ssh) the
 * terminal nearly always takes UTF-8, so this thread then uses that; a charset that somebody did
 * choose is kept, and ncurses converts. */
static void choose_locale(struct terminal *t)
{
    if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") != 0)
        return;
    t->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (t->utf8)
        t->locale_before = uselocale(t->utf8);
}

static void restore_locale(struct terminal *t)
{
    if (!t->utf8)
        return;
    uselocale(t->locale_before);
    freelocale(t->utf8);
}

static enum rc need_terminal(struct terminal *t, struct err *e)
{
    const char *hint = "use `suantop snapshot` where there is no terminal";
    int in = STDIN_FILENO;

    if (!isatty(STDOUT_FILENO))
        return err_set(e, RC_IO, "terminal", S_("standard output is not a terminal") "; %s", hint);
    if (!isatty(in))
        in = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (in < 0)
        return err_set(e, RC_IO, "terminal", S_("standard input is not a terminal") "; %s", hint);
    t->tty = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int keys = in == STDIN_FILENO ? fcntl(in, F_DUPFD_CLOEXEC, 3) : in;
    t->capture = memfd_create("suantop-frame", MFD_CLOEXEC);
    t->out = out >= 0 ? fdopen(out, "w") : NULL;
    t->in = keys >= 0 ? fdopen(keys, "r") : NULL;
    if (t->tty < 0 || t->capture < 0 || !t->out || !t->in)
        return err_sys(e, RC_IO, errno, "terminal", S_("cannot open the terminal"));
    return RC_OK;
}

static bool has_string(const char *name)
{
    const char *s = tigetstr(name);

    return s && s != (const char *)-1 && *s;
}

/* What TERM says, before ncurses is started: it would print and exit on its own. */
static enum rc ask_terminfo(struct terminal *t, const struct term_options *o, struct err *e)
{
    const char *name = getenv("TERM"), *truecolour = getenv("COLORTERM");
    const char *hint = "try TERM=xterm-256color, or use `suantop snapshot -f text`";
    int status;

    if (!name || !*name)
        return err_set(e, RC_USAGE, "TERM", S_("TERM is not set") "; %s", hint);
    if (setupterm(name, fileno(t->out), &status) != OK)
        return err_set(e, RC_USAGE, "TERM", S_("TERM=%.40s is not in the terminal database") "; %s",
                       name, hint);
    if (!has_string("cup") || !has_string("clear"))
        return err_set(e, RC_USAGE, "TERM", S_("TERM=%.40s cannot move its cursor") "; %s", name,
                       hint);
    t->colours = tigetnum("colors");
    bool rgb = tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || has_string("RGB");
    bool says = truecolour && (!strcmp(truecolour, "truecolor") || !strcmp(truecolour, "24bit"));
    t->direct = rgb || ((says || (o->colour && !strcmp(o->colour, "24bit"))) && t->colours >= 8);
    t->depth = depth_choose(o->colour, t->colours, t->direct, getenv("NO_COLOR"));
    t->sync = strncmp(name, "linux", 5) != 0 && strncmp(name, "vt", 2) != 0;
    t->can_mouse = has_string("kmous") && t->sync;
    t->strike = t->sync && locale_is_utf8();
    return RC_OK;
}

/* Append a terminfo string without its padding. */
static void add_string(struct buf *out, const char *name)
{
    const char *s = tigetstr(name);

    if (!s || s == (const char *)-1)
        return;
    while (*s) {
        if (s[0] == '$' && s[1] == '<' && strchr(s, '>'))
            s = strchr(s, '>') + 1;
        else
            buf_addc(out, *s++);
    }
}

/* What gives the screen back when nothing else works any more. */
static enum rc arm_emergency(struct terminal *t, struct err *e)
{
    static const char *const names[] = {"rmkx", "rmcup", "cnorm"};
    struct buf bye;

    buf_init(&bye, 256);
    if (t->sync)
        buf_adds(&t->farewell, sync_end);
    if (t->sync)
        buf_adds(&t->farewell, paste_off);
    if (t->can_mouse)
        buf_adds(&t->farewell, mouse_off);
    add_string(&t->farewell, "sgr0");
    add_string(&t->farewell, "op");
    buf_add(&bye, t->farewell.data, t->farewell.len);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        add_string(&bye, names[i]);
    add_string(&t->show_cursor, "cnorm");
    enum rc rc = tty_arm(t->tty, bye.data, bye.len, e);
    buf_fini(&bye);
    return rc;
}

/* 24-bit colour for terminals whose entry in the database does not tell it: the same entry, with
 * direct colours, is handed to ncurses through the environment (see terminfo(5), "hex:"). */
static SCREEN *start_direct(struct terminal *t)
{
    const struct terminfo_reader reader = {.name = getenv("TERM"),
                                           .flags = boolnames,
                                           .numbers = numnames,
                                           .strings = strnames,
                                           .flag = tigetflag,
                                           .number = tigetnum,
                                           .string = tigetstr};
    const char *name = getenv("TERM"), *before = getenv("TERMINFO");
    char *keep = before ? xstrdup(before) : NULL;
    struct buf entry;

    buf_init(&entry, 65536);
    buf_adds(&entry, "hex:");
    SCREEN *s = NULL;
    if (terminfo_direct(&entry, &reader) == RC_OK) {
        setenv("TERMINFO", entry.data, 1);
        s = newterm(name, t->out, t->in);
    }
    if (keep)
        setenv("TERMINFO", keep, 1);
    else
        unsetenv("TERMINFO");
    free(keep);
    buf_fini(&entry);
    return s;
}

static SCREEN *start_screen(struct terminal *t)
{
    TERMINAL *asked = cur_term;
    SCREEN *s = NULL;

    if (t->depth == DEPTH_24BIT && tigetflag("RGB") <= 0 && tigetnum("RGB") <= 0 &&
        !has_string("RGB"))
        s = start_direct(t);
    if (!s) {
        if (tigetflag("RGB") <= 0 && t->depth == DEPTH_24BIT)
            t->depth = t->colours < 256 ? DEPTH_16 : DEPTH_256;
        s = newterm(NULL, t->out, t->in);
    }
    if (s && asked != cur_term)
        del_curterm(asked);
    return s;
}

/* Modes that ncurses then takes for its own: single keys, no echo, signals by the user's own
 * characters, and no flow control, which would freeze the picture. */
static void enter_modes(struct terminal *t)
{
    struct termios m;

    cbreak();
    noecho();
    nonl();
    if (tcgetattr(t->tty, &m) == 0) {
        m.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
        m.c_cc[VLNEXT] = m.c_cc[VDISCARD] = _POSIX_VDISABLE;
        /* A read never waits: what poll() saw may be gone, since ^C throws away what was typed. */
        m.c_cc[VMIN] = m.c_cc[VTIME] = 0;
        tcsetattr(t->tty, TCSADRAIN, &m);
    }
    def_prog_mode();
}

static void start_colours(struct terminal *t)
{
    if (t->depth == DEPTH_MONO || start_color() == ERR) {
        t->depth = DEPTH_MONO;
        return;
    }
    use_default_colors();
    t->colours = COLORS;
    t->pair_max = COLOR_PAIRS < 32767 ? COLOR_PAIRS : 32767;
    if (t->pair_max > ROLE_COUNT * ROLE_COUNT)
        t->pair_max = ROLE_COUNT * ROLE_COUNT;
    t->pairs = xcalloc((size_t)t->pair_max + 1, sizeof *t->pairs);
    t->pairs[0].fg = t->pairs[0].bg = THEME_TERMINAL;
    t->pair_count = 1;
}

static void fit_size(struct terminal *t)
{
    struct winsize ws = {0};

    int h = LINES, w = COLS;

    if (ioctl(t->tty, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 && ws.ws_col > 0) {
        h = ws.ws_row;
        w = ws.ws_col;
    }
    h = h < SIDE_MIN ? SIDE_MIN : h > SIDE_MAX ? SIDE_MAX : h;
    w = w < SIDE_MIN ? SIDE_MIN : w > SIDE_MAX ? SIDE_MAX : w;
    if (h != LINES || w != COLS)
        resize_term(h, w);
    if (h != t->shown.h || w != t->shown.w)
        canvas_resize(&t->shown, h, w);
    t->fresh = true;
}

/* Cursor keys in the other of the two modes that terminals know, whatever the database says. */
static void add_keys(void)
{
    static const struct {
        const char *bytes;
        int code;
    } keys[] = {
        {"\033[A", KEY_UP},    {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT},
        {"\033OA", KEY_UP},    {"\033OB", KEY_DOWN}, {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT},
        {"\033[H", KEY_HOME},  {"\033[F", KEY_END},  {"\033OH", KEY_HOME},  {"\033OF", KEY_END},
        {"\033[1~", KEY_HOME}, {"\033[4~", KEY_END}, {"\033[Z", KEY_BTAB},
    };

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (key_defined(keys[i].bytes) == 0)
            define_key(keys[i].bytes, keys[i].code);
    define_key(NULL, KEY_MOUSE);
    define_key("\033[<", REPORT_SGR);
    define_key("\033[M", REPORT_X10);
    define_key("\033[200~", PASTE_BEGIN);
    define_key("\033[201~", PASTE_END);
}

static void start_input(struct terminal *t)
{
    set_escdelay(ESC_DELAY_MS);
    typeahead(-1);
    t->keys = newpad(1, 1);
    keypad(t->keys, TRUE);
    nodelay(t->keys, TRUE);
    intrflush(t->keys, FALSE);
    add_keys();
}

/* Everything that ncurses says at its start goes out with the first frame. The endwin() there makes it
 * flush once a frame and no longer at each movement of the cursor. */
static void start_output(struct terminal *t)
{
    capture_begin(t);
    endwin();
    refresh();
    leaveok(stdscr, TRUE);
    curs_set(0);
    start_input(t);
    capture_end(t);
}

static void term_free(struct terminal *t)
{
    if (t->out)
        fclose(t->out);
    if (t->in)
        fclose(t->in);
    if (t->tty >= 0)
        close(t->tty);
    if (t->capture >= 0)
        close(t->capture);
    canvas_fini(&t->shown);
    free(t->pairs);
    free(t->frame);
    free(t->row);
    buf_fini(&t->farewell);
    buf_fini(&t->show_cursor);
    restore_locale(t);
    free(t);
}

enum rc term_open(const struct term_options *o, struct terminal **out, struct err *e)
{
    struct terminal *t = xcalloc(1, sizeof *t);
    struct theme theme;

    t->tty = t->capture = -1;
    buf_init(&t->farewell, 256);
    buf_init(&t->show_cursor, 64);
    if (!depth_word_ok(o->colour)) {
        free(t);
        return err_set(e, RC_USAGE, "colour", S_("%.40s is none of auto, 24bit, 256, 16, none"),
                       o->colour);
    }
    choose_locale(t);
    enum rc rc = need_terminal(t, e);
    if (rc == RC_OK)
        rc = ask_terminfo(t, o, e);
    if (rc == RC_OK)
        rc = arm_emergency(t, e);
    if (rc == RC_OK && (t->screen = start_screen(t)) == NULL)
        rc = err_set(e, RC_USAGE, "TERM", S_("ncurses cannot use this terminal"));
    if (rc) {
        tty_disarm();
        term_free(t);
        return rc;
    }
    enter_modes(t);
    start_colours(t);
    sgr_init(&t->sgr, t->depth >= DEPTH_256);
    theme_default(&theme);
    term_theme(t, &theme);
    start_output(t);
    term_mouse(t, o->mouse);
    send_paste(t);
    fit_size(t);
    *out = t;
    return RC_OK;
}

static void leave(struct terminal *t)
{
    unsigned writes = 0;

    if (t->gone) {
        tty_emergency_restore(); /* a write may have failed on a device that still is there */
        return;
    }
    /* ncurses does not know what was held back, nor whether the last frame came through whole. */
    tty_write(t->tty, t->farewell.data, t->farewell.len, &writes);
    sgr_reset(&t->sgr);
    curs_set(1);
    endwin();
    fflush(t->out);
    /* Again, since some terminals bring the hidden cursor of the other screen back. */
    tty_write(t->tty, t->show_cursor.data, t->show_cursor.len, &writes);
    tty_modes_restore();
}

void term_close(struct terminal *t)
{
    if (!t)
        return;
    leave(t);
    tty_disarm();
    delwin(t->keys);
    delscreen(t->screen);
    term_free(t);
}

void term_suspend(struct terminal *t)
{
    if (t->suspended)
        return;
    leave(t);
    t->suspended = true;
}

void term_resume(struct terminal *t)
{
    t->suspended = false;
    reset_prog_mode();
    capture_begin(t);
    refresh();
    curs_set(0);
    capture_end(t);
    if (t->mouse)
        send_mouse(t, true);
    send_paste(t);
    fit_size(t);
    term_repaint(t);
}

int term_fd(const struct terminal *t)
{
    return fileno(t->in);
}

void term_size(const struct terminal *t, int *h, int *w)
{
    *h = t->shown.h;
    *w = t->shown.w;
}

void term_refit(struct terminal *t)
{
    fit_size(t);
    term_repaint(t);
}

void term_repaint(struct terminal *t)
{
    t->fresh = true;
    clearok(curscr, TRUE);
}

bool term_is_utf8(const struct terminal *t)
{
    (void)t;
    return locale_is_utf8();
}

bool term_is_mono(const struct terminal *t)
{
    return t->palette.depth == DEPTH_MONO;
}

const char *term_depth(const struct terminal *t)
{
    static const char *const words[] = {"mono", "16", "256", "24-bit"};

    return words[t->palette.depth];
}

void term_mouse(struct terminal *t, bool on)
{
    if (!t->can_mouse || t->mouse == on)
        return;
    t->mouse = on;
    send_mouse(t, on);
}

/* The pair of two colours; a terminal with few pairs gives its last ones to whoever comes late. */
static int pair_number(struct terminal *t, int32_t fg, int32_t bg)
{
    int i = 0;

    while (i < t->pair_count && (t->pairs[i].fg != fg || t->pairs[i].bg != bg))
        i++;
    if (i < t->pair_count)
        return i;
    if (i >= t->pair_max || init_extended_pair(i, fg, bg) == ERR)
        return 0;
    t->pairs[i].fg = fg;
    t->pairs[i].bg = bg;
    t->pair_count++;
    return i;
}

static int pair_of(struct terminal *t, const struct cell *cell, const struct look *look)
{
    uint16_t *known = &t->pair[cell->fg][cell->bg];

    if (t->depth == DEPTH_MONO)
        return 0;
    if (!*known)
        *known = (uint16_t)(pair_number(t, look->fg, look->bg) + 1);
    return *known - 1;
}

static attr_t curses_attr(unsigned attr)
{
    attr_t a = A_NORMAL;

    a |= attr & ATTR_BOLD ? A_BOLD : 0;
    a |= attr & ATTR_DIM ? A_DIM : 0;
    a |= attr & ATTR_UNDERLINE ? A_UNDERLINE : 0;
    a |= attr & ATTR_REVERSE ? A_REVERSE : 0;
    a |= attr & ATTR_BLINK ? A_BLINK : 0;
    return a;
}

/* A cell as ncurses wants it. Terminals have no common word for "struck out", so a stroke is laid over
 * the character. */
static void put_cell(struct terminal *t, const struct cell *cell, cchar_t *out)
{
    struct look look = palette_look(&t->palette, cell);
    int pair = pair_of(t, cell, &look), n = 0;
    wchar_t text[CCHARW_MAX + 1] = {(wchar_t)cell->cp};

    for (n = 1; n < 3 && cell->comb[n - 1]; n++)
        text[n] = (wchar_t)cell->comb[n - 1];
    if (look.attr & ATTR_STRIKE && cell->cp != ' ') {
        if (t->strike)
            text[n] = STRIKE;
        else
            look.attr |= ATTR_DIM;
    }
    if (setcchar(out, text, curses_attr(look.attr), 0, &pair) == ERR)
        setcchar(out, L" ", A_NORMAL, 0, &pair);
}

void term_theme(struct terminal *t, const struct theme *theme)
{
    struct cell ground = {' ', {0, 0}, ROLE_TEXT, ROLE_BG, 0, 1};
    cchar_t blank;

    palette_build(&t->palette, theme, t->depth, t->colours);
    memset(t->pair, 0, sizeof t->pair);
    t->pair_count = t->pairs ? 1 : 0;
    put_cell(t, &ground, &blank);
    bkgrndset(&blank);
    term_repaint(t);
}

/* The cells of a row that differ: [*from, *to), whole characters. False if none does. */
static bool changed_span(const struct terminal *t, const struct cell *now,
                         const struct cell *before, int *from, int *to)
{
    int w = t->shown.w, a = 0, b = w;

    if (!t->fresh) {
        if (memcmp(now, before, (size_t)w * sizeof *now) == 0)
            return false;
        while (memcmp(&now[a], &before[a], sizeof *now) == 0)
            a++;
        while (memcmp(&now[b - 1], &before[b - 1], sizeof *now) == 0)
            b--;
        while (a > 0 && (now[a].width == 0 || before[a].width == 0))
            a--;
        while (b < w && (now[b].width == 0 || before[b].width == 0))
            b++;
    }
    *from = a;
    *to = b;
    return true;
}

/* A blank shows only its background, so it takes the colour and weight of what stands before it: each
 * change of either costs about 20 bytes on the wire. */
static bool is_plain_blank(const struct cell *cell)
{
    return cell->cp == ' ' && !cell->comb[0] &&
           !(cell->attr & (ATTR_UNDERLINE | ATTR_REVERSE | ATTR_STRIKE));
}

static const struct cell *before_blanks(const struct cell *row, int x)
{
    int from = x;

    while (from > 0 && (row[from].width == 0 || is_plain_blank(&row[from])) &&
           row[from].bg == row[x].bg)
        from--;
    return row[from].bg == row[x].bg && row[from].width > 0 ? &row[from] : &row[x];
}

static void put_blank(struct terminal *t, const struct cell *row, int x, cchar_t *out)
{
    /* Without colours a role is an attribute, which a blank may show. */
    struct cell blank = t->palette.depth == DEPTH_MONO ? row[x] : *before_blanks(row, x);

    blank.cp = ' ';
    blank.comb[0] = blank.comb[1] = 0;
    blank.attr &= ATTR_BOLD | ATTR_DIM;
    put_cell(t, &blank, out);
}

static void put_row(struct terminal *t, int y, const struct cell *now, int from, int to)
{
    int n = 0;

    if (t->row_cap < t->shown.w) {
        t->row_cap = t->shown.w;
        t->row = xreallocarray(t->row, (size_t)t->row_cap, sizeof *t->row);
    }
    for (int x = from; x < to; x++) {
        if (now[x].width == 0)
            continue;
        /* Only the first of a run of blanks has to look back. */
        if (n > 0 && is_plain_blank(&now[x]) && is_plain_blank(&now[x - 1]) &&
            now[x].bg == now[x - 1].bg)
            t->row[n] = t->row[n - 1];
        else if (is_plain_blank(&now[x]))
            put_blank(t, now, x, &t->row[n]);
        else
            put_cell(t, &now[x], &t->row[n]);
        n++;
    }
    mvadd_wchnstr(y, from, t->row, n);
}

static bool put_cursor(struct terminal *t, const struct canvas *c)
{
    bool seen = c->cursor_y >= 0 && c->cursor_y < t->shown.h && c->cursor_x >= 0 &&
                c->cursor_x < t->shown.w;
    int y = seen ? c->cursor_y : -1, x = seen ? c->cursor_x : -1;

    if (y == t->shown.cursor_y && x == t->shown.cursor_x)
        return false;
    t->shown.cursor_y = y;
    t->shown.cursor_x = x;
    return true;
}

static bool put_rows(struct terminal *t, const struct canvas *c)
{
    bool dirty = t->fresh;
    int from, to, w = t->shown.w;

    for (int y = 0; y < t->shown.h; y++) {
        const struct cell *now = &c->cells[(size_t)y * (size_t)w];
        struct cell *before = &t->shown.cells[(size_t)y * (size_t)w];
        if (!changed_span(t, now, before, &from, &to))
            continue;
        put_row(t, y, now, from, to);
        memcpy(before, now, (size_t)w * sizeof *now);
        dirty = true;
    }
    return dirty;
}

enum rc term_show(struct terminal *t, const struct canvas *c)
{
    if (t->gone)
        return RC_IO;
    if (t->suspended || c->h != t->shown.h || c->w != t->shown.w)
        return RC_OK;
    bool moved = put_cursor(t, c), dirty = put_rows(t, c), seen = t->shown.cursor_y >= 0;
    t->fresh = false;
    t->counters.frames++;
    if (!dirty && !moved)
        return RC_OK;
    capture_begin(t);
    if (moved)
        curs_set(seen);
    leaveok(stdscr, !seen);
    if (seen)
        move(t->shown.cursor_y, t->shown.cursor_x);
    wnoutrefresh(stdscr);
    doupdate();
    enum rc rc = capture_end(t);
    if (rc) { /* what came through is not known */
        sgr_lost(&t->sgr);
        term_repaint(t);
    }
    return rc == RC_IO ? RC_IO : RC_OK;
}

void term_bell(struct terminal *t)
{
    unsigned writes = 0;

    if (!t->gone && !t->suspended && tty_write(t->tty, "\a", 1, &writes) == RC_IO)
        t->gone = true;
    t->counters.bytes += writes;
    t->counters.writes += writes;
}

static uint32_t key_of(int code)
{
    static const struct {
        int code;
        uint32_t key;
    } keys[] = {
        {KEY_UP, KEYC_UP},           {KEY_DOWN, KEYC_DOWN},
        {KEY_LEFT, KEYC_LEFT},       {KEY_RIGHT, KEYC_RIGHT},
        {KEY_HOME, KEYC_HOME},       {KEY_END, KEYC_END},
        {KEY_PPAGE, KEYC_PGUP},      {KEY_NPAGE, KEYC_PGDN},
        {KEY_IC, KEYC_INSERT},       {KEY_DC, KEYC_DELETE},
        {KEY_BTAB, KEYC_BACKTAB},    {KEY_ENTER, KEY_RETURN},
        {KEY_BACKSPACE, KEY_ERASE},  {KEY_FIND, KEYC_HOME},
        {KEY_SELECT, KEYC_END},      {KEY_A1, KEYC_HOME},
        {KEY_A3, KEYC_PGUP},         {KEY_C1, KEYC_END},
        {KEY_C3, KEYC_PGDN},         {PASTE_BEGIN, KEYC_PASTE_BEGIN},
        {PASTE_END, KEYC_PASTE_END},
    };

    if (code > KEY_F0 && code <= KEY_F(12))
        return KEYC_F1 + (uint32_t)(code - KEY_F(1));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].code == code)
            return keys[i].key;
    return 0;
}

/* Button, column and row of a finished report. Only presses and the wheel matter; modifiers do not. */
static bool finish_report(struct terminal *t, bool pressed, struct term_key *k)
{
    int button = t->report.params[0] & ~(4 | 8 | 16);

    *k = (struct term_key){
        .key = KEYC_MOUSE, .y = t->report.params[2] - 1, .x = t->report.params[1] - 1};
    k->wheel = button == 64 ? -1 : button == 65 ? 1 : 0;
    t->report.kind = 0;
    return pressed && (button == 0 || k->wheel) && k->y >= 0 && k->x >= 0;
}

/* The next character of a report. True if it belonged to it; *done when it was the last one of a report
 * that means something. ncurses would wait for the rest without an end, and it may never come. */
static bool take_report(struct terminal *t, uint32_t ch, struct term_key *k, bool *done)
{
    struct report *r = &t->report;

    if (r->kind == REPORT_X10) {
        if (ch < 32 || ch > 126 + 129)
            return false;
        r->params[r->count++] = (int)ch - 32;
        *done = r->count == 3 && finish_report(t, true, k);
    } else if (ch >= '0' && ch <= '9') {
        if (r->params[r->count] < 10000)
            r->params[r->count] = r->params[r->count] * 10 + (int)(ch - '0');
    } else if (ch == ';' && r->count < 2) {
        r->count++;
    } else if ((ch == 'M' || ch == 'm') && r->count == 2) {
        *done = finish_report(t, ch == 'M', k);
    } else {
        return false;
    }
    return true;
}

/* True if a key was part of a mouse report. */
static bool is_report(struct terminal *t, int kind, wint_t ch, struct term_key *k, bool *done)
{
    *done = false;
    if (kind == KEY_CODE_YES && (ch == REPORT_SGR || ch == REPORT_X10)) {
        t->report = (struct report){.kind = (int)ch, .at = clock_mono()};
        return true;
    }
    if (t->report.kind && kind != KEY_CODE_YES && clock_mono() - t->report.at < REPORT_MS &&
        take_report(t, ch, k, done))
        return true;
    t->report.kind = 0;
    return false;
}

bool term_key(struct terminal *t, struct term_key *k)
{
    wint_t ch;
    int kind;
    bool done;

    while ((kind = wget_wch(t->keys, &ch)) != ERR) {
        *k = (struct term_key){.key = (uint32_t)ch, .at = clock_mono()};
        if (is_report(t, kind, ch, k, &done)) {
            if (done)
                return true;
            continue;
        }
        if (kind == KEY_CODE_YES)
            k->key = key_of((int)ch);
        else if (ch == '\n')
            k->key = KEY_RETURN;
        else if (ch == '\b')
            k->key = KEY_ERASE;
        if (k->key)
            return true;
    }
    return false;
}

bool term_gone(const struct terminal *t)
{
    struct pollfd p = {.fd = term_fd(t), .events = POLLIN};
    int waiting = 0;

    /* Keys that mean nothing, such as the button let go, were read and are no end of file. */
    if (t->gone || poll(&p, 1, 0) <= 0)
        return t->gone;
    return ioctl(p.fd, FIONREAD, &waiting) != 0 || waiting == 0;
}

const struct term_counters *term_counters(const struct terminal *t)
{
    return &t->counters;
}
