/* SPDX-License-Identifier: MIT
 * page_server.c - see page_server.h. One thread, epoll, one write an answer. */
#include "page_server.h"
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE_MAX = 1 << 20, EVENTS = 512 };

static const char *const metric_names[] = {
    "DCGM_FI_DEV_SM_CLOCK",
    "DCGM_FI_DEV_MEM_CLOCK",
    "DCGM_FI_DEV_MEMORY_TEMP",
    "DCGM_FI_DEV_GPU_TEMP",
    "DCGM_FI_DEV_POWER_USAGE",
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_MEM_COPY_UTIL",
    "DCGM_FI_DEV_ENC_UTIL",
    "DCGM_FI_DEV_DEC_UTIL",
    "DCGM_FI_DEV_XID_ERRORS",
    "DCGM_FI_DEV_FB_FREE",
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_FB_RESERVED",
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL",
    "DCGM_FI_DEV_VGPU_LICENSE_STATUS",
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS",
    "DCGM_FI_DEV_ROW_REMAP_FAILURE",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
    "DCGM_FI_PROF_DRAM_ACTIVE",
    "DCGM_FI_PROF_PCIE_TX_BYTES",
};
enum { NAMES = sizeof metric_names / sizeof metric_names[0] };

size_t page_write(char *out, size_t size, unsigned host, unsigned round, int devices, int metrics)
{
    size_t n = 0;

    for (int m = 0; m < metrics && m < NAMES; m++) {
        n += (size_t)snprintf(out + n, size - n,
                              "# HELP %s One of the figures of a device.\n# TYPE %s gauge\n",
                              metric_names[m], metric_names[m]);
        for (int d = 0; d < devices; d++)
            n += (size_t)snprintf(
                out + n, size - n,
                "%s{gpu=\"%d\",UUID=\"GPU-%08x-d595-d1c7-d1d2-%012d\",pci_bus_id=\"00000000:%02X:00.0\",device=\"nvidia%d\","
                "modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"cn%05u\",DCGM_FI_DRIVER_VERSION=\"580.105.08\"} %u\n",
                metric_names[m], d, host, d, 16 + d, d, host,
                30 + (unsigned)(m * 7 + d + (int)round) % 60);
    }
    return n;
}

static void answer(int fd, const struct page_server *s, unsigned *rounds)
{
    static char page[PAGE_MAX], body[PAGE_MAX];
    struct sockaddr_in local;
    socklen_t len = sizeof local;
    char request[4096];

    ssize_t got = read(fd, request, sizeof request);
    if (got <= 0) {
        close(fd);
        return;
    }
    getsockname(fd, (struct sockaddr *)&local, &len);
    unsigned host = ntohl(local.sin_addr.s_addr) & 0xffffff;
    size_t n = page_write(body, sizeof body, host, ++*rounds / 1000, s->devices, s->metrics);
    int head = snprintf(
        page, sizeof page,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %zu\r\n\r\n",
        n);
    memcpy(page + head, body, n);
    for (size_t at = 0, all = (size_t)head + n; at < all;) {
        ssize_t sent = send(fd, page + at, all - at, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += (size_t)sent;
    }
}

static void serve(int listener, const struct page_server *s)
{
    struct epoll_event events[EVENTS], ev = {.events = EPOLLIN, .data.fd = listener};
    int epoll = epoll_create1(0);
    unsigned rounds = 0;

    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd != listener) {
                answer(events[i].data.fd, s, &rounds);
                continue;
            }
            int fd = accept(listener, NULL, NULL);
            ev.data.fd = fd;
            if (fd >= 0)
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev);
        }
    }
}

static void raise_files(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

void page_server_start(struct page_server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    socklen_t len = sizeof a;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 4096) != 0)
        err(2, "cannot listen");
    getsockname(fd, (struct sockaddr *)&a, &len);
    s->port = ntohs(a.sin_port);
    s->pid = fork();
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        raise_files();
        serve(fd, s);
    }
    close(fd);
}

void page_server_stop(struct page_server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
}
