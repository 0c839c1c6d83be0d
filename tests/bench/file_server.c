/* SPDX-License-Identifier: MIT
 * file_server.c - see file_server.h. One process a connection, blocking calls, sendfile. */
#include "file_server.h"
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 16384 };

uint64_t file_server_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool send_head(int fd, int status, uint64_t len)
{
    char head[256];
    int n =
        snprintf(head, sizeof(head),
                 "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %llu\r\n\r\n",
                 status, (unsigned long long)len);

    return send_all(fd, head, (size_t)n);
}

static bool send_text(int fd, int status, const char *text)
{
    return send_head(fd, status, strlen(text)) && send_all(fd, text, strlen(text));
}

static bool send_file(int fd, const char *path, uint64_t *sent)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (file < 0 || fstat(file, &st) != 0)
        errx(2, "%s: cannot be read", path);
    bool good = send_head(fd, 200, (uint64_t)st.st_size);
    for (off_t at = 0; good && at < st.st_size;)
        good = sendfile(fd, file, &at, (size_t)(st.st_size - at)) > 0;
    close(file);
    *sent = (uint64_t)st.st_size;
    return good;
}

static bool send_timed(struct file_server *s, int fd, const struct route *r)
{
    uint64_t turn = s->times->answers, sent;
    const char *path = r->files[turn % FILE_SERVER_BODIES];

    s->times->sent_at = 0;
    s->times->asked_at = file_server_now();
    bool good = send_file(fd, path ? path : r->files[0], &sent);
    s->times->bytes = sent;
    s->times->answers = turn + 1;
    s->times->sent_at = file_server_now();
    return good;
}

static bool answer(struct file_server *s, int fd, const char *path)
{
    const char *name = strrchr(path, '/');
    uint64_t sent;

    if (strncmp(path, s->prefix, strlen(s->prefix)) != 0 || !name)
        return send_text(fd, 404, "{}");
    for (int i = 0; i < FILE_SERVER_ROUTES && s->routes[i].name; i++) {
        const struct route *r = &s->routes[i];
        if (strcmp(name + 1, r->name) != 0)
            continue;
        if (i == 0)
            return send_timed(s, fd, r);
        return r->files[0] ? send_file(fd, r->files[0], &sent) : send_text(fd, 200, r->text);
    }
    return send_text(fd, 404, "{}");
}

/* Requests have no body here, so one ends at its empty line. */
static void serve(struct file_server *s, int fd)
{
    static char text[REQUEST_MAX];
    size_t have = 0;

    for (;;) {
        ssize_t n = recv(fd, text + have, sizeof(text) - 1 - have, 0);
        if (n <= 0)
            return;
        have += (size_t)n;
        text[have] = '\0';
        if (!strstr(text, "\r\n\r\n"))
            continue;
        char *path = strchr(text, ' ');
        if (!path)
            return;
        path++;
        path[strcspn(path, " ?\r")] = '\0';
        if (!answer(s, fd, path))
            return;
        have = 0;
    }
}

static void accept_for_ever(struct file_server *s, int listener)
{
    int one = 1;

    signal(SIGCHLD, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            serve(s, fd);
            _exit(0);
        }
        close(fd);
    }
}

void file_server_start(struct file_server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    s->times =
        mmap(NULL, sizeof(*s->times), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s->times == MAP_FAILED || fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        err(2, "no server");
    s->port = ntohs(at.sin_port);
    s->pid = fork();
    if (s->pid == 0)
        accept_for_ever(s, fd);
    close(fd);
}

void file_server_stop(struct file_server *s)
{
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
    munmap(s->times, sizeof(*s->times));
}
