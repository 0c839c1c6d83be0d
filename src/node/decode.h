/* SPDX-License-Identifier: MIT
 * decode.h - what a collector's child prints, a JSON object a line, as samples.
 *
 * Entities: node, energy, sensor (collectors/local/probe.h); gpu_expected, gpu, gpu_instance, gpu_job, gpu_error, xid
 * (gpu.h); asking (which GPU the calls from here on are about: if they do not return, that one hangs); textfile, other
 * (textfile.h); trouble (the round did not go well: `what` says why), note (worth a line in the log, once), idle, end.
 * Pure; thread: one reader, one thread. */
#ifndef SUAN_NODE_DECODE_H
#define SUAN_NODE_DECODE_H

#include "base/err.h"
#include "codec/json.h"
#include "node/samples.h"
#include "node/xids.h"

struct round {
    struct samples samples;
    bool ended;
    bool idle;         /* there is nothing to tell of: ask another process in a while */
    char trouble[200]; /* "" when all went well */
    char note[200];    /* "" when there is none */
    char asking[24];   /* the GPU that is being asked, or "" */
    struct xid_event *xids;
    size_t xid_count, xid_cap;
};

void round_init(struct round *r);
void round_fini(struct round *r);
void round_reset(struct round *r);
/* RC_SYNTAX or RC_SCHEMA for what is no such line. */
enum rc decode_line(struct json_reader *reader, const char *line, size_t len, struct round *out,
                    struct err *e);

/* For the readers of entities. "" when the row does not have it. */
const char *decode_text(const struct json *row, const char *key);
/* One member of a row as a sample; nothing when the row does not have it. */
void decode_put(struct samples *s, enum family family, const struct json *row, const char *key,
                double scale, const struct label *labels);
/* decode_gpu.c: the entities that begin with gpu, xid and asking. False: it is none of them. */
bool decode_gpu(const char *entity, const struct json *row, struct round *out);
/* decode_other.c: the entities textfile and other. False: it is none of them. */
bool decode_other(const char *entity, const struct json *row, struct round *out);

#endif
