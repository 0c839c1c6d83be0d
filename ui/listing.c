/* SPDX-License-Identifier: MIT
 * listing.c - rebuilding, drawing and the commands of list views; see listing.h. */
#include "ui/listing.h"
#include "ui/act.h"
#include "ui/cells.h"
#include "ui/details.h"
#include "ui/glyph.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHEEL_LINES = 3, MESSAGE_MAX = 4096, LEAST_ROWS = 4, SIDE_GAP = 2, INDEX_MAX = 16 };

struct list *list_new(const struct list_spec *spec)
{
    struct list *l = xcalloc(1, sizeof *l);

    l->spec = spec;
    l->grouping = -1;
    table_setup(&l->table, spec->entity, spec->columns, spec->column_count);
    l->table.sort = spec->sort;
    l->table.descending = spec->descending;
    l->table.age = spec->age;
    l->table.order = spec->order;
    l->table.order_column = spec->sort;
    l->own = spec->own_size > 0 ? xcalloc(1, spec->own_size) : NULL;
    return l;
}

void list_free(void *view)
{
    struct list *l = view;

    if (!l)
        return;
    if (l->spec->release)
        l->spec->release(l);
    free(l->own);
    table_release(&l->table);
    free(l);
}

/* --- where things are --- */

static int lines_of(int (*f)(const struct list *, const struct view_input *), const struct list *l,
                    const struct view_input *in)
{
    return f ? f(l, in) : 0;
}

static int head_lines(const struct list *l, const struct view_input *in)
{
    int n = lines_of(l->spec->head_lines, l, in);

    return in->area.h >= n + 1 + LEAST_ROWS ? n : 0;
}

static int foot_lines(const struct list *l, const struct view_input *in)
{
    int n = lines_of(l->spec->foot_lines, l, in);

    return in->area.h >= head_lines(l, in) + n + 1 + LEAST_ROWS ? n : 0;
}

struct rect list_table_rect(const struct list *l, const struct view_input *in)
{
    struct rect r = in->area;
    int head = head_lines(l, in), side = lines_of(l->spec->side_cells, l, in);

    r.y += head;
    r.h -= head + foot_lines(l, in);
    r.w -= side < r.w ? side : r.w;
    return r;
}

struct rect list_side_rect(const struct list *l, const struct view_input *in)
{
    struct rect r = list_table_rect(l, in);
    int table = r.w, side = in->area.w - table;

    r.x += table + SIDE_GAP;
    r.w = side > SIDE_GAP ? side - SIDE_GAP : 0;
    return r;
}

struct rect list_foot_rect(const struct list *l, const struct view_input *in)
{
    struct rect r = in->area;
    int foot = foot_lines(l, in);

    r.y += r.h - foot;
    r.h = foot;
    return r;
}

static int row_lines(const struct list *l, const struct view_input *in)
{
    return list_table_rect(l, in).h - 1;
}

/* The same input for whoever asks only how wide the table is. */
static struct view_input of_table(const struct list *l, const struct view_input *in)
{
    struct view_input table = *in;

    table.area.w = list_table_rect(l, in).w;
    return table;
}

/* --- rebuilding --- */

static uint64_t hash_text(uint64_t h, const char *s)
{
    return s ? hash_bytes(h, s, strlen(s)) : hash_u64(h, 0);
}

static uint64_t look_scope(const struct view_scope *scope)
{
    uint64_t h = hash_u64(1, (uint64_t)(scope->center + 1));

    return hash_text(hash_text(hash_text(h, scope->pool), scope->node), scope->job) | 1;
}

/* Everything that decides which rows there are. */
static uint64_t look_rows(const struct list *l, const struct view_input *in)
{
    uint64_t h = hash_u64(l->scope ^ l->gone, snapshot_generation(in->snap));

    h = hash_u64(h, (uint64_t)(uintptr_t)in->snap);
    if (!in->filter)
        return h | 1;
    h = hash_text(h, in->filter_text); /* it may speak of ages, so it is asked again each second */
    return hash_u64(h, (uint64_t)(in->ctx.now / 1000)) | 1;
}

