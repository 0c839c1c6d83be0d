/* SPDX-License-Identifier: MIT
 * discover.c - see discover.h. Looks at files and at this machine's own ports: nothing is started, nothing is asked over a
 * network. */
#include "app/discover.h"

#include "app/discover_exporters.h"
#include "base/text.h"
#include "base/xmem.h"
#include "collectors/registry.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const rest_sockets[] = {
    "/run/slurmrestd/slurmrestd.socket",
    "/run/slurmrestd.socket",
    "/run/slurm/slurmrestd.socket",
    "/var/lib/slurmrestd/slurmrestd.socket",
};

/* Directory of `program` in PATH or where sites put Slurm; NULL if nowhere. The caller frees it. */
static char *dir_of(const char *program)
{
    const char *path = getenv("PATH");
    char *dirs = xasprintf("%s:/usr/bin:/usr/local/bin:/opt/slurm/bin:/usr/local/slurm/bin",
                           path != NULL ? path : "");
    char *found = NULL;
    for (const char *dir = dirs; *dir != '\0' && found == NULL;) {
        size_t len = strcspn(dir, ":");
        char *file = xasprintf("%.*s/%s", (int)len, dir, program);
        if (dir[0] == '/' && access(file, X_OK) == 0)
            found = xstrndup(dir, len);
        free(file);
        dir += len + (dir[len] == ':');
    }
    free(dirs);
    return found;
}

static const char *rest_socket(void)
{
    struct stat st;
    for (size_t i = 0; i < ARRAY_LEN(rest_sockets); i++)
        if (stat(rest_sockets[i], &st) == 0 && S_ISSOCK(st.st_mode) &&
            access(rest_sockets[i], R_OK | W_OK) == 0)
            return rest_sockets[i];
    return NULL;
}

static const char *slurm_conf(void)
{
    static const char *const usual[] = {"/etc/slurm/slurm.conf", "/etc/slurm-llnl/slurm.conf"};
    const char *conf = getenv("SLURM_CONF");
    if (conf != NULL && access(conf, R_OK) == 0)
        return conf;
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        if (access(usual[i], R_OK) == 0)
            return usual[i];
    return NULL;
}

static void copy_name(char out[65], const char *from)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    from += strspn(from, " \t");
    snprintf(out, 65, "%.*s", (int)strspn(from, name), from);
}

/* ClusterName of slurm.conf: only to have a name before the first answer; the scheduler's own word comes later. */
static void cluster_name(const char *conf, char out[65])
{
    char line[1024];
    out[0] = '\0';
    FILE *f = conf != NULL ? fopen(conf, "re") : NULL;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        const char *p = line + strspn(line, " \t");
        if (strncasecmp(p, "ClusterName", 11) == 0 && (p = strchr(p, '=')) != NULL)
            copy_name(out, p + 1);
    }
    if (f != NULL)
        fclose(f);
}

static void find_slurm(struct config *out)
{
    char name[65];
    const struct collector_ops *ops = collector_find("slurm");
    char *bin = dir_of("squeue");
    const char *socket_path = rest_socket(), *conf = slurm_conf();
    if (ops != NULL && (socket_path != NULL || (bin != NULL && conf != NULL))) {
        cluster_name(conf, name);
        struct config_center *center = config_add_center(out, name[0] != '\0' ? name : "slurm",
                                                         name[0] != '\0' ? name : "Slurm");
        struct config_source *s = config_add_source(center, ops);
        config_set(s, "socket", socket_path);
        config_set(s, "bin_dir", bin);
        config_set(s, "conf", conf);
    }
    free(bin);
}

/* What exporters of this machine tell is about this machine, whatever they call it. */
static void find_exporters(struct config_center *center, const char *host)
{
    struct buf targets;
    const struct collector_ops *ops = collector_find("exporter");
    if (ops == NULL)
        return;
    buf_init(&targets, 4096);
    discover_exporters(&targets, NULL);
    if (targets.len > 0) {
        struct config_source *s = config_add_source(center, ops);
        config_set(s, "targets", targets.data);
        config_set(s, "insecure", "true");
        config_set(s, "node_names", "target");
        config_set(s, "node", host[0] != '\0' ? host : NULL);
    }
    buf_fini(&targets);
}

static void find_this_machine(struct config *out)
{
    char host[256] = "";
    const struct collector_ops *ops = collector_find("local");
    if (ops == NULL)
        return;
    gethostname(host, sizeof host - 1);
    struct config_center *center =
        config_add_center(out, "local", host[0] != '\0' ? host : "this machine");
    center->kind = center_kind_GENERAL;
    config_add_source(center, ops);
    find_exporters(center, host);
}

void discover(struct config *out)
{
    config_init(out);
    out->refresh_ms = 5000;
    find_slurm(out);
    if (out->center_count > 0 && strcmp(out->centers[0].id, "local") == 0) {
        free(out->centers[0].id);
        out->centers[0].id =
            xstrdup("slurm"); /* a cluster named "local" must not collide with this machine */
    }
    find_this_machine(out);
}
