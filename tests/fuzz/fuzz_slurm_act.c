/* SPDX-License-Identifier: MIT
 * fuzz_slurm_act.c - what Slurm answers to an action, and the names of targets. First byte: verb and way; second: HTTP
 * status or exit status; then the name up to a line end, then the answer. Whatever is let out names one thing. */
#include "base/xmem.h"
#include "collectors/slurm/slurm.h"
#include "tests/fuzz/collector_fuzz.h"
#include <stdio.h>

static bool harmless(const char *word)
{
    return word[0] != '-' && word[strcspn(word, " ;&|$`'\"\\<>()*?#%~\n\t/")] == '\0';
}

/* The word of argv, or the segment of the path, that names the target. */
static void check_request(const struct fuzz *f, const struct action_target *t,
                          const struct request *rq)
{
    char name[700] = "";
    size_t n = 0;

    if (rq->via == VIA_COMMAND) {
        while (rq->argv[n + 1] != NULL)
            n++;
        if (t->entity == ENTITY_NODE)
            for (n = 0; strncmp(rq->argv[n], "nodename=", 9) != 0;)
                n++;
        snprintf(name, sizeof name, "%s", rq->argv[n] + (t->entity == ENTITY_NODE ? 9 : 0));
        if (strchr(name, ',') != NULL && !t->whole_array)
            abort();
    } else if (strstr(rq->path, "/..") != NULL ||
               rq->path[strcspn(rq->path, " \n\"<>[]")] != '\0') {
        abort();
    }
    if (!harmless(name))
        abort();
    (void)f;
}

static void judge(struct fuzz *f, const struct action_order *o, const struct action_target *t,
                  const struct request *rq, int status, const char *body, size_t len)
{
    char head[513] = "", *copy = malloc(len + 1);
    struct err e = {RC_OK};
    struct reply reply = {.status = status, .head = head, .content_type = "", .total_ms = 5};

    if (copy == NULL)
        return;
    memcpy(copy, body, len);
    copy[len] = '\0';
    memcpy(head, body, len < 512 ? len : 512);
    enum rc rc = f->ops->act->judge(f->state, o, t, rq, &reply, copy, len, &e);
    if ((rc != RC_OK) != (e.msg[0] != '\0'))
        abort();
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 0, 1, 255, 500, 404, 422, 511};
    struct fuzz f;
    struct err e = {RC_OK};

    if (size < 3)
        return 0;
    const char *text = (const char *)data + 2, *end = memchr(text, '\n', size - 2);
    size_t name = end != NULL ? (size_t)(end - text) : size - 2;
    enum action_verb verb = (enum action_verb)(data[0] % action_verb_COUNT);
    bool rest = data[0] / action_verb_COUNT % 2;
    struct request rq = {.what = 0};
    struct action_target t = {.entity = verb_info(verb)->entity,
                              .whole_array = memchr(text, '[', name) != NULL};
    struct action_order *o = order_new(verb, 0);

    if (name < sizeof t.name)
        memcpy(t.name, text, name);
    arena_init(&rq.arena, 0);
    fuzz_open(&f, "slurm");
    struct slurm *s = f.state;
    s->rest_dead = !rest;
    s->has_rest = rest;
    s->api = rest ? API_NEWEST : 0;
    s->accounting = ACCOUNTING_THERE;
    if (f.ops->act->encode(f.state, o, &t, &rq, &e) == RC_OK) {
        check_request(&f, &t, &rq);
        size_t skip = name + (end != NULL);
        judge(&f, o, &t, &rq, statuses[data[1] % ARRAY_LEN(statuses)], text + skip,
              size - 2 - skip);
    }
    f.ops->close(f.state);
    arena_fini(&rq.arena);
    order_free(o);
    return 0;
}
