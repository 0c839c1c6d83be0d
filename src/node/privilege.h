/* SPDX-License-Identifier: MIT
 * privilege.h - capabilities, without a library: what is not needed is dropped before anything is read.
 *
 * Ambient capabilities (systemd, setpriv) reach the children through the program, which uses none itself. */
#ifndef SUAN_NODE_PRIVILEGE_H
#define SUAN_NODE_PRIVILEGE_H

#include <stdint.h>

#define PRIVILEGE_READ_ALL (UINT64_C(1) << 2) /* CAP_DAC_READ_SEARCH: energy_uj */
#define PRIVILEGE_SYSLOG (UINT64_C(1) << 34)  /* CAP_SYSLOG: /dev/kmsg */
#define PRIVILEGE_PERFMON (UINT64_C(1) << 38) /* CAP_PERFMON: counters of all processes */
#define PRIVILEGE_ALL UINT64_MAX

/* Of what this process has: keeps these, for itself and what it starts. For good. */
void privilege_keep(uint64_t capabilities);
/* Uses none from now on; what it starts still gets them. */
void privilege_rest(void);

#endif
