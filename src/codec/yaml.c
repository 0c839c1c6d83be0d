/* SPDX-License-Identifier: MIT
 * yaml.c - see yaml.h. libcyaml tells the line of the enclosing mapping only; a person
 * at 3 a.m. wants the line of the value. */
#include "codec/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static yaml_node_t *child_of_mapping(yaml_document_t *doc, yaml_node_t *node, const char *key,
                                     size_t len)
{
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top;
         p++) {
        const yaml_node_t *k = yaml_document_get_node(doc, p->key);
        if (k->type == YAML_SCALAR_NODE && k->data.scalar.length == len &&
            memcmp(k->data.scalar.value, key, len) == 0)
            return yaml_document_get_node(doc, p->value);
    }
    return NULL;
}

static yaml_node_t *child_of_sequence(yaml_document_t *doc, yaml_node_t *node, const char *index)
{
    long i = strtol(index, NULL, 10);
    yaml_node_item_t *items = node->data.sequence.items.start;
    if (i < 0 || i >= node->data.sequence.items.top - items)
        return NULL;
    return yaml_document_get_node(doc, items[i]);
}

/* The deepest part of the path that exists; *rest: what is left of the path. */
static yaml_node_t *descend(yaml_document_t *doc, yaml_node_t *node, const char *path,
                            const char **rest)
{
    while (*path != '\0') {
        size_t len = strcspn(path, "/");
        yaml_node_t *next = NULL;
        if (node->type == YAML_MAPPING_NODE)
            next = child_of_mapping(doc, node, path, len);
        else if (node->type == YAML_SEQUENCE_NODE)
            next = child_of_sequence(doc, node, path);
        if (next == NULL)
            break;
        node = next;
        path += len + (path[len] == '/');
    }
    *rest = path;
    return node;
}

int yaml_line(const char *text, size_t len, const char *path)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    const char *rest;
    int line = 0;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (yaml_parser_load(&parser, &doc)) {
        yaml_node_t *root = yaml_document_get_root_node(&doc);
        if (root != NULL)
            line = (int)descend(&doc, root, path, &rest)->start_mark.line + 1;
        yaml_document_delete(&doc);
    }
    yaml_parser_delete(&parser);
    return line;
}

static void each_pair(yaml_document_t *doc, const yaml_node_t *node, yaml_pair_fn *pair, void *arg)
{
    bool more = true;
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         more && p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(doc, p->key);
        const yaml_node_t *v = yaml_document_get_node(doc, p->value);
        more = pair(arg, k->type == YAML_SCALAR_NODE ? (const char *)k->data.scalar.value : "",
                    v->type == YAML_SCALAR_NODE ? (const char *)v->data.scalar.value : NULL,
                    (int)k->start_mark.line + 1);
    }
}

bool yaml_pairs(const char *text, size_t len, const char *path, yaml_pair_fn *pair, void *arg)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    bool fine = true;
    if (!yaml_parser_initialize(&parser))
        return true;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (yaml_parser_load(&parser, &doc)) {
        const char *rest = path;
        yaml_node_t *root = yaml_document_get_root_node(&doc);
        const yaml_node_t *node = root != NULL ? descend(&doc, root, path, &rest) : NULL;
        if (node != NULL && *rest == '\0') {
            bool empty = node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0;
            fine = empty || node->type == YAML_MAPPING_NODE;
            if (fine && !empty)
                each_pair(&doc, node, pair, arg);
        }
        yaml_document_delete(&doc);
    }
    yaml_parser_delete(&parser);
    return fine;
}

int yaml_broken(const char *text, size_t len, char problem[128])
{
    yaml_parser_t parser;
    yaml_document_t doc;
    int line = 0;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (yaml_parser_load(&parser, &doc)) {
        yaml_document_delete(&doc);
    } else {
        line = (int)parser.problem_mark.line + 1;
        snprintf(problem, 128, "%s", parser.problem != NULL ? parser.problem : "it cannot be read");
    }
    yaml_parser_delete(&parser);
    return line;
}

int yaml_line_of_key(const char *text, size_t len, const char *key, int from)
{
    size_t key_len = strlen(key);
    int line = 1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            line++;
        if (line >= from && len - i > key_len && memcmp(text + i, key, key_len) == 0 &&
            text[i + key_len] == ':')
            return line;
    }
    return from;
}

/* ---- lists as one text ---- */

/* Byte at which the character of that number begins: libyaml counts characters. */
static size_t byte_of(const char *text, size_t len, size_t character)
{
    size_t at = 0;
    while (at < len && character > 0) {
        at++;
        while (at < len && ((unsigned char)text[at] & 0xC0) == 0x80)
            at++;
        character--;
    }
    return at;
}

static bool is_list_of_scalars(yaml_document_t *doc, const yaml_node_t *node)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return false;
    for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top;
         i++)
        if (yaml_document_get_node(doc, *i)->type != YAML_SCALAR_NODE)
            return false;
    return node->data.sequence.items.start < node->data.sequence.items.top;
}

static void add_quoted(yaml_document_t *doc, const yaml_node_t *list, struct buf *out)
{
    buf_adds(out, " \""); /* the blank: a list may begin where its key does, a scalar may not */
    for (yaml_node_item_t *i = list->data.sequence.items.start; i < list->data.sequence.items.top;
         i++) {
        const yaml_node_t *item = yaml_document_get_node(doc, *i);
        if (i > list->data.sequence.items.start)
            buf_addc(out, ',');
        for (const char *p = (const char *)item->data.scalar.value; *p != '\0'; p++) {
            if (*p == '"' || *p == '\\')
                buf_addc(out, '\\');
            buf_addc(out, *p);
        }
    }
    buf_addc(out, '"');
}

/* The list's part of the text; a block list ends with its last item, not where the next token begins. */
static void range_of(yaml_document_t *doc, const yaml_node_t *list, size_t *from, size_t *to)
{
    *from = list->start_mark.index;
    *to = list->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE
              ? list->end_mark.index
              : yaml_document_get_node(doc, list->data.sequence.items.top[-1])->end_mark.index;
}

static size_t join_one(yaml_document_t *doc, const yaml_node_t *list, const char *text, size_t len,
                       size_t done, struct buf *out)
{
    size_t from, to;
    range_of(doc, list, &from, &to);
    from = byte_of(text, len, from);
    to = byte_of(text, len, to);
    if (from < done || to < from)
        return done;
    buf_add(out, text + done, from - done);
    add_quoted(doc, list, out);
    for (size_t i = from; i < to; i++)
        if (text[i] == '\n')
            buf_addc(out, '\n');
    return to;
}

/* Nodes are in the order in which they begin. */
static size_t join_all(yaml_document_t *doc, const char *key, const char *text, size_t len,
                       struct buf *out)
{
    size_t done = 0, key_len = strlen(key);
    for (yaml_node_t *n = doc->nodes.start; n < doc->nodes.top; n++) {
        if (n->type != YAML_MAPPING_NODE)
            continue;
        yaml_node_t *value = child_of_mapping(doc, n, key, key_len);
        if (value != NULL && is_list_of_scalars(doc, value))
            done = join_one(doc, value, text, len, done, out);
    }
    return done;
}

void yaml_join(const char *text, size_t len, const char *key, struct buf *out)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    size_t done = 0;
    if (!yaml_parser_initialize(&parser)) {
        buf_add(out, text, len);
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (yaml_parser_load(&parser, &doc)) {
        done = join_all(&doc, key, text, len, out);
        yaml_document_delete(&doc);
    }
    yaml_parser_delete(&parser);
    buf_add(out, text + done, len - done);
}
