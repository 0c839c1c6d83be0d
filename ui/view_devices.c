/* SPDX-License-Identifier: MIT
 * view_devices.c - view 3: devices as a table, the worst first, or as a thermal map (devicemap.h) with the table below it.
 * Both have one cursor. */
#include "ui/act.h"
#include "ui/cells.h"
#include "ui/devicemap.h"
#include "ui/devices.h"
#include "ui/glyph.h"
#include "ui/listing.h"
#include "ui/scope.h"
#include "ui/viewlist.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOMY_LINES = 28, ROOMY_CELLS = 100, DEGREES = 128 };

/* Sums over the rows that are shown. */
struct devices_sums {
    uint32_t status[DEVICE_STATUSES], all, idle, slices;
    uint32_t heat[DEGREES]; /* how many of that temperature, begun degrees counting whole */
    double hottest;
    double power, tensor;
    uint32_t temperatures, powers, tensors;
};

struct devices_own {
    struct scope_memo memo;
    struct devices_sums sums;
    bool only_idle, map;
    enum map_shade shade;
    enum map_bands bands;
    struct devicemap devicemap;
};

/* Of a chunk of rows. */
enum { PART_DEVICES = 8 };

_Static_assert(sizeof(struct device_row) > QUERY_CHUNK_BYTES / (2 * PART_DEVICES),
               "a temperature for each row of a chunk");

struct devices_part {
    double power, tensor;
    float hottest;
    uint8_t heat[PART_DEVICES]; /* 1 + begun degrees, 0 = no more */
    uint8_t status[DEVICE_STATUSES], slices, powers, tensors;
    uint8_t idle;
};

/* --- rows --- */

static void prepare(struct list *l, const struct view_input *in)
{
    struct devices_own *own = l->own;

    scope_prepare(&own->memo, in);
}

static bool keep(struct list *l, const struct value_ctx *c, const void *row)
{
    struct devices_own *own = l->own;

    if (own->only_idle && !device_idle(row))
        return false;
    return scope_keeps_device(&own->memo, c, row);
}

static void count_start(struct list *l)
{
    struct devices_own *own = l->own;

    own->sums = (struct devices_sums){.all = 0};
}

static void count_figures(struct devices_part *p, const struct device_row *d)
{
    if (row_has(d, device, temperature_celsius)) {
        double v = d->temperature_celsius;
        unsigned i = 0;
        while (p->heat[i])
            i++;
        p->hottest =
            i == 0 || d->temperature_celsius > p->hottest ? d->temperature_celsius : p->hottest;
        p->heat[i] = (uint8_t)(1 + (v <= 0 ? 0 : v >= DEGREES - 1 ? DEGREES - 1 : (int)ceil(v)));
    }
    if (row_has(d, device, power_watts)) {
        p->power += d->power_watts;
        p->powers++;
    }
    if (row_has(d, device, tensor_utilization_percent)) {
        p->tensor += d->tensor_utilization_percent;
        p->tensors++;
    }
}

static void count_row(void *part, const struct value_ctx *c, const void *row)
{
    struct devices_part *p = part;
    const struct device_row *d = row;

    p->idle += device_idle(d);
    if (device_is_slice(d)) { /* its heat and power are told by the device that it is a slice of */
        p->slices++;
        return;
    }
    p->status[device_status(c->snap, d)]++;
    if (!(d->h.flags & ROW_SILENT))
        count_figures(p, d);
}

static const struct query_tally tally = {sizeof(struct devices_part), count_row};

static void count_part(void *list, const struct query_part *part)
{
    struct devices_own *own = ((struct list *)list)->own;
    struct devices_sums *s = &own->sums;
    const struct devices_part *p = part->sums;

    s->idle += p->idle;
    s->slices += p->slices;
    for (int i = 0; i < DEVICE_STATUSES; i++) {
        s->status[i] += p->status[i];
        s->all += p->status[i];
    }
    if (p->heat[0])
        s->hottest =
            s->temperatures > 0 ? fmax(s->hottest, (double)p->hottest) : (double)p->hottest;
    for (int i = 0; i < PART_DEVICES && p->heat[i]; i++) {
        s->heat[p->heat[i] - 1]++;
        s->temperatures++;
    }
    s->power += p->power;
    s->tensor += p->tensor;
    s->powers += p->powers;
    s->tensors += p->tensors;
}

/* In which pools it is, its node tells; and which devices are asked for is switched. */
static bool unsteady(const struct list *l)
{
    const struct devices_own *own = l->own;

    return own->only_idle || own->memo.scope->pool[0];
}

/* --- the lines above the table --- */

