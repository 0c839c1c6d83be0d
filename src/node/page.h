/* SPDX-License-Identifier: MIT
 * page.h - samples as a metric page: Prometheus text 0.0.4 or OpenMetrics 1.0. Pure; thread: any. */
#ifndef SUAN_NODE_PAGE_H
#define SUAN_NODE_PAGE_H

#include "base/buf.h"
#include "node/samples.h"

enum page_format { PAGE_TEXT, PAGE_OPENMETRICS };

const char *page_content_type(enum page_format format);
/* RC_LIMIT or RC_NOMEM when `out` cannot hold it. Of equal series the first is written. */
enum rc page_write(struct buf *out, enum page_format format, const struct samples *s);
/* The format that an Accept header (NULL: none) likes best; text where it likes nothing that there is. */
enum page_format page_negotiate(const char *accept);
/* Whether an Accept-Encoding header (NULL: none) takes gzip, and likes it no less than none at all. */
bool page_takes_gzip(const char *accept_encoding);

#endif
