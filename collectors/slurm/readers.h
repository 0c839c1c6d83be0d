/* SPDX-License-Identifier: MIT
 * readers.h - the members of members.def as indices: values[NODE_name] and so on. */
#ifndef SUAN_COLLECTORS_SLURM_READERS_H
#define SUAN_COLLECTORS_SLURM_READERS_H

enum node_member {
#define NODE(name) NODE_##name,
#include "collectors/slurm/members.def"
    NODE_MEMBERS
};

enum job_member {
#define JOB(name) JOB_##name,
#include "collectors/slurm/members.def"
    JOB_MEMBERS
};

enum pool_member {
#define POOL(name) POOL_##name,
#include "collectors/slurm/members.def"
    POOL_MEMBERS
};

enum reservation_member {
#define RESERVATION(name) RESERVATION_##name,
#include "collectors/slurm/members.def"
    RESERVATION_MEMBERS
};

enum license_member {
#define LICENSE(name) LICENSE_##name,
#include "collectors/slurm/members.def"
    LICENSE_MEMBERS
};

enum account_member {
#define ACCOUNT(name) ACCOUNT_##name,
#include "collectors/slurm/members.def"
    ACCOUNT_MEMBERS
};

enum diag_member {
#define DIAG(name) DIAG_##name,
#include "collectors/slurm/members.def"
    DIAG_MEMBERS
};

#endif
