/* SPDX-License-Identifier: MIT
 * decode_other.c - see decode.h: what the text files tell, under names that are not ours. */
#include "node/decode.h"
#include <string.h>

static void read_file(const struct json *row, struct round *out)
{
    const struct label labels[] = {{"file", decode_text(row, "file")}, {NULL, NULL}};

    decode_put(&out->samples, FAMILY_TEXTFILE_MODIFIED, row, "modified", 1, labels);
    decode_put(&out->samples, FAMILY_TEXTFILE_ERROR, row, "error", 1, labels);
}

static void read_other(const struct json *row, struct round *out)
{
    const struct other_family family = {decode_text(row, "family"), decode_text(row, "name"),
                                        decode_text(row, "type"), decode_text(row, "help")};
    double value;

    if (json_num(json_member(row, "value"), &value))
        samples_add_other(&out->samples, &family, value, decode_text(row, "labels"));
}

bool decode_other(const char *entity, const struct json *row, struct round *out)
{
    if (strcmp(entity, "textfile") == 0)
        read_file(row, out);
    else if (strcmp(entity, "other") == 0)
        read_other(row, out);
    else
        return false;
    return true;
}
