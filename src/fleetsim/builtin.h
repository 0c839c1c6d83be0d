/* SPDX-License-Identifier: MIT
 * builtin.h - the shipped scenario, built in; NUL-terminated. */
#ifndef SUAN_FLEETSIM_BUILTIN_H
#define SUAN_FLEETSIM_BUILTIN_H

extern const char scenario_national[];

#endif
