/* SPDX-License-Identifier: MIT
 * decode_cpu.h - the line of cpu_flops.h as samples. Pure. */
#ifndef SUAN_NODE_DECODE_CPU_H
#define SUAN_NODE_DECODE_CPU_H

#include "codec/json.h"
#include "node/samples.h"

void decode_cpu_flops(struct samples *s, const struct json *row);

#endif
