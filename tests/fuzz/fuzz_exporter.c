/* SPDX-License-Identifier: MIT
 * fuzz_exporter.c - metric pages: the first byte tells where one page ends and the next begins, which is read twice. */
#include "tests/fuzz/collector_fuzz.h"

static void *open_exporter(const struct collector_ops *ops)
{
    static const char *values[64];
    struct err e = {RC_OK};
    void *state = NULL;

    for (size_t i = 0; i < ops->option_count; i++)
        values[i] = strcmp(ops->options[i].name, "targets") == 0 ? "cn[1-2].x:9100"
                                                                 : ops->options[i].fallback;
    struct source_conf conf = {.center_id = "c",
                               .id = "c/s",
                               .collector = "exporter",
                               .options = ops->options,
                               .option_count = ops->option_count,
                               .values = values};
    return ops->open(&conf, 1, &state, &e) == RC_OK ? state : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = {.ops = collector_find("exporter")};

    if (size < 1)
        return 0;
    size_t cut = 1 + (size - 1) * data[0] / 256;
    f.state = open_exporter(f.ops);
    if (f.state == NULL)
        abort();
    f.rq = (struct request){
        .label = "fuzz", .path = "/fuzz", .via = VIA_HTTP, .cut = CUT_LINES, .tag = 1};
    fuzz_answer(&f, 200, (const char *)data + 1, cut - 1);
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, 200, (const char *)data + cut, size - cut);
    f.ops->close(f.state);
    return 0;
}
