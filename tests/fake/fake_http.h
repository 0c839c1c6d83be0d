/* SPDX-License-Identifier: MIT
 * fake_http.h - an HTTP server for tests that does wrong what its script says.
 *
 * The script is lines; each `on` begins a rule, the first rule that fits a request answers it:
 *   on GET /nodes          method and beginning of the path; `*` fits any method
 *   once                   the rule is used up by its first request
 *   want Name: value       the request must have this header (a miss is counted)
 *   lack Name              ... must not have it
 *   status 401 Unauthorized
 *   header Name: value
 *   length auto | none | chunked | NUMBER
 *   body TEXT              \n \r \e \\ \xHH; several lines are joined
 *   repeat N TEXT          N times
 *   gzip N                 the body is a gzip stream of N MB of blanks
 *   pieces N MS            N bytes a write, MS milliseconds between them
 *   cut N                  close after N body bytes          rst   ... with a reset
 *   stall headers | stall body N     say nothing more (before the headers, after N body bytes)
 *   slow headers MS        one header byte each MS milliseconds
 *   endless                chunks for ever
 *   raw TEXT               these bytes instead of an answer
 *   hangup                 the request is read, and the connection closed without a byte (rst: with a reset)
 *   wait MS                before the answer
 * Thread: any; one thread a connection. */
#ifndef SUAN_TESTS_FAKE_FAKE_HTTP_H
#define SUAN_TESTS_FAKE_FAKE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct fake_http;

/* On 127.0.0.1, or on a unix socket. The script is copied. */
struct fake_http *fake_http_start(const char *script, const char *unix_path);
void fake_http_stop(struct fake_http *f);
/* A new script for the requests to come. */
void fake_http_script(struct fake_http *f, const char *script);
int fake_http_port(const struct fake_http *f);
const char *fake_http_url(const struct fake_http *f);
size_t fake_http_requests(struct fake_http *f);
size_t fake_http_connections(struct fake_http *f);
size_t fake_http_misses(struct fake_http *f); /* wants and lacks that did not hold */
/* How many requests began with these bytes ("POST /node/")? */
size_t fake_http_count(struct fake_http *f, const char *start);
/* Head and body of the n-th of them, from 0; "" if there were fewer. Lives as long as the server. */
const char *fake_http_request(struct fake_http *f, const char *start, size_t n);
/* Sees each request before it is answered, in the thread of its connection. */
void fake_http_watch(struct fake_http *f, void (*seen)(void *arg, const char *request), void *arg);
/* Did any request carry these bytes? */
bool fake_http_saw(struct fake_http *f, const char *text);

#endif