static int head_lines(const struct list *l, const struct view_input *in)
{
    const struct devices_own *own = l->own;

    if (own->map && l->table.result.count > 0)
        return 0;
    return in->area.h >= ROOMY_LINES ? 3 : 1;
}

/* What 99 of 100 stay at or below, in whole degrees as the model tells it of a center. */
static int p99(const struct devices_sums *s)
{
    uint64_t below = 0;
    int at = 0;

    while (at + 1 < DEGREES && (below += s->heat[at]) * 100 < (uint64_t)s->temperatures * 99)
        at++;
    return at;
}

static void head_figure(struct phrase *p, const char *word, const char *text, const char *after)
{
    int cells = text_cells(word) + text_cells(text) + text_cells(after) + 5;

    if (p->x + cells > p->end)
        return;
    phrase_gap(p, 2);
    phrase_word(p, style_of(ROLE_DIM), word);
    phrase_word(p, style_of(ROLE_TEXT), text);
    if (*after)
        phrase_word(p, style_of(ROLE_DIM), after);
}

/* "max 91 p99 84 degrees  power 4.1 MW  tensor 71%": each over those that tell it. */
static void head_figures(const struct devices_sums *s, const struct view_input *in,
                         struct phrase *p)
{
    char text[FIGURE_MAX], rest[FIGURE_MAX + 8];

    if (s->temperatures > 0) {
        figure_unit(rest, p99(s), UNIT_CELSIUS, in->ascii);
        snprintf(text, sizeof text, "%ld", lround(s->hottest));
        head_figure(p, _("max"), text, "");
        head_figure(p, "p99", rest, "");
    }
    if (s->powers > 0) {
        figure_unit(text, s->power, UNIT_WATT, in->ascii);
        snprintf(rest, sizeof rest, _("of %u"), s->powers);
        head_figure(p, _("power"), text, s->powers < s->all ? rest : "");
    }
    if (s->tensors > 0) {
        figure_percent(text, s->tensor / s->tensors / 100);
        snprintf(rest, sizeof rest, _("of %u"), s->tensors);
        head_figure(p, _("tensor"), text, s->tensors < s->all ? rest : "");
    }
}

static void chip(struct phrase *p, uint32_t n, bool on)
{
    char text[64];

    if (n == 0 && !on)
        return;
    snprintf(text, sizeof text, on ? _(" only the %u allocated, idle ") : _(" %u allocated, idle "),
             n);
    phrase_gap(p, 2);
    if (p->x + 1 + text_cells(text) > p->end)
        return;
    phrase_word(p, style_bold(style_on(ROLE_WARN, ROLE_WARN_BG)), text);
    phrase_word(p, style_of(ROLE_KEY), "b");
}

/* Where all rows are shown: how many devices there are, if the schedulers count more than have a row. */
static void head_all(const struct list *l, const struct view_input *in, uint32_t shown,
                     struct phrase *p)
{
    const struct totals *t = snapshot_totals(in->snap);

    if (in->area.w < ROOMY_CELLS || t->devices <= shown ||
        l->table.result.count < snapshot_count(in->snap, ENTITY_DEVICE))
        return;
    phrase_gap(p, 2);
    phrase_count(p, style_of(ROLE_TEXT), t->devices, _("in all"));
}

/* "416 devices  640 in all  2 lost  1 in trouble", and the chip. */
static void head_counts(const struct list *l, const struct view_input *in, struct phrase *p)
{
    static const struct {
        enum device_status status;
        const char *word;
        enum role role;
    } counts[] = {{DEVICE_LOST, N_("lost"), ROLE_CRIT},
                  {DEVICE_TROUBLE, N_("in trouble"), ROLE_CRIT},
                  {DEVICE_HOT, N_("hot"), ROLE_CRIT},
                  {DEVICE_THROTTLED, N_("throttled"), ROLE_WARN},
                  {DEVICE_SILENT, N_("silent"), ROLE_DIM}};
    const struct devices_own *own = l->own;
    const struct devices_sums *s = &own->sums;

    phrase_plural(p, style_bold(style_of(ROLE_BRIGHT)), s->all, "device", "devices");
    head_all(l, in, s->all, p);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint32_t n = s->status[counts[i].status];
        if (n == 0)
            continue;
        phrase_gap(p, 2);
        phrase_count(p, style_bold(style_of(counts[i].role)), n, _(counts[i].word));
    }
    chip(p, s->idle, own->only_idle);
}

static void head(const struct list *l, const struct view_input *in, struct rect r, struct canvas *c)
{
    const struct devices_own *own = l->own;
    struct phrase p = phrase_start(c, in, r.y + (r.h > 1), r.x + 1, r.x + r.w - 1);

    if (l->table.result.count == 0)
        return;
    head_counts(l, in, &p);
    head_figures(&own->sums, in, &p);
}

