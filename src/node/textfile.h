/* SPDX-License-Identifier: MIT
 * textfile.h - metrics that other programs write into files: the way for what has a tool of its own only (mthreads-gmi,
 * xpu-smi, a site's script).
 *
 * Each *.prom in a folder, in Prometheus' text format without timestamps; whoever writes it renames it into place. A file
 * that cannot be read to its end costs itself only. Prints lines of decode.h: textfile (which file, when it was written,
 * whether it was good) and other (a sample). Thread: the child's main one. */
#ifndef SUAN_NODE_TEXTFILE_H
#define SUAN_NODE_TEXTFILE_H

#include <stdio.h>

enum { TEXTFILE_FILES = 256, TEXTFILE_BYTES = 1 << 20, TEXTFILE_SAMPLES = 2000 };

void textfile_round(const char *folder, FILE *out);

#endif
