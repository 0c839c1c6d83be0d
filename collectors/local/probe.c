/* SPDX-License-Identifier: MIT
 * probe.c - see probe.h. The only file that knows libsensors. */
#include "collectors/local/probe.h"
#include "base/hash.h"
#include <ctype.h>
#include <dirent.h>
#include <linux/magic.h>
#include <sensors/sensors.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- output ---- */

static void put_text(FILE *out, const char *key, const char *s)
{
    fprintf(out, ",\"%s\":\"", key);
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            fputc('\\', out);
        if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

/* Locale-free: main() has set the user's, and a comma would not be JSON. */
static void put_number(FILE *out, const char *key, double v)
{
    long long milli = (long long)(v * 1000 + (v < 0 ? -0.5 : 0.5));

    fprintf(out, ",\"%s\":%s%lld.%03lld", key, milli < 0 ? "-" : "", llabs(milli) / 1000,
            llabs(milli) % 1000);
}

/* What is 0 or "" is not known. `chip` is its kind and `label` for people; `device` and `feature` tell which one. */
struct sensor {
    const char *kind, *chip, *label, *device, *feature;
    double value, high, critical;
};

static unsigned sensors_told;

static void put_sensor(FILE *out, const struct sensor *s)
{
    double limit = s->critical > 0 ? s->critical : s->high;

    sensors_told++;
    fprintf(out, "{\"entity\":\"sensor\",\"kind\":\"%s\"", s->kind);
    put_text(out, "chip", s->chip);
    put_text(out, "label", s->label);
    put_text(out, "device", s->device);
    put_text(out, "feature", s->feature);
    put_number(out, "value", s->value);
    if (limit > 0)
        put_number(out, "limit", limit);
    if (s->high > 0)
        put_number(out, "high", s->high);
    if (s->critical > 0)
        put_number(out, "critical", s->critical);
    fputs("}\n", out);
}

/* ---- small files ---- */

struct place {
    const char *root;
};

/* Files of the kernel stay open, because to open one is dearer than to read it again, which begins anew from its start. */
enum { KEPT_MAX = 8 };
static struct {
    char path[128];
    FILE *file;
} kept[KEPT_MAX];

static FILE *open_at(const struct place *p, const char *path)
{
    char full[512];
    struct statfs where;
    int at = 0;
    FILE *f;

    snprintf(full, sizeof full, "%s%s", p->root, path);
    for (; at < KEPT_MAX && kept[at].file != NULL; at++)
        if (strcmp(kept[at].path, full) == 0) {
            /* Without the first, rewind() is content with what it has in its buffer. */
            fflush(kept[at].file);
            rewind(kept[at].file);
            return kept[at].file;
        }
    f = fopen(full, "re");
    if (f != NULL && at < KEPT_MAX && strlen(full) < sizeof kept[at].path &&
        fstatfs(fileno(f), &where) == 0 && where.f_type == PROC_SUPER_MAGIC) {
        memcpy(kept[at].path, full, strlen(full) + 1);
        kept[at].file = f;
    }
    return f;
}

static void close_file(FILE *f)
{
    for (int i = 0; i < KEPT_MAX; i++)
        if (kept[i].file == f)
            return;
    fclose(f);
}

/* First line, without its end; "" when it cannot be read. */
static bool read_line(const struct place *p, const char *path, char *out, size_t size)
{
    FILE *f = open_at(p, path);

    out[0] = '\0';
    if (f == NULL)
        return false;
    bool good = fgets(out, (int)size, f) != NULL;
    close_file(f);
    out[strcspn(out, "\r\n")] = '\0';
    return good;
}

/* A decimal number without the locale's point. */
static bool parse_number(const char *s, double *out)
{
    double v = 0, scale = 1;
    bool minus = *s == '-', digits = false;

    for (s += minus; isdigit((unsigned char)*s); s++, digits = true)
        v = v * 10 + (*s - '0');
    if (*s == '.')
        for (s++; isdigit((unsigned char)*s); s++, digits = true)
            v += (*s - '0') * (scale /= 10);
    *out = minus ? -v : v;
    return digits;
}

static bool read_number(const struct place *p, const char *path, double *out)
{
    char line[128];

    return read_line(p, path, line, sizeof line) && parse_number(line, out);
}

/* ---- the machine ---- */

static void put_load(FILE *out, const struct place *p)
{
    double v;

    if (read_number(p, "/proc/loadavg", &v))
        put_number(out, "load", v);
    if (read_number(p, "/proc/uptime", &v))
        put_number(out, "uptime", v);
}

static void put_memory(FILE *out, const struct place *p)
{
    static const struct {
        const char *begins, *key;
    } wanted[] = {{"MemTotal:", "memory_total_kib"}, {"MemAvailable:", "memory_available_kib"}};
    char line[256];
    double v;
    FILE *f = open_at(p, "/proc/meminfo");

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
            size_t n = strlen(wanted[i].begins);
            if (strncmp(line, wanted[i].begins, n) == 0 &&
                parse_number(line + n + strspn(line + n, " "), &v))
                put_number(out, wanted[i].key, v);
        }
    if (f != NULL)
        close_file(f);
}

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice": guests are counted in user. */
static void put_cpu_times(FILE *out, const char *p)
{
    double total = 0, idle = 0, v;

    for (int i = 0; i < 8; i++) {
        p += strspn(p, " ");
        if (!parse_number(p, &v))
            break;
        total += v;
        idle += i == 3 || i == 4 ? v : 0;
        p += strcspn(p, " ");
    }
    put_number(out, "cpu_ticks", total);
    put_number(out, "cpu_idle_ticks", idle);
}

