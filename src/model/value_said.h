/* SPDX-License-Identifier: MIT
 * value_said.h - values and heads of columns as a reader sees them, in the language that is used now. What a program
 * reads (JSON, CSV, filters) goes through value_text and the field tables themselves. Pure but for the language;
 * thread: the row's. */
#ifndef SUAN_MODEL_VALUE_SAID_H
#define SUAN_MODEL_VALUE_SAID_H

#include "base/buf.h"
#include "model/value.h"
#include <stdbool.h>

void value_said(const struct value_ctx *c, const struct field *f, const struct value *v,
                struct buf *out);
/* Is what stands in this field a sentence of this program (and not the words of people or of a scheduler)? */
bool field_is_sentence(const struct field *f);
/* The head of a column of that entity. */
const char *title_said(enum entity e, const char *title);

#endif
