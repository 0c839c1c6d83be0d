/* SPDX-License-Identifier: MIT
 * rig.h - net, queue, ingest and hub put together as the program does, for tests.
 *
 * Waiting is always for a condition on a snapshot or a server, with a limit; never for a fixed time. */
#ifndef SUAN_TESTS_FAKE_RIG_H
#define SUAN_TESTS_FAKE_RIG_H

#include "base/queue.h"
#include "io/ingest.h"
#include "io/net.h"
#include "tests/fake/fake_collector.h"

enum { RIG_SOURCES = 16 };

struct rig {
    struct queue *queue;
    struct snapshot_hub *hub;
    struct ingest *ingest;
    struct net *net;
    struct net_options options; /* change before rig_start */
    struct fake_conf confs[RIG_SOURCES];
    struct net_source sources[RIG_SOURCES];
    size_t count;
};

void rig_init(struct rig *r);
/* The conf of source `count`, to be initialised with fake_conf_init; ops NULL = fake_collector. */
struct fake_conf *rig_add(struct rig *r, const struct collector_ops *ops);
void rig_start(struct rig *r);
void rig_stop(struct rig *r); /* keeps the last snapshot in the hub */
void rig_fini(struct rig *r);

/* What the newest snapshot says about a source; texts are copies. */
struct rig_source {
    enum source_state state;
    double requests, failures, consecutive, bad, bytes, interval_ms;
    wall_ms last_ok_at, next_try_at;
    char error_code[32], error[512], mend[256], bad_example[256];
};
bool rig_source(struct rig *r, uint16_t source, struct rig_source *out);
uint32_t rig_nodes(struct rig *r, bool living_only);
/* Sleeps in small steps until test() holds; whether it does. ms: how long that takes at most on a machine that has nothing else
 * to do; ten times as long is waited, and a minute at least. */
bool rig_wait(struct rig *r, bool (*test)(struct rig *r, void *arg), void *arg, int ms);
bool rig_wait_state(struct rig *r, uint16_t source, enum source_state state, int ms);
/* A source that fails for this reason and in these words; on a slow machine it may fail for another one first. False: not in
 * time, and what it said instead is on stderr. */
bool rig_wait_fault(struct rig *r, uint16_t source, const char *code, const char *words, int ms);
bool rig_wait_nodes(struct rig *r, uint32_t living, int ms);
bool rig_wait_rows(struct rig *r, enum entity e, uint32_t living, int ms);
/* Whole newest snapshot as text without times, to be compared; malloc'd. */
char *rig_dump(struct rig *r);
size_t rig_open_fds(void);

#endif