static void put_cpus(FILE *out, const struct place *p)
{
    char line[1024];
    double v;
    unsigned cpus = 0;
    FILE *f = open_at(p, "/proc/stat");

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "cpu ", 4) == 0)
            put_cpu_times(out, line + 4);
        else if (strncmp(line, "cpu", 3) == 0)
            cpus++;
        else if (strncmp(line, "btime ", 6) == 0 && parse_number(line + 6, &v))
            put_number(out, "booted_at", v);
    }
    if (f != NULL)
        close_file(f);
    if (cpus > 0)
        put_number(out, "cpus", cpus);
}

static void put_machine(FILE *out, const struct place *p)
{
    struct utsname u;
    char host[256] = "", os[256] = "";

    if (uname(&u) == 0)
        snprintf(os, sizeof os, "%s %s", u.sysname, u.release);
    if (*p->root != '\0')
        read_line(p, "/etc/hostname", host, sizeof host);
    else if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    fputs("{\"entity\":\"node\"", out);
    put_text(out, "name", host);
    put_text(out, "os", os);
    put_load(out, p);
    put_memory(out, p);
    put_cpus(out, p);
    fputs("}\n", out);
}

/* ---- libsensors ---- */

static bool value_of(const sensors_chip_name *chip, const sensors_feature *feature,
                     sensors_subfeature_type type, double *out)
{
    const sensors_subfeature *sub = sensors_get_subfeature(chip, feature, type);

    return sub != NULL && (sub->flags & SENSORS_MODE_R) &&
           sensors_get_value(chip, sub->number, out) == 0;
}

static double limit_of(const sensors_chip_name *chip, const sensors_feature *feature,
                       sensors_subfeature_type type)
{
    double v;

    return value_of(chip, feature, type, &v) ? v : 0;
}

/* False for a kind that is not told, or a sensor that does not answer. */
static bool read_feature(const sensors_chip_name *chip, const sensors_feature *feature,
                         struct sensor *s)
{
    switch (feature->type) {
    case SENSORS_FEATURE_TEMP:
        s->kind = "temperature";
        s->high = limit_of(chip, feature, SENSORS_SUBFEATURE_TEMP_MAX);
        s->critical = limit_of(chip, feature, SENSORS_SUBFEATURE_TEMP_CRIT);
        return value_of(chip, feature, SENSORS_SUBFEATURE_TEMP_INPUT, &s->value);
    case SENSORS_FEATURE_FAN:
        s->kind = "fan";
        return value_of(chip, feature, SENSORS_SUBFEATURE_FAN_INPUT, &s->value);
    case SENSORS_FEATURE_POWER:
        s->kind = "power";
        return value_of(chip, feature, SENSORS_SUBFEATURE_POWER_AVERAGE, &s->value) ||
               value_of(chip, feature, SENSORS_SUBFEATURE_POWER_INPUT, &s->value);
    default:
        return false;
    }
}

static void put_feature(FILE *out, const sensors_chip_name *chip, const sensors_feature *feature)
{
    char device[128];
    struct sensor s = {.chip = chip->prefix, .device = device, .feature = feature->name};

    if (sensors_snprintf_chip_name(device, sizeof device, chip) < 0)
        device[0] = '\0';
    if (!read_feature(chip, feature, &s))
        return;
    char *label = sensors_get_label(chip, feature);
    s.label = label != NULL ? label : feature->name;
    put_sensor(out, &s);
    free(label);
}

