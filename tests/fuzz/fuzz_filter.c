/* SPDX-License-Identifier: MIT
 * Any text as a filter, for each entity in turn: it compiles or says where it does not, and what
 * compiled can be asked about rows of every kind. */
#include "model/fleet.h"
#include "model/query.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct snapshot *rows(void)
{
    static struct snapshot *snap;
    struct fleet *f;
    struct delta *d;

    if (snap)
        return snap;
    f = fleet_new(NULL);
    d = delta_new(0, 0, 1700000000000, 0);
    delta_row(d, ENTITY_JOB, "14_[6-99]", 9);
    delta_str(d, FIELD_job_name, "train\x1b");
    delta_str(d, FIELD_job_nodes, "cn[001-016,020],login1");
    delta_num(d, FIELD_job_priority, 1e9);
    delta_int(d, FIELD_job_state, job_state_QUEUED);
    delta_time(d, FIELD_job_eligible_at, 1600000000000);
    delta_row(d, ENTITY_JOB, "15", 2);
    delta_row(d, ENTITY_NODE, "cn1", 3);
    delta_int(d, FIELD_node_flags, 5);
    delta_str(d, FIELD_node_pools, "gpu,,all");
    fleet_apply(f, d, NULL);
    delta_free(d);
    snap = fleet_publish(f, 1700000000000); /* kept to the end of the program */
    fleet_free(f);
    return snap;
}

static void ask(const struct filter *filter, enum entity e)
{
    struct value_ctx c = {.snap = rows(), .now = 1700000000000};

    for (uint32_t slot = 0; slot < snapshot_slots(c.snap, e); slot++)
        if (filter_match(filter, &c, snapshot_row(c.snap, e, slot)) !=
            filter_match(filter, &c, snapshot_row(c.snap, e, slot)))
            abort(); /* the remembered answer is another one */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    for (int e = 0; e < ENTITY_COUNT; e++) {
        struct filter *filter;
        struct err err;
        enum rc rc = filter_compile(text, (enum entity)e, &filter, &err);
        if (rc == RC_OK)
            ask(filter, (enum entity)e);
        else if (filter || strncmp(err.where, "column ", 7) != 0 || !err.msg[0])
            abort();
        filter_free(filter);
    }
    free(text);
    return 0;
}