static uint64_t look_order(const struct list *l)
{
    return hash_u64(1 + (uint64_t)l->table.fold_version,
                    (uint64_t)(l->table.sort_unseen + 1) << 32 |
                        (uint64_t)(l->table.sort + 1) << 16 | (uint64_t)(l->table.group + 1) << 1 |
                        l->table.descending);
}

/* Without a filter the rows are counted here, while they are at hand: a pass over half a million rows
 * costs more than what is done with them. */
static bool keep_row(const void *arg, const struct value_ctx *c, const void *row)
{
    struct list *l = (struct list *)arg;

    if (l->spec->keep && !l->spec->keep(l, c, row))
        return false;
    if (l->counting)
        l->spec->count(l, c, row);
    return true;
}

static void count_result(struct list *l, const struct view_input *in)
{
    for (uint32_t i = 0; i < l->table.total; i++) {
        const void *row = snapshot_row(in->snap, l->spec->entity, l->table.result.slots[i]);
        if (row)
            l->spec->count(l, &in->ctx, row);
    }
}

/* A new picture may take away what the cursor stood on; a key must then not hit its neighbour (list_chosen). */
static void note_jump(struct list *l, const struct view_input *in, const struct table_thing *before)
{
    uint64_t generation = snapshot_generation(in->snap);

    if (before && l->generation != 0 && generation != l->generation &&
        (l->table.at.slot != before->slot || l->table.at.birth != before->birth))
        l->jumped_at = in->ctx.now;
    l->generation = generation;
}

/* A view of very many rows remembers of most what it found out before. */
static void be_quick(struct list *l, const struct view_input *in, struct query *q)
{
    bool alone = in->scope->node[0] || in->scope->job[0]; /* then other rows are asked, too */

    q->extra_id =
        alone || (l->spec->unsteady && l->spec->unsteady(l)) ? 0 : hash_u64(l->scope, l->gone) | 1;
    q->tally = l->spec->tally;
    if (in->interrupt) {
        q->interrupted = view_gives_way;
        q->interrupt_arg = in->interrupt;
    }
}

static void count_parts(struct list *l)
{
    l->spec->count_start(l);
    query_parts(&l->table.result, l->spec->count_part, l);
    if (l->spec->count_end)
        l->spec->count_end(l);
}

/* again: the rows may be others; else only their order changes, and the sums stay. False: interrupted. */
static bool query(struct list *l, const struct view_input *in, bool again)
{
    bool counts = again && l->spec->count;
    struct query q = {
        .filter = in->filter, .center = in->scope->center, .with_gone = l->gone, .extra_arg = l};

    if (l->spec->tally)
        be_quick(l, in, &q);
    if (counts)
        l->spec->count_start(l);
    l->counting = counts && !in->filter;
    if (l->spec->keep || l->counting)
        q.extra = keep_row;
    struct table_thing before = l->table.at;
    bool had = l->table.has_cursor;
    if (!table_query(&l->table, in, q, row_lines(l, in)))
        return false;
    note_jump(l, in, had ? &before : NULL);
    if (l->spec->tally)
        count_parts(l);
    if (counts && !l->counting)
        count_result(l, in);
    if (counts && l->spec->count_end)
        l->spec->count_end(l);
    l->counting = false;
    return true;
}

/* In another scope the cursor goes where it last stood there, else to the top. */
static void change_scope(struct list *l, uint64_t scope)
{
    struct list_place *place = NULL;

    for (unsigned i = 0; i < LIST_PLACES; i++)
        if (l->places[i].scope == l->scope)
            place = &l->places[i];
    if (!place)
        place = &l->places[l->next_place++ % LIST_PLACES];
    *place = (struct list_place){l->scope, l->table.at};
    l->scope = scope;
    l->table.has_cursor = false;
    l->table.cursor = l->table.top = 0;
    for (unsigned i = 0; i < LIST_PLACES; i++)
        if (l->places[i].scope == scope)
            table_expect(&l->table, l->places[i].at);
}

