/* SPDX-License-Identifier: MIT
 * serve.h - the simulated centers on loopback: one port each, where its slurmrestd (/slurm/...) and the pages of its nodes
 * (/NODE/metrics) answer, and where it can be told to misbehave.
 * Thread: the caller's, in serve_run. Owner: the caller. */
#ifndef SUAN_FLEETSIM_SERVE_H
#define SUAN_FLEETSIM_SERVE_H

#include "base/buf.h"
#include "fleetsim/world.h"

struct serve_conf {
    const struct scenario *scenario;
    const char *address;
    uint16_t port; /* of the first center, the others follow; 0: any free ones */
    uint64_t seed;
    double speed;   /* simulated seconds in a second */
    wall_ms begins; /* what time it is there when it begins */
    int parent_fd;  /* ends when this end of a pipe is closed; -1 = never */
};

struct serve;
enum rc serve_new(const struct serve_conf *conf, struct serve **out, struct err *e);
/* The configuration with which suantop watches this fleet, as YAML. */
void serve_write_config(const struct serve *s, struct buf *out);
/* Until SIGTERM, SIGINT or SIGHUP came (serve_stop) or the parent is gone. */
enum rc serve_run(struct serve *s, struct err *e);
void serve_stop(struct serve *s); /* any thread, signal-safe */
void serve_free(struct serve *s);

#endif
