/* SPDX-License-Identifier: MIT
 * alarm.h - runs the configured program when an alert fires, gets worse or is resolved.
 *
 * A thread of its own looks at each new snapshot, so nothing waits for the program: neither the screen nor the
 * network. The program gets words and an environment, never a shell; it has ten seconds and runs alone: the next one
 * starts when it has ended. At most ten at once in a row, then one each two seconds; more than 256 that wait are
 * dropped, and the log says so. A silenced alert runs nothing until its silence is over. An alert that fired before
 * this thread began (it was restored) runs nothing until it ends or gets worse. Of several processes one tells: the
 * others (enum alarm_duty) only remember what was told.
 *   PROGRAM WORD... firing|resolved SEVERITY CENTER ALERT SUMMARY
 *   SUANTOP_ALERT_STATE _SEVERITY _CENTER _ID _RULE _NODE _SUMMARY _VALUE _THRESHOLD _SINCE _FIRED_AT _RESOLVED_AT
 * Texts are the clean ones that a screen shows, and none begins with a dash. Thread: new, wake, free from any. */
#ifndef SUAN_IO_ALARM_H
#define SUAN_IO_ALARM_H

#include "base/err.h"
#include "model/snapshot.h"

struct alarm;

enum alarm_duty { ALARM_OURS, ALARM_OTHERS, ALARM_LATER /* that is not settled yet */ };

/* The command is cut into words as by argv_split. Borrows the hub. since: alerts that fired before are old news. */
enum rc alarm_new(const char *command, struct snapshot_hub *hub, wall_ms since, struct alarm **out,
                  struct err *e);
/* duty: asked on the alarm's thread; NULL = ours. */
enum rc alarm_start(struct alarm *a, enum alarm_duty (*duty)(void *arg), void *arg, struct err *e);
void alarm_wake(struct alarm *a); /* there is a new snapshot; NULL is fine */
void alarm_free(struct alarm *a); /* ends the program that runs now; NULL is fine */

#endif