void list_rebuild(void *view, const struct view_input *in)
{
    struct list *l = view;

    if (look_scope(in->scope) != l->scope)
        change_scope(l, look_scope(in->scope));
    if (l->spec->prepare)
        l->spec->prepare(l, in);
    if (in->interrupt && in->interrupt->happened)
        return;
    uint64_t rows = look_rows(l, in), order = look_order(l);
    if ((rows != l->rows_seen || order != l->order_seen) && !query(l, in, rows != l->rows_seen))
        return;
    l->rows_seen = rows;
    l->order_seen = order;
    table_settle(&l->table, in,
                 row_lines(l, in)); /* the area or the lines below may have changed */
}

/* --- drawing --- */

static bool anybody_answered(const struct snapshot *snap)
{
    for (uint32_t i = 0; i < snapshot_slots(snap, ENTITY_SOURCE); i++) {
        const struct source_row *row = snapshot_row(snap, ENTITY_SOURCE, i);
        if (row && row_has(row, source, last_ok_at))
            return true;
    }
    return false;
}

static void draw_empty(const struct list *l, const struct view_input *in, struct canvas *c, int y)
{
    struct rect r = list_table_rect(l, in);
    struct buf words;
    char *next;

    buf_init(&words, MESSAGE_MAX);
    l->spec->empty(l, in, &words);
    for (char *line = words.data; *line && y < r.y + r.h; line = next) {
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        canvas_text(c, y++, r.x + TABLE_MARGIN, r.w - 4, style_of(ROLE_DIM), line);
    }
    buf_fini(&words);
}

static void draw_side(const struct list *l, const struct view_input *in, struct canvas *c)
{
    struct rect r = list_side_rect(l, in);

    if (r.w < 1 || r.h < 1)
        return;
    canvas_vline(c, r.y, r.x - SIDE_GAP, r.h, style_of(ROLE_LINE));
    l->spec->side(l, in, r, c);
}

static void draw_nothing(const struct list *l, const struct view_input *in, struct canvas *c)
{
    struct rect r = list_table_rect(l, in);
    int y = r.y + 1 + (r.h > 4);
    struct style s = style_of(ROLE_DIM);

    if (r.h < 2)
        return;
    if (!in->filter && l->spec->empty &&
        (l->spec->entity == ENTITY_ALERT || anybody_answered(in->snap)))
        draw_empty(l, in, c, y);
    else if (in->filter)
        canvas_textf(c, y, r.x + TABLE_MARGIN, r.w - 4, s,
                     _("nothing matches the filter %s: Esc clears"),
                     in->filter_text ? in->filter_text : "");
    else if (!anybody_answered(in->snap) && l->spec->entity != ENTITY_SOURCE)
        canvas_text(c, y, r.x + TABLE_MARGIN, r.w - 4, s,
                    _("no source has answered yet (8 shows them)"));
    else
        canvas_text(c, y, r.x + TABLE_MARGIN, r.w - 4, s,
                    _(l->gone ? l->spec->nothing_gone : l->spec->nothing));
}

void list_draw(const void *view, const struct view_input *in, struct canvas *c)
{
    const struct list *l = view;
    struct rect r = in->area;

    r.h = head_lines(l, in);
    if (r.h > 0)
        l->spec->head(l, in, r, c);
    table_draw(&l->table, in, list_table_rect(l, in), c, l->spec->after);
    if (l->table.result.count == 0)
        draw_nothing(l, in, c);
    if (l->spec->side)
        draw_side(l, in, c);
    r = list_foot_rect(l, in);
    if (r.h > 0)
        l->spec->foot(l, in, r, c);
}

/* --- commands --- */

void list_message(struct view_out *out, const char *text)
{
    buf_reset(&out->text);
    buf_adds(&out->text, text);
    out->wish = WISH_MESSAGE;
}

void list_reorder(struct list *l, const struct view_input *in)
{
    bool at_top = l->table.cursor == 0;

    list_rebuild(l, in);
    if (at_top)
        table_go(&l->table, in, 0, row_lines(l, in));
}

static void sort_by(struct list *l, const struct view_input *in, int k)
{
    if (k == l->table.sort && l->table.sort_unseen < 0) {
        l->table.descending = !l->table.descending;
    } else {
        l->table.sort = k;
        l->table.sort_unseen = -1;
        l->table.descending = l->table.columns[k].right; /* numbers: the largest first */
    }
    list_reorder(l, in);
}

