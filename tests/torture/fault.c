/* SPDX-License-Identifier: MIT
 * fault.c - preloaded into the program: lets the n-th call of one family of functions fail.
 *
 * TORTURE_FAULT="FAMILY N HOW [ERRNO]": the N-th call (from 1; 0 = none, for counting). HOW: once; on = from the
 * N-th on all; short = a read or write that takes one byte; where it cannot fail so, it just works.
 * TORTURE_COUNTS=FILE: how often each family was called, then how often a call of it was spoiled: numbers of 32
 * bits, right even after a crash, because the file is mapped.
 *
 * Children have neither variable: the program cleans their environment. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

/* torture.py has them in the same order. */
enum family {
    family_mem,
    family_libmem,
    family_open,
    family_fopen,
    family_opendir,
    family_mkstemp,
    family_read,
    family_write,
    family_fsync,
    family_rename,
    family_close,
    family_mkdir,
    family_fchmod,
    family_readlink,
    family_socket,
    family_connect,
    family_send,
    family_recv,
    family_pipe,
    family_spawn,
    family_fork,
    family_thread,
    family_random,
    family_eventfd,
    family_poll,
    family_termios,
    family_ioctl,
    family_fcntl,
    family_count
};

static const char *const names[] = {
    [family_mem] = "mem",         [family_libmem] = "libmem",     [family_open] = "open",
    [family_fopen] = "fopen",     [family_opendir] = "opendir",   [family_mkstemp] = "mkstemp",
    [family_read] = "read",       [family_write] = "write",       [family_fsync] = "fsync",
    [family_rename] = "rename",   [family_close] = "close",       [family_mkdir] = "mkdir",
    [family_fchmod] = "fchmod",   [family_readlink] = "readlink", [family_socket] = "socket",
    [family_connect] = "connect", [family_send] = "send",         [family_recv] = "recv",
    [family_pipe] = "pipe",       [family_spawn] = "spawn",       [family_fork] = "fork",
    [family_thread] = "thread",   [family_random] = "random",     [family_eventfd] = "eventfd",
    [family_poll] = "poll",       [family_termios] = "termios",   [family_ioctl] = "ioctl",
    [family_fcntl] = "fcntl",
};

enum how { HOW_ONCE, HOW_ON, HOW_SHORT };

static struct {
    atomic_uint calls[family_count], spoiled[family_count];
} own, *count = &own;

static int family = -1, error_number;
static unsigned target;
static enum how how;
static uintptr_t text_from, text_to; /* where the program itself is */

static int find_text(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
            continue;
        text_from = info->dlpi_addr + p->p_vaddr;
        text_to = text_from + p->p_memsz;
    }
    return 1; /* the first is the program */
}

static int family_of(const char *name)
{
    for (int i = 0; i < family_count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static void map_counts(const char *path)
{
    int fd = (int)open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || ftruncate(fd, sizeof *count) != 0)
        _exit(125);
    void *at = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        _exit(125);
    close(fd);
    count = at;
    memset((void *)count, 0, sizeof *count);
}

__attribute__((constructor)) static void begin(void)
{
    const char *fault = getenv("TORTURE_FAULT"), *counts = getenv("TORTURE_COUNTS");
    char name[16] = "", way[16] = "";

    dl_iterate_phdr(find_text, NULL);
    if (counts)
        map_counts(counts);
    if (!fault || sscanf(fault, "%15s %u %15s %d", name, &target, way, &error_number) < 3)
        return;
    how = strcmp(way, "on") == 0 ? HOW_ON : strcmp(way, "short") == 0 ? HOW_SHORT : HOW_ONCE;
    family = family_of(name);
}

/* Counts a call; true if it is to be spoiled. */
static bool hit(enum family f)
{
    unsigned n = atomic_fetch_add(&count->calls[f], 1) + 1;

    if ((int)f != family || target == 0 || (how == HOW_ON ? n < target : n != target))
        return false;
    atomic_fetch_add(&count->spoiled[f], 1);
    return true;
}

/* The same for calls that can only fail. */
static bool failing(enum family f, int otherwise)
{
    if (!hit(f) || how == HOW_SHORT)
        return false;
    errno = error_number ? error_number : otherwise;
    return true;
}

static void *next(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);

    if (!f)
        _exit(125);
    return f;
}

