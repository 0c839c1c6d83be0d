/* SPDX-License-Identifier: MIT
 * fake_collector.h - the smallest collector that uses every part of the contract, for tests of io.
 *
 * One request each `every`: over HTTP (url or socket), through a pipe server (`pipe`), or a command
 * (`run`). JSON answers are {"rows": [{"name": "n1", "cpus": 4}, ...]}; lines are "name cpus". Rows
 * become nodes. A row without a name is bad. */
#ifndef SUAN_TESTS_FAKE_FAKE_COLLECTOR_H
#define SUAN_TESTS_FAKE_FAKE_COLLECTOR_H

#include "collectors/collector.h"

extern const struct collector_ops fake_collector;
extern const struct collector_ops fake_collector_bearer;

enum { FAKE_OPTIONS = 20 };

/* A source_conf whose options are `name, value` pairs ended by NULL; the strings are borrowed. */
struct fake_conf {
    struct source_conf conf;
    const char *values[FAKE_OPTIONS];
};
void fake_conf_init(struct fake_conf *c, uint16_t source, const char *id, ...)
    __attribute__((sentinel));

#endif