/* By a column of the model that the table has not. */
static void sort_by_unseen(struct list *l, const struct view_input *in, int field)
{
    if (field == l->table.sort_unseen) {
        l->table.descending = !l->table.descending;
    } else {
        l->table.sort_unseen = field;
        l->table.descending = column_info(l->spec->entity, (unsigned)field)->type == FT_NUM;
    }
    list_reorder(l, in);
}

/* The next sortable column that is on the screen. */
static bool sort_step(struct list *l, const struct view_input *in, int by)
{
    struct table_layout layout;
    int n = l->table.column_count, k = l->table.sort < 0 && by < 0 ? 0 : l->table.sort;

    table_layout(&l->table, in, list_table_rect(l, in).w, &layout);
    for (int i = 0; i < n; i++) {
        k = ((k + by) % n + n) % n;
        if (layout.w[k] == 0 || !l->table.columns[k].field || k == l->table.sort)
            continue;
        sort_by(l, in, k);
        return true;
    }
    return false;
}

void list_sortable(const void *view, const struct view_input *in, struct buf *out)
{
    const struct list *l = view;

    (void)in;
    for (int k = 0; k < l->table.column_count; k++)
        if (l->table.columns[k].field)
            buf_addf(out, "%s\n", l->table.columns[k].field);
}

bool list_column(const void *view, int k, struct view_column *out)
{
    const struct list *l = view;

    if (k < 0 || k >= l->table.column_count)
        return false;
    *out = (struct view_column){l->table.columns[k].title, l->table.columns[k].field,
                                (enum column_choice)l->table.choice[k]};
    return true;
}

void list_choose(void *view, int k, enum column_choice choice)
{
    struct list *l = view;

    if (k > 0 && k < l->table.column_count) /* the first names the row */
        l->table.choice[k] = (uint8_t)choice;
}

/* The table's column that shows that one of the model, -1 = none. */
static int column_of(const struct list *l, int field)
{
    for (int k = 0; k < l->table.column_count; k++) {
        const char *name = l->table.columns[k].field;
        if (name && column_find(l->spec->entity, name) == field)
            return k;
    }
    return -1;
}

static void say_sortable(const struct list *l, struct view_out *out)
{
    list_message(out, _(":sort any column, then asc or desc:"));
    for (int k = 0; k < l->table.column_count; k++)
        if (l->table.columns[k].field)
            buf_addf(&out->text, " %s", l->table.columns[k].field);
}

/* "NAME", "NAME desc" or "NAME asc"; without a word the other way round if it sorts by that already. */
static bool sort_pick(struct list *l, const struct view_input *in, const char *arg,
                      struct view_out *out)
{
    char name[sizeof l->word];
    size_t len = strcspn(arg, " ");
    const char *way = arg + len + strspn(arg + len, " ");
    bool down = strcmp(way, "desc") == 0, up = strcmp(way, "asc") == 0;

    snprintf(name, sizeof name, "%.*s", (int)len, arg);
    int field = len > 0 ? column_find(l->spec->entity, name) : -1;
    if (field < 0 || (*way && !down && !up)) {
        say_sortable(l, out);
        return true;
    }
    int k = column_of(l, field);
    if (k >= 0)
        sort_by(l, in, k);
    else
        sort_by_unseen(l, in, field);
    if (*way && l->table.descending != down) {
        l->table.descending = down;
        list_reorder(l, in);
    }
    return true;
}

static bool group_step(struct list *l, const struct view_input *in, const char *arg,
                       struct view_out *out)
{
    const char *const *groups = l->spec->groups;
    int count = 0, next = -1;

    while (groups && groups[count])
        count++;
    for (int i = 0; *arg && i < count; i++)
        if (strcmp(arg, groups[i]) == 0)
            next = i;
    if (*arg && next < 0 && strcmp(arg, "none") != 0) {
        list_message(out, ":group none");
        for (int i = 0; i < count; i++)
            buf_addf(&out->text, " %s", groups[i]);
        return true;
    }
    if (!*arg)
        next = l->grouping + 1 < count ? l->grouping + 1 : -1;
    l->grouping = next;
    table_unfold_all(&l->table);
    l->table.group = next < 0 ? -1 : column_find(l->spec->entity, groups[next]);
    list_reorder(l, in);
    return true;
}

