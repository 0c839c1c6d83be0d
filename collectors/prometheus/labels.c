/* SPDX-License-Identifier: MIT
 * labels.c - see labels.h. */
#include "collectors/prometheus/labels.h"
#include <stdio.h>
#include <string.h>

const char *const label_hosts[] = {"Hostname",  "hostname",  "node",
                                   "node_name", "host_name", "exported_hostname",
                                   "nodename",  "instance",  NULL};
const char *const label_devices[] = {"gpu", "id", "gpu_id", NULL};

const char *label_of(const struct labels *l, const char *name)
{
    return json_str(json_member(l->metric, name));
}

const char *label_first(const struct labels *l, const char *const *names, const char **which)
{
    for (; *names != NULL; names++) {
        const char *v = label_of(l, *names);
        if (*v != '\0') {
            *which = *names;
            return v;
        }
    }
    *which = NULL;
    return "";
}

static bool is_address(const char *s)
{
    return s[strspn(s, "0123456789.")] == '\0' || strchr(s, ':') != NULL;
}

/* "cn7:9100", "10.0.0.7:9100", "[fe80::7]:9100", "cn7.example.org" */
void label_host_name(const char *host, bool whole, char out[HOST_MAX])
{
    size_t len = strlen(host);

    if (host[0] == '[' && strchr(host, ']') != NULL) {
        host++;
        len = strcspn(host, "]");
    } else if (strchr(host, ':') != NULL && strchr(host, ':') == strrchr(host, ':')) {
        len = strcspn(host, ":");
    }
    snprintf(out, HOST_MAX, "%.*s", (int)(len < HOST_MAX ? len : HOST_MAX - 1), host);
    if (!whole && !is_address(out) && out[0] != '.')
        out[strcspn(out, ".")] = '\0';
}