/* libsensors finds chips only as it starts, which reads its whole configuration: so it stays open until other ones are
 * there. A driver that is loaded again gets another hwmon number. */
static bool chips_are_known(void)
{
    static uint64_t known;
    uint64_t now = 1;
    DIR *d = opendir("/sys/class/hwmon");

    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        now += hash_bytes(1, entry->d_name, strlen(entry->d_name));
    if (d != NULL)
        closedir(d);
    if (now == known)
        return true;
    if (known != 0)
        sensors_cleanup();
    known = sensors_init(NULL) == 0 ? now : 0;
    return known != 0;
}

/* Returns how many temperatures there were to read. */
static unsigned put_chips(FILE *out)
{
    const sensors_chip_name *chip;
    const sensors_feature *feature;
    unsigned temperatures = 0;
    int c = 0;

    if (!chips_are_known())
        return 0;
    while ((chip = sensors_get_detected_chips(NULL, &c)) != NULL) {
        int f = 0;
        while ((feature = sensors_get_features(chip, &f)) != NULL) {
            put_feature(out, chip, feature);
            temperatures += feature->type == SENSORS_FEATURE_TEMP;
        }
    }
    return temperatures;
}

/* ---- /sys ---- */

static DIR *dir_at(const struct place *p, const char *path)
{
    char full[512];

    snprintf(full, sizeof full, "%s%s", p->root, path);
    return opendir(full);
}

/* Where no hwmon driver tells: the zones that the firmware declares. */
static void put_thermal_zone(FILE *out, const struct place *p, const char *zone)
{
    char path[300], type[64];
    double v;

    snprintf(path, sizeof path, "/sys/class/thermal/%.64s/type", zone);
    if (!read_line(p, path, type, sizeof type))
        return;
    snprintf(path, sizeof path, "/sys/class/thermal/%.64s/temp", zone);
    if (read_number(p, path, &v))
        put_sensor(out, &(struct sensor){.kind = "temperature",
                                         .chip = "thermal",
                                         .label = type,
                                         .device = zone,
                                         .feature = "temp",
                                         .value = v / 1000});
}

static void put_energy_zone(FILE *out, const struct place *p, const char *zone)
{
    char path[300], name[64];
    double energy, range;

    snprintf(path, sizeof path, "/sys/class/powercap/%.64s/name", zone);
    if (!read_line(p, path, name, sizeof name))
        return;
    snprintf(path, sizeof path, "/sys/class/powercap/%.64s/energy_uj", zone);
    if (!read_number(p, path, &energy)) /* root only, since PLATYPUS */
        return;
    snprintf(path, sizeof path, "/sys/class/powercap/%.64s/max_energy_range_uj", zone);
    if (!read_number(p, path, &range))
        range = 0;
    fputs("{\"entity\":\"energy\"", out);
    put_text(out, "zone", zone);
    put_text(out, "label", name);
    put_number(out, "microjoules", energy);
    put_number(out, "range", range);
    fputs("}\n", out);
}

static void each_entry(FILE *out, const struct place *p, const char *folder, const char *begins,
                       void (*put)(FILE *, const struct place *, const char *))
{
    DIR *d = dir_at(p, folder);

    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        if (strncmp(entry->d_name, begins, strlen(begins)) == 0)
            put(out, p, entry->d_name);
    if (d != NULL)
        closedir(d);
}

/* Cheap and certain: files that no driver can hold up. */
static void put_certain(FILE *out, const struct place *p)
{
    put_machine(out, p);
    each_entry(out, p, "/sys/class/powercap", "intel-rapl:", put_energy_zone);
}

static void put_sensors(FILE *out, const struct place *p)
{
    unsigned temperatures = 0;

    if (*p->root == '\0')
        temperatures = put_chips(out);
    if (temperatures == 0)
        each_entry(out, p, "/sys/class/thermal", "thermal_zone", put_thermal_zone);
}

static int put_end(FILE *out)
{
    fputs("{\"entity\":\"end\"}\n", out);
    return fflush(out) == 0 && !ferror(out) ? 0 : 1;
}

int local_probe_at(FILE *out, const char *root)
{
    struct place p = {root};

    put_certain(out, &p);
    fflush(out); /* if a driver hangs, this much has been told */
    put_sensors(out, &p);
    return put_end(out);
}

int local_probe(FILE *out)
{
    return local_probe_at(out, "");
}

void local_probe_machine(FILE *out, const char *root)
{
    put_certain(out, &(struct place){root});
}

bool local_probe_sensors(FILE *out, const char *root)
{
    unsigned before = sensors_told;

    put_sensors(out, &(struct place){root});
    return sensors_told != before;
}
