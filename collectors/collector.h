/* SPDX-License-Identifier: MIT
 * collector.h - the contract between a collector and the I/O layer.
 *
 * A collector does no I/O and never reads a clock: plan() says which requests are due, the I/O layer sends
 * them and cuts the answers, decode() turns one slice into rows, done() judges the whole answer. So no
 * collector can block, each decoder is a fuzz target, and a recording can be replayed through it.
 * A collector MUST NOT: open, read, write, fork, sleep, log secrets, keep pointers into a request or slice
 * after the call, or expand text that came from outside.
 * Thread: all calls for one source come from the net thread (or from replay), never two at a time.
 * Registration: one line in collectors.def; registry.h lists them. */
#ifndef SUAN_COLLECTORS_COLLECTOR_H
#define SUAN_COLLECTORS_COLLECTOR_H

#include "action/request.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/delta.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- configuration ------------------------------------------------------------------------------ */

enum option_type {
    OPT_STR,
    OPT_URL,
    OPT_PATH,
    OPT_COMMAND,
    OPT_DURATION,
    OPT_BOOL,
    OPT_SIZE,
    OPT_WORD,
    OPT_LIST /* texts with commas between them; in the file a YAML list, too */
};

struct option_desc {
    const char *name; /* key in the YAML mapping of the source */
    enum option_type type;
    const char *help;
    const char *fallback; /* value when unset; NULL = unset */
    const char *words;    /* OPT_WORD: accepted words, space-separated */
};

/* Options that the I/O layer itself reads for every HTTP source: put this at the head of the table. */
#define COMMON_HTTP_OPTIONS                                                                        \
    {"url", OPT_URL, "https://host:port (http only with insecure: true)", NULL, NULL},             \
        {"socket", OPT_PATH, "unix socket to speak HTTP over", NULL, NULL},                        \
        {"ca_file", OPT_PATH, "certificate authority to verify the server with", NULL, NULL},      \
        {"insecure", OPT_BOOL, "allow http:// for this source (TLS itself is always verified)",    \
         "false", NULL},                                                                           \
        {"user", OPT_STR, "user name that goes with the token", NULL, NULL},                       \
        {"token_file", OPT_PATH,                                                                   \
         "file that holds the token; must not be readable by group or others", NULL, NULL},        \
    {                                                                                              \
        "token_command", OPT_COMMAND, "command that prints the token", NULL, NULL                  \
    }

/* Texts that the app read from files for those collectors that are made of them. */
struct source_data {
    const char *metrics
        [2]; /* which metric is which field (data/metrics.conf): built in, and the site's; NULL = none */
    const char *metrics_name[2]; /* for errors: "metrics.conf", "/etc/suantop/metrics.conf" */
};

struct source_conf {
    uint16_t center, source; /* indices of the rows */
    const char *center_id;   /* identity of the CENTER row */
    const char *id;          /* identity of the SOURCE row, unique: "tianjin/slurm" */
    const char *collector;
    const struct option_desc *options;
    size_t option_count;
    const char *const *values;      /* by option index; fallback already applied; NULL = unset */
    const struct source_data *data; /* NULL = the built-in texts alone */
    const char *self; /* path of this program, for collectors that run `suantop probe` */
};
/* Value of an option, NULL if unset (and if there is no such option: a bug that tests find). */
const char *source_opt(const struct source_conf *c, const char *name);
int64_t source_opt_ms(const struct source_conf *c, const char *name, int64_t fallback);
bool source_opt_bool(const struct source_conf *c, const char *name);

/* ---- requests ----------------------------------------------------------------------------------- */

enum via {
    VIA_HTTP, /* method + path at base_url or unix_socket, through libcurl */
    VIA_PIPE, /* the same HTTP over stdin and stdout of a child that is kept open (slurmrestd behind ssh) */
    VIA_COMMAND /* run argv, take its stdout */
};
enum cut {
    CUT_WHOLE, /* one slice: the whole body, at most slice_max bytes */
    CUT_JSON, /* elements of the top-level arrays `arrays`; other top-level members come as slices too */
    CUT_LINES /* one slice per line */
};