/* The word to look for: given now, or the filter's, or that of the last time. */
static const char *find_word(struct list *l, const struct view_input *in, const char *arg)
{
    if (*arg)
        snprintf(l->word, sizeof l->word, "%s", arg);
    else if (!l->word[0] && in->filter_text)
        snprintf(l->word, sizeof l->word, "%s", in->filter_text);
    return l->word;
}

static bool find(struct list *l, const struct view_input *in, const char *arg, int by,
                 struct view_out *out)
{
    const char *word = find_word(l, in, arg);
    uint32_t n = l->table.result.count, at = l->table.cursor;
    struct filter *f = NULL;
    bool found = false;

    if (!*word || filter_compile(word, l->spec->entity, &f, NULL) != RC_OK || n == 0) {
        list_message(out, n > 0
                              ? _("nothing to search for yet: / filters, :find-next WORD searches")
                              : _("nothing to search in"));
        filter_free(f);
        return true;
    }
    for (uint32_t i = 0; i < n && !found; i++) {
        at = by > 0 ? (at + 1 < n ? at + 1 : 0) : (at > 0 ? at - 1 : n - 1);
        const void *row = snapshot_row(in->snap, l->spec->entity, l->table.result.slots[at]);
        found = row && filter_match(f, &in->ctx, row);
    }
    filter_free(f);
    if (found)
        table_go(&l->table, in, at, row_lines(l, in));
    else
        list_message(out, _("not found"));
    return true;
}

static strid name_of(enum entity e, const void *row)
{
    const struct entity_info *info = entity_info(e);
    strid id;

    memcpy(&id, (const char *)row + info->fields[info->name_field].offset, sizeof id);
    return id;
}

/* Who knows its record: the scheduler's side, else who measures it. */
static uint16_t source_of(const struct row_head *head)
{
    return head->source[0] != UINT16_MAX ? head->source[0] : head->source[1];
}

/* A device is called by its node, NUL and its index; out->id holds its node already. */
static void add_index(struct view_out *out, const struct device_row *d)
{
    size_t len = strlen(out->id) + 1;

    if (len < sizeof out->id)
        snprintf(out->id + len, sizeof out->id - len, "%.0f",
                 row_has(d, device, index) ? (double)d->index : 0.0);
}

static bool ask_raw(const struct list *l, const struct view_input *in, struct view_out *out)
{
    const void *row = table_row(&l->table, in);
    const struct intern *strings = snapshot_strings(in->snap);

    if (!row)
        return false;
    const struct row_head *head = row_head_of(row);
    strid id = name_of(l->spec->entity, row);
    if (source_of(head) == UINT16_MAX || l->spec->entity == ENTITY_CENTER) {
        list_message(out, _("a sum has no record of its own: its nodes, jobs and sources do"));
        return true;
    }
    if (intern_is_cut(strings, id) || intern_raw_len(strings, id) + INDEX_MAX >= sizeof out->id) {
        list_message(out, _("its name is too long to ask for"));
        return true;
    }
    out->wish = WISH_RAW;
    out->entity = l->spec->entity;
    out->source = source_of(head);
    list_scope_set(out->id, sizeof out->id, in, id);
    if (out->entity == ENTITY_DEVICE)
        add_index(out, row);
    return true;
}

static bool show_details(const struct list *l, const struct view_input *in, struct view_out *out)
{
    const void *row = table_row(&l->table, in);

    if (!row)
        return false;
    buf_reset(&out->text);
    details_text(in, l->spec->entity, row, &out->text);
    out->wish = WISH_PAGER;
    return true;
}

static bool on_fold(const struct list *l)
{
    return l->table.result.count > 0 && table_folded(&l->table, l->table.cursor) > 0;
}

