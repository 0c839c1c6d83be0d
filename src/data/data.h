/* SPDX-License-Identifier: MIT
 * data.h - the tables that are built in: NUL-terminated texts of the .conf files beside this header. Each is read by the
 * parser named there; a site's file of the same name is read after it and wins line by line (app/datafile.h). */
#ifndef SUAN_DATA_DATA_H
#define SUAN_DATA_DATA_H

extern const char data_metrics[]; /* names of exporters' metrics: collectors/exporter */
extern const char data_peaks[];   /* dense peaks by device model: model/flops.h */
extern const char data_xid[];     /* what XIDs mean and what to do: model/xid.h */

#endif
