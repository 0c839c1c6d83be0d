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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 200
#define QUICK_MS 25 /* the first picture waits for it */
#define PAGE_MAX ((size_t)512 << 10)
#define PORTS_MAX 16

/* Of ports that exporters are known by only the first words are looked at, and one that takes its time is believed. */
static const struct {
    int port;
    bool shared; /* with many other programs: its whole page is looked at */
} usual_ports[] = {
    {19400, false}, /* suantop-node */
    {9100, false},  /* node_exporter */
    {9400, false},  /* dcgm-exporter */
    {9835, false},  /* nvidia_gpu_exporter */
    {9290, false},  /* ipmi_exporter */
    {30108, false}, /* Cambricon */
    {16080, false}, /* Hygon */
    {32021, false}, /* Iluvatar */
    {41611, false}, /* Gaudi */
    {5000, true},   /* AMD */
    {8000, true},   /* MetaX */
    {8082, true},   /* Ascend */
};

struct asked {
    int port, fd;
    bool shared, sent, listens, slow;
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

static void reached(struct asked *a)
{
    a->listens = true;
    send_request(a);
}

static bool speaks_http(const struct asked *a)
{
    return a->answer.len >= 7 && memcmp(a->answer.data, "HTTP/1.", 7) == 0;
}

static void take(struct asked *a)
{
    char *room = buf_reserve(&a->answer, 16384);
    ssize_t n = room != NULL ? read(a->fd, room, 16384) : 0;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        buf_commit(&a->answer, (size_t)n);
    if (n <= 0 || !a->shared) /* of the others the first words are enough */
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
        if (all[i].sent)
            take(&all[i]);
        else if (fds[i].revents & (POLLERR | POLLHUP))
            stop(&all[i]);
        else
            reached(&all[i]);
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

/* Whoever listens there and says nothing yet is taken for what the port is for; what hangs up, or speaks otherwise, is not. */
static void believe_the_slow(struct asked *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].fd >= 0 && all[i].listens && !all[i].shared) {
            all[i].slow = true;
            stop(&all[i]);
        }
}

static bool is_exporter(const struct asked *a, struct metric_map *map, bool *read_map)
{
    if (!a->shared)
        return a->slow || speaks_http(a);
    if (a->answer.len == 0)
        return false;
    if (!*read_map)
        (void)!metric_map_add(map, data_metrics, "metrics.conf", NULL);
    *read_map = true;
    return is_known(map, a->answer.data, a->answer.len);
}

static size_t start_asking(struct asked *all, const int *ports)
{
    size_t count = 0;

    for (size_t i = 0; count < PORTS_MAX; i++) {
        if (ports != NULL ? ports[i] == 0 : i == ARRAY_LEN(usual_ports))
            break;
        int port = ports != NULL ? abs(ports[i]) : usual_ports[i].port;
        all[count] = (struct asked){.port = port,
                                    .fd = start_connecting(port),
                                    .shared = ports != NULL ? ports[i] > 0 : usual_ports[i].shared};
        buf_init(&all[count++].answer, PAGE_MAX);
    }
    return count;
}

void discover_exporters(struct buf *targets, const int *ports)
{
    struct asked all[PORTS_MAX];
    struct metric_map map;
    mono_ms until = clock_mono() + PATIENCE_MS, soon = clock_mono() + QUICK_MS;
    size_t count = start_asking(all, ports);
    bool read_map = false;

    while (wait_for_all(all, count, (int)(soon - clock_mono())))
        ;
    believe_the_slow(all, count);
    while (wait_for_all(all, count, (int)(until - clock_mono())))
        ;
    metric_map_init(&map);
    for (size_t i = 0; i < count; i++) {
        if (is_exporter(&all[i], &map, &read_map))
            buf_addf(targets, "%s127.0.0.1:%d", targets->len > 0 ? "," : "", all[i].port);
        if (all[i].fd >= 0)
            stop(&all[i]);
        buf_fini(&all[i].answer);
    }
    metric_map_free(&map);
}