static bool fold(struct list *l, const struct view_input *in, const char *arg, struct view_out *out)
{
    bool done = true;

    if (strcmp(arg, "all") == 0)
        done = table_fold_all(&l->table, in);
    else if (strcmp(arg, "none") == 0)
        table_unfold_all(&l->table);
    else if (*arg)
        list_message(out, _(":fold, :fold all or :fold none"));
    else
        done = table_fold(&l->table, in);
    if (!done)
        list_message(out, _("there are no groups here: t groups the rows"));
    list_rebuild(l, in);
    return true;
}

static bool mark(struct list *l, const struct view_input *in)
{
    if (l->table.result.count == 0)
        return false;
    if (on_fold(l))
        return fold(l, in, "", NULL); /* nothing is marked that is not seen */
    table_mark(&l->table, in);
    table_move(&l->table, in, CMD_DOWN, row_lines(l, in));
    return true;
}

static bool open_row(struct list *l, const struct view_input *in, struct view_out *out)
{
    const void *row = table_row(&l->table, in);

    if (on_fold(l))
        return fold(l, in, "", out);
    return row && l->spec->open && l->spec->open(l, in, row, out);
}

bool list_command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                  struct view_out *out)
{
    struct list *l = view;
    struct view_input table;
    enum action_verb verb;

    arg = arg ? arg : "";
    switch (cmd) {
    case CMD_OPEN:
        return open_row(l, in, out);
    case CMD_DETAILS:
        return show_details(l, in, out);
    case CMD_RAW:
        return ask_raw(l, in, out);
    case CMD_SORT_NEXT:
        return sort_step(l, in, 1);
    case CMD_SORT_PREV:
        return sort_step(l, in, -1);
    case CMD_SORT_PICK:
        return sort_pick(l, in, arg, out);
    case CMD_INVERT:
        l->table.descending = !l->table.descending;
        list_reorder(l, in);
        return true;
    case CMD_GROUP:
        return group_step(l, in, arg, out);
    case CMD_FOLD:
        return fold(l, in, arg, out);
    case CMD_MARK:
        return mark(l, in);
    case CMD_MARK_ALL:
        table_mark_all(&l->table, in);
        return true;
    case CMD_FIND_NEXT:
        return find(l, in, arg, 1, out);
    case CMD_FIND_PREV:
        return find(l, in, arg, -1, out);
    default:
        if (act_verb(cmd, &verb))
            return list_act(l, in, verb, out);
        table = of_table(l, in);
        return table_move(&l->table, &table, cmd, row_lines(l, in));
    }
}

bool list_mouse(void *view, const struct view_input *in, int y, int x, int wheel, bool twice,
                struct view_out *out)
{
    struct list *l = view;
    uint32_t index;

    if (wheel != 0) {
        table_scroll(&l->table, in, wheel * WHEEL_LINES, row_lines(l, in));
        return true;
    }
    switch (table_hit(&l->table, in, list_table_rect(l, in), y, x, &index)) {
    case TABLE_HIT_TITLE:
        if (l->table.columns[index].field)
            sort_by(l, in, (int)index);
        return true;
    case TABLE_HIT_ROW:
        table_go(&l->table, in, index, row_lines(l, in));
        if (twice)
            open_row(l, in, out);
        return true;
    case TABLE_HIT_NONE:
        break;
    }
    return false;
}

void list_status(const void *view, const struct view_input *in, struct buf *out)
{
    const struct list *l = view;
    const struct query_result *r = &l->table.result;
    uint32_t count = l->table.total;
    char text[FIGURE_MAX];

    figure_number(text, count, 0, in->ascii);
    buf_adds(out, text);
    if (count != r->considered && in->filter) {
        figure_number(text, r->considered, 0, in->ascii);
        buf_addf(out, _(" of %s"), text);
    }
    bool one = count == 1 && (!in->filter || r->considered == 1);
    buf_addf(out, " %s", _n(l->spec->noun[0], l->spec->noun[1], one ? 1 : 2));
    if (l->table.mark_count > 0)
        buf_addf(out, _(" %s %u marked"), glyph(GLYPH_DOT, in->ascii), l->table.mark_count);
    if (l->grouping >= 0)
        buf_addf(out, _(" %s by %s"), glyph(GLYPH_DOT, in->ascii),
                 _c("group", l->spec->groups[l->grouping]));
}
