/* SPDX-License-Identifier: MIT
 * discover_exporters.c - see discover_exporters.h. All ports are asked at once; plain HTTP/1.0, so that the end of the answer
 * is the end of the connection. */
#include "app/discover_exporters.h"

#include "base/clock.h"
#include "base/xmem.h"
#include "collectors/exporter/metric_map.h"
#include "data/data.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 500
#define PAGE_MAX ((size_t)512 << 10)
#define PORTS_MAX 16

/* suantop-node, node_exporter, dcgm, nvidia_smi, AMD, Ascend, Cambricon, Hygon, MetaX, Iluvatar, Gaudi, IPMI. */
static const int usual_ports[] = {19400, 9100, 9400,  9835,  5000, 8082, 30108,
                                  16080, 8000, 32021, 41611, 9290, 0};

struct asked {
    int port, fd;
    bool sent;
    struct buf answer;
};

static int start_connecting(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0 && errno != EINPROGRESS) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void stop(struct asked *a)
{
    close(a->fd);
    a->fd = -1;
}

static void send_request(struct asked *a)
{
    static const char text[] = "GET /metrics HTTP/1.0\r\nHost: localhost\r\nUser-Agent: suantop\r\n"
                               "Accept: text/plain;version=0.0.4\r\n\r\n";

    a->sent = true;
    if (send(a->fd, text, sizeof text - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof text - 1))
        stop(a);
}

static void take(struct asked *a)
{
    char *room = buf_reserve(&a->answer, 16384);
    ssize_t n = room != NULL ? read(a->fd, room, 16384) : 0;

    if (n > 0)
        buf_commit(&a->answer, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        stop(a);
}

/* False once nobody is left to wait for. */
static bool wait_for_all(struct asked *all, size_t count, int ms)
{
    struct pollfd fds[PORTS_MAX];
    bool waits = false;

    for (size_t i = 0; i < count; i++) {
        fds[i] = (struct pollfd){.fd = all[i].fd, .events = all[i].sent ? POLLIN : POLLOUT};
        waits = waits || all[i].fd >= 0;
    }
    if (!waits || ms <= 0 || poll(fds, count, ms) <= 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (all[i].fd < 0 || fds[i].revents == 0)
            continue;
        if (!all[i].sent && (fds[i].revents & (POLLERR | POLLHUP)))
            stop(&all[i]);
        else if (!all[i].sent)
            send_request(&all[i]);
        else
            take(&all[i]);
    }
    return true;
}

/* Does a line begin with the name of a metric that the map has? */
static bool is_known(const struct metric_map *map, const char *text, size_t len)
{
    const char *end = text + len, *body = text;

    if (len < 12 || memcmp(text, "HTTP/1.", 7) != 0 || memcmp(text + 9, "200", 3) != 0)
        return false;
    while ((body = memchr(body, '\n', (size_t)(end - body))) != NULL) {
        size_t n = 0;
        for (body++; body + n < end && strchr("{ \t\r\n", body[n]) == NULL; n++)
            ;
        if (n > 0 && metric_map_find(map, body, n) != NULL)
            return true;
    }
    return false;
}

void discover_exporters(struct buf *targets, const int *ports)
{
    struct asked all[PORTS_MAX];
    struct metric_map map;
    size_t count = 0;
    mono_ms until = clock_mono() + PATIENCE_MS;

    for (const int *p = ports != NULL ? ports : usual_ports; *p != 0 && count < PORTS_MAX; p++) {
        all[count] = (struct asked){.port = *p, .fd = start_connecting(*p)};
        buf_init(&all[count++].answer, PAGE_MAX);
    }
    while (wait_for_all(all, count, (int)(until - clock_mono())))
        ;
    metric_map_init(&map);
    bool good = metric_map_add(&map, data_metrics, "metrics.conf", NULL) == RC_OK;
    for (size_t i = 0; i < count; i++) {
        if (good && is_known(&map, all[i].answer.data, all[i].answer.len))
            buf_addf(targets, "%s127.0.0.1:%d", targets->len > 0 ? "," : "", all[i].port);
        if (all[i].fd >= 0)
            stop(&all[i]);
        buf_fini(&all[i].answer);
    }
    metric_map_free(&map);
}
