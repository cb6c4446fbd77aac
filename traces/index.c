/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/index.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits (Fowler, Noll, Vo). Keys come from the user's own files:
 * no defence against chosen keys is needed. */
static uint64_t hash_of(const char *key)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return h;
}

/* Slot of a key, or the free one where it belongs. Never full. */
static struct sbs_index_slot *slot_of(struct sbs_index_slot *slots,
                                      size_t room, const char *key)
{
    size_t i = (size_t)hash_of(key) & (room - 1);
    while (slots[i].key && strcmp(slots[i].key, key) != 0)
        i = (i + 1) & (room - 1);
    return &slots[i];
}

void sbs_index_fini(struct sbs_index *index)
{
    for (size_t i = 0; i < index->room; i++)
        free(index->slots[i].key);
    free(index->slots);
    *index = (struct sbs_index){ NULL, 0, 0 };
}

int64_t sbs_index_find(const struct sbs_index *index, const char *key)
{
    if (index->room == 0)
        return -1;
    const struct sbs_index_slot *slot =
        slot_of(index->slots, index->room, key);
    return slot->key ? slot->row : -1;
}

static int grow(struct sbs_index *index)
{
    size_t room = index->room ? 2 * index->room : 64;
    struct sbs_index_slot *slots = calloc(room, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; i < index->room; i++)
        if (index->slots[i].key)
            *slot_of(slots, room, index->slots[i].key) = index->slots[i];
    free(index->slots);
    index->slots = slots;
    index->room = room;
    return 0;
}

int sbs_index_put(struct sbs_index *index, const char *key, int64_t row)
{
    if (2 * (index->n + 1) > index->room && grow(index))
        return -1;
    struct sbs_index_slot *slot = slot_of(index->slots, index->room, key);
    if (!slot->key) {
        slot->key = strdup(key);
        if (!slot->key)
            return -1;
        index->n++;
    }
    slot->row = row;
    return 0;
}
