/* SPDX-License-Identifier: MIT
 * sentence.h - sentences that were written into rows, in the reader's language.
 *
 * A row keeps the English sentence: JSON, the history and the journal need it, and the language may change while it
 * stands. What writes a sentence marks its format with S_("...") where it formats with it; a list of all of them is
 * made from these marks (sentences.def: make update-sentences, held by the lint `sentences`), so writer and list cannot
 * drift apart. To show a row, the sentence is held against the list, and what stood for each conversion goes into the
 * translated format as it is, byte for byte.
 *
 * A text may be made of several sentences, and of words that are no sentence, with ": ", "; " and ", " between. Of the forms
 * that fit, the one with the most fixed letters counts. Where a text could have been made of a form in two ways, or of
 * two forms that are equally good, or of none, it is shown as it is.
 *
 * Thread: any. */
#ifndef SUAN_BASE_SENTENCE_H
#define SUAN_BASE_SENTENCE_H

#include "base/err.h"
#include "base/mark.h"
#include <stddef.h>

enum { SENTENCE_MAX = 1024 };

/* The text in the language that is used now: `english` itself where that is English or nothing of it is known, else
 * `out`. Never cut: what would not fit into `out` is shown in English. */
const char *sentence_text(const char *english, char *out, size_t size);

/* Where it went wrong: in the reader's language if that is a word of the program's own ("command line"), else the name or
 * path that it is. */
const char *sentence_place(const struct err *e);

#endif
