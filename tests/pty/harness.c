/* SPDX-License-Identifier: MIT
 * harness.c - see harness.h. */
#include "tests/pty/harness.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <utmp.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 60000,
    STEP_MS = 50,
    OUTPUT_MAX = 256 << 20,
    MARK = 0x7f, /* DEL: no program writes it */
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_property(VTermProp prop, VTermValue *val, void *user)
{
    struct pty *p = user;

    if (prop == VTERM_PROP_ALTSCREEN)
        p->altscreen = val->boolean;
    else if (prop == VTERM_PROP_CURSORVISIBLE)
        p->cursor = val->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void start_vterm(struct pty *p)
{
    p->vt = vterm_new(p->rows, p->cols);
    vterm_set_utf8(p->vt, 1);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_set_callbacks(p->screen, &callbacks, p);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
    p->cursor = true;
}

void pty_take_signals(void)
{
    static const int ours[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        signal(ours[i], SIG_DFL);
}

void pty_let_hang_up(bool heard)
{
    signal(SIGHUP, heard ? SIG_DFL : SIG_IGN);
}

static void become(const char *const *env, char *const *argv, int frames_fd)
{
    for (; *env; env++) {
        char *pair = strdup(*env), *value = pair ? strchr(pair, '=') : NULL;
        if (value) {
            *value++ = '\0';
            setenv(pair, value, 1);
        } else {
            unsetenv(*env);
        }
    }
    dup2(frames_fd, PTY_TEST_FD);
    execv(argv[0], argv);
    _exit(127);
}

/* What a shell does: the program in a process group of its own in the foreground; each stop is told. */
static void act_as_shell(const char *const *env, char *const *argv, int frames_fd)
{
    int status;
    pid_t job = fork();

    if (job == 0) {
        setpgid(0, 0);
        become(env, argv, frames_fd);
    }
    setpgid(job, job);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, job);
    dprintf(frames_fd, "job %d\n", (int)job);
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status))
        dprintf(frames_fd, "stopped\n");
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void start(struct pty *p, int rows, int cols, const char *const *env, char *const *argv)
{
    struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    int frames[2];

    p->rows = rows;
    p->cols = cols;
    buf_init(&p->output, OUTPUT_MAX);
    assert_int_equal(pipe2(frames, O_CLOEXEC), 0);
    assert_int_equal(openpty(&p->master, &p->slave, NULL, NULL, &ws), 0);
    fcntl(p->master, F_SETFD, FD_CLOEXEC);
    fcntl(p->slave, F_SETFD, FD_CLOEXEC);
    tcgetattr(p->slave, &p->before);
    fflush(NULL);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        login_tty(p->slave);
        if (p->job)
            act_as_shell(env, argv, frames[1]);
        become(env, argv, frames[1]);
    }
    close(frames[1]);
    p->frames_fd = frames[0];
    fcntl(p->frames_fd, F_SETFL, O_NONBLOCK);
    fcntl(p->master, F_SETFL, O_NONBLOCK);
    start_vterm(p);
}

void pty_start(struct pty *p, int rows, int cols, const char *const *env, char *const *argv)
{
    *p = (struct pty){.job = false};
    start(p, rows, cols, env, argv);
}

void pty_start_job(struct pty *p, int rows, int cols, const char *const *env, char *const *argv)
{
    *p = (struct pty){.job = true};
    start(p, rows, cols, env, argv);
}

void pty_end(struct pty *p)
{
    if (!p->exited) {
        if (p->job_pid > 0)
            kill(p->job_pid, SIGKILL);
        kill(p->pid, SIGKILL);
        waitpid(p->pid, &p->status, 0);
    }
    if (p->master >= 0)
        close(p->master);
    close(p->slave);
    close(p->frames_fd);
    vterm_free(p->vt);
    buf_fini(&p->output);
}

static void take_line(struct pty *p)
{
    p->line[p->line_len] = '\0';
    if (strcmp(p->line, "stopped") == 0)
        p->stopped = true;
    else if (sscanf(p->line, "job %d", &p->job_pid) == 1)
        p->stopped = false;
    else if (sscanf(p->line, "counters %lu %lu %lu", &p->counters[0], &p->counters[1],
                    &p->counters[2]) != 3)
        sscanf(p->line, "frame %lu", &p->frame);
    p->line_len = 0;
}

static void take_frames(struct pty *p)
{
    char text[4096];
    ssize_t n;

    while ((n = read(p->frames_fd, text, sizeof text)) > 0)
        for (ssize_t i = 0; i < n; i++) {
            if (text[i] == '\n')
                take_line(p);
            else if (p->line_len + 1 < sizeof p->line)
                p->line[p->line_len++] = text[i];
        }
}

