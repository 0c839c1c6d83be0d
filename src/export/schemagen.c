/* SPDX-License-Identifier: MIT
 * schemagen.c - prints the JSON Schema of snapshots; `make schema` keeps docs/schema/ in step. */
#include "export/export.h"
#include <stdio.h>

static enum rc to_stdout(void *arg, const void *data, size_t len, struct err *e)
{
    (void)arg;
    if (fwrite(data, 1, len, stdout) != len)
        return err_set(e, RC_IO, "standard output", "cannot write");
    return RC_OK;
}

int main(void)
{
    const struct sink out = {to_stdout, NULL};

    return export_schema(&out, NULL) == RC_OK && fflush(stdout) == 0 ? 0 : 1;
}