/* A word of the map's legend, if it fits whole. */
static void legend_word(struct phrase *p, const char *key, const char *word)
{
    if (p->x + text_cells(key) + text_cells(word) + 3 > p->end)
        return;
    phrase_gap(p, 1);
    if (*key)
        phrase_word(p, style_of(ROLE_KEY), key);
    phrase_word(p, style_of(*key ? ROLE_TEXT : ROLE_DIM), word);
}

/* What is most of use comes first. */
static void map_legend(const struct list *l, const struct view_input *in, struct canvas *c)
{
    static const char *const by[] = {N_("hottest pools first"), N_("hottest centers first"),
                                     N_("hottest models first")};
    const struct devices_own *own = l->own;
    struct rect r = devicemap_legend_rect(&own->devicemap, in);
    struct phrase p = phrase_start(c, in, r.y, r.x, r.x + r.w);

    if (text_cells(devicemap_shade_word(own->shade)) + 18 < r.w)
        p.end -= text_cells(devicemap_shade_word(own->shade)) + 5; /* that word has its room */
    head_counts(l, in, &p);
    p.end = r.x + r.w;
    legend_word(&p, "v", devicemap_shade_word(own->shade));
    legend_word(&p, "t", _(by[own->bands]));
    legend_word(&p, "", _("1 cell = 1 GPU, 8 a node"));
}

static void nothing(const struct list *l, const struct view_input *in, struct buf *out)
{
    const struct devices_own *own = l->own;

    (void)in;
    if (own->only_idle)
        buf_adds(out, _("no device that was given to a job is idle (b shows all)"));
    else if (in->scope->job[0] || in->scope->node[0] || in->scope->pool[0] ||
             in->scope->center >= 0)
        buf_adds(out, _("nothing tells of devices here (3 shows all)"));
    else
        buf_adds(
            out,
            _("nothing tells of devices: an exporter or Prometheus as a source does (suantop.conf(5))"));
}

/* --- going on --- */

/* To its job, if it tells one, else to its node. */
static bool open_device(struct list *l, const struct view_input *in, const void *row,
                        struct view_out *out)
{
    const struct device_row *d = row;
    const struct job_row *job = device_job(in->snap, d);

    (void)l;
    list_push(out, in, job ? &view_running : &view_nodes, d->h.center,
              cell_string(in, job ? job->id : d->node));
    out->scope.pool[0] = out->scope.node[0] = out->scope.job[0] = '\0';
    if (job)
        list_scope_set(out->scope.job, sizeof out->scope.job, in, job->id);
    else
        list_scope_set(out->scope.node, sizeof out->scope.node, in, d->node);
    return true;
}

/* The nodes of the chosen devices, each once; NULL: none, and out says why. */
static uint32_t *chosen_nodes(struct list *l, const struct view_input *in, enum action_verb verb,
                              struct view_out *out, size_t *count)
{
    size_t rows, n = 0;
    uint32_t *slots = list_chosen(l, in, out, &rows), last = UINT32_MAX;

    for (size_t i = 0; slots && i < rows; i++) {
        const struct device_row *d = snapshot_row(in->snap, ENTITY_DEVICE, slots[i]);
        const char *name = intern_raw(snapshot_strings(in->snap), d->node);
        uint32_t slot = act_slot(in->snap, verb, d->h.center, name);
        bool twice = slot == last;
        if (slot == UINT32_MAX) {
            act_cannot(out, _("%s: no scheduler knows this node"), cell_string(in, d->node));
            free(slots);
            return NULL;
        }
        for (size_t k = 0; k < n && !twice; k++)
            twice = slots[k] == slot;
        if (!twice)
            slots[n++] = slot;
        last = slot;
    }
    *count = n;
    return slots;
}

static bool act(struct list *l, const struct view_input *in, enum action_verb verb,
                struct view_out *out)
{
    size_t count = 0;

    if (verb_info(verb)->entity != ENTITY_NODE)
        return act_cannot(out, _("%s is for jobs: Enter goes to the job of a device"),
                          verb_info(verb)->name);
    uint32_t *slots = chosen_nodes(l, in, verb, out, &count);
    if (slots)
        act_start(out, in, verb, slots, count);
    free(slots);
    return true;
}

/* --- table and map --- */

static const char *const groups[] = {NC_("group", "pools"), NC_("group", "center"),
                                     NC_("group", "model"), NC_("group", "node"),
                                     NC_("group", "job"),   NULL};

