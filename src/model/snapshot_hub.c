/* SPDX-License-Identifier: MIT
 * snapshot_hub.c - hand-over of snapshots between threads: a pointer under a mutex that is held
 * for a few instructions. */
#include "base/xmem.h"
#include "model/snapshot.h"
#include <pthread.h>
#include <stdlib.h>

struct snapshot_hub {
    pthread_mutex_t lock;
    struct snapshot *latest; /* one reference, guarded by lock */
    void (*published)(void *arg);
    void *arg;
};

struct snapshot_hub *snapshot_hub_new(void (*published)(void *arg), void *arg)
{
    struct snapshot_hub *hub = xcalloc(1, sizeof(*hub));

    pthread_mutex_init(&hub->lock, NULL);
    hub->published = published;
    hub->arg = arg;
    return hub;
}

void snapshot_hub_free(struct snapshot_hub *hub)
{
    if (!hub)
        return;
    snapshot_unref(hub->latest);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

void snapshot_hub_publish(struct snapshot_hub *hub, struct snapshot *s)
{
    pthread_mutex_lock(&hub->lock);
    struct snapshot *old = hub->latest;
    hub->latest = s;
    pthread_mutex_unlock(&hub->lock);
    snapshot_unref(old); /* outside the lock: it may free much */
    if (hub->published)
        hub->published(hub->arg);
}

struct snapshot *snapshot_hub_latest(struct snapshot_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    struct snapshot *s = hub->latest ? snapshot_ref(hub->latest) : NULL;
    pthread_mutex_unlock(&hub->lock);
    return s;
}
