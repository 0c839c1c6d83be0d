/* SPDX-License-Identifier: MIT
 * decode.h - what a collector's child prints, a JSON object a line, as samples.
 *
 * Entities: node, energy, sensor (collectors/local/probe.h), gpu_expected, gpu (gpu.h), trouble (the round did not
 * go well: `what` says why), end. Pure; thread: one reader, one thread. */
#ifndef SUAN_NODE_DECODE_H
#define SUAN_NODE_DECODE_H

#include "base/err.h"
#include "codec/json.h"
#include "node/samples.h"

struct round {
    struct samples samples;
    bool ended;
    char trouble[200]; /* "" when all went well */
};

/* RC_SYNTAX or RC_SCHEMA for what is no such line. */
enum rc decode_line(struct json_reader *reader, const char *line, size_t len, struct round *out,
                    struct err *e);

#endif
