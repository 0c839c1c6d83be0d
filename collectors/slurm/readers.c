/* SPDX-License-Identifier: MIT
 * readers.c - one json_reader a kind of element, made once and kept: each knows what it may skip. */
#include "collectors/slurm/readers.h"
#include "base/xmem.h"
#include "collectors/slurm/slurm.h"

static const char *const node_members[] = {
#define NODE(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const job_members[] = {
#define JOB(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const pool_members[] = {
#define POOL(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const reservation_members[] = {
#define RESERVATION(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const license_members[] = {
#define LICENSE(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const diag_members[] = {
#define DIAG(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const account_members[] = {
#define ACCOUNT(name) #name,
#include "collectors/slurm/members.def"
};
static const char *const meta_members[] = {"Slurm", "slurm"};

void slurm_readers_open(struct slurm *s)
{
    struct slurm_readers *r = &s->readers;

    r->node = json_reader_new(node_members, ARRAY_LEN(node_members));
    r->job = json_reader_new(job_members, ARRAY_LEN(job_members));
    r->pool = json_reader_new(pool_members, ARRAY_LEN(pool_members));
    r->reservation = json_reader_new(reservation_members, ARRAY_LEN(reservation_members));
    r->license = json_reader_new(license_members, ARRAY_LEN(license_members));
    r->diag = json_reader_new(diag_members, ARRAY_LEN(diag_members));
    r->account = json_reader_new(account_members, ARRAY_LEN(account_members));
    r->meta = json_reader_new(meta_members, ARRAY_LEN(meta_members));
    r->any = json_reader_new(NULL, 0);
}

void slurm_readers_close(struct slurm *s)
{
    struct slurm_readers *r = &s->readers;

    json_reader_free(r->node);
    json_reader_free(r->job);
    json_reader_free(r->pool);
    json_reader_free(r->reservation);
    json_reader_free(r->license);
    json_reader_free(r->diag);
    json_reader_free(r->account);
    json_reader_free(r->meta);
    json_reader_free(r->any);
}
