/* SPDX-License-Identifier: MIT
 * session_past.h - the history of a session: what earlier runs knew comes in before anything is asked, what this run
 * learns is kept. Thread: main. */
#ifndef SUAN_APP_SESSION_PAST_H
#define SUAN_APP_SESSION_PAST_H

#include "app/session.h"

/* Wants a history from session_start_live on. file: from the command line, over the configuration's; "off" = none.
 * once: read it, write nothing. Without this call a session has no history. */
void session_want_past(struct session *s, const char *file, bool once);
/* Was a history wanted, and not turned off? */
bool session_has_past(const struct session *s);
/* For session_start_live: the thread begins; the net is released when all is loaded, or at once without a history. */
void session_start_past(struct session *s);
/* Whoever writes the history tells of alerts, or who has none. arg: the session. Any thread, after session_start_past. */
enum alarm_duty session_alarm_duty(void *arg);
/* After the ingest has stopped, whose last snapshot is written. False: the thread hangs in the disk, and nothing that
 * it uses may be freed. */
bool session_stop_past(struct session *s);
void session_free_past(struct session *s);
/* Acknowledges, silences ...: shown at once, kept, and told to the others. Any thread; does not wait. */
void session_annotate(struct session *s, const struct annotation *a);

#endif
