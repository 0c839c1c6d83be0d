/* SPDX-License-Identifier: MIT
 * notify.h - tells the service manager how the service is (sd_notify(3)), by the datagram that is all there is to it.
 * Silent where no manager listens. Thread: main. */
#ifndef SUAN_APP_NOTIFY_H
#define SUAN_APP_NOTIFY_H

#include <stdint.h>

/* Reads NOTIFY_SOCKET and WATCHDOG_USEC and takes them out of the environment, before any thread or child. */
void notify_init(void);
/* "READY=1", "STATUS=..." and so on, one a line. */
void notify_send(const char *text);
/* How often the watchdog wants to hear WATCHDOG=1, half of its limit; 0 = there is none. */
int64_t notify_watchdog_ms(void);

#endif