struct request {
    int what;     /* the collector's own code: decode() and done() switch on it */
    uint32_t tag; /* the collector's own number (target index ...) */
    enum via via;
    const char *label; /* short, without secrets, for the sources view: "GET /jobs", "squeue" */
    /* VIA_HTTP, VIA_PIPE */
    const char *method; /* "GET" */
    const char *
        base_url; /* "https://host:6820"; with unix_socket or VIA_PIPE only its path part matters */
    const char *unix_socket;
    const char *path;   /* begins with '/', already percent-encoded */
    const char *body;   /* NULL = none; JSON */
    const char *accept; /* a whole header line ("Accept: text/plain"); NULL = none */
    /* Many servers: connections are kept apart by this number of the source's own (1 to 65535), about a hundred servers each,
     * because libcurl's cost grows with the connections of a pool. 0 = the common one. */
    uint32_t pool;
    bool form; /* the body is a form instead: a=b&c=d, percent-encoded */
    /* VIA_COMMAND, and for VIA_PIPE the server to start */
    const char *
        prefix; /* command before argv ("ssh login01"), split into words by the I/O layer; NULL = none.
                                 * Behind ssh each argv element is quoted for the remote shell. */
    const char *const *argv; /* NULL-terminated */
    const char *const
        *env; /* extra NAME=value for the child; the child gets a cleaned environment */
    /* answer */
    enum cut cut;
    const char *const *arrays; /* CUT_JSON: NULL-terminated top-level keys, or "object.key" */
    /* 0 = 1 MiB. Of an element over half a MiB, members that are long lists or objects come as null: jsonstream.h. */
    size_t slice_max;
    uint64_t body_max;        /* decompressed bytes; 0 = 64 MiB */
    int64_t first_byte_ms;    /* patience until the first byte; 0 = 10 s */
    int64_t total_ms;         /* patience for the whole answer; 0 = 30 s */
    bool lists[ENTITY_COUNT]; /* a good answer lists these entities completely: see delta_poll */
    bool accept_any_status; /* done() wants to judge error statuses itself (it always sees them) */
    struct arena arena;     /* owns every string above; use request_str */
};

