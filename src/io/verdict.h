/* SPDX-License-Identifier: MIT
 * verdict.h - what an answer means when its collector does not say: the class, the words, the mend.
 *
 * Pure. Thread: any. */
#ifndef SUAN_IO_VERDICT_H
#define SUAN_IO_VERDICT_H

#include "collectors/collector.h"

/* The verdict on a reply by its transport result and status alone. */
enum rc verdict_default(const struct request *rq, const struct reply *reply, const char **mend,
                        struct err *e);
/* Fills what a collector that said `rc` left empty in *e and *mend. */
void verdict_complete(const struct request *rq, const struct reply *reply, enum rc rc,
                      const char **mend, struct err *e);

#endif