static void release(struct list *l)
{
    devicemap_free(&((struct devices_own *)l->own)->devicemap);
}

static const struct list_spec spec = {
    .entity = ENTITY_DEVICE,
    .columns = devices_columns,
    .column_count = DEVICES_COLUMNS,
    .sort = DEVICES_HEALTH_COLUMN,
    .descending = true,
    .groups = groups,
    .nothing = N_("nothing tells of devices"),
    .noun = NN_("device", "devices"),
    .prepare = prepare,
    .keep = keep,
    .count_start = count_start,
    .tally = &tally,
    .count_part = count_part,
    .unsteady = unsteady,
    .head_lines = head_lines,
    .head = head,
    .empty = nothing,
    .age = device_age,
    .open = open_device,
    .own_size = sizeof(struct devices_own),
    .release = release,
};

static bool shows_map(const struct list *l)
{
    return ((const struct devices_own *)l->own)->map && l->table.result.count > 0;
}

/* What the table is given: below the map there is less room. */
static struct view_input below(const struct list *l, const struct view_input *in)
{
    const struct devices_own *own = l->own;
    struct view_input table = *in;

    if (shows_map(l))
        table.area = devicemap_table_rect(&own->devicemap, in);
    return table;
}

static void rebuild(void *view, const struct view_input *in)
{
    struct list *l = view;
    struct devices_own *own = l->own;
    struct view_input table = below(l, in);

    list_rebuild(l, &table);
    if (!shows_map(l) || (in->interrupt && in->interrupt->happened))
        return;
    devicemap_build(&own->devicemap, &l->table, in, own->bands,
                    hash_u64(hash_u64(l->rows_seen, l->order_seen), own->only_idle));
    table = below(l, in); /* the map may need other lines now */
    list_rebuild(l, &table);
}

static void draw(const void *view, const struct view_input *in, struct canvas *c)
{
    const struct list *l = view;
    const struct devices_own *own = l->own;
    struct view_input table = below(l, in);

    if (shows_map(l))
        devicemap_draw(&own->devicemap, &l->table, in, own->shade, c);
    if (shows_map(l))
        map_legend(l, in, c);
    if (!shows_map(l) || table.area.h > 1)
        list_draw(l, &table, c);
}

/* On the map the table has no groups: the bands are. */
static void switch_map(struct list *l, const struct view_input *in)
{
    struct devices_own *own = l->own;

    own->map = !own->map;
    table_unfold_all(&l->table);
    l->table.group =
        own->map || l->grouping < 0 ? -1 : column_find(ENTITY_DEVICE, groups[l->grouping]);
    rebuild(l, in);
}

static void only_idle(struct list *l, const struct view_input *in)
{
    struct devices_own *own = l->own;

    own->only_idle = !own->only_idle;
    l->rows_seen = 0; /* the rows are others now */
    rebuild(l, in);
}

/* Commands that mean something else while the map is shown; false for others. */
static bool map_command(struct list *l, const struct view_input *in, enum cmd cmd)
{
    struct devices_own *own = l->own;
    struct view_input table = below(l, in);

    switch (cmd) {
    case CMD_LEFT:
    case CMD_RIGHT:
    case CMD_UP:
    case CMD_DOWN:
        table_go(&l->table, &table, devicemap_step(&own->devicemap, &l->table, in, cmd),
                 table.area.h - 1);
        return true;
    case CMD_GROUP:
        own->bands = (own->bands + 1) % MAP_BANDS;
        rebuild(l, in);
        return true;
    case CMD_SHADE:
        own->shade = (own->shade + 1) % MAP_SHADES;
        return true;
    default:
        return false;
    }
}

static bool details(struct list *l, const struct view_input *in, struct view_out *out)
{
    const struct device_row *d = table_row(&l->table, in);

    if (!d)
        return false;
    buf_reset(&out->text);
    device_details(in, d, &out->text);
    out->wish = WISH_PAGER;
    return true;
}

static int explain(const void *view, const struct view_input *in, int at, struct buf *out)
{
    struct view_input table = below(view, in);

    return list_explain(view, &table, at, out);
}

static bool command(void *view, const struct view_input *in, enum cmd cmd, const char *arg,
                    struct view_out *out)
{
    struct list *l = view;
    struct view_input table = below(l, in);
    enum action_verb verb;

    if (act_verb(cmd, &verb))
        return act(l, in, verb, out);
    if (cmd == CMD_DETAILS)
        return details(l, in, out);
    if (cmd == CMD_HEAT) {
        switch_map(l, in);
        return true;
    }
    if (cmd == CMD_IDLE) {
        only_idle(l, in);
        return true;
    }
    if (cmd == CMD_SHADE && !shows_map(l)) {
        list_message(out, _("the map has colours: m shows it"));
        return true;
    }
    return (shows_map(l) && map_command(l, in, cmd)) || list_command(l, &table, cmd, arg, out);
}