struct request_list; /* made by the I/O layer */
/* A zeroed request that belongs to the list. */
struct request *request_add(struct request_list *list);
char *request_str(struct request *rq, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Copy of a NULL-terminated list into the request's arena. */
const char *const *request_strv(struct request *rq, const char *const *list);
/* Percent-encode one path segment or query value into the request's arena. */
char *request_encode(struct request *rq, const char *s);

struct reply {
    enum rc rc;     /* transport verdict: RC_OK = a complete answer arrived (whatever its status) */
    struct err err; /* when rc != RC_OK */
    int status;     /* HTTP status; VIA_COMMAND: exit status */
    uint64_t bytes; /* decompressed */
    uint64_t bad_slices; /* slices that could not be cut or decoded */
    int64_t first_byte_ms, total_ms;
    int retry_after_s;        /* from the header; -1 = none */
    bool has_date;            /* a Date header came, of a source of one server ... */
    int64_t ahead_ms;         /* ... so far its clock was ahead of ours then */
    const char *content_type; /* "" if none */
    const char
        *head;   /* first bytes of the body (at most 512, NUL-terminated, raw): for error texts. For
                                 * VIA_COMMAND: the first bytes of its stderr */
    wall_ms at;  /* when it ended */
    bool unsent; /* rc != RC_OK: certainly not one byte of the request reached the other side */
};

/* ---- the collector ------------------------------------------------------------------------------ */

enum auth_scheme {
    AUTH_NONE,
    AUTH_SLURM, /* X-SLURM-USER-NAME + X-SLURM-USER-TOKEN */
    AUTH_BEARER,
    AUTH_HTTP /* Bearer, or with a `user` Basic, the token being the password */
};

/* Actions. Called by the actor (io/actor.c) and by nothing else: a lint holds that. Each call is for one target.
 * The order of one action: reread -> decode -> (actor compares) -> encode -> judge -> reread -> decode. */
struct collector_act_ops {
    /* Can this source carry the verb at all, now? RC_OK, or RC_UNSUPPORTED / RC_REFUSED with words for the plan ("needs
     * scontrol: set command", "this user may not drain"). *how: static or state-owned words: "scontrol on ssh login1". */
    enum rc (*can)(void *state, enum action_verb verb, const char **how, struct err *e);
    /* A request that reads the target again, over the same way that the action will take. Its answer goes through
     * the ordinary decode() and done() and ends as rows of one delta (no poll, nothing swept; *end is not looked at).
     * The target's row must be whole, never a `keep`; a CENTER row with its cluster's name is compared too. A target that
     * does not exist any more is an answer without its row, for which done() says RC_OK whatever its status. */
    enum rc (*reread)(void *state, enum action_verb verb, const struct action_target *t,
                      struct request *out, struct err *e);
    /* The mutating request itself. Names are percent-encoded or one argv element, whatever they contain. */
    enum rc (*encode)(void *state, const struct action_order *o, const struct action_target *t,
                      struct request *out, struct err *e);
    /* Did it work? body: the whole answer (at most slice_max, 0 = 64 KiB; what is longer is cut), NUL-terminated; for
     * commands its stdout. RC_OK = accepted; RC_REFUSED (rights), RC_STALE (state does not allow it any more),
     * RC_UNSUPPORTED, RC_HTTP ... with e->msg in words; RC_TIMEOUT and RC_NET = nobody knows (UNKNOWN). Called for transport
     * failures too, when something may have arrived; an answer that is not complete is UNKNOWN whatever this says. */
    enum rc (*judge)(void *state, const struct action_order *o, const struct action_target *t,
                     const struct request *rq, const struct reply *reply, const char *body,
                     size_t len, struct err *e);
};

struct collector_ops {
    const char *name; /* key in the configuration */
    const char *help;
    const struct option_desc *options;
    size_t option_count;
    enum auth_scheme auth;
    /* Requests of one source at the same time; more than 16: a source of many servers, which tells its interval itself. */
    unsigned max_in_flight;
    /* seed: randomness for jitter, an argument so that tests are deterministic. */
    enum rc (*open)(const struct source_conf *conf, uint64_t seed, void **state, struct err *e);
    void (*close)(void *state);
    /* Adds what is due at `now` to the list (nothing while its requests are in flight is the caller's business:
     * plan is only called with room in flight). Returns when to ask again; the caller asks again after done()
     * anyway, and delays the call while the source backs off. wall: for requests that carry a time. */
    mono_ms (*plan)(void *state, mono_ms now, wall_ms wall, struct request_list *out);
    /* One slice. key: JSON top-level key ("" for an element of a root array, a line, or a whole body). Adds rows to d.
     * Not RC_OK: the slice is counted as bad with e as its example; the answer goes on. */
    enum rc (*decode)(void *state, const struct request *rq, const char *key, const char *text,
                      size_t len, struct delta *d, struct err *e);
    /* The answer is complete or failed. Sets *end for the poll (POLL_GOOD, POLL_BAD or POLL_SAME), may add rows
     * (its SOURCE row: via, note, version ...). Its return is the verdict on the source: RC_OK, or the class of the
     * failure with e filled: e->msg says what happened, *mend (static or request-arena text) what to do about it.
     * RC_AUTH pauses polling until the operator retries or the token file changes. */
    enum rc (*done)(void *state, const struct request *rq, const struct reply *reply, mono_ms now,
                    struct delta *d, enum poll_end *end, const char **mend, struct err *e);
    /* The operator wants fresh data: everything is due now (within the collector's own politeness floor). */
    void (*refresh)(void *state, mono_ms now);
    /* A request for the raw record of one thing, as the other side tells it (key `y`). CUT_WHOLE; its answer is shown,
     * not decoded. RC_UNSUPPORTED if there is none. id: raw identity bytes; must be passed encoded or as one argv element. */
    enum rc (*lookup)(void *state, enum entity e, const char *id, struct request *out,
                      struct err *err);
    const struct collector_act_ops *act; /* NULL = this kind of source cannot act */
    /* Somebody looks at a center (node NULL) or at one node of it: what is only told on demand is due now, and until `until`.
     * NULL = this kind of source tells everything anyway. */
    void (*focus)(void *state, const char *node, mono_ms now, mono_ms until);
    /* Whose word counts where several sources tell the same value of the same thing, while it is fresh: the higher.
     * [0] what schedulers tell (GROUP_SCHED): slurm 9, exporter 6, local 5, prometheus 3; [1] telemetry (GROUP_TELE): exporter
     * 6, local 5, prometheus 3, slurm 1. */
    uint8_t rank[2];
};

#endif