/* ---- memory; a sanitizer's functions where there is one, else those of the C library ---- */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__interceptor_malloc(size_t) __attribute__((weak));
extern void *__interceptor_calloc(size_t, size_t) __attribute__((weak));
extern void *__interceptor_realloc(void *, size_t) __attribute__((weak));

static bool no_memory(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;

    return failing(at >= text_from && at < text_to ? family_mem : family_libmem, ENOMEM);
}

void *malloc(size_t n)
{
    if (no_memory(__builtin_return_address(0)))
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
}

void *calloc(size_t count_, size_t n)
{
    if (no_memory(__builtin_return_address(0)))
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count_, n) : __libc_calloc(count_, n);
}

void *realloc(void *p, size_t n)
{
    if (n > 0 && no_memory(__builtin_return_address(0)))
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(p, n) : __libc_realloc(p, n);
}

/* ---- everything else ---- */

#define WRAP(fam, error, bad, type, name, params, args)                                            \
    type name params;                                                                              \
    type name params                                                                               \
    {                                                                                              \
        static type(*_Atomic real) params;                                                         \
        if (failing(family_##fam, error))                                                          \
            return bad;                                                                            \
        if (!real)                                                                                 \
            real = (type(*) params)next(#name);                                                    \
        return real args;                                                                          \
    }

/* How much of a transfer is let through; -1 = it fails. */
static ssize_t share(enum family f, size_t n, int error)
{
    if (!hit(f))
        return (ssize_t)n;
    if (how == HOW_SHORT)
        return n ? 1 : 0;
    errno = error_number ? error_number : error;
    return -1;
}

#define TRANSFER(fam, error, name, params, args)                                                   \
    ssize_t name params;                                                                           \
    ssize_t name params                                                                            \
    {                                                                                              \
        static ssize_t(*_Atomic real) params;                                                      \
        ssize_t part = share(family_##fam, n, error);                                              \
        if (part < 0)                                                                              \
            return -1;                                                                             \
        n = (size_t)part;                                                                          \
        if (!real)                                                                                 \
            real = (ssize_t(*) params)next(#name);                                                 \
        return real args;                                                                          \
    }

#define OPEN(name, params, args)                                                                   \
    int name params                                                                                \
    {                                                                                              \
        static int(*_Atomic real) params;                                                          \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                     \
            va_list ap;                                                                            \
            va_start(ap, flags);                                                                   \
            mode = va_arg(ap, mode_t);                                                             \
            va_end(ap);                                                                            \
        }                                                                                          \
        if (failing(family_open, EMFILE))                                                          \
            return -1;                                                                             \
        if (!real)                                                                                 \
            real = (int(*) params)next(#name);                                                     \
        return real args;                                                                          \
    }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
WRAP(open, EMFILE, -1, int, __open_2, (const char *path, int flags), (path, flags))
WRAP(open, EMFILE, -1, int, __open64_2, (const char *path, int flags), (path, flags))
WRAP(fopen, EMFILE, NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
WRAP(fopen, EMFILE, NULL, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(fopen, ENOMEM, NULL, FILE *, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(opendir, EMFILE, NULL, DIR *, opendir, (const char *path), (path))
WRAP(mkstemp, ENOSPC, -1, int, mkostemp, (char *path, int flags), (path, flags))
WRAP(mkstemp, ENOSPC, -1, int, mkostemp64, (char *path, int flags), (path, flags))
WRAP(mkstemp, ENOSPC, -1, int, mkstemp, (char *path), (path))
TRANSFER(read, EIO, read, (int fd, void *data, size_t n), (fd, data, n))
TRANSFER(read, EIO, __read_chk, (int fd, void *data, size_t n, size_t size), (fd, data, n, size))
TRANSFER(write, ENOSPC, write, (int fd, const void *data, size_t n), (fd, data, n))
WRAP(write, ENOSPC, -1, ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
WRAP(fsync, EIO, -1, int, fsync, (int fd), (fd))
WRAP(rename, EXDEV, -1, int, rename, (const char *from, const char *to), (from, to))
WRAP(mkdir, EACCES, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(fchmod, EPERM, -1, int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(readlink, EACCES, -1, ssize_t, readlink, (const char *path, char *to, size_t n), (path, to, n))
WRAP(socket, EMFILE, -1, int, socket, (int domain, int type, int protocol),
     (domain, type, protocol))
WRAP(socket, EMFILE, -1, int, socketpair, (int domain, int type, int protocol, int two[2]),
     (domain, type, protocol, two))
WRAP(connect, ENETUNREACH, -1, int, connect, (int fd, const struct sockaddr *to, socklen_t len),
     (fd, to, len))
TRANSFER(send, EPIPE, send, (int fd, const void *data, size_t n, int flags), (fd, data, n, flags))
TRANSFER(recv, ECONNRESET, recv, (int fd, void *data, size_t n, int flags), (fd, data, n, flags))
WRAP(pipe, EMFILE, -1, int, pipe, (int two[2]), (two))
WRAP(pipe, EMFILE, -1, int, pipe2, (int two[2], int flags), (two, flags))
WRAP(eventfd, EMFILE, -1, int, eventfd, (unsigned start, int flags), (start, flags))
WRAP(fork, EAGAIN, -1, pid_t, fork, (void), ())
WRAP(spawn, EAGAIN, errno, int, posix_spawn,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *fa,
      const posix_spawnattr_t *at, char *const *argv, char *const *env),
     (pid, path, fa, at, argv, env))
WRAP(spawn, EAGAIN, errno, int, posix_spawnp,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *fa,
      const posix_spawnattr_t *at, char *const *argv, char *const *env),
     (pid, path, fa, at, argv, env))
WRAP(thread, EAGAIN, errno, int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *at, void *(*run)(void *), void *arg),
     (thread, at, run, arg))
WRAP(random, EAGAIN, -1, ssize_t, getrandom, (void *data, size_t n, unsigned flags),
     (data, n, flags))
WRAP(poll, EINTR, -1, int, poll, (struct pollfd * p, nfds_t n, int ms), (p, n, ms))
WRAP(poll, EINTR, -1, int, __poll_chk, (struct pollfd * p, nfds_t n, int ms, size_t size),
     (p, n, ms, size))
WRAP(termios, EIO, -1, int, tcgetattr, (int fd, struct termios *modes), (fd, modes))
WRAP(termios, EIO, -1, int, tcsetattr, (int fd, int when, const struct termios *modes),
     (fd, when, modes))

int ioctl(int fd, unsigned long what, ...)
{
    static int (*_Atomic real)(int, unsigned long, ...);
    va_list ap;

    va_start(ap, what);
    void *arg = va_arg(ap, void *);
    va_end(ap);
    if (failing(family_ioctl, EIO))
        return -1;
    if (!real)
        real = (int (*)(int, unsigned long, ...))next("ioctl");
    return real(fd, what, arg);
}

/* A failed close() has closed. */
int close(int fd)
{
    static int (*_Atomic real)(int);
    bool spoil = hit(family_close) && how != HOW_SHORT;

    if (!real)
        real = (int (*)(int))next("close");
    int rc = real(fd);
    if (!spoil)
        return rc;
    errno = error_number ? error_number : EIO;
    return -1;
}

static int fcntl_next(const char *name, int fd, int what, void *arg)
{
    int (*real)(int, int, ...) = (int (*)(int, int, ...))next(name);

    return failing(family_fcntl, EBADF) ? -1 : real(fd, what, arg);
}

int fcntl(int fd, int what, ...)
{
    va_list ap;

    va_start(ap, what);
    void *arg = va_arg(ap, void *);
    va_end(ap);
    return fcntl_next("fcntl", fd, what, arg);
}

int fcntl64(int fd, int what, ...)
{
    va_list ap;

    va_start(ap, what);
    void *arg = va_arg(ap, void *);
    va_end(ap);
    return fcntl_next("fcntl64", fd, what, arg);
}
