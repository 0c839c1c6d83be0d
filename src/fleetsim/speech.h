/* SPDX-License-Identifier: MIT
 * speech.h - what a center answers to one HTTP request, without any HTTP: pure functions of a world, so that the wire formats
 * are tested without a socket. Long lists are made piece by piece: the whole of one is never in memory.
 * Thread: that of the world. Owner: the caller; speech_free when done, also after an error. */
#ifndef SUAN_FLEETSIM_SPEECH_H
#define SUAN_FLEETSIM_SPEECH_H

#include "base/buf.h"
#include "fleetsim/world.h"

struct speech_request {
    const char *method, *path; /* the path decoded, without its query */
    const char *query;         /* as sent, "" = none */
    const char *body;          /* NUL-terminated */
    size_t body_len;
    const char *user;   /* who asks (X-SLURM-USER-NAME), "" = not told */
    const char *accept; /* formats of a metrics page */
};

struct speech {
    unsigned status;
    const char *type; /* content type */
    struct buf body;  /* the next piece; the server empties it */
    /* Adds the next piece to body; false when there is none. NULL = body is all. */
    bool (*more)(struct speech *s);
    struct world *world;
    uint32_t next;        /* of what is listed */
    int version;          /* of the data parser */
    bool first;           /* no element has been written */
    uint64_t number;      /* of the accounts: the next record, and from when to when */
    wall_ms since, until; /* as clocks show it */
};

void speech_init(struct speech *s, struct world *w);
void speech_free(struct speech *s);
void speech_say(struct speech *s, unsigned status, const char *type, const char *text);
/* Value of name=value in a query; false if there is none. Percent signs are decoded. */
bool speech_arg(const struct speech_request *rq, const char *name, char *out, size_t size);

/* /slurm/v0.0.N/..., as slurmrestd of the center's version answers. */
void slurm_speak(struct speech *s, const struct speech_request *rq);
/* /api/v1/...: the center's Prometheus, where it has one. */
void prometheus_speak(struct speech *s, const struct speech_request *rq);
/* /NODE/metrics: the page of what exports there. */
void page_speak(struct speech *s, const struct speech_request *rq);

#endif
