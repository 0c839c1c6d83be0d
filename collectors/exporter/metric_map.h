/* SPDX-License-Identifier: MIT
 * metric_map.h - the metric map: which metric of which exporter is which of our fields (src/data/metrics.conf).
 *
 * Read once, when a source opens: the built-in text, then the site's, whose lines win over those of the same name. What the
 * columns mean stands at the head of metrics.conf and in docs/how-to-map-an-exporter.md.
 * Pure; thread: any. The map owns its strings. */
#ifndef SUAN_COLLECTORS_EXPORTER_METRIC_MAP_H
#define SUAN_COLLECTORS_EXPORTER_METRIC_MAP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a label says, whatever an exporter calls it. */
enum role {
    ROLE_NONE,
    ROLE_NODE,
    ROLE_KEY, /* which device, where the index is told by one metric only */
    ROLE_INDEX,
    ROLE_UUID,
    ROLE_SERIAL,
    ROLE_MODEL,
    ROLE_VENDOR,
    ROLE_PCI,
    ROLE_JOB,
    ROLE_USER,
    ROLE_SLICE,
    ROLE_PROFILE,
    ROLES
};

/* What a rule writes besides fields of nodes and devices: numbers behind those of the fields. */
enum { FIELD_CPU_ALL = 64, FIELD_CPU_IDLE, FIELD_PLACES };
enum sensor_part {
    SENSOR_TEMPERATURE,
    SENSOR_LIMIT, /* critical */
    SENSOR_HIGH,  /* taken where there is no critical one */
    SENSOR_POWER, /* counts where its chip is a meter of the whole machine */
    SENSOR_CHIP,  /* name of a chip */
    SENSOR_LABEL  /* name of a sensor */
};
enum rule_of { OF_NODE, OF_DEVICE, OF_SENSOR };
enum rule_how { HOW_FIRST, HOW_SUM, HOW_MAX, HOW_MIN, HOW_COUNT };

enum { RULE_CONDS = 2, RULE_NOTS = 4 };

struct rule_cond {
    const char *label;
    const char *values; /* comma list; a `*` at the end of one fits any rest */
    bool unless;
};

struct map_rule {
    const char *name;
    uint32_t next; /* of the same name; MAP_NONE = none */
    uint16_t section;
    uint16_t number; /* its place in the map */
    uint8_t of;      /* enum rule_of */
    uint8_t
        field; /* FIELD_* of the entity, FIELD_CPU_*, enum sensor_part; FIELD_PLACES = only that the thing exists */
    uint8_t how;
    uint8_t prefer; /* of several that tell the same the lowest number counts */
    uint8_t parts;  /* HOW_SUM: fewer make no sum */
    bool counter;   /* its rate a second is what counts */
    bool detect;    /* a ratio, or already percent: what was seen tells */
    bool zero_absent;
    bool needs_labels; /* labels beyond the identity are looked at */
    bool gone;         /* a site's line took its place */
    double scale, min, max;
    double nots[RULE_NOTS];
    uint8_t not_count;
    struct rule_cond conds[RULE_CONDS];
    uint8_t cond_count;
    const char *text;      /* the label whose value is the (text) value */
    const char *number_of; /* the label whose value is the number, if the sample is above 0 */
    const char *words;     /* "1=ok,0=unhealthy" */
    const char *flag;      /* word of enum throttle; "LABEL:" = the label tells the word */
    const char *bits;      /* "4=sw_power,..." */
    const char *
        newest; /* of several the largest (newest) counts, and that label is then the number of the XID */
    const char *key[2];    /* labels that tell which sensor: chip, sensor */
    const char *called[2]; /* labels for people; NULL = those of key */
};

struct map_section {
    const char *name;
    const char *vendor; /* NULL = a label tells it */
    const char *prefix; /* names may have it or not; NULL = none */
    const char *pairs;  /* models of which two listed devices are one package; NULL = none */
    bool partitions;    /* slices are the parts of a device, which is nowhere told as a whole */
    bool own_uuid;      /* a slice's uuid is its own, not its device's */
    double blanks[RULE_NOTS * 2];
    uint8_t blank_count;
    double blank_least;
    struct {
        const char *name;
        uint8_t len, role;
    } labels[24];
    uint8_t label_count;
};

struct map_file;
struct metric_map {
    struct arena arena;
    struct map_rule *rules;
    size_t rule_count, rule_cap;
    struct map_section *sections;
    size_t section_count, section_cap;
    struct map names; /* of rules: the first of that name */
};

void metric_map_init(struct metric_map *m);
void metric_map_free(struct metric_map *m);
/* Adds a text over what is there. RC_SCHEMA names file and line, and the words that would do. */
enum rc metric_map_add(struct metric_map *m, const char *text, const char *name, struct err *e);
/* What a source reads by: the site's texts over the built-in one, which alone counts without data. */
struct source_data;
enum rc metric_map_of_source(struct metric_map *m, const struct source_data *data, struct err *e);
/* Only that section counts from now on. RC_USAGE names the ones that there are. */
enum rc metric_map_only(struct metric_map *m, const char *section, struct err *e);
/* NULL: nobody wants a metric of that name. */
const struct map_rule *metric_map_find(const struct metric_map *m, const char *name, size_t len);
const struct map_rule *metric_map_next(const struct metric_map *m, const struct map_rule *r);
/* Its place in labels[], -1 if it says nothing; of several with one role the earlier counts. */
int metric_map_label(const struct map_section *s, const char *label, size_t len);
/* Does the text fit one of the patterns of a list (between commas, `*` for any rest, or any text)? */
bool map_fits(const char *list, char separator, const char *text, size_t len);

#endif
