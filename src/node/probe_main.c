/* SPDX-License-Identifier: MIT
 * probe_main.c - suantop-node-probe COLLECTOR ROOT [KEY=VALUE]...: one collector's child of suantop-node.
 *
 * A program of its own, so that a collector carries neither the HTTP server nor TLS: less memory each, and what a
 * driver's library breaks is not what faces the network. */
#include "node/collect.h"
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("suantop-node-probe: suantop-node runs it\n", stderr);
        return 64;
    }
    return collect_serve(argv[1], argv[2], (const char *const *)argv + 3);
}
