/* SPDX-License-Identifier: MIT
 * mark.h - marks of texts that are translated elsewhere: S_() for whoever writes sentences (sentence.h), N_() for tables
 * (i18n.h). They change nothing, and may stand where nothing is translated. Thread: any. */
#ifndef SUAN_BASE_MARK_H
#define SUAN_BASE_MARK_H

#define S_(text) text
#define N_(text) text

#endif
