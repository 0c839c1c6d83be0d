/* SPDX-License-Identifier: MIT
 * flight.h - one request from its start to the last delta, whatever carries it.
 *
 * A flight lands once (the answer was judged) and is over when the queue has taken its last delta too;
 * then its owner frees it. Thread: net. */
#ifndef SUAN_IO_FLIGHT_H
#define SUAN_IO_FLIGHT_H

#include "io/command.h"
#include "io/exchange.h"
#include "io/http.h"
#include "io/pipe.h"

struct flight;

/* What all sources share. */
struct carriers {
    struct http *http;
    struct children *children;
    struct pipes *pipes;
};

struct landing {
    enum rc rc; /* the verdict */
    struct err err;
    const char *mend; /* NULL = none */
    const struct reply *reply;
};

struct flight_conf {
    struct exchange_env env;
    const char *const *headers;
    const char *ca_file;
    bool insecure;
    bool once;       /* it must not be sent a second time, not even by libcurl */
    uint32_t ticket; /* of a lookup; 0 = an ordinary request */
    void *arg;
    /* May not free the flight. */
    void (*landed)(void *arg, struct flight *f, const struct landing *l);
};

/* Takes rq. What fails at once lands in the next flight_run. */
struct flight *flight_start(const struct carriers *carriers, const struct flight_conf *conf,
                            struct request *rq, mono_ms now);
void flight_free(struct flight *f); /* cancels what is under way; no landing */
/* Clock and backpressure. */
void flight_run(struct flight *f, mono_ms now);
mono_ms flight_due(const struct flight *f, mono_ms now);
bool flight_is_over(const struct flight *f);
uint32_t flight_ticket(const struct flight *f);
const struct request *flight_request(const struct flight *f);
const struct exchange *flight_exchange(const struct flight *f);

#endif
