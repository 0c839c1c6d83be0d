/* SPDX-License-Identifier: MIT
 * builtin.h - the shipped scenarios and recording rules, built in; NUL-terminated. */
#ifndef SUAN_FLEETSIM_BUILTIN_H
#define SUAN_FLEETSIM_BUILTIN_H

extern const char scenario_national[];
extern const char scenario_scale[];
extern const char rules_suantop[];

#endif