static bool mouse(void *view, const struct view_input *in, int y, int x, int wheel, bool twice,
                  struct view_out *out)
{
    struct list *l = view;
    struct devices_own *own = l->own;
    struct view_input table = below(l, in);

    if (!shows_map(l) || y >= table.area.y)
        return list_mouse(l, &table, y, x, wheel, twice, out);
    uint32_t index =
        wheel != 0 ? devicemap_step(&own->devicemap, &l->table, in, wheel < 0 ? CMD_UP : CMD_DOWN)
                   : devicemap_hit(&own->devicemap, &l->table, in, y, x);
    if (index == UINT32_MAX)
        return false;
    table_go(&l->table, &table, index, table.area.h - 1);
    return !twice || wheel != 0 || list_command(l, &table, CMD_OPEN, "", out);
}

static void status(const void *view, const struct view_input *in, struct buf *out)
{
    const struct list *l = view;
    const struct devices_own *own = l->own;

    list_status(l, in, out);
    if (own->only_idle)
        buf_addf(out, _(" %s idle"), glyph(GLYPH_DOT, in->ascii));
}

LIST_OPEN(spec)

static const enum cmd footer[] = {CMD_OPEN, CMD_GROUP, CMD_FILTER,  CMD_RESUME, CMD_SHADE, CMD_IDLE,
                                  CMD_HEAT, CMD_DRAIN, CMD_DETAILS, CMD_HELP,   CMD_NONE};

const struct view_ops view_devices = {
    .name = "devices",
    .title = N_("Devices"),
    .short_title = N_("Dev"),
    .key = '3',
    .help = N_(
        "Accelerators, the worst first: lost ones, then those in trouble, then those nearest to their "
        "limit.\n\n"
        "CORE is the core temperature, amber from six degrees below the limit of the device (90°C where "
        "none is told), red with ! at it. MARGIN is how many degrees are left until it slows down: the "
        "headroom that the device tells, else its limit minus the core temperature; a headroom is never "
        "taken for a temperature. HBM is the memory.\n\n"
        "TENSOR is the share of cycles in which a tensor (cube, matrix) pipe worked. FLOPS are what it "
        "computes, in the precision that its center counts in (PREC): M measured, counted by the hardware; "
        "E estimated from the activity of the pipes, the clock and the dense peak of the model. BUSY is "
        "only the share of time in which some kernel ran: a device may be 100 % busy and compute next to "
        "nothing, so no FLOPS are made of it.\n\n"
        "THROTTLE is why it runs slower than it could. XID is the last error code of the driver and how "
        "many were counted, coloured by whose turn it is: grey nobody's, white the owner's of the job, "
        "amber reset, red reboot or exchange; d tells what it means and what to do. HEALTH is what the "
        "node says of it. \"?\" is not told, a dash is none.\n\n"
        "A slice of a device (MIG) stands as a row of its own, and is not counted as a device.\n\n"
        "b shows only devices that were given to a job (it is told, or the node is given away whole) and "
        "whose BUSY and TENSOR were below 1 % in each sample for ten minutes or longer: between two steps, "
        "or while it reads data, a job may rest for minutes.\n\n"
        "m shows the thermal map: one cell a device, eight cells a node, in bands by pool (t: by center, "
        "by model), the hottest first; p99 is the temperature that 99 of 100 devices stay below. In a band "
        "nodes with a lost device (or that are down: ×) come first, on lines of their own, then the others "
        "by the heat of their hottest device in steps of six degrees. Dark grey cells are silent or tell "
        "nothing. v changes what the colours show: temperature, degrees left, tensor utilisation, power "
        "of its limit. Arrows and the mouse move over the devices; the line below tells which, and the "
        "table below follows. Where a cell is half of a line, a second click means the lower half.\n\n"
        "Enter goes to the job of a device, if it tells one, else to its node. D drains its node, U takes "
        "that back: a device cannot be drained alone. In views 2, 4 and 5, inside a node or a job, 3 shows "
        "its devices; where devices tell no job, all those of the nodes of the job."),
    .entity = ENTITY_DEVICE,
    .footer = footer,
    .open = list_open_view,
    .close = list_free,
    .rebuild = rebuild,
    .draw = draw,
    .command = command,
    .mouse = mouse,
    .status = status,
    .sortable = list_sortable,
    .acted = list_acted,
    .explain = explain,
    .column = list_column,
    .choose = list_choose,
};
