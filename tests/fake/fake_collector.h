/* SPDX-License-Identifier: MIT
 * fake_collector.h - the smallest collector that uses every part of the contract, for tests of io.
 *
 * One request each `every`: over HTTP (url or socket), through a pipe server (`pipe`), or a command
 * (`run`). JSON answers are {"rows": [{"name": "n1", "cpus": 4}, ...]}; lines are "name cpus". Rows
 * become nodes. A row without a name is bad. More members of a row: state (a word), drain, reason, by; "jobs" is a
 * list of {"id", "state", "submitted", "started", "restarts", "user"} (times in seconds), "cluster" a name.
 * It is patient, as a machine may be slow: a test of what comes too late gives `patience` and `total`.
 * While somebody looks at its center it asks for /looked-at/NODE (/looked-at/all) instead.
 *
 * Actions (fake_act.c): reread GET /node/NAME or /job/ID, 404 = gone; POST /node/NAME {"state": ..., "reason": ...},
 * POST /job/ID {"hold": ...}, DELETE /job/ID, GET /job/ID/requeue; an answer that holds "error" failed. With `act`, a shell
 * text, the mutating request is a command: $1 is the verb, $2 the name. `acts` false = this source cannot act. */
#ifndef SUAN_TESTS_FAKE_FAKE_COLLECTOR_H
#define SUAN_TESTS_FAKE_FAKE_COLLECTOR_H

#include "collectors/collector.h"

extern const struct collector_ops fake_collector;
extern const struct collector_ops fake_collector_bearer;

enum { FAKE_OPTIONS = 24 };
enum { FAKE_POLL = 1, FAKE_REREAD, FAKE_ACT };

/* Of the state of a fake source: its conf, and a request like those of a poll (fake_act.c needs them). */
const struct source_conf *fake_conf_of(const void *state);
void fake_fill(const void *state, struct request *rq);
extern const struct collector_act_ops fake_act;

/* A source_conf whose options are `name, value` pairs ended by NULL; the strings are borrowed. */
struct fake_conf {
    struct source_conf conf;
    const char *values[FAKE_OPTIONS];
};
void fake_conf_init(struct fake_conf *c, uint16_t source, const char *id, ...)
    __attribute__((sentinel));

#endif
