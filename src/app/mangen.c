/* SPDX-License-Identifier: MIT
 * mangen.c - fills a manual page with the tables of the program.
 *
 *   mangen FILE.in               the page, each line @NAME@ replaced by that table
 *   mangen bash | zsh | fish     a completion
 *
 * The tables are options.def, keys.def, views.def, roles.def, reasons.def, the field tables and the
 * option tables of the collectors, so none of them needs to be written down twice. */
#include "app/mangen.h"

#include <stdio.h>
#include <sysexits.h>

#define LINE_MAX_BYTES 4096

static int page(const char *path)
{
    char line[LINE_MAX_BYTES];
    FILE *f = fopen(path, "re");
    int status = 0;

    if (f == NULL) {
        fprintf(stderr, "mangen: %s cannot be opened\n", path);
        return EX_NOINPUT;
    }
    while (status == 0 && fgets(line, sizeof line, f) != NULL) {
        if (line[0] != '@') {
            fputs(line, stdout);
        } else if (!mangen_table(line)) {
            fprintf(stderr, "mangen: %s: no table is called %s", path, line);
            status = EX_DATAERR;
        }
    }
    fclose(f);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;

    if (argc != 2) {
        fputs("usage: mangen FILE.in | bash | zsh | fish\n", stderr);
        return EX_USAGE;
    }
    if (!mangen_complete(argv[1]))
        status = page(argv[1]);
    return fflush(stdout) != 0 || ferror(stdout) ? EX_IOERR : status;
}
