/* SPDX-License-Identifier: MIT
 * listen.c - see listen.h. */
#include "node/listen.h"
#include "base/sentence.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

enum rc listen_resolve(const char *listen, struct addrinfo **out, struct err *e)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    const char *colon = strrchr(listen, ':');
    size_t len = colon != NULL ? (size_t)(colon - listen) : 0;
    char host[64];

    if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']')
        listen++, len -= 2;
    else if (memchr(listen, ':', len) != NULL)
        len = 0;
    if (len == 0 || len >= sizeof host || colon[1] == '\0')
        return err_set(e, RC_USAGE, "--listen",
                       S_("give ADDRESS:PORT, as in 127.0.0.1:19400 or [::1]:19400"));
    memcpy(host, listen, len);
    host[len] = '\0';
    int code = getaddrinfo(host, colon + 1, &hints, out);
    if (code != 0)
        return err_set(e, RC_USAGE, "--listen", "%s: %s", host, gai_strerror(code));
    return RC_OK;
}

bool listen_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return address->sa_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(in6) ||
            (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == IN_LOOPBACKNET));
}

enum rc listen_open(const char *listen_on, const struct addrinfo *address, int *fd, struct err *e)
{
    const int on = 1;
    int s = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (s >= 0) {
        setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (address->ai_family == AF_INET6)
            setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (s < 0 || bind(s, address->ai_addr, address->ai_addrlen) != 0 || listen(s, BACKLOG) != 0) {
        int why = errno;
        if (s >= 0)
            close(s);
        return err_sys(e, RC_NET, why, listen_on, S_("cannot listen"));
    }
    *fd = s;
    return RC_OK;
}

unsigned listen_port(int fd)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &len) != 0)
        return 0;
    return ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                            : ((struct sockaddr_in *)&name)->sin_port);
}

void listen_name(const struct sockaddr *address, char out[LISTEN_NAME_MAX])
{
    const void *ip = address->sa_family == AF_INET6
                         ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                         : (const void *)&((const struct sockaddr_in *)address)->sin_addr;

    if (inet_ntop(address->sa_family, ip, out, LISTEN_NAME_MAX) == NULL)
        snprintf(out, LISTEN_NAME_MAX, "?");
}