static void answer(struct pty *p)
{
    char text[256];
    size_t n = vterm_output_read(p->vt, text, sizeof text);

    if (n > 0 && write(p->master, text, n) < 0)
        p->eof = true;
}

/* Returns how many bytes are left. */
static size_t take_marks(struct pty *p, char *text, size_t len)
{
    size_t left = 0;

    for (size_t i = 0; i < len; i++)
        if (text[i] == MARK)
            p->marks++;
        else
            text[left++] = text[i];
    return left;
}

static void take_output(struct pty *p)
{
    char text[65536];
    ssize_t n;

    while ((n = read(p->master, text, sizeof text)) > 0) {
        size_t len = take_marks(p, text, (size_t)n);
        buf_add(&p->output, text, len);
        vterm_input_write(p->vt, text, len);
        answer(p);
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        p->eof = true;
}

static void reap(struct pty *p)
{
    if (!p->exited && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
        p->exited = true;
}

bool pty_pump(struct pty *p, int ms)
{
    struct pollfd fds[2] = {{.fd = p->frames_fd, .events = POLLIN},
                            {.fd = p->master, .events = POLLIN}};

    poll(fds, p->master >= 0 ? 2 : 1, ms);
    take_frames(p);
    if (p->master >= 0 && !p->eof)
        take_output(p);
    reap(p);
    return !p->eof;
}

/* All that the program has written by now is in the terminal: a mark that is written behind it has come. (When the kernel
 * carries bytes from the one side of a pty to the other is its own affair.) */
static void catch_up(struct pty *p)
{
    const char mark = MARK;
    unsigned long want = p->marks + 1;
    bool sent = false;

    if (p->master < 0)
        return;
    int fd = open(ptsname(p->master), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    for (int64_t end = now_ms() + PATIENCE_MS; p->marks < want && !p->eof && now_ms() < end;) {
        sent = sent || write(fd, &mark, 1) == 1;
        poll(&(struct pollfd){.fd = p->master, .events = POLLIN}, 1, sent ? STEP_MS : 1);
        take_output(p);
    }
    close(fd);
}

static void give_up(struct pty *p, const char *what, const char *text)
{
    fprintf(stderr, "# frame %lu, %s\n", p->frame, p->exited ? "the program has ended" : "alive");
    for (int y = 0; y < p->rows && y < 60; y++)
        fprintf(stderr, "# %s\n", pty_row(p, y));
    pty_end(p);
    fail_msg("%s %s", what, text);
}

void pty_wait_text(struct pty *p, const char *text)
{
    for (int64_t end = now_ms() + PATIENCE_MS; !pty_has_text(p, text);) {
        pty_pump(p, STEP_MS);
        if (now_ms() > end || (p->exited && !pty_has_text(p, text) && !pty_pump(p, STEP_MS)))
            give_up(p, "never on the screen:", text);
    }
    catch_up(p);
}

void pty_wait_no_text(struct pty *p, const char *text)
{
    for (int64_t end = now_ms() + PATIENCE_MS; pty_has_text(p, text);) {
        pty_pump(p, STEP_MS);
        if (now_ms() > end)
            give_up(p, "stays on the screen:", text);
    }
}

void pty_wait_frames(struct pty *p, unsigned long more)
{
    unsigned long want = p->frame + more;

    for (int64_t end = now_ms() + PATIENCE_MS; p->frame < want;) {
        pty_pump(p, STEP_MS);
        if (now_ms() > end || p->exited)
            give_up(p, "no further frame", "");
    }
    catch_up(p);
}

void pty_wait_exit(struct pty *p)
{
    for (int64_t end = now_ms() + PATIENCE_MS; !p->exited;) {
        pty_pump(p, 5);
        if (now_ms() > end)
            give_up(p, "does not end", "");
    }
    /* The slave is open here, so there is no end of file. */
    catch_up(p);
    take_frames(p);
}

void pty_wait_stopped(struct pty *p)
{
    for (int64_t end = now_ms() + PATIENCE_MS; !p->stopped;) {
        pty_pump(p, 5);
        if (now_ms() > end || p->exited)
            give_up(p, "does not stop", "");
    }
    p->stopped = false;
    catch_up(p);
}

void pty_send_bytes(struct pty *p, const char *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = write(p->master, bytes + at, len - at);
        if (n > 0)
            at += (size_t)n;
        else if (n < 0 && errno != EAGAIN && errno != EINTR)
            return;
        else
            pty_pump(p, 5);
    }
}

void pty_send(struct pty *p, const char *keys)
{
    pty_send_bytes(p, keys, strlen(keys));
}

void pty_send_or_kill(struct pty *p, const char *keys, int sig)
{
    if (keys)
        pty_send(p, keys);
    else
        kill(p->pid, sig);
}

void pty_resize(struct pty *p, int rows, int cols)
{
    struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

    pty_pump(p, 0);
    p->rows = rows;
    p->cols = cols;
    vterm_set_size(p->vt, rows, cols);
    ioctl(p->master, TIOCSWINSZ, &ws);
}

void pty_close_master(struct pty *p)
{
    close(p->slave);
    close(p->master);
    p->master = -1;
    p->slave = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static size_t encode(uint32_t cp, char *out)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

const char *pty_row(struct pty *p, int row)
{
    static char text[1024 * 24];
    VTermScreenCell cell;
    size_t n = 0;

    for (int x = 0; x < p->cols && n + 32 < sizeof text; x++) {
        if (!vterm_screen_get_cell(p->screen, (VTermPos){row, x}, &cell))
            break;
        if (cell.chars[0] == UINT32_MAX) /* right half of a wide one */
            continue;
        if (cell.chars[0] == 0)
            text[n++] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            n += encode(cell.chars[i], text + n);
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

bool pty_has_text(struct pty *p, const char *text)
{
    for (int y = 0; y < p->rows; y++)
        if (strstr(pty_row(p, y), text))
            return true;
    return false;
}

static VTermColor colour_at(struct pty *p, int row, int col, bool background)
{
    VTermScreenCell cell;

    memset(&cell, 0, sizeof cell);
    vterm_screen_get_cell(p->screen, (VTermPos){row, col}, &cell);
    return background ? cell.bg : cell.fg;
}

uint32_t pty_rgb(struct pty *p, int row, int col, bool background)
{
    VTermColor c = colour_at(p, row, col, background);

    if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c))
        return UINT32_MAX;
    vterm_screen_convert_color_to_rgb(p->screen, &c);
    return (uint32_t)c.rgb.red << 16 | (uint32_t)c.rgb.green << 8 | c.rgb.blue;
}

int pty_index(struct pty *p, int row, int col, bool background)
{
    VTermColor c = colour_at(p, row, col, background);

    if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c) ||
        !VTERM_COLOR_IS_INDEXED(&c))
        return -1;
    return c.indexed.idx;
}

bool pty_mouse_on(struct pty *p)
{
    const char *on = NULL, *off = NULL, *at = p->output.data;

    for (; (at = memmem(at, p->output.len - (size_t)(at - p->output.data), "1000", 4)); at += 4) {
        on = at[4] == 'h' ? at : on;
        off = at[4] == 'l' ? at : off;
    }
    return on && (!off || on > off);
}

bool pty_modes_restored(struct pty *p)
{
    struct termios now;

    return tcgetattr(p->slave, &now) == 0 && now.c_iflag == p->before.c_iflag &&
           now.c_oflag == p->before.c_oflag && now.c_cflag == p->before.c_cflag &&
           now.c_lflag == p->before.c_lflag && memcmp(now.c_cc, p->before.c_cc, NCCS) == 0;
}

/* The last bytes that the program wrote. */
static void print_end(struct pty *p)
{
    size_t from = p->output.len > 300 ? p->output.len - 300 : 0;

    fprintf(stderr, "# ");
    for (size_t i = from; i < p->output.len; i++) {
        if (p->output.data[i] < ' ')
            fprintf(stderr, "<%02x>", (unsigned char)p->output.data[i]);
        else
            fputc(p->output.data[i], stderr);
    }
    fputc('\n', stderr);
}

void pty_assert_clean(struct pty *p)
{
    if (!pty_modes_restored(p) || p->altscreen || !p->cursor || pty_mouse_on(p)) {
        fprintf(stderr, "# modes %d altscreen %d cursor %d mouse %d\n", pty_modes_restored(p),
                p->altscreen, p->cursor, pty_mouse_on(p));
        print_end(p);
        pty_end(p);
        fail_msg("the terminal was not given back as it was");
    }
}

void pty_expect_end(struct pty *p, int status)
{
    pty_wait_exit(p);
    assert_true(WIFEXITED(p->status));
    assert_int_equal(WEXITSTATUS(p->status), status);
    pty_assert_clean(p);
    pty_end(p);
}
