/* SPDX-License-Identifier: MIT
 * jobs.c - see jobs.h. */
#include "node/jobs.h"
#include "codec/json.h"
#include "node/tell.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 4096, ID_MAX = 64, JOBS_MAX = 16 };

static bool is_id(const char *text, size_t len)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "._-+[]@";

    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
            return false;
    return len > 0 && len <= ID_MAX;
}

/* The start of a regular file; "" where there is none. A name with a slash in it is none: it came from a driver. */
static void read_start(const char *folder, const char *name, char out[FILE_MAX])
{
    char path[1024];
    struct stat s;
    ssize_t n = 0;

    out[0] = '\0';
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
        snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
        n = read(fd, out, FILE_MAX - 1);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
}

static void tell_job(FILE *out, const struct job_place *place, const char *job, size_t job_len,
                     const char *user, size_t user_len)
{
    char id[ID_MAX + 1];

    if (!is_id(job, job_len))
        return;
    tell_begin(out, "gpu_job");
    tell_text(out, "gpu", place->gpu);
    if (place->instance != NULL)
        tell_text(out, "instance", place->instance);
    snprintf(id, sizeof id, "%.*s", (int)job_len, job);
    tell_text(out, "job", id);
    snprintf(id, sizeof id, "%.*s", is_id(user, user_len) ? (int)user_len : 0, user);
    tell_text(out, "user", id);
    tell_end(out);
}

static size_t word(const char **at)
{
    *at += strspn(*at, " \t\r\n");
    return strcspn(*at, " \t\r\n");
}

/* True: there was a file, whatever it held. */
static bool tell_jobstats(FILE *out, const char *folder, const char *name,
                          const struct job_place *place)
{
    char text[FILE_MAX];
    const char *job = text, *user;

    read_start(folder, name, text);
    size_t job_len = word(&job);
    user = job + job_len;
    size_t user_len = word(&user);
    tell_job(out, place, job, job_len, user, user_len);
    return job_len > 0;
}

static void tell_dcgm(FILE *out, const char *folder, const char *name,
                      const struct job_place *place)
{
    char text[FILE_MAX];
    const char *job = text;

    read_start(folder, name, text);
    for (int i = 0; i < JOBS_MAX; i++) {
        size_t len = word(&job);
        if (len == 0)
            return;
        tell_job(out, place, job, len, "", 0);
        job += len;
    }
}

static void tell_amd(FILE *out, const char *folder, const char *name, const struct job_place *place)
{
    static const char *const wanted[] = {"SLURM_JOB_ID", "SLURM_JOB_USER"};
    const struct json *values[2];
    char text[FILE_MAX];

    read_start(folder, name, text);
    if (text[0] == '\0')
        return;
    struct json_reader *reader = json_reader_new(wanted, 2);
    if (json_read(reader, text, strlen(text), values, NULL) == RC_OK) {
        const char *job = json_str(values[0]), *user = json_str(values[1]);
        tell_job(out, place, job, strlen(job), user, strlen(user));
    }
    json_reader_free(reader);
}

void jobs_tell(FILE *out, const struct job_folders *folders, const struct job_place *place)
{
    char name[64];

    if (folders->jobstats != NULL && !tell_jobstats(out, folders->jobstats, place->uuid, place) &&
        place->instance == NULL)
        tell_jobstats(out, folders->jobstats, place->index, place);
    snprintf(name, sizeof name, place->instance != NULL ? "%s.%s" : "%s", place->index,
             place->instance != NULL ? place->instance : "");
    if (folders->dcgm != NULL && place->index[0] != '\0')
        tell_dcgm(out, folders->dcgm, name, place);
    if (folders->amd != NULL && place->instance == NULL)
        tell_amd(out, folders->amd, place->index, place);
}
